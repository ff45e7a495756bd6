// One scripted charger at each stage of the job.
import type { ArrivalView, AttemptView, ChargerView, ConfigurationView, KeyView, PointView, ProofView, StepName, StepState, VerdictView } from '..';
import { noParts } from '../../state/ceiling';
import { lineOfKnown } from './catalogue';
import { noChanges, noHand } from './plan';
import { ago } from './site';
import { variables } from './variables';

type States = Partial<Record<StepName, [StepState, string]>>;
const names: StepName[] = ['find', 'connect', 'inspect', 'set', 'prove', 'handOver'];

/** The strip with these states; the others have not begun. */
export const strip = (states: States): ChargerView['steps'] =>
  names.map((name) => {
    const [state, summary] = states[name] ?? (name === 'find' ? ['done', 'came by itself'] : ['notStarted', 'not started']);
    return { name, state, summary };
  });

const arrivals = (): ArrivalView[] => [
  { at: ago(731), text: 'TCP connection from 192.168.1.54:50122', number: 1 },
  { at: ago(731), text: 'WebSocket upgrade for /wattpilot-91020014, subprotocol ocpp1.6', number: 2 },
  { at: ago(730), text: 'BootNotification from Fronius Wattpilot Home 22 J', number: 3 },
];

/** Just connected and asked for nothing yet. */
export const arrived = (): ChargerView => ({
  id: 'wattpilot-91020014',
  known: lineOfKnown('fronius-wattpilot-home'),
  title: 'Fronius Wattpilot Home 22 J',
  vendor: 'Fronius',
  model: 'Wattpilot Home 22 J',
  serial: '91020014',
  firmware: '41.7',
  version: '1.6',
  peer: '192.168.1.54:50122',
  path: '/wattpilot-91020014',
  offered: ['ocpp1.6'],
  connected: true,
  connectedAt: ago(731),
  lastHeard: ago(2),
  adopted: false,
  simulated: false,
  bootedAt: ago(730),
  arrivals: arrivals(),
  steps: strip({ connect: ['needsYou', 'adopt it'] }),
  connectors: [
    { connector: 0, status: 'Available', error: 'NoError', at: ago(728) },
    { connector: 1, status: 'Preparing', error: 'NoError', at: ago(300) },
  ],
  transaction: null,
  live: null,
  clock: '',
  configuration: null,
  policy: 'cooperative',
  oddities: null,
  security: { profile: 0, tls: null, password: 'missing', certificate: null, has: 0, raising: false, raised: null },
  ceilingParts: noParts,
  ceilingFindings: [],
  ceiling: null,
  inForce: [],
  permanent: null,
  changes: noChanges,
  byHand: noHand,
  cheapHours: null,
  hoursOutcome: null,
  proof: null,
  demand: { runs: [], measureOutput: false, outputDead: null },
  running: null,
  findings: [],
  deviations: [],
  report: null,
  frameCount: 12,
});

export const adopted = (): ChargerView => ({ ...arrived(), adopted: true, steps: strip({ connect: ['done', 'booted 09:41'] }) });

const plain = { component: '', attributes: null, effectUnknown: false };

