// The frame of the scripted site: who, where, which addresses.
import type { AppView, ChargerLine, ChargerView } from '..';

/** So many seconds before now, as the engine writes times. */
export const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

/** A real QR code of `ws://192.168.1.23:9616/`, 25 modules a side. */
const qrPath =
  'M0 0h7v1H0zM10 0h1v1H10zM12 0h1v1H12zM14 0h1v1H14zM16 0h1v1H16zM18 0h7v1H18zM0 1h1v1H0zM6 1h1v1H6zM9 1h4v1H9zM14 1h2v1H14zM18 1h1v1H18zM24 1h1v1H24zM0 2h1v1H0zM2 2h3v1H2zM6 2h1v1H6zM8 2h3v1H8zM12 2h3v1H12zM16 2h1v1H16zM18 2h1v1H18zM20 2h3v1H20zM24 2h1v1H24zM0 3h1v1H0zM2 3h3v1H2zM6 3h1v1H6zM8 3h1v1H8zM10 3h1v1H10zM12 3h1v1H12zM15 3h1v1H15zM18 3h1v1H18zM20 3h3v1H20zM24 3h1v1H24zM0 4h1v1H0zM2 4h3v1H2zM6 4h1v1H6zM8 4h5v1H8zM15 4h1v1H15zM18 4h1v1H18zM20 4h3v1H20zM24 4h1v1H24zM0 5h1v1H0zM6 5h1v1H6zM8 5h2v1H8zM11 5h1v1H11zM15 5h2v1H15zM18 5h1v1H18zM24 5h1v1H24zM0 6h7v1H0zM8 6h1v1H8zM10 6h1v1H10zM12 6h1v1H12zM14 6h1v1H14zM16 6h1v1H16zM18 6h7v1H18zM8 7h4v1H8zM0 8h1v1H0zM2 8h5v1H2zM9 8h4v1H9zM16 8h1v1H16zM18 8h5v1H18zM2 9h1v1H2zM4 9h1v1H4zM8 9h4v1H8zM13 9h1v1H13zM15 9h1v1H15zM17 9h2v1H17zM20 9h2v1H20zM3 10h4v1H3zM9 10h1v1H9zM13 10h2v1H13zM16 10h1v1H16zM18 10h2v1H18zM21 10h1v1H21zM24 10h1v1H24zM1 11h1v1H1zM4 11h2v1H4zM7 11h1v1H7zM9 11h1v1H9zM11 11h3v1H11zM15 11h1v1H15zM17 11h2v1H17zM21 11h3v1H21zM1 12h2v1H1zM6 12h1v1H6zM8 12h2v1H8zM11 12h2v1H11zM14 12h1v1H14zM16 12h7v1H16zM24 12h1v1H24zM0 13h4v1H0zM7 13h1v1H7zM15 13h1v1H15zM20 13h1v1H20zM22 13h2v1H22zM0 14h1v1H0zM2 14h3v1H2zM6 14h1v1H6zM8 14h1v1H8zM11 14h2v1H11zM16 14h2v1H16zM19 14h2v1H19zM22 14h3v1H22zM0 15h1v1H0zM2 15h1v1H2zM4 15h1v1H4zM7 15h3v1H7zM11 15h1v1H11zM14 15h3v1H14zM19 15h2v1H19zM22 15h2v1H22zM0 16h1v1H0zM3 16h1v1H3zM6 16h2v1H6zM11 16h1v1H11zM15 16h10v1H15zM8 17h3v1H8zM12 17h5v1H12zM20 17h1v1H20zM23 17h1v1H23zM0 18h7v1H0zM9 18h2v1H9zM13 18h4v1H13zM18 18h1v1H18zM20 18h1v1H20zM22 18h3v1H22zM0 19h1v1H0zM6 19h1v1H6zM8 19h2v1H8zM12 19h2v1H12zM15 19h2v1H15zM20 19h1v1H20zM22 19h1v1H22zM0 20h1v1H0zM2 20h3v1H2zM6 20h1v1H6zM8 20h2v1H8zM12 20h1v1H12zM14 20h7v1H14zM22 20h1v1H22zM24 20h1v1H24zM0 21h1v1H0zM2 21h3v1H2zM6 21h1v1H6zM8 21h2v1H8zM17 21h1v1H17zM19 21h1v1H19zM21 21h1v1H21zM24 21h1v1H24zM0 22h1v1H0zM2 22h3v1H2zM6 22h1v1H6zM8 22h1v1H8zM11 22h2v1H11zM15 22h2v1H15zM18 22h2v1H18zM21 22h2v1H21zM24 22h1v1H24zM0 23h1v1H0zM6 23h1v1H6zM9 23h3v1H9zM14 23h1v1H14zM17 23h2v1H17zM20 23h2v1H20zM24 23h1v1H24zM0 24h7v1H0zM8 24h1v1H8zM10 24h2v1H10zM16 24h2v1H16zM19 24h1v1H19zM21 24h1v1H21zM23 24h2v1H23z';

export const site: AppView = {
  version: '0.1.0',
  site: { address: '14 Wattle St, Norwood', customer: 'Chen', job: '2026-114', company: 'Norwood Electrical', licence: 'PGE 281 404', tester: 'M. Okafor', jurisdiction: '' },
  autoAdopt: true,
  endpoint: {
    state: 'listening',
    addresses: [
      { url: 'ws://192.168.1.23:9616/', interface: 'wlan0', kind: 'Wi-Fi', firstChoice: true, qrSide: 25, qrPath },
      { url: 'ws://10.0.0.5:9616/', interface: 'eth0', kind: 'cable: no charger was seen here', firstChoice: false, qrSide: 25, qrPath },
      { url: 'ws://10.8.0.2:9616/', interface: 'wg0', kind: 'VPN: chargers cannot reach it', firstChoice: false, qrSide: 25, qrPath },
    ],
    secureAddresses: [],
    port: 9616,
    note: '',
    problem: null,
  },
  notices: [],
  chargers: [],
  connections: [],
  pointedHere: [],
  authority: null,
  practice: null,
  closing: null,
  dataFolder: '/home/okafor/.local/share/org.chargehand.app',
};

/** The endpoint when another program holds the port. */
export const taken: AppView['endpoint'] = {
  state: 'failed',
  addresses: [],
  secureAddresses: [],
  port: 0,
  note: '',
  problem: {
    code: 'other',
    message: 'Port 9616 is held by “evcc” (process 4711), and the next ten ports are taken too: no charger can connect.',
    remedy: 'Close evcc, or start Chargehand with --listen and a free port. It tries again every five seconds.',
  },
};

export const line = ({ id, title, connected, adopted, simulated, peer }: ChargerView): ChargerLine => ({
  id,
  title,
  summary: `${peer} · ${connected ? 'connected' : 'last heard a while ago'}`,
  connected,
  adopted,
  simulated,
});

/** The site once TLS is open. */
export const secured: Partial<AppView> & Pick<AppView, 'authority'> = {
  authority: { open: true, name: 'Chargehand local CA okafor-laptop 3fa2', fingerprint: '9f2c4e1b7a6d0835c1e49fb2a7d3806e5b1c94f7208ad36ee0b7c5124f9a8d31', underPassphrase: false },
  endpoint: { ...site.endpoint, secureAddresses: site.endpoint.addresses.map((address) => ({ ...address, url: address.url.replace('ws:', 'wss:') })) },
};
