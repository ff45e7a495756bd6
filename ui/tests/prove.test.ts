import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { DemoSite, ago, limited, proved, sites } from '../src/backend/demo';
import { at, callsOf, id, open } from './support';

test('nothing starts before the question whether anybody works on the circuit is answered', async () => {
  const site = await open('limited', 'prove');
  await at('start').click();
  await expect.element(page.getByRole('dialog', { name: 'Is anybody working on this circuit?' })).toHaveTextContent('may start a charge');
  expect(callsOf(site, 'proveLimit')).toEqual([]);
  await at('confirm-no').click();
  expect(callsOf(site, 'proveLimit')).toEqual([]);
  await at('start').click();
  await at('confirm-yes').click();
  expect(callsOf(site, 'proveLimit')).toEqual([[id, 10_000]]);
});

test('a running check shows asked, measured with its age, what it does and how long at most', async () => {
  await open('running', 'prove');
  await expect.element(at('asked')).toHaveTextContent('10.0 A · 2.3 kW');
  await expect.element(at('measured')).toHaveTextContent(/Measured \(\d+ s ago\) 9\.9 A · 2\.3 kW/);
  await expect.element(at('reaction')).toHaveTextContent('–');
  await expect.element(at('doing')).toHaveTextContent('Waiting for a reading at or under 10.0 A');
  await expect.element(at('standing')).toHaveTextContent(/at most 4:1\d min left/);
  await expect.poll(() => at('standing').element().textContent, { timeout: 5_000 }).toMatch(/at most 4:(0\d|10) min left/);
});

test('a running check is stopped safely, and says that it undoes first', async () => {
  const site = await open('running', 'prove');
  await at('stop').click();
  expect(callsOf(site, 'cancel')).toEqual([[id]]);
  await expect.element(at('stop')).toBeDisabled();
  await expect.element(at('doing')).toHaveTextContent('undoing first');
});

test.each([
  ['passed', 'ok'],
  ['failed', 'bad'],
  ['inconclusive', 'open'],
  ['notTested', 'skipped'],
  ['notApplicable', 'skipped'],
] as const)('the outcome %s is said in its word and its tone, with its finding', async (verdict, tone) => {
  const charger = proved(verdict);
  await open(new DemoSite({}, [charger]), 'prove');
  await expect.element(at('verdict')).toHaveAttribute('data-tone', tone);
  await expect.element(at('finding')).toHaveTextContent(charger.proof!.outcome!.finding);
});

test('only what was measured and obeyed is green', async () => {
  for (const verdict of ['inconclusive', 'notTested', 'notApplicable'] as const) {
    const { unmount } = await import('vitest-browser-svelte').then(async ({ render }) => {
      const { default: App } = await import('../src/App.svelte');
      return render(App, { props: { backend: new DemoSite({}, [proved(verdict)]) } });
    });
    await at('open-charger').click();
    await at('step-prove').click();
    await expect.element(at('verdict')).toBeVisible();
    expect(at('limit-check').element().querySelectorAll('[data-tone=ok]'), verdict).toHaveLength(0);
    await unmount();
  }
});

test('an outcome that arrives is announced and leads to its frames', async () => {
  const site = await open('running', 'prove');
  site.change(id, { ...proved('passed'), running: null });
  await expect.element(at('spoken')).toHaveTextContent('Asked for 10.0 A, the current went from 15.8 A to 9.9 A');
  await expect.element(at('reaction')).toHaveTextContent('≤ 4.8 s');
  await at('standing').getByRole('button', { name: /frames 412–414, 431/ }).click();
  expect(callsOf(site, 'frames')).toEqual([[id, [412, 413, 414, 431]]]);
});

test('a check that ended without an outcome is inconclusive, not forgotten', async () => {
  const site = await open('running', 'prove');
  site.change(id, { running: null });
  await expect.element(at('verdict')).toHaveTextContent('inconclusive');
  await expect.element(at('finding')).toHaveTextContent('ended before it had an outcome');
});

test('each attempt stands with its answer and outcome, and the fallback with its own', async () => {
  await open('passed', 'prove');
  const rows = at('attempts').getByRole('row');
  await expect.element(rows.nth(0)).toHaveTextContent(/Absolute.*Rejected.*not applicable/);
  await expect.element(rows.nth(1)).toHaveTextContent(/Relative.*Accepted.*passed/);
  await expect.element(at('fallback')).toHaveTextContent('the current came back to 15.8 A by itself');
});

test('the chart has a table twin with the same numbers', async () => {
  await open('passed', 'prove');
  await expect.element(at('chart')).toHaveAttribute('role', 'img');
  await at('chart-table').click();
  const table = page.getByRole('region', { name: 'Show the numbers of the chart' }).getByRole('table');
  await expect.element(table).toHaveTextContent('15.8 A');
  await expect.element(table).toHaveTextContent('9.9 A');
});

test('nothing moves when live values update', async () => {
  const site = await open('running', 'prove');
  await document.fonts.ready;
  const places = (): string[] =>
    ['stop', 'asked', 'measured', 'reaction', 'chart', 'attempts', 'step-handOver', 'in-force'].map((testid) => {
      const { x, y, width, height } = at(testid).element().getBoundingClientRect();
      return `${testid} ${x} ${y} ${width} ${height}`;
    });
  const before = places();
  site.change(id, { live: { at: ago(59), importMa: 31_900, offeredMa: 32_000, powerW: 22_080, energyWh: 999_990, phases: 3 } });
  await expect.element(at('measured')).toHaveTextContent('31.9');
  expect(places()).toEqual(before);
});

test('a limit above the ceiling is refused next to the field and cannot be started', async () => {
  const site = await open('limited', 'prove');
  await at('prove-limit').fill('26');
  await expect.element(at('prove-limit-say')).toHaveTextContent('Above the ceiling of 25.0 A');
  await expect.element(at('start')).toBeDisabled();
  await at('prove-limit').click();
  await userEvent.keyboard('{Enter}');
  await expect.element(at('confirm')).not.toBeInTheDocument();
  expect(callsOf(site, 'proveLimit')).toEqual([]);
});

test('below 6 A the test says that the car pauses', async () => {
  await open('limited', 'prove');
  await at('prove-limit').fill('5');
  await expect.element(at('prove-limit-say')).toHaveTextContent('sent as 0 A');
});

test('without a ceiling, without adoption, without contact: the reason stands beside the button', async () => {
  const site = new DemoSite({}, [{ ...limited(), ceiling: null }]);
  await open(site, 'prove');
  await expect.element(at('obstacle')).toHaveTextContent('No ceiling');
  site.change(id, { adopted: false });
  await expect.element(at('obstacle')).toHaveTextContent('Not adopted');
  site.change(id, { connected: false });
  await expect.element(at('obstacle')).toHaveTextContent('Not connected');
  await expect.element(at('start')).toBeDisabled();
});

test('a refusal of the engine is shown where the check was started', async () => {
  const site = sites.limited();
  site.refuse.proveLimit = { code: 'busy', message: 'Another step is running on this charger.', remedy: 'Wait for it.' };
  await open(site, 'prove');
  await at('start').click();
  await at('confirm-yes').click();
  await expect.element(at('prove-problem')).toHaveTextContent('Another step is running on this charger. Wait for it.');
});
