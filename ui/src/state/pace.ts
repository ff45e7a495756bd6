// Live values are shown at most ten times a second, the newest of what came meanwhile.

/** At least this is between one showing and the next, ms. */
const paceMs = 100;

/** Shows values: at once where they are set, in their turn where they are taken over. */
export class Pace<T> {
  #next: T | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #shownAt = 0;

  constructor(private readonly show: (value: T) => void) {}

  /** Shows this at once. */
  set(value: T): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#shownAt = Date.now();
    this.show(value);
  }

  /** Shows this, or what is taken over until its turn comes. */
  take(value: T): void {
    this.#next = value;
    this.#timer ??= setTimeout(() => this.set(this.#next as T), Math.max(0, this.#shownAt + paceMs - Date.now()));
  }
}
