// The window's one door to the engine. Everything outside this folder speaks to this interface only.
import type { ActView, AppView, CeilingPartsView, Changed, ChangeView, ChargerView, ConfigurationView, ConnectionView, DemandOrderView, DeviatingLine, ExpressionView, FindView, FoundView, FrameView, HandAct, HoursChoices, HoursPlan, InterfaceView, JudgementView, JurisdictionView, KnownView, MissingView, OffersView, PlanView, PointedView, PolicyView, RecipeView, ReportFilesView, RulesView, SaidView, SelfCheckView, SentView, SettingLine, ShelfView, SignalView, SiteView, TargetView, UiError, WeekView, WhyView } from './bindings';

export type * from './bindings';

/** What a command gives back. */
export type Answer<T> = { status: 'ok'; data: T } | { status: 'error'; error: UiError };

/** Every command of the engine (their meaning is in src-tauri/src/commands.rs) and its one event. */
export interface Backend {
  snapshot(): Promise<AppView>;
  charger(id: string): Promise<ChargerView | null>;
  setSite(site: SiteView): Promise<Answer<null>>;
  setAutoAdopt(on: boolean): Promise<Answer<null>>;
  connectStepOpen(open: boolean): Promise<unknown>;
  adopt(id: string): Promise<Answer<null>>;
  setCeiling(id: string, parts: CeilingPartsView): Promise<Answer<null>>;
  inspect(id: string): Promise<Answer<null>>;
  applyLimit(id: string, limitMa: number, connector: number): Promise<Answer<null>>;
  planChange(id: string, change: ChangeView): Promise<Answer<null>>;
  unplan(id: string, line: number): Promise<Answer<null>>;
  applyPlan(id: string, only: number | null, restart: boolean): Promise<Answer<null>>;
  byHand(id: string, act: HandAct): Promise<Answer<null>>;
  takeBack(id: string, from: number | null): Promise<Answer<null>>;
  lookForResidue(id: string): Promise<Answer<null>>;
  commonSettings(id: string): Promise<Answer<SettingLine[]>>;
  planAs(ids: string[], from: string, limitMa: number | null): Promise<Answer<number>>;
  compareChargers(ids: string[]): Promise<Answer<DeviatingLine[]>>;
  proveLimit(id: string, limitMa: number): Promise<Answer<null>>;
  cancel(id: string): Promise<Answer<null>>;
  clear(id: string): Promise<Answer<null>>;
  frames(id: string, numbers: number[]): Promise<Answer<FrameView[]>>;
  framesBefore(id: string, before: number | null): Promise<Answer<FrameView[]>>;
  messages(version: string): Promise<string[]>;
  messageSchema(version: string, action: string): Promise<string | null>;
  sendMessage(id: string, action: string, payload: string, confirmed: boolean): Promise<Answer<SentView>>;
  configuration(id: string): Promise<ConfigurationView | null>;
  setPolicy(id: string, policy: PolicyView): Promise<Answer<null>>;
  secure(passphrase: string | null): Promise<Answer<null>>;
  securityPlan(id: string, to: number): Promise<PlanView>;
  raiseSecurity(id: string, to: number, password: string): Promise<Answer<null>>;
  demandPreview(id: string, signals: SignalView[], said: SaidView): Promise<Answer<ExpressionView[]>>;
  demandResponse(id: string, order: DemandOrderView): Promise<Answer<null>>;
  outputDead(id: string, by: string, dead: boolean): Promise<Answer<null>>;
  hoursChoices(): Promise<HoursChoices>;
  hoursPlan(id: string, week: WeekView, platform: string | null): Promise<HoursPlan>;
  applyHours(id: string, week: WeekView, platform: string | null): Promise<Answer<null>>;
  clearHours(id: string): Promise<Answer<null>>;
  exportRoot(der: boolean): Promise<Answer<string>>;
  connection(id: string): Promise<ConnectionView | null>;
  exportReport(id: string): Promise<Answer<ReportFilesView>>;
  search(words: string): Promise<FoundView>;
  known(id: string): Promise<KnownView | null>;
  jurisdictions(): Promise<JurisdictionView[]>;
  rules(jurisdiction: string, parts: CeilingPartsView): Promise<RulesView | null>;
  recipe(model: string, url: string, identity: string): Promise<RecipeView | null>;
  find(): Promise<FindView>;
  allowNetwork(key: string, on: boolean): Promise<Answer<null>>;
  findStepOpen(open: boolean): Promise<unknown>;
  scan(modbus: boolean): Promise<Answer<null>>;
  stopScan(): Promise<Answer<null>>;
  lookAt(address: string): Promise<Answer<null>>;
  practiceShelf(): Promise<ShelfView>;
  practise(personality: string, car: string, exercise: string | null): Promise<Answer<null>>;
  practiceAct(act: ActView): Promise<Answer<null>>;
  endPractice(): Promise<Answer<null>>;
  answerExercise(exercise: string, choice: number): Promise<Answer<JudgementView>>;
  selfCheck(): Promise<SelfCheckView>;
  addressesFor(address: string | null): Promise<OffersView>;
  whyNothing(missing: MissingView): Promise<WhyView>;
  localInterface(fingerprint: string): Promise<InterfaceView | null>;
  wherePointed(target: TargetView): Promise<Answer<PointedView>>;
  pointHere(target: TargetView, url: string): Promise<Answer<PointedView>>;
  pointBack(target: TargetView): Promise<Answer<PointedView>>;
  forgetPointed(target: TargetView): Promise<Answer<null>>;
  heedQuirk(id: string, quirk: string, on: boolean): Promise<Answer<null>>;
  close(clear: boolean): Promise<Answer<null>>;
  stay(): Promise<unknown>;
  /** Calls `tell` with each change; resolves once it listens, to the function that ends it. */
  onChanged(tell: (changed: Changed) => void): Promise<() => void>;
}
