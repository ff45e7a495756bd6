import { expect, test } from 'vitest';
import { align, top, type Curve } from '../src/parts/curves';
import { milliamps, typed, watts } from '../src/state/amperes';
import { coarse, kilowatts, ranges, short, span, visible } from '../src/words/format';

test('amperes are floored to 0.1 A, digit by digit, with comma or point', () => {
  for (let tenths = 0; tenths < 1000; tenths++) {
    expect(milliamps(`${Math.floor(tenths / 10)}.${tenths % 10}`)).toBe(tenths * 100);
  }
  expect(milliamps('16,39')).toBe(16_300);
  expect(milliamps(' 6 ')).toBe(6_000);
  expect(milliamps('16.')).toBe(16_000);
});

test.each(['', 'A', '-6', '1e3', '6 A', '6.5.5', '٦', '99999', '401'])('“%s” is no current', (text) => expect(milliamps(text)).toBeNull());

test('what is shown in a field is what a person would type', () => {
  expect(typed(16_000)).toBe('16');
  expect(typed(6_500)).toBe('6.5');
  expect(typed(null)).toBe('');
});

test('kilowatts are 230 V × A × phases', () => {
  expect(kilowatts(watts(16_000, 1))).toBe('3.7 kW');
  expect(kilowatts(watts(16_000, 3))).toBe('11.0 kW');
});

test('spans read as a person says them', () => {
  expect([0, 59, 60, 252, 3_600, 90_000].map(span)).toEqual(['0 s', '59 s', '1:00 min', '4:12 min', '1 h 00 min', '1 d 1 h']);
  expect([59, 731].map(coarse)).toEqual(['59 s', '12 min']);
});

test('frame numbers are named as ranges', () => {
  expect(ranges([412, 413, 414, 431, 412])).toBe('412–414, 431');
  expect(ranges([7])).toBe('7');
});

test('text from outside is cut and its steering characters are written out', () => {
  expect(short('abcdef', 4)).toBe('abc…');
  expect(visible('a\u202eb\u0000c')).toBe('a\\u202eb\\u0000c');
});

const curve = (held: boolean, points: [number, number][]): Curve => ({ label: '', colour: '', dash: [], width: 1, held, points: points.map(([at, value]) => ({ at, value })) });

test('what was asked holds until the next point and up to now; a reading is a point', () => {
  const [axis, asked, measured] = align([curve(true, [[1000, 16], [3000, 10]]), curve(false, [[2000, 15.8]])], 5000);
  expect(axis).toEqual([1, 2, 3, 5]);
  expect(asked).toEqual([16, 16, 10, 10]);
  expect(measured).toEqual([undefined, 15.8, undefined, undefined]);
});

test('the axis ends a little above the largest value', () => {
  expect(top([curve(false, [[0, 15.8]])], 8)).toBe(20);
  expect(top([], 8)).toBe(12);
});
