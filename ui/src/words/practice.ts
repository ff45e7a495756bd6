// Practice on simulated chargers, and the mark that everything of them bears.
import type { ConfidenceView, GroupView, PanelView, PracticeView } from '../backend';
import { amps, count, short } from './format';

/** What stands on everything of a simulated charger. */
export const simulated = {
  label: 'Simulated',
  word: 'SIMULATED',
  sentence: 'not a real charger. Nothing here proves anything about an installation.',
  title: (title: string) => `SIMULATED: ${title}`,
};

/** What the car may do. Negative: it is to give (V2G). */
const may = (ma: number): string => (ma < 0 ? `is to give ${amps(-ma)} A` : `may take ${amps(ma)} A`);

/** The states of the control pilot (IEC 61851-1, Annex A); 1: no pulse, 2: pulse. */
const pilots: Record<string, (offeredMa: number) => string> = {
  A1: () => 'No car at the plug.',
  A2: () => 'No car at the plug.',
  B1: () => 'A car is plugged in. The charger offers it nothing.',
  B2: (ma) => `A car is plugged in and ${may(ma)}. It does not ask for it.`,
  C1: () => 'The car asks for current. The charger offers it nothing.',
  C2: (ma) => `The car asks for current and ${may(ma)}.`,
  D1: () => 'The car asks for current and ventilation. The charger offers it nothing.',
  D2: (ma) => `The car asks for current and ventilation and ${may(ma)}.`,
  E: () => 'The pilot is dead, as when the charger has no power.',
  F: () => 'The charger says that it cannot be used.',
};

/** OCPP 1.6's states of a connector, in words. */
const conditions: Record<string, string> = {
  Available: 'free',
  Preparing: 'a car or a tag is there, the charge has not begun',
  Charging: 'the charge runs',
  SuspendedEV: 'the charge waits for the car',
  SuspendedEVSE: 'the charge waits for the charger',
  Finishing: 'the charge is over, the plug is still in',
  Reserved: 'kept for somebody',
  Unavailable: 'not to be used now',
  Faulted: 'it reports a fault',
};

const group: Record<GroupView, string> = {
  specification: 'By the book',
  charger: 'Chargers people own',
  problem: 'Problems from the field',
};

const confidence: Record<ConfidenceView, string> = {
  high: 'sure',
  medium: 'fairly sure',
  low: 'not sure',
  unknown: 'not known',
};

const cable = { name: 'Cable', on: 'plugged in', off: 'not plugged in', turnOn: 'Plug in', turnOff: 'Unplug' };
const breaker = { name: 'Breaker', on: 'on', off: 'off', turnOn: 'Switch on', turnOff: 'Switch off' };
const network = { name: 'Network', on: 'in', off: 'out', turnOn: 'Put it in', turnOff: 'Pull it out' };