const keys: KeyView[] = [
  { ...plain, key: 'AllowOfflineTxForUnknownId', value: 'false', readonly: false, meaning: 'Charge for an unknown card while there is no contact.' },
  { ...plain, key: 'AuthorizationKey', value: '••••••••', readonly: false, meaning: 'Password of the charger towards the platform. Masked.' },
  { ...plain, key: 'ChargeProfileMaxStackLevel', value: '3', readonly: true, meaning: 'Highest stack level a charging profile may have.' },
  { ...plain, key: 'ChargingScheduleAllowedChargingRateUnit', value: 'Current', readonly: true, meaning: 'Limits are taken in amperes (Current), in watts (Power), or both.' },
  { ...plain, key: 'ClockAlignedDataInterval', value: '0', readonly: false, meaning: 'Readings at fixed times of day, s. 0: none.' },
  { ...plain, key: 'ConnectionTimeOut', value: '60', readonly: false, meaning: 'How long it waits for the plug after a card, s.' },
  { ...plain, key: 'GetConfigurationMaxKeys', value: '64', readonly: true, meaning: 'How many keys one request may name.' },
  { ...plain, key: 'HeartbeatInterval', value: '300', readonly: false, meaning: 'How often it says that it lives, s.' },
  { ...plain, key: 'MeterValueSampleInterval', value: '5', readonly: false, meaning: 'How often it sends a reading while charging, s.' },
  { ...plain, key: 'MeterValuesSampledData', value: 'Current.Import,Current.Offered,Power.Active.Import,Energy.Active.Import.Register,Voltage', readonly: false, meaning: 'What a reading holds.' },
  { ...plain, key: 'NumberOfConnectors', value: '1', readonly: true, meaning: 'Connectors, not counting 0 for the whole charger.' },
  { ...plain, key: 'SupportedFeatureProfiles', value: 'Core,FirmwareManagement,RemoteTrigger,SmartCharging', readonly: true, meaning: 'Parts of OCPP 1.6 it implements.' },
  { ...plain, key: 'WebSocketPingInterval', value: '30', readonly: false, meaning: 'How often it pings the connection, s. 0: never.' },
  { ...plain, effectUnknown: true, key: 'X-FroniusGridPhase', value: null, readonly: false, meaning: null },
];

export const inspected = (): ChargerView => ({
  ...adopted(),
  steps: strip({ connect: ['done', 'booted 09:41'], inspect: ['done', '14 keys saved'], set: ['needsYou', 'enter the ceiling'] }),
  clock: 'The charger’s clock runs 2 s behind this computer’s: no difference that matters.',
  configuration: { taken: ago(610), readAs: 'whole list', keys: keys.length },
  findings: [{ code: 'no-hardware-limit', gravity: 'stop', text: 'No hardware limit at or below the ceiling is confirmed: an OCPP limit is all that holds the current.', evidence: [] }],
  deviations: [
    { rule: 'bad_time', place: 'StatusNotification /timestamp', got: '"2026-11-22 09:41:03"', meaning: 'A time is not written as OCPP asks (RFC 3339 with a zone). Sessions may be shifted or refused.', hard: true, count: 3, evidence: [5, 6, 9] },
    { rule: 'unknown_value', place: 'MeterValues /meterValue/*/sampledValue/*/context', got: '"Sample.Periodical"', meaning: 'A value is not in OCPP’s list. Strict platforms refuse the message.', hard: true, count: 41, evidence: [14, 16, 18] },
    { rule: 'extra_field', place: 'BootNotification ', got: 'meterFirmware', meaning: 'A field that OCPP does not define was added. Most platforms ignore it, strict ones refuse it.', hard: false, count: 1, evidence: [3] },
  ],
  frameCount: 64,
});

/** Every part of the ceiling was entered, and the supply binds: without its CT the charger would keep its full current. */
export const circuit = (): ChargerView => ({
  ...limited(),
  ceilingParts: {
    breakerMa: 40_000,
    curve: 'C',
    cableMa: 46_000,
    deratingPerMille: 870,
    nameplateMa: 32_000,
    installerMa: 32_000,
    installerConfirmed: true,
    connectorMa: 32_000,
    phases: 1,
    mainSwitchMa: 63_000,
    restMa: 45_000,
    restKnown: 'measured',
    approvedMa: null,
    loadManagement: { direction: 'right', ratio: 2000, phase: 'l1', lost: 'keepsFull', fallsToMa: null },
  },
  ceiling: { limitMa: 18_000, binding: 'supply headroom', hardwareConfirmed: false },
  ceilingFindings: [
    {
      code: 'load_management_above_headroom',
      gravity: 'stop',
      text: 'Without its CT the charger keeps its full current, but the main switch leaves 18.0 A beside everything else. Set a fall-back of 18.0 A or less in the charger. Until then the headroom counts as if there were no load management.',
      evidence: [],
    },
  ],
});

