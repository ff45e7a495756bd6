// Pointing a model at us: what to type where, and what to do where it cannot come.
import type { AccessView } from '../backend';
import { short } from './format';

/** What can still be proved of a charger that cannot come here. */
const instead: Partial<Record<AccessView, string[]>> = {
  makerCloud: [
    'That the platform reaches it: enter the platform in the maker’s portal, then start and stop a charge in the platform’s app.',
    'That it obeys: set a lower limit in that app, and read current or power off the charger’s display, its app or a meter.',
    'That it holds a limit of its own: set the installer’s limit in the maker’s app and read it back there.',
  ],
  privateApi: [
    'That an app reaches it: link it in an app that knows the maker’s interface, then start and stop a charge there.',
    'That it obeys: set a lower limit in that app, and read current or power off the charger’s display or a meter.',
  ],
  locked: [
    'That it charges, and holds the limit set in its maker’s app: read current or power off its display or a meter.',
    'That an app reaches it through its maker, where there is one: what is known of that stands in the catalogue.',
  ],
  none: [
    'That it charges, and holds the limit set at the charger itself: read current or power off a meter.',
    'That the car follows an app or its own timer, where that is what is wanted.',
  ],
};

export const recipe = {
  which: 'Which charger is it?',
  whichWhy: 'Then its own menu and the exact text for its fields stand here.',
  search: 'Maker or model',
  searchResults: 'Models',
  none: 'Nothing matches. The general way works for most chargers.',
  change: 'Another model',
  forget: 'It is not listed',
  device: (name: string, address: string) => `Found: ${short(name, 80)} at ${short(address, 60)}.`,
  toFind: 'Back to what was found',
  more: 'What is known of it',

  needs: 'First',
  login: 'Who may, and with what',
  menu: 'Where',
  menuUnknown: 'Not known. Look for “OCPP”, “backend” or “CSMS” in its app or installer menu.',
  numbered: (n: number, text: string) => `${n}. ${text}`,
  fields: 'Type exactly this',
  formUnknown: 'not known of this model: the usual form',
  cautions: 'Before you change it',
  byHand: (name: string, password: boolean, why: string) => `It has an interface of its own in this network (${name}${password ? ', with a password' : ''}). ${why} Enter the address by hand.`,
  back: 'How to go back',
  backUnknown: 'Not known. Write down what stands in the field before you change it.',
  unknown: 'What is not known',

  cannot: 'This charger cannot connect to this computer',
  condition: 'only once something is met',
  instead: 'What can still be proved, and how',
  insteadList: (access: AccessView): string[] => instead[access] ?? ['That it charges, and holds the limit set in its own app: read current or power off its display or a meter.'],
  ask: 'What is known, and what to ask the maker',
  anyway: 'Show our address all the same',
};
