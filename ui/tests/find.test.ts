// Find: what is on the network, by which evidence, and what to do where the charger is not there.
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { arrived, devices, found, scanning, sites, type DemoSite } from '../src/backend/demo';
import { at, callsOf, id, open } from './support';

const keys = (): (string | null | undefined)[] => at('device').elements().map((one) => one.querySelector('h3')?.textContent);

test('nothing is scanned before a person says which network may be', async () => {
  const site = await open('empty');
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Find chargers');
  await expect.element(at('networks')).toHaveTextContent('Scan only networks you are allowed to test');
  await expect.element(at('scan')).toBeDisabled();
  await expect.element(at('missing')).not.toBeInTheDocument();
  expect(callsOf(site, 'scan')).toEqual([]);
  await page.getByRole('checkbox', { name: /Wi-Fi wlan0 · 192\.168\.1\.0\/24/ }).click();
  expect(callsOf(site, 'allowNetwork')).toEqual([['02:00:00:00:00:01', true]]);
  await at('scan').click();
  expect(callsOf(site, 'scan')).toEqual([[false]]);
});

test('a network that is wider than what is scanned says so', async () => {
  await open('empty');
  await expect.element(at('networks')).toHaveTextContent('254 addresses, only those around this computer’s own');
});

test('a network whose router is not known says how long a tick holds, one that is reached otherwise that it is left out', async () => {
  const site = await open('empty');
  const [wifi, cable] = (await site.find()).networks;
  const ticks = at('networks').getByRole('listitem');
  await expect.element(ticks.nth(0)).not.toHaveTextContent('ten minutes');
  await expect.element(ticks.nth(1)).toHaveTextContent('Its router is not known, so another network could pass for it: a tick holds for ten minutes');
  await expect.element(at('elsewhere')).not.toBeInTheDocument();
  site.changeFind({ networks: [{ ...wifi!, allowed: true, elsewhere: true }, cable!] });
  await expect.element(ticks.nth(0)).toHaveTextContent('Left out: this computer reaches these addresses by another way, mostly a VPN. Switch that off, then scan again.');
});

test('a scan that comes too soon begins by itself, says when, and can be stopped', async () => {
  const site = await open('waiting');
  await expect.element(at('scan-doing')).toHaveTextContent('The scan begins by itself in 18 s. Chargers serve few programs at once, so a network is left in peace for 30 s');
  await expect.element(at('scan')).not.toBeInTheDocument();
  await expect.element(at('network').first()).toBeDisabled();
  await expect.poll(() => at('device').elements().length).toBe(3);
  site.changeFind({ beginsInS: 17 });
  await expect.element(at('scan-doing')).toHaveTextContent('in 17 s');
  await at('scan-stop').click();
  expect(callsOf(site, 'stopScan')).toEqual([[]]);
  await expect.element(at('scan-doing')).toHaveTextContent('Stopped before it began. What was found stays.');
  await expect.element(at('scan')).toBeEnabled();
});

test('that a scan waits is heard once and not with each second', async () => {
  const site = await open('found');
  await expect.element(at('device').first()).toBeVisible();
  site.changeFind({ ended: null, beginsInS: 18 });
  await expect.element(at('spoken')).toHaveTextContent('The scan begins by itself in 18 s.');
  site.changeFind({ beginsInS: 17 });
  await expect.element(at('scan-doing')).toHaveTextContent('in 17 s');
  await expect.element(at('spoken')).not.toHaveTextContent('17 s');
});

test('why nothing is heard is said with what to do', async () => {
  const site = await open('found');
  site.changeFind({ problem: { code: 'other', message: 'The log cannot be written: the disk is full. What is sent into a network is written down first, so nothing more is sent.', remedy: 'Make room on the disk.' } });
  await expect.element(at('scan-problem')).toHaveTextContent('The log cannot be written: the disk is full. What is sent into a network is written down first, so nothing more is sent. Make room on the disk.');
  await expect.poll(() => at('device').elements().length).toBe(3);
});

test('a possible charger is named with a perhaps', async () => {
  const site = await open('scanning');
  site.changeFind({ devices: [{ ...devices()[0]!, certainty: 'possible', name: 'Compleo Solo or Duo' }] });
  await expect.poll(keys).toEqual(['Possible charger, perhaps Compleo Solo or Duo']);
});

