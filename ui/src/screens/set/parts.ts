// What typing into the parts of the ceiling means, apart from any screen.
import type { CeilingPartsView } from '../../backend';
import { leastMa, milliamps } from '../../state/amperes';

/** The parts that are numbers. */
export const fields = ['breakerMa', 'cableMa', 'nameplateMa', 'installerMa'] as const;
export type Field = (typeof fields)[number];

/** These two must be read off again before the ceiling may rise. */
export const guards = ['breakerMa', 'cableMa'] as const satisfies readonly Field[];

/** The fault of one typed part; `null` if it may be kept. Empty is "not entered". */
export function fault(text: string): 'needsNumber' | 'partBelowLeast' | null {
  if (text.trim() === '') return null;
  const ma = milliamps(text);
  if (ma === null) return 'needsNumber';
  return ma < leastMa ? 'partBelowLeast' : null;
}

/** The least part, mA; `null` if none is entered. */
export function least(parts: CeilingPartsView): number | null {
  const entered = fields.map((field) => parts[field]).filter((ma) => ma !== null);
  return entered.length > 0 ? Math.min(...entered) : null;
}

/** `next` would let more current flow than `kept` does. */
export function raises(kept: CeilingPartsView, next: CeilingPartsView): boolean {
  const before = least(kept);
  const after = least(next);
  return before !== null && after !== null && after > before;
}
