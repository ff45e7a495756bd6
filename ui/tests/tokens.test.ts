// Contrast of the colour tokens, as the browser resolves them.
import { expect, test } from 'vitest';
import '../src/app.css';

type Colour = [number, number, number];

function colourOf(token: string): Colour {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255) as Colour;
}

function luminance(colour: Colour): number {
  const [r, g, b] = colour.map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function between(a: Colour, b: Colour): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

const contrast = (a: string, b: string): number => between(colourOf(a), colourOf(b));

const values = ['ink', 'soft', 'ok', 'you', 'bad'].flatMap((colour) => ['bg', 'panel', 'accent-soft'].map((surface) => [colour, surface]));
const states = ['ok', 'you', 'bad'].map((colour) => [colour, `${colour}-soft`]);

test.each(['light', 'dark'])('values and states keep 7:1, edges of fields 3:1 (%s)', (theme) => {
  document.documentElement.dataset.theme = theme;
  for (const [colour, surface] of [...values, ...states, ['soft', 'grey-soft'], ['accent', 'panel'], ['panel', 'accent']]) {
    expect(contrast(`--${colour}`, `--${surface}`), `${colour} on ${surface}`).toBeGreaterThanOrEqual(7);
  }
  for (const surface of ['bg', 'panel']) expect(contrast('--edge', `--${surface}`), `edge on ${surface}`).toBeGreaterThanOrEqual(3);
});

test.each(['light', 'dark'])('nothing loses its 7:1 where the watermark of what is not real lies on it (%s)', (theme) => {
  document.documentElement.dataset.theme = theme;
  const blend = { darken: Math.min, lighten: Math.max }[getComputedStyle(document.documentElement).getPropertyValue('--mark-blend').trim()]!;
  const mark = colourOf('--mark');
  const marked = (token: string): Colour => colourOf(token).map((part, i) => blend(part, mark[i]!)) as Colour;
  for (const [colour, surface] of [...values, ...states, ['soft', 'grey-soft'], ['ink', 'grey-soft'], ['accent', 'panel'], ['panel', 'accent'], ['panel', 'soft']]) {
    expect(between(marked(`--${colour}`), marked(`--${surface}`)), `${colour} on ${surface}`).toBeGreaterThanOrEqual(7);
  }
  // And it can be seen.
  expect(between(marked('--panel'), colourOf('--panel'))).toBeGreaterThan(1.1);
});
