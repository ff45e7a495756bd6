// Cheap hours as a person enters them: rows of days, from, to and a limit. What goes past midnight is one row here and two
// spans in the engine.
import type { SpanView, WeekView } from '../../backend';
import { leastMa, milliamps, typed } from '../../state/amperes';

/** One row: which days (Monday is 0), from and to as typed, A as typed. */
export type Row = { days: boolean[]; from: string; to: string; amps: string };

const day = 24 * 60;

/** The minute of the day from what was typed: `7`, `7:30`, `07.30`, `24:00`; `null` if it is no time. */
export function minute(text: string): number | null {
  const match = /^\s*(\d{1,2})(?:[:.h](\d{2}))?\s*$/.exec(text);
  if (!match) return null;
  const at = Number(match[1]) * 60 + Number(match[2] ?? 0);
  return Number(match[2] ?? 0) < 60 && at <= day ? at : null;
}

/** `07:30`. */
export const clock = (at: number): string => `${String(Math.floor(at / 60)).padStart(2, '0')}:${String(at % 60).padStart(2, '0')}`;

/** What is wrong with a row; `null`: nothing. */
export type Fault = 'days' | 'from' | 'to' | 'nothing' | 'amps' | 'least' | 'most';

export function faultOf(row: Row, mostMa: number | null): Fault | null {
  const [from, to, ma] = [minute(row.from), minute(row.to), milliamps(row.amps)];
  if (!row.days.includes(true)) return 'days';
  if (from === null || from === day) return 'from';
  if (to === null) return 'to';
  if (from === to) return 'nothing';
  if (ma === null) return 'amps';
  if (ma < leastMa) return 'least';
  return mostMa !== null && ma > mostMa ? 'most' : null;
}

/** The spans of a row on each of the seven days. Hours that end before they begin end on the next day. */
function spansOf(row: Row): [number, SpanView][] {
  const [fromMin, toMin, limitMa] = [minute(row.from), minute(row.to), milliamps(row.amps)];
  if (fromMin === null || toMin === null || limitMa === null || fromMin === toMin) return [];
  const on = row.days.flatMap((is, index) => (is ? [index] : []));
  if (fromMin < toMin) return on.map((index) => [index, { fromMin, toMin, limitMa }]);
  const tomorrow = (index: number): [number, SpanView][] => (toMin > 0 ? [[(index + 1) % 7, { fromMin: 0, toMin, limitMa }]] : []);
  return on.flatMap((index): [number, SpanView][] => [[index, { fromMin, toMin: day, limitMa }], ...tomorrow(index)]);
}

/** The week that the rows mean, by the clock of a zone; each start so many seconds late at most, at random. */
export function weekOf(rows: Row[], zone: string, randomDelayS: number | null = null): WeekView {
  const days: SpanView[][] = Array.from({ length: 7 }, () => []);
  for (const [index, span] of rows.flatMap(spansOf)) days[index]!.push(span);
  days.forEach((spans) => spans.sort((a, b) => a.fromMin - b.fromMin));
  return { zone, days, randomDelayS };
}

const same = (a: SpanView, b: SpanView): boolean => a.fromMin === b.fromMin && a.toMin === b.toMin && a.limitMa === b.limitMa;

/** The rows that mean this week: the same hours of several days are one. `ma`: the limit where a preset names none. */
export function rowsOf(week: WeekView, ma: number | null): Row[] {
  const spans: { span: SpanView; days: boolean[] }[] = [];
  week.days.forEach((list, index) => {
    for (const span of list) {
      const known = spans.find((it) => same(it.span, span));
      if (known) known.days[index] = true;
      else spans.push({ span, days: Array.from({ length: 7 }, (_, at) => at === index) });
    }
  });
  return spans.map(({ span, days }) => ({ days, from: clock(span.fromMin), to: clock(span.toMin), amps: typed(span.limitMa || ma) }));
}

/** Every night until six, at the limit that stays. */
export const firstRow = (ma: number | null): Row => ({ days: Array.from({ length: 7 }, () => true), from: '00:00', to: '06:00', amps: typed(ma) });
