import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { DemoSite, arrived, sites } from '../src/backend/demo';
import { at, callsOf, id, invited, open } from './support';

test('without a charger the window says first what to type into one', async () => {
  const site = await invited('empty');
  await expect.element(page.getByRole('heading', { level: 1 })).toHaveTextContent('Connect the first charger');
  await expect.element(at('url')).toHaveTextContent('ws://192.168.1.23:9616/');
  await expect.element(at('qr')).toBeVisible();
  await expect.element(at('other-addresses')).toHaveTextContent('VPN: chargers cannot reach it');
  await expect.element(at('missing')).toHaveTextContent('Nothing arrives?');
  expect(callsOf(site, 'connectStepOpen')).toEqual([[true]]);
});

test('what came and was refused is shown with why, and opens to its stages', async () => {
  await invited('refused');
  await expect.element(at('attempt')).toHaveTextContent('refused no charger It speaks only TLS 1.1 and older');
  await at('attempt').getByRole('button', { name: 'Handshake of 192.168.1.54:50120' }).click();
  await expect.element(at('handshake-finding')).toHaveTextContent('Ask the maker for newer firmware');
  expect(at('stage').elements().map((stage) => stage.querySelector('b')!.textContent)).toEqual(['TCP connection accepted', 'First bytes: TLS (wss)', 'TLS hello', 'Connection closed']);
});

test('a handshake is shown stage by stage, from its first bytes to its first message', async () => {
  await open('attempts', 'connect');
  await at('attempts').getByRole('button', { name: 'Handshake of 192.168.1.54:50122' }).click();
  const sheet = at('handshake');
  await expect.element(sheet).toHaveTextContent('16 03 01 00 c8');
  await expect.element(sheet).toHaveTextContent('TLS 1.3, TLS 1.2');
  await expect.element(sheet).toHaveTextContent('Host name (SNI) chargehand.local');
  await expect.element(sheet).toHaveTextContent('GET /wattpilot-91020014 HTTP/1.1');
  await expect.element(sheet).toHaveTextContent('Accepted as a WebSocket (101)');
  await expect.element(sheet).toHaveTextContent('Chosen ocpp1.6');
  await expect.element(sheet).toHaveTextContent('First message +212 ms');
});

test('a charger’s own page leaves out what was certainly another charger', async () => {
  await open('attempts', 'connect');
  await expect.poll(() => at('attempt').elements().length).toBe(3);
  expect(at('attempts').element().textContent).not.toContain('EVB-2231');
  await at('rail-chargers').click();
  await at('connect-another').click();
  await expect.poll(() => at('attempt').elements().length).toBe(4);
  await at('handshake-open').first().click();
  await expect.element(at('handshake')).toHaveTextContent('Password another one sent than is set here');
});

test('what happens to a connection while one looks at it is read again', async () => {
  const site = await open('attempts', 'connect');
  const { connections } = await site.snapshot();
  const coming = connections.find(({ state }) => state === 'coming')!;
  let asked = 0;
  const before = site.connection;
  site.connection = (one) => (asked++, before(one));
  await at('attempts').getByRole('button', { name: `Handshake of ${coming.peer}` }).click();
  await expect.element(at('handshake')).toHaveTextContent('Nothing more has come yet.');
  site.changeApp({ connections: connections.map((one) => (one === coming ? { ...one, state: 'refused', stages: 2 } : one)) });
  await expect.poll(() => asked).toBe(2);
});

test('chargers may be adopted by themselves only while the Connect step is open', async () => {
  const site = await open('adopted', 'connect');
  await at('step-inspect').click();
  await at('step-connect').click();
  await at('rail-site').click();
  expect(callsOf(site, 'connectStepOpen')).toEqual([[true], [false], [true], [false]]);
});

