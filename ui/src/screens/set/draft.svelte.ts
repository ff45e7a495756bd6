// The parts of the ceiling while they are entered. A rise is held back until breaker, cable and the charger's own limit were
// typed again.
import type { CeilingPartsView, LoadManagementView } from '../../backend';
import { fault, fields, guards, raises, textOf, valueOf, type Chosen, type Field } from './parts';

export class CeilingDraft {
  /** What stands in the fields that were typed into. */
  #texts = $state<Partial<Record<Field, string>>>({});
  /** What was chosen since the last keep. */
  #chosen = $state.raw<Partial<Chosen>>({});
  #managed = $state.raw<LoadManagementView | null | undefined>(undefined);
  /** Typed since the last keep. */
  #typed = $state.raw<Field[]>([]);
  /** Emptied by us, because they must be entered again. */
  again = $state.raw<Field[]>([]);

  /** @param kept the parts as the engine has them now */
  constructor(private readonly kept: () => CeilingPartsView) {}

  text(field: Field): string {
    return this.#texts[field] ?? textOf(field, this.kept());
  }

  /** The number a field would be kept as; what we emptied ourselves counts as it was. */
  #value(field: Field): number | null {
    const open = this.again.includes(field) && this.text(field).trim() === '';
    return valueOf(field, open ? textOf(field, this.kept()) : this.text(field));
  }

  /** The parts as they would be kept. */
  get parts(): CeilingPartsView {
    const kept = this.kept();
    const managed = this.#managed === undefined ? kept.loadManagement : this.#managed;
    return {
      ...kept,
      ...this.#chosen,
      breakerMa: this.#value('breakerMa'),
      cableMa: this.#value('cableMa'),
      deratingPerMille: this.#value('derating'),
      nameplateMa: this.#value('nameplateMa'),
      installerMa: this.#value('installerMa'),
      // A confirmation belongs to the number that was seen.
      installerConfirmed: kept.installerConfirmed && this.#value('installerMa') === kept.installerMa,
      connectorMa: this.#value('connectorMa'),
      mainSwitchMa: this.#value('mainSwitchMa'),
      restMa: this.#value('restMa'),
      approvedMa: this.#value('approvedMa'),
      loadManagement: managed && { ...managed, ratio: this.#value('ratio'), fallsToMa: managed.lost === 'fallsTo' ? this.#value('fallsToMa') : null },
    };
  }

  get faulty(): boolean {
    return fields.some((field) => fault(field, this.text(field)) !== null);
  }

  /** A rise, and what guards it was not all typed again. */
  get held(): boolean {
    const readAgain = guards(this.kept()).every((field) => this.#typed.includes(field) && valueOf(field, this.text(field)) !== null);
    return raises(this.kept(), this.parts) && !readAgain;
  }

  type(field: Field, text: string): void {
    this.#texts[field] = text;
    if (!this.#typed.includes(field)) this.#typed = [...this.#typed, field];
    if (!this.faulty) this.#askAgain();
  }

  choose(change: Partial<Chosen>): void {
    this.#chosen = { ...this.#chosen, ...change };
  }

  /** `null`: there is no load management. */
  manage(managed: LoadManagementView | null): void {
    this.#managed = managed;
    if (!this.faulty) this.#askAgain();
  }

  #askAgain(): void {
    if (this.held) {
      const untouched = guards(this.kept()).filter((field) => !this.#typed.includes(field) && !this.again.includes(field));
      for (const field of untouched) this.#texts[field] = '';
      this.again = [...this.again, ...untouched];
    } else {
      for (const field of this.again.filter((one) => this.text(one).trim() === '')) delete this.#texts[field];
      this.again = [];
    }
  }

  /** The engine kept this: what is entered from now on is new. The texts stay, a person may still be typing. */
  settled(kept: CeilingPartsView): void {
    this.#typed = [];
    this.#chosen = Object.fromEntries(Object.entries(this.#chosen).filter(([name, value]) => kept[name as keyof Chosen] !== value));
    if (JSON.stringify(this.parts.loadManagement) === JSON.stringify(kept.loadManagement)) this.#managed = undefined;
  }

  /** The field was left: from now on it shows what is kept. */
  left(field: Field): void {
    const same = valueOf(field, this.text(field)) === valueOf(field, textOf(field, this.kept()));
    if (same && !this.again.includes(field)) delete this.#texts[field];
  }

  putBack(): void {
    this.#texts = {};
    this.#chosen = {};
    this.#managed = undefined;
    this.#typed = [];
    this.again = [];
  }
}