export const limited = (): ChargerView => ({
  ...inspected(),
  steps: strip({ connect: ['done', 'booted 09:41'], inspect: ['done', '14 keys saved'], set: ['done', '16 A · ceiling 25 A'] }),
  transaction: { id: 1001, named: '', connector: 1, started: ago(240) },
  live: { at: ago(2), importMa: 15_800, offeredMa: 16_000, powerW: 3_610, energyWh: 12_410, phases: 1 },
  ceilingParts: { ...noParts, breakerMa: 25_000, cableMa: 32_000, nameplateMa: 32_000, installerMa: 25_000, installerConfirmed: true },
  ceiling: { limitMa: 25_000, binding: 'breaker', hardwareConfirmed: true },
  findings: [],
  inForce: [{ what: 'permanent limit', test: false, limitMa: 16_000, until: null }],
  permanent: {
    limitMa: 16_000,
    recipe: 'station maximum, Absolute, connector 0, amperes',
    outcome: { verdict: 'passed', finding: 'Accepted, and the current went from 22.1 A to 15.8 A within 4.8 s.', evidence: [71, 72, 75] },
  },
});

const points = (pairs: [number, number][]): PointView[] => pairs.map(([seconds, ma]) => ({ atMs: Date.now() - seconds * 1000, ma }));

const attempts = (verdict: VerdictView): AttemptView[] => [
  { recipe: 'TxDefaultProfile, Absolute, connector 0, amperes', askedMa: 10_000, answer: 'Rejected', verdict: 'notApplicable', measuredMa: null, evidence: [412, 413] },
  { recipe: 'TxDefaultProfile, Relative, connector 0, amperes', askedMa: 10_000, answer: 'Accepted', verdict, measuredMa: verdict === 'passed' ? 9_900 : 15_700, evidence: [414, 415, 416, 417, 418, 431] },
];

/** The check as it stands while it runs. */
export const proof = (): ProofView => ({
  requestedMa: 10_000,
  askedMa: 10_000,
  beforeMa: 15_800,
  measuredMa: null,
  settledMs: null,
  recipe: '',
  attempts: attempts('passed').slice(0, 1),
  fallback: null,
  outcome: null,
  asked: points([[120, 16_000], [62, 10_000]]),
  measured: points([[120, 15_800], [110, 15_800], [100, 15_900], [90, 15_800], [80, 15_700], [70, 15_800], [60, 15_800], [55, 11_200], [50, 9_900], [40, 9_900], [30, 9_900], [20, 10_000], [10, 9_900], [2, 9_900]]),
  offered: points([[120, 16_000], [60, 10_000]]),
});

export const running = (): ChargerView => ({
  ...limited(),
  steps: strip({ connect: ['done', 'booted 09:41'], inspect: ['done', '14 keys saved'], set: ['done', '16 A · ceiling 25 A'], prove: ['running', 'waiting for a reading'] }),
  live: { at: ago(2), importMa: 9_900, offeredMa: 10_000, powerW: 2_270, energyWh: 12_498, phases: 1 },
  inForce: [
    { what: 'test limit', test: true, limitMa: 10_000, until: ago(-252) },
    { what: 'base limit', test: false, limitMa: 25_000, until: null },
  ],
  proof: proof(),
  running: { step: 'prove', demand: false, doing: 'Waiting for a reading at or under 10.0 A', since: ago(62), until: ago(-252), cancelling: false },
});

const ended: Record<VerdictView, { state: StepState; summary: string; finding: string; fallback: string }> = {
  passed: { state: 'done', summary: 'follows a limit', finding: 'Asked for 10.0 A, the current went from 15.8 A to 9.9 A within 4.8 s and stayed there.', fallback: 'When the test limit ended, the current came back to 15.8 A by itself.' },
  failed: { state: 'failed', summary: 'does not follow', finding: 'It accepted 10.0 A, but went on drawing 15.7 A for 25 s, also with TxProfile and on connector 1.', fallback: 'Not tried: the limit was not obeyed.' },
  inconclusive: { state: 'inconclusive', summary: 'proves nothing', finding: 'The car drew 8.1 A before and after: less than the limit, so this proves nothing.', fallback: 'Not tried.' },
  notApplicable: { state: 'notTested', summary: 'no smart charging', finding: 'The charger has no SmartCharging profile: a limit over OCPP cannot be had.', fallback: 'Cannot be had.' },
  notTested: { state: 'notTested', summary: 'no car', finding: 'No car or tester drew current, so nothing was measured.', fallback: 'Not tried.' },
};

