// A charger whose security profile is raised.
import type { ChargerView, PlanView } from '..';
import { inspected } from './charger';
import { ago } from './site';

const rungs: PlanView['rungs'] = [
  { profile: 1, writes: 'The password, then security profile 1.', proof: 'It connects with the password.' },
  { profile: 2, writes: 'The root of Chargehand\'s certificate authority, then security profile 2.', proof: 'It connects with TLS (wss://) and the password.' },
  { profile: 3, writes: 'A certificate of its own, made and signed at its request, then security profile 3.', proof: 'It connects with TLS and shows that certificate.' },
];

/** What raising that charger would do. */
export const planOf = ({ security }: ChargerView, to: number): PlanView => ({
  from: security.has,
  rungs: rungs.filter(({ profile }) => profile > security.has && profile <= to),
  wayBack:
    'OCPP 1.6 has no way down again: a charger refuses a lower profile. Before a rung is proved, a charger that cannot connect on it should fall back by itself to the way that worked, and Chargehand goes on taking that way. After it is proved, the way back is the charger\'s own installer menu or its factory reset: make sure that you can get there. Keep the password.',
});

/** Its profile is being raised. */
export const climbing = ({ security }: ChargerView, to: number): Partial<ChargerView> => ({
  security: { ...security, raising: true, raised: null },
  running: { step: 'inspect', demand: false, doing: `Raising to security profile ${Math.min(security.has + 1, to)}: it restarts its connection`, since: ago(4), until: ago(-176), cancelling: false },
});

/** It was raised to 2, and the next rung was not reached. */
export const risen = (): ChargerView => ({
  ...inspected(),
  security: {
    profile: 2,
    tls: 'TLS 1.2, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    password: 'right',
    certificate: null,
    has: 2,
    raising: false,
    raised: { verdict: 'inconclusive', finding: 'Security profile 2 is what it has. 3 was not reached: it did not come back within 180 s.', evidence: [81, 82, 85] },
  },
});
