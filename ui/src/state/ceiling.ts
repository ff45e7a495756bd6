// What parts of the ceiling come to, as the engine works it out (crates/commissioning/src/ceiling): for what is typed and not
// kept yet.
import type { CeilingPartsView } from '../backend';

/** Nothing entered. */
export const noParts: CeilingPartsView = {
  breakerMa: null,
  curve: null,
  cableMa: null,
  deratingPerMille: null,
  nameplateMa: null,
  installerMa: null,
  installerConfirmed: false,
  connectorMa: null,
  phases: null,
  mainSwitchMa: null,
  restMa: null,
  restKnown: null,
  approvedMa: null,
  loadManagement: null,
};

/** What the cable carries as installed, mA, down to 0.1 A. */
export const cableAsInstalled = ({ cableMa, deratingPerMille }: CeilingPartsView): number | null =>
  cableMa === null || deratingPerMille === null ? cableMa : Math.floor((cableMa * deratingPerMille) / 100_000) * 100;

/** What the main switch leaves beside everything else, mA. */
export const headroom = ({ mainSwitchMa, restMa }: CeilingPartsView): number | null => (mainSwitchMa === null || restMa === null ? null : Math.max(0, mainSwitchMa - restMa));

/** All of the load management was checked, and without its CT the charger stays within this. */
export function keepsWithin({ loadManagement: it }: CeilingPartsView, ma: number): boolean {
  if (!it || it.direction !== 'right' || it.ratio === null || it.phase === 'notChecked') return false;
  return it.lost === 'stops' || (it.lost === 'fallsTo' && it.fallsToMa !== null && it.fallsToMa <= ma);
}

/** The least part, mA, with its word in a sentence; `null` while none is entered. */
export function leastPart(parts: CeilingPartsView): { limitMa: number; binding: string } | null {
  const left = headroom(parts);
  const named: [number | null, string][] = [
    [parts.breakerMa, 'breaker'],
    [cableAsInstalled(parts), 'cable'],
    [parts.nameplateMa, 'nameplate'],
    [parts.installerMa, 'installer limit'],
    [parts.connectorMa, 'connector rating'],
    [left !== null && !keepsWithin(parts, left) ? left : null, 'supply headroom'],
    [parts.approvedMa, 'network approval'],
  ];
  const entered = named.filter((part): part is [number, string] => part[0] !== null);
  const [first] = entered.sort((a, b) => a[0] - b[0]);
  return first ? { limitMa: first[0], binding: first[1] } : null;
}
