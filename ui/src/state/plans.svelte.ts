// What a charger's plan is made of while somebody looks at it: its common settings, and several chargers side by side.
import type { Backend, ChargerView, DeviatingLine, SettingLine } from '../backend';

export class Plans {
  #settings = $state.raw<Record<string, SettingLine[]>>({});
  #table = $state.raw<{ ids: string[]; lines: DeviatingLine[] } | null>(null);

  constructor(private readonly backend: Backend) {}

  /** The settings that a commissioning often needs, as that charger has them; `null` until they are read. */
  settings(id: string): SettingLine[] | null {
    return this.#settings[id] ?? null;
  }

  async readSettings(id: string): Promise<void> {
    const answer = await this.backend.commonSettings(id);
    if (answer.status === 'ok') this.#settings = { ...this.#settings, [id]: answer.data };
  }

  /** These chargers side by side; `null` until they were read. */
  table(ids: string[]): DeviatingLine[] | null {
    return this.#table?.ids.join(' ') === ids.join(' ') ? this.#table.lines : null;
  }

  async compare(ids: string[]): Promise<void> {
    const answer = await this.backend.compareChargers(ids);
    if (answer.status === 'ok') this.#table = { ids, lines: answer.data };
  }

  /** The other chargers of the same make, model and OCPP, which can be set alike. */
  alike(charger: ChargerView, all: Record<string, ChargerView>): ChargerView[] {
    const same = (other: ChargerView) => other.vendor === charger.vendor && other.model === charger.model && other.version === charger.version;
    return Object.values(all).filter((other) => other.id !== charger.id && other.adopted && charger.model !== '' && same(other));
  }
}
