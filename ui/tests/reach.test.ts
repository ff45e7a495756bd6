// The way between a charger and this computer: the self-check, why nothing arrives, a charger that is set from here, and
// what is known to be odd about one.
import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import type { OffersView } from '../src/backend';
import { DemoSite, adopted, ago } from '../src/backend/demo';
import { oddities, platform } from '../src/backend/demo/reach';
import { at, callsOf, expectSound, id, invited, open } from './support';

const before = { address: '192.168.1.77', fingerprint: 'go-e-charger', name: 'go-e Charger', user: '', login: 'never' as const, before: platform, ours: 'ws://192.168.1.23:9616/', at: ago(5) };

/** The Connect step with a model that can be set from here. */
async function settable(site = new DemoSite()): Promise<DemoSite> {
  const { recipe } = site;
  site.recipe = async (...about) => {
    const usual = await recipe(...about);
    return usual && { ...usual, localApi: 'go-e-charger' };
  };
  await invited(site);
  await at('model-search').fill('wattpilot');
  await at('model-result').first().click();
  return site;
}

test('the self-check names the firewall with its remedy, and does not call silence a proof', async () => {
  await invited('empty');
  await at('self-check-go').click();
  await expect.element(at('self-check-verdict')).toHaveTextContent('does not say whether it lets chargers in');
  await expect.element(at('self-check')).toHaveTextContent('192.168.1.23:9616 accepts connections from this computer');
  await expect.element(at('self-check-remedy')).toHaveTextContent('sudo ufw allow 9616/tcp');
  await expectSound();
});

test('without a router the way that is there is explained step by step, unasked', async () => {
  const site = new DemoSite();
  site.addressesFor = async (): Promise<OffersView> => ({ offers: [], situation: 'directCable' });
  await invited(site);
  await expect.element(at('situation')).toHaveTextContent(/direct cable.*169\.254/);
});

test('nothing arrives: one question at a time, ending in a finding', async () => {
  const site = await invited('empty');
  await at('missing-go').click();
  await expect.element(at('missing-question')).toHaveTextContent('Was the charger restarted');
  await at('missing-yes').click();
  await expect.element(at('missing-question')).toHaveTextContent('on this network');
  await at('missing-unsure').click();
  await expect.element(at('missing-question')).toHaveTextContent('begin with numbers');
  await at('missing-no').click();
  await expect.element(at('missing-finding')).toHaveTextContent('Enter the address with numbers.');
  expect(callsOf(site, 'whyNothing').at(-1)).toMatchObject([{ restarted: true, numeric: false, sameNetwork: null, unseen: ['sameNetwork'] }]);
  await at('missing-causes').click();
  await expect.element(at('missing')).toHaveTextContent('P02');
  await expectSound();
});

test('what cannot be told from here ends as inconclusive, not as locked', async () => {
  await invited('empty');
  await at('missing-go').click();
  for (const answer of ['yes', 'yes', 'yes', 'yes']) await at(`missing-${answer}`).click();
  await expect.element(at('missing-finding')).toHaveTextContent('This is inconclusive, not locked.');
  await at('missing-again').click();
  await expect.element(at('missing-go')).toBeVisible();
});

test('a charger is set from here only after its old address was read and the change confirmed', async () => {
  const site = await settable();
  await expect.element(at('point-here')).toHaveTextContent('Switch the local HTTP API v2 on in the go-e app.');
  await at('point-address').fill('192.168.1.77');
  await at('point-read').click();
  await expect.element(at('point-url')).toHaveTextContent('wss://platform.example/ocpp');
  await at('point-write').click();
  await expect.element(at('point-confirm')).toHaveTextContent('ws://192.168.1.23:9616/');
  await at('point-no').click();
  expect(callsOf(site, 'pointHere')).toEqual([]);
  await at('point-write').click();
  await at('point-yes').click();
  await expect.element(at('go-back')).toHaveTextContent('to wss://platform.example/ocpp');
  expect(callsOf(site, 'pointHere')[0]).toMatchObject([{ address: '192.168.1.77', fingerprint: 'go-e-charger' }]);
  await expectSound();
});

test('a charger in another network of this computer gets the address that it can reach', async () => {
  const site = new DemoSite();
  const wifi = { url: 'ws://10.0.0.5:9616/', network: 'Wi-Fi (wlan0)', good: true, doubts: ['The router lends this address for 9 more minutes.'] };
  site.addressesFor = async (to: string | null): Promise<OffersView> => ({ offers: to === '10.0.0.40' ? [wifi] : [], situation: 'router' });
  await settable(site);
  await at('point-address').fill('10.0.0.40');
  await at('point-read').click();
  await expect.element(at('point-here')).toHaveTextContent('9 more minutes');
  await at('point-write').click();
  await at('point-yes').click();
  await expect.poll(() => callsOf(site, 'pointHere').length).toBe(1);
  await expect.element(at('go-back')).toBeVisible();
});

