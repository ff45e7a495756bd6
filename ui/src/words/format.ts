// Numbers and times as a person reads them. The locale's clock, the catalogue's decimal point.
const two = (n: number): string => String(n).padStart(2, '0');

/** `1 key`, `2 keys`. */
export const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** `16.0` from 16,000 mA. */
export const amps = (ma: number): string => (ma / 1000).toFixed(1);

/** `3.7 kW` from 3,680 W. */
export const kilowatts = (w: number): string => `${(w / 1000).toFixed(1)} kW`;

/** `12 s`, `4:12 min`, `2 h 05 min` from seconds. */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)} min`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** `45 s`, `12 min`, `2 h 05 min`: for what need not tick. */
export const coarse = (seconds: number): string => (seconds < 60 || seconds >= 3600 ? span(seconds) : `${Math.floor(seconds / 60)} min`);

/** Whole seconds from `at` (RFC 3339) to `now` (ms); never negative, as clocks are read at different moments. */
export const age = (at: string, now: number): number => Math.max(0, Math.round((now - Date.parse(at)) / 1000));

/** Whole seconds from `now` (ms) to `at` (RFC 3339); 0 once it is past. */
export const left = (at: string, now: number): number => Math.max(0, Math.round((Date.parse(at) - now) / 1000));

const sameDay = (a: Date, b: Date): boolean => a.toDateString() === b.toDateString();

/** Local time of day, with the date where it is not today: `09:52:10`. */
export function clock(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  if (sameDay(date, new Date())) return time;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}

/** The name of the local zone at that moment: `GMT+11`, `CET`. */
export function zone(at: string | number): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return '';
  const parts = new Intl.DateTimeFormat(navigator.language, { timeZoneName: 'short' }).formatToParts(date);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

/** The same moment in UTC: `2026-11-22 09:52:10 UTC`. */
export function utc(at: string): string {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? at : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** `412–431, 440` from frame numbers. */
export function ranges(numbers: number[]): string {
  const sorted = [...new Set(numbers)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const n of sorted) {
    const last = runs.at(-1);
    if (last && last[1] === n - 1) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(', ');
}

// Characters that steer a display instead of standing on it: C0, C1, direction marks and overrides.
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The same text with characters that would steer the display written out: a charger must not turn our sentence around. */
export const visible = (text: string): string => text.replace(steering, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** At most `most` characters from outside, made visible, with an ellipsis where something is missing. */
export const short = (text: string, most: number): string => visible(text.length > most ? `${text.slice(0, most - 1)}…` : text);
