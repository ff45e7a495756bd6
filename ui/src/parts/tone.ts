// State is never colour alone: each tone has its colour and its icon; the word comes with it.
import Ban from '@lucide/svelte/icons/ban';
import Check from '@lucide/svelte/icons/check';
import Target from '@lucide/svelte/icons/circle-check-big';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import Dot from '@lucide/svelte/icons/circle';
import Cloud from '@lucide/svelte/icons/cloud';
import EarOff from '@lucide/svelte/icons/ear-off';
import Flask from '@lucide/svelte/icons/flask-conical';
import Info from '@lucide/svelte/icons/info';
import Key from '@lucide/svelte/icons/key-round';
import Loader from '@lucide/svelte/icons/ellipsis';
import Lock from '@lucide/svelte/icons/lock';
import LockOpen from '@lucide/svelte/icons/lock-open';
import Minus from '@lucide/svelte/icons/minus';
import Phone from '@lucide/svelte/icons/smartphone';
import Alert from '@lucide/svelte/icons/triangle-alert';
import Cross from '@lucide/svelte/icons/x';

/**
 * `ok` proved, `right` answered rightly (nothing is proved by it), `mark` not real, `you` needs a person, `bad` stop or
 * failed, `lan` to `silent` who may command a charger, the others say nothing good or bad.
 */
export type Tone = 'ok' | 'you' | 'bad' | 'open' | 'skipped' | 'idle' | 'busy' | 'note' | 'right' | 'mark' | 'lan' | 'terms' | 'cloud' | 'maker' | 'deaf' | 'locked' | 'silent';

/** Icon and colour class of each tone. */
export const tones = {
  ok: { icon: Check, colour: 'ok' },
  you: { icon: Alert, colour: 'you' },
  bad: { icon: Cross, colour: 'bad' },
  open: { icon: CircleHelp, colour: 'grey' },
  skipped: { icon: Minus, colour: 'grey' },
  idle: { icon: Dot, colour: 'grey' },
  busy: { icon: Loader, colour: 'busy' },
  note: { icon: Info, colour: 'grey' },
  right: { icon: Target, colour: 'busy' },
  mark: { icon: Flask, colour: 'mark' },
  lan: { icon: LockOpen, colour: 'ok' },
  terms: { icon: Key, colour: 'you' },
  cloud: { icon: Cloud, colour: 'grey' },
  maker: { icon: Phone, colour: 'grey' },
  deaf: { icon: EarOff, colour: 'grey' },
  locked: { icon: Lock, colour: 'bad' },
  silent: { icon: Ban, colour: 'grey' },
} as const;

/** Silence and "not tried" are grey: neither good nor bad. */
export const verdictTone = { passed: 'ok', failed: 'bad', inconclusive: 'open', notApplicable: 'skipped', notTested: 'skipped' } as const satisfies Record<string, Tone>;

/** The state of a piece of work. */
export const stateTone = {
  notStarted: 'idle',
  running: 'busy',
  needsYou: 'you',
  done: 'ok',
  failed: 'bad',
  inconclusive: 'open',
  notTested: 'skipped',
} as const satisfies Record<string, Tone>;

/** Where a line of a plan stands: what is written is not proved by that. */
export const lineTone = { waits: 'idle', begun: 'open', stands: 'right', notWritten: 'skipped', takenBack: 'skipped', done: 'right' } as const satisfies Record<string, Tone>;

/** What a line of a plan may do. */
export const riskTone = { none: 'note', current: 'you', care: 'you', unknown: 'open' } as const satisfies Record<string, Tone>;

/** Who may command a charger. Only what is open on the network is green, and that only where somebody has seen it. */
const accesses = {
  openLan: 'lan',
  openConditional: 'terms',
  makerCloud: 'cloud',
  privateApi: 'maker',
  openNotControllable: 'deaf',
  locked: 'locked',
  none: 'silent',
  unknown: 'open',
} as const satisfies Record<string, Tone>;

/** The tone of an access that is known so well. */
export function accessTone(access: keyof typeof accesses, confidence: 'high' | 'medium' | 'low' | 'unknown'): Tone {
  const seen = confidence === 'high' || confidence === 'medium';
  return access === 'openLan' && !seen ? 'open' : accesses[access];
}

/** How sure something is that was read somewhere. */
export const sureTone = { high: 'note', medium: 'note', low: 'open', unknown: 'open' } as const satisfies Record<string, Tone>;

/** Whether something can be done with a charger; read, not proved, and so never green. */
export const canTone = { yes: 'right', conditions: 'terms', no: 'skipped', unknown: 'open' } as const satisfies Record<string, Tone>;
