// Practice: a simulated charger is chosen, worked on and understood, by keyboard as by mouse.
import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { shelf, sites, type DemoSite } from '../src/backend/demo';
import { at, callsOf, open } from './support';

/** Tabs until what has the focus is `testid` and holds `text`. */
async function tabTo(testid: string, text = ''): Promise<void> {
  for (let i = 0; i < 80; i++) {
    const focused = document.activeElement;
    if (focused instanceof HTMLElement && focused.dataset.testid === testid && (focused.textContent ?? '').includes(text)) return;
    await userEvent.tab();
  }
  throw new Error(`${testid} cannot be reached with the Tab key`);
}

/** On the bench of that site. */
async function bench(site: keyof typeof sites): Promise<DemoSite> {
  const backend = await open(site);
  await at('rail-practice').click();
  await expect.element(at('see')).toBeVisible();
  return backend;
}

const last = (site: DemoSite): unknown => callsOf(site, 'practiceAct').at(-1)?.[0];

test('a newcomer starts the next exercise, plugs in, answers and goes on, by keyboard alone', async () => {
  const site = await open('empty');
  await userEvent.keyboard('{Alt>}p{/Alt}');
  await expect.element(at('solved')).toHaveTextContent('1 of 10 exercises solved');
  await tabTo('start-exercise', 'Start again');
  await userEvent.tab();
  await userEvent.keyboard('{Enter}');
  await expect.element(at('task')).toHaveTextContent('Find out whether the current follows');
  expect(callsOf(site, 'practise')).toEqual([['', '', 'which-limit']]);
  await tabTo('know');
  await userEvent.keyboard('{Enter}');
  await expect.element(at('answer')).toBeDisabled();
  for (let i = 0; i < 10 && !document.activeElement?.matches('[type=radio]'); i++) await userEvent.tab();
  await userEvent.keyboard(' {ArrowDown}');
  await tabTo('answer');
  await userEvent.keyboard('{Enter}');
  await expect.element(at('judgement')).toHaveTextContent(/Right.*goes on drawing 15\.8 A.*Where it can be seen.*verdict failed/);
  expect(document.activeElement).toBe(at('judgement').element());
  await tabTo('next-exercise');
  await userEvent.keyboard('{Enter}');
  await expect.element(at('exercise')).toHaveTextContent('Exercise 3: Where is its boot?');
  await userEvent.keyboard('{Control>}k{/Control}');
  await userEvent.keyboard('practice: plug{Enter}');
  await expect.element(at('cable')).toHaveAttribute('data-on', 'true');
});

test('of the exercises one stands out: the first that is not solved', async () => {
  await open('empty');
  await at('rail-practice').click();
  await expect.element(at('exercise-line').nth(1)).toBeVisible();
  const primary = at('start-exercise').elements().map((button) => button.classList.contains('primary'));
  expect(primary).toEqual([false, true, false, false, false, false, false, false, false, false]);
});

test('a wrong answer says where to look and gives nothing away; the right one is kept', async () => {
  const site = await bench('exercise');
  await at('know').click();
  await page.getByText('It follows every limit').click();
  await at('answer').click();
  await expect.element(at('judgement')).toHaveTextContent('Not this one');
  await expect.element(at('judgement')).toHaveTextContent(/Where to look.*compare Asked and Measured/);
  await expect.element(at('spoken')).toHaveTextContent('Not this one.');
  await expect.element(at('answer')).toBeDisabled();
  await page.getByText('It accepts limits and ignores them').click();
  await expect.element(at('judgement')).not.toHaveTextContent('Not this one');
  await at('answer').click();
  await expect.element(at('judgement')).toHaveTextContent('Right');
  expect(callsOf(site, 'answerExercise')).toEqual([['which-limit', 0], ['which-limit', 1]]);
  await at('all-exercises').click();
  await expect.element(at('solved')).toHaveTextContent('2 of 10 exercises solved');
});

test('a hint is there for whoever asks, and not before', async () => {
  await bench('exercise');
  const hint = page.getByText('Plug the car in on the bench first.', { exact: false });
  await expect.element(hint).not.toBeVisible();
  await at('hint').click();
  await expect.element(hint).toBeVisible();
});

test('the bench of an exercise does not give its answer away', async () => {
  await bench('exercise');
  await expect.element(at('about')).not.toBeInTheDocument();
});

