// One store, fed by the snapshot and then by `changed`. Screens read it and call its actions.
import type { ActView, Answer, AppView, Backend, CeilingPartsView, Changed, ChangeView, ChargerView, DemandOrderView, DeviceView, HandAct, PolicyView, SaidView, SignalView, SiteView, StepName, TargetView, UiError, WeekView } from '../backend';
import { words } from '../words';
import { Find } from './find.svelte';
import { Messages } from './messages.svelte';
import { Buy } from './buy.svelte';
import { isConnecting, isFinding, type BuyPart, type Place, type ShelfPart, type StepPart } from './place';
import { Plans } from './plans.svelte';
import { Practice } from './practice.svelte';
import { Recipes } from './recipes.svelte';
import { news } from './news';

/** What can be asked of the engine and can go wrong. */
export type Action =
  | 'setSite' | 'setAutoAdopt' | 'adopt' | 'setCeiling' | 'inspect' | 'applyLimit' | 'proveLimit' | 'cancel' | 'clear'
  | 'exportReport' | 'frames' | 'close' | 'sendMessage' | 'setPolicy' | 'secure' | 'exportRoot' | 'raiseSecurity'
  | 'demandPreview' | 'demandResponse' | 'outputDead' | 'applyHours' | 'clearHours'
  | 'wherePointed' | 'pointHere' | 'pointBack' | 'forgetPointed' | 'heedQuirk'
  | 'allowNetwork' | 'scan' | 'stopScan' | 'lookAt'
  | 'planChange' | 'unplan' | 'applyPlan' | 'byHand' | 'takeBack' | 'lookForResidue' | 'planAs'
  | 'practise' | 'practiceAct' | 'endPractice' | 'answerExercise';

/** Frames to show: these numbers, or with `null` all, newest first page. */
export type Evidence = { id: string; numbers: number[] | null };

/** Our addresses in one text: another one where this computer is in another network. */
const addresses = (app: AppView | null): string => app?.endpoint.addresses.map(({ url }) => url).join(' ') ?? '';

export class Store {
  /** The window's frame; `null` until the first snapshot. */
  app = $state.raw<AppView | null>(null);
  /** Each charger's view by its id. */
  chargers = $state.raw<Record<string, ChargerView>>({});
  place = $state.raw<Place>({ at: 'chargers' });
  evidence = $state.raw<Evidence | null>(null);
  /** This computer's clock, ms; ticks once a second so that ages are true. */
  now = $state(Date.now());
  /** What a screen reader is told next. */
  spoken = $state('');
  /** The last failure of each action, until it is tried again. */
  #problems = $state.raw<Record<string, UiError>>({});
  /** Actions whose answer has not come. */
  #wasFinding = false;
  #asked = $state.raw<Record<string, boolean>>({});

  readonly messages: Messages;
  readonly practice: Practice;
  readonly buy: Buy;
  readonly find: Find;
  readonly recipes: Recipes;
  readonly plans: Plans;

  constructor(readonly backend: Backend) {
    this.messages = new Messages(backend);
    this.practice = new Practice(backend);
    this.buy = new Buy(backend);
    this.find = new Find(backend, (before, after) => this.#hear(words.find.news(before, after)));
    this.recipes = new Recipes(backend);
    this.plans = new Plans(backend);
  }

  /** The charger of the present place. */
  get charger(): ChargerView | null {
    return this.place.at === 'charger' ? (this.chargers[this.place.id] ?? null) : null;
  }

  /** Begins to listen, then reads everything once. The returned function ends it. */
  start(): () => void {
    const clock = setInterval(() => (this.now = Date.now()), 1000);
    const listening = this.backend.onChanged((changed) => this.take(changed));
    void listening.then(() => this.#readAll());
    return () => {
      clearInterval(clock);
      void listening.then((end) => end());
    };
  }

  async #readAll(): Promise<void> {
    const app = await this.backend.snapshot();
    // A change that arrived meanwhile is newer than the snapshot.
    if (!this.app) {
      this.app = app;
      this.practice.set(app.practice);
    }
    if (this.place.at === 'chargers') this.toChargers();
    for (const { id } of app.chargers) await this.#read(id);
  }

  async #read(id: string): Promise<void> {
    const charger = await this.backend.charger(id);
    if (charger && !this.chargers[id]) this.chargers = { ...this.chargers, [id]: charger };
  }