test('a charger that wants a password is asked with one', async () => {
  const login = { code: 'login', message: 'The charger wants a user name and a password.', remedy: 'Enter those of its own web page or app.' } as const;
  const site = new DemoSite();
  site.refuse.wherePointed = login;
  site.localInterface = async () => ({ title: 'OpenEVSE', before: [], after: '', login: 'perhaps', user: '', source: 'api.yml' });
  await settable(site);
  await at('point-address').fill('192.168.1.77');
  await at('point-read').click();
  await expect.element(at('point-password')).toBeVisible();
  delete site.refuse.wherePointed;
  await at('point-password').fill('secret');
  await at('point-read').click();
  expect(callsOf(site, 'wherePointed').at(-1)).toMatchObject([{ password: 'secret' }]);
});

test('a charger that has to go back says so until it is back', async () => {
  const site = await invited(new DemoSite({ pointedHere: [before] }));
  await expect.element(at('go-back')).toHaveTextContent('go-e Charger (192.168.1.77)');
  await at('back-go').click();
  await expect.element(at('go-back')).not.toBeInTheDocument();
  expect(callsOf(site, 'pointBack')[0]).toMatchObject([{ address: '192.168.1.77' }]);
});

test('a charger that somebody put back by hand is struck only after that is confirmed', async () => {
  const site = await invited(new DemoSite({ pointedHere: [before] }));
  await at('back-forget').click();
  await expect.element(at('back-sure')).toHaveTextContent('wss://platform.example/ocpp');
  await at('back-no').click();
  expect(callsOf(site, 'forgetPointed')).toEqual([]);
  await at('back-forget').click();
  await at('back-yes').click();
  await expect.element(at('go-back')).not.toBeInTheDocument();
  await expectSound();
});

test('a known oddity says what Chargehand does because of it, and can be switched off', async () => {
  const site = await open(new DemoSite({}, [{ ...adopted(), oddities }]), 'inspect');
  await expect.element(at('oddities')).toHaveTextContent('because this is a Wallbox Pulsar Plus with firmware 6.7.1');
  await expect.element(at('heed-relative')).toBeChecked();
  await expect.element(at('oddities')).toHaveTextContent('Off: limits of the kind Absolute come first');
  await page.getByRole('checkbox', { name: /tries limits of the kind Relative first/ }).click();
  await expect.poll(() => callsOf(site, 'heedQuirk')).toEqual([[id, 'relative', false]]);
  await expectSound();
});

test('an oddity that is only told can be switched off too, and is marked', async () => {
  const site = await open(new DemoSite({}, [{ ...adopted(), oddities }]), 'inspect');
  await expect.element(at('off-offline-starts')).not.toBeInTheDocument();
  await expect.element(at('oddities')).toHaveTextContent('Look what it does offline.');
  await at('heed-offline-starts').click();
  await expect.poll(() => callsOf(site, 'heedQuirk')).toEqual([[id, 'offline-starts', false]]);
  await expect.element(at('off-offline-starts')).toHaveTextContent('switched off by a person');
  await expect.element(at('oddities')).not.toHaveTextContent('Look what it does offline.');
  await expectSound();
});

test('a charger that has only a password is asked for nothing else, there and back', async () => {
  const site = new DemoSite({ pointedHere: [{ ...before, login: 'password' as const }] });
  site.localInterface = async () => ({ title: 'Wattpilot WebSocket in the LAN', before: [], after: '', login: 'password', user: '', source: 'the programs' });
  await settable(site);
  await expect.element(at('point-password')).toBeVisible();
  await expect.element(at('point-user')).not.toBeInTheDocument();
  await expect.element(at('back-password')).toBeVisible();
  await expect.element(at('back-user')).not.toBeInTheDocument();
});

test('an interface over which the address is not set from here is told with the reason, and what to know before', async () => {
  const site = new DemoSite();
  const { recipe } = site;
  const fact = { what: 'It has fields for OCPP.', source: 'a client', date: '2026-07-02', confidence: 'medium' } as const;
  site.recipe = async (...about) => {
    const usual = await recipe(...about);
    const caution = { id: 'gives-up-7d', fact: { ...fact, what: 'It gives up after 7 days.' } };
    return usual && { ...usual, byHand: { name: 'Peblar REST', password: true, why: 'How the address is written over it is known from no source.', fact }, cautions: [caution] };
  };
  await invited(site);
  await at('model-search').fill('wattpilot');
  await at('model-result').first().click();
  await expect.element(at('by-hand')).toHaveTextContent('(Peblar REST, with a password)');
  await expect.element(at('by-hand')).toHaveTextContent('known from no source. Enter the address by hand.');
  await expect.element(at('recipe-cautions')).toHaveTextContent('It gives up after 7 days.');
  await expectSound();
});
