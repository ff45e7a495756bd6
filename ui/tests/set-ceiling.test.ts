// The ceiling's groups: circuit, supply and network, load management; and what is asked at the place.
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { CeilingPartsView } from '../src/backend';
import { leastPart, noParts } from '../src/state/ceiling';
import { perMille, whole } from '../src/screens/set/parts';
import { at, callsOf, open } from './support';

const sent = (site: Parameters<typeof callsOf>[0]): CeilingPartsView[] => callsOf(site, 'setCeiling').map(([, parts]) => parts as CeilingPartsView);
const group = (name: string) => userEvent.click(at(name).element().querySelector('summary')!);
const pick = (testid: string, name: string): Promise<void> => at(testid).getByRole('radio', { name, exact: true }).click();

test('where the numbers are entered stands what a limit over OCPP is not', async () => {
  await open('inspected', 'set');
  await expect.element(at('not-protection')).toHaveTextContent('neither overload protection nor a limitation of the maximum demand');
});

test('a closed group says what is in it', async () => {
  await open('inspected', 'set');
  await expect.element(at('supply')).toHaveTextContent('main switch, peak of the rest, approval');
});

test('a closed group says what was entered', async () => {
  await open('circuit', 'set');
  await expect.element(at('circuit')).toHaveTextContent('curve C · 1 phase · × 0.87');
  await expect.element(at('supply')).toHaveTextContent('main switch 63.0 A · rest 45.0 A');
  await expect.element(at('load-management')).toHaveTextContent('without it: it keeps its full current');
});

test('a derating lowers the ceiling and says what the cable carries as installed', async () => {
  const site = await open('limited', 'set');
  await group('circuit');
  await at('derating').fill('0,75');
  await expect.element(at('ceiling-value')).toHaveTextContent('24.0 A · the cable binds');
  await expect.element(at('cableMa-say')).toHaveTextContent('as installed it carries 24.0 A');
  expect(sent(site).at(-1)).toMatchObject({ cableMa: 32_000, deratingPerMille: 750 });
});

test('a factor above one is refused next to the field and not kept', async () => {
  const site = await open('limited', 'set');
  await group('circuit');
  await at('derating').fill('1.2');
  await expect.element(at('derating-say')).toHaveTextContent('Enter a factor from 0.1 to 1');
  await userEvent.tab();
  expect(sent(site)).toEqual([]);
});

test('curve and phases are kept as they are chosen', async () => {
  const site = await open('limited', 'set');
  await group('circuit');
  await pick('curve', 'C');
  await pick('phases', '3 phases');
  expect(sent(site).at(-1)).toMatchObject({ curve: 'C', phases: 3, breakerMa: 25_000 });
});

test('main switch and rest leave a headroom that binds, and half of it does not count', async () => {
  const site = await open('limited', 'set');
  await group('supply');
  await at('mainSwitchMa').fill('63');
  await expect.element(at('headroom')).toHaveTextContent('counts once both are entered');
  await at('restMa').fill('45');
  await pick('rest-known', 'measured');
  await expect.element(at('headroom')).toHaveTextContent('18.0 A left');
  await expect.element(at('ceiling-value')).toHaveTextContent('18.0 A · the supply headroom binds');
  expect(sent(site).at(-1)).toMatchObject({ mainSwitchMa: 63_000, restMa: 45_000, restKnown: 'measured' });
});

test('what the network approved binds', async () => {
  await open('limited', 'set');
  await group('supply');
  await at('approvedMa').fill('20');
  await expect.element(at('ceiling-value')).toHaveTextContent('20.0 A · the network approval binds');
});

test('load management that was checked frees the headroom only after breaker, cable and the charger’s limit were read again', async () => {
  const site = await open('circuit', 'set');
  await group('load-management');
  await pick('ct-lost', 'it stops charging');
  await expect.element(at('rise')).toHaveTextContent('raises the ceiling from 18.0 A to 32.0 A');
  await expect.element(at('rise')).toHaveTextContent('enter all three');
  for (const field of ['breakerMa', 'cableMa', 'installerMa']) await expect.element(at(field)).toHaveValue('');
  expect(sent(site)).toEqual([]);
  await at('breakerMa').fill('40');
  await at('cableMa').fill('46');
  await expect.element(at('rise')).toBeInTheDocument();
  await at('installerMa').fill('32');
  await expect.element(at('ceiling-value')).toHaveTextContent('32.0 A');
  expect(sent(site)).toHaveLength(1);
  expect(sent(site)[0]).toMatchObject({ installerConfirmed: true, loadManagement: { lost: 'stops' } });
});

