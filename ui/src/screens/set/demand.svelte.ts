// What is chosen of demand response, and what a person knows of the charger, while it is typed.
import type { SaidView, SignalView } from '../../backend';

/** The kinds beside the modes; `none`: only modes. */
export type Kind = 'none' | 'section14a' | 'loadLimit' | 'siteLimit' | 'simple' | 'percent';
export const kinds: Kind[] = ['none', 'section14a', 'loadLimit', 'siteLimit', 'simple', 'percent'];

export const modes = [0, 1, 2, 3, 4, 5, 6, 7, 8];
/** What the levels of SIMPLE mean until a person says otherwise, percent. */
export const percents: [number, number, number, number] = [100, 75, 50, 0];

export type Phases = 'unknown' | 'one' | 'two' | 'three';
const counts: Record<Phases, number | null> = { unknown: null, one: 1, two: 2, three: 3 };

/** A whole number from what was typed, at most `most`; `null` if it is none. */
export function whole(text: string, most: number): number | null {
  const match = /^\s*(\d{1,7})\s*$/.exec(text);
  const number = match ? Number(match[1]) : null;
  return number !== null && number <= most ? number : null;
}

export class DemandDraft {
  chosen = $state.raw<number[]>([]);
  kind = $state<Kind>('none');
  /** Ticked to be asked for, beside the modes. */
  other = $state(false);
  watts = $state('');
  others = $state('');
  devices = $state('1');
  level = $state('2');
  percent = $state('50');
  phases = $state<Phases>('unknown');
  wholeAmperes = $state(false);
  ofInstaller = $state(false);
  feedsBack = $state(false);
  minutes = $state('');
  commence = $state(false);
  licensed = $state('');

  get said(): SaidView {
    return { phases: counts[this.phases], wholeAmperes: this.wholeAmperes, ofInstaller: this.ofInstaller, feedsBack: this.feedsBack };
  }

  /** The signal beside the modes; `null` where none is, or its numbers are missing. */
  get signal(): SignalView | null {
    const watts = whole(this.watts, 1_000_000);
    const othersW = whole(this.others, 1_000_000);
    const devices = whole(this.devices, 99);
    const level = whole(this.level, 3);
    const percent = whole(this.percent, 100);
    switch (this.kind) {
      case 'section14a':
        return devices === null || devices === 0 ? null : { kind: 'section14a', devices, othersW };
      case 'loadLimit':
        return watts === null ? null : { kind: 'loadLimit', watts };
      case 'siteLimit':
        return watts === null ? null : { kind: 'siteLimit', watts, othersW };
      case 'simple':
        return level === null ? null : { kind: 'simple', level, percents };
      case 'percent':
        return percent === null ? null : { kind: 'percent', percent };
      default:
        return null;
    }
  }

  choose(mode: number, on: boolean): void {
    this.chosen = on ? [...this.chosen, mode].sort((a, b) => a - b) : this.chosen.filter((one) => one !== mode);
  }

  /** Each by itself, as a rehearsal asks. */
  get rehearsed(): SignalView[] {
    const alone = this.chosen.map((mode): SignalView => ({ kind: 'drm', modes: [mode] }));
    return this.other && this.signal ? [...alone, this.signal] : alone;
  }

  /** All at once, as a hold asks; `null` where that is no one signal. */
  get held(): SignalView | null {
    if (this.other && this.signal) return this.chosen.length === 0 ? this.signal : null;
    return this.chosen.length > 0 ? { kind: 'drm', modes: this.chosen } : null;
  }

  /** How long it is held, s; `null`: until it is stopped; `undefined`: what stands there is no time. */
  get holdS(): number | null | undefined {
    if (this.minutes.trim() === '') return null;
    const minutes = whole(this.minutes, 10_080);
    return minutes === null || minutes === 0 ? undefined : minutes * 60;
  }
}
