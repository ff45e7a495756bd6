import type { Backend } from '.';
import { commands, events } from './bindings';

type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: { message: string; remedy: string } };

/** For questions that only fail if the program itself is broken: then the failure is shown whole. */
async function sure<T>(answer: Promise<Answer<T>>): Promise<T> {
  const got = await answer;
  if (got.status === 'error') throw new Error(`${got.error.message} ${got.error.remedy}`);
  return got.data;
}

/** The real engine, over the window's command bridge. */
export const engine: Backend = {
  ...commands,
  snapshot: () => sure(commands.snapshot()),
  charger: (id) => sure(commands.charger(id)),
  messages: (version) => sure(commands.messages(version)),
  messageSchema: (version, action) => sure(commands.messageSchema(version, action)),
  configuration: (id) => sure(commands.configuration(id)),
  securityPlan: (id, to) => sure(commands.securityPlan(id, to)),
  hoursChoices: () => sure(commands.hoursChoices()),
  hoursPlan: (id, week, platform) => sure(commands.hoursPlan(id, week, platform)),
  search: (words) => sure(commands.search(words)),
  known: (id) => sure(commands.known(id)),
  jurisdictions: () => sure(commands.jurisdictions()),
  rules: (jurisdiction, parts) => sure(commands.rules(jurisdiction, parts)),
  recipe: (model, url, identity) => sure(commands.recipe(model, url, identity)),
  selfCheck: () => sure(commands.selfCheck()),
  addressesFor: (address) => sure(commands.addressesFor(address)),
  whyNothing: (missing) => sure(commands.whyNothing(missing)),
  localInterface: (fingerprint) => sure(commands.localInterface(fingerprint)),
  find: () => sure(commands.find()),
  practiceShelf: () => sure(commands.practiceShelf()),
  connection: (id) => sure(commands.connection(id)),
  connectStepOpen: async (open) => {
    // Without a store there is nothing to wait for; the window already says why.
    await commands.connectStepOpen(open);
  },
  findStepOpen: async (open) => {
    await commands.findStepOpen(open);
  },
  stay: async () => {
    await commands.stay();
  },
  onChanged: (tell) => events.changed.listen((event) => tell(event.payload)),
};
