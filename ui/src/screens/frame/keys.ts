import type { StepName } from '../../backend';
import { steps } from '../../state/place';

/** Alt P leads to what is being practised. By code, as below. */
export const isPracticeKey = (event: KeyboardEvent): boolean => event.altKey && !event.ctrlKey && !event.metaKey && event.code === 'KeyP';

/** Alt 1 … Alt 5 name the steps. By code, because Alt changes the character on some keyboards. */
export function stepOfKey(event: KeyboardEvent): StepName | undefined {
  const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
  return event.altKey && !event.ctrlKey && !event.metaKey && digit ? steps[Number(digit) - 1] : undefined;
}
