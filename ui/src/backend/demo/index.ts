// A scripted site, for tests and pictures only. It answers like the engine and does nothing by itself.
import type { ActView, Answer, AppView, Backend, CeilingPartsView, Changed, ChangeLine, ChangesView, ChangeView, ChargerView, DemandOrderView, FindView, FrameView, HandAct, JudgementView, MissingView, NoticeView, PlanView, PointedView, PolicyView, PracticeView, ReportFilesView, SaidView, SentView, ShelfView, SignalView, SiteView, TargetView, UiError, WeekView } from '..';
import { leastPart } from '../../state/ceiling';
import { attempts, lineOf } from './attempts';
import { known, recipe, search } from './catalogue';
import * as stage from './charger';
import * as demand from './demand';
import * as discovery from './find';
import { exchange, messagesOf, schemaOf } from './messages';
import * as bench from './practice';
import { commonSettings, heldByHand, planned, sideBySide, waiting } from './plan';
import { choices, nights, planOfHours, takenAway, written } from './hours';
import * as ways from './reach';
import * as places from './rules';
import { climbing, planOf, risen } from './raise';
import { ago, line, secured, site, taken } from './site';

export * from './charger';
export { charged, practiceOf, shelf, simulatedCharger } from './practice';
export { known } from './catalogue';
export { devices, found, nothing, scanning, waiting } from './find';
export { ago } from './site';

const ok: Answer<null> = { status: 'ok', data: null };
const fail = (code: UiError['code'], message: string, remedy: string): Answer<never> => ({ status: 'error', error: { code, message, remedy } });

export class DemoSite implements Backend {
  /** Every command that came, with its arguments, oldest first. */
  readonly calls: [string, ...unknown[]][] = [];
  /** Commands that answer with this instead. */
  readonly refuse: Partial<Record<keyof Backend, UiError>> = {};
  /** What can be practised, where it is not the usual. */
  shelf: ShelfView | null = null;
  #app: AppView;
  #chargers: Map<string, ChargerView>;
  #find: FindView = discovery.before();
  #tell: ((changed: Changed) => void)[] = [];
  #solved = new Set<string>();

  constructor(app: Partial<AppView> = {}, chargers: ChargerView[] = []) {
    this.#chargers = new Map(chargers.map((charger) => [charger.id, charger]));
    this.#app = { ...site, chargers: chargers.map(line), ...app };
  }

  /** Something changed at the site: the window hears of it. */
  changeApp(change: Partial<AppView>): void {
    this.#app = { ...this.#app, ...change };
    this.#say({ app: this.#app });
  }

