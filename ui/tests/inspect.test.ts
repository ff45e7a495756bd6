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
  await expect.element(table).toHaveTextContent('No key matches.');
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