test('chargers are found by words and by the number of their problem', async () => {
  await open('empty');
  await at('rail-practice').click();
  await at('tab-chargers').click();
  await at('personality-search').fill('p11');
  await expect.element(at('personalities')).toHaveTextContent('1 of 13 chargers');
  await expect.element(at('chosen')).toHaveTextContent('Takes every limit and ignores it');
  await expect.element(at('chosen')).toHaveTextContent('Field problem P11');
  await at('personality-search').fill('half hour zone');
  await expect.element(at('chosen')).toHaveTextContent('Its clock is half an hour off');
  await at('personality-search').fill('never connects');
  await expect.element(at('chosen')).toHaveTextContent('It never connects to Chargehand');
  await at('personality-search').fill('zzz');
  await expect.element(at('personalities')).toHaveTextContent('Nothing matches.');
  await expect.element(at('chosen')).not.toBeInTheDocument();
});

test('what is known of a charger has its source and how sure it is; what is assumed stands apart', async () => {
  await open('empty');
  await at('rail-practice').click();
  await at('tab-chargers').click();
  await at('personality-search').fill('wattpilot');
  await expect.element(at('assumed')).toHaveTextContent('It keeps its charging profiles over a power cut.');
  await expect.element(at('known')).toHaveTextContent(/It takes limits in whole amperes\..*fairly sure.*go-e issue 105, 2026-09/);
  await expect.element(at('known')).not.toHaveTextContent('power cut');
});

test('a charger is started with the car that was chosen', async () => {
  const site = await open('empty');
  await at('rail-practice').click();
  await at('tab-chargers').click();
  await at('personality').nth(3).click();
  await at('car').selectOptions('sleeper');
  await expect.element(at('chosen')).toHaveTextContent('after three interruptions it takes nothing');
  await at('start').click();
  expect(callsOf(site, 'practise')).toEqual([['wattpilot', 'sleeper', null]]);
  await expect.element(page.getByRole('heading', { level: 1, name: 'Fronius Wattpilot' })).toBeVisible();
  await expect.element(page.getByText('with: Falls asleep')).toBeVisible();
  await expect.element(at('assumed')).toHaveTextContent('It tells its meter every 5 s.');
});

test('a practice that cannot start says why, with what to do', async () => {
  const site = sites.empty();
  site.refuse.practise = { code: 'other', message: 'No port is free on this computer.', remedy: 'Close a program and try again.' };
  await open(site);
  await at('rail-practice').click();
  await at('start-exercise').first().click();
  await expect.element(at('practise-problem')).toHaveTextContent('No port is free on this computer. Close a program and try again.');
});

test('another practice and its end are asked for first: what was seen of the charger goes with it', async () => {
  const site = await bench('bench');
  await at('to-shelf').click();
  await at('start').click();
  await expect.element(page.getByRole('dialog', { name: 'End the practice that runs?' })).toHaveTextContent('Fronius Wattpilot goes away');
  await at('confirm-no').click();
  expect(callsOf(site, 'practise')).toEqual([]);
  await at('start').click();
  await at('confirm-yes').click();
  expect(callsOf(site, 'practise')).toEqual([['spec-16', 'hatchback', null]]);
  await at('end').click();
  await at('confirm-yes').click();
  expect(callsOf(site, 'endPractice')).toHaveLength(1);
  await expect.element(at('no-practice')).toHaveTextContent('Nothing is being practised now');
  await expect.element(at('spoken')).toHaveTextContent('The practice has ended.');
  await at('to-shelf').click();
  await expect.element(at('exercises')).toBeVisible();
});

test('every lever says its position in words, does what its button says, and keeps the focus', async () => {
  const site = await bench('bench');
  const levers: [string, string, string, unknown][] = [
    ['cable', 'plugged in', 'not plugged in', { do: 'unplug' }],
    ['breaker', 'on', 'off', { do: 'breaker', on: false }],
    ['network', 'in', 'out', { do: 'network', up: false }],
  ];
  for (const [name, before, after, act] of levers) {
    const shown = (): string => [...at(name).element().querySelectorAll('b .shown')].map((word) => word.textContent).join();
    expect(shown()).toBe(before);
    await tabTo(`${name}-turn`);
    await userEvent.keyboard('{Enter}');
    expect(last(site)).toEqual(act);
    await expect.poll(shown).toBe(after);
    expect(document.activeElement).toBe(at(`${name}-turn`).element());
  }
  await expect.element(at('condition')).toHaveTextContent('no power: dark');
});

