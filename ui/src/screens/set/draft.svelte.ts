// The parts of the ceiling while they are typed. A rise is held back until breaker and cable were both typed again.
import type { CeilingPartsView } from '../../backend';
import { milliamps, typed } from '../../state/amperes';
import { fault, fields, guards, raises, type Field } from './parts';

export class CeilingDraft {
  /** What stands in the fields that were typed into. */
  #texts = $state<Partial<Record<Field, string>>>({});
  /** Typed since the last keep. */
  #typed = $state.raw<Field[]>([]);
  /** Emptied by us, because they must be entered again. */
  again = $state.raw<Field[]>([]);

  /** @param kept the parts as the engine has them now */
  constructor(private readonly kept: () => CeilingPartsView) {}

  text(field: Field): string {
    return this.#texts[field] ?? typed(this.kept()[field]);
  }

  /** The parts as they would be kept; what we emptied ourselves counts as it was. */
  get parts(): CeilingPartsView {
    const value = (field: Field): number | null => {
      const open = this.again.includes(field) && this.text(field).trim() === '';
      return open ? this.kept()[field] : milliamps(this.text(field));
    };
    return {
      breakerMa: value('breakerMa'),
      cableMa: value('cableMa'),
      nameplateMa: value('nameplateMa'),
      installerMa: value('installerMa'),
      // A confirmation belongs to the number that was seen.
      installerConfirmed: this.kept().installerConfirmed && value('installerMa') === this.kept().installerMa,
    };
  }

  get faulty(): boolean {
    return fields.some((field) => fault(this.text(field)) !== null);
  }

  /** A rise, and breaker and cable were not both typed again. */
  get held(): boolean {
    const readAgain = guards.every((field) => this.#typed.includes(field) && milliamps(this.text(field)) !== null);
    return raises(this.kept(), this.parts) && !readAgain;
  }

  type(field: Field, text: string): void {
    this.#texts[field] = text;
    if (!this.#typed.includes(field)) this.#typed = [...this.#typed, field];
    if (!this.faulty) this.#askAgain();
  }

  #askAgain(): void {
    if (this.held) {
      const untouched = guards.filter((field) => !this.#typed.includes(field) && !this.again.includes(field));
      for (const field of untouched) this.#texts[field] = '';
      this.again = [...this.again, ...untouched];
    } else {
      for (const field of this.again.filter((one) => this.text(one).trim() === '')) delete this.#texts[field];
      this.again = [];
    }
  }

  /** The engine kept it: what is typed from now on is new. The texts stay, a person may still be typing. */
  settled(): void {
    this.#typed = [];
  }

  /** The field was left: from now on it shows what is kept. */
  left(field: Field): void {
    const same = milliamps(this.text(field)) === this.kept()[field];
    if (same && !this.again.includes(field)) delete this.#texts[field];
  }

  putBack(): void {
    this.#texts = {};
    this.#typed = [];
    this.again = [];
  }
}
