// The cards that charge without asking: seen or typed, added or replaced, put into the plan.
import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { sites } from '../src/backend/demo';
import { at, callsOf, expectSound, id, open } from './support';

async function cards(site: Parameters<typeof open>[0] = 'planned') {
  const backend = await open(site, 'set');
  await at('tab-settings').click();
  await expect.element(at('cards')).toBeVisible();
  return backend;
}

const planned = (site: Awaited<ReturnType<typeof cards>>) => callsOf(site, 'planChange').at(-1)?.[1];

test('a card that was held at the reader is added with one click and planned beside what is there', async () => {
  const site = await cards();
  await expect.element(at('seen-card').first()).toHaveTextContent('04A2B7C8D9E0F1');
  await expect.element(at('plan-cards')).toBeDisabled();
  await at('seen-add').first().click();
  await expect.element(at('chosen-card')).toHaveTextContent('04A2B7C8D9E0F1');
  await expect.element(at('seen-card')).toHaveTextContent('5E19A0B3');
  await at('plan-cards').click();
  expect(planned(site)).toEqual({ change: 'cards', cards: [{ idTag: '04A2B7C8D9E0F1', kind: 'ISO14443' }], replace: false });
  expect(callsOf(site, 'applyPlan')).toEqual([]);
});

test('a number is typed as it is printed, and one that no card has is said and not added', async () => {
  const site = await cards();
  await at('card-number').fill('04 a2:b7 ff');
  await userEvent.keyboard('{Enter}');
  await expect.element(at('chosen-card')).toHaveTextContent('04a2b7ff');
  for (const [typed, why] of [['04A2B7FF', 'chosen already'], ['123456789012345678901', 'Too long'], ['04Ä2', 'without accents']] as const) {
    await at('card-number').fill(typed);
    await expect.element(at('card-hint')).toHaveTextContent(why);
    await expect.element(at('card-add')).toBeDisabled();
  }
  await at('card-number').fill('1234567890123456789');
  await at('card-add').click();
  await expect.element(at('chosen-card').last()).toHaveTextContent('Some chargers change or refuse');
  await at('card-remove').first().click();
  await at('plan-cards').click();
  expect(planned(site)).toMatchObject({ cards: [{ idTag: '1234567890123456789' }] });
});

test('replacing says what goes and that it cannot come back, and may empty the list', async () => {
  const site = await cards();
  await at('cards-way').getByText('Only these').click();
  await expect.element(at('cards')).toHaveTextContent('it cannot come back');
  await expect.element(at('plan-cards')).toHaveTextContent('Plan an empty list');
  await at('plan-cards').click();
  expect(planned(site)).toEqual({ change: 'cards', cards: [], replace: true });
});

test('what waits in the plan is gone on with', async () => {
  const site = await cards();
  await at('seen-add').first().click();
  await at('plan-cards').click();
  await at('tab-plan').click();
  await expect.element(at('plan')).toHaveTextContent('…E0F1');
  await at('goes-with-10').click();
  expect(planned(site)).toMatchObject({ change: 'setting', key: 'LocalAuthListEnabled', value: 'true' });
  await at('tab-settings').click();
  await expect.element(at('chosen-card')).toHaveTextContent('04A2B7C8D9E0F1');
  await at('seen-add').click();
  await at('plan-cards').click();
  expect(planned(site)).toMatchObject({ cards: [{ idTag: '04A2B7C8D9E0F1' }, { idTag: '5E19A0B3' }] });
});

test('the setting that keeps the list from counting is planned from here, and its version asked for', async () => {
  const site = await cards();
  await expect.element(at('switch-own-list')).toHaveTextContent('off');
  await at('switch-on-own-list').click();
  expect(planned(site)).toEqual({ change: 'setting', key: 'LocalAuthListEnabled', value: 'true', confirmed: false });
  await expect.element(at('switch-on-offline-known')).not.toBeInTheDocument();
  await at('ask-list').click();
  expect(callsOf(site, 'sendMessage')).toEqual([[id, 'GetLocalListVersion', {}, false]]);
});

test('a list that is too short for the cards is said before anything is planned', async () => {
  const site = sites.planned();
  const charger = (await site.charger(id))!;
  site.change(id, { changes: { ...charger.changes, cards: { ...charger.changes.cards, most: 1 } } });
  await cards(site);
  await at('seen-add').first().click();
  await at('seen-add').click();
  await expect.element(at('cards')).toHaveTextContent('Its list holds at most 1.');
  await expect.element(at('plan-cards')).toBeDisabled();
});

test('a written line says which card began a charge without asking, and cards go to no other charger', async () => {
  const site = await cards();
  await at('tab-plan').click();
  await expect.element(at('used-card')).toHaveTextContent('A charge began with …A0B3 without asking');
  await expect.element(at('no-cards-carried')).toBeVisible();
  expect(callsOf(site, 'planAs')).toEqual([]);
});

test('the cards are sound in light and dark, and worked by keyboard alone', async () => {
  const site = await cards();
  (document.querySelector('[data-testid=seen-add]') as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(at('chosen-card')).toBeVisible();
  (document.querySelector('[data-testid=plan-cards]') as HTMLElement).focus();
  await userEvent.keyboard('{Enter}');
  expect(callsOf(site, 'planChange')).toHaveLength(1);
  await expectSound();
});