  /** Something changed at a charger (or it has just come). */
  change(id: string, change: Partial<ChargerView>): void {
    const charger = { ...(this.#chargers.get(id) ?? stage.arrived()), ...change, id };
    this.#chargers.set(id, charger);
    this.#app = { ...this.#app, chargers: [...this.#chargers.values()].map(line) };
    this.#say({ app: this.#app, charger });
  }

  /** Something changed on the bench. */
  changePractice(change: Partial<PracticeView>): void {
    if (!this.#app.practice) return;
    const practice = { ...this.#app.practice, ...change };
    this.#app = { ...this.#app, practice };
    this.#say({ practice });
  }

  /** Discovery has come further. */
  changeFind(change: Partial<FindView>): this {
    this.#find = { ...this.#find, ...change };
    this.#say({ find: this.#find });
    return this;
  }

  #say(changed: Partial<Changed>): void {
    for (const tell of this.#tell) tell({ app: null, charger: null, practice: null, find: null, ...changed });
  }

  async #pointed(command: keyof Backend, target: TargetView, pointed: PointedView): Promise<Answer<PointedView>> {
    this.calls.push([command, target]);
    const error = this.refuse[command];
    return error ? { status: 'error', error } : { status: 'ok', data: pointed };
  }

  async #answer(command: keyof Backend, args: unknown[], work: () => Answer<null> | void = () => {}): Promise<Answer<null>> {
    this.calls.push([command, ...args]);
    const error = this.refuse[command];
    return error ? { status: 'error', error } : (work() ?? ok);
  }

  snapshot = async () => this.#app;
  charger = async (id: string) => this.#chargers.get(id) ?? null;
  setSite = (view: SiteView) => this.#answer('setSite', [view], () => this.changeApp({ site: view }));
  setAutoAdopt = (on: boolean) => this.#answer('setAutoAdopt', [on], () => this.changeApp({ autoAdopt: on }));
  connectStepOpen = async (open: boolean) => {
    this.calls.push(['connectStepOpen', open]);
    return null;
  };
  adopt = (id: string) => this.#answer('adopt', [id], () => this.change(id, { adopted: true, steps: stage.adopted().steps }));
  inspect = (id: string) =>
    this.#answer('inspect', [id], () => this.change(id, { running: { step: 'inspect', demand: false, doing: 'Reading the configuration: 14 keys so far', since: ago(0), until: ago(-15), cancelling: false } }));
  setCeiling = (id: string, parts: CeilingPartsView) => this.#answer('setCeiling', [id, parts], () => this.change(id, { ceilingParts: parts, ceiling: ceilingOf(parts) }));
  #replan(id: string, change: (changes: ChangesView) => Partial<ChangesView>): void {
    const changes = this.#chargers.get(id)?.changes;
    if (changes) this.change(id, { changes: { ...changes, ...change(changes) } });
  }
  planChange = (id: string, change: ChangeView) =>
    this.#answer('planChange', [id, change], () => this.#replan(id, ({ lines, cards }) => ({ lines: [...lines, waiting(Math.max(0, ...lines.map((line) => line.id)) + 1, change)], cards: change.change === 'cards' ? { ...cards, planned: change } : cards })));
  unplan = (id: string, line: number) => this.#answer('unplan', [id, line], () => this.#replan(id, ({ lines }) => ({ lines: lines.filter((one) => one.id !== line) })));
  applyPlan = (id: string, only: number | null, restart: boolean) =>
    this.#answer('applyPlan', [id, only, restart], () => {
      const done = (line: ChangeLine): ChangeLine => (line.state === 'waits' ? { ...line, state: 'stands', outcome: { verdict: 'passed', finding: `It reads ${line.will} now.`, evidence: [120, 121] } } : line);
      this.#replan(id, ({ lines }) => ({ lines: lines.map(done) }));
    });
  byHand = (id: string, act: HandAct) => this.#answer('byHand', [id, act]);
  takeBack = (id: string, from: number | null) =>
    this.#answer('takeBack', [id, from], () => {
      const undone = (line: ChangeLine): ChangeLine => (line.state === 'stands' && line.id >= (from ?? 0) ? { ...line, state: 'takenBack', undone: { verdict: 'passed', finding: `It reads ${line.now} again.`, evidence: [122] } } : line);
      this.#replan(id, ({ lines }) => ({ lines: lines.map(undone) }));
    });
  lookForResidue = (id: string) => this.#answer('lookForResidue', [id], () => this.#replan(id, () => ({ looked: { verdict: 'passed', finding: 'Nothing of an earlier platform was found.', evidence: [130] } })));
  commonSettings = async (id: string) => ({ status: 'ok' as const, data: this.#chargers.get(id)?.configuration ? commonSettings() : commonSettings().map((one) => ({ ...one, key: '', value: null })) });
  planAs = async (ids: string[], from: string, limitMa: number | null): Promise<Answer<number>> => {
    this.calls.push(['planAs', ids, from, limitMa]);
    const error = this.refuse.planAs;
    if (error) return { status: 'error', error };
    for (const id of ids) this.#replan(id, ({ lines }) => ({ lines: [...lines, waiting(lines.length + 1, { change: 'limit', limitMa: limitMa ?? 16_000, connector: 0 })] }));
    return { status: 'ok', data: 1 };
  };
  compareChargers = async (ids: string[]) => ({ status: 'ok' as const, data: sideBySide(ids) });
  applyLimit = (id: string, limitMa: number, connector: number) =>
    this.#answer('applyLimit', [id, limitMa, connector], () => {
      const ceiling = this.#chargers.get(id)?.ceiling;
      if (ceiling && limitMa > ceiling.limitMa) return fail('aboveCeiling', 'The limit is above the ceiling.', 'Enter a lower limit.');
      this.change(id, { permanent: { ...stage.limited().permanent!, limitMa } });
    });
  proveLimit = (id: string, limitMa: number) =>
    this.#answer('proveLimit', [id, limitMa], () => {
      const { running, proof, steps, inForce, live } = stage.running();
      this.change(id, { running, proof, steps, inForce, live });
    });
  cancel = (id: string) =>
    this.#answer('cancel', [id], () => {
      const running = this.#chargers.get(id)?.running;
      if (running) this.change(id, { running: { ...running, cancelling: true } });
    });
  demandPreview = async (id: string, signals: SignalView[], said: SaidView) => {
    const charger = this.#chargers.get(id) ?? stage.arrived();
    return { status: 'ok' as const, data: signals.map((signal) => demand.expressed(charger, signal, said)) };
  };
  demandResponse = (id: string, order: DemandOrderView) => this.#answer('demandResponse', [id, order], () => this.change(id, demand.begun(order)));
  outputDead = (id: string, by: string, dead: boolean) =>
    this.#answer('outputDead', [id, by, dead], () => {
      const was = this.#chargers.get(id)?.demand;
      if (was) this.change(id, { demand: { ...was, measureOutput: false, outputDead: { by, dead, at: ago(0) } } });
    });
  clear = (id: string) => this.#answer('clear', [id], () => (this.change(id, { inForce: [] }), this.changeApp({ notices: [] })));
  search = async (words: string) => (this.calls.push(['search', words]), search(words));
  known = async (id: string) => known(id);
  jurisdictions = async () => places.jurisdictions;
  rules = async (jurisdiction: string, parts: CeilingPartsView) => places.rules(jurisdiction, parts);
  selfCheck = async () => ways.selfCheck;
  addressesFor: Backend['addressesFor'] = async () => ways.offers;
  whyNothing = async (missing: MissingView) => {
    this.calls.push(['whyNothing', missing]);
    return ways.why(missing);
  };
  localInterface = async (fingerprint: string) => (fingerprint === 'fronius-wattpilot' ? ways.wattpilot : ways.localInterface);
  wherePointed = (target: TargetView) => this.#pointed('wherePointed', target, ways.platform);
  pointHere = async (target: TargetView, url: string) => {
    const answer = await this.#pointed('pointHere', target, { ...ways.platform, url });
    if (answer.status === 'ok') {
      const { address, fingerprint, name, user } = target;
      this.changeApp({ pointedHere: [{ address, fingerprint, name, user, login: 'never', before: ways.platform, ours: url, at: ago(1) }] });
    }
    return answer;
  };
  pointBack = async (target: TargetView) => {
    const answer = await this.#pointed('pointBack', target, ways.platform);
    if (answer.status === 'ok') this.changeApp({ pointedHere: [] });
    return answer;
  };
  forgetPointed = (target: TargetView) => this.#answer('forgetPointed', [target], () => this.changeApp({ pointedHere: [] }));
  heedQuirk = (id: string, quirk: string, on: boolean) =>
    this.#answer('heedQuirk', [id, quirk, on], () => {
      const oddities = this.#chargers.get(id)?.oddities;
      if (oddities) this.change(id, { oddities: { ...oddities, quirks: oddities.quirks.map((one) => (one.id === quirk ? { ...one, on } : one)) } });
    });
  recipe = async (model: string, url: string, identity: string) => recipe(model, url, identity);
  find = async () => this.#find;
  allowNetwork = (key: string, on: boolean) =>
    this.#answer('allowNetwork', [key, on], () => void this.changeFind({ networks: this.#find.networks.map((one) => (one.key === key ? { ...one, allowed: on } : one)) }));
  findStepOpen = async (open: boolean) => void this.calls.push(['findStepOpen', open]);
  scan = (modbus: boolean) => this.#answer('scan', [modbus], () => void this.changeFind({ ...discovery.scanning(), networks: this.#find.networks, scans: this.#find.scans + 1 }));
  stopScan = () => this.#answer('stopScan', [], () => void this.changeFind({ scanning: false, ended: 'cancelled', ...(this.#find.beginsInS === null ? {} : { beginsInS: null, tookMs: 0 }) }));
  lookAt = (address: string) =>
    this.#answer('lookAt', [address], () => {
      if (!/^\d+\.\d+\.\d+\.\d+$/.test(address)) return fail('other', `“${address}” is no IP address.`, 'Type four numbers with dots, such as 192.168.1.54.');
      this.changeFind({ devices: [...this.#find.devices, ...discovery.devices().filter((one) => one.address === address)] });
    });
  practiceShelf = async (): Promise<ShelfView> => {
    const shelf = this.shelf ?? bench.shelf();
    return { ...shelf, exercises: shelf.exercises.map((one) => ({ ...one, solved: one.solved || this.#solved.has(one.id) })) };
  };
  practise = (personality: string, car: string, exercise: string | null) =>
    this.#answer('practise', [personality, car, exercise], () => {
      const practice = bench.practiceOf(personality, car, exercise);
      this.changeApp({ practice });
      if (practice.connected) this.change(practice.charger, bench.simulatedCharger(practice));
    });
  practiceAct = (act: ActView) =>
    this.#answer('practiceAct', [act], () => {
      const { practice } = this.#app;
      if (!practice) return fail('other', 'Nothing is being practised.', 'Start a practice first.');
      const panel = bench.acted(practice.panel, act);
      this.changePractice({ panel, ...(act.do === 'breaker' || act.do === 'network' ? bench.linkOf(panel) : {}) });
    });
  endPractice = () =>
    this.#answer('endPractice', [], () => {
      this.#chargers.delete(this.#app.practice?.charger ?? '');
      this.changeApp({ practice: null, chargers: [...this.#chargers.values()].map(line) });
    });
  answerExercise = async (exercise: string, choice: number): Promise<Answer<JudgementView>> => {
    this.calls.push(['answerExercise', exercise, choice]);
    const error = this.refuse.answerExercise;
    if (error) return { status: 'error', error };
    const data = bench.judge(choice);
    if (data.right) this.#solved.add(exercise);
    return { status: 'ok', data };
  };
  close = (clear: boolean) => this.#answer('close', [clear]);
  stay = async () => (this.calls.push(['stay']), this.changeApp({ closing: null }), null);

  configuration = async (id: string) => {
    const charger = this.#chargers.get(id);
    return charger ? stage.configurationOf(charger) : null;
  };
  setPolicy = (id: string, policy: PolicyView) => this.#answer('setPolicy', [id, policy], () => this.change(id, { policy }));
  secure = (passphrase: string | null) =>
    this.#answer('secure', [passphrase], () => {
      if (passphrase !== null && passphrase.length < 8) return fail('other', 'A passphrase needs at least 8 characters.', 'Choose a longer one, for example five words.');
      this.changeApp(secured);
    });
  securityPlan = async (id: string, to: number): Promise<PlanView> => planOf(this.#chargers.get(id)!, to);
  raiseSecurity = (id: string, to: number, password: string) => this.#answer('raiseSecurity', [id, to, password], () => this.change(id, climbing(this.#chargers.get(id)!, to)));
  hoursChoices = async () => choices;
  hoursPlan = async (id: string, week: WeekView, platform: string | null) => planOfHours(this.#chargers.get(id)!, week, platform);
  applyHours = (id: string, week: WeekView, platform: string | null) => this.#answer('applyHours', [id, week, platform], () => this.change(id, { cheapHours: written(week) }));
  clearHours = (id: string) => this.#answer('clearHours', [id], () => this.change(id, { cheapHours: null, hoursOutcome: takenAway }));
  exportRoot = async (der: boolean): Promise<Answer<string>> => {
    this.calls.push(['exportRoot', der]);
    return { status: 'ok', data: `/home/okafor/Documents/Chargehand/Chargehand root CA.${der ? 'der' : 'pem'}` };
  };
  connection = async (id: string) => attempts().find((one) => one.id === id) ?? null;
  messages = messagesOf;
  messageSchema = schemaOf;

  async sendMessage(id: string, action: string, payload: string, confirmed: boolean): Promise<Answer<SentView>> {
    this.calls.push(['sendMessage', id, action, JSON.parse(payload), confirmed]);
    const error = this.refuse.sendMessage;
    if (error) return { status: 'error', error };
    if (action === 'DataTransfer' && !confirmed) return fail('effectUnknown', 'Effect on current unknown: a maker’s own message (DataTransfer).', 'Send it again and confirm that you know what it does.');
    const frameCount = (this.#chargers.get(id)?.frameCount ?? 0) + 2;
    this.change(id, { frameCount });
    return { status: 'ok', data: exchange(action, payload, frameCount - 1) };
  }

  async frames(id: string, numbers: number[]): Promise<Answer<FrameView[]>> {
    this.calls.push(['frames', id, numbers]);
    return { status: 'ok', data: numbers.map(frame) };
  }

  async framesBefore(id: string, before: number | null): Promise<Answer<FrameView[]>> {
    this.calls.push(['framesBefore', id, before]);
    const end = before ?? 265;
    const count = Math.min(200, end - 1);
    return { status: 'ok', data: Array.from({ length: count }, (_, i) => frame(end - count + i)) };
  }

  async exportReport(id: string): Promise<Answer<ReportFilesView>> {
    this.calls.push(['exportReport', id]);
    const error = this.refuse.exportReport;
    if (error) return { status: 'error', error };
    const stem = '/home/okafor/Documents/Chargehand/14 Wattle St, Norwood/wattpilot-91020014 2026-11-22';
    const report = { at: ago(0), pdf: `${stem}.pdf`, json: `${stem}.json`, sha256: '9f2c4e1b7a6d0835c1e49fb2a7d3806e5b1c94f7208ad36ee0b7c5124f9a8d31' };
    this.change(id, { report });
    return { status: 'ok', data: report };
  }

  async onChanged(tell: (changed: Changed) => void): Promise<() => void> {
    this.#tell.push(tell);
    return () => (this.#tell = this.#tell.filter((other) => other !== tell));
  }
}

function ceilingOf(parts: CeilingPartsView): ChargerView['ceiling'] {
  const least = leastPart(parts);
  return least && { ...least, hardwareConfirmed: parts.installerConfirmed && parts.installerMa !== null && parts.installerMa <= least.limitMa };
}

function frame(number: number): FrameView {
  const call = `[2,"${number}","MeterValues",{"connectorId":1,"transactionId":1001,"meterValue":[{"timestamp":"2026-11-22T09:52:10Z","sampledValue":[{"value":"9.9","measurand":"Current.Import","unit":"A"}]}]}]`;
  return number % 2 === 0
    ? { number, at: ago(600 - number), direction: 'from charger', text: call }
    : { number, at: ago(600 - number), direction: 'to charger', text: `[3,"${number - 1}",{}]` };
}

export const testLimitNotice: NoticeView = {
  code: 'test-limit',
  gravity: 'attention',
  text: 'Test limit in force on 1 charger: ends in 4:12',
  charger: 'wattpilot-91020014',
  action: 'clear',
};

const stopNotice: NoticeView = { ...testLimitNotice, gravity: 'note', text: 'Test limit of 10.0 A in force until 09:56:12: Fronius Wattpilot Home 22 J', action: 'stop' };

const away = (): ChargerView => ({ ...stage.running(), running: null, connected: false, lastHeard: ago(14) });

const second = (): ChargerView => ({ ...stage.arrived(), id: 'EVB-2231', title: 'Alfen Eve Single Pro-line', vendor: 'Alfen', model: 'Eve Single Pro-line', peer: '192.168.1.61:41880' });

const practising = (practice: PracticeView): DemoSite => new DemoSite({ practice }, practice.connected ? [bench.simulatedCharger(practice)] : []);
const nonsense = stage.hostile().title;

/** Says only nonsense, on the bench. */
const hostileBench = (): DemoSite => {
  const practice = { ...bench.charged(bench.practiceOf('wattpilot', 'hatchback', null)), title: nonsense, carTitle: nonsense, assumed: [nonsense], link: nonsense };
  const site = new DemoSite({ practice: { ...practice, panel: { ...practice.panel, pilot: nonsense, condition: nonsense, clock: nonsense } } }, [bench.simulatedCharger(practice)]);
  const { personalities, cars, exercises } = bench.shelf();
  site.shelf = {
    personalities: personalities.map((one) => ({ ...one, title: nonsense, summary: nonsense, assumed: [nonsense], facts: [{ what: nonsense, source: nonsense, date: nonsense, confidence: 'low' }] })),
    cars: cars.map((one) => ({ ...one, title: nonsense, summary: nonsense })),
    exercises: exercises.map((one) => ({ ...one, title: nonsense, task: nonsense, hint: nonsense, choices: [nonsense, nonsense] })),
  };
  return site;
};

/** The scripted sites by name. */
export const sites = {
  empty: () => new DemoSite(),
  taken: () => new DemoSite({ endpoint: taken }),
  scanning: () => new DemoSite().changeFind(discovery.scanning()),
  found: () => new DemoSite().changeFind(discovery.found()),
  nothing: () => new DemoSite().changeFind(discovery.nothing()),
  waiting: () => new DemoSite().changeFind(discovery.waiting()),
  attempts: () => new DemoSite({ connections: attempts().map(lineOf) }, [stage.arrived()]),
  refused: () => new DemoSite({ connections: attempts().slice(1, 2).map(lineOf) }),
  arrived: () => new DemoSite({}, [stage.arrived()]),
  adopted: () => new DemoSite({}, [stage.adopted()]),
  inspected: () => new DemoSite({}, [stage.inspected()]),
  limited: () => new DemoSite({}, [stage.limited()]),
  planned: () => new DemoSite({}, [{ ...stage.limited(), changes: planned() }, { ...stage.limited(), id: 'wattpilot-91020015', serial: '91020015' }]),
  rehearsed: () => new DemoSite({}, [{ ...stage.limited(), demand: { runs: [demand.rehearsal()], measureOutput: false, outputDead: null } }]),
  measuring: () => new DemoSite({ notices: [stopNotice] }, [{ ...stage.limited(), ...demand.measuring() }]),
  circuit: () => new DemoSite({ site: { ...site.site, jurisdiction: 'sa-power-networks' } }, [stage.circuit()]),
  hours: () => new DemoSite({}, [{ ...stage.limited(), cheapHours: written(nights) }]),
  held: () => new DemoSite({}, [{ ...stage.limited(), byHand: heldByHand(), running: { step: 'set', doing: 'Held at 10.0 A', since: ago(40), until: null, cancelling: false, demand: true } }]),
  running: () => new DemoSite({ notices: [stopNotice] }, [stage.running()]),
  passed: () => new DemoSite({}, [stage.proved('passed')]),
  failed: () => new DemoSite({}, [stage.proved('failed')]),
  inconclusive: () => new DemoSite({}, [stage.proved('inconclusive')]),
  untested: () => new DemoSite({}, [stage.proved('notTested')]),
  away: () => new DemoSite({ notices: [testLimitNotice, { code: 'clock', gravity: 'note', text: 'This computer’s clock was never set from the network.', charger: null, action: null }] }, [away(), second()]),
  closing: () => new DemoSite({ closing: 'The test limit of 10.0 A is still in force on Fronius Wattpilot Home 22 J. It ends by itself in 4:12.' }, [stage.running()]),
  odd: () => new DemoSite({ pointedHere: ways.pointed }, [{ ...stage.adopted(), oddities: ways.oddities }]),
  second: () => new DemoSite({}, [stage.secondVersion()]),
  secured: () => new DemoSite(secured, [stage.secondVersion()]),
  bare: () => new DemoSite(secured, [stage.inspected()]),
  raising: () => new DemoSite(secured, [{ ...stage.inspected(), ...climbing(stage.inspected(), 2) }]),
  raised: () => new DemoSite(secured, [risen()]),
  closed: () => new DemoSite({ authority: { ...secured.authority!, open: false, underPassphrase: true } }),
  bench: () => practising(bench.charged(bench.practiceOf('wattpilot', 'hatchback', null))),
  exercise: () => practising(bench.practiceOf('', '', 'which-limit')),
  unseen: () => practising(bench.practiceOf('zappi-cloud-only', 'hatchback', null)),
  elsewhere: () => new DemoSite({ connections: attempts().map((one) => lineOf(one.id === '1' ? { ...one, charger: 'practice-spec-16' } : one)) }, [bench.simulatedCharger(bench.practiceOf('spec-16', 'hatchback', null)), stage.limited()]),
  hostileBench,
  hostile: () => new DemoSite({ notices: [{ ...testLimitNotice, text: stage.hostile().title }] }, [stage.hostile()]),
};

/** The scripted site of that name; an unknown name is the empty one. */
export const siteNamed = (name: string): DemoSite => (name in sites ? sites[name as keyof typeof sites]() : sites.empty());
