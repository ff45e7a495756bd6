import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { at, burstButtons, callsOf, expectNoOverflow, expectSound, id, lengthen, open } from './support';
import { clock, faultOf, firstRow, minute, rowsOf, weekOf, type Row } from '../src/screens/set/hours';
import type { WeekView } from '../src/backend';

/** The cheap hours of the first charger of a site. */
async function hoursOf(site: Parameters<typeof open>[0]): Promise<Awaited<ReturnType<typeof open>>> {
  const opened = await open(site, 'set');
  await at('tab-hours').click();
  return opened;
}

const all = Array.from({ length: 7 }, () => true);
const only = (...days: number[]): boolean[] => all.map((_, day) => days.includes(day));
const row = (from: string, to: string, days = all, amps = '16'): Row => ({ days, from, to, amps });

test('a time is read as people write it, and nothing else is one', () => {
  expect(['7', '7:30', '07.30', '24:00', ' 0:00 '].map(minute)).toEqual([420, 450, 450, 1440, 0]);
  expect(['', '24:01', '25', '7:60', '7:3', '-1', 'noon'].map(minute)).toEqual([null, null, null, null, null, null, null]);
  expect(clock(450)).toBe('07:30');
});

test('hours past midnight end on the next day, also from Sunday to Monday', () => {
  const { days } = weekOf([row('22:00', '6:00', only(6))], 'Australia/Adelaide');
  expect(days[6]).toEqual([{ fromMin: 1320, toMin: 1440, limitMa: 16_000 }]);
  expect(days[0]).toEqual([{ fromMin: 0, toMin: 360, limitMa: 16_000 }]);
  expect(days.slice(1, 6)).toEqual([[], [], [], [], []]);
  expect(weekOf([row('22:00', '0:00', only(1))], 'UTC').days.flat()).toEqual([{ fromMin: 1320, toMin: 1440, limitMa: 16_000 }]);
});

test('the same hours of several days are one row, and back', () => {
  const week: WeekView = weekOf([row('0:00', '6:00'), row('11:00', '15:00', only(5, 6), '10')], 'UTC');
  const rows = rowsOf(week, null);
  expect(rows).toEqual([row('00:00', '06:00'), row('11:00', '15:00', only(5, 6), '10')]);
  expect(weekOf(rows, 'UTC')).toEqual(week);
  expect(rowsOf({ zone: 'UTC', days: [[{ fromMin: 0, toMin: 60, limitMa: 0 }], [], [], [], [], [], []], randomDelayS: null }, 13_000)[0]!.amps).toBe('13');
});

test('what cannot be meant is said, and which field it is', () => {
  const faults = [row('1', '2', only()), row('x', '2'), row('24:00', '2'), row('1', 'x'), row('1', '1'), row('1', '2', all, 'x'), row('1', '2', all, '5.9'), row('1', '2', all, '20.1')];
  expect(faults.map((it) => faultOf(it, 20_000))).toEqual(['days', 'from', 'from', 'to', 'nothing', 'amps', 'least', 'most']);
  expect(faultOf(firstRow(16_000), 20_000)).toBeNull();
});

test('hours are entered, seen as a picture, planned and written', async () => {
  const site = await hoursOf('limited');
  await at('from-0').fill('22:30');
  await at('to-0').fill('6:00');
  await at('amps-0').fill('13,5');
  await expect.element(at('say-0')).toHaveTextContent('From 22:30 until 6:00 of the next day.');
  expect(at('hours-strip').element().querySelectorAll('[data-from="1350"]')).toHaveLength(7);
  expect(at('hours-strip').element().querySelectorAll('[data-from="0"]')).toHaveLength(7);
  await expect.element(at('hours-plan')).toHaveTextContent('On Sunday 4 April 2027 at 03:00 the clocks go back to 02:00.');
  await expect.element(at('hours-override')).toHaveTextContent('To charge at another hour');
  await expect.element(at('hours-apply')).toBeDisabled();
  await expect.element(at('hours')).toHaveTextContent('Say which platform it is handed to');
  await at('hours-platform').selectOptions('None: nobody else steers it');
  await at('hours-apply').click();
  const [[asked, week, platform]] = callsOf(site, 'applyHours') as [[string, WeekView, string | null]];
  expect([asked, platform, week.zone]).toEqual([id, null, 'Australia/Adelaide']);
  expect(week.days[0]).toEqual([{ fromMin: 0, toMin: 360, limitMa: 13_500 }, { fromMin: 1350, toMin: 1440, limitMa: 13_500 }]);
  await expect.element(at('hours-stand')).toHaveTextContent('not tested');
  await at('hours-clear').click();
  expect(callsOf(site, 'clearHours')).toEqual([[id]]);
  await expect.element(at('hours-stand')).toHaveTextContent('No cheap hours stand in the charger');
});

