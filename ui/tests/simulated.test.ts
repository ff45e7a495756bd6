// What is not real says so on every screen, in every sheet, in every list, on paper, and nothing else does.
import { expect, test } from 'vitest';
import { cdp, page, userEvent } from 'vitest/browser';
import { DemoSite, limited, practiceOf, proved, simulatedCharger, testLimitNotice } from '../src/backend/demo';
import { at, callsOf, open } from './support';

const sentence = 'SIMULATED: not a real charger. Nothing here proves anything about an installation.';
const frame = () => page.getByRole('complementary', { name: 'Simulated' });

/** The watermark lies over all of the box, behind what it holds. */
function expectWatermark(box: Element): void {
  const mark = box.querySelector(':scope > [data-testid=watermark]')!;
  expect(mark, 'a watermark').not.toBeNull();
  expect(mark.textContent).toContain('SIMULATED');
  const [own, whole] = [mark.getBoundingClientRect(), box.getBoundingClientRect()];
  expect(own.width).toBeGreaterThanOrEqual(whole.width - 2);
  expect(own.height).toBeGreaterThanOrEqual(whole.height - 2);
  expect(getComputedStyle(mark).zIndex).toBe('-1');
  expect(getComputedStyle(box).isolation, 'its place in the box is behind, not outside').toBe('isolate');
}

async function expectMarked(): Promise<void> {
  await expect.element(frame()).toHaveTextContent(sentence);
  expectWatermark(document.querySelector('.water')!);
  const content = document.getElementById('content')!;
  expect(document.querySelector('.water')!.getBoundingClientRect().top).toBe(content.getBoundingClientRect().top);
  // A picture of any card alone bears it as well.
  const cards = [...document.querySelectorAll('main .card')];
  for (const card of cards) expectWatermark(card);
  content.scrollTo({ top: content.scrollHeight });
  const { top, bottom } = frame().element().getBoundingClientRect();
  expect(top).toBeGreaterThanOrEqual(0);
  expect(bottom).toBeLessThanOrEqual(innerHeight);
  expect(document.elementFromPoint(innerWidth / 2, (top + bottom) / 2)?.closest('[data-testid=mark]')).not.toBeNull();
}

test.each(['find', 'connect', 'inspect', 'set', 'prove', 'handOver'] as const)('a simulated charger is marked at %s, however far one scrolls', async (step) => {
  await open('elsewhere', step);
  await expectMarked();
});

test('the shelf and the bench are marked', async () => {
  await open('empty');
  await at('rail-practice').click();
  await expectMarked();
  await at('start-exercise').nth(1).click();
  await expect.element(at('see')).toBeVisible();
  await expectMarked();
});

test.each([
  ['all frames', () => at('all-frames').click()],
  ['the palette', () => userEvent.keyboard('{Control>}k{/Control}')],
  ['the keys', () => userEvent.keyboard('?')],
])('a sheet over it is marked itself: %s', async (_, sheet) => {
  await open('elsewhere', 'inspect');
  await sheet();
  const dialog = page.getByRole('dialog');
  await expect.element(dialog).toHaveTextContent(sentence);
  expectWatermark(dialog.element());
});

test('at the Connect step of a simulated charger no real one is adopted by itself', async () => {
  const site = await open('elsewhere', 'connect');
  await expect.element(at('auto-adopt')).not.toBeInTheDocument();
  expect(callsOf(site, 'connectStepOpen').at(-1)).not.toEqual([true]);
  await at('rail-chargers').click();
  await at('open-charger').nth(1).click();
  await at('step-connect').click();
  expect(callsOf(site, 'connectStepOpen').at(-1)).toEqual([true]);
});

test('the report of a simulated charger is announced as one that says so', async () => {
  await open('elsewhere', 'handOver');
  await expect.element(at('report')).toHaveTextContent('Every page of it says SIMULATED.');
});

test('in the list of chargers the simulated one is marked, and only that', async () => {
  await open('elsewhere');
  const lines = at('charger-line');
  await expect.element(lines.nth(0)).toHaveTextContent('SIMULATED');
  expectWatermark(lines.nth(0).element());
  await expect.element(lines.nth(1)).not.toHaveTextContent('SIMULATED');
  await expect.element(frame()).not.toBeInTheDocument();
});

test('of the connections the simulated one is marked, and so is its handshake', async () => {
  await open('elsewhere');
  await at('connect-another').click();
  const attempts = at('attempt');
  await expect.element(attempts.nth(3)).toHaveTextContent('SIMULATED');
  await expect.element(attempts.nth(0)).not.toHaveTextContent('SIMULATED');
  await at('handshake-open').nth(0).click();
  await expect.element(at('handshake')).not.toHaveTextContent('SIMULATED');
  await at('sheet-close').click();
  await at('handshake-open').nth(3).click();
  await expect.element(at('handshake')).toHaveTextContent(sentence);
  expectWatermark(at('handshake').element());
});

test('a real charger bears no mark, also while something is being practised', async () => {
  const practice = practiceOf('wattpilot', 'hatchback', null);
  await open(new DemoSite({ practice }, [proved('passed'), simulatedCharger(practice)]), 'prove');
  await expect.element(frame()).not.toBeInTheDocument();
  await expect.element(at('watermark')).not.toBeInTheDocument();
  await expect.element(at('strip')).not.toBeInTheDocument();
  await at('evidence').first().click();
  await expect.element(page.getByRole('dialog')).not.toHaveTextContent('SIMULATED');
});

test('newcomers, notices and the palette name the simulated one as such', async () => {
  const simulated = { ...simulatedCharger(practiceOf('spec-16', 'hatchback', null)), adopted: false };
  await open(new DemoSite({ notices: [{ ...testLimitNotice, charger: simulated.id }] }, [simulated, limited()]));
  await expect.element(at('notice')).toHaveTextContent('SIMULATED: Test limit in force');
  await userEvent.keyboard('{Control>}k{/Control}');
  await at('palette-input').fill('simulated:');
  expect(at('palette-entry').elements()).toHaveLength(1);
  await userEvent.keyboard('{Escape}');
  await at('connect-another').click();
  await expect.element(at('newcomer').nth(0)).toHaveTextContent('SIMULATED');
  await expect.element(at('newcomer').nth(1)).not.toHaveTextContent('SIMULATED');
});

test('on paper the mark is printed with the whole content', async () => {
  await open('elsewhere', 'set');
  const devtools = cdp() as unknown as { send(method: string, params: object): Promise<unknown> };
  await devtools.send('Emulation.setEmulatedMedia', { media: 'print' });
  try {
    await expect.poll(() => matchMedia('print').matches).toBe(true);
    await expect.element(frame()).toBeVisible();
    expect(getComputedStyle(document.getElementById('content')!).overflow).toBe('visible');
    const whole = document.querySelector('.frame')!.getBoundingClientRect();
    expect(whole.height).toBeGreaterThanOrEqual(document.getElementById('content')!.scrollHeight);
    expectWatermark(document.querySelector('.water')!);
    expect(document.querySelector('.water')!.getBoundingClientRect().height).toBeGreaterThanOrEqual(whole.height - 2);
  } finally {
    await devtools.send('Emulation.setEmulatedMedia', { media: '' });
  }
});
