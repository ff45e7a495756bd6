// What a JSON schema asks for, as far as the official OCPP schemas go (draft 4 and 6, `$ref` only into `definitions`).
// Pure: a value goes in, what it still lacks comes out. A value that is still to be filled in is `null`.

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export type Schema = {
  $ref?: string;
  type?: string;
  description?: string;
  default?: Json;
  definitions?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  enum?: string[];
  format?: string;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
};

/** What a value is not, with what the schema asks; `at` is its JSON pointer. */
export type Problem = { at: string; rule: Rule; limit?: number };
export type Rule = 'missing' | 'extra' | 'type' | 'number' | 'whole' | 'value' | 'time' | 'tooLong' | 'tooSmall' | 'tooLarge' | 'step' | 'tooFew' | 'tooMany';

/** What a value is edited with. */
export type Kind = 'object' | 'list' | 'choice' | 'flag' | 'number' | 'time' | 'text' | 'any';

/** A field of an object. */
export type Field = { name: string; schema: Schema; required: boolean; hint: string };

/** A value for a new field, by its name; `undefined` where there is nothing better than what the schema says. */
export type Preset = (name: string) => Json | undefined;

export const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

/** One step of a JSON pointer (RFC 6901). */
export const below = (pointer: string, name: string | number): string => `${pointer}/${String(name).replace(/~/g, '~0').replace(/\//g, '~1')}`;

/** The schema itself where it only points to another. */
export function resolved(root: Schema, schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  const meant = name === undefined ? undefined : root.definitions?.[name];
  // What stands beside `$ref` (a description) is nearer to the field than what it points to.
  return meant ? { ...resolved(root, meant), ...(schema.description ? { description: schema.description } : {}) } : schema;
}

const kinds: Record<string, Kind> = { object: 'object', array: 'list', boolean: 'flag', integer: 'number', number: 'number', string: 'text' };

/** What a value of this (resolved) schema is edited with. */
export function kindOf(schema: Schema): Kind {
  if (schema.enum) return 'choice';
  if (schema.format === 'date-time') return 'time';
  return kinds[schema.type ?? ''] ?? 'any';
}

/** The fields of a (resolved) object: those it needs, then the others, each in the schema's order. */
export function fieldsOf(root: Schema, { properties = {}, required = [] }: Schema): Field[] {
  const all = Object.entries(properties).map(([name, given]): Field => {
    const schema = resolved(root, given);
    return { name, schema, required: required.includes(name), hint: hint(schema.description ?? '') };
  });
  return [...all.filter((field) => field.required), ...all.filter((field) => !field.required)];
}

/** The sentences of a description that fit into three lines. */
const brief = (text: string): string => (text.length <= 160 ? text : (/^.{20,160}[.](?= )/.exec(text)?.[0] ?? text));

/** A description as a few sentences: without the marks of the tool that wrote the official schemas, and of AsciiDoc. */
export function hint(description: string): string {
  const lines = description.split(/\r?\n/).map((line) => line.trim());
  // A line with the name of a class of the model, then its number.
  const said = lines.filter((line, i) => !line.startsWith('urn:') && !lines[i + 1]?.startsWith('urn:'));
  const plain = said.join(' ').replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&');
  const named = plain.replace(/<<(?:[^,>]*,)?([^>]*)>>/g, '$1').replace(/(^|\W)_([\w.]+?)_(?!\w)/g, '$1$2').replace(/\*(\S[^*]*)\*/g, '$1');
  return brief(named.replace(/ \+(?= |$)/g, ' ').replace(/\s+/g, ' ').trim());
}

