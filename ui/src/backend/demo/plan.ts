// A scripted plan: settings as a charger has them, lines in every state, what others left.
import type { CardsView, HandView, ChangeLine, ChangeView, ChangesView, DeviatingLine, SettingLine } from '..';
import { ago } from './site';

/** Nothing is known of its list, and no card was held up. */
export const noCards: CardsView = { version: '', seen: [], longest: 20, most: null, planned: null, switches: [] };

export const noChanges: ChangesView = { lines: [], outcome: null, back: null, plannedLimitMa: null, wantsRestart: false, residue: [], looked: null, cards: noCards };

const setting = (id: string, group: string, title: string, key: string, value: string | null, form: SettingLine['form'], more: Partial<SettingLine> = {}): SettingLine => ({
  id,
  group,
  title,
  key,
  value,
  readonly: false,
  form,
  suggested: null,
  why: 'A check waits for the next reading, and a platform steers by it.',
  risk: '',
  source: 'OCPP 1.6 edition 2, 9.1',
  date: '2019-12-13',
  confidence: 'high',
  ...more,
});

export const commonSettings = (): SettingLine[] => [
  setting('meter-interval', 'metering', 'Time between two meter readings', 'MeterValueSampleInterval', '60', { kind: 'seconds', least: 5, most: 900 }, { suggested: '30', risk: 'Some makes take no less than 30 or 60 s; short intervals fill a slow connection.' }),
  setting('measurands', 'metering', 'What a meter reading holds', 'MeterValuesSampledData', 'Energy.Active.Import.Register', { kind: 'measurands', offered: ['Energy.Active.Import.Register', 'Current.Import'] }, { suggested: 'Energy.Active.Import.Register,Current.Import' }),
  setting('heartbeat', 'connection', 'Time between two signs of life', 'HeartbeatInterval', '86400', { kind: 'seconds', least: 10, most: 86400 }, { suggested: '300' }),
  setting('free-charging', 'authorisation', 'Charge without a card', 'FreeCharging', 'false', { kind: 'switch' }, { risk: 'Everybody who can reach the cable can charge on the owner’s bill.' }),
  setting('offline-known', 'offline', 'Offline: charges known cards', 'LocalAuthorizeOffline', 'true', { kind: 'switch' }, { readonly: true }),
  setting('phase-rotation', 'phases', 'How the phases are connected', 'ConnectorPhaseRotation', null, { kind: 'rotation' }),
  setting('light', 'display', 'Brightness of the lights', '', null, { kind: 'percent' }),
];

/** Two cards were held up; the list is empty and counts only without a platform. */
export const someCards = (): CardsView => ({
  version: 'empty (version 0)',
  seen: [
    { card: { idTag: '04A2B7C8D9E0F1', kind: 'ISO14443' }, at: ago(40), number: 142, started: false },
    { card: { idTag: '5E19A0B3', kind: 'ISO14443' }, at: ago(400), number: 96, started: true },
  ],
  longest: 20,
  most: 100,
  planned: null,
  switches: [
    setting('own-list', 'authorisation', 'Uses its own list of cards', 'LocalAuthListEnabled', 'false', { kind: 'switch' }),
    setting('offline-known', 'offline', 'Offline: charges known cards', 'LocalAuthorizeOffline', 'true', { kind: 'switch' }),
    setting('starts-before-the-answer', 'authorisation', 'Starts known cards before the platform has answered', 'LocalPreAuthorize', 'false', { kind: 'switch' }),
  ],
});

const tails = (tags: string[]): string => tags.map((tag) => `…${tag.slice(-4)}`).join(', ');

const aboutCards: Partial<ChangeLine> = {
  now: 'empty (version 0)',
  why: 'The charger lets these cards charge without asking a platform, also where there is none.',
  risk: 'care',
  riskWords: 'It changes who may charge. It does not act: LocalAuthListEnabled is false.',
  goesWith: [{ change: 'setting', key: 'LocalAuthListEnabled', value: 'true', confirmed: false }],
  back: 'The list is emptied again, as it was. Where somebody else has changed it meanwhile, only these cards are taken out.',
};

function said(change: ChangeView): { what: string; will: string } {
  switch (change.change) {
    case 'limit':
      return { what: 'Current limit of the whole charger', will: `${change.limitMa / 1000} A` };
    case 'setting':
      return { what: change.key, will: change.value };
    case 'cheapHours':
      return { what: 'Cheap hours', will: change.week ? `by the clock of ${change.week.zone}` : 'none of ours; it charges at any hour' };
    case 'cards':
      return {
        what: 'Cards that charge without asking (local authorization list)',
        will: `${change.replace ? 'only' : 'also'} ${change.cards.length === 1 ? '1 card' : `${change.cards.length} cards`}: ${tails(change.cards.map(({ idTag }) => idTag))}`,
      };
    case 'demandResponse':
      return { what: change.order.hold ? 'Demand response, held' : 'Rehearsal of demand response', will: 'each asked for, measured and taken away again; then as before' };
    default:
      return { what: 'All limits in the charger', will: 'gone' };
  }
}

/** A line that waits. */
export function waiting(id: number, change: ChangeView): ChangeLine {
  const limit = change.change === 'limit';
  const { what, will } = said(change);
  const cards = change.change === 'cards' ? aboutCards : {};
  return {
    id,
    state: 'waits',
    what,
    now: limit ? '' : '60',
    will,
    why: 'The charger keeps it without Chargehand, over restarts.',
    risk: limit ? 'current' : 'none',
    riskWords: limit ? 'It is neither overload protection nor a limit of the maximum demand.' : '',
    back: limit ? 'The limit before comes back, never above the ceiling.' : '60 is written again.',
    canGoBack: true,
    obstacle: '',
    confirmed: null,
    already: false,
    outcome: null,
    undone: null,
    used: [],
    goesWith: [],
    ...cards,
  };
}

