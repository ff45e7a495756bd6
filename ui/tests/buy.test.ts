// Before you buy: who may command a charger, who says so, and what to ask where nobody does.
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { known, sites, type DemoSite } from '../src/backend/demo';
import { at, open } from './support';

async function lookUp(words: string, site: keyof typeof sites | DemoSite = 'empty'): Promise<DemoSite> {
  const backend = await open(site);
  await at('rail-buy').click();
  await at('buy-search').fill(words);
  return backend;
}

test('before anything is typed it says what to do and which answers there are', async () => {
  await open('empty');
  await userEvent.keyboard('{Alt>}b{/Alt}');
  await expect.element(at('rail-buy')).toHaveAttribute('aria-current', 'page');
  await expect.element(at('buy-begin')).toHaveTextContent('The catalogue knows 10 chargers');
  for (const word of ['Open on the LAN', 'Maker’s cloud only', 'Locked to its maker', 'Not known']) await expect.element(at('buy-begin')).toHaveTextContent(word);
  expect(document.activeElement).toBe(at('buy-search').element());
});

test('a misspelt model is found, and its answer is there without another key', async () => {
  await lookUp('watpilott');
  await expect.element(at('answer')).toHaveTextContent('Fronius Wattpilot Home');
  await expect.element(at('access')).toHaveTextContent('Open on the LAN');
  await expect.element(at('buy-heard')).toHaveTextContent('1 charger found. First: Fronius Wattpilot Home');
});

test('only a charger that was seen open on a LAN is green', async () => {
  await open('empty');
  await at('rail-buy').click();
  for (const [words, tone] of [['wattpilot', 'lan'], ['goodwe', 'open'], ['easee local', 'terms'], ['zappi', 'cloud'], ['evnex', 'locked'], ['tesla', 'silent'], ['AC22E', 'open']]) {
    await at('buy-search').fill(words!);
    await expect.element(at('access')).toHaveAttribute('data-tone', tone!);
    expect(at('access').element().classList.contains('ok'), words).toBe(tone === 'lan');
  }
});

test('what nobody has shown counts as locked, and what is not known is listed as such', async () => {
  await lookUp('AC22E');
  await expect.element(at('counts')).toHaveTextContent('it counts as: locked to its maker');
  await expect.element(at('unknowns')).toHaveTextContent('Where OCPP is entered.');
  await expect.element(at('use').first()).toHaveAttribute('data-can', 'unknown');
});

test('every fact opens to its source, its date and how sure it is, by keyboard', async () => {
  await lookUp('wattpilot');
  const fact = at('fact').first();
  const source = fact.getByText('evcc template “wattpilot”; evcc issue 28905, 2026-03');
  await expect.element(source).not.toBeVisible();
  fact.element().querySelector('summary')!.focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(source).toBeVisible();
  await expect.element(fact.getByText('sure', { exact: true })).toBeVisible();
});

test('the question to the maker can be changed, copied and put back, and stays as it was written', async () => {
  await lookUp('evnex');
  await expect.element(at('letter-text')).toHaveValue(known('evnex-e2')!.question);
  await expect.element(at('rule')).toHaveTextContent('No answer, or one that does not say yes or no, counts as locked.');
  await at('letter-text').fill('Is it open?');
  await at('rail-site').click();
  await at('rail-buy').click();
  await expect.element(at('letter-text')).toHaveValue('Is it open?');
  await at('letter-back').click();
  await expect.element(at('letter-text')).toHaveValue(known('evnex-e2')!.question);
  await at('letter-copy').click();
  await expect.element(at('letter-copy')).toHaveTextContent('Copied');
});

test('a charger that is not listed is said to be, with a question of its own', async () => {
  await lookUp('frobnicator 9');
  await expect.element(at('buy-found')).toHaveTextContent('Nothing found');
  await expect.element(at('unlisted')).toHaveTextContent('“frobnicator 9” is not in the catalogue');
  await expect.element(at('letter-text')).toHaveValue(expect.stringContaining('the charger frobnicator 9') as unknown as string);
});

test('what is found and still not the one can be left for the question', async () => {
  await lookUp('fronius');
  await at('buy-none').click();
  await expect.element(at('unlisted')).toHaveTextContent('is not in the catalogue');
});

test('a portable cable is answered too', async () => {
  await lookUp('mode 2');
  await expect.element(at('answer')).toHaveTextContent('Plug it into a power point');
  await expect.element(at('access')).toHaveTextContent('No remote control');
});

test('four chargers at most stand side by side, and can be taken out again', async () => {
  await open('empty');
  await at('rail-buy').click();
  for (const words of ['wattpilot', 'zappi', 'evnex', 'tesla']) {
    await at('buy-search').fill(words);
    await at('compare').click();
    await expect.element(at('compare')).toHaveAttribute('aria-pressed', 'true');
  }
  await at('buy-search').fill('sungrow');
  await expect.element(at('answer')).toHaveTextContent('Sungrow');
  await expect.element(at('compare')).toBeDisabled();
  await at('tab-compare').click();
  await expect.poll(() => at('compared').elements().length).toBe(4);
  await expect.element(page.getByRole('row', { name: /^Access/ })).toHaveTextContent(/Open on the LAN.*Maker’s cloud only.*Locked to its maker.*No remote control/);
  await at('compared-out').first().click();
  await expect.poll(() => at('compared').elements().length).toBe(3);
  await at('compared-open').first().click();
  await expect.element(at('answer')).toHaveTextContent('myenergi zappi');
});

test('the table of four is scrolled by the keyboard where it does not fit', async () => {
  await page.viewport(900, 700);
  try {
    await open('empty');
    await at('rail-buy').click();
    for (const words of ['wattpilot', 'zappi', 'evnex', 'tesla']) {
      await at('buy-search').fill(words);
      await at('compare').click();
    }
    await at('tab-compare').click();
    const table = page.getByRole('region', { name: 'Comparison of chargers' }).element() as HTMLElement;
    expect(table.scrollWidth).toBeGreaterThan(table.clientWidth);
    table.focus();
    await userEvent.keyboard('{ArrowRight>5/}');
    await expect.poll(() => table.scrollLeft).toBeGreaterThan(0);
  } finally {
    await page.viewport(1280, 800);
  }
});

test('an answer that comes late does not take the place of a newer one', async () => {
  const site = sites.empty();
  const search = site.search;
  let release = (): void => {};
  const held = new Promise<void>((go) => (release = go));
  site.search = async (words) => {
    if (words === 'zap') await held;
    return search(words);
  };
  await lookUp('zap', site);
  await at('buy-search').fill('evnex');
  await expect.element(at('answer')).toHaveTextContent('Evnex');
  release();
  await expect.element(at('answer')).toHaveTextContent('Evnex');
});

test('plain words say why access matters more than the version', async () => {
  await open('empty');
  await userEvent.keyboard('{Control>}k{/Control}');
  await userEvent.keyboard('what matters{Enter}');
  await expect.element(at('matters')).toHaveTextContent('Access matters more than the version');
  await expect.element(at('matters')).toHaveTextContent('OCPP 2.1 adds giving energy back');
});