  /** Takes over what changed and says what a person must hear of it. */
  take(changed: Changed): void {
    const heard: string[] = [];
    if (changed.app) {
      heard.push(...news.app(this.app, changed.app), ...news.practice(this.practice.running, changed.app.practice));
      const elsewhere = addresses(this.app) !== addresses(changed.app);
      this.app = changed.app;
      if (elsewhere && this.#wasFinding) this.#lookAround();
      this.practice.set(changed.app.practice);
    }
    if (changed.practice) {
      heard.push(...news.practice(this.practice.running, changed.practice));
      this.practice.take(changed.practice);
    }
    if (changed.charger) {
      heard.push(...news.charger(this.chargers[changed.charger.id] ?? null, changed.charger));
      this.chargers = { ...this.chargers, [changed.charger.id]: changed.charger };
    }
    if (changed.find) this.find.take(changed.find);
    this.#hear(heard);
  }

  #hear(heard: string[]): void {
    if (heard.length > 0) this.spoken = heard.join(' ');
  }

  go(place: Place): void {
    const wasConnecting = this.#isConnecting(this.place);
    this.place = place;
    this.evidence = null;
    if (place.at === 'charger' && !this.chargers[place.id]) void this.#read(place.id);
    const connecting = this.#isConnecting(place);
    if (connecting !== wasConnecting) void this.backend.connectStepOpen(connecting);
    const finding = this.#isFinding(place);
    if (!finding && this.#wasFinding) void this.backend.findStepOpen(false);
    if (finding && !this.#wasFinding) this.#lookAround();
    this.#wasFinding = finding;
  }

  /** At the Connect step of a simulated charger nobody waits for a real one: none is adopted by itself there. */
  #isConnecting(place: Place): boolean {
    return isConnecting(place) && !(place.at === 'charger' && this.isSimulated(place.id));
  }

  /** Hears the networks that this computer is in now, and reads which those are. */
  #lookAround(): void {
    void this.backend.findStepOpen(true);
    void this.find.read();
  }

