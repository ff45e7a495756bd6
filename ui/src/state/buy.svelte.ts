// What was looked up in the catalogue; kept while the window lives.
import type { Backend, FoundView, KnownView } from '../backend';

/** How many chargers can be compared. */
export const mostCompared = 4;

/** Stands for a charger that is not in the catalogue. */
export const unlisted = '';

export class Buy {
  query = $state('');
  /** What the newest search found; `null` until it is read. */
  found = $state.raw<FoundView | null>(null);
  /** The charger that was chosen, or `unlisted`; `null`: the first that was found. */
  picked = $state<string | null>(null);
  /** The chargers that are compared, in the order in which they came. */
  compared = $state.raw<string[]>([]);
  #known = $state.raw<Record<string, KnownView>>({});
  #letters = $state.raw<Record<string, string>>({});
  #asked = 0;

  constructor(private readonly backend: Backend) {}

  /** Searches for these words. An answer that was overtaken by a newer one is dropped. */
  async look(words: string): Promise<void> {
    this.query = words;
    this.picked = null;
    await this.#search();
  }

  async #search(): Promise<void> {
    const asked = ++this.#asked;
    const found = await this.backend.search(this.query.trim());
    if (asked === this.#asked) this.found = found;
  }

  /** Reads how many there are, where nothing was searched yet. */
  async begin(): Promise<void> {
    if (!this.found) await this.#search();
  }

  choose(id: string): void {
    this.picked = id;
  }

  /** The charger whose answer is shown, or `unlisted`; `null`: nothing was looked up. */
  get chosen(): string | null {
    if (this.picked !== null) return this.picked;
    if (this.query.trim() === '' || !this.found) return null;
    return this.found.chargers[0]?.id ?? unlisted;
  }

  /** All that is known of a charger; `null` until it is read. */
  known(id: string): KnownView | null {
    return this.#known[id] ?? null;
  }

  async read(id: string): Promise<void> {
    if (this.#known[id]) return;
    const known = await this.backend.known(id);
    if (known) this.#known = { ...this.#known, [id]: known };
  }

  /** Adds a charger to the comparison, or takes it out. */
  compare(id: string, on: boolean): void {
    const others = this.compared.filter((one) => one !== id);
    this.compared = on ? [...others, id].slice(0, mostCompared) : others;
  }

  /** The question about a charger as it was written; `suggested` where nobody changed it. */
  letter(about: string, suggested: string): string {
    return this.#letters[about] ?? suggested;
  }

  /** Keeps how the question was written; `null`: as it was suggested. */
  write(about: string, text: string | null): void {
    const { [about]: _, ...others } = this.#letters;
    this.#letters = text === null ? others : { ...others, [about]: text };
  }

  isWritten(about: string): boolean {
    return about in this.#letters;
  }
}
