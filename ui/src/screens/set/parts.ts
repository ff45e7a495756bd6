// What typing into the parts of the ceiling means, apart from any screen.
import type { CeilingPartsView, LoadManagementView } from '../../backend';
import { leastMa, milliamps, typed } from '../../state/amperes';
import { leastPart } from '../../state/ceiling';

/** The parts that are currents. */
export const currents = ['breakerMa', 'cableMa', 'nameplateMa', 'installerMa', 'connectorMa', 'mainSwitchMa', 'restMa', 'approvedMa', 'fallsToMa'] as const;
/** All that is typed. */
export const fields = [...currents, 'derating', 'ratio'] as const;
export type Field = (typeof fields)[number];

/** The four that stand open; the rest is in groups. */
export const main = ['breakerMa', 'cableMa', 'nameplateMa', 'installerMa'] as const satisfies readonly Field[];

/** The parts that are chosen. */
export type Chosen = Pick<CeilingPartsView, 'curve' | 'phases' | 'restKnown'>;

/** Load management of which nobody has looked at anything yet. */
export const unchecked: LoadManagementView = { direction: 'notChecked', ratio: null, phase: 'notChecked', lost: 'unknown', fallsToMa: null };

/** These must be read off again before the ceiling may rise. */
export const guards = (kept: CeilingPartsView): Field[] => ['breakerMa', 'cableMa', ...(kept.installerMa === null ? [] : (['installerMa'] as const))];

export type Fault = 'needsNumber' | 'partBelowLeast' | 'needsFactor' | 'needsRatio';

/** Whole thousandths of a factor such as `0.87`, rounded down; `null` if it is none from 0.1 to 1. */
export function perMille(text: string): number | null {
  const match = /^\s*(?:1(?:[.,]0*)?|0?[.,](\d{1,6}))\s*$/.exec(text);
  if (!match) return null;
  const value = match[1] === undefined ? 1000 : Number(match[1].padEnd(3, '0').slice(0, 3));
  return value >= 100 ? value : null;
}

/** A whole number above 0 and below a million; `null` if it is none. */
export const whole = (text: string): number | null => (/^\s*0*[1-9]\d{0,5}\s*$/.test(text) ? Number(text) : null);

/** What was typed, as the number that is kept. */
export const valueOf = (field: Field, text: string): number | null => (field === 'derating' ? perMille(text) : field === 'ratio' ? whole(text) : milliamps(text));

/** What is kept, as a person would type it. */
export function textOf(field: Field, parts: CeilingPartsView): string {
  if (field === 'derating') return parts.deratingPerMille === null ? '' : String(parts.deratingPerMille / 1000);
  if (field === 'ratio') return String(parts.loadManagement?.ratio ?? '');
  return typed(field === 'fallsToMa' ? (parts.loadManagement?.fallsToMa ?? null) : parts[field]);
}

/** The fault of one typed part; `null` if it may be kept. Empty is "not entered". */
export function fault(field: Field, text: string): Fault | null {
  if (text.trim() === '') return null;
  const value = valueOf(field, text);
  if (value === null) return field === 'derating' ? 'needsFactor' : field === 'ratio' ? 'needsRatio' : 'needsNumber';
  const free = field === 'restMa' || field === 'derating' || field === 'ratio';
  return !free && value < leastMa ? 'partBelowLeast' : null;
}

/** `next` would let more current flow than `kept` does. */
export function raises(kept: CeilingPartsView, next: CeilingPartsView): boolean {
  const before = leastPart(kept);
  const after = leastPart(next);
  return before !== null && after !== null && after.limitMa > before.limitMa;
}
