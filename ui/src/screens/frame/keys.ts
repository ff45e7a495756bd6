import type { StepName } from '../../backend';
import { steps } from '../../state/place';

const withAlt = (event: KeyboardEvent): boolean => event.altKey && !event.ctrlKey && !event.metaKey;

/** Where Alt and a letter lead: B to Before you buy, P to what is being practised. By code, as below. */
export const placeOfKey = (event: KeyboardEvent): 'buy' | 'practice' | undefined => (withAlt(event) ? ({ KeyB: 'buy', KeyP: 'practice' } as const)[event.code] : undefined);

/** Alt 1 … Alt 6 name the steps. By code, because Alt changes the character on some keyboards. */
export function stepOfKey(event: KeyboardEvent): StepName | undefined {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  return withAlt(event) && digit ? steps[Number(digit) - 1] : undefined;
}
