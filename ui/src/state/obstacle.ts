import type { ChargerView } from '../backend';

/** Why nothing can be sent to this charger now; the engine refuses for the same reasons. */
export type Obstacle = 'notAdopted' | 'notConnected' | 'busy' | 'ceilingMissing';

/** What stands in the way of any message, in the order a person would remove it. */
export function obstacleToCall(charger: ChargerView): Exclude<Obstacle, 'ceilingMissing'> | null {
  if (!charger.connected) return 'notConnected';
  if (!charger.adopted) return 'notAdopted';
  return charger.running ? 'busy' : null;
}

/** What stands in the way of a step that sets or proves a limit. */
export function obstacle(charger: ChargerView): Obstacle | null {
  const first = obstacleToCall(charger);
  return first === null || first === 'busy' ? (charger.ceiling ? first : 'ceilingMissing') : first;
}
