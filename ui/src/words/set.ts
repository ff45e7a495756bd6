// Set: the ceiling with what it rests on, and the limit that stays.
import type { CeilingView, CtDirectionView, CtLostView, CtPhaseView, CurveView, RestKnownView, RuleView } from '../backend';
import { amps, count, kilowatts } from './format';

const curves: Record<CurveView | 'none', string> = { none: 'not entered', B: 'B', C: 'C', D: 'D' };
const onPhases = { none: 'not entered', 1: '1 phase', 2: '2 phases', 3: '3 phases' } as const;
const restKnowns: Record<RestKnownView | 'none', string> = { none: 'not entered', measured: 'measured', calculated: 'calculated' };
const directions: Record<CtDirectionView, string> = { notChecked: 'not checked', right: 'the right way', reversed: 'the wrong way' };
const ctPhases: Record<CtPhaseView, string> = { notChecked: 'not checked', l1: 'L1', l2: 'L2', l3: 'L3', all: 'one on each phase' };
const losts: Record<CtLostView, string> = { unknown: 'not known', stops: 'it stops charging', fallsTo: 'it falls to a current', keepsFull: 'it keeps its full current' };

/** What stands in a closed group: what was entered, or what it holds. */
const inGroup = (entered: (string | false | null)[], holds: string): string => entered.filter((one) => one).join(' · ') || holds;

