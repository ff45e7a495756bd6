// The plan of a charger: settings become lines, lines are written and taken back, what others left is told.
import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { sites } from '../src/backend/demo';
import { at, callsOf, expectSound, id, open } from './support';

async function part(site: Parameters<typeof open>[0], name: 'settings' | 'plan') {
  const backend = await open(site, 'set');
  await at(`tab-${name}`).click();
  return backend;
}

test('a setting shows what it is now, why one would change it, and becomes a line of the plan', async () => {
  const site = await part('limited', 'settings');
  await expect.element(at('setting-heartbeat')).toHaveTextContent('now 86400');
  await expect.element(at('value-heartbeat')).toHaveValue('300');
  await at('add-heartbeat').click();
  expect(callsOf(site, 'planChange')).toEqual([[id, { change: 'setting', key: 'HeartbeatInterval', value: '300', confirmed: false }]]);
  await expect.element(at('tab-plan')).toHaveTextContent('1');
  expect(callsOf(site, 'applyPlan')).toEqual([]);
});

test('a value that is there already cannot be planned, and one that is read only not changed', async () => {
  await part('limited', 'settings');
  await at('value-meter-interval').fill('60');
  await expect.element(at('add-meter-interval')).toBeDisabled();
  await expect.element(at('setting-offline-known')).toHaveTextContent('cannot be written');
  await expect.element(at('add-offline-known')).not.toBeInTheDocument();
});

test('a switch is chosen by its words', async () => {
  const site = await part('limited', 'settings');
  await userEvent.selectOptions(at('value-free-charging'), 'on');
  await at('add-free-charging').click();
  expect(callsOf(site, 'planChange').at(-1)).toMatchObject([id, { key: 'FreeCharging', value: 'true' }]);
});

test('without a configuration the settings say what to do first', async () => {
  await part('adopted', 'settings');
  await expect.element(at('settings-unread')).toBeVisible();
});

test('lines say before and after, why, the risk and the way back, and are written all at once', async () => {
  const site = await part('planned', 'plan');
  await expect.element(at('line-5')).toHaveTextContent('16 A');
  await expect.element(at('line-5')).toHaveTextContent('Way back: The limit before comes back');
  await expect.element(at('line-7')).toHaveTextContent('No way back: OCPP 1.6 cannot read profiles');
  await expect.element(at('apply-plan')).toHaveTextContent('Write 3 lines');
  await at('may-restart').click();
  await at('apply-plan').click();
  expect(callsOf(site, 'applyPlan')).toEqual([[id, null, true]]);
  await expect.element(at('line-5')).toHaveTextContent('in the charger');
});

test('a line of unknown effect is sent only when a person says that they know it', async () => {
  const site = await part('planned', 'plan');
  await expect.element(at('line-6')).toHaveTextContent('Effect on current unknown');
  await at('confirm-6').click();
  expect(callsOf(site, 'planChange')).toEqual([[id, { change: 'setting', key: 'EcoMode', value: '0', confirmed: true }]]);
});

test('a line is taken out before it is written, and taken back after', async () => {
  const site = await part('planned', 'plan');
  await at('unplan-5').click();
  await expect.element(at('line-5')).not.toBeInTheDocument();
  await at('take-back-1').click();
  expect(callsOf(site, 'takeBack')).toEqual([[id, 1]]);
  await expect.element(at('line-1')).toHaveTextContent('taken back');
});

test('while the charger cannot be called nothing can be written, and why is said', async () => {
  const site = sites.planned();
  site.change(id, { connected: false });
  await part(site, 'plan');
  await expect.element(at('apply-plan')).toBeDisabled();
  await expect.element(at('plan')).toHaveTextContent('Not connected: nothing can be sent now.');
});

test('what others left is told, and cleared only as a line of the plan', async () => {
  const site = await part('planned', 'settings');
  await expect.element(at('residue')).toHaveTextContent('The charger names 13.0 A as its limit');
  await expect.element(at('residue-line').first()).toHaveTextContent('Told only');
  await at('clear-1').click();
  expect(callsOf(site, 'planChange')).toEqual([[id, { change: 'clearAll' }]]);
});

test('nobody has looked for what others left until somebody does', async () => {
  const site = await part('limited', 'settings');
  await expect.element(at('residue')).toHaveTextContent('Nobody has looked yet');
  await at('look-for-residue').click();
  expect(callsOf(site, 'lookForResidue')).toEqual([[id]]);
  await expect.element(at('residue')).toHaveTextContent('Nothing was found.');
});

