// Cheap hours on the scripted site.
import type { CheapHoursView, ChargerView, HoursChoices, HoursPlan, OutcomeView, SpanView, WeekView } from '..';

const every = (spans: SpanView[]): SpanView[][] => Array.from({ length: 7 }, () => spans);
const span = (from: number, to: number, limitMa: number): SpanView => ({ fromMin: from * 60, toMin: to * 60, limitMa });
const working = [span(0, 8, 0), span(11, 16, 0), span(22, 24, 0)];

/** Every night until six. */
export const nights: WeekView = { zone: 'Australia/Adelaide', days: every([span(0, 6, 16_000)]), randomDelayS: null };

export const choices: HoursChoices = {
  zones: ['Australia/Adelaide', 'Australia/Darwin', 'Australia/Lord_Howe', 'Australia/Perth', 'Europe/London', 'Pacific/Auckland', 'Pacific/Chatham', 'UTC'],
  ownZone: 'Australia/Adelaide',
  presets: [
    {
      id: 'au-sa-solar-sponge',
      name: 'South Australia: solar sponge and night (SA Power Networks)',
      market: 'AU',
      what: { what: 'The two cheaper times of the network’s residential time-of-use tariff.', source: 'blog of a solar magazine', date: '2025', confidence: 'medium' },
      week: { zone: 'Australia/Adelaide', days: every([span(0, 6, 0), span(10, 16, 0)]), randomDelayS: null },
      besides: [{ what: 'Whether the hours follow daylight saving or stay in standard time.', source: '', date: '', confidence: 'unknown' }],
    },
    {
      id: 'au-wa-synergy-midday-saver',
      name: 'Western Australia: super off-peak (Synergy Midday Saver)',
      market: 'AU',
      what: { what: 'The cheapest hours of every day.', source: 'page of the retailer', date: '2025', confidence: 'high' },
      week: { zone: 'Australia/Perth', days: every([span(9, 15, 0)]), randomDelayS: null },
      besides: [{ what: 'Whether the hours follow daylight saving or stay in standard time.', source: '', date: '', confidence: 'unknown' }],
    },
    {
      id: 'nz-meridian-ev',
      name: 'New Zealand: night rate (Meridian EV plan)',
      market: 'NZ',
      what: { what: 'The night hours of the plan, every day.', source: 'page that compares plans', date: '2025', confidence: 'medium' },
      week: { zone: 'Pacific/Auckland', days: every([span(0, 7, 0), span(21, 24, 0)]), randomDelayS: null },
      besides: [{ what: 'Whether the hours follow daylight saving or stay in standard time.', source: '', date: '', confidence: 'unknown' }],
    },
    {
      id: 'gb-off-peak',
      name: 'Great Britain: off-peak by default',
      market: 'GB',
      what: { what: 'What a charger sold in Great Britain is set to when it is first used: no charging at the two peaks of working days.', source: 'help centre of a maker', date: 'unknown', confidence: 'medium' },
      week: { zone: 'Europe/London', days: [...Array.from({ length: 5 }, () => working), [span(0, 24, 0)], [span(0, 24, 0)]], randomDelayS: 600 },
      besides: [{ what: 'It starts up to 10 minutes late at random.', source: 'wiki of a platform', date: 'unknown', confidence: 'medium' }],
    },
  ],
  platforms: [
    { id: 'chargehq', name: 'Charge HQ' },
    { id: 'steve', name: 'SteVe' },
  ],
  otherwise: [
    'Outside the cheap hours the charger offers 0 A: a car that is plugged in waits for the next cheap hour. The car’s own app cannot change that.',
    'To charge at another hour, somebody with this program takes the cheap hours away (Set, Cheap hours); they stay away until they are set again.',
  ],
};

const told = [
  'Written as 7 schedules of 2 periods each in UTC that recur every day; 0 A outside the cheap hours.',
  'On Sunday 4 April 2027 at 03:00 the clocks go back to 02:00.',
  'On Sunday 3 October 2027 at 02:00 the clocks go forward to 03:00.',
  'The hours are right until 7 April 2030. From then on they are an hour early by the clock on the wall until 6 October 2030, and so every year, unless somebody writes them again.',
];

export const written = (week: WeekView): CheapHoursView => ({
  week,
  words: told,
  outcome: { verdict: 'notTested', finding: 'The charger says so: it accepted the cheap hours, and its own schedule for the next 24 hours shows them. No car showed that it obeys them, so that is not tested.', evidence: [61, 62] },
});

export const takenAway: OutcomeView = { verdict: 'notTested', finding: 'The charger answered that the cheap hours are gone. Nothing was measured: see whether a car charges.', evidence: [70, 71] };

export function planOfHours(charger: ChargerView, week: WeekView, platform: string | null): HoursPlan {
  const fights: HoursPlan['fights'] = [];
  if (platform === 'chargehq') fights.push({ text: 'Charge HQ follows the sun and follows prices. Beside it cheap hours would hold the car at 0 A whenever Charge HQ wants it to charge. Enter the cheap hours in Charge HQ instead, or choose no such platform.', evidence: 'Charge HQ: technical details of the charging control system (unknown)', refuses: true });
  if (charger.vendor === 'Fronius') fights.push({ text: 'Of the Fronius Wattpilot Home: On the sister product of go-e the local interface is ignored while OCPP is on.', evidence: 'an issue of an integration (2026-06-24)', refuses: false });
  const missing = charger.permanent ? null : 'The cheap hours were not written. No limit of ours stays in the charger. Set one first: where the hours end, it holds.';
  const refusing = fights.find(({ refuses }) => refuses);
  return { refused: refusing?.text ?? missing, words: week.days.some((day) => day.length > 0) ? told : [], fights };
}