const set = (key: string, value: string, confirmed = false): ChangeView => ({ change: 'setting', key, value, confirmed });

const rehearsal = (): ChangeView => ({
  change: 'demandResponse',
  order: {
    signals: [2, 3].map((mode) => ({ kind: 'drm', modes: [mode] })),
    hold: false,
    forS: null,
    said: { phases: null, wholeAmperes: false, ofInstaller: false, feedsBack: false },
    commence: false,
    licensed: '',
  },
});

/** Lines in every state. */
export const planned = (): ChangesView => ({
  ...noChanges,
  cards: someCards(),
  lines: [
    { ...waiting(1, set('HeartbeatInterval', '300')), state: 'stands', now: '86400', outcome: { verdict: 'passed', finding: 'It reads 300 now.', evidence: [101, 102] } },
    { ...waiting(2, set('WebSocketPingInterval', '30')), state: 'notWritten', outcome: { verdict: 'failed', finding: 'The charger refused 30 (NotSupported). It was not changed.', evidence: [103, 104] } },
    { ...waiting(3, set('LightIntensity', '10')), state: 'takenBack', outcome: { verdict: 'passed', finding: 'It reads 10 now.', evidence: [105] }, undone: { verdict: 'passed', finding: 'LightIntensity reads 100 again.', evidence: [107] } },
    { ...waiting(4, set('ConnectionTimeOut', '120')), state: 'begun' },
    { ...waiting(8, rehearsal()), state: 'done', now: '25.0 A', outcome: { verdict: 'failed', finding: 'Capability evidence. not followed: DRM3; followed: DRM2. Nothing of ours stays in the charger.', evidence: [108, 109] } },
    waiting(5, { change: 'limit', limitMa: 16_000, connector: 0 }),
    { ...waiting(6, set('EcoMode', '0')), risk: 'unknown', riskWords: 'What it does to the current is not known.', obstacle: 'Effect on current unknown: the key EcoMode.', confirmed: set('EcoMode', '0', true) },
    {
      ...waiting(9, { change: 'cards', cards: [{ idTag: '5E19A0B3', kind: 'ISO14443' }], replace: false }),
      state: 'stands',
      now: 'empty (version 0)',
      outcome: { verdict: 'passed', finding: 'The charger names its list version 1 now. That shows that it keeps the list, not that a card starts a charge: hold one up to it.', evidence: [108, 109] },
      used: [{ card: '…A0B3', at: ago(300), number: 133, unasked: true }],
    },
    { ...waiting(7, { change: 'clearAll' }), risk: 'care', canGoBack: false, back: 'OCPP 1.6 cannot read profiles, so they cannot be put back.' },
  ],
  outcome: { verdict: 'failed', finding: 'Of 2 lines: 1 proved by what was read back or measured, 1 refused, not kept or not followed. 2 messages changed it.', evidence: [101, 104] },
  residue: [
    { what: 'EcoMode is 2', means: '0 fast, 1 solar assist, 2 solar only. It acts beside what a platform asks.', clear: null, evidence: [] },
    { what: 'The charger names 13.0 A as its limit', means: 'Nothing of Chargehand’s was in force when it was asked.', clear: { change: 'clearAll' }, evidence: [99] },
  ],
  looked: { verdict: 'failed', finding: '2 things were found: EcoMode is 2; the charger names 13.0 A as its limit.', evidence: [99] },
});

export const sideBySide = (ids: string[]): DeviatingLine[] => [
  { what: 'Time between two signs of life (HeartbeatInterval)', values: ids.map((_, i) => (i === 0 ? '300' : '86400')), deviates: true },
  { what: 'Time between two meter readings (MeterValueSampleInterval)', values: ids.map(() => '30'), deviates: false },
];

/** Nothing is held, no charge runs. */
export const noHand: HandView = {
  offers: [
    { act: 'start', does: 'Sends a start from the platform’s side (remote start). A car must be plugged in.', obstacle: '' },
    { act: 'pause', does: 'Asks for 0 A instead of ending the charge: the car waits and can go on.', obstacle: 'No charge runs.' },
    { act: 'resume', does: 'Takes what is held by hand away, and looks whether the current rises again.', obstacle: 'Nothing is held by hand.' },
    { act: 'slower', does: 'Asks for 23.0 A per phase, as long as it is held by hand.', obstacle: 'No charge runs.' },
    { act: 'faster', does: 'Asks for 25.0 A per phase, as long as it is held by hand.', obstacle: 'Nothing is held by hand, so nothing holds it down.' },
    { act: 'stop', does: 'Ends the charge (remote stop). Many chargers then want the car to be unplugged before the next one.', obstacle: 'No charge runs.' },
  ],
  heldMa: null,
  charge: null,
  limit: null,
  undone: null,
};

/** 10 A are held by hand while a car charges. */
export const heldByHand = (): HandView => ({
  offers: noHand.offers.map((offer) => ({ ...offer, obstacle: offer.act === 'start' ? 'A charge runs already.' : '' })),
  heldMa: 10_000,
  charge: { verdict: 'passed', finding: 'A charge runs: 15.9 A measured.', evidence: [140, 141] },
  limit: { verdict: 'passed', finding: 'Held at 10.0 A: at most 9.9 A measured (before: 15.9 A; tolerated: 11.0 A).', evidence: [150] },
  undone: null,
});
