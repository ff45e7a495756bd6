// Every sentence a person reads in the window. What the engine says (findings, outcomes) comes from the engine.
import type { InForceView, StepName, StepView, UiError } from '../backend';
import { buy } from './buy';
import { catalogue } from './catalogue';
import { demand } from './demand';
import { find } from './find';
import { amps, clock, coarse, count, ranges, short, span, zone } from './format';
import { handshake } from './handshake';
import { hours } from './hours';
import { deviations, inspect } from './inspect';
import { form, messages } from './messages';
import { recipe } from './recipe';
import { plan } from './plan';
import { practice, simulated } from './practice';
import { reach } from './reach';
import { security } from './security';
import { set } from './set';

const step: Record<StepName, string> = {
  find: 'Find',
  connect: 'Connect',
  inspect: 'Inspect',
  set: 'Set',
  prove: 'Prove',
  handOver: 'Hand over',
};

const stepState: Record<StepView['state'], string> = {
  notStarted: 'not started',
  running: 'running',
  needsYou: 'needs you',
  done: 'done',
  failed: 'failed',
  inconclusive: 'inconclusive',
  notTested: 'not tested',
};

const inForce = ({ what, limitMa, until }: InForceView): string =>
  until === null ? `${what} ${amps(limitMa)} A (stays)` : `${what} ${amps(limitMa)} A until ${clock(until)} ${zone(until)}`;

