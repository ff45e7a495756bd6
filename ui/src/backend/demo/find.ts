// Scripted discovery: what a scan of a home sees.
import type { CertaintyView, DeviceView, FindView, NetworkView, SignView, StrengthView, TriedView, WayView } from '..';
import { lineOfKnown } from './catalogue';

const sign = (way: WayView, strength: StrengthView, what: string, source: string, date = '2026-06'): SignView => ({ way, strength, seen: { what, source, date, confidence: 'high' } });

const device = (key: string, name: string, certainty: CertaintyView, rest: Partial<DeviceView>): DeviceView => ({ key, name, certainty, companion: false, platform: false, address: '', serial: '', known: [], charger: null, signs: [], cautions: [], ...rest });

/** What this home has, in the order in which it is seen. */
export const devices = (): DeviceView[] => [
  device('1', 'Fronius Wattpilot Home 22 J', 'named', {
    address: '192.168.1.54',
    serial: '91020014',
    known: [lineOfKnown('fronius-wattpilot-home')],
    signs: [
      sign('mdns', 'strong', '_Fronius-SE-Wattpilot._tcp “Wattpilot_91020014”', 'wattpilot client, discovery'),
      sign('webSocket', 'strong', 'hello: {"type":"hello","serial":"91020014","manufacturer":"fronius","devicetype":"wattpilot"}', 'wattpilot API description'),
    ],
  }),
  device('2', 'Easee', 'probable', { address: '192.168.1.61', known: [lineOfKnown('easee-local'), lineOfKnown('easee-cloud')], signs: [sign('networkCard', 'medium', 'network card of Easee AS', 'IEEE registry')] }),
  device('3', '', 'possible', { address: '192.168.1.70', signs: [sign('modbus', 'weak', 'answers Modbus on port 502, register 21223: 0x20ED', 'Sungrow charger protocol')], cautions: ['It serves two Modbus connections in all.'] }),
  device('4', 'evcc', 'named', { companion: true, platform: true, address: '192.168.1.12', signs: [sign('http', 'strong', 'GET /api/state: “version”, “loadpoints”', 'evcc source')] }),
  device('5', 'Fronius inverter', 'named', { companion: true, address: '192.168.1.20', signs: [sign('http', 'strong', 'GET /solar_api/GetAPIVersion.cgi', 'Fronius Solar API')] }),
];

const networks: NetworkView[] = [
  { key: '02:00:00:00:00:01', interface: 'wlan0', kind: 'Wi-Fi', range: '192.168.1.0/24', hosts: 254, narrowed: false, allowed: false, recognised: true, elsewhere: false },
  { key: '10.1.0.0/24', interface: 'eth0', kind: 'cable', range: '10.1.0.0/24', hosts: 254, narrowed: true, allowed: false, recognised: false, elsewhere: false },
];
const allowed = networks.map((network, i) => ({ ...network, allowed: i === 0 }));

const tried: TriedView[] = [
  { look: 'mdns', result: 'asked for all known services and heard announcements', done: true },
  { look: 'udp', result: 'asked all and heard what devices tell all', done: true },
  { look: 'arp', result: '12 addresses are taken', done: true },
  { look: 'tcp', result: 'tried the ports of chargers on every address', done: true },
  { look: 'identify', result: 'read what tells what a device is, of every host that answered', done: true },
];

const advice = [
  'Point the charger at Chargehand’s address. A charger that connects by itself is found in any case, and says what it is.',
  'Look whether the charger has power and is on the network: its display or its app says so.',
  'Look whether this computer and the charger are on the same network. A guest Wi-Fi or a second router keeps them apart.',
  'Type the charger’s address. The router’s list of devices or the charger’s app shows it.',
];

export const before = (): FindView => ({ networks, scanning: false, beginsInS: null, problem: null, scans: 0, ended: null, permille: 0, tookMs: 0, tried: [], devices: [], advice: [] });

export const scanning = (): FindView => ({ ...before(), networks: allowed, scanning: true, scans: 1, permille: 420, tookMs: 900, tried: [...tried.slice(0, 2), { look: 'arp', result: '12 addresses are taken', done: false }], devices: devices().slice(0, 2) });
export const found = (): FindView => ({ ...scanning(), scanning: false, ended: 'whole', permille: 1000, tookMs: 3210, tried, devices: devices(), advice });
/** Scanned a moment ago; the cable's addresses are a VPN's by now. */
export const waiting = (): FindView => ({ ...found(), networks: allowed.map((network, i) => (i === 0 ? network : { ...network, allowed: true, elsewhere: true })), ended: null, beginsInS: 18, scans: 2 });
export const nothing = (): FindView => ({ ...found(), devices: [] });
