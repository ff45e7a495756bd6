// The way between a charger and us, scripted: a firewall that keeps silent, a charger that can be set from here.
import type { InterfaceView, MissingView, OdditiesView, OffersView, PointedView, SelfCheckView, WhyView } from '..';

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

export const platform: PointedView = { url: 'wss://platform.example/ocpp', on: true, id: 'GARAGE-1' };

export const oddities: OdditiesView = {
  because: 'because this is a Wallbox Pulsar Plus with firmware 6.7.1',
  quirks: [
    { id: 'relative', says: 'Firmware 6 needs profiles of the kind Relative.', remedy: 'Try Relative before Absolute.', acts: 'Chargehand tries limits of the kind Relative first.', sure: true, on: true, source: 'evcc OCPP charger templates', date: '2026-08-08' },
    { id: 'offline-starts', says: 'With its default keys it starts by itself when the connection is lost.', remedy: 'Look what it does offline.', acts: '', sure: false, on: true, source: 'Home Assistant OCPP: user guide', date: '2026-08-21' },
  ],
};