test('a charger that comes appears at once and is adopted with one click', async () => {
  const site = await invited('empty');
  site.change(id, arrived());
  await expect.element(at('newcomer')).toHaveTextContent('Fronius Wattpilot Home 22 J');
  await expect.element(at('spoken')).toHaveTextContent('Fronius Wattpilot Home 22 J is connected.');
  await at('adopt').click();
  expect(callsOf(site, 'adopt')).toEqual([[id]]);
  await expect.element(at('newcomer')).not.toHaveTextContent('Not adopted');
});

test('the Connect step shows what arrived, and where it is recorded', async () => {
  const site = await open('arrived', 'connect');
  await expect.element(at('arrivals')).toHaveTextContent('subprotocol ocpp1.6');
  await at('arrivals').getByRole('button', { name: 'frame 3' }).click();
  await expect.element(at('frames')).toBeVisible();
  expect(callsOf(site, 'frames')).toEqual([[id, [3]]]);
});

test('a charger that is not adopted says so on every step and is adopted there', async () => {
  const site = await open('arrived', 'inspect');
  await expect.element(at('not-adopted')).toHaveTextContent('gets no command');
  await at('adopt-head').click();
  expect(callsOf(site, 'adopt')).toEqual([[id]]);
  await expect.element(at('not-adopted')).not.toBeInTheDocument();
});

test('a refused adoption is shown with its remedy', async () => {
  const site = sites.arrived();
  site.refuse.adopt = { code: 'other', message: 'The disk is full: nothing can be recorded.', remedy: 'Free some space.' };
  await open(site, 'connect');
  await at('adopt').click();
  await expect.element(page.getByRole('alert')).toHaveTextContent('The disk is full: nothing can be recorded. Free some space.');
});

test('auto-adopt is a setting that the person changes', async () => {
  const site = await invited('empty');
  await at('auto-adopt').click();
  expect(callsOf(site, 'setAutoAdopt')).toEqual([[false]]);
  await expect.element(at('auto-adopt')).not.toBeChecked();
});

test('an endpoint that cannot listen says who holds the port and what to do', async () => {
  await open('taken');
  await expect.element(at('endpoint')).toHaveTextContent('Not listening · Port 9616 is held by “evcc”');
  await expect.element(at('endpoint-problem')).toHaveTextContent('Close evcc');
  await at('to-connect').click();
  await expect.element(at('endpoint-problem')).toHaveTextContent('Close evcc');
  await expect.element(at('url')).not.toBeInTheDocument();
});

test('a computer without a network for chargers says so', async () => {
  const site = new DemoSite();
  const { endpoint } = await site.snapshot();
  await invited(new DemoSite({ endpoint: { ...endpoint, addresses: [] } }));
  await expect.element(at('endpoint-problem')).toHaveTextContent('no address on a private network');
  await expect.element(at('endpoint')).toHaveTextContent('Not listening');
});

test('a further address is shown large when it is chosen', async () => {
  await invited('empty');
  await page.getByRole('button', { name: 'Show large: ws://10.0.0.5:9616/' }).click();
  await expect.element(at('url')).toHaveTextContent('ws://10.0.0.5:9616/');
  await expect.element(at('other-addresses')).toHaveTextContent('Try this one first');
});

test('lost contact is shown at once, with what the charger does on its own', async () => {
  const site = await open('running', 'prove');
  site.change(id, { connected: false, running: null });
  await expect.element(at('disconnected')).toHaveTextContent('No contact for');
  await expect.element(at('lost')).toHaveTextContent('On its own it keeps test limit 10.0 A until');
  await expect.element(at('spoken')).toHaveTextContent('is no longer connected');
});

/** The Connect step with this model chosen by hand. */
async function point(words: string): Promise<DemoSite> {
  const site = await invited('empty');
  await at('model-search').fill(words);
  await at('model-result').first().click();
  return site;
}

const typed = (): [string | null, string | null][] => at('field').elements().map((field) => [field.closest('div')!.querySelector('dt')!.textContent, field.textContent]);

