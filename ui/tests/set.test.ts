import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { sites } from '../src/backend/demo';
import { noParts } from '../src/state/ceiling';
import { at, callsOf, id, open } from './support';

const parts = { ...noParts, breakerMa: 25_000, cableMa: 32_000, nameplateMa: 32_000, installerMa: 25_000, installerConfirmed: true };

test('a part is kept as it is typed, and the ceiling says which part binds', async () => {
  const site = await open('inspected', 'set');
  await expect.element(at('no-ceiling')).toHaveTextContent('without a ceiling nothing is sent');
  await at('breakerMa').fill('16,5');
  await expect.element(at('ceiling-value')).toHaveTextContent('16.5 A · the breaker binds');
  expect(callsOf(site, 'setCeiling').at(-1)).toEqual([id, { ...noParts, breakerMa: 16_500 }]);
});

test('what was typed is kept when the step is left at once', async () => {
  const site = await open('inspected', 'set');
  await at('cableMa').fill('20');
  await at('step-prove').click();
  expect(callsOf(site, 'setCeiling').at(-1)).toMatchObject([id, { cableMa: 20_000 }]);
});

test('a rise of the ceiling is held back until breaker, cable and the charger’s own limit are typed again', async () => {
  const site = await open('limited', 'set');
  await at('installerMa').fill('32');
  await at('breakerMa').fill('32');
  await expect.element(at('rise')).toHaveTextContent('raises the ceiling from 25.0 A to 32.0 A');
  await expect.element(at('cableMa')).toHaveValue('');
  await expect.element(at('cableMa-say')).toHaveTextContent('enter again (was 32.0 A)');
  await at('cableMa').fill('32');
  await expect.element(at('installerMa-say')).toHaveTextContent('enter again (was 32.0 A)');
  await at('installerMa').fill('32');
  await expect.element(at('rise')).not.toBeInTheDocument();
  await expect.element(at('ceiling-value')).toHaveTextContent('32.0 A');
  const kept = callsOf(site, 'setCeiling').map(([, sent]) => sent as typeof parts);
  expect(kept.slice(0, -1).every(({ breakerMa }) => breakerMa === 25_000)).toBe(true);
  expect(kept.at(-1)).toEqual({ ...noParts, breakerMa: 32_000, cableMa: 32_000, nameplateMa: 32_000, installerMa: 32_000 });
});

test('a rise that is taken back leaves everything as it was kept', async () => {
  const site = await open('limited', 'set');
  await at('installerMa').fill('');
  await at('breakerMa').fill('32');
  await at('rise').getByRole('button').click();
  await expect.element(at('breakerMa')).toHaveValue('25');
  await expect.element(at('cableMa')).toHaveValue('32');
  expect(callsOf(site, 'setCeiling').every(([, sent]) => (sent as typeof parts).breakerMa === 25_000)).toBe(true);
});

test('a lower part is kept without asking again', async () => {
  const site = await open('limited', 'set');
  await at('breakerMa').fill('20');
  await expect.element(at('ceiling-value')).toHaveTextContent('20.0 A');
  expect(callsOf(site, 'setCeiling')).toEqual([[id, { ...parts, breakerMa: 20_000 }]]);
});

test('a confirmation does not outlive the number that was seen', async () => {
  const site = await open('limited', 'set');
  await at('installerMa').fill('20');
  await expect.element(at('installerConfirmed')).not.toBeChecked();
  expect(callsOf(site, 'setCeiling').at(-1)).toMatchObject([id, { installerMa: 20_000, installerConfirmed: false }]);
  await expect.element(at('no-hardware-limit')).toHaveTextContent('neither overload protection nor a hardware limit');
});

test('nonsense and values no car can use are refused next to the field, and not kept', async () => {
  const site = await open('inspected', 'set');
  await at('breakerMa').fill('many');
  await expect.element(at('breakerMa-say')).toHaveTextContent('Enter amperes');
  await at('breakerMa').fill('3');
  await expect.element(at('breakerMa-say')).toHaveTextContent('Below 6 A no car charges');
  await userEvent.tab();
  expect(callsOf(site, 'setCeiling')).toEqual([]);
});

