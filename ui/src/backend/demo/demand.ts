// Demand response at the scripted site: what signals become, a rehearsal, and one that waits for a licensed person.
import type { ChargerView, DemandOrderView, DemandRunView, ExpressionView, ModeView, SaidView, SignalView, VerdictView } from '..';
import { ago } from './site';

const shares: (number | null)[] = [0, 0, 50, 75, 100];

const names: Record<SignalView['kind'], string> = { drm: 'DRM', section14a: '§14a: 4.2 kW', loadLimit: 'Limit of the charger', siteLimit: 'Limit of the site', simple: 'SIMPLE level', percent: 'Share' };

const nothing: ExpressionView = { name: '', meaning: '', limitMa: null, sent: '', powerW: null, pauses: false, why: '', leftOut: null, otherMa: null, feedBackMa: null };

function limited(name: string, ma: number, why: string, ceilingMa: number, phases: number | null): ExpressionView {
  const capped = Math.min(ma, ceilingMa);
  const limitMa = capped < 6_000 ? 0 : Math.floor(capped / 100) * 100;
  const pauses = limitMa === 0;
  const rest = pauses && ma > 0 ? ' That is below 6.0 A, the least a charger can offer, so 0 is asked for: it pauses.' : ma > ceilingMa ? ` The ceiling holds it at ${(ceilingMa / 1000).toFixed(1)} A.` : '';
  return { ...nothing, name, limitMa, pauses, why: why + rest, sent: `${(limitMa / 1000).toFixed(1)} A per phase, numberPhases 1`, powerW: phases === null ? null : Math.floor((limitMa * 230 * phases) / 1000) };
}

/** What a signal becomes; the engine's own rules, as far as pictures and tests of the window need them. */
export function expressed(charger: ChargerView, signal: SignalView, said: SaidView): ExpressionView {
  const name = signal.kind === 'drm' ? signal.modes.map((mode) => `DRM${mode}`).join(' + ') : names[signal.kind];
  const ceilingMa = charger.ceiling?.limitMa ?? null;
  if (ceilingMa === null) return { ...nothing, name, why: 'No ceiling was entered, and nothing is sent without one.' };
  const phases = charger.live?.phases ?? said.phases;
  const ratedMa = charger.ceilingParts.nameplateMa ?? ceilingMa;
  const watts = (w: number) => limited(name, (w * 1000) / (230 * (phases ?? 3)), `${w} W on ${phases ?? 3} phases at 230 V.`, ceilingMa, phases);
  switch (signal.kind) {
    case 'drm': {
      const import_ = signal.modes.filter((mode) => mode < 5);
      if (import_.length === 0 && charger.version !== '2.1') return { ...nothing, name, why: `${name} cannot be expressed in OCPP ${charger.version}: only 2.1 has words for it.` };
      if (import_.length === 0) return { ...limited(name, ceilingMa, 'As much as the ceiling allows.', ceilingMa, phases), feedBackMa: 16_000 };
      const share = shares[Math.min(...import_)] ?? 100;
      const of = `${share} % of the nameplate of ${(ratedMa / 1000).toFixed(1)} A is ${((ratedMa * share) / 100_000).toFixed(1)} A per phase.`;
      const installerMa = charger.ceilingParts.installerMa;
      const both = share > 0 && share < 100 && installerMa !== null && installerMa < ratedMa;
      return { ...limited(name, (ratedMa * share) / 100, share === 0 ? 'Nothing may be drawn.' : of, ceilingMa, phases), otherMa: both ? (installerMa * share) / 100 : null };
    }
    case 'section14a':
      return watts(4_200);
    case 'loadLimit':
      return watts(signal.watts);
    case 'siteLimit':
      return signal.othersW === null ? { ...nothing, name, why: 'This is a limit of the whole site, not of the charger. Say what everything else on the site draws.' } : watts(Math.max(0, signal.watts - signal.othersW));
    case 'simple':
      return limited(name, (ratedMa * (signal.percents[signal.level as 0] ?? 0)) / 100, `Level ${signal.level} was said to mean ${signal.percents[signal.level as 0]} %.`, ceilingMa, phases);
    case 'percent':
      return limited(name, (ratedMa * signal.percent) / 100, `${signal.percent} % of the nameplate.`, ceilingMa, phases);
  }
}