/** After the check, with this outcome. */
export function proved(verdict: VerdictView): ChargerView {
  const { state, summary, finding, fallback } = ended[verdict];
  const measured = verdict === 'passed' || verdict === 'failed';
  return {
    ...limited(),
    ...(verdict === 'notTested' ? { live: null, transaction: null } : {}),
    steps: strip({ connect: ['done', 'booted 09:41'], inspect: ['done', '14 keys saved'], set: ['done', '16 A · ceiling 25 A'], prove: [state, summary] }),
    proof: {
      ...proof(),
      ...(verdict === 'notTested' ? { askedMa: null, beforeMa: null, asked: [], measured: [], offered: [] } : {}),
      attempts: measured ? attempts(verdict) : [],
      measuredMa: verdict === 'passed' ? 9_900 : verdict === 'failed' ? 15_700 : null,
      settledMs: verdict === 'passed' ? 4_800 : null,
      recipe: verdict === 'passed' ? 'TxDefaultProfile, Relative, connector 0, amperes' : '',
      fallback: { verdict: verdict === 'passed' ? 'passed' : 'notTested', finding: fallback, evidence: verdict === 'passed' ? [440, 441] : [] },
      outcome: { verdict, finding, evidence: measured ? [412, 413, 414, 431] : [] },
    },
  };
}

/** What the charger of that view has told of its configuration. */
export function configurationOf({ configuration, version, serial }: ChargerView): ConfigurationView | null {
  if (!configuration) return null;
  const { taken, readAs } = configuration;
  if (version !== '1.6') return { taken, readAs, keys: variables(), unknown: [] };
  // The hostile one says in its keys what it says everywhere.
  if (serial.length > 100) return { taken, readAs, keys: [{ ...plain, key: serial, value: serial, readonly: true, meaning: null }, ...keys], unknown: [serial] };
  return { taken, readAs, keys, unknown: ['SupportedFileTransferProtocols'] };
}

/** A charger of OCPP 2.0.1, inspected. */
export const secondVersion = (): ChargerView => ({
  ...limited(),
  version: '2.0.1',
  security: { profile: 2, tls: 'TLS 1.3, TLS_AES_128_GCM_SHA256', password: 'right', certificate: null, has: 2, raising: false, raised: null },
  offered: ['ocpp2.0.1', 'ocpp1.6'],
  steps: strip({ connect: ['done', 'booted 09:41'], inspect: ['done', '96 variables saved'], set: ['done', '16 A · ceiling 25 A'] }),
  configuration: { taken: ago(610), readAs: 'full inventory', keys: variables().length },
  transaction: { id: 1001, named: '7c9e6679-7425-40de-944b-e07fc1f90ae7', connector: 1, started: ago(240) },
});

const markup = '<img src=x onerror="document.title=\'owned\'">';

/** Says only nonsense, and much of it. */
export const hostile = (): ChargerView => {
  const nonsense = markup + '‮' + 'W'.repeat(5_000);
  return {
    ...inspected(),
    title: nonsense,
    vendor: markup,
    model: nonsense,
    serial: nonsense,
    firmware: nonsense,
    path: `/${nonsense}`,
    offered: [nonsense, markup],
    arrivals: [{ at: ago(3), text: nonsense, number: 1 }, { at: 'no time at all', text: markup, number: null }],
    steps: strip({ connect: ['needsYou', nonsense], inspect: ['failed', nonsense] }),
    connectors: [{ connector: 1, status: nonsense, error: markup, at: ago(1) }],
    configuration: { taken: ago(5), readAs: 'whole list', keys: 15 },
    deviations: [{ rule: 'any', place: nonsense, got: nonsense, meaning: markup, hard: true, count: 1, evidence: [1] }],
    security: { ...inspected().security, raised: { verdict: 'failed', finding: nonsense, evidence: [1] } },
    findings: [{ code: 'any', gravity: 'stop', text: nonsense, evidence: [1] }],
  };
};
