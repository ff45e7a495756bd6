// Scripted catalogue: one charger of each answer, as far as the screens need it.
import type { AccessView, CanView, ConfidenceView, FactView, FieldView, FoundView, KnownLine, KnownView, PurposeView, RecipeView, TopicFact, TopicView, UseView } from '..';

const read = (what: string, source: string, date = '2026-08', confidence: ConfidenceView = 'high'): FactView => ({ what, source, date, confidence });
const about = (topic: TopicView, ...fact: Parameters<typeof read>): TopicFact => ({ topic, fact: read(...fact) });

/** The four purposes with one answer and reason, and what differs. */
function uses(can: CanView, why: string, but: Partial<Record<PurposeView, [CanView, string]>> = {}): UseView[] {
  const v2g: [CanView, string] = ['no', 'It charges only; nothing flows back.'];
  const answers: Record<PurposeView, [CanView, string]> = { solar: [can, why], tariff: [can, why], demandResponse: [can, why], v2g, ...but };
  return Object.entries(answers).map(([purpose, [answer, reason]]) => ({ purpose: purpose as PurposeView, can: answer, why: reason }));
}

const question = (name: string): string =>
  [
    'Dear Sir or Madam,',
    `I intend to buy the charger ${name}. Before I do, please answer with yes or no:`,
    '1. Can I enter the address of any OCPP platform myself, also one on my own network, and take it out again?',
    '2. Which OCPP version does it speak, and from which firmware?',
    '3. Does it follow a current limit that is set over OCPP?',
    '4. Does any of this need a fee, a permission or your cloud?',
    'Without a clear answer I take it that the charger is locked.',
  ].join('\n\n');

function charger(id: string, vendor: string, model: string, access: AccessView, confidence: ConfidenceView, summary: string, rest: Partial<KnownView>): KnownView {
  return { line: { id, vendor, model, access, confidence, summary }, which: '', aliases: [], because: read(summary, 'article on Australian chargers', '2026-08', confidence), uses: uses('unknown', 'Nobody has shown it.'), facts: [], unknown: [], question: question(`${vendor} ${model}`), ...rest };
}

const chargers: KnownView[] = [
  charger('fronius-wattpilot-home', 'Fronius', 'Wattpilot Home 11 J / 22 J (2.0) and Go', 'openLan', 'high', 'Any address can be entered in its app, also one on your own network. Users run it that way.', {
    uses: uses('yes', 'It follows current limits in whole amperes. Send one schedule period at a time.'),
    facts: [
      about('version', 'OCPP 1.6 JSON.', 'evcc template “wattpilot”; evcc issue 28905', '2026-03'),
      about('setup', 'Solar.wattpilot app: Internet, then OCPP.', 'evcc discussion 24738', '2025-11', 'medium'),
      about('password', 'The charger’s password, set at first start.', 'wattpilot API description', '2025-04', 'medium'),
      about('quirk', 'One user found the settings not saved until all fields were right. Open the screen again and look that the status reads connected.', 'evcc discussion 24738', '2025-11', 'medium'),
      about('local', 'A local WebSocket with a password; evcc has a driver for it.', 'evcc source', '2026-06'),
    ],
    unknown: ['How it names itself when it boots.', 'Which charging profiles its firmware keeps.', 'Whether it changes phases over OCPP.'],
  }),
  charger('easee-local', 'Easee', 'Home / One / Charge, local OCPP', 'openConditional', 'high', 'It comes to an address on your network after one call to Easee’s cloud. That needs the owner’s account and a beta firmware.', {
    uses: uses('conditions', 'Only with beta firmware does it follow limits this way.'),
    facts: [about('access', 'Local OCPP is switched on through Easee’s cloud, once.', 'evcc source, easee_ocpp.go', '2026-05'), about('setup', '328 or newer; to control the current, a beta.', 'evcc template “easee-ocpp”', '2026-05')],
    unknown: ['Which charging profiles its own firmware takes.'],
  }),
  charger('easee-cloud', 'Easee', 'Home / One / Charge, through its cloud', 'makerCloud', 'high', 'Easee’s servers speak OCPP for the charger.', { uses: uses('conditions', 'Through Easee’s cloud.') }),
  charger('myenergi-zappi-v21', 'myenergi', 'zappi v2.1 (serial number begins with 2)', 'makerCloud', 'high', 'The zappi never speaks OCPP itself. myenergi’s servers do, and they refuse addresses of a home network.', {
    uses: uses('conditions', 'Through myenergi’s cloud, with firmware 5.5 or newer and commercial mode on.', { solar: ['yes', 'Its own mode follows the sun without any platform.'] }),
    facts: [
      about('access', 'OCPP runs between myenergi’s servers and the platform; an address of a home network cannot be set.', 'support.myenergi.com, OCPP overview'),
      about('setup', 'In the owner’s myenergi account, or by myenergi’s support with the owner’s consent.', 'support.myenergi.com, OCPP overview'),
      about('limits', 'Limits sent too often are refused for a while.', 'support.myenergi.com, OCPP profiles'),
    ],
    unknown: ['The exact menu in Australia.', 'What it does with a limit of 0 A.'],
  }),
  charger('sma-ev-charger', 'SMA', 'EV Charger 22', 'privateApi', 'medium', 'No OCPP for customers. SMA’s own system steers it.', { uses: uses('conditions', 'Only within SMA’s own system.') }),
  charger('evnex-e2', 'Evnex', 'E2', 'locked', 'medium', 'It speaks OCPP to Evnex alone. Owners cannot change the address.', {
    uses: uses('conditions', 'Only through apps that use Evnex’s own interface, such as Amber.'),
    facts: [about('access', 'Its OCPP identity shows in Evnex’s cloud; the address cannot be changed by owners.', 'evnex Python client', '2026-02', 'medium'), about('app', 'Amber reaches it through Evnex’s own interface.', 'Amber: supported chargers', '2026-06', 'medium')],
    unknown: ['Whether Evnex opens it for business customers.'],
  }),
  charger('tesla-wall-connector-3', 'Tesla', 'Wall Connector Gen 3', 'none', 'high', 'No OCPP. Apps steer a Tesla car instead, not the charger.', {
    uses: uses('conditions', 'With a Tesla: apps steer the car through Tesla’s interface. With another car: no.'),
    facts: [about('local', 'It tells its state on the network and takes no orders there.', 'Home Assistant, tesla_wall_connector', '2026-04')],
  }),
  charger('sungrow-ac22e-01', 'Sungrow', 'AC22E-01', 'unknown', 'low', 'Said to be open. Nobody has shown it on a network of their own; its sister AC011E-01 works there.', {
    unknown: ['Where OCPP is entered.', 'Which form the address must have.', 'How it names itself when it boots.'],
  }),
  charger('goodwe-hca', 'GoodWe', 'HCA 7 / 11 / 22 kW', 'openLan', 'low', 'Said to be open. No report of one on a network of its owner was found.', { because: read('Only an article says so.', 'article on Australian chargers', 'unknown', 'low'), unknown: ['Where OCPP is entered, and by whom.'] }),
  charger('portable-mode2', 'Portable cable', 'for a power point (Mode 2)', 'none', 'high', 'No OCPP and no network. Plug it into a power point; a timer in the car may choose the hours.', { uses: uses('no', 'Nothing can reach it.', { tariff: ['conditions', 'Only by a timer in the car.'] }) }),
];

