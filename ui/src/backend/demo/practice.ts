// A scripted shelf, and a simulated charger that does as it is told.
import type { ActView, CarView, ChargerView, ExerciseView, JudgementView, PanelView, PersonalityView, PracticeView, ShelfView } from '..';
import { inspected, limited, strip } from './charger';

const seen = (what: string, source: string, confidence: PersonalityView['facts'][number]['confidence'] = 'high') => ({ what, source, date: '2026-09', confidence });

const book = (name: string, version: string): PersonalityView => ({
  name,
  title: `By the book, OCPP ${version}`,
  group: 'specification',
  problem: null,
  summary: `Does what OCPP ${version} asks of a charger. Everything that is tried on another charger should work on this one.`,
  version,
  connects: true,
  facts: [],
  assumed: [],
});

const problem = (number: string, name: string, title: string, summary: string): PersonalityView => ({
  name,
  title,
  group: 'problem',
  problem: number,
  summary,
  version: '1.6',
  connects: true,
  facts: [seen('Seen on chargers of several makers.', 'evcc issue 31597; SteVe issue 1192; go-e issue 105')],
  assumed: [],
});

const personalities: PersonalityView[] = [
  book('spec-16', '1.6'),
  book('spec-201', '2.0.1'),
  book('spec-21', '2.1'),
  {
    name: 'wattpilot',
    title: 'Fronius Wattpilot',
    group: 'charger',
    problem: null,
    summary: 'Speaks OCPP 1.6 on the local network and keeps one stack level of charging profiles.',
    version: '1.6',
    connects: true,
    facts: [seen('It takes limits in whole amperes.', 'go-e issue 105', 'medium'), seen('Its installer app has a field for the OCPP server.', 'the maker’s manual')],
    assumed: ['It tells its meter every 5 s.', 'It keeps its charging profiles over a power cut.'],
  },
  {
    name: 'zappi-cloud-only',
    title: 'myenergi Zappi v2.1',
    group: 'charger',
    problem: null,
    summary: 'Reaches OCPP platforms through its maker’s cloud only. No charger of this kind ever opens a connection on the local network.',
    version: '1.6',
    connects: false,
    facts: [seen('OCPP runs in the maker’s cloud, not in the charger.', 'evcc issue 20846')],
    assumed: ['It answers nothing on the local network.'],
  },
  problem('P11', 'p11-ignores-limits', 'Takes every limit and ignores it', 'Answers Accepted to every charging profile and shows it in the composite schedule, but the car draws as before.'),
  problem('P12', 'p12-boots-never', 'Never sends a BootNotification again', 'Boots when it gets power, and never when its connection comes back.'),
  problem('P14', 'p14-deaf-after-call', 'Deaf after a call', 'Closes its connection 30 s after whatever is asked of it.'),
  problem('P20', 'p20-wh-as-kwh', 'Says Wh and means kWh', 'Its energy register is labelled Wh and counts kWh.'),
  problem('P24', 'p24-half-hour-zone', 'Its clock is half an hour off', 'Writes local time of a zone with a half hour, without saying which.'),
  problem('P25', 'p25-connector-zero', 'Refuses connector 0', 'Takes charging profiles for connector 1 and refuses them for the whole charger.'),
  problem('P31', 'p31-finishing-trap', 'Stays in Finishing', 'After a limit of 0 A it ends the charge and starts none until the plug was out.'),
  problem('P36', 'p36-thirty-seconds', 'Hangs up every 30 s', 'Closes its connection after 30 s of silence, whatever its ping interval says.'),
];

const cars: CarView[] = [
  { name: 'hatchback', title: 'Hatchback, 11 kW', summary: '16 A on three phases, battery of 58 kWh, wakes up within 5 s.' },
  { name: 'plug-in-hybrid', title: 'Plug-in hybrid, 3.7 kW', summary: '16 A on one phase, battery of 12 kWh.' },
  { name: 'sleeper', title: 'Falls asleep', summary: '32 A on one phase; after three interruptions it takes nothing until it is unplugged.' },
];

const exercise = (id: string, title: string, task: string, ...choices: string[]): ExerciseView => ({
  id,
  title,
  task,
  hint: 'Plug the car in on the bench first. Then run the check under Prove and compare what was asked for with what was measured.',
  choices,
  solved: false,
});

const exercises: ExerciseView[] = [
  { ...exercise('first-limit', 'Your first limit', 'Enter a ceiling, plug the car in, prove a limit of 10 A and read off what the charger did.', 'It followed the limit', 'It ignored the limit', 'Nothing was measured'), solved: true },
  exercise('which-limit', 'Does it obey?', 'This charger answers “Accepted” to every limit. Find out whether the current follows.', 'It follows every limit', 'It accepts limits and ignores them', 'It follows limits, but only in whole amperes', 'It cannot be told: no car draws current'),
  exercise('no-boot', 'Where is its boot?', 'Flip the breaker, then pull the network. Find out when this charger introduces itself.', 'At every connection', 'Only when it gets power', 'Never'),
  exercise('hangs-up', 'It keeps going away', 'This charger loses its connection again and again. Find out what makes it go.', 'Its network', 'Whatever is asked of it', 'The time of day'),
  exercise('clock', 'What time is it?', 'Find out by how much this charger’s clock is wrong, and how that shows in its messages.', 'It is right', 'Half an hour', 'It has no clock'),
  exercise('units', 'How much energy?', 'Charge for a while and compare its meter with what it reports.', 'They agree', 'It reports a thousandth', 'It reports nothing'),
  exercise('connector', 'Which connector?', 'Set a permanent limit. Find out where this charger takes it.', 'For the whole charger', 'For connector 1 only', 'Nowhere'),
  exercise('trap', 'It will not start again', 'Pause the charge with 0 A, then let it go on.', 'It goes on by itself', 'Only after the plug was out', 'Only after the breaker was off'),
  exercise('cloud', 'It does not come', 'This charger is set up with the right address. Find out why it does not appear.', 'A firewall', 'It talks to its maker’s cloud only', 'The wrong port'),
  exercise('offline', 'Alone', 'Pull the network while the car charges, wait, and put it back. Find out what it kept.', 'Nothing', 'Every reading', 'Only the end'),
];

