// Entering the ceiling: what is typed or chosen is kept by itself, unless it is faulty or a rise that is held back.
import type { CeilingPartsView, LoadManagementView } from '../../backend';
import { Later } from '../../state/later';
import { CeilingDraft } from './draft.svelte';
import type { Chosen, Field } from './parts';

export class Entry {
  readonly draft: CeilingDraft;
  readonly #later = new Later(600);
  /** What was entered last is kept. */
  done = $state(false);

  /**
   * @param now the parts as the engine has them now
   * @param send keeps parts; whether the engine took them
   */
  constructor(
    private readonly now: () => CeilingPartsView,
    private readonly send: (parts: CeilingPartsView) => Promise<boolean>,
  ) {
    this.draft = new CeilingDraft(now);
  }

  get kept(): CeilingPartsView {
    return this.now();
  }

  async keep(parts = this.draft.parts): Promise<void> {
    this.done = false;
    if (!(await this.send(parts))) return;
    this.draft.settled(parts);
    this.done = true;
  }

  type(field: Field, text: string): void {
    this.done = false;
    this.draft.type(field, text);
    if (this.draft.faulty || this.draft.held) this.#later.drop();
    else this.#later.ask(() => void this.keep());
  }

  leave(field: Field): void {
    this.#later.now();
    this.draft.left(field);
  }

  choose(change: Partial<Chosen>): void {
    this.draft.choose(change);
    this.#chosen();
  }

  manage(managed: LoadManagementView | null): void {
    this.draft.manage(managed);
    this.#chosen();
  }

  #chosen(): void {
    this.done = false;
    this.#later.drop();
    if (!this.draft.faulty && !this.draft.held) void this.keep();
  }

  confirm(on: boolean): void {
    this.#later.drop();
    void this.keep({ ...this.now(), installerConfirmed: on });
  }

  close(): void {
    this.#later.now();
  }
}
