// Every screen in every state that looks different: sound in light and dark, and with 40 % longer words.
import { describe, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import type { sites } from '../src/backend/demo';
import type { StepName } from '../src/backend';
import { at, burstButtons, expectNoOverflow, expectSound, lengthen, open } from './support';

type View = [name: string, site: keyof typeof sites, step?: StepName, then?: () => Promise<unknown>];

/** Opens a message and presses these, one after the other. */
async function message(action: string, ...then: string[]): Promise<void> {
  await at('tab-messages').click();
  await page.getByRole('button', { name: action, exact: true }).click();
  await expect.element(at('json')).toBeVisible();
  for (const id of then) await at(id).click();
}

/** Opens what is closed on the screen. */
async function openGroups(): Promise<void> {
  for (const summary of document.querySelectorAll('main details > summary')) await userEvent.click(summary);
}

/** Looks these up, one after the other, and opens a part. */
async function lookedUp(words: string[], then?: string): Promise<void> {
  await at('rail-buy').click();
  for (const one of words) {
    await at('buy-search').fill(one);
    if (then === 'tab-compare') await at('compare').click();
  }
  if (then) await at(then).click();
  await expect.element(at(then === 'tab-compare' ? 'comparison' : then === 'tab-matters' ? 'matters' : words[0] === 'nobody' ? 'unlisted' : 'buy-begin').or(at('known'))).toBeVisible();
}

/** The Connect step with this typed as the model, and the first that fits chosen. */
async function pointed(words: string): Promise<void> {
  await at('to-connect').click();
  await at('model-search').fill(words);
  await at('model-result').first().click();
  await expect.element(at('recipe').or(at('cannot'))).toBeVisible();
}

/** A simulated charger's exercise, answered rightly. */
async function answered(): Promise<void> {
  await at('rail-practice').click();
  await at('know').click();
  await page.getByText('It accepts limits and ignores them').click();
  await at('answer').click();
  await expect.element(at('judgement')).toHaveTextContent('Right');
}

const views: View[] = [
  ['no charger yet', 'empty'],
  ['found nothing yet, asking which network may be scanned', 'empty', undefined, () => at('network').first().click()],
  ['scanning', 'scanning'],
  ['found', 'found'],
  ['a scan that waits, and a network that is left out', 'waiting'],
  ['found, with the evidence open', 'found', undefined, () => at('evidence-open').nth(2).click().then(() => at('missing-open').click()).then(() => at('does').click())],
  ['found nothing', 'nothing'],
  ['find, a typed address refused', 'empty', undefined, () => at('ip').fill('charger').then(() => at('look-at').click())],
  ['find, of a charger', 'adopted', 'find'],
  ['find, of a simulated charger', 'bench', 'find'],
  ['connect, no charger yet', 'empty', undefined, () => at('to-connect').click()],
  ['connect, a found device', 'found', undefined, () => at('device-connect').first().click()],
  ['connect, a found device of several models', 'found', undefined, () => at('device-connect').nth(1).click()],
  ['no endpoint', 'taken', undefined, () => at('to-connect').click()],
  ['a refused connection', 'refused', undefined, () => at('to-connect').click()],
  ['connection attempts', 'attempts', 'connect'],
  ['a handshake', 'attempts', 'connect', () => at('handshake-open').nth(1).click()],
  ['the list of chargers', 'away'],
  ['a newcomer', 'arrived', undefined, () => at('connect-another').click()],
  ['connect, not adopted', 'arrived', 'connect'],
  ['connect, adopted', 'adopted', 'connect'],
  ['connect, a model searched', 'empty', undefined, () => at('to-connect').click().then(() => at('model-search').fill('easee'))],
  ['connect, a model’s own way', 'empty', undefined, () => pointed('wattpilot')],
  ['connect, a model under a condition', 'empty', undefined, () => pointed('easee local')],
  ['connect, a model that cannot come', 'empty', undefined, () => pointed('zappi')],
  ['inspect, not read', 'adopted', 'inspect'],
  ['inspect, read', 'inspected', 'inspect'],
  ['set, no ceiling', 'inspected', 'set'],
  ['set, limited', 'limited', 'set'],
  ['set, demand response', 'limited', 'set', () => at('tab-modes').click()],
  ['set, demand response rehearsed', 'rehearsed', 'set', () => at('tab-modes').click()],
  ['set, measuring at the output', 'measuring', 'set', () => at('tab-modes').click()],
  ['set, settings and what others left', 'planned', 'set', () => at('tab-settings').click()],
  ['set, a plan', 'planned', 'set', () => at('tab-plan').click()],
  ['set, every part of the ceiling', 'circuit', 'set'],
  ['set, every group of the ceiling open', 'circuit', 'set', openGroups],
  ['set, load management that falls to a current', 'circuit', 'set', () => openGroups().then(() => page.getByRole('radio', { name: 'it falls to a current' }).click())],
  ['prove, not run', 'limited', 'prove'],
  ['prove, asking first', 'limited', 'prove', () => at('start').click()],
  ['prove, running', 'running', 'prove'],
  ['prove, passed', 'passed', 'prove'],
  ['prove, failed', 'failed', 'prove'],
  ['prove, inconclusive', 'inconclusive', 'prove'],
  ['prove, not tested', 'untested', 'prove'],
  ['prove, the numbers of the chart', 'passed', 'prove', () => at('chart-table').click()],
  ['hand over, exported', 'passed', 'handOver', () => at('export').click()],
  ['contact lost', 'away', 'prove'],
  ['the site', 'passed', undefined, () => at('rail-site').click()],
  ['the site, its authority open', 'secured', undefined, () => at('rail-site').click()],
  ['the site, its authority closed', 'closed', undefined, () => at('rail-site').click()],
  ['an address with TLS', 'secured', 'connect', () => page.getByRole('radio', { name: 'With TLS (wss)' }).click()],
  ['security', 'secured', 'inspect', () => at('tab-security').click()],
  ['security, a profile to raise', 'bare', 'inspect', () => at('tab-security').click()],
  ['security, a password made', 'bare', 'inspect', () => at('tab-security').click().then(() => at('make-password').click())],
  ['security, no authority', 'inspected', 'inspect', () => at('tab-security').click().then(() => page.getByRole('radio', { name: '2: password and TLS' }).click())],
  ['security, being raised', 'raising', 'inspect', () => at('tab-security').click()],
  ['security, raised', 'raised', 'inspect', () => at('tab-security').click()],
  ['hand over, with a raised profile', 'raised', 'handOver'],
  ['notices', 'away', undefined, () => at('notices').click()],
  ['the endpoint', 'passed', undefined, () => at('endpoint').click()],
  ['evidence', 'passed', 'prove', () => at('evidence').first().click()],
  ['messages, none chosen', 'limited', 'inspect', () => at('tab-messages').click()],
  ['messages, a form', 'limited', 'inspect', () => message('SetChargingProfile')],
  ['messages, optional fields', 'limited', 'inspect', () => message('GetConfiguration', 'add/key', 'add/key', 'remove/key/0')],
  ['messages, asking first', 'limited', 'inspect', () => message('ClearChargingProfile', 'send')],
  ['messages, answered', 'limited', 'inspect', () => message('GetConfiguration', 'send')],
  ['messages, refused', 'limited', 'inspect', () => message('DataTransfer', 'send', 'confirm-yes')],
  ['the variables of 2.x', 'second', 'inspect'],
  ['the variables of 2.x, found', 'second', 'inspect', () => at('configuration-search').fill('interval')],
  ['deviations', 'inspected', 'inspect', () => at('tab-deviations').click()],
  ['the palette', 'running', 'prove', () => userEvent.keyboard('{Control>}k{/Control}')],
  ['the keys', 'passed', undefined, () => userEvent.keyboard('?')],
  ['closing', 'closing'],
  ['before you buy, nothing typed', 'empty', undefined, () => lookedUp([])],
  ['before you buy, open', 'empty', undefined, () => lookedUp(['wattpilot'])],
  ['before you buy, a fact open', 'empty', undefined, () => lookedUp(['wattpilot']).then(() => at('fact').first().click())],
  ['before you buy, locked', 'empty', undefined, () => lookedUp(['evnex'])],
  ['before you buy, not known', 'empty', undefined, () => lookedUp(['AC22E'])],
  ['before you buy, not listed', 'empty', undefined, () => lookedUp(['nobody'])],
  ['before you buy, compared', 'empty', undefined, () => lookedUp(['wattpilot', 'zappi', 'evnex', 'tesla'], 'tab-compare')],
  ['before you buy, nothing to compare', 'empty', undefined, () => at('rail-buy').click().then(() => at('tab-compare').click())],
  ['before you buy, what matters', 'empty', undefined, () => lookedUp([], 'tab-matters')],
  ['practice, the exercises', 'empty', undefined, () => at('rail-practice').click()],
  ['practice, the chargers', 'empty', undefined, () => at('rail-practice').click().then(() => at('tab-chargers').click())],
  ['practice, the bench', 'bench', undefined, () => at('rail-practice').click()],
  ['practice, without power', 'bench', undefined, () => at('rail-practice').click().then(() => at('breaker-turn').click())],
  ['practice, an exercise', 'exercise', undefined, () => at('rail-practice').click()],
  ['practice, an exercise answered', 'exercise', undefined, answered],
  ['practice, asking before its end', 'bench', undefined, () => at('rail-practice').click().then(() => at('end').click())],
  ['practice, on a charger that never connects', 'unseen', undefined, () => at('rail-practice').click().then(() => at('to-steps').click())],
  ['practice, within a step', 'bench', 'prove'],
  ['practice, frames', 'bench', 'inspect', () => at('all-frames').click()],
  ['simulated elsewhere, listed', 'elsewhere'],
  ['simulated elsewhere', 'elsewhere', 'set'],
  ['a hostile bench', 'hostileBench', undefined, () => at('rail-practice').click()],
  ['a hostile shelf', 'hostileBench', undefined, () => at('rail-practice').click().then(() => at('to-shelf').click())],
  ['hostile exercises', 'hostileBench', undefined, () => at('rail-practice').click().then(() => at('to-shelf').click()).then(() => at('tab-exercises').click())],
  ['a hostile charger, listed', 'hostile'],
  ['a hostile charger, connect', 'hostile', 'connect'],
  ['a hostile charger, inspect', 'hostile', 'inspect'],
  ['a hostile charger, security', 'hostile', 'inspect', () => at('tab-security').click()],
  ['a hostile charger, deviations', 'hostile', 'inspect', () => at('tab-deviations').click()],
];

describe.each(views)('%s', (_, site, step, then) => {
  test('is sound in light and dark', async () => {
    await open(site, step);
    await then?.();
    await expectSound();
  });
});

test.each(views.filter(([, , , then]) => !then))('%s survives words that are 40 %% longer', async (_, site, step) => {
  await open(site, step);
  lengthen();
  expectNoOverflow();
  expect(burstButtons()).toEqual([]);
});

test.each(['empty', 'passed'] as const)('the rail collapses to icons below 1100 px: %s', async (site) => {
  await page.viewport(1000, 700);
  try {
    await open(site, site === 'passed' ? 'prove' : undefined);
    const rail = at('rail-chargers').element().getBoundingClientRect();
    expect(rail.width).toBeLessThan(60);
    await expect.element(page.getByRole('button', { name: 'Chargers', exact: true })).toBeVisible();
    await expectSound();
  } finally {
    await page.viewport(1280, 800);
  }
});

const practices: [string, string | null][] = [['shelf', null], ['shelf', 'tab-chargers'], ['bench', null]];

test.each(practices)('practice survives words that are 40 %% longer: %s %s', async (part, then) => {
  await open(part === 'bench' ? 'bench' : 'empty');
  await at('rail-practice').click();
  if (then) await at(then).click();
  await expect.element(at(part === 'bench' ? 'other-car' : then ? 'chosen' : 'exercises')).toBeVisible();
  lengthen();
  expectNoOverflow();
  expect(burstButtons()).toEqual([]);
});

test.each([[1000, 700], [900, 600], [1920, 1080]])('practice fits a window of %i × %i', async (width, height) => {
  await page.viewport(width, height);
  try {
    await open('exercise');
    await at('rail-practice').click();
    await expect.element(at('other-car')).toBeVisible();
    await expectSound();
    await at('to-steps').click();
    await at('step-prove').click();
    await expectSound();
    await at('to-bench').click();
    await at('to-shelf').click();
    await at('tab-chargers').click();
    await expectSound();
  } finally {
    await page.viewport(1280, 800);
  }
});
