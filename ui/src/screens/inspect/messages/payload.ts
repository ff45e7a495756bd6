// The payload inside a stored frame, for reading. What is no OCPP-J frame is shown as it is.
import { isObject, type Json } from '../../../parts/form/schema';

/** Calls carry their payload fourth, answers third; an error is its code, description and details. */
function inside(text: string): Json | undefined {
  try {
    const frame = JSON.parse(text) as Json;
    if (!Array.isArray(frame)) return undefined;
    if (frame[0] === 2 || frame[0] === 6) return frame[3];
    return frame[0] === 4 ? frame.slice(2) : frame[2];
  } catch {
    return undefined;
  }
}

export function payloadOf(text: string): string {
  const payload = inside(text);
  return payload === undefined ? text : JSON.stringify(payload, null, 2);
}

/** The status of an answer, or the code of an error; empty where it has none. */
export function statusOf(text: string): string {
  const payload = inside(text);
  if (Array.isArray(payload)) return typeof payload[0] === 'string' ? payload[0] : '';
  return isObject(payload) && typeof payload.status === 'string' ? payload.status : '';
}

/** The engine's mask, open to be filled in again: the mask itself must never be sent as a password. */
export const unmasked = (payload: string): string => payload.replaceAll('"(masked)"', 'null');
