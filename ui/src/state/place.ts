import type { StepName } from '../backend';

/** Where the person is in the window. */
export type Place =
  | { at: 'chargers' }
  | { at: 'connect' }
  | { at: 'site' }
  | { at: 'buy'; part?: BuyPart }
  | { at: 'shelf'; part?: ShelfPart }
  | { at: 'bench' }
  | { at: 'charger'; id: string; step: StepName; part?: InspectPart };

/** The parts of Before you buy. */
export const buyParts = ['look', 'compare', 'matters'] as const;
export type BuyPart = (typeof buyParts)[number];

/** The parts of what can be practised. */
export const shelfParts = ['exercises', 'chargers'] as const;
export type ShelfPart = (typeof shelfParts)[number];

/** The parts of the Inspect step. */
export const inspectParts = ['overview', 'messages', 'deviations', 'security'] as const;
export type InspectPart = (typeof inspectParts)[number];

/** The steps that exist, in the order of the job. */
export const steps = ['connect', 'inspect', 'set', 'prove', 'handOver'] as const satisfies readonly StepName[];

/** The Connect step is on the screen: only then may chargers be adopted by themselves. */
export const isConnecting = (place: Place): boolean =>
  place.at === 'connect' || (place.at === 'charger' && place.step === 'connect');

/** The step after this one, if there is one. */
export const nextStep = (step: StepName): StepName | undefined => steps[steps.indexOf(step) + 1];
