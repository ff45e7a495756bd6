import { words } from '../../words';
import { short } from '../../words/format';

/** What a frame is, from its own text: the action of a call, or that it is an answer. Empty if it is no OCPP-J frame. */
export function messageName(text: string): string {
  // Only the head is looked at: the rest may be large, cut or garbage.
  const call = /^\s*\[\s*2\s*,\s*"(?:[^"\\]|\\.){0,64}"\s*,\s*"(\w{1,60})"/.exec(text.slice(0, 300));
  if (call?.[1]) return short(call[1], 40);
  const kind = /^\s*\[\s*([34])\s*,/.exec(text.slice(0, 40))?.[1];
  return kind === '3' ? words.evidence.answer : kind === '4' ? words.evidence.error : '';
}
