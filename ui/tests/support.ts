// What every screen test needs: the window on a scripted site, and the checks that hold on every screen.
import axe from 'axe-core';
import { expect } from 'vitest';
import { page } from 'vitest/browser';
import { render } from 'vitest-browser-svelte';
import '../src/boot';
import '@fontsource-variable/inter';
import 'uplot/dist/uPlot.min.css';
import '../src/app.css';
import App from '../src/App.svelte';
import type { StepName } from '../src/backend';
import { sites, type DemoSite } from '../src/backend/demo';

export const id = 'wattpilot-91020014';
export const at = (testid: string) => page.getByTestId(testid);

document.documentElement.lang = 'en';
document.title = 'Chargehand';

/** Opens the window on the scripted site, at a step of its first charger if one is named. */
export async function open(site: keyof typeof sites | DemoSite, step?: StepName): Promise<DemoSite> {
  const backend = typeof site === 'string' ? sites[site]() : site;
  render(App, { props: { backend } });
  await expect.element(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
  if (step) {
    await at('open-charger').first().click();
    await at(`step-${step}`).click();
    await expect.element(at(`step-${step}`)).toHaveAttribute('aria-current', 'step');
  }
  return backend;
}

/** Opens the Connect step of a site without a charger. */
export async function invited(site: keyof typeof sites | DemoSite): Promise<DemoSite> {
  const backend = await open(site);
  await at('to-connect').click();
  return backend;
}

/** The arguments of every call of a command, oldest first. */
export const callsOf = (site: DemoSite, command: string): unknown[][] => site.calls.filter(([name]) => name === command).map(([, ...args]) => args);

async function violations(): Promise<string[]> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
  const { violations: found } = await axe.run(document, { runOnly: tags });
  return found.map(({ id: rule, nodes }) => `${rule}: ${nodes.map(({ html, any }) => `${html.slice(0, 200)} ${any[0]?.message ?? ''}`).join(' | ')}`);
}

/** Buttons and fields that are smaller than a gloved finger, 44 px. A box to tick counts with its label. */
function smallTargets(): string[] {
  const controls = [...document.querySelectorAll<HTMLElement>('button, input, summary, select, [role=option]')];
  return controls
    .map((control) => ({ control, box: (control.matches('[type=checkbox], [type=radio]') ? (control.closest('label') ?? control) : control).getBoundingClientRect() }))
    .filter(({ box }) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
    .map(({ control, box }) => `${control.outerHTML.slice(0, 120)} ${box.width}×${box.height}`);
}

/** Nothing reaches out of the window sideways. */
export function expectNoOverflow(): void {
  expect(document.documentElement.scrollWidth, 'the page scrolls sideways').toBeLessThanOrEqual(innerWidth);
  const main = document.getElementById('content')!;
  expect(main.scrollWidth, 'the content scrolls sideways').toBeLessThanOrEqual(main.clientWidth);
}

/** Buttons fade from one colour to the other; axe must not look in between, however busy the machine is. */
function holdStill(): void {
  if (document.getElementById('still')) return;
  const still = document.createElement('style');
  still.id = 'still';
  still.textContent = '* { transition: none !important; }';
  document.head.append(still);
}

/** axe finds nothing in light and dark, every target is large enough, nothing overflows, nothing of ours broke. */
export async function expectSound(): Promise<void> {
  holdStill();
  for (const theme of ['light', 'dark']) {
    document.documentElement.dataset.theme = theme;
    expect(await violations(), theme).toEqual([]);
  }
  expect(smallTargets()).toEqual([]);
  expectNoOverflow();
  expect(document.getElementById('fatal')).toBeNull();
}

/** Makes every word 40 % longer, as a translation would. */
export function lengthen(): void {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode as Text;
    if (node.parentElement?.closest('script, style, [data-testid=url]')) continue;
    node.data = node.data.replace(/\p{L}{3,}/gu, (word) => word + word.slice(0, Math.ceil(word.length * 0.4)).toLowerCase());
  }
}

/** Buttons whose words no longer fit into them. */
export const burstButtons = (): string[] =>
  [...document.querySelectorAll<HTMLElement>('main button')].filter((b) => b.scrollWidth > b.clientWidth + 1).map((b) => b.outerHTML.slice(0, 160));
