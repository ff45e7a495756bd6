// What is typed is kept as typed: shortly after the last key, and at once when the field or the screen is left.

/** Runs the newest of several requests once things are quiet. */
export class Later {
  #timer: ReturnType<typeof setTimeout> | undefined;
  #work: (() => void) | undefined;

  /** @param quietMs how long nothing may be asked before the newest request runs, ms */
  constructor(private readonly quietMs: number) {}

  ask(work: () => void): void {
    this.drop();
    this.#work = work;
    this.#timer = setTimeout(() => this.now(), this.quietMs);
  }

  now(): void {
    const work = this.#work;
    this.drop();
    work?.();
  }

  drop(): void {
    clearTimeout(this.#timer);
    this.#work = undefined;
  }
}