export const set = {
  ceiling: 'Ceiling',
  ceilingWhy: 'The most current per phase that Chargehand ever asks of this charger: the least of these. Read them off; do not guess.',
  breakerMa: 'Breaker (In)',
  breakerHint: 'printed on the breaker in front of the charger',
  cableMa: 'Cable (Iz)',
  cableHint: 'what the cable carries as installed, after derating',
  cableDerated: (ma: number) => `before derating; as installed it carries ${amps(ma)} A`,
  nameplateMa: 'Nameplate',
  nameplateHint: 'printed on the charger',
  installerMa: 'Installer limit',
  installerHint: 'DIP switch, rotary switch or installer menu in the charger',
  confirmed: 'I have seen this limit set in the charger itself',
  confirmedFirst: 'Enter the installer limit first.',
  again: (ma: number) => `enter again (was ${amps(ma)} A)`,
  raises: (from: number, to: number, three: boolean) =>
    `This raises the ceiling from ${amps(from)} A to ${amps(to)} A. Look at ${three ? 'breaker, cable and the charger’s own limit' : 'breaker and cable'} again and enter ${three ? 'all three' : 'both'}; until then the ceiling stays ${amps(from)} A.`,
  putBack: 'Put back what was kept',
  kept: 'Kept as typed.',
  none: 'No ceiling yet. Enter at least the breaker: without a ceiling nothing is sent to the charger.',
  binds: ({ binding }: CeilingView) => `the ${binding} binds`,
  hardware: 'A hardware limit at or below the ceiling is confirmed.',
  noHardware: 'No hardware limit at or below the ceiling is confirmed',
  noHardwareWhy: 'An OCPP limit is a setting in software. It is neither overload protection nor a hardware limit. Tests that could leave the charger without a limit are not offered.',
  notProtection: 'An OCPP limit is neither overload protection nor a limitation of the maximum demand.',

  circuit: {
    title: 'Circuit',
    holds: 'curve, phases, derating, connector',
    entered: (curve: CurveView | null, phases: number | null, perMille: number | null, connectorMa: number | null) =>
      inGroup([curve && `curve ${curve}`, phases !== null && count(phases, 'phase', 'phases'), perMille !== null && `× ${perMille / 1000}`, connectorMa !== null && `connector ${amps(connectorMa)} A`], set.circuit.holds),
    curve: 'Curve of the breaker',
    curveHint: 'kept for the report: the loop impedance is judged by the breaker',
    curves,
    phases: 'Phases of the circuit',
    phasesHint: 'rules of networks differ by it',
    onPhases,
    derating: 'Derating of the cable',
    deratingHint: 'for grouping and temperature, 0.1 to 1; empty where Iz is as installed',
    needsFactor: 'Enter a factor from 0.1 to 1, for example 0.87.',
  },
  connectorMa: 'Connector or charging cable',
  connectorHint: 'socket outlet, plug, or what is printed on the charging cable',

  supply: {
    title: 'Supply and network',
    holds: 'main switch, peak of the rest, approval',
    entered: (mainSwitchMa: number | null, restMa: number | null, approvedMa: number | null) =>
      inGroup([mainSwitchMa !== null && `main switch ${amps(mainSwitchMa)} A`, restMa !== null && `rest ${amps(restMa)} A`, approvedMa !== null && `approved ${amps(approvedMa)} A`], set.supply.holds),
    known: 'The peak of the rest is',
    knowns: restKnowns,
    left: (ma: number) => `${amps(ma)} A left for the charger.`,
    leftManaged: (ma: number) => `${amps(ma)} A left for the charger. It does not bind: the load management was checked, and without its CT the charger stays within it.`,
    leftOpen: 'What is left counts once both are entered.',
  },
  mainSwitchMa: 'Main switch',
  mainSwitchHint: 'its rating, or what the supply may carry',
  restMa: 'Peak of the rest',
  restHint: 'everything else behind it, on the phase that carries most',
  approvedMa: 'Approved by the network',
  approvedHint: 'the limit in its letter, where it needed to approve',

  managed: {
    title: 'The charger’s load management',
    holds: 'CT: direction, ratio, phase, what happens without it',
    entered: (direction: CtDirectionView, lost: CtLostView) => `CT counts: ${directions[direction]} · without it: ${losts[lost]}`,
    has: 'The charger watches a CT at the main switch',
    hasHint: 'Only its own load management, wired to it. An OCPP limit is no substitute.',
    direction: 'It counts',
    directionHint: 'switch something on: what the charger reads has to rise',
    directions,
    phase: 'It is on',
    phases: ctPhases,
    ratio: 'Ratio to 1',
    ratioHint: 'as set in the charger: 2000 for 100 A to 50 mA',
    needsRatio: 'Enter a whole number, for example 2000.',
    lost: 'Without its CT',
    losts,
  },
  fallsToMa: 'It falls to',
  fallsToHint: 'per phase; see it by unplugging the CT',

  rules: {
    title: 'What is asked here',
    about: (name: string) => `${name}. For orientation: it does not say what this installation fulfils.`,
    none: 'Choose under Site whose rules hold here, and what the network asks of this charger stands here.',
    choose: 'Choose',
    may: 'may apply: enter nameplate, phases and supply',
    check: 'Not read where it is written: check the current edition.',
    approve: 'Enter what was approved under “Supply and network”.',
    source: ({ source }: RuleView) => `Read in: ${source}`,
    more: (n: number) => `${count(n, 'more rule', 'more rules')} of this place`,
    unknown: 'Not known here: check the current edition',
  },

  permanent: 'Permanent current limit',
  permanentWhy: 'What the charger must keep from now on, per phase. It stays after Chargehand is gone.',
  limit: 'Limit per phase',
  onPhases: (ma: number) => [1, 3].map((phases) => ({ phases, kw: kilowatts((230 * ma * phases) / 1000) })),
  phases: (n: number) => (n === 1 ? 'on 1 phase' : `on ${n} phases`),
  calculation: '230 V × A × phases',
  needsNumber: 'Enter amperes, for example 16 or 13.5.',
  aboveCeiling: (ceilingMa: number) => `Above the ceiling of ${amps(ceilingMa)} A. It is not sent.`,
  belowLeast: 'Below 6 A no car charges. As a permanent limit it is refused.',
  partBelowLeast: 'Below 6 A no car charges: check the number. It is not kept.',
  willWrite: 'What Apply writes',
  willWriteLimit: (ma: number) => `A limit of ${amps(ma)} A per phase without an end, where later platforms do not trip over it: as the station’s maximum if that is proved obeyed, else as the default for every charging session at the lowest stack level.`,
  willWriteNothing: 'Enter a limit to see what would be written.',
  overwrites: (version: string) =>
    version === '1.6'
      ? 'OCPP 1.6 cannot list what is already there. What another platform wrote at the same purpose and level is overwritten and cannot be brought back.'
      : 'What another platform wrote at the same purpose and level is overwritten; the charger lists it before.',
  goBack: 'To change it, apply another limit; the ceiling always holds.',
  place: 'For',
  whole: 'the whole charger',
  one: (version: string, n: number) => (version === '1.6' ? `the charges of connector ${n}` : `the charges of EVSE ${n}`),
  apply: 'Apply',
  applying: 'Applying …',
  applied: 'Set permanently',
  asRecipe: 'written as',
};
