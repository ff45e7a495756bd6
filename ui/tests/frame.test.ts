import { afterEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { DemoSite, proved, sites, testLimitNotice } from '../src/backend/demo';
import { look } from '../src/state/theme.svelte';
import { at, callsOf, id, open } from './support';

afterEach(() => look.choose('system'));

test('a test limit in force is announced in the top line and cleared there', async () => {
  const site = await open('passed');
  site.changeApp({ notices: [testLimitNotice] });
  await expect.element(at('notice')).toHaveTextContent('Test limit in force on 1 charger');
  await expect.element(at('spoken')).toHaveTextContent('Test limit in force on 1 charger');
  await at('notice-clear').click();
  expect(callsOf(site, 'clear')).toEqual([[id]]);
  await expect.element(at('notice')).not.toBeInTheDocument();
});

test('a limit that could not be cleared says why, with what to do', async () => {
  const site = new DemoSite({ notices: [testLimitNotice] }, [proved('inconclusive')]);
  site.refuse.clear = { code: 'notConnected', message: 'The charger is not connected.', remedy: 'It ends by itself in 4:12.' };
  await open(site);
  await at('notice-clear').click();
  await expect.element(at('notices-sheet').getByRole('alert')).toHaveTextContent('The charger is not connected. It ends by itself in 4:12.');
});

test('while a check runs, its test limit is stopped with it, not cleared beside it', async () => {
  const site = await open('running', 'prove');
  await expect.element(at('notice')).toHaveTextContent('Test limit of 10.0 A in force');
  await at('notice-stop').click();
  expect(callsOf(site, 'cancel')).toEqual([[id]]);
  await at('step-handOver').click();
  await expect.element(at('clear')).not.toBeInTheDocument();
});

test('closing with a test limit in force asks, and each answer is passed on', async () => {
  const site = await open('closing');
  await expect.element(page.getByRole('dialog', { name: 'Close Chargehand?' })).toHaveTextContent('ends by itself in 4:12');
  await at('closing-clear').click();
  await at('closing-as-it-is').click();
  expect(callsOf(site, 'close')).toEqual([[true], [false]]);
  await at('closing-stay').click();
  expect(callsOf(site, 'stay')).toHaveLength(1);
  await expect.element(at('closing')).not.toBeInTheDocument();
});

test('Escape in the closing dialog stays', async () => {
  const site = await open('closing');
  await userEvent.keyboard('{Escape}');
  expect(callsOf(site, 'stay')).toHaveLength(1);
  expect(callsOf(site, 'close')).toEqual([]);
});

test('a close that could not clear says so and stays open', async () => {
  const site = sites.closing();
  site.refuse.close = { code: 'other', message: 'The charger did not answer: the limit is still in force.', remedy: 'Try again, or close as it is.' };
  await open(site);
  await at('closing-clear').click();
  await expect.element(at('closing').getByRole('alert')).toHaveTextContent('the limit is still in force');
});

test('the whole job is reachable by keyboard: palette, steps, keys', async () => {
  await open('passed');
  await userEvent.keyboard('{Control>}k{/Control}');
  await userEvent.keyboard('fronius{Enter}');
  await expect.element(at('step-handOver')).toHaveAttribute('aria-current', 'step');
  await userEvent.keyboard('{Alt>}3{/Alt}');
  await expect.element(at('step-inspect')).toHaveAttribute('aria-current', 'step');
  await userEvent.keyboard('{Control>}k{/Control}');
  await userEvent.keyboard('{ArrowDown}{ArrowDown}{ArrowDown}{ArrowDown}{Enter}');
  await expect.element(at('step-prove')).toHaveAttribute('aria-current', 'step');
  await userEvent.keyboard('?');
  await expect.element(page.getByRole('dialog', { name: 'Keys' })).toBeVisible();
  await userEvent.keyboard('{Escape}');
  await expect.element(at('keys')).not.toBeInTheDocument();
});

test('the palette does what it offers, and finds nothing where nothing is', async () => {
  const site = await open('running', 'prove');
  await userEvent.keyboard('{Meta>}k{/Meta}');
  await at('palette-input').fill('stop saf');
  expect(at('palette-entry').elements()).toHaveLength(1);
  await userEvent.keyboard('{Enter}');
  expect(callsOf(site, 'cancel')).toEqual([[id]]);
  await at('rail-palette').click();
  await at('palette-input').fill('zzz');
  await expect.element(at('palette')).toHaveTextContent('Nothing matches.');
});

test('a question mark typed into a field stays a question mark', async () => {
  await open('passed');
  await at('rail-site').click();
  await at('site-address').click();
  await userEvent.keyboard('?');
  await expect.element(at('keys')).not.toBeInTheDocument();
});

test('every control that has the focus shows it', async () => {
  await open('inspected', 'set');
  page.getByRole('link', { name: 'Skip to the content' }).element().focus();
  await userEvent.tab();
  const seen = new Set<Element>();
  for (let focused = document.activeElement; focused && focused !== document.body && !seen.has(focused); focused = document.activeElement) {
    seen.add(focused);
    const ring = [focused, focused.parentElement!].some((element) => parseFloat(getComputedStyle(element).outlineWidth) >= 3 && getComputedStyle(element).outlineStyle !== 'none');
    expect(ring, focused.outerHTML.slice(0, 150)).toBe(true);
    await userEvent.tab();
  }
  expect(seen.size).toBeGreaterThan(12);
});

test('the site is kept as it is typed, also when the page is left at once', async () => {
  const site = await open('empty');
  await at('site').click();
  await at('site-address').fill('3 Elm Rd, Unley');
  await at('site-job').fill('2026-115');
  await at('rail-chargers').click();
  expect(callsOf(site, 'setSite').at(-1)).toMatchObject([{ address: '3 Elm Rd, Unley', job: '2026-115', customer: 'Chen' }]);
  await expect.element(at('site')).toHaveTextContent('3 Elm Rd, Unley');
});

test('a site that could not be kept is shown', async () => {
  const site = sites.empty();
  site.refuse.setSite = { code: 'other', message: 'The data folder is read-only: this was not kept.', remedy: 'Make it writable.' };
  await open(site);
  await at('rail-site').click();
  await at('site-customer').fill('Singh');
  await expect.element(at('site-problem')).toHaveTextContent('this was not kept');
});

test('the colours follow the choice', async () => {
  await open('empty');
  await at('rail-site').click();
  await page.getByText('Dark', { exact: true }).click();
  expect(document.documentElement.dataset.theme).toBe('dark');
  await page.getByText('Light', { exact: true }).click();
  expect(document.documentElement.dataset.theme).toBe('light');
});

test('what is not built yet is absent', async () => {
  await open('passed', 'prove');
  for (const name of ['Diagnose', 'Settings']) {
    await expect.element(page.getByRole('button', { name, exact: true })).not.toBeInTheDocument();
  }
});