test('what is found appears as it comes, says how sure it is, and keeps its place', async () => {
  const site = await open('scanning');
  await expect.element(at('scan-doing')).toHaveTextContent('Addresses: 12 addresses are taken 42 %');
  await expect.poll(keys).toEqual(['Fronius Wattpilot Home 22 J', 'Probably Easee']);
  const [first, second] = devices();
  // Surer than the first by now, and still below it: nobody presses what has just moved away.
  site.changeFind({ devices: [{ ...second!, certainty: 'named' }, first!, devices()[2]!] });
  await expect.poll(keys).toEqual(['Fronius Wattpilot Home 22 J', 'Easee', 'Possible charger']);
  site.changeFind({ ...found(), scans: 2 });
  await expect.poll(keys).toEqual(['Fronius Wattpilot Home 22 J', 'Probably Easee', 'Possible charger']);
});

test('the buttons stay where they are while the scan speaks and ends', async () => {
  const site = await open('scanning');
  const top = (): number => at('device').first().element().getBoundingClientRect().top;
  await expect.element(at('device').first()).toBeVisible();
  const before = top();
  site.changeFind({ tried: [{ look: 'identify', result: 'a very long sentence about what is being read of each of the devices that answered so far, and of their pages', done: false }] });
  await expect.element(at('scan-doing')).toHaveTextContent('What each is: a very long');
  expect(top()).toBe(before);
  site.changeFind(found());
  await expect.element(at('scan-doing')).toHaveTextContent('Looked through 192.168.1.0/24 in 3.2 s.');
  expect(top()).toBe(before);
});

test('a hundred changes in a moment are shown ten times a second at most, the last one too', async () => {
  const site = await open('scanning');
  await expect.element(at('scan-doing')).toHaveTextContent('42 %');
  const seen: string[] = [];
  const watch = new MutationObserver(() => seen.push(at('scan-doing').element().textContent ?? ''));
  watch.observe(at('scan-doing').element(), { subtree: true, characterData: true, childList: true });
  for (let permille = 500; permille < 600; permille++) site.changeFind({ permille });
  await expect.element(at('scan-doing')).toHaveTextContent('59 %');
  watch.disconnect();
  expect(seen.length).toBeLessThanOrEqual(3);
});

test('a scan can be stopped, and what was found stays', async () => {
  const site = await open('scanning');
  await at('scan-stop').click();
  expect(callsOf(site, 'stopScan')).toEqual([[]]);
  await expect.element(at('scan-doing')).toHaveTextContent('Stopped after 0.9 s. What was found stays.');
  await expect.poll(() => at('device').elements().length).toBe(2);
});

test('the evidence of a device is disclosed with its source and strength', async () => {
  await open('found');
  const evidence = at('device').first().getByTestId('signs');
  await expect.element(evidence).not.toBeVisible();
  at('evidence-open').first().element().focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(evidence).toHaveTextContent(/announces itself \(mDNS\).*strong.*_Fronius-SE-Wattpilot.*wattpilot client, discovery, 2026-06 \(sure\)/);
});

test('the access badge comes from the catalogue, and is missing where nothing is known', async () => {
  await open('found');
  await expect.element(at('device').nth(0)).toHaveTextContent('Open on the LAN');
  await expect.element(at('device').nth(1)).toHaveTextContent('one of several models');
  await expect.element(at('device').nth(2)).toHaveTextContent('not in the catalogue');
});

test('inverters and other programs that command chargers stand apart', async () => {
  await open('found');
  await expect.poll(() => at('companion').elements().length).toBe(2);
  await expect.element(at('companions')).toHaveTextContent('A charger obeys one platform at a time');
  await expect.element(at('companions').getByRole('button')).not.toBeInTheDocument();
});

test('a charger that connected by itself is the surest, and opens its steps', async () => {
  const site = sites.adopted();
  await open(site);
  await at('find-chargers').click();
  site.changeFind({ devices: [{ ...devices()[0]!, certainty: 'connected', charger: id }] });
  await expect.element(at('device')).toHaveTextContent('connected by itself');
  await at('device-open').click();
  await expect.element(at('charger-title')).toHaveTextContent('Fronius Wattpilot');
});

test('what was found and how a scan ended is heard', async () => {
  const site = await open('scanning');
  await expect.element(at('device').first()).toBeVisible();
  site.changeFind({ devices: devices() });
  await expect.element(at('spoken')).toHaveTextContent('Possible charger. evcc. Fronius inverter.');
  site.changeFind(found());
  await expect.element(at('spoken')).toHaveTextContent('Looked through 192.168.1.0/24 in 3.2 s. 3 chargers.');
});

test('an address is typed, looked at, and shown; one that is none is refused with what to type', async () => {
  const site = await open('empty');
  await at('ip').fill('charger');
  await userEvent.keyboard('{Enter}');
  await expect.element(at('look-problem')).toHaveTextContent('“charger” is no IP address. Type four numbers with dots');
  await at('ip').fill(' 192.168.1.54 ');
  await at('look-at').click();
  expect(callsOf(site, 'lookAt')).toEqual([['charger'], ['192.168.1.54']]);
  await expect.element(at('device')).toHaveTextContent('Fronius Wattpilot Home 22 J');
});

