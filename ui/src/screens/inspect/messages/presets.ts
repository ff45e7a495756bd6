import type { ChargerView } from '../../../backend';
import type { Json, Preset } from '../../../parts/form/schema';

/** Numbers with which a charger names its reports; any will do that is not in use. */
const fresh = (): number => Math.floor(Date.now() / 1000) % 1_000_000;

/** What a person would fill in for this charger; what is to be decided stays open. */
export function presets({ transaction, version }: ChargerView): Preset {
  const known: Record<string, () => Json | undefined> = {
    requestId: fresh,
    remoteStartId: fresh,
    transactionId: () => (version === '1.6' ? transaction?.id : transaction?.named) || undefined,
  };
  return (name) => known[name]?.();
}
