// Contrast of the colour tokens, as the browser resolves them.
import { expect, test } from 'vitest';
import '../src/app.css';

function luminance(token: string): number {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light! + 0.05) / (dark! + 0.05);
}

const values = ['ink', 'soft', 'ok', 'you', 'bad'].flatMap((colour) => ['bg', 'panel', 'accent-soft'].map((surface) => [colour, surface]));
const states = ['ok', 'you', 'bad'].map((colour) => [colour, `${colour}-soft`]);

test.each(['light', 'dark'])('values and states keep 7:1, edges of fields 3:1 (%s)', (theme) => {
  document.documentElement.dataset.theme = theme;
  for (const [colour, surface] of [...values, ...states, ['soft', 'grey-soft'], ['accent', 'panel'], ['panel', 'accent']]) {
    expect(contrast(`--${colour}`, `--${surface}`), `${colour} on ${surface}`).toBeGreaterThanOrEqual(7);
  }
  for (const surface of ['bg', 'panel']) expect(contrast('--edge', `--${surface}`), `edge on ${surface}`).toBeGreaterThanOrEqual(3);
});

test.each(['light', 'dark'])('the watermark of what is not real can be seen, and takes no 7:1 from what is written over it (%s)', (theme) => {
  document.documentElement.dataset.theme = theme;
  for (const colour of ['ink', 'soft', 'ok', 'you', 'bad', 'accent']) expect(contrast(`--${colour}`, '--mark'), colour).toBeGreaterThanOrEqual(7);
  expect(contrast('--panel', '--soft'), 'the line above').toBeGreaterThanOrEqual(7);
  expect(contrast('--mark', '--panel')).toBeGreaterThan(1.15);
  expect(contrast('--mark', '--bg')).toBeGreaterThan(1.05);
});
