import { expect, test } from 'vitest';
import { sites } from '../src/backend/demo';
import { at, callsOf, expectSound, id, open } from './support';

const said = { phases: null, wholeAmperes: false, ofInstaller: false, feedsBack: false };

/** Opens demand response of the site's charger. */
async function opened(site: Parameters<typeof open>[0]) {
  const backend = await open(site, 'set');
  await at('tab-modes').click();
  return backend;
}

test('each mode says what it becomes on this charger, or why it cannot be said', async () => {
  await opened('limited');
  await expect.element(at('drm-1')).toHaveTextContent('0 A: it pauses');
  await expect.element(at('drm-2')).toHaveTextContent('16.0 A');
  await expect.element(at('drm-2')).toHaveTextContent('3.7 kW');
  await expect.element(at('drm-2')).toHaveTextContent('By the installer limit: 12.5 A');
  await expect.element(at('drm-4')).toHaveTextContent('The ceiling holds it at 25.0 A');
  await expect.element(at('drm-6')).toHaveTextContent('cannot be expressed');
  await expect.element(at('drm-6')).toHaveTextContent('only 2.1 has words for it');
});

test('without a ceiling nothing can be asked for, and the window says where to enter it', async () => {
  await opened('inspected');
  await expect.element(at('drm-2')).toHaveTextContent('No ceiling was entered');
  await at('drm-2-tick').click();
  await expect.element(at('rehearse')).toBeDisabled();
  await expect.element(at('demand-obstacle')).toHaveTextContent('No ceiling');
});

test('what is chosen is rehearsed, each mode by itself', async () => {
  const site = await opened('limited');
  await expect.element(at('rehearse')).toBeDisabled();
  for (const mode of [3, 1]) await at(`drm-${mode}-tick`).click();
  await at('rehearse').click();
  const signals = [1, 3].map((mode) => ({ kind: 'drm', modes: [mode] }));
  expect(callsOf(site, 'demandResponse')).toEqual([[id, { signals, hold: false, forS: null, said, commence: false, licensed: '' }]]);
  await expect.element(at('demand-running')).toHaveTextContent('Asking for 16.0 A');
  await at('demand-stop').click();
  expect(callsOf(site, 'cancel')).toEqual([[id]]);
});

test('modes that are held are asserted at once, for as long as was typed', async () => {
  const site = await opened('limited');
  for (const mode of [2, 4]) await at(`drm-${mode}-tick`).click();
  await expect.element(at('held-becomes')).toHaveTextContent('DRM2 + DRM4 together: 16.0 A');
  await at('minutes').fill('half an hour');
  await expect.element(at('hold')).toBeDisabled();
  await at('minutes').fill('30');
  await at('commence').click();
  await at('hold').click();
  expect(callsOf(site, 'demandResponse')).toEqual([[id, { signals: [{ kind: 'drm', modes: [2, 4] }], hold: true, forS: 1_800, said, commence: true, licensed: '' }]]);
});

test('a hold without a time lasts until it is stopped', async () => {
  const site = await opened('limited');
  await at('drm-1-tick').click();
  await at('hold').click();
  expect(callsOf(site, 'demandResponse')).toMatchObject([[id, { hold: true, forS: null }]]);
});

test('a limit of the site asks what everything else draws', async () => {
  const site = await opened('limited');
  await at('signal-kind').selectOptions('siteLimit');
  await at('signal-W').fill('9200');
  await expect.element(at('signal-becomes')).toHaveTextContent('Say what everything else on the site draws');
  await expect.element(at('hold')).toBeDisabled();
  await at('signal-W-others').fill('4600');
  await expect.element(at('signal-becomes')).toHaveTextContent('20.0 A');
  await at('rehearse').click();
  expect(callsOf(site, 'demandResponse')).toMatchObject([[id, { signals: [{ kind: 'siteLimit', watts: 9_200, othersW: 4_600 }] }]]);
});

test('modes and another signal are rehearsed one after the other and cannot be held at once', async () => {
  await opened('limited');
  await at('drm-2-tick').click();
  await at('signal-kind').selectOptions('section14a');
  await expect.element(at('signal-becomes')).toHaveTextContent('18.2 A');
  await expect.element(at('rehearse')).toHaveTextContent('Rehearse 2');
  await expect.element(at('hold')).toBeDisabled();
  await expect.element(at('demand')).toHaveTextContent('choose one kind');
});

test('a licensed person is asked for only where DRM0 is chosen', async () => {
  const site = await opened('limited');
  await expect.element(at('licensed')).not.toBeInTheDocument();
  await at('drm-0-tick').click();
  await at('licensed').fill('Kim Lee');
  await at('rehearse').click();
  expect(callsOf(site, 'demandResponse')).toMatchObject([[id, { licensed: 'Kim Lee' }]]);
});

test('while 0 A is asked for, what was measured at the output is entered with a name', async () => {
  const site = await opened('measuring');
  await at('output-by').fill(' ');
  await expect.element(at('output-dead')).toBeDisabled();
  await at('output-by').fill('Kim Lee');
  await at('output-dead').click();
  expect(callsOf(site, 'outputDead')).toEqual([[id, 'Kim Lee', true]]);
  await expect.element(at('output')).not.toBeInTheDocument();
  await expect.element(at('output-said')).toHaveTextContent(/Kim Lee entered at .* the output was dead/);
});

test('what a rehearsal showed stands with its evidence and never as a requirement that is met', async () => {
  await opened('rehearsed');
  const modes = at('demand-mode').elements().map((row) => row.textContent ?? '');
  expect(modes.map((text) => /passed|not tested|inconclusive|not applicable/.exec(text)?.[0])).toEqual(['not tested', 'passed', 'passed', 'inconclusive', 'not applicable']);
  await expect.element(at('demand-run')).toHaveTextContent('Capability evidence');
  expect(document.querySelector('[data-testid=demand]')!.textContent).not.toMatch(/complian|complies|certif/i);
  await at('demand-mode').nth(1).getByRole('button').click();
  await expect.element(at('evidence-title').or(at('frames')).first()).toBeVisible();
});

test('a refusal of the engine stands where it was asked', async () => {
  const site = sites.limited();
  site.refuse.demandResponse = { code: 'busy', message: 'Another step is still running on this charger.', remedy: 'Wait, or stop it.' };
  await opened(site);
  await at('drm-2-tick').click();
  await at('rehearse').click();
  await expect.element(at('demand-problem')).toHaveTextContent('Another step is still running');
});

test('demand response is sound in every state', async () => {
  const site = await opened('rehearsed');
  for (const mode of [0, 4]) await at(`drm-${mode}-tick`).click();
  await at('signal-kind').selectOptions('siteLimit');
  await at('demand-known').getByText('What only you know').click();
  await expectSound();
  site.change(id, { ...(await sites.measuring().charger(id)) });
  await expect.element(at('output')).toBeVisible();
  await expectSound();
});