/** What a new value starts as: everything needed is there, and still to be filled in. */
export function blank(root: Schema, given: Schema, preset: Preset = () => undefined, name = ''): Json {
  const schema = resolved(root, given);
  const kind = kindOf(schema);
  if (kind === 'object') {
    const needed = fieldsOf(root, schema).filter((field) => field.required);
    return Object.fromEntries(needed.map((field) => [field.name, blank(root, field.schema, preset, field.name)]));
  }
  // Whoever needs a list, or asks for one, wants something in it.
  if (kind === 'list') return [blank(root, schema.items ?? {}, preset, name)];
  const only = schema.enum?.length === 1 ? schema.enum[0] : undefined;
  return only ?? preset(name) ?? schema.default ?? null;
}

/** Everything that keeps a value from fitting the schema, in the order of its fields. */
export function problems(root: Schema, given: Schema, value: Json, at = ''): Problem[] {
  const schema = resolved(root, given);
  if (value === null) return [{ at, rule: 'missing' }];
  switch (kindOf(schema)) {
    case 'object':
      return isObject(value) ? ofObject(root, schema, value, at) : [{ at, rule: 'type' }];
    case 'list':
      return Array.isArray(value) ? ofList(root, schema, value, at) : [{ at, rule: 'type' }];
    case 'choice':
      return schema.enum?.some((one) => one === value) ? [] : [{ at, rule: 'value' }];
    case 'flag':
      return typeof value === 'boolean' ? [] : [{ at, rule: 'type' }];
    case 'number':
      return ofNumber(schema, value, at);
    case 'time':
      return typeof value === 'string' && isTime(value) ? [] : [{ at, rule: 'time' }];
    case 'text':
      return ofText(schema, value, at);
    case 'any':
      return [];
  }
}

function ofObject(root: Schema, schema: Schema, value: JsonObject, at: string): Problem[] {
  const fields = fieldsOf(root, schema);
  const known = fields.flatMap(({ name, schema: inner, required }) => {
    const field = value[name];
    if (field === undefined) return required ? [{ at: below(at, name), rule: 'missing' } as const] : [];
    return problems(root, inner, field, below(at, name));
  });
  const extra = schema.additionalProperties === false ? extrasOf(fields, value) : [];
  return [...known, ...extra.map((name) => ({ at: below(at, name), rule: 'extra' }) as const)];
}

/** The names in a value that no field has. */
export const extrasOf = (fields: Field[], value: JsonObject): string[] => Object.keys(value).filter((name) => !fields.some((field) => field.name === name));

function ofList(root: Schema, { items = {}, minItems = 0, maxItems = Infinity }: Schema, value: Json[], at: string): Problem[] {
  const inside = value.flatMap((item, i) => problems(root, items, item, below(at, i)));
  if (value.length < minItems) return [{ at, rule: 'tooFew', limit: minItems }, ...inside];
  if (value.length > maxItems) return [{ at, rule: 'tooMany', limit: maxItems }, ...inside];
  return inside;
}

function ofNumber({ type, minimum = -Infinity, maximum = Infinity, multipleOf }: Schema, value: Json, at: string): Problem[] {
  if (typeof value !== 'number') return [{ at, rule: 'number' }];
  if (type === 'integer' && !Number.isInteger(value)) return [{ at, rule: 'whole' }];
  if (value < minimum) return [{ at, rule: 'tooSmall', limit: minimum }];
  if (value > maximum) return [{ at, rule: 'tooLarge', limit: maximum }];
  if (multipleOf !== undefined && !isMultiple(value, multipleOf)) return [{ at, rule: 'step', limit: multipleOf }];
  return [];
}

/** 16.3 is a multiple of 0.1, though not in binary. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) < 1e-9 * Math.max(1, Math.abs(times));
}

function ofText({ maxLength = Infinity }: Schema, value: Json, at: string): Problem[] {
  if (typeof value !== 'string') return [{ at, rule: 'type' }];
  // JSON schema counts characters, not UTF-16 units.
  return [...value].length > maxLength ? [{ at, rule: 'tooLong', limit: maxLength }] : [];
}

/** RFC 3339 with a zone, as OCPP asks. */
export const isTime = (text: string): boolean => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/i.test(text) && !Number.isNaN(Date.parse(text));
