// Before you buy: can an app command this charger, and who says so?
import { count, short } from './format';

export const buy = {
  title: 'Before you buy',
  about: 'Who may command a charger is decided by its maker. Look that up before you pay: it can rarely be changed afterwards.',
  parts: 'Parts of Before you buy',
  part: { look: 'Look up', compare: 'Compare', matters: 'What matters' },

  search: 'Maker or model',
  example: 'For example wattpilot, zappi or AC22E',
  found: (n: number) => (n === 0 ? 'Nothing found' : count(n, 'charger', 'chargers')),
  heard: (n: number, first: string) => (n === 0 ? 'Nothing found.' : `${count(n, 'charger', 'chargers')} found. First: ${first}.`),
  results: 'Chargers found',
  notListed: 'It is none of these',

  begin: 'Type what stands on the charger or on the offer',
  beginWhy: (n: number) => `The catalogue knows ${count(n, 'charger', 'chargers')}. Spelling mistakes are forgiven. It says one of these:`,
  reading: 'Reading the catalogue …',

  nothing: (words: string) => `“${short(words, 60)}” is not in the catalogue`,
  nothingNone: 'A charger that is not in the catalogue',
  nothingWhy: 'That says nothing about it, good or bad. Ask its maker; until there is a clear answer it counts as locked.',
  nothingTry: 'Try the maker’s name alone, or the number on the type plate.',

  /** What to ask the maker of a charger that is not in the catalogue. */
  unlisted: (words: string) =>
    [
      'Hello,',
      `I am deciding about the charger ${words === '' ? '(maker and model)' : short(words, 80)}. I want to control it with an OCPP server of my own choice. Please answer:`,
      '1. May the owner enter the URL of any OCPP server, without your permission and without leaving your warranty?',
      '2. May that be an address in a private network, such as ws://192.168.1.10:9616/ ?',
      '3. Which version of OCPP does it speak to that server (1.6, 2.0.1, 2.1), and from which firmware on?',
      '4. Does it follow limits of the current that this server sets, down to 6 A and to 0?',
      '5. Does it go on working with that server without internet and without your cloud?',
      '6. Is all of this free, now and later?',
      'Please answer each with yes or no, and name the firmware for which it holds. Without a clear answer I have to take the charger as locked.',
      'Thank you',
    ].join('\n\n'),

  answer: 'Answer',
  means: 'What it means',
  why: 'Why',
  since: 'As of',
  sure: 'How sure',
  counts: (word: string) => `Not shown either way. Until the maker says otherwise in writing, it counts as: ${word.toLowerCase()}.`,
  uses: 'What apps can do with it',
  facts: 'What is known, and from where',
  factsNone: 'Nothing more is known of it.',
  unknown: 'What is not known',
  unknownWhy: 'Looked for and not found. Ask, if it matters to you.',
  compareAdd: 'Compare',
  compareAdded: 'In the comparison',
  compareFull: 'Four are being compared. Take one out first.',
  compareNamed: (word: string, name: string) => `${word}: ${name}`,

  question: 'Ask the maker',
  questionWhy: 'Send this before you pay, and keep the answer.',
  rule: 'No answer, or one that does not say yes or no, counts as locked.',
  letter: 'Question',
  letterHint: 'Change it as you like.',
  letterBack: 'Put back the suggestion',

  compareNone: 'Nothing to compare yet',
  compareNoneWhy: 'Look a charger up and press “Compare” on its answer. Up to four stand side by side.',
  compareOne: 'Add a second one to see them side by side.',
  compareTable: 'Comparison of chargers',
  row: { access: 'Access', summary: 'In short', since: 'As of', sure: 'How sure', unknown: 'Not known' },
  unknowns: (n: number) => (n === 0 ? 'nothing listed' : count(n, 'point', 'points')),
  takeOut: 'Take out',
  open: 'Open',
  toLook: 'Look one up',

  matters: [
    {
      title: 'Access matters more than the version',
      text: [
        'A charger is useful to an app only if the app may command it. “OCPP 1.6 compatible” on a box does not say that. It says which language the charger speaks, not to whom.',
        'So ask first: may I enter the address of any platform myself, and take it out again? Everything else comes after.',
      ],
    },
    {
      title: 'Three kinds of open',
      text: [
        'Open on the LAN: you enter any address, also one on your own network. It works without the internet and whatever becomes of the maker.',
        'Open, with conditions: the same, after something is met. Ask what it costs, who grants it, and whether it can be taken back.',
        'Maker’s cloud only: the maker’s servers speak for the charger. It works as long as those servers do and the maker wants it to.',
      ],
    },
    {
      title: 'Which OCPP version',
      text: [
        'OCPP 1.6 (the JSON kind, “1.6J”) is enough to follow the sun, a tariff or a limit. Nearly every app and platform speaks it.',
        'OCPP 2.0.1 is clearer and safer. Few platforms for homes speak it yet. It is good to have beside 1.6, not instead of it.',
        'OCPP 2.1 adds giving energy back to the house or the grid. Charger, car, app and grid operator must all support that.',
        'OCPP 1.5 and 1.6 SOAP are too old: no app for homes speaks them.',
      ],
    },
    {
      title: 'A portable cable',
      text: [
        'A portable cable for a power point (Mode 2) has no OCPP and no network. Nothing can command it. A timer in the car may still choose the hours.',
      ],
    },
    {
      title: 'What to have in writing',
      text: [
        'That you may enter the address of any OCPP platform yourself, at no extra charge, now and after updates.',
        'That it follows a current limit set over OCPP, and what it does when the platform is out of reach.',
        'An answer that avoids the question counts as “locked”.',
      ],
    },
  ],
};