export const practice = {
  title: 'Practice',
  about: 'Simulated chargers and cars to learn on. They behave like real ones, good and bad; nothing you do here can break anything.',
  parts: 'Parts of Practice',
  part: { exercises: 'Exercises', chargers: 'Choose a charger yourself' },
  reading: 'Reading what can be practised …',

  exercises: {
    solvedOf: (solved: number, all: number) => `${solved} of ${count(all, 'exercise', 'exercises')} solved`,
    about: 'In each, a simulated charger keeps something from you. Find it out with the same steps as on a real one, then answer.',
    number: (n: number) => `Exercise ${n}`,
    solved: 'solved',
    open: 'not solved yet',
    running: 'running',
    start: 'Start',
    again: 'Start again',
    back: 'Back to it',
    startNamed: (word: string, title: string) => `${word}: ${short(title, 80)}`,
    none: 'This version has no exercises.',
  },

  choose: {
    title: 'Chargers',
    shown: (n: number, all: number) => (n === all ? count(all, 'charger', 'chargers') : `${n} of ${count(all, 'charger', 'chargers')}`),
    search: 'Search, for example P11',
    none: 'Nothing matches.',
    group,
    never: 'never connects',
    neverWhy: 'It never connects to Chargehand, like the one it is named after. Use it to see what that looks like.',
    problem: (number: string) => `Field problem ${number}`,
    car: 'Car',
    chooseCar: 'Choose a car',
    start: 'Start',
    starting: 'Starting …',
    replaces: (title: string) => `This ends the practice that runs: ${short(title, 80)}.`,
    assumed: 'Assumed',
    assumedWhy: 'Not known of the real one. The simulated one has it this way:',
    assumedNone: 'Nothing is assumed.',
    known: 'Known',
    knownNone: 'It follows the specification; no further fact stands behind it.',
    source: (source: string, date: string) => (date === 'unknown' ? source : `${source}, ${date}`),
    confidence,
  },

  bench: {
    name: 'Bench',
    with: (car: string, speed: number) => `with: ${short(car, 80)}${speed > 1 ? ` · runs ${speed} times as fast as real time` : ''}`,
    steps: 'Open its steps',
    connect: 'Open the Connect step',
    other: 'Choose another',
    end: 'End practice',
    endTitle: 'End this practice?',
    replaceTitle: 'End the practice that runs?',
    endWhy: (title: string) => `${short(title, 80)} goes away, and what was seen of it goes with it. A report that was exported stays where it is.`,
    endYes: 'End it',
    replaceYes: 'End it and start',
    endNo: 'Not now',
    none: 'Nothing is being practised now',
    noneWhy: 'A practice ends when it is ended here, when another takes its place, or when Chargehand closes.',
    noneDo: 'To the exercises and chargers',

    see: 'What you see',
    seeWhy: 'As if you stood in front of it. What it tells Chargehand may differ: compare.',
    scene: 'Breaker, charger, cable and car',
    car: 'Car',
    charger: 'Charger',
    dark: 'no power: dark',
    condition: (word: string) => conditions[word] ?? 'it says a word of its own',
    flow: (amount: string) => `${amount} flow`,
    gives: (amount: string) => `car gives ${amount}`,
    noFlow: 'nothing flows',
    linkUp: 'Connected',
    linkDown: 'Not connected',
    current: 'Current',
    power: 'Power',
    energy: 'Meter',
    battery: 'Car battery',
    notKnown: '–',
    phase: 'Phase',
    phaseName: (index: number) => `L${index + 1}`,
    volts: 'Voltage',
    pilot: 'Control pilot',
    pilotState: ({ pilot, dutyTenths }: PanelView) => `${short(pilot, 8)} · ${duty(dutyTenths)}`,
    pilotMeans: ({ pilot, offeredMa }: PanelView) => pilots[pilot]?.(offeredMa) ?? 'A state that has no name.',
    contactor: 'Contactor',
    contactorIs: (closed: boolean) => (closed ? 'closed: the cable is live' : 'open: the cable is dead'),
    clock: 'Its clock',

    do: 'What you do',
    doWhy: 'Nobody is at risk here. On a site these are done by whoever may.',
    cable,
    breaker,
    network,
    house: 'House load',
    sun: 'Sun on the roof',
    otherCar: 'Another car',
    otherCarWhy: 'The plug is pulled; the next time you plug in, it is this car.',
    bring: 'Bring it',
    tag: 'Tag',
    present: 'Present it',

    about: 'About this charger',
    assumedTitle: 'Assumed behaviour',
  },

  exercise: {
    hint: 'Show a hint',
    answer: 'I know the answer',
    choices: 'What did you find?',
    submit: 'Answer',
    right: 'Right',
    wrong: 'Not this one',
    tryAgain: 'Then choose another answer.',
    evidence: 'Where it can be seen',
    look: 'Where to look',
    next: (n: number) => `Start exercise ${n}`,
    all: 'All exercises',
  },

  strip: {
    label: 'Bench',
    bench: { short: 'Bench', full: 'Open the bench' },
    task: { short: 'Task', full: 'Task and answer' },
    away: 'Not on the bench: its practice has ended, or it was simulated elsewhere.',
    awayDo: 'Practice',
    unseen: (title: string) => `On the bench: ${short(title, 80)}. It has not connected.`,
  },

  connect: (how: string) => `The simulated charger has its address already, on this computer. On a real one: ${how}`,

  offer: {
    title: 'No charger at hand?',
    text: 'Practise on a simulated one: the same steps, ten exercises, and nothing that can break.',
    go: 'Practise',
  },

  act: {
    plug: 'Practice: plug the car in',
    unplug: 'Practice: unplug the car',
    breaker: (on: boolean) => `Practice: switch the breaker ${on ? 'on' : 'off'}`,
    network: (up: boolean) => (up ? 'Practice: put the network in' : 'Practice: pull the network out'),
    bench: (title: string) => `Bench: ${short(title, 60)}`,
    exercise: (n: number, title: string) => `Exercise ${n}: ${short(title, 60)}`,
  },

  /** What is heard when something on the bench has changed. */
  news: (before: PracticeView, after: PracticeView): string[] => {
    const [was, is] = [before.panel, after.panel];
    const heard: string[] = [];
    if (was.plugged !== is.plugged) heard.push(`${cable.name}: ${is.plugged ? cable.on : cable.off}.`);
    if (was.powered !== is.powered) heard.push(`${breaker.name}: ${is.powered ? breaker.on : breaker.off}.`);
    if (was.networked !== is.networked) heard.push(`${network.name}: ${is.networked ? network.on : network.off}.`);
    if (was.condition !== is.condition) heard.push(`${short(is.condition, 40)}: ${conditions[is.condition] ?? ''}.`);
    if (before.connected !== after.connected) heard.push(short(after.link, 200));
    return heard;
  },
  ended: 'The practice has ended.',
  report: 'Every page of it says SIMULATED.',
  judged: (right: boolean) => (right ? 'Right.' : 'Not this one.'),
};

function duty(tenths: number): string {
  if (tenths >= 1000) return 'no pulse';
  return `${(tenths / 10).toFixed(1)} % duty`;
}
