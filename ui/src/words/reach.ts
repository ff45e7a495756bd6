// The way between a charger and this computer, in words.
import type { PointedHereView, QuestionView, ReachView, SituationView, SureView } from '../backend';

const verdict: Record<ReachView, string> = {
  proved: 'Another device has reached this computer',
  nothing: 'Nothing is known that keeps chargers out. That is no proof: nobody else has come yet.',
  perhaps: 'A firewall is on and does not say whether it lets chargers in',
  keptOut: 'A firewall keeps chargers out',
  notListening: 'This computer does not even reach itself',
};

const situation: Record<SituationView, { title: string; steps: string[] } | null> = {
  router: null,
  directCable: {
    title: 'A direct cable, without a router',
    steps: [
      'Leave the cable in. Both ends give themselves an address that begins with 169.254; that takes up to a minute.',
      'Use the address shown here. It holds only for this cable.',
      'A charger that was given a fixed address cannot be reached so: give this computer one of the same network by hand.',
    ],
  },
  ownHotSpot: {
    title: 'This computer’s own hot-spot',
    steps: [
      'Let the charger join this hot-spot, in its own app, with the name and the password that this computer shows.',
      'Keep the hot-spot on while you work: some computers end it when nobody is connected.',
      'Afterwards let the charger join the Wi-Fi of the house again.',
    ],
  },
  chargerHotSpot: {
    title: 'The charger’s own hot-spot',
    steps: [
      'Many chargers can be set up here and do not connect to a platform while their hot-spot is on.',
      'Enter the address, save, and look whether the charger comes. If it does not, let it join the Wi-Fi of the house.',
      'This computer has no internet meanwhile. Chargehand needs none.',
    ],
  },
  nothing: {
    title: 'No network',
    steps: [
      'In a new building: switch on this computer’s hot-spot in its network settings and let the charger join it.',
      'Or connect the charger to this computer with a network cable.',
      'Or join the charger’s own hot-spot, if it has one: its name and password are on the charger or in its manual.',
    ],
  },
};

const question: Record<QuestionView, string> = {
  restarted: 'Was the charger restarted after the address was entered?',
  exactly: 'Does the charger show the address exactly as it stands here: scheme, numbers, port, last slash?',
  numeric: 'Does the address in the charger begin with numbers, such as ws://192.168…, and not with a name?',
  sameNetwork: 'Does the charger show that it is on this network, and not on mobile data or a Wi-Fi for guests?',
};

const sure: Record<SureView, string> = { found: 'It is this', possible: 'Possible', ruledOut: 'Ruled out' };

export const reach = {
  check: {
    title: 'Can a charger reach this computer?',
    why: 'Chargehand looks who listens, what keeps others out and who has come. It sends nothing into the network.',
    go: 'Look',
    again: 'Look again',
    looking: 'Looking …',
    verdict,
    by: (peer: string) => `${peer} has been here.`,
    accepted: (address: string) => `${address} accepts connections from this computer`,
    refused: (address: string) => `${address} accepts no connection`,
    letsIn: (name: string) => `${name} lets Chargehand in`,
    keepsOut: (name: string) => `${name} does not let Chargehand in`,
    silent: (name: string) => `${name} is on and does not say`,
    remedy: 'To let chargers in',
    copy: 'Copy',
    situation,
  },
  missing: {
    title: 'Nothing arrives?',
    why: 'One question at a time. It ends with what was found, or with what can no longer be told from here.',
    go: 'Find out why',
    question,
    yes: 'Yes',
    no: 'No',
    unsure: 'I cannot see that',
    found: 'What was found',
    causes: 'What was looked at',
    sure,
    again: 'Begin again',
    close: 'Close',
  },
  point: {
    title: 'Let Chargehand enter the address',
    why: (title: string) => `This charger can be set from here (${title}). What it has now is read and kept first, and put back when you are done.`,
    before: 'First',
    address: 'The charger’s address on this network, such as 192.168.1.77',
    user: 'User name of the charger',
    password: 'Password of the charger',
    show: 'Show',
    hint: 'Used for this only, and not kept.',
    read: 'Read where it connects to',
    now: 'It connects to',
    none: 'nothing is entered',
    off: 'OCPP is off',
    on: 'OCPP is on',
    will: 'It will connect to',
    confirm: (name: string) => `Enter our address in ${name}?`,
    confirmWhy: 'Its platform loses it until it is put back. Chargehand keeps the old address on disk and reminds you.',
    write: 'Enter our address',
    cancel: 'Leave it as it is',
    done: 'It says that it connects to',
    kept: 'Where it connected to before is kept, until you put it back.',
    after: 'Then',
    source: (source: string) => `Source: ${source}`,
  },
  back: {
    title: 'Has to go back',
    why: 'These chargers were pointed at this computer. Without it some refuse to charge.',
    line: ({ name, address }: PointedHereView) => `${name} (${address})`,
    to: (url: string) => (url === '' ? 'to having no address' : `to ${url}`),
    go: 'Put it back',
    forget: 'I put it back by hand',
    sure: (name: string) => `Is ${name} back where it was?`,
    lost: 'Chargehand then forgets where it connected to before:',
    isBack: 'It is back',
    keep: 'Keep it on the list',
  },
  oddities: {
    title: 'Known oddities',
    sub: (because: string) => `Told here ${because}. Each can be switched off: then Chargehand treats this charger like any other.`,
    acts: 'Because of it',
    holds: 'It holds for this charger',
    told: 'Only told. Off: it is told of this charger no more.',
    off: 'switched off by a person',
    unsure: 'Whether its firmware has it cannot be told from the version, so nothing is done yet.',
    todo: 'What to do',
    source: (source: string, date: string) => `${source} · ${date}`,
  },
};