/** Words that are nearly the same: at most one letter in five is wrong, missing, too many or in its neighbour’s place. */
function near(word: string, other: string): boolean {
  if (other.startsWith(word)) return true;
  if (word.length < 4) return false;
  const row = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= word.length; i++) {
    let corner = row[0]!;
    row[0] = i;
    for (let j = 1; j <= other.length; j++) {
      const up = row[j]!;
      row[j] = Math.min(up + 1, row[j - 1]! + 1, corner + (word[i - 1] === other[j - 1] ? 0 : 1));
      corner = up;
    }
  }
  return row[other.length]! <= Math.max(1, Math.floor(word.length / 4));
}

/** Finds every word, forgivingly. */
export function search(words: string): FoundView {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = chargers.filter(({ line: { vendor, model } }) => {
    const own = `${vendor} ${model}`.toLowerCase().split(/[^a-z0-9]+/);
    return wanted.length > 0 && wanted.every((word) => own.some((one) => near(word, one)));
  });
  return { chargers: found.map(({ line }) => line), listed: chargers.length };
}

export const known = (id: string): KnownView | null => chargers.find(({ line }) => line.id === id) ?? null;
export const lineOfKnown = (id: string): KnownLine => known(id)!.line;

const field = (name: string, text: string): FieldView => ({ name, text });

/** How a model is pointed at that address of ours. */
export function recipe(id: string, url: string, identity: string): RecipeView | null {
  const it = known(id);
  if (!it) return null;
  const { protocol, host, hostname, port } = new URL(url);
  const usual: RecipeView = { line: it.line, lan: 'unknown', fields: [field('URL', url)], formKnown: false, heed: [], needs: [], login: [], menu: [], cautions: [], localApi: null, byHand: null, back: [], unknown: it.unknown };
  switch (id) {
    case 'fronius-wattpilot-home':
      return {
        ...usual,
        lan: 'yes',
        formKnown: true,
        fields: [field('Protocol', protocol.slice(0, -1).toUpperCase()), field('URL', hostname), field('Port', port), field('Id', identity)],
        heed: ['WS or WSS is chosen apart from the address.'],
        login: [read('The charger’s password, set at first start.', 'wattpilot API description', '2025-04', 'medium')],
        menu: [read('Open the Solar.wattpilot app and choose the charger.', 'evcc discussion 24738', '2025-11', 'medium'), read('Go to Internet, then OCPP.', 'evcc discussion 24738', '2025-11', 'medium'), read('Fill in all fields, then open the screen again: the status must read connected.', 'evcc discussion 24738', '2025-11', 'medium')],
        localApi: 'fronius-wattpilot',
        cautions: [{ id: 'settings-not-saved', fact: read('On a Wattpilot Flex with firmware 42.7 the OCPP settings seemed not to be saved until every field was right. Open the screen again and look whether it says connected.', 'evcc discussion 24738', '2025', 'medium') }],
        back: [read('Switch OCPP off on the same screen.', 'evcc discussion 24738', '2025-11', 'low')],
      };
    case 'easee-local':
      return {
        ...usual,
        lan: 'conditions',
        formKnown: true,
        fields: [field('URL', `${protocol}//${host}/`)],
        heed: ['The charger adds its serial number at the end itself.'],
        needs: [read('Firmware 328 or newer; a beta to control the current.', 'evcc template “easee-ocpp”', '2026-05')],
        login: [read('The owner’s Easee account.', 'evcc source, easee_ocpp.go', '2026-05')],
      };
    default:
      return { ...usual, lan: it.line.access === 'unknown' || it.line.access === 'openLan' ? 'unknown' : 'no' };
  }
}