test('a ceiling that the engine refuses is shown with its message', async () => {
  const site = sites.limited();
  site.refuse.setCeiling = { code: 'other', message: 'The ceiling would rise to 32.0 A.', remedy: 'Enter breaker and cable again.' };
  await open(site, 'set');
  await at('breakerMa').fill('24');
  await expect.element(at('ceiling-problem')).toHaveTextContent('The ceiling would rise to 32.0 A. Enter breaker and cable again.');
});

test('a limit stands with its kilowatts on one and three phases', async () => {
  await open('limited', 'set');
  await at('limit').fill('16');
  await expect.element(at('kilowatts')).toHaveTextContent(/on 1 phase\s*3\.7 kW/);
  await expect.element(at('kilowatts')).toHaveTextContent(/on 3 phases\s*11\.0 kW/);
});

test('a limit above the ceiling is refused next to the field and never sent', async () => {
  const site = await open('limited', 'set');
  await at('limit').fill('25.1');
  await expect.element(at('limit-say')).toHaveTextContent('Above the ceiling of 25.0 A. It is not sent.');
  await expect.element(at('limit')).toHaveAttribute('aria-invalid', 'true');
  await expect.element(at('apply')).toBeDisabled();
  await at('limit').click();
  await userEvent.keyboard('{Enter}');
  expect(callsOf(site, 'applyLimit')).toEqual([]);
});

test('a permanent limit below 6 A is refused next to the field', async () => {
  await open('limited', 'set');
  await at('limit').fill('5.9');
  await userEvent.tab();
  await expect.element(at('limit-say')).toHaveTextContent('Below 6 A no car charges');
  await expect.element(at('apply')).toBeDisabled();
});

test('before Apply the window says what is written and what cannot be brought back', async () => {
  const site = await open('limited', 'set');
  await at('limit').fill('13.59');
  await expect.element(at('will-write')).toHaveTextContent('A limit of 13.5 A per phase without an end');
  await expect.element(at('permanent')).toHaveTextContent('OCPP 1.6 cannot list what is already there');
  await at('apply').click();
  expect(callsOf(site, 'applyLimit')).toEqual([[id, 13_500, 0]]);
  await expect.element(at('permanent-outcome')).toHaveTextContent('Set permanently: 13.5 A');
});

test('a limit that only the engine finds too high is marked at the field too', async () => {
  const site = sites.limited();
  site.refuse.applyLimit = { code: 'aboveCeiling', message: 'The ceiling fell to 10.0 A meanwhile.', remedy: 'Enter a lower limit.' };
  await open(site, 'set');
  await at('apply').click();
  await expect.element(at('limit-say')).toHaveTextContent('The ceiling fell to 10.0 A meanwhile. Enter a lower limit.');
});

test('what a limit in watts means for cars on other phases is said where it is entered', async () => {
  const site = sites.limited();
  const text = 'This charger takes limits only in W, for all phases together.';
  site.change(id, { findings: [{ code: 'limit_in_watts', gravity: 'attention', text, evidence: [] }] });
  await open(site, 'set');
  await expect.element(at('in-watts')).toHaveTextContent(text);
});

test('a charger with several connectors may get a limit for one of them', async () => {
  const site = sites.limited();
  const of = (connector: number) => ({ connector, status: 'Available', error: 'NoError', at: '2026-11-22T09:40:00Z' });
  site.change(id, { connectors: [of(0), of(1), of(2)] });
  await open(site, 'set');
  await userEvent.selectOptions(at('limit-place'), 'the charges of connector 2');
  await at('limit').fill('10');
  await at('apply').click();
  expect(callsOf(site, 'applyLimit')).toEqual([[id, 10_000, 2]]);
});
