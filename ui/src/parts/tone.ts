// State is never colour alone: each tone has its colour and its icon; the word comes with it.
import Check from '@lucide/svelte/icons/check';
import Target from '@lucide/svelte/icons/circle-check-big';
import CircleHelp from '@lucide/svelte/icons/circle-question-mark';
import Dot from '@lucide/svelte/icons/circle';
import Flask from '@lucide/svelte/icons/flask-conical';
import Info from '@lucide/svelte/icons/info';
import Loader from '@lucide/svelte/icons/ellipsis';
import Minus from '@lucide/svelte/icons/minus';
import Alert from '@lucide/svelte/icons/triangle-alert';
import Cross from '@lucide/svelte/icons/x';

/** `ok` proved, `right` answered rightly (nothing is proved by it), `mark` not real, `you` needs a person, `bad` stop or failed, the others say nothing good or bad. */
export type Tone = 'ok' | 'you' | 'bad' | 'open' | 'skipped' | 'idle' | 'busy' | 'note' | 'right' | 'mark';

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