test('beside a platform that follows the sun they cannot be written, and that is said', async () => {
  const site = await hoursOf('limited');
  await page.getByLabelText('Platform it is handed to').selectOptions('None: nobody else steers it');
  await expect.element(at('hours-apply')).toBeEnabled();
  await page.getByLabelText('Platform it is handed to').selectOptions('Charge HQ');
  await expect.element(at('hours-fight').first()).toHaveTextContent('not beside this');
  await expect.element(at('hours-apply')).toBeDisabled();
  expect(callsOf(site, 'applyHours')).toEqual([]);
});

test('known hours come with their source, and with the limit that stays', async () => {
  await hoursOf('limited');
  await page.getByLabelText('Known hours').selectOptions('Great Britain: off-peak by default');
  await expect.element(at('hours-preset-facts')).toHaveTextContent('help centre of a maker');
  await expect.element(page.getByLabelText('By the clock of')).toHaveValue('Europe/London');
  await expect.element(at('from-1')).toHaveValue('11:00');
  await expect.element(at('amps-0')).not.toHaveValue('');
});

test('known hours stand market by market, and some start late at random unless a person leaves that out', async () => {
  const site = await hoursOf('limited');
  const list = page.getByLabelText('Known hours');
  const groups = [...list.element().querySelectorAll('optgroup')].map((group) => [group.label, group.children.length]);
  expect(groups).toEqual([['Australia', 2], ['New Zealand', 1], ['United Kingdom', 1]]);
  await list.selectOptions('New Zealand: night rate (Meridian EV plan)');
  await expect.element(at('hours-preset-facts')).toHaveTextContent('check the hours with your retailer or network');
  expect(at('hours-late').query()).toBeNull();
  await expect.element(at('to-1')).toHaveValue('24:00');
  await list.selectOptions('Great Britain: off-peak by default');
  await expect.element(at('hours-late')).toBeChecked();
  await at('hours-platform').selectOptions('None: nobody else steers it');
  await at('hours-apply').click();
  at('hours-late').element().focus();
  await userEvent.keyboard(' ');
  await expect.element(at('hours-late')).not.toBeChecked();
  await at('hours-apply').click();
  const weeks = callsOf(site, 'applyHours').map(([, week]) => (week as WeekView).randomDelayS);
  expect(weeks).toEqual([600, null]);
  await expectSound();
});

test('by keyboard a day is left out and hours are added and removed', async () => {
  await hoursOf('limited');
  at('day-0-2').element().focus();
  await userEvent.keyboard(' ');
  await expect.element(at('day-0-2')).toHaveAttribute('aria-pressed', 'false');
  expect(at('hours-strip').element().querySelectorAll('[data-from="0"]')).toHaveLength(6);
  at('hours-add').element().focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(at('from-1')).toBeVisible();
  expect(document.getElementById('fatal'), 'two that overlap are drawn too').toBeNull();
  at('remove-1').element().focus();
  await userEvent.keyboard('{Enter}');
  await expect.element(at('from-1')).not.toBeInTheDocument();
  await expect.element(at('remove-0')).toBeDisabled();
});

test('without a limit that stays nothing is written, and that is said', async () => {
  await hoursOf('inspected');
  await at('amps-0').fill('16');
  await expect.element(at('hours-refused')).toHaveTextContent('Set one first');
  await expect.element(at('hours-apply')).toBeDisabled();
});

test('the card with hours that stand is sound, also with longer words', async () => {
  await hoursOf('hours');
  await at('hours-platform').selectOptions('Charge HQ');
  await expect.element(at('hours-fight').first()).toBeVisible();
  await expectSound();
  lengthen();
  expectNoOverflow();
  expect(burstButtons()).toEqual([]);
});
