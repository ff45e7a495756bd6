// The way between a charger and us, scripted: a firewall that keeps silent, a charger that can be set from here.
import type { InterfaceView, MissingView, OdditiesView, OffersView, PointedHereView, PointedView, SelfCheckView, WhyView } from '..';

export const selfCheck: SelfCheckView = {
  verdict: 'perhaps',
  addresses: [{ address: '192.168.1.23:9616', accepted: true }],
  firewalls: [{ name: 'ufw', letsIn: null, remedy: 'sudo ufw allow 9616/tcp' }],
  reachedBy: null,
};

export const offers: OffersView = {
  offers: [{ url: 'ws://192.168.1.23:9616/', network: 'Wi-Fi (wlan0)', good: true, doubts: [] }],
  situation: 'router',
};

const questions = ['restarted', 'sameNetwork', 'numeric', 'exactly'] as const;

/** It asks until all is answered; a no is what it was. */
export function why(missing: MissingView): WhyView {
  const no = questions.find((question) => missing[question] === false && question !== 'restarted');
  const asks = no ? null : (questions.find((question) => missing[question] === null && !missing.unseen.includes(question)) ?? null);
  return {
    finding: no
      ? 'Many chargers cannot find a computer by its name. Enter the address with numbers.'
      : 'Nothing has arrived in 5 minutes, and what keeps it away is not shown. Still possible: P01, P02. This is inconclusive, not locked.',
    gravity: no ? 'stop' : 'attention',
    asks,
    causes: [
      { problem: 'P02', sure: 'possible', says: 'ufw is on and does not say whether it lets chargers in.' },
      { problem: 'P03', sure: no ? 'found' : 'ruledOut', says: 'The address has numbers and needs no name.' },
    ],
  };
}

export const localInterface: InterfaceView = {
  title: 'go-e local HTTP API, version 2',
  before: ['Switch the local HTTP API v2 on in the go-e app.'],
  after: 'With OCPP on, go-e’s own local API no longer controls charging.',
  login: 'never',
  user: '',
  source: 'goecharger/go-eCharger-API-v2: ocpp-en.md',
};

export const wattpilot: InterfaceView = {
  title: 'Wattpilot WebSocket in the LAN',
  before: ['It wants the password that was set in the Solar.wattpilot app at the first start.', 'Fronius does not document this interface: what is known of it is what others’ programs do. Look in the app afterwards.'],
  after: 'Look in the Solar.wattpilot app under Internet, OCPP, whether it says connected.',
  login: 'password',
  user: '',
  source: 'Kelevra-0815/WattpilotFlex; ruaan-deysel/wattpilot-api; goecharger/go-eCharger-API-v2: ocpp-en.md',
};

export const platform: PointedView = { url: 'wss://platform.example/ocpp', on: true, id: 'GARAGE-1' };

/** Two that have to go back; one of them wants its password. */
export const pointed: PointedHereView[] = [
  { address: '192.168.1.40', fingerprint: 'fronius-wattpilot', name: 'Fronius Wattpilot Home 22 J', user: '', login: 'password', before: platform, ours: 'ws://192.168.1.23:9616/90000001', at: '2026-11-29T10:00:00Z' },
  { address: '192.168.1.77', fingerprint: 'go-e-charger', name: 'go-e Charger Gemini', user: '', login: 'never', before: { url: '', on: false, id: '' }, ours: 'ws://192.168.1.23:9616/91020014', at: '2026-11-29T10:05:00Z' },
];

export const oddities: OdditiesView = {
  because: 'because this is a Wallbox Pulsar Plus with firmware 6.7.1',
  quirks: [
    { id: 'relative', says: 'Firmware 6 needs profiles of the kind Relative.', remedy: 'Try Relative before Absolute.', acts: 'Chargehand tries limits of the kind Relative first.', otherwise: 'Off: limits of the kind Absolute come first, as with other chargers.', sure: true, on: true, source: 'evcc OCPP charger templates', date: '2026-08-08' },
    { id: 'offered-lies', says: 'Current.Offered may say 11 A after a limit of 0 A.', remedy: 'Go by the measured current.', acts: '', otherwise: '', sure: true, on: true, source: 'evcc issues on Wallbox: 15581, 15490, 18082, 18974, 31597, 15864', date: '2026-08-08' },
    { id: 'offline-starts', says: 'With its default keys it starts by itself when the connection is lost.', remedy: 'Look what it does offline.', acts: '', otherwise: '', sure: true, on: true, source: 'Home Assistant OCPP: user guide', date: '2026-08-21' },
  ],
};