test('house load and sun are moved with the arrow keys; only the newest is sent', async () => {
  const site = await bench('bench');
  await tabTo('house');
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{ArrowRight}');
  await expect.element(at('house-value')).toHaveTextContent('0.9 kW');
  await expect.poll(() => last(site)).toEqual({ do: 'house', watts: 900 });
  await tabTo('sun');
  await userEvent.keyboard('{End}');
  await expect.poll(() => last(site)).toEqual({ do: 'sun', watts: 14_500 });
  await expect.element(at('sun')).toHaveAttribute('aria-valuetext', '14.5 kW');
});

test('another car is brought and a tag is presented', async () => {
  const site = await bench('bench');
  await at('other-car').selectOptions('plug-in-hybrid');
  await at('bring').click();
  expect(last(site)).toEqual({ do: 'car', name: 'plug-in-hybrid' });
  await at('tag').fill('04AA');
  await at('present').click();
  expect(last(site)).toEqual({ do: 'tag', text: '04AA' });
  await at('tag').fill(' ');
  await expect.element(at('present')).toBeDisabled();
});

test('what cannot be done at the bench says why', async () => {
  const site = sites.bench();
  site.refuse.practiceAct = { code: 'other', message: 'The simulated charger has stopped.', remedy: 'Start the practice again.' };
  await open(site);
  await at('rail-practice').click();
  await at('cable-turn').click();
  await expect.element(at('act-problem')).toHaveTextContent('The simulated charger has stopped. Start the practice again.');
});

test.each([
  ['A1', 1000, 0, 'A1 · no pulse', 'No car at the plug.'],
  ['B1', 1000, 0, 'B1 · no pulse', 'The charger offers it nothing.'],
  ['B2', 533, 32_000, 'B2 · 53.3 % duty', 'may take 32.0 A. It does not ask for it.'],
  ['C2', 100, 6_000, 'C2 · 10.0 % duty', 'asks for current and may take 6.0 A.'],
  ['C2', 267, -10_000, 'C2 · 26.7 % duty', 'is to give 10.0 A.'],
  ['D2', 267, 16_000, 'D2 · 26.7 % duty', 'ventilation'],
  ['E', 0, 0, 'E · 0.0 % duty', 'The pilot is dead'],
  ['F', 1000, 0, 'F · no pulse', 'cannot be used'],
])('the control pilot is said in its state, its duty and what that means: %s', async (pilot, dutyTenths, offeredMa, state, means) => {
  const site = await bench('bench');
  const { panel } = (await site.snapshot()).practice!;
  site.changePractice({ panel: { ...panel, pilot, dutyTenths, offeredMa } });
  await expect.element(at('pilot')).toHaveTextContent(state);
  await expect.element(at('pilot')).toHaveTextContent(means);
});

test('a car that gives is told from one that takes', async () => {
  const site = await bench('bench');
  const { panel } = (await site.snapshot()).practice!;
  site.changePractice({ panel: { ...panel, amps: [-9_900, -10_000, -9_800], watts: -6_800 } });
  await expect.element(at('flow')).toHaveTextContent('car gives 10.0 A');
  await expect.element(at('current')).toHaveTextContent('-10.0');
  await expect.element(at('power')).toHaveTextContent('-6.8');
});

test('nothing moves when the bench changes', async () => {
  const site = await bench('bench');
  await document.fonts.ready;
  await expect.element(at('other-car')).toBeVisible();
  const places = (): string[] =>
    ['current', 'power', 'energy', 'battery', 'pilot', 'contactor', 'phases', 'link', 'cable-turn', 'breaker-turn', 'network-turn', 'house', 'present', 'about'].map((testid) => {
      const { x, y, width, height } = at(testid).element().getBoundingClientRect();
      return `${testid} ${x} ${y} ${width} ${height}`;
    });
  const before = places();
  const { panel } = (await site.snapshot()).practice!;
  const far = { ...panel, plugged: false, powered: false, networked: false, contactorClosed: false, amps: [-31_900, -32_000, -31_800], volts: [0, 0, 0], watts: -22_080, energyWh: 9_999_990, batteryTenths: 1000, houseWatts: 14_500, pilot: 'B2', offeredMa: 32_000 };
  site.changePractice({ panel: far, connected: false, link: 'Its network is out: it tries again every 5 s.' });
  await expect.element(at('power')).toHaveTextContent('-22.1');
  expect(places()).toEqual(before);
});