test('a model that is chosen by hand shows what its own fields want, to the letter, and where they are', async () => {
  await point('watpilot');
  await expect.poll(typed).toEqual([['Protocol', 'WS'], ['URL', '192.168.1.23'], ['Port', '9616'], ['Id', 'CP-1']]);
  await expect.element(at('recipe-menu')).toHaveTextContent(/1\. Open the Solar\.wattpilot app.*2\. Go to Internet, then OCPP/);
  await expect.element(at('recipe-login')).toHaveTextContent('The charger’s password');
  await expect.element(at('recipe-back')).toHaveTextContent('Switch OCPP off');
});

test('the fields follow the address that is shown large', async () => {
  await point('wattpilot');
  await page.getByRole('button', { name: 'Show large: ws://10.0.0.5:9616/' }).click();
  await expect.poll(typed).toContainEqual(['URL', '10.0.0.5']);
});

test('a model whose field is not known gets the usual form, and is told so', async () => {
  await point('goodwe');
  await expect.element(at('form-unknown')).toHaveTextContent('not known of this model: the usual form');
  await expect.poll(typed).toEqual([['URL', 'ws://192.168.1.23:9616/']]);
  await expect.element(at('recipe-back')).toHaveTextContent('Write down what stands in the field');
});

test.each([['zappi', 'Maker’s cloud only', 'enter the platform in the maker’s portal'], ['evnex', 'Locked to its maker', 'holds the limit set in its maker’s app'], ['tesla', 'No remote control', 'holds the limit set at the charger itself']])('a %s is said at once to be no charger for this computer, with what can still be proved', async (words, access, proof) => {
  await point(words);
  await expect.element(at('model-access')).toHaveTextContent(access);
  await expect.element(at('cannot')).toHaveTextContent('This charger cannot connect to this computer');
  await expect.element(at('cannot')).toHaveTextContent(proof);
  await expect.element(at('missing')).not.toBeInTheDocument();
  await expect.element(at('url')).not.toBeVisible();
  await at('anyway').click();
  await expect.element(at('url')).toBeVisible();
  await at('cannot-ask').click();
  await expect.element(at('letter')).toBeVisible();
});

test('a charger that comes only under a condition says so beside what to type', async () => {
  await point('easee local');
  await expect.element(at('condition')).toHaveTextContent('only once something is met');
  await expect.element(at('recipe-needs')).toHaveTextContent('Firmware 328 or newer');
});

test('another model can be chosen, and none', async () => {
  await point('zappi');
  await at('model-change').click();
  await at('model-search').fill('frobnicator');
  await expect.element(at('model-none')).toHaveTextContent('Nothing matches.');
  await at('model-forget').click();
  await expect.element(at('url')).toBeVisible();
  await expect.element(at('model')).toHaveTextContent('Which charger is it?');
});

test('a charger that was lost is recognised, and its own way here stands beside the address', async () => {
  await open(new DemoSite({}, [{ ...arrived(), connected: false }]), 'connect');
  await expect.element(at('model')).toHaveTextContent('Fronius Wattpilot Home');
  await expect.poll(typed).toContainEqual(['Id', id]);
});

test('a charger that is here needs no way here, nor does a simulated one', async () => {
  await open('adopted', 'connect');
  await expect.element(at('model')).not.toBeInTheDocument();
});

test('a found device leads to its model’s own way, with its serial number where an id is wanted', async () => {
  await open('found');
  await at('device-connect').first().click();
  await expect.element(at('model-device')).toHaveTextContent('Found: Fronius Wattpilot Home 22 J at 192.168.1.54.');
  await expect.poll(typed).toContainEqual(['Id', '91020014']);
  await at('to-find').click();
  await expect.element(at('found')).toBeVisible();
});

test('a found device that may be one of several models asks which', async () => {
  await open('found');
  await at('device-connect').nth(1).click();
  await expect.poll(() => at('model-result').elements().length).toBe(2);
  await at('model-result').first().click();
  await expect.element(at('condition')).toBeVisible();
  await expect.element(at('model-device')).toHaveTextContent('Probably Easee');
});
