// What can be sent to chargers, what is being written, and what was sent since the window was opened.
import type { Backend, SentView } from '../backend';
import { isObject, type Json, type JsonObject, type Schema } from '../parts/form/schema';

/** A payload that is being written. `value` is the last readable state of `text`. */
export type Draft = { text: string; value: JsonObject; readable: boolean };

/** The most messages of one charger that are remembered. */
const remembered = 50;

const pretty = (value: Json): string => JSON.stringify(value, null, 2);

/** What was typed as JSON; `null` where it is none, or no object. */
function read(text: string): JsonObject | null {
  try {
    const value = JSON.parse(text) as Json;
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export class Messages {
  #lists = $state.raw<Record<string, string[]>>({});
  #schemas = $state.raw<Record<string, Schema>>({});
  #drafts = $state.raw<Record<string, Draft>>({});
  #sent = $state.raw<Record<string, SentView[]>>({});
  #chosen = $state.raw<Record<string, string>>({});

  constructor(private readonly backend: Backend) {}

  /** What can be sent to a charger of that version; empty until it is read. */
  list(version: string): string[] {
    return this.#lists[version] ?? [];
  }

  async readList(version: string): Promise<void> {
    if (this.#lists[version]) return;
    const list = await this.backend.messages(version);
    this.#lists = { ...this.#lists, [version]: list };
  }

  /** The official schema of a request; `null` until it is read. */
  schema(version: string, action: string): Schema | null {
    return this.#schemas[`${version} ${action}`] ?? null;
  }

  async readSchema(version: string, action: string): Promise<void> {
    if (this.schema(version, action)) return;
    const text = await this.backend.messageSchema(version, action);
    this.#schemas = { ...this.#schemas, [`${version} ${action}`]: JSON.parse(text ?? '{"type":"object"}') as Schema };
  }

  /** The message a charger's screen shows. */
  chosen(id: string): string | null {
    return this.#chosen[id] ?? null;
  }

  choose(id: string, action: string): void {
    this.#chosen = { ...this.#chosen, [id]: action };
  }

  draft(id: string, action: string): Draft | null {
    return this.#drafts[`${id} ${action}`] ?? null;
  }

  /** Takes over a value that was made in the form. */
  edit(id: string, action: string, value: JsonObject): void {
    this.#keep(id, action, { text: pretty(value), value, readable: true });
  }

  /** Takes over what was typed as JSON, readable or not. */
  type(id: string, action: string, text: string): void {
    const value = read(text);
    this.#keep(id, action, { text, value: value ?? this.draft(id, action)?.value ?? {}, readable: value !== null });
  }

  #keep(id: string, action: string, draft: Draft): void {
    this.#drafts = { ...this.#drafts, [`${id} ${action}`]: draft };
  }

  /** What was sent to a charger, newest first. */
  sent(id: string): SentView[] {
    return this.#sent[id] ?? [];
  }

  note(id: string, sent: SentView): void {
    this.#sent = { ...this.#sent, [id]: [sent, ...this.sent(id)].slice(0, remembered) };
  }
}
