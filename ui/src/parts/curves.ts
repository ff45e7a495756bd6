// Aligns several curves to one time axis, as the chart wants them.

/** A value at a time (ms). */
export type Point = { at: number; value: number };

/** One curve. `held` keeps each value until the next point; `undefined` in the result means "no point here". */
export type Curve = { label: string; colour: string; dash: number[]; width: number; held: boolean; points: Point[] };

/** Seconds, then one row per curve. Held curves reach to `until` (ms), if given. */
export function align(curves: Curve[], until: number | null): [number[], ...(number | undefined)[][]] {
  const times = new Set(curves.flatMap(({ points }) => points.map(({ at }) => at)));
  if (until !== null && times.size > 0 && until > Math.max(...times)) times.add(until);
  const axis = [...times].sort((a, b) => a - b);
  return [axis.map((at) => at / 1000), ...curves.map((curve) => row(curve, axis))];
}

function row({ points, held }: Curve, axis: number[]): (number | undefined)[] {
  const byTime = new Map(points.map(({ at, value }) => [at, value]));
  let last: number | undefined;
  return axis.map((at) => {
    const value = byTime.get(at);
    if (value !== undefined) last = value;
    return held ? last : value;
  });
}

/** The top of the value axis: a round number a little above the largest value, at least `least`. */
export function top(curves: Curve[], least: number): number {
  const largest = Math.max(least, ...curves.flatMap(({ points }) => points.map(({ value }) => value)));
  return Math.ceil((largest * 1.06) / 4) * 4;
}
