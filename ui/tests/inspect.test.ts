import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { ago, hostile } from '../src/backend/demo';
import { at, callsOf, id, open } from './support';

test('reading again asks the engine and shows what it does', async () => {
  const site = await open('inspected', 'inspect');
  await at('inspect').click();
  expect(callsOf(site, 'inspect')).toEqual([[id]]);
  await expect.element(at('identity')).toHaveTextContent('Reading the configuration: 14 keys so far');
  await expect.element(at('inspect')).toBeDisabled();
});

test('the configuration is searched in keys, values and meanings', async () => {
  await open('inspected', 'inspect');
  const table = at('configuration').getByRole('table');
  await at('configuration-search').fill('heartbeat');
  await expect.element(at('configuration')).toHaveTextContent('1 of 14 keys');
  await expect.element(table).toHaveTextContent('HeartbeatInterval');
  await at('configuration-search').fill('pings the connection');
  await expect.element(table).toHaveTextContent('WebSocketPingInterval');
  await at('configuration-search').fill('nothing like it');
  await expect.element(at('configuration')).toHaveTextContent('Nothing matches.');
});

test('variables of 2.x stand under their component, with what is told of them besides', async () => {
  await open('second', 'inspect');
  await expect.element(at('facts')).toHaveTextContent('OCPP 2.0.1');
  await expect.poll(() => at('component').elements().length).toBe(89);
  expect(at('configuration').element().querySelectorAll('table')).toHaveLength(0);
  await at('configuration').getByRole('button', { name: /^▸? ?EVSE 1/ }).click();
  await expect.element(page.getByRole('row', { name: /Power/ })).toHaveTextContent('7400 W');
  await expect.element(page.getByRole('row', { name: /Power/ })).toHaveTextContent('at most 22000 · allowed: 0 to 22000 · type decimal');
  await at('configuration-search').fill('heartbeat');
  await expect.element(at('configuration')).toHaveTextContent('1 of 92 variables');
  await expect.element(page.getByRole('row', { name: /HeartbeatInterval/ })).toHaveTextContent('300 s');
  await at('configuration-search').fill('connectortype');
  await expect.element(at('component')).toHaveTextContent('Connector · EVSE 1, connector 1');
  await at('configuration-search').fill('basicauth');
  await expect.element(page.getByRole('row', { name: /BasicAuthPassword/ })).toHaveTextContent('write only');
});

test('a configuration that was read anew is shown', async () => {
  const site = await open('inspected', 'inspect');
  await expect.element(at('configuration')).toHaveTextContent('14 keys');
  site.configuration = async () => ({ taken: ago(0), readAs: 'whole list', keys: [], unknown: ['Everything'] });
  site.change(id, { configuration: { taken: ago(0), readAs: 'whole list', keys: 0 } });
  await expect.element(at('configuration')).toHaveTextContent('Everything');
});

test('how deviant messages are answered is chosen for each charger, with what it does', async () => {
  const site = await open('inspected', 'inspect');
  await at('tab-deviations').click();
  await expect.element(at('policy-why')).toHaveTextContent('so the charger gets on');
  await page.getByRole('radio', { name: 'As a strict platform' }).click();
  expect(callsOf(site, 'setPolicy')).toEqual([[id, 'strict']]);
  await expect.element(at('policy-why')).toHaveTextContent('a charger may stop charging');
});

test('read-only keys are marked in words, and a key without a value says so', async () => {
  await open('inspected', 'inspect');
  await expect.element(page.getByRole('row', { name: /NumberOfConnectors/ })).toHaveTextContent('read only');
  await expect.element(page.getByRole('row', { name: /X-FroniusGridPhase/ })).toHaveTextContent('no value sent');
});

test('a deviation leads to the frames it rests on', async () => {
  const site = await open('inspected', 'inspect');
  await at('tab-deviations').click();
  await expect.element(at('deviations-hard')).toHaveTextContent('StatusNotification /timestamp');
  await at('deviations-hard').getByRole('button', { name: 'frames 5–6, 9' }).click();
  expect(callsOf(site, 'frames')).toEqual([[id, [5, 6, 9]]]);
  await expect.element(page.getByRole('dialog', { name: 'Evidence: frames 5–6, 9' })).toBeVisible();
  expect(at('frame').elements()).toHaveLength(3);
});

test('all frames are read page by page until the first', async () => {
  const site = await open('inspected', 'inspect');
  await at('all-frames').click();
  await expect.poll(() => at('frame').elements().length).toBe(200);
  await at('frames-older').click();
  await expect.poll(() => at('frame').elements().length).toBe(264);
  expect(callsOf(site, 'framesBefore')).toEqual([[id, null], [id, 65]]);
  await expect.element(at('frames-older')).toHaveTextContent('This is the first stored frame.');
});

test('frames that cannot be read are a sentence with a remedy', async () => {
  const site = await open('inspected', 'inspect');
  site.framesBefore = () => Promise.reject(new Error('bridge down'));
  await at('all-frames').click();
  await expect.element(at('frames').getByRole('alert')).toHaveTextContent('The window could not reach the engine: Error: bridge down');
});

test('markup from a charger stays text, in full where it is asked for', async () => {
  await open('hostile', 'inspect');
  expect(document.querySelectorAll('img')).toHaveLength(0);
  expect(document.title).toBe('Chargehand');
  await expect.element(at('charger-title')).toHaveTextContent('<img src=x onerror=');
  const model = at('identity').getByRole('definition').nth(1);
  expect(model.element().textContent!.length).toBeLessThan(250);
  await model.getByRole('button', { name: 'Show all 5045 characters' }).click();
  expect(model.element().textContent!.length).toBeGreaterThan(5000);
});

test('a charger cannot turn our sentences around', async () => {
  await open('hostile', 'inspect');
  expect(document.body.textContent!.includes('\u202e')).toBe(false);
  expect(at('charger-title').element().textContent).toContain('\\u202e');
  expect(hostile().title).toContain('\u202e');
});

test('times are local with their zone, and UTC on hover', async () => {
  const site = await open('inspected', 'inspect');
  const started = ago(60);
  site.change(id, { transaction: { id: 7, named: '', connector: 1, started } });
  const time = page.getByTitle(`${started.slice(0, 19).replace('T', ' ')} UTC`);
  await expect.element(time).toHaveTextContent(/\d\d:\d\d:\d\d \S+/);
});