  /** A simulated charger is not looked for. */
  #isFinding(place: Place): boolean {
    return isFinding(place) && !(place.at === 'charger' && this.isSimulated(place.id));
  }

  /** The list, or the search for the first charger while there is none. */
  toChargers(): void {
    this.go({ at: this.app?.chargers.length === 0 ? 'find' : 'chargers' });
  }

  /** Points a found device at us: its model's way to do so. */
  connectDevice({ key, known }: DeviceView): void {
    this.recipes.choose('', known.length === 1 ? known[0]!.id : null);
    this.go({ at: 'connect', device: key });
  }

  /** What the catalogue says, about that charger if one is named. */
  toBuy(part?: BuyPart, about?: string): void {
    if (about) this.buy.choose(about);
    this.go({ at: 'buy', part });
  }

  /** What is being practised, or what can be. */
  toPractice(): void {
    this.go(this.practice.running ? { at: 'bench' } : { at: 'shelf' });
  }

  toShelf(part?: ShelfPart): void {
    this.go({ at: 'shelf', part });
  }

  /** It is one of our simulated chargers: whatever shows it says so. */
  isSimulated(id: string): boolean {
    return this.chargers[id]?.simulated ?? this.app?.chargers.find((line) => line.id === id)?.simulated ?? this.practice.running?.charger === id;
  }

  /** What is on the screen is not real. */
  get simulated(): boolean {
    const { place } = this;
    if (place.at === 'charger') return this.isSimulated(place.id);
    return place.at === 'shelf' || place.at === 'bench';
  }

  open(id: string, step?: StepName, part?: StepPart): void {
    this.go({ at: 'charger', id, step: step ?? this.#stepToDo(id), part });
  }

  /** The first step that is not finished. */
  #stepToDo(id: string): StepName {
    const todo = this.chargers[id]?.steps.find(({ state }) => state !== 'done');
    return todo?.name ?? 'connect';
  }

  show(id: string, numbers: number[] | null): void {
    this.evidence = { id, numbers };
  }

  /** Why `action` (on the charger `id`) failed the last time. */
  problem(action: Action, id = ''): UiError | null {
    return this.#problems[`${action} ${id}`] ?? null;
  }

  /** The answer to `action` is awaited. */
  asked(action: Action, id = ''): boolean {
    return this.#asked[`${action} ${id}`] ?? false;
  }

  /** Runs a command; a failure is kept for `problem`, also when the bridge itself fails. */
  async #ask<T>(action: Action, id: string, call: () => Promise<Answer<T>>): Promise<T | null> {
    const key = `${action} ${id}`;
    const { [key]: _, ...others } = this.#problems;
    this.#problems = others;
    this.#asked = { ...this.#asked, [key]: true };
    const answer = await call().catch((cause: unknown): Answer<T> => ({ status: 'error', error: words.bridgeFailed(String(cause)) }));
    this.#asked = { ...this.#asked, [key]: false };
    if (answer.status === 'ok') return answer.data;
    this.#problems = { ...this.#problems, [key]: answer.error };
    this.spoken = `${answer.error.message} ${answer.error.remedy}`;
    return null;
  }

  setSite = (site: SiteView) => this.#ask('setSite', '', () => this.backend.setSite(site));
  setAutoAdopt = (on: boolean) => this.#ask('setAutoAdopt', '', () => this.backend.setAutoAdopt(on));
  adopt = (id: string) => this.#ask('adopt', id, () => this.backend.adopt(id));
  setCeiling = (id: string, parts: CeilingPartsView) => this.#ask('setCeiling', id, () => this.backend.setCeiling(id, parts));
  inspect = (id: string) => this.#ask('inspect', id, () => this.backend.inspect(id));
  applyLimit = (id: string, ma: number, connector: number) => this.#ask('applyLimit', id, () => this.backend.applyLimit(id, ma, connector));
  proveLimit = (id: string, ma: number) => this.#ask('proveLimit', id, () => this.backend.proveLimit(id, ma));
  cancel = (id: string) => this.#ask('cancel', id, () => this.backend.cancel(id));
  clear = (id: string) => this.#ask('clear', id, () => this.backend.clear(id));
  exportReport = (id: string) => this.#ask('exportReport', id, () => this.backend.exportReport(id));
  frames = (id: string, numbers: number[]) => this.#ask('frames', id, () => this.backend.frames(id, numbers));
  framesBefore = (id: string, before: number | null) => this.#ask('frames', id, () => this.backend.framesBefore(id, before));
  planChange = (id: string, change: ChangeView) => this.#ask('planChange', id, () => this.backend.planChange(id, change));
  unplan = (id: string, line: number) => this.#ask('unplan', id, () => this.backend.unplan(id, line));
  applyPlan = (id: string, only: number | null, restart: boolean) => this.#ask('applyPlan', id, () => this.backend.applyPlan(id, only, restart));
  byHand = (id: string, act: HandAct) => this.#ask('byHand', id, () => this.backend.byHand(id, act));
  takeBack = (id: string, from: number | null) => this.#ask('takeBack', id, () => this.backend.takeBack(id, from));
  lookForResidue = (id: string) => this.#ask('lookForResidue', id, () => this.backend.lookForResidue(id));
  planAs = (ids: string[], from: string, limitMa: number | null) => this.#ask('planAs', from, () => this.backend.planAs(ids, from, limitMa));
  setPolicy = (id: string, policy: PolicyView) => this.#ask('setPolicy', id, () => this.backend.setPolicy(id, policy));
  secure = (passphrase: string | null) => this.#ask('secure', '', () => this.backend.secure(passphrase));
  raiseSecurity = (id: string, to: number, password: string) => this.#ask('raiseSecurity', id, () => this.backend.raiseSecurity(id, to, password));
  demandPreview = (id: string, signals: SignalView[], said: SaidView) => this.#ask('demandPreview', id, () => this.backend.demandPreview(id, signals, said));
  demandResponse = (id: string, order: DemandOrderView) => this.#ask('demandResponse', id, () => this.backend.demandResponse(id, order));
  outputDead = (id: string, by: string, dead: boolean) => this.#ask('outputDead', id, () => this.backend.outputDead(id, by, dead));
  applyHours = (id: string, week: WeekView, platform: string | null) => this.#ask('applyHours', id, () => this.backend.applyHours(id, week, platform));
  clearHours = (id: string) => this.#ask('clearHours', id, () => this.backend.clearHours(id));
  exportRoot = (der: boolean) => this.#ask('exportRoot', '', () => this.backend.exportRoot(der));
  sendMessage = async (id: string, action: string, payload: string, confirmed: boolean) => {
    const sent = await this.#ask('sendMessage', id, () => this.backend.sendMessage(id, action, payload, confirmed));
    if (!sent) return;
    this.messages.note(id, sent);
    this.spoken = words.messages.heard(sent.action, sent.outcome, sent.ms);
  };
  allowNetwork = async (key: string, on: boolean) => {
    await this.#ask('allowNetwork', '', () => this.backend.allowNetwork(key, on));
    await this.find.read();
  };
  scan = (modbus: boolean) => this.#ask('scan', '', () => this.backend.scan(modbus));
  stopScan = () => this.#ask('stopScan', '', () => this.backend.stopScan());
  lookAt = (address: string) => this.#ask('lookAt', '', () => this.backend.lookAt(address));
  /** Starts a practice, in place of the one that runs, and goes to its bench. An exercise brings its own charger and car. */
  practise = async (personality: string, car: string, exercise: string | null) => {
    await this.#ask('practise', '', () => this.backend.practise(personality, car, exercise));
    if (this.problem('practise')) return;
    if (exercise !== null) this.practice.forget(exercise);
    this.practice.set((await this.backend.snapshot()).practice);
    this.go({ at: 'bench' });
  };
  practiceAct = (act: ActView) => this.#ask('practiceAct', '', () => this.backend.practiceAct(act));
  endPractice = () => this.#ask('endPractice', '', () => this.backend.endPractice());
  answerExercise = async (exercise: string, choice: number) => {
    const judgement = await this.#ask('answerExercise', '', () => this.backend.answerExercise(exercise, choice));
    if (!judgement) return;
    await this.practice.judge(exercise, choice, judgement);
    this.spoken = `${words.practice.judged(judgement.right)} ${judgement.explanation} ${judgement.evidence}`;
  };
  wherePointed = (target: TargetView) => this.#ask('wherePointed', target.address, () => this.backend.wherePointed(target));
  pointHere = (target: TargetView, url: string) => this.#ask('pointHere', target.address, () => this.backend.pointHere(target, url));
  pointBack = (target: TargetView) => this.#ask('pointBack', target.address, () => this.backend.pointBack(target));
  forgetPointed = (target: TargetView) => this.#ask('forgetPointed', target.address, () => this.backend.forgetPointed(target));
  heedQuirk = (id: string, quirk: string, on: boolean) => this.#ask('heedQuirk', id, () => this.backend.heedQuirk(id, quirk, on));
  close = (clear: boolean) => this.#ask('close', '', () => this.backend.close(clear));
  stay = () => this.backend.stay();
}