const mode = (name: string, askedMa: number | null, measuredMa: number | null, verdict: VerdictView, finding: string): ModeView => ({
  name,
  why: '',
  askedMa,
  sent: measuredMa === null ? '' : `${((askedMa ?? 0) / 1000).toFixed(1)} A per phase, numberPhases 1`,
  at: measuredMa === null ? null : ago(200),
  beforeMa: measuredMa === null ? null : 24_900,
  measuredMa,
  settledMs: verdict === 'passed' ? 4_800 : null,
  outcome: { verdict, finding, evidence: measuredMa === null ? [] : [512, 513, 517, 518] },
});

/** A rehearsal that has ended. */
export const rehearsal = (): DemandRunView => ({
  began: ago(420),
  hold: false,
  runs: false,
  recipe: 'TxDefaultProfile on connector 0, Absolute, in A',
  fallback: { verdict: 'passed', finding: 'When the test limit ended, the charger went back to the base of 25.0 A by itself: 24.9 A measured.', evidence: [498, 501] },
  modes: [
    mode('DRM0', 0, 0, 'notTested', '0 A was asked for, 0.0 A measured. A limit of 0 does not show that the output is dead, which DRM0 asks for: nobody was named to measure there.'),
    mode('DRM1', 0, 0, 'passed', 'Asked for 0.0 A, measured 0.0 A on the highest phase after 4 s (before: 24.9 A; tolerated: 0.5 A); 24.8 A again when it was taken away.'),
    mode('DRM2', 16_000, 15_900, 'passed', 'Asked for 16.0 A, measured 15.9 A on the highest phase after 4 s (before: 24.9 A; tolerated: 17.3 A); 24.8 A again when it was taken away.'),
    mode('DRM3', 24_000, 24_100, 'inconclusive', 'The car draws 24.9 A, which is not above 24.0 A by more than the tolerance. That proves nothing: use a car or a test load that draws more.'),
    mode('DRM5', null, null, 'notApplicable', 'DRM5 cannot be expressed in OCPP 1.6: only 2.1 has words for it.'),
  ],
  outcome: { verdict: 'inconclusive', finding: 'Capability evidence. inconclusive: DRM3; followed: DRM1, DRM2; not tested: DRM0; cannot be expressed: DRM5.', evidence: [512, 513, 517, 518] },
  undone: { verdict: 'passed', finding: 'The test limit is gone: 24.8 A measured again. The base limit of 25.0 A stays in the charger, because no hardware limit is confirmed.', evidence: [540] },
});

/** One that has just begun. */
export const begun = ({ signals, hold }: DemandOrderView): Partial<ChargerView> => ({
  running: { step: 'set', demand: true, doing: 'Asking for 16.0 A: TxDefaultProfile on connector 0, Absolute, in A', since: ago(8), until: ago(-12), cancelling: false },
  demand: {
    runs: [{ ...rehearsal(), hold, runs: true, began: ago(8), modes: rehearsal().modes.slice(0, Math.max(1, signals.length)).map((one) => ({ ...one, at: null, sent: '', beforeMa: null, measuredMa: null, settledMs: null })) }],
    measureOutput: false,
    outputDead: null,
  },
});

/** 0 A is asked for, and a licensed person is to measure. */
export const measuring = (): Partial<ChargerView> => ({
  running: { step: 'set', demand: true, doing: '0 A is asked for. Kim Lee: measure at the output now and enter it', since: ago(80), until: ago(-160), cancelling: false },
  demand: { runs: [{ ...rehearsal(), runs: true, began: ago(80), modes: rehearsal().modes.slice(0, 1) }], measureOutput: true, outputDead: null },
});
