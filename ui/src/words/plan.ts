// The plan of a charger: settings, lines, what came of them, what others left.
import type { ChangeLine, LineState, RiskView, SettingFormView } from '../backend';

type Group = 'metering' | 'connection' | 'authorisation' | 'offline' | 'session' | 'cable' | 'phases' | 'display' | 'regulation' | 'clock';

export const plan = {
  into: 'Into the plan',
  isIn: 'It waits in the plan.',
  parts: 'Parts of Set',
  part: { limit: 'Limit', modes: 'Demand response', hours: 'Cheap hours', settings: 'Settings', plan: 'Plan' },

  settings: {
    title: 'Other settings',
    why: 'What a commissioning often needs. A change becomes a line of the plan; nothing is sent here.',
    unread: 'The charger’s configuration was not read yet, so it is not known which of these it has.',
    read: 'Read the configuration',
    group: {
      metering: 'What it measures',
      connection: 'Keeping in touch',
      authorisation: 'Who may charge',
      offline: 'Without a platform',
      session: 'A charge',
      cable: 'The cable',
      phases: 'Phases',
      display: 'Lights',
      regulation: 'Asked for by law',
      clock: 'Clock',
    } satisfies Record<Group, string>,
    now: (value: string) => `now ${value}`,
    empty: 'now empty',
    unknown: 'value not told',
    readonly: 'The charger says that it cannot be written.',
    suggested: (value: string) => `right for most: ${value}`,
    on: 'on',
    off: 'off',
    missing: (n: number) => `${n === 1 ? 'One more is' : `${n} more are`} not in this charger`,
    source: (source: string, date: string) => `Source: ${source} (${date})`,
    password: 'The password of its connection is set under Inspect, Security: there the charger is looked after until it is back.',
    toSecurity: 'Go to Security',
    change: (title: string) => `${title}: new value`,
    hint: (form: SettingFormView): string => {
      if (form.kind === 'seconds') return `${form.least} to ${form.most} s`;
      if (form.kind === 'percent') return '0 to 100 %';
      if (form.kind === 'rotation') return 'for each connector, such as 0.RST,1.RST';
      if (form.kind === 'measurands') return 'most needed first; shortened from the end where the charger refuses the list';
      return form.kind === 'text' ? `at most ${form.most} characters` : '';
    },
  },

  residue: {
    title: 'What others left',
    why: 'Limits and modes of an earlier platform, of the charger’s app or its own solar mode act beside what is set here.',
    look: 'Look for it',
    looking: 'Looking …',
    never: 'Nobody has looked yet. Looking only asks; nothing is changed.',
    none: 'Nothing was found.',
    clear: 'Plan to clear it',
    told: 'Told only: change it in the charger’s app or menu, or as a setting above.',
  },

  list: {
    title: 'Plan',
    why: 'What is now, what will be, why, and how to go back. Written one line at a time, from the top; each line is read back or measured.',
    empty: 'Nothing is planned. A limit, demand response, cheap hours and settings can each be put into the plan where they are chosen.',
    waits: (n: number) => (n === 1 ? '1 line waits' : `${n} lines wait`),
    apply: (n: number) => (n === 1 ? 'Write 1 line' : `Write ${n} lines`),
    applying: 'Writing …',
    restart: 'The charger may be restarted where a line asks for it',
    restartWhy: 'Only while nobody charges. Nobody may be working on this circuit.',
    wantsRestart: 'A line takes effect only when the charger has restarted.',
    restartLater: 'Restart it under Inspect, Messages (Reset), or switch its breaker off and on when nobody charges.',
    back: 'Take everything back',
    backOne: 'Take back from here on',
    takingBack: 'Taking back …',
    remove: 'Take out',
    confirm: 'I know what it does to the current',
    now: 'Now',
    was: 'Before',
    will: 'Will be',
    notKnown: 'not known',
    goBack: 'Way back',
    noWayBack: 'No way back',
    obstacle: 'Not sent',
    already: 'It is so already: nothing will be sent.',
    state: {
      waits: 'waits',
      begun: 'cut off while it was written',
      stands: 'in the charger',
      notWritten: 'not written',
      takenBack: 'taken back',
      done: 'done, nothing of it stays',
    } satisfies Record<LineState, string>,
    risk: {
      none: 'does not act on the current',
      current: 'acts on the current',
      care: 'with care',
      unknown: 'effect on the current unknown',
    } satisfies Record<RiskView, string>,
    result: 'What came of it',
    undone: 'Taking it back',
    label: ({ what }: ChangeLine) => what,
  },

  hand: {
    title: 'By hand',
    why: 'Moves the charge as an app would. What is held by hand ends by itself within 5 minutes if this computer leaves.',
    act: { start: 'Start', pause: 'Pause', resume: 'Resume', slower: 'Slower', faster: 'Faster', stop: 'Stop' },
    held: (a: string | null) => (a === null ? 'Paused by hand.' : `Held at ${a} A by hand.`),
    charge: 'Start or stop',
    limit: 'Limit by hand',
    undone: 'Resuming',
    startWhy: 'A start energises the cable. Start only when nobody works on the circuit and a plugged-in car may charge.',
    startYes: 'Nobody works on it: start',
  },

  alike: {
    title: 'The same for others',
    why: (model: string) => `Other chargers of this site that are a ${model}. What stands in this one becomes lines of their plans, and nothing is sent yet.`,
    limit: 'With another limit',
    limitHint: 'empty: the same',
    plan: (n: number) => (n === 0 ? 'Choose chargers first' : n === 1 ? 'Plan it for 1 charger' : `Plan it for ${n} chargers`),
    planned: (n: number) => (n === 1 ? '1 line is in each of their plans.' : `${n} lines are in each of their plans.`),
    apply: 'Write all their plans',
    compare: 'Compare',
    table: 'How each charger has it',
    what: 'Setting',
    deviates: 'differs',
    alike: 'alike',
    none: 'No other charger of this model is here. When one comes, it can be set as this one.',
  },
};
