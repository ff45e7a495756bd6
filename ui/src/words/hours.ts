// Cheap hours, in words.
import { amps } from './format';

const faults = {
  days: 'Choose at least one day.',
  from: 'Enter when it begins, for example 22:30.',
  to: 'Enter when it ends, for example 06:00 or 24:00.',
  nothing: 'It ends when it begins. For a whole day enter 00:00 to 24:00.',
  amps: 'Enter amperes, for example 16 or 6.5.',
  least: 'Below 6 A no car charges: leave these hours out instead.',
};

const markets: Record<string, string> = { AU: 'Australia', NZ: 'New Zealand', GB: 'United Kingdom' };

export const hours = {
  title: 'Cheap hours',
  why: 'When a car may charge once nobody decides it: off-peak or in the sun. Outside of these hours the charger offers 0 A.',
  stand: 'Cheap hours stand in the charger',
  none: 'No cheap hours stand in the charger',
  willWrite: 'What would be written',
  takeAway: 'Take them away',
  picture: 'The cheap hours of each day, as they are entered below',
  days: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
  shortDays: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  preset: 'Known hours',
  ownHours: 'None: as entered by hand',
  fromBill: 'Hours differ from tariff to tariff: enter them from your bill.',
  market: (code: string) => markets[code] ?? code,
  check: 'Tariffs change, and retailers differ from networks: check the hours with your retailer or network.',
  late: (seconds: number) => `Let each start wait up to ${Math.ceil(seconds / 60)} minutes at random, where the charger can do that (OCPP 2.1).`,
  notFound: 'Looked for and not found.',
  zone: 'By the clock of',
  chooseZone: 'Choose a zone',
  platform: 'Platform it is handed to',
  noPlatform: 'None: nobody else steers it',
  choosePlatform: 'Choose',
  platformFirst: 'Say which platform it is handed to: beside one that follows sun or prices, cheap hours do harm.',
  row: (n: number) => `Hours ${n}`,
  from: 'From',
  to: 'To',
  amps: 'A per phase',
  means: (from: string, to: string) => (Number.parseInt(to) < Number.parseInt(from) ? `From ${from} until ${to} of the next day.` : `From ${from} until ${to}.`),
  fault: (fault: keyof typeof faults | 'most', mostMa: number | null) => (fault === 'most' ? `Above the limit of ${amps(mostMa ?? 0)} A that stays.` : faults[fault]),
  remove: (n: number) => `Remove hours ${n}`,
  add: 'Add hours',
  fights: 'may work against it',
  refuses: 'not beside this',
  knownFrom: (source: string) => `Known from: ${source}`,
  override: 'How the owner charges at another hour',
  apply: 'Write the cheap hours',
};
