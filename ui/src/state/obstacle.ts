import type { ChargerView } from '../backend';

/** Why nothing can be sent to this charger now; the engine refuses for the same reasons. */
export type Obstacle = 'notAdopted' | 'notConnected' | 'busy' | 'ceilingMissing';

/** The first thing that stands in the way, in the order a person would remove them. */
export function obstacle(charger: ChargerView): Obstacle | null {
  if (!charger.connected) return 'notConnected';
  if (!charger.adopted) return 'notAdopted';
  if (!charger.ceiling) return 'ceilingMissing';
  return charger.running ? 'busy' : null;
}
