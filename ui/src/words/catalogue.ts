// What the catalogue knows of a charger, in words.
import type { AccessView, CanView, ConfidenceView, FactView, KnownLine, PurposeView, TopicView } from '../backend';
import { short } from './format';

const access: Record<AccessView, string> = {
  openLan: 'Open on the LAN',
  openConditional: 'Open, with conditions',
  makerCloud: 'Maker’s cloud only',
  privateApi: 'Maker’s interface only',
  openNotControllable: 'Connects, obeys nobody',
  locked: 'Locked to its maker',
  none: 'No remote control',
  unknown: 'Not known',
};

const means: Record<AccessView, string> = {
  openLan: 'You may enter any address, also that of this computer. Any platform can take over, and you can leave it again.',
  openConditional: 'You may enter an address once something is met: a firmware, a permission, a fee, an installer’s code or a call to the maker’s cloud.',
  makerCloud: 'The charger never speaks OCPP itself. Its maker’s cloud does, and reaches platforms on the internet. If that cloud ends, so does control.',
  privateApi: 'No OCPP for customers. Only apps that use the maker’s own interface reach it.',
  openNotControllable: 'It reports over OCPP and takes no commands that change the current.',
  locked: 'It speaks OCPP inside, to its maker alone. Nobody can point it anywhere else.',
  none: 'Nothing can command it from afar.',
  unknown: 'Nobody has shown it either way. Ask the maker before you pay.',
};

/** How an answer is worded in a sentence. */
const sure: Record<ConfidenceView, string> = { high: 'sure', medium: 'fairly sure', low: 'not sure', unknown: 'not known' };

const purpose: Record<PurposeView, string> = {
  solar: 'Charge from surplus sun',
  tariff: 'Charge when it is cheap',
  demandResponse: 'Charge less when the grid asks',
  v2g: 'Give energy back (V2G)',
};

const can: Record<CanView, string> = { yes: 'yes', conditions: 'on a condition', no: 'no', unknown: 'not known' };

const topic: Record<TopicView, string> = {
  access: 'Who may command it',
  lan: 'On its own network',
  version: 'OCPP version',
  phases: 'Phases',
  current: 'Largest current',
  address: 'The address',
  identity: 'Its id',
  password: 'Password',
  encryption: 'TLS',
  setup: 'Set-up',
  connection: 'Connection',
  boot: 'How it names itself',
  limits: 'Current limits',
  start: 'How a charge starts',
  authorization: 'Tags',
  metering: 'Meter',
  offline: 'Without a platform',
  solar: 'Its own solar mode',
  control: 'Who else controls it',
  wayBack: 'How to go back',
  quirk: 'To mind',
  app: 'Apps through its maker',
  local: 'Other ways in',
  other: 'Also',
};

export const catalogue = {
  access,
  means,
  sure,
  purpose,
  can,
  topic,
  name: ({ vendor, model }: Pick<KnownLine, 'vendor' | 'model'>): string => short(`${vendor} ${model}`.trim(), 120),
  basis: ({ source, date }: FactView): string => (date === 'unknown' || date === '' ? source : `${source}, ${date}`),
};