test('nothing found says what was tried and what to try next', async () => {
  await open('nothing');
  await expect.element(at('missing')).toHaveTextContent(/No charger found.*What to try next.*A guest Wi-Fi or a second router keeps them apart.*What was tried.*Addresses: 12 addresses are taken/);
  await at('to-model').click();
  await expect.element(at('model')).toHaveTextContent('Which charger is it?');
});

test('who misses a charger among others is told the same', async () => {
  await open('found');
  await expect.element(at('missing').getByText('A guest Wi-Fi', { exact: false })).not.toBeVisible();
  await at('missing-open').click();
  await expect.element(at('missing').getByText('A guest Wi-Fi', { exact: false })).toBeVisible();
});

test('asking every device over Modbus is offered after a scan, and has to be asked for', async () => {
  const site = await open('nothing');
  await at('modbus').click();
  await at('scan').click();
  expect(callsOf(site, 'scan')).toEqual([[true]]);
});

test('a scan that cannot begin says why', async () => {
  const site = sites.nothing();
  site.refuse.scan = { code: 'other', message: 'The network is being looked through already.', remedy: 'Wait until that ends.' };
  await open(site);
  await at('scan').click();
  await expect.element(at('scan-problem')).toHaveTextContent('looked through already. Wait until that ends.');
});

test('discovery hears only while its step is open', async () => {
  const site = await open('empty');
  await at('rail-buy').click();
  await at('rail-chargers').click();
  await at('to-connect').click();
  expect(callsOf(site, 'findStepOpen')).toEqual([[true], [false], [true], [false]]);
});

test('a network that this computer joins while one looks appears by itself', async () => {
  const site = await open('empty');
  const { networks } = await site.find();
  site.find = async () => ({ ...(await sites.empty().find()), networks: [{ ...networks[0]!, range: '192.168.7.0/24' }] });
  const { endpoint } = await site.snapshot();
  site.changeApp({ endpoint: { ...endpoint, addresses: endpoint.addresses.map((one) => ({ ...one, url: 'ws://192.168.7.9:9616/' })) } });
  await expect.element(at('networks')).toHaveTextContent('192.168.7.0/24');
  expect(callsOf(site, 'findStepOpen')).toEqual([[true], [true]]);
});

test('names from the network are text, bounded, and steer nothing', async () => {
  const evil = `<img src=x onerror=alert(1)>\u202E${'A'.repeat(5000)}`;
  const [first] = devices();
  const site = await open('scanning');
  site.changeFind({ devices: [{ ...first!, name: evil, address: evil, serial: evil, signs: [{ ...first!.signs[0]!, seen: { what: evil, source: evil, date: evil, confidence: 'low' } }], cautions: [evil] }], tried: [{ look: 'arp', result: evil, done: false }] });
  await expect.element(at('device').first()).toHaveTextContent('<img src=x onerror=alert(1)>\\u202e');
  await at('evidence-open').click();
  expect(document.querySelector('main img')).toBeNull();
  expect((document.querySelector('main')?.textContent ?? '').length).toBeLessThan(6000);
});

test('a charger’s own Find step says how it was found', async () => {
  const site = sites.arrived();
  site.changeFind({ ...scanning(), devices: [{ ...devices()[0]!, certainty: 'connected', charger: arrived().id }] });
  await open(site, 'find');
  await expect.element(at('how')).toHaveTextContent('connected by itself');
  await at('evidence-open').click();
  await expect.element(at('signs')).toHaveTextContent('_Fronius-SE-Wattpilot');
  await at('find-others').click();
  await expect.element(at('found')).toBeVisible();
});

test('a simulated charger is not looked for', async () => {
  const site: DemoSite = await open('bench', 'find');
  await expect.element(at('how')).toHaveTextContent('no scan is needed');
  expect(callsOf(site, 'findStepOpen')).toEqual([]);
  await expect.element(at('networks')).not.toBeInTheDocument();
});

test('from consent to a charger’s own menu by keyboard alone', async () => {
  await open('empty');
  const press = async (testid: string, key: string): Promise<void> => {
    for (let i = 0; i < 60 && (document.activeElement as HTMLElement | null)?.dataset.testid !== testid; i++) await userEvent.tab();
    expect((document.activeElement as HTMLElement).dataset.testid).toBe(testid);
    await userEvent.keyboard(key);
  };
  await press('network', ' ');
  await expect.element(at('scan')).toBeEnabled();
  await press('scan', '{Enter}');
  await expect.element(at('device').first()).toBeVisible();
  await press('device-connect', '{Enter}');
  await expect.element(at('recipe')).toHaveTextContent('Type exactly this');
});
