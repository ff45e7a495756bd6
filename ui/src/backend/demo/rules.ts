// Two places of the scripted site, and what they ask: as the catalogue has it, shortened.
import type { CeilingPartsView, JurisdictionView, RuleView, RulesView } from '..';

export const jurisdictions: JurisdictionView[] = [
  { id: 'au', name: 'Australia' },
  { id: 'sa-power-networks', name: 'SA Power Networks, South Australia, Australia' },
  { id: 'gb', name: 'Great Britain' },
];

const plain: Omit<RuleView, 'of' | 'says' | 'source'> = { sure: true, unverified: false, acts: false, approval: false };

const sapn: RuleView = {
  ...plain,
  of: 'SA Power Networks',
  says: 'A charger above 20 A on one phase, or above 25 A per phase on three, needs approval before it is connected. It is asked for through SmartApply.',
  source: 'SA Power Networks: EV chargers in residential and small business sites (https://www.sapowernetworks.com.au/connections/connect-solar-and-ev-chargers/electric-vehicle-charger-installations/ev-chargers-in-residential-and-small-business-sites/)',
  acts: true,
  approval: true,
};

const state: RuleView = {
  ...plain,
  of: 'South Australia',
  says: 'South Australia has mandatory standards for safety and demand flexibility of chargers. Which proof is accepted was not found: keep the listing number of the regulator (OTR), and the limits that were tested here.',
  source: 'MBIE NZ: international approaches to regulating EV charging, 2024',
};

const demand: RuleView = {
  ...plain,
  of: 'Australia',
  says: 'The maximum demand is found by calculation, assessment, measurement or limitation. A charger counts with its full rated current unless load management caps it.',
  source: 'Western Power: connecting electric vehicle charging stations (methods); the row for chargers in AS/NZS 3000 was not read',
  unverified: true,
};

const places: Record<string, (parts: CeilingPartsView) => RuleView[]> = {
  au: () => [demand],
  gb: () => [],
  'sa-power-networks': ({ nameplateMa, phases }) => {
    const above = (limit: number): boolean | null => nameplateMa === null ? null : nameplateMa > limit;
    const one = above(20_000);
    const three = above(25_000);
    const needs = phases === null ? (one === three ? one : null) : phases === 1 ? one : three;
    return [...(needs === false ? [] : [{ ...sapn, sure: needs === true }]), state, demand];
  },
};

export function rules(jurisdiction: string, parts: CeilingPartsView): RulesView | null {
  const place = jurisdictions.find(({ id }) => id === jurisdiction);
  return place ? { name: place.name, rules: places[place.id]!(parts), unknown: ['What holds for sites above 100 A.'] } : null;
}