export const en = {
  product: 'Chargehand',
  unknown: 'unknown',
  protocol: (version: string) => `OCPP ${version}`,
  close: 'Close',
  copy: 'Copy',
  copied: 'Copied',
  copyFailed: 'Not copied',
  showAll: (n: number) => `Show all ${n} characters`,
  showLess: 'Show less',
  starting: 'Reading the site from disk …',
  step,
  stepState,

  bridgeFailed: (cause: string): UiError => ({
    code: 'other',
    message: `The window could not reach the engine: ${cause}`,
    remedy: 'Nothing was changed. Try again; if it happens again, close and start Chargehand: what was recorded is on disk.',
  }),

  obstacle: {
    notAdopted: 'Not adopted: adopt the charger first.',
    notConnected: 'Not connected: nothing can be sent now.',
    ceilingMissing: 'No ceiling: enter it under Set first.',
    busy: 'A step is running on this charger. Wait for it, or stop it where it was started.',
  },

  verdict: {
    passed: 'passed',
    failed: 'failed',
    inconclusive: 'inconclusive',
    notApplicable: 'not applicable',
    notTested: 'not tested',
  },
  gravity: { note: 'Note', attention: 'Needs you', stop: 'Stop' },

  news: {
    connection: (title: string, connected: boolean) =>
      connected ? `${short(title, 60)} is connected.` : `${short(title, 60)} is no longer connected.`,
    step: ({ name, state, summary }: StepView) => `${step[name]}: ${stepState[state]}. ${summary}.`,
  },

  evidence: {
    link: (numbers: number[]) => `${numbers.length === 1 ? 'frame' : 'frames'}\u00a0${short(ranges(numbers), 26)}`,
    title: (numbers: number[]) => `Evidence: ${numbers.length === 1 ? 'frame' : 'frames'} ${short(ranges(numbers), 60)}`,
    all: 'All frames',
    about: 'As it went over the wire, oldest first. Secrets are masked by the engine.',
    older: 'Load older frames',
    newest: 'Read the newest',
    loading: 'Reading frames from disk …',
    none: 'No frame is stored yet.',
    gone: 'No frame with these numbers is stored.',
    first: 'This is the first stored frame.',
    from: 'from charger',
    to: 'to charger',
    event: 'event',
    answer: 'answer',
    error: 'error answer',
  },

  rail: {
    label: 'Main',
    chargers: 'Chargers',
    buy: 'Before you buy',
    practice: 'Practice',
    site: 'Site',
    palette: 'Go to',
    paletteKey: 'Ctrl K',
    skip: 'Skip to the content',
  },

  top: {
    siteButton: 'Site details',
    noSite: 'Site not entered',
    enterSite: 'enter address, customer and job',
    job: (job: string) => `job ${job}`,
    moreNotices: (n: number) => `${count(n, 'notice', 'notices')}: show all`,
    more: (n: number) => `+${n}`,
    notices: 'Notices',
    noNotices: 'Nothing needs you.',
    action: { clear: 'Clear now', adopt: 'Adopt', open: 'Open', stop: 'Stop safely' },
  },

  endpoint: {
    title: 'Where chargers connect to',
    state: {
      starting: 'Opening the port …',
      listening: 'Listening',
      failed: 'Not listening',
    },
    noAddress: 'no network for chargers',
    noAddressWhy: 'This computer has no address on a private network, so no charger can reach it.',
    noAddressDo: 'Join the Wi-Fi or plug in the cable that the charger is on. The address appears here by itself.',
    details: 'Endpoint details',
    port: (port: number) => `Port ${port}`,
    others: 'Further addresses of this computer',
    show: 'Show large',
    first: 'Try this one first',
    onInterface: (name: string, kind: string) => (kind === '' || kind === name ? name : `${name} · ${kind}`),
    qr: (url: string) => `QR code of ${url}`,
    ownId: 'The charger adds its own id at the end. No password is needed.',
  },

  chargers: {
    title: 'Chargers',
    known: (n: number) => `${count(n, 'charger', 'chargers')} at this site, newest contact first`,
    connected: 'Connected',
    away: 'Not connected',
    adopted: 'Adopted',
    notAdopted: 'Not adopted',
    adopt: 'Adopt',
    open: 'Open',
    steps: 'Steps',
    connectAnother: 'Connect a charger',
    find: 'Find chargers',
  },

  connect: {
    titleFirst: 'Connect the first charger',
    titleAnother: 'Connect a charger',
    what: 'Type this address into the charger',
    ours: 'Our address',
    unreachable: 'No charger can connect yet',
    how: 'In the charger’s own app or installer menu, look for “OCPP”, “backend”, “CSMS” or “central system URL”. Choose OCPP 1.6 JSON, 2.0.1 or 2.1.',
    auto: 'Adopt chargers by themselves while this step is open',
    autoWhy: 'Adopted means: from then on Chargehand may command it. Every charger that connects is answered and recorded either way.',
    arrived: 'What arrived',
    log: 'Arrivals, newest first',
    arrivedNone: 'Nothing has arrived yet',
    waiting: 'Waiting for a charger. It appears here the moment it connects.',
    someId: 'CP-1',
    path: 'Path it asked for',
    peer: 'Came from',
    offered: 'Subprotocols offered',
    offeredNone: 'none',
    booted: 'Boot message',
    bootedNever: 'has not come',
    adoptTitle: 'May Chargehand command this charger?',
    adoptWhy: 'Until you adopt it, it is answered and recorded but gets no command. Adopt only the charger you are here to commission.',
    adopt: 'Adopt this charger',
    adoptedSince: 'Adopted: it may be commanded.',
    when: (at: number) => `When (${zone(at)})`,
    whatCame: 'What',
    evidence: 'Evidence',
  },

  workspace: {
    steps: 'Steps',
    serial: (serial: string) => `serial ${serial}`,
    firmware: (firmware: string) => `firmware ${firmware}`,
    connectedFor: (seconds: number) => `connected ${coarse(seconds)}`,
    connected: 'Connected',
    lost: (seconds: number | null) => (seconds === null ? 'No contact' : `No contact for ${span(seconds)}`),
    onItsOwn: (held: InForceView[]) => {
      if (held.length === 0) return 'Nothing of ours is in force in it. It charges as its own settings allow.';
      return `On its own it keeps ${held.map(inForce).join('; ')}.`;
    },
    notAdopted: 'Not adopted: gets no command',
    next: (name: StepName) => `Next: ${step[name]}`,
    loading: 'Reading this charger from disk …',
  },

  buy,
  catalogue,
  deviations,
  find,
  reach,
  form,
  handshake,
  inspect,
  security,
  set,
  messages,
  recipe,
  plan,
  practice,
  simulated,

  demand,
  hours,


  prove: {
    title: 'Does it follow a limit?',
    about: 'A limit that ends by itself: the current must go down, then come back.',
    needs: 'Before you start',
    need: {
      adopted: 'The charger is adopted',
      connected: 'The charger is connected',
      ceiling: 'A ceiling is entered',
      car: 'A car or tester draws more than the limit',
    },
    needWord: { no: 'not yet', seen: (ma: number) => `draws ${amps(ma)} A`, unseen: 'not seen: proves nothing' },
    carWhy: 'Plug in a car or a tester that draws current. Without a draw above the limit the outcome is “not tested” or “inconclusive”, never “passed”.',
    limit: 'Limit to test, per phase',
    belowInTest: 'Below 6 A it is sent as 0 A: the car pauses.',
    start: 'Start',
    again: 'Test again',
    confirm: 'Is anybody working on this circuit?',
    confirmWhy: (ma: number) => `The check may start a charge and changes the current: first a base limit, then a test limit of ${amps(ma)} A or lower that ends by itself. Start only when nobody works on the circuit and a plugged-in car may charge.`,
    confirmYes: 'Nobody works on it: start',
    confirmNo: 'Not now',
    stop: 'Stop safely',
    stopping: 'Stopping safely: undoing first …',
    left: (seconds: number) => `at most ${span(seconds)} left`,
    runningFor: (seconds: number) => `running ${span(seconds)}`,
    asked: 'Asked',
    measured: 'Measured',
    measuredAgo: (seconds: number) => `Measured (${span(seconds)} ago)`,
    reaction: 'Reaction',
    before: 'Before',
    offered: 'Offered',
    nothing: '–',
    chart: (from: string, to: string) => `Current over time, ${from} to ${to}: asked, measured and offered. The same numbers are in the table below the chart.`,
    chartEmpty: 'The curve of asked and measured current appears here once the check runs.',
    table: 'Show the numbers of the chart',
    time: (at: number) => `Time (${zone(at)})`,
    attempts: 'Attempts',
    how: 'How it was sent',
    answered: (answer: string) => `answered: ${answer}`,
    outcome: 'Outcome',
    evidence: 'Evidence',
    fallback: 'Does it fall back by itself when a test limit ends?',
    fallbackUnknown: 'Shown here once the check has tried it.',
    recipe: 'What worked',
    live: 'Newest reading',
    liveNone: 'No reading has come yet. Readings come while a car charges.',
    liveAge: (seconds: number) => `${span(seconds)} ago`,
    current: 'Highest phase',
    power: 'Power',
    energy: 'Energy register',
    phases: 'Phases in use',
    notReported: 'not reported',
    interrupted: 'The check ended before it had an outcome, so it proves nothing. Test again.',
    never: 'This check has not been run on this charger.',
    inForce: 'In force by our hand',
    inForceNone: 'Nothing of ours is in force in the charger.',
    clear: 'Clear the test limit now',
  },

  handOver: {
    steps: 'What was done',
    stepsWhy: 'What was not tried is “not tested”, never “passed”.',
    stepColumn: 'Step',
    stateColumn: 'State',
    about: 'What it rests on',
    left: 'State left behind',
    leftNone: (version: string) => `Nothing of ours is in force in the charger.${version === '1.6' ? ' What other platforms wrote cannot be listed over OCPP 1.6.' : ''}`,
    staysUntil: 'Ends',
    stays: 'stays',
    what: 'What',
    limit: 'Limit',
    test: 'must be undone',
    export: 'Export report',
    exporting: 'Composing the report …',
    exportTitle: 'Report',
    exportWhy: 'A PDF for the customer and the same record as JSON beside it, in the hand-over folder.',
    written: 'Written',
    pdf: 'PDF',
    json: 'JSON',
    sha: 'SHA-256 of the JSON',
    shaWhy: 'Also printed on the PDF: whoever has both can check that they belong together.',
    siteMissing: 'Address or customer is not entered: the report would not say where the charger is.',
    enterSite: 'Enter site details',
    says: 'The report says',
    saysList: [
      'which charger this is, how it was set, and when it was read;',
      'which limit was asked for, what was measured, and the frames behind it;',
      'what we left in force in the charger.',
    ],
    saysNot: 'It does not say',
    saysNotList: [
      'that the installation complies with any rule or standard;',
      'that the circuit is protected against overload: that is the breaker’s work;',
      'anything about what was not tested.',
    ],
  },

  site: {
    title: 'Site',
    about: 'Printed on the report. Everything is kept as you type.',
    place: 'Place',
    people: 'People',
    address: 'Address',
    customer: 'Customer',
    job: 'Job number',
    company: 'Company',
    licence: 'Licence number',
    tester: 'Tested by',
    jurisdiction: 'Whose rules hold here',
    jurisdictionWhy: 'The network if it is listed, else the state or the country. What it asks stands beside the ceiling and in the report.',
    noJurisdiction: 'None chosen',
    connecting: 'Connecting',
    look: 'Look',
    theme: 'Colours',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    data: 'Data folder',
    dataWhy: 'Every frame, event and reading of this site is here. Support may ask for it.',
    version: (version: string) => `Chargehand ${version}`,
  },

  closing: {
    title: 'Close Chargehand?',
    clear: 'Undo, then close',
    clearing: 'Undoing …',
    asIs: 'Close as it is',
    stay: 'Stay',
  },

  palette: {
    title: 'Go to',
    search: 'Charger, step or action',
    none: 'Nothing matches.',
    group: { charger: 'Charger', step: 'Step', action: 'Action' },
    adopt: (title: string) => `Adopt ${short(title, 60)}`,
    clear: (title: string) => `Clear the test limit of ${short(title, 60)}`,
    stop: (title: string) => `Stop safely: ${short(title, 60)}`,
    part: (name: string) => `${step.inspect}: ${name}`,
    setPart: (name: string) => `${step.set}: ${name}`,
    buyPart: (name: string) => `${buy.title}: ${name}`,
    frames: (title: string) => `All frames of ${short(title, 60)}`,
    keys: 'Show the keys',
    theme: { system: 'Colours as the system', light: 'Light colours', dark: 'Dark colours' },
  },

  keys: {
    title: 'Keys',
    list: [
      ['Ctrl K or ⌘ K', 'Go to a charger, a step or an action'],
      ['Alt 1 … Alt 6', 'Open a step of this charger'],
      ['Alt B', 'Open Before you buy'],
      ['Alt P', 'Open Practice: the bench, while something is being practised'],
      ['?', 'Show these keys'],
      ['Esc', 'Close what is open'],
      ['Tab, Shift Tab', 'Next, previous'],
      ['Enter, Space', 'Press the button in focus'],
    ],
  },
};