test('a rise by a choice that is taken back leaves the choice as it was', async () => {
  const site = await open('circuit', 'set');
  await group('load-management');
  await pick('ct-lost', 'it stops charging');
  await at('rise').getByRole('button').click();
  await expect.element(at('ct-lost').getByRole('radio', { name: 'it keeps its full current' })).toBeChecked();
  await expect.element(at('breakerMa')).toHaveValue('40');
  expect(sent(site)).toEqual([]);
});

test('load management is entered with direction, ratio, phase and what happens without its CT', async () => {
  const site = await open('inspected', 'set');
  await group('load-management');
  await at('has-ct').click();
  await pick('ct-direction', 'the right way');
  await pick('ct-phase', 'L2');
  await at('ratio').fill('2000');
  await pick('ct-lost', 'it falls to a current');
  await at('fallsToMa').fill('10');
  await userEvent.tab();
  expect(sent(site).at(-1)?.loadManagement).toEqual({ direction: 'right', ratio: 2000, phase: 'l2', lost: 'fallsTo', fallsToMa: 10_000 });
  await at('has-ct').click();
  expect(sent(site).at(-1)?.loadManagement).toBeNull();
});

test('what the parts say about the installation stands beside the ceiling', async () => {
  await open('circuit', 'set');
  await expect.element(at('ceiling-findings')).toHaveTextContent('Without its CT the charger keeps its full current');
});

test('what the network asks of this charger stands beside the ceiling, with its source', async () => {
  await open('circuit', 'set');
  await expect.element(at('rules')).toHaveTextContent('SA Power Networks, South Australia, Australia');
  await expect.element(at('rules')).toHaveTextContent('needs approval before it is connected');
  await expect.element(at('rules')).toHaveTextContent('Enter what was approved under “Supply and network”.');
  await expect.element(at('rules')).toHaveTextContent('Read in: SA Power Networks');
  await at('nameplateMa').fill('20');
  await expect.element(at('rules')).not.toHaveTextContent('needs approval');
});

test('what decides about a rule and was not entered is asked for', async () => {
  const site = await open('inspected', 'set');
  site.changeApp({ site: { ...(await site.snapshot()).site, jurisdiction: 'sa-power-networks' } });
  await expect.element(at('rules')).toHaveTextContent('may apply: enter nameplate, phases and supply');
  await at('more-rules').getByText('2 more rules').click();
  await expect.element(at('more-rules')).toHaveTextContent('check the current edition');
});

test('without a place the window says where one is chosen', async () => {
  const site = await open('inspected', 'set');
  await at('choose-jurisdiction').click();
  await at('site-jurisdiction').selectOptions('gb');
  await at('rail-chargers').click();
  expect(callsOf(site, 'setSite').at(-1)?.[0]).toMatchObject({ jurisdiction: 'gb' });
});

test('the least part of a whole circuit is found as the engine finds it', () => {
  const whole = { ...noParts, breakerMa: 40_000, cableMa: 40_000, nameplateMa: 32_000, mainSwitchMa: 63_000, restMa: 50_000 };
  expect(leastPart(whole)).toEqual({ limitMa: 13_000, binding: 'supply headroom' });
  expect(leastPart({ ...whole, restMa: 80_000 })).toEqual({ limitMa: 0, binding: 'supply headroom' });
  expect(leastPart({ ...whole, restMa: null, deratingPerMille: 777, cableMa: 32_900 })).toEqual({ limitMa: 25_500, binding: 'cable' });
  const managed = { direction: 'right', ratio: 2000, phase: 'l1', lost: 'fallsTo', fallsToMa: 13_000 } as const;
  expect(leastPart({ ...whole, loadManagement: managed })).toEqual({ limitMa: 32_000, binding: 'nameplate' });
  for (const unsafe of [{ fallsToMa: 13_100 }, { fallsToMa: null }, { ratio: null }, { phase: 'notChecked' }, { direction: 'reversed' }, { lost: 'keepsFull' }] as const)
    expect(leastPart({ ...whole, loadManagement: { ...managed, ...unsafe } })?.limitMa, JSON.stringify(unsafe)).toBe(13_000);
});

test('a factor is read to thousandths and never rounded up', () => {
  expect(['0.87', '0,87', '.8799', '1', '1.0', '0.1'].map(perMille)).toEqual([870, 870, 879, 1000, 1000, 100]);
  expect(['', '0', '0.05', '1.1', '2', '87', 'x'].map(perMille)).toEqual([null, null, null, null, null, null, null]);
  expect(['2000', ' 12 ', '0', '1.5', '-3'].map(whole)).toEqual([2000, 12, null, null, null]);
});

test('a key of which nobody knows what it does to the current is marked', async () => {
  await open('inspected', 'inspect');
  await expect.element(page.getByTestId('effect-unknown').first()).toHaveTextContent('writing it has to be confirmed');
});
