// The form's rules, over the official schemas themselves.
import { expect, test } from 'vitest';
import official from 'virtual:official-schemas';
import { blank, fieldsOf, hint, kindOf, problems, resolved, type Json, type Schema } from '../src/parts/form/schema';

const read = (version: string, action: string): Schema => JSON.parse(official[version]![action]!) as Schema;
const versions = ['1.6', '2.0.1', '2.1'];
const all = versions.flatMap((version) => Object.keys(official[version]!).map((action) => [version, action] as const));

/** A value with every field there is, each as large as the schema lets it be. */
function full(root: Schema, given: Schema): Json {
  const schema = resolved(root, given);
  switch (kindOf(schema)) {
    case 'object':
      return Object.fromEntries(fieldsOf(root, schema).map((field) => [field.name, full(root, field.schema)]));
    case 'list':
      return Array.from({ length: Math.min(schema.maxItems ?? 2, 2) }, () => full(root, schema.items ?? {}));
    case 'choice':
      return schema.enum!.at(-1)!;
    case 'flag':
      return true;
    case 'number':
      return schema.maximum ?? Math.max(schema.minimum ?? 1, schema.multipleOf ?? 1);
    case 'time':
      return '2026-11-22T09:30:00.5+10:30';
    case 'text':
      return 'é'.repeat(Math.min(schema.maxLength ?? 9, 9_999));
    case 'any':
      return { anything: [1] };
  }
}

test('all 387 official schemas are read', () => {
  expect(all.map(([version]) => version).filter((version) => version === '1.6')).toHaveLength(78);
  expect(all).toHaveLength(387);
});

test.each(versions)('every message of %s can be filled in completely, and then fits', (version) => {
  for (const [, action] of all.filter(([of]) => of === version)) {
    const schema = read(version, action);
    expect(problems(schema, schema, full(schema, schema)), action).toEqual([]);
  }
});

test.each(versions)('every message of %s starts with exactly what it needs, still to be filled in', (version) => {
  for (const [, action] of all.filter(([of]) => of === version)) {
    const schema = read(version, action);
    const left = problems(schema, schema, blank(schema, schema));
    expect(left.filter(({ rule }) => rule !== 'missing'), action).toEqual([]);
  }
});

const profile = read('1.6', 'SetChargingProfile');
const wrong = (change: (value: any) => void): string[] => {
  const value = full(profile, profile);
  change(value);
  return problems(profile, profile, value).map(({ at, rule }) => `${rule} ${at}`);
};

test.each<[string, (value: any) => void]>([
  ['number /connectorId', (v) => (v.connectorId = '1')],
  ['whole /connectorId', (v) => (v.connectorId = 1.5)],
  ['missing /csChargingProfiles', (v) => delete v.csChargingProfiles],
  ['type /csChargingProfiles', (v) => (v.csChargingProfiles = [])],
  ['value /csChargingProfiles/chargingProfilePurpose', (v) => (v.csChargingProfiles.chargingProfilePurpose = 'txProfile')],
  ['time /csChargingProfiles/validFrom', (v) => (v.csChargingProfiles.validFrom = '2026-11-22 09:30')],
  ['step /csChargingProfiles/chargingSchedule/chargingSchedulePeriod/1/limit', (v) => (v.csChargingProfiles.chargingSchedule.chargingSchedulePeriod[1].limit = 16.25)],
  ['extra /a~1b', (v) => (v['a/b'] = 1)],
])('%s', (expected, change) => {
  expect(wrong(change)).toEqual([expected]);
});

test('a limit of 16.3 A is a tenth of an ampere, though not in binary', () => {
  expect(wrong((v) => (v.csChargingProfiles.chargingSchedule.chargingSchedulePeriod[0].limit = 16.3))).toEqual([]);
});

test('lengths are counted in characters, lists in entries', () => {
  const text: Schema = { type: 'string', maxLength: 2 };
  expect(problems(text, text, '🔌🔌')).toEqual([]);
  expect(problems(text, text, 'abc')).toEqual([{ at: '', rule: 'tooLong', limit: 2 }]);
  const variables = read('2.0.1', 'SetVariables');
  expect(problems(variables, variables, { setVariableData: [] })).toEqual([{ at: '/setVariableData', rule: 'tooFew', limit: 1 }]);
});

test('2.x: what a reference points to is followed, and its default stands in a new field', () => {
  const variables = read('2.0.1', 'SetVariables');
  expect(blank(variables, variables)).toEqual({ setVariableData: [{ attributeValue: null, component: { name: null }, variable: { name: null } }] });
  const item = resolved(variables, variables.properties!.setVariableData!.items!);
  const kind = fieldsOf(variables, item).find(({ name }) => name === 'attributeType')!;
  expect([kindOf(kind.schema), blank(variables, kind.schema)]).toEqual(['choice', 'Actual']);
});

test('custom data may hold anything beside the maker’s name', () => {
  const cache = read('2.1', 'ClearCache');
  expect(problems(cache, cache, { customData: { vendorId: 'x', own: { deep: true } } })).toEqual([]);
  expect(problems(cache, cache, { customData: { own: 1 } })).toEqual([{ at: '/customData/vendorId', rule: 'missing' }]);
});

test('a preset stands in a new field of its name', () => {
  const stop = read('1.6', 'RemoteStopTransaction');
  expect(blank(stop, stop, (name) => (name === 'transactionId' ? 1001 : undefined))).toEqual({ transactionId: 1001 });
});

test('descriptions are sentences: no marks of the tool that wrote the schemas', () => {
  expect(hint('EVSE\r\nurn:x-oca:ocpp:uid:2:233123\r\nElectric Vehicle Supply Equipment\r\n')).toBe('Electric Vehicle Supply Equipment');
  expect(hint('*(2.1)* Limit in _chargingRateUnit_ (&gt; 0) of &lt;&lt;a,Volt&gt;&gt;. +\r\n    See below.')).toBe('(2.1) Limit in chargingRateUnit (> 0) of Volt. See below.');
  expect(hint(`${'A first sentence. '.repeat(9)}${'A very long one '.repeat(20)}.`)).toBe('A first sentence. '.repeat(9).trim());
});
