// What discovery sees. A device keeps its place in the list, so that nobody presses what has just moved away.
import type { Backend, DeviceView, FindView } from '../backend';
import { Pace } from './pace';

export class Find {
  /** Discovery as it stands; `null` until it is read. */
  view = $state.raw<FindView | null>(null);
  /** The devices' keys in the order in which they came; a new scan orders them anew. */
  #order = $state.raw<string[]>([]);
  #pace = new Pace<FindView>((view) => this.#show(view));

  /** @param heard what changed between two states that were shown, for whoever cannot see the screen */
  constructor(
    private readonly backend: Backend,
    private readonly heard: (before: FindView | null, after: FindView) => void,
  ) {}

  async read(): Promise<void> {
    this.#pace.set(await this.backend.find());
  }

  take(view: FindView): void {
    this.#pace.take(view);
  }

  #show(view: FindView): void {
    const before = this.view;
    const anew = before?.scans !== view.scans;
    const keys = view.devices.map(({ key }) => key);
    const kept = anew ? [] : this.#order.filter((key) => keys.includes(key));
    this.#order = [...kept, ...keys.filter((key) => !kept.includes(key))];
    this.view = view;
    this.heard(before, view);
  }

  /** The devices in their places. */
  get devices(): DeviceView[] {
    const byKey = new Map(this.view?.devices.map((device) => [device.key, device]));
    return this.#order.map((key) => byKey.get(key)).filter((device) => device !== undefined);
  }

  device(key: string | undefined): DeviceView | null {
    return this.view?.devices.find((one) => one.key === key) ?? null;
  }

  /** The device that is that charger. */
  of(charger: string): DeviceView | null {
    return this.view?.devices.find((one) => one.charger === charger) ?? null;
  }
}
