// Inspect → Overview and Deviations.
import type { AttributesView, TransactionView } from '../backend';
import { count, short, zone } from './format';

/** What a charger numbers its sockets as. */
const place = (version: string): string => (version === '1.6' ? 'Connector' : 'EVSE');

/** `Connector#1/2` names a component, its EVSE and connector; so does `Heater[left]#1`. */
const component = (name: string): string => {
  const [, own, evse, connector] = /^(.*?)#(\d+)(?:\/(\d+))?$/.exec(name) ?? [];
  return own === undefined ? name : `${own === 'EVSE' ? '' : `${own} · `}EVSE ${evse}${connector ? `, connector ${connector}` : ''}`;
};

const attributes = ({ target, minSet, maxSet, dataType, allowed }: AttributesView): string => {
  const parts: [string, string | null][] = [['target', target], ['at least', minSet], ['at most', maxSet], ['allowed:', allowed], ['type', dataType]];
  return parts.filter(([, value]) => value).map(([name, value]) => `${name} ${value}`).join(' · ');
};

export const inspect = {
  parts: 'Parts of Inspect',
  part: { overview: 'Overview', messages: 'Messages', deviations: 'Deviations', security: 'Security' },
  identity: 'Identity',
  again: 'Read again',
  first: 'Read identity and configuration',
  reading: 'Reading …',
  vendor: 'Maker',
  model: 'Model',
  serial: 'Serial number',
  firmware: 'Firmware',
  protocol: 'Protocol',
  id: 'OCPP identity',
  clock: 'Its clock',
  clockUnknown: 'not seen yet',
  connectors: (version: string) => (version === '1.6' ? 'Connectors' : 'EVSEs'),
  whole: 'whole charger',
  connector: place,
  status: 'Status',
  since: (at: number) => `Since (${zone(at)})`,
  connectorsNone: 'It has not reported a connector yet.',
  transaction: ({ id, named, connector }: TransactionView, version: string) => `Transaction ${short(named || String(id), 40)} runs on ${version === '1.6' ? 'connector' : 'EVSE'} ${connector} since`,
  configuration: 'Configuration',
  notRead: 'Not read yet.',
  harmless: 'Reading changes nothing in the charger.',
  taken: 'read',
  keys: (shown: number, all: number, version: string) => {
    const named = version === '1.6' ? count(all, 'key', 'keys') : count(all, 'variable', 'variables');
    return shown === all ? named : `${shown} of ${named}`;
  },
  search: 'Search name, value or meaning',
  noMatch: 'Nothing matches.',
  key: 'Key',
  variable: 'Variable',
  component,
  attributes,
  value: 'Value',
  meaning: 'What it means',
  effectUnknown: 'Effect on the current unknown: writing it has to be confirmed.',
  readonly: 'read only',
  writeOnly: 'write only',
  noValue: 'no value sent',
  unknownKeys: 'Asked for, but unknown to this charger',
  findings: 'Findings',
  findingsNone: 'No finding so far.',
  allFrames: (n: number) => `All frames (${n})`,
};

export const deviations = {
  hard: 'Strict platforms refuse it',
  hardWhy: 'Platforms that check every message answer these with an error, or close the connection. Ask the maker for newer firmware, or choose a tolerant platform.',
  soft: 'Most platforms let it pass',
  softWhy: 'Differs from the specification, with little harm.',
  none: 'None seen so far.',
  policyTitle: 'How its deviant messages are answered',
  policyLegend: 'Chargehand answers',
  policy: { cooperative: 'Cooperatively', strict: 'As a strict platform' },
  policyWhy: {
    cooperative: 'Whatever can be read is answered as if it were right, and the deviation is noted: so the charger gets on, and the job too.',
    strict: 'Messages that break a rule get the error answer that a strict platform gives. So you see before you hand over whether the charger still works then. Put it back afterwards: a charger may stop charging.',
  },
  kinds: (n: number) => count(n, 'kind', 'kinds'),
  where: 'Where',
  sent: 'What was sent',
  seen: 'Seen',
  times: (n: number) => (n === 1 ? 'once' : `${n} times`),
  rule: 'Rule',
};