/** What can be practised at the scripted site. */
export const shelf = (): ShelfView => ({ personalities, cars, exercises });

/** The right choice of each exercise is the second. */
export const judge = (choice: number): JudgementView =>
  choice === 1
    ? { right: true, explanation: 'It answers “Accepted” and shows the limit in its composite schedule, but the car goes on drawing 15.8 A. On a site this charger must not be relied on to keep a load limit.', evidence: 'Prove: asked 10.0 A, measured 15.8 A, verdict failed. On the bench: the pilot still offers 16.0 A.' }
    : { right: false, explanation: '', evidence: 'Run the check under Prove with the car plugged in, then compare Asked and Measured.' };

const resting: PanelView = {
  powered: true,
  networked: true,
  plugged: false,
  pilot: 'A1',
  dutyTenths: 1000,
  contactorClosed: false,
  offeredMa: 0,
  amps: [0, 0, 0],
  volts: [230_400, 229_800, 231_000],
  watts: 0,
  energyWh: 12_410,
  batteryTenths: 542,
  houseWatts: 600,
  sunWatts: 0,
  condition: 'Available',
  clock: '2026-11-22T09:41:03Z',
};

const charging: Partial<PanelView> = { plugged: true, pilot: 'C2', dutyTenths: 267, contactorClosed: true, offeredMa: 16_000, amps: [15_900, 15_800, 15_900], volts: [228_900, 228_400, 229_600], watts: 10_900, condition: 'Charging' };

/** The panel after something was done; cars and tags leave no trace on it but the plug. */
export function acted(panel: PanelView, act: ActView): PanelView {
  const power = (change: Partial<PanelView>): PanelView => {
    const next = { ...panel, ...change };
    const rest: PanelView = { ...resting, houseWatts: next.houseWatts, sunWatts: next.sunWatts, energyWh: next.energyWh, networked: next.networked, powered: next.powered, plugged: next.plugged };
    if (!next.powered) return { ...rest, pilot: 'E', volts: [0, 0, 0], condition: 'Unavailable' };
    return next.plugged ? { ...rest, ...charging } : rest;
  };
  switch (act.do) {
    case 'plug':
      return power({ plugged: true });
    case 'unplug':
    case 'car':
      return power({ plugged: false });
    case 'breaker':
      return power({ powered: act.on });
    case 'network':
      return { ...panel, networked: act.up };
    case 'house':
      return { ...panel, houseWatts: act.watts };
    case 'sun':
      return { ...panel, sunWatts: act.watts };
    case 'tag':
      return panel;
  }
}

const connected = 'Connected to Chargehand over OCPP 1.6.';

/** How its connection stands with that panel. */
export const linkOf = ({ powered, networked }: PanelView): Pick<PracticeView, 'connected' | 'link'> =>
  powered && networked ? { connected: true, link: connected } : { connected: false, link: powered ? 'Its network is out: it tries again every 5 s.' : 'It has no power.' };

/** A practice with that personality, or that exercise. */
export function practiceOf(personality: string, car: string, inExercise: string | null): PracticeView {
  const it = personalities.find(({ name }) => name === personality);
  const number = exercises.findIndex(({ id }) => id === inExercise) + 1;
  const its = cars.find(({ name }) => name === car) ?? cars[0]!;
  const unseen = it?.connects === false;
  return {
    charger: `practice-${it?.name ?? number}`,
    personality: it?.name ?? '',
    title: it?.title ?? `Charger of exercise ${number}`,
    car: its.name,
    carTitle: its.title,
    exercise: inExercise,
    assumed: it?.assumed ?? [],
    panel: resting,
    connected: !unseen,
    link: unseen ? 'It talks to its maker’s cloud and opens no connection on the local network.' : connected,
    speed: 1,
  };
}

/** A practice while its car charges. */
export const charged = (practice: PracticeView): PracticeView => ({ ...practice, panel: acted(practice.panel, { do: 'plug' }) });

/** What its record shows once it has come. */
export const simulatedCharger = ({ charger }: PracticeView): ChargerView => ({
  ...limited(),
  id: charger,
  title: 'Chargehand Simulated',
  vendor: 'Chargehand',
  model: 'Simulated',
  serial: 'SIM-0001',
  firmware: '1.0',
  path: `/${charger}`,
  peer: '127.0.0.1:50122',
  simulated: true,
  steps: strip({ connect: ['done', 'booted 09:41'], inspect: ['done', '14 keys saved'], set: ['done', '16 A · ceiling 25 A'] }),
  inForce: [],
  permanent: null,
  cheapHours: null,
  hoursOutcome: null,
  findings: inspected().findings,
});
