import type { StepName } from '../backend';

/** Where the person is in the window. */
export type Place =
  | { at: 'chargers' }
  | { at: 'find' }
  | { at: 'connect'; device?: string }
  | { at: 'site' }
  | { at: 'buy'; part?: BuyPart }
  | { at: 'shelf'; part?: ShelfPart }
  | { at: 'bench' }
  | { at: 'charger'; id: string; step: StepName; part?: StepPart };

/** The parts of Before you buy. */
export const buyParts = ['look', 'compare', 'matters'] as const;
export type BuyPart = (typeof buyParts)[number];

/** The parts of what can be practised. */
export const shelfParts = ['exercises', 'chargers'] as const;
export type ShelfPart = (typeof shelfParts)[number];

/** The parts of the Inspect step. */
export const inspectParts = ['overview', 'messages', 'deviations', 'security'] as const;
export type InspectPart = (typeof inspectParts)[number];

/** The parts of the Set step. */
export const setParts = ['limit', 'modes', 'hours', 'settings', 'plan'] as const;
export type SetPart = (typeof setParts)[number];

/** A part of a step that has some. */
export type StepPart = InspectPart | SetPart;

/** Which of a step's parts is on the screen: the one that was asked for, else the first. */
export function partOf<T extends StepPart>(parts: readonly T[], place: Place): T {
  const asked = place.at === 'charger' ? place.part : undefined;
  return parts.find((part) => part === asked) ?? parts[0]!;
}

/** The steps that exist, in the order of the job. */
export const steps = ['find', 'connect', 'inspect', 'set', 'prove', 'handOver'] as const satisfies readonly StepName[];

/** The Connect step is on the screen: only then may chargers be adopted by themselves. */
export const isConnecting = (place: Place): boolean =>
  place.at === 'connect' || (place.at === 'charger' && place.step === 'connect');

/** What discovery sees is on the screen. */
export const isFinding = (place: Place): boolean => place.at === 'find' || (place.at === 'charger' && place.step === 'find');

/** The step after this one, if there is one. */
export const nextStep = (step: StepName): StepName | undefined => steps[steps.indexOf(step) + 1];