test('other chargers of the model are set as this one, with another limit, and stand side by side', async () => {
  const site = await part('planned', 'plan');
  await at('choose-wattpilot-91020015').click();
  await at('alike-limit').fill('20');
  await at('plan-as').click();
  expect(callsOf(site, 'planAs')).toEqual([[['wattpilot-91020015'], id, 20_000]]);
  await at('compare').click();
  await expect.element(at('side-by-side')).toHaveTextContent('differs');
  await at('apply-all').click();
  expect(callsOf(site, 'applyPlan')).toEqual([['wattpilot-91020015', null, false]]);
});

test('settings and plan are sound in light and dark', async () => {
  await part('planned', 'plan');
  await at('compare').click();
  await expectSound();
  await at('tab-settings').click();
  await expectSound();
});

test('a charge is started by hand only after one was asked whether anybody works on the circuit', async () => {
  const site = await open('limited', 'set');
  await expect.element(at('hand-pause')).toBeDisabled();
  await at('hand-start').click();
  expect(callsOf(site, 'byHand')).toEqual([]);
  await at('hand-yes').click();
  expect(callsOf(site, 'byHand')).toEqual([[id, 'start']]);
});

test('what is held by hand is said, and can be changed while it is held', async () => {
  const site = await open('held', 'set');
  await expect.element(at('held')).toHaveTextContent('Held at 10.0 A by hand.');
  await expect.element(at('hand-slower')).toHaveAccessibleDescription(/Asks for 23.0 A/);
  await at('hand-resume').click();
  expect(callsOf(site, 'byHand')).toEqual([[id, 'resume']]);
  await expect.element(at('by-hand')).toHaveTextContent('at most 9.9 A measured');
  await expectSound();
});

test('a limit, cheap hours and demand response are put into the plan where they are chosen', async () => {
  const site = await open('limited', 'set');
  await at('limit').fill('20');
  await at('plan-limit').click();
  await at('tab-hours').click();
  await at('hours-platform').selectOptions('None: nobody else steers it');
  await at('plan-hours').click();
  await at('tab-modes').click();
  await expect.element(at('plan-rehearsal')).toBeDisabled();
  await at('drm-2-tick').click();
  await at('plan-rehearsal').click();
  await expect.element(at('plan-hold')).toBeDisabled();
  await at('minutes').fill('10');
  await at('plan-hold').click();
  const planned = callsOf(site, 'planChange').map(([, change]) => change);
  expect(planned[0]).toEqual({ change: 'limit', limitMa: 20_000, connector: 0 });
  expect(planned[1]).toMatchObject({ change: 'cheapHours', platform: null });
  expect(planned[2]).toMatchObject({ change: 'demandResponse', order: { hold: false, forS: null, signals: [{ kind: 'drm', modes: [2] }] } });
  expect(planned[3]).toMatchObject({ change: 'demandResponse', order: { hold: true, forS: 600 } });
  await at('tab-plan').click();
  await expect.element(at('apply-plan')).toHaveTextContent('Write 4 lines');
  expect([callsOf(site, 'applyPlan'), callsOf(site, 'applyLimit'), callsOf(site, 'applyHours'), callsOf(site, 'demandResponse')]).toEqual([[], [], [], []]);
});

test('a rehearsal that was a line of the plan says what it showed and is not taken back', async () => {
  await part('planned', 'plan');
  await expect.element(at('line-8')).toHaveTextContent('done, nothing of it stays');
  await expect.element(at('line-8')).toHaveTextContent('not followed: DRM3');
  await expect.element(at('take-back-8')).not.toBeInTheDocument();
});

test('a line that waits for a restart is read back after one that a person allows', async () => {
  const site = sites.planned();
  const { changes } = (await site.charger(id))!;
  site.change(id, { changes: { ...changes, lines: changes.lines.filter(({ state }) => state === 'stands'), wantsRestart: true } });
  await part(site, 'plan');
  await expect.element(at('apply-plan')).toBeDisabled();
  await at('may-restart').click();
  await expect.element(at('apply-plan')).toHaveTextContent('Restart and read back');
  await at('apply-plan').click();
  expect(callsOf(site, 'applyPlan')).toEqual([[id, null, true]]);
});
