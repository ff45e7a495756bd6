// Finding chargers on the network: what is scanned, what was found, and what to try where nothing was.
import type { DeviceView, FindView, LookView, NetworkView, StrengthView, WayView } from '../backend';
import { catalogue } from './catalogue';
import { count, short } from './format';

/** How much a piece of evidence tells. */
const weight: Record<StrengthView, string> = { strong: 'strong', medium: 'medium', weak: 'weak' };

const look: Record<LookView, string> = {
  mdns: 'Announcements (mDNS)',
  udp: 'Questions to all (UDP)',
  arp: 'Addresses',
  tcp: 'Ports',
  identify: 'What each is',
};

const way: Record<WayView, string> = {
  mdns: 'announces itself (mDNS)',
  networkCard: 'network card',
  hostName: 'host name',
  http: 'web page (HTTP)',
  webSocket: 'WebSocket',
  modbus: 'Modbus registers',
  udp: 'datagram (UDP)',
  boot: 'its own boot message',
};

/** What it is, as sure as that is. */
function name({ name: what, certainty, companion }: DeviceView): string {
  const said = short(what, 120);
  const unnamed = companion ? 'Device' : 'Charger';
  if (certainty === 'possible') return said === '' ? `Possible ${unnamed.toLowerCase()}` : companion ? `Possibly ${said}` : `Possible charger, perhaps ${said}`;
  if (said === '') return unnamed;
  return certainty === 'probable' ? `Probably ${said}` : said;
}

const chargersOf = (view: FindView): DeviceView[] => view.devices.filter(({ companion }) => !companion);

export const find = {
  title: 'Find chargers',
  about: 'What is on this network, and what is it? Chargers that connect by themselves appear here too.',
  reading: 'Reading the networks of this computer …',

  networks: 'Networks',
  allow: 'Scan only networks you are allowed to test',
  allowWhy: 'Tick those. It is remembered for each network by its router, and nothing is scanned before.',
  unrecognised: 'Its router is not known, so another network could pass for it: a tick holds for ten minutes.',
  elsewhere: 'Left out: this computer reaches these addresses by another way, mostly a VPN. Switch that off, then scan again.',
  network: ({ interface: card, kind, range }: NetworkView) => `${short(kind === '' ? card : `${kind} ${card}`, 80)} · ${short(range, 40)}`,
  hosts: ({ hosts, narrowed }: NetworkView) => `${count(hosts, 'address', 'addresses')}${narrowed ? ', only those around this computer’s own; and whatever else shows itself' : ''}`,
  networksNone: 'This computer is in no network that may be scanned.',
  networksNoneDo: 'Join the charger’s Wi-Fi or plug in the cable that it is on. The network appears here by itself.',
  does: 'What a scan does',
  doesList: [
    'It hears devices that announce themselves, and asks each address on at most six ports.',
    'It only reads. It sends no password, follows no link to elsewhere and touches no setting.',
    'Whatever it sends is written to a log in the data folder, for the network’s owner.',
  ],

  scan: 'Scan',
  again: 'Scan again',
  modbus: 'Ask every device over Modbus, too',
  modbusWhy: 'Finds some that nothing else finds. Some chargers take few Modbus connections at once.',
  stop: 'Cancel',
  stopping: 'Stopping …',
  scanning: (view: FindView) => {
    const now = view.tried.filter(({ done }) => !done).at(-1);
    return now ? `${look[now.look]}: ${short(now.result, 160)}` : 'Beginning …';
  },
  scanned: ({ ended, tookMs, networks }: FindView) => {
    const where = networks.filter(({ allowed }) => allowed).map(({ range }) => short(range, 40)).join(', ');
    const took = `${(tookMs / 1000).toFixed(1)} s`;
    if (ended === 'cancelled' && tookMs === 0) return 'Stopped before it began. What was found stays.';
    if (ended === 'cancelled') return `Stopped after ${took}. What was found stays.`;
    if (ended === 'outOfTime') return `The time was over after ${took}. What was found stays.`;
    return `Looked through ${where === '' ? 'the address' : where} in ${took}.`;
  },
  /** The scan begins by itself: nobody has to press again. */
  waits: (seconds: number) => `The scan begins by itself in ${seconds} s. Chargers serve few programs at once, so a network is left in peace for 30 s after each scan.`,
  percent: (permille: number) => `${Math.floor(permille / 10)} %`,

  found: (n: number) => (n === 0 ? 'No charger yet' : count(n, 'charger', 'chargers')),
  foundNone: 'Tick a network and press Scan. Or type an address, or point the charger at this computer.',
  companions: 'Also on this network',
  companionsWhy: 'No chargers, but what a charger may have to do with.',
  name,
  connected: 'connected by itself',
  recognised: 'recognised',
  weight,
  way,
  look,
  platform: 'It commands chargers, too. A charger obeys one platform at a time: look whether it belongs to that one already.',
  several: 'one of several models',
  cautions: 'To mind',
  serial: (serial: string) => `serial ${short(serial, 40)}`,
  evidence: (n: number) => `Evidence: ${count(n, 'sign', 'signs')}`,
  evidenceOf: (device: DeviceView) => `${find.evidence(device.signs.length)}, ${name(device)}`,
  noAnswer: 'not in the catalogue',
  connect: 'Connect it',
  open: 'Open its steps',
  more: 'What is known of it',
  named: (word: string, device: DeviceView) => `${word}: ${name(device)}, ${short(device.address, 60)}`,

  byHand: 'Type an address',
  byHandWhy: 'The charger’s own IP address, for example from its app, its display or the router.',
  ip: 'IP address',
  lookThere: 'Look there',
  looking: 'Looking …',

  missing: 'It is not listed',
  missingOpen: 'What was tried, and what to try',
  missingNone: 'No charger found',
  tried: 'What was tried',
  next: 'What to try next',
  toModel: 'Choose its model by hand',
  toConnect: 'Show our address',
  toConnectTitle: 'You know the charger’s menu already?',
  toConnectWhy: 'Then type our address into it. It appears here the moment it connects.',

  how: 'How it was found',
  others: 'Find another charger',
  howBoot: 'It connected by itself and said what it is. Nothing is surer.',
  howNone: 'It has not connected yet, and no scan has seen it.',
  howSimulated: 'It is simulated on this computer: no scan is needed, and none would see it.',

  /** What is heard when more was found, or a scan is over. */
  news: (before: FindView | null, after: FindView): string[] => {
    if (!before) return [];
    const known = new Map(before.devices.map((device) => [device.key, device.certainty]));
    const fresh = after.devices.filter(({ key, certainty }) => known.get(key) !== certainty && (certainty !== 'possible' || !known.has(key)));
    const line = (device: DeviceView): string => `${name(device)}${device.known.length === 1 ? `, ${catalogue.access[device.known[0]!.access].toLowerCase()}` : ''}.`;
    if (before.beginsInS === null && after.beginsInS !== null) return [find.waits(after.beginsInS)];
    const heard = fresh.length > 4 ? [`${fresh.length} more devices found.`] : fresh.map(line);
    if (before.scanning && !after.scanning) heard.push(`${find.scanned(after)} ${count(chargersOf(after).length, 'charger', 'chargers')}.`);
    return heard;
  },
};
