// Current in the engine is integer milliamperes; people type amperes.

/** The least current an electric vehicle charges with (IEC 61851-1), mA. */
export const leastMa = 6_000;

/** The most that a field takes, mA. */
export const mostMa = 400_000;

const nominalVolts = 230;

/** mA from what was typed, floored to 0.1 A; `null` if it is no number. Digit by digit: 16.3 must not become 16.2. */
export function milliamps(typed: string): number | null {
  const match = /^\s*(\d{1,4})(?:[.,](\d?)\d*)?\s*$/.exec(typed);
  if (!match) return null;
  const ma = Number(match[1]) * 1000 + Number(match[2] || 0) * 100;
  return ma <= mostMa ? ma : null;
}

/** W at 230 V on so many phases. */
export const watts = (ma: number, phases: number): number => Math.round((nominalVolts * ma * phases) / 1000);

/** What a person would type for it: `16`, `6.5`; empty for nothing. */
export const typed = (ma: number | null): string => (ma === null ? '' : String(ma / 1000));