test('the bench is painted at most ten times a second, and the newest is not lost', async () => {
  const site = await bench('bench');
  const { panel } = (await site.snapshot()).practice!;
  const seen: (string | null)[] = [];
  const watching = new MutationObserver(() => seen.push(at('power').element().textContent));
  watching.observe(at('power').element(), { characterData: true, subtree: true, childList: true });
  const began = performance.now();
  for (let watts = 0; watts < 50_000; watts += 1_000) {
    site.changePractice({ panel: { ...panel, watts } });
    await new Promise(requestAnimationFrame);
  }
  await expect.element(at('power')).toHaveTextContent('49.0');
  watching.disconnect();
  expect(seen.length).toBeLessThanOrEqual((performance.now() - began) / 100 + 1);
});

test('plugging, power and the connection are announced', async () => {
  await bench('bench');
  await at('breaker-turn').click();
  await expect.element(at('spoken')).toHaveTextContent('Breaker: off.');
  await expect.element(at('spoken')).toHaveTextContent('It has no power.');
  await at('breaker-turn').click();
  await expect.element(at('spoken')).toHaveTextContent('Charging: the charge runs.');
});

test('the plug goes in while Prove is open, without leaving it', async () => {
  const site = await open('bench', 'prove');
  await at('strip').getByRole('button', { name: 'Unplug' }).click();
  expect(last(site)).toEqual({ do: 'unplug' });
  await expect.element(at('strip-current')).toHaveTextContent('0.0 A');
  await tabTo('cable-turn');
  await userEvent.keyboard('{Enter}');
  await expect.element(at('strip-current')).toHaveTextContent('15.9 A');
  await expect.element(at('step-prove')).toHaveAttribute('aria-current', 'step');
  await at('to-bench').click();
  await expect.element(at('see')).toBeVisible();
  await at('to-steps').click();
  await expect.element(at('step-prove')).toHaveAttribute('aria-current', 'step');
});

test('in an exercise the strip leads back to its task', async () => {
  await open('exercise', 'connect');
  await at('strip').getByRole('button', { name: 'Task and answer' }).click();
  await expect.element(at('task')).toBeVisible();
});

test('a charger that never connects says so on the bench, and Connect helps as it does with a real one', async () => {
  await bench('unseen');
  await expect.element(at('link')).toHaveTextContent('Not connected');
  await expect.element(at('link')).toHaveTextContent('opens no connection on the local network');
  await at('to-steps').click();
  await expect.element(at('missing')).toBeVisible();
  await expect.element(at('strip')).toHaveTextContent('SIMULATED');
  await expect.element(at('strip')).toHaveTextContent('myenergi Zappi v2.1. It has not connected.');
});

test('a bench whose practice has gone says so, and where to go on', async () => {
  const site = await bench('bench');
  site.changeApp({ practice: null });
  await expect.element(at('no-practice')).toHaveTextContent('Nothing is being practised now');
  await at('to-shelf').click();
  await expect.element(at('exercises')).toBeVisible();
});

test('after a restart the simulated charger is still marked, and its strip says that nobody practises on it', async () => {
  await open('elsewhere', 'inspect');
  await expect.element(at('strip')).toHaveTextContent('Not on the bench');
  await expect.element(at('cable')).not.toBeInTheDocument();
  await at('to-practice').click();
  await expect.element(at('exercises')).toBeVisible();
});

test('whoever has no charger is shown the way to practice', async () => {
  await open('empty');
  await at('offer-practice').click();
  await expect.element(at('exercises')).toBeVisible();
});

test('the palette knows the exercises once they were read, and what can be done at the bench', async () => {
  const site = await bench('bench');
  const find = async (query: string): Promise<number> => {
    await userEvent.keyboard('{Control>}k{/Control}');
    await at('palette-input').fill(query);
    const found = at('palette-entry').elements().length;
    await userEvent.keyboard('{Escape}');
    return found;
  };
  expect(await find('exercise')).toBe(shelf().exercises.length);
  expect(await find('practice: pull the network')).toBe(1);
  await userEvent.keyboard('{Control>}k{/Control}');
  await userEvent.keyboard('breaker off{Enter}');
  expect(last(site)).toEqual({ do: 'breaker', on: false });
});

test('what a charger and its data say is shown as text, bounded, and moves nothing out of the window', async () => {
  const site = await bench('hostileBench');
  expect(document.title).toBe('Chargehand');
  await at('to-shelf').click();
  await expect.element(at('chosen')).toHaveTextContent('<img src=x onerror=');
  expect(document.querySelector('main img')).toBeNull();
  expect(callsOf(site, 'practise')).toEqual([]);
});
