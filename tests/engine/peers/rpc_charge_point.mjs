// An OCPP 1.6J charge point on the npm package `ocpp-rpc` in strict mode: it checks every message, both ways, against
// the official schemas. Written apart from Chargehand's own code: what both believe about OCPP has to meet on the wire.
//
// Usage: node rpc_charge_point.mjs --url ws://127.0.0.1:PORT/ --id ID [--plugged] [--ignore-limits]
//
// One connector, one phase, 32 A; MeterValues every second while it charges. It ends when the connection ends. Prints a
// line for each thing that matters: `connected`, `boot Accepted`, `transaction 1 started`, `draws 10.0 A` …

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

// `cargo xtask test` installs it there.
const require = createRequire(new URL('../../../target/peers/node/', import.meta.url));
const { RPCClient, createRPCError } = require('ocpp-rpc');

const NAMEPLATE = 32;
const LEAST_OFFER = 6;
const VOLTS = 230;
const CONFIGURATION = {
  HeartbeatInterval: '60',
  MeterValueSampleInterval: '1',
  MeterValuesSampledData: 'Energy.Active.Import.Register,Current.Import',
  NumberOfConnectors: '1',
  SupportedFeatureProfiles: 'Core,SmartCharging,RemoteTrigger',
  ChargeProfileMaxStackLevel: '3',
  ChargingScheduleAllowedChargingRateUnit: 'Current',
  ChargingScheduleMaxPeriods: '6',
  MaxChargingProfilesInstalled: '6',
};

const { values: given } = parseArgs({
  options: {
    url: { type: 'string' },
    id: { type: 'string' },
    plugged: { type: 'boolean', default: false },
    'ignore-limits': { type: 'boolean', default: false },
  },
});

const endpoint = given.url.replace(/\/+$/, '');
const client = new RPCClient({ endpoint, identity: given.id, protocols: ['ocpp1.6'], strictMode: true, reconnect: false });

const charger = { profiles: [], transaction: null, since: null, starting: false, registered: false, energy: 12_500, draw: 0 };

const time = (at = Date.now()) => new Date(at).toISOString();
const status = (yes, no = 'Rejected') => (answer) => ({ status: answer ? yes : no });
const accepted = status('Accepted');

/** The limit of a profile at a time (ms), in amperes; null where it says nothing (not begun, over, no transaction). */
function limitOf({ profile, setAt }, at) {
  const { chargingSchedule: schedule, chargingProfileKind: kind } = profile;
  const absolute = schedule.startSchedule === undefined ? setAt : Date.parse(schedule.startSchedule);
  const start = kind === 'Absolute' ? absolute : charger.since;
  if (start === null) return null;
  const elapsed = (at - start) / 1000;
  if (elapsed < 0 || (schedule.duration !== undefined && elapsed >= schedule.duration)) return null;
  return schedule.chargingSchedulePeriod.findLast(({ startPeriod }) => startPeriod <= elapsed)?.limit ?? null;
}

/** The limit in force at a time (ms), in amperes (OCPP 1.6, 3.13). */
function inForce(at) {
  const strongest = (purpose) =>
    charger.profiles
      .filter(({ profile }) => profile.chargingProfilePurpose === purpose)
      .map((installed) => ({ ...installed, limit: limitOf(installed, at) }))
      .filter(({ limit }) => limit !== null)
      .sort((a, b) => b.profile.stackLevel - a.profile.stackLevel || b.connector - a.connector)[0]?.limit;
  const session = strongest('TxProfile') ?? strongest('TxDefaultProfile');
  return Math.min(NAMEPLATE, session ?? NAMEPLATE, strongest('ChargePointMaxProfile') ?? NAMEPLATE);
}

function fits(connector, profile) {
  const { transaction } = charger;
  switch (profile.chargingProfilePurpose) {
    case 'ChargePointMaxProfile':
      return connector === 0;
    case 'TxDefaultProfile':
      return connector <= 1;
    default:
      return connector === 1 && transaction !== null && (profile.transactionId ?? transaction) === transaction;
  }
}

function setChargingProfile({ params: { connectorId: connector, csChargingProfiles: profile } }) {
  const { chargingProfileId: id, chargingProfilePurpose: purpose, stackLevel: level, chargingSchedule: schedule } = profile;
  const usable = schedule.chargingRateUnit === 'A' && profile.chargingProfileKind !== 'Recurring';
  const taken = fits(connector, profile) && usable && level <= Number(CONFIGURATION.ChargeProfileMaxStackLevel);
  if (taken) {
    const stays = ({ connector: c, profile: p }) =>
      p.chargingProfileId !== id && !(p.chargingProfilePurpose === purpose && p.stackLevel === level && c === connector);
    charger.profiles = [...charger.profiles.filter(stays), { connector, profile, setAt: Date.now() }];
  }
  console.log(purpose, id, taken ? 'taken' : 'rejected', JSON.stringify(schedule.chargingSchedulePeriod), schedule.duration);
  return accepted(taken);
}

function clearChargingProfile({ params: asked }) {
  const matches = ({ connector, profile }) =>
    (asked.id ?? profile.chargingProfileId) === profile.chargingProfileId &&
    (asked.connectorId ?? connector) === connector &&
    (asked.chargingProfilePurpose ?? profile.chargingProfilePurpose) === profile.chargingProfilePurpose &&
    (asked.stackLevel ?? profile.stackLevel) === profile.stackLevel;
  const kept = charger.profiles.filter((installed) => !matches(installed));
  const found = kept.length < charger.profiles.length;
  charger.profiles = kept;
  console.log(found ? 'cleared' : 'nothing to clear', JSON.stringify(asked));
  return status('Accepted', 'Unknown')(found);
}

function getCompositeSchedule({ params: { connectorId, duration, chargingRateUnit } }) {
  if (connectorId > 1 || chargingRateUnit === 'W') return { status: 'Rejected' };
  const start = Date.now();
  const periods = [];
  for (let second = 0; second < Math.min(duration, 3600); second += 1) {
    const limit = inForce(start + second * 1000);
    if (periods.at(-1)?.limit !== limit) periods.push({ startPeriod: second, limit });
  }
  const chargingSchedule = { duration, chargingRateUnit: 'A', chargingSchedulePeriod: periods };
  return { status: 'Accepted', connectorId, scheduleStart: time(start), chargingSchedule };
}

function getConfiguration({ params: { key } }) {
  const asked = key?.length ? key : Object.keys(CONFIGURATION);
  const known = asked.filter((name) => name in CONFIGURATION);
  return {
    configurationKey: known.map((name) => ({ key: name, readonly: true, value: CONFIGURATION[name] })),
    unknownKey: asked.filter((name) => !known.includes(name)),
  };
}

async function boot() {
  const answer = await client.call('BootNotification', {
    chargePointVendor: 'Independent',
    chargePointModel: 'npm ocpp-rpc',
    firmwareVersion: '2.2.1',
  });
  console.log('boot', answer.status);
  if (answer.status === 'Accepted') {
    charger.registered = true;
    await sendStatus();
  }
  return answer.interval;
}

async function sendStatus() {
  const idle = given.plugged ? 'Preparing' : 'Available';
  const state = charger.transaction === null ? idle : 'Charging';
  await client.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: state, timestamp: time() });
}

async function measure() {
  const { transaction } = charger;
  const offered = given['ignore-limits'] ? NAMEPLATE : inForce(Date.now());
  const draw = transaction !== null && offered >= LEAST_OFFER ? offered : 0;
  if (draw !== charger.draw) console.log(`draws ${draw.toFixed(1)} A`);
  charger.draw = draw;
  charger.energy += (draw * VOLTS) / 3600;
  const sampledValue = [
    { value: charger.energy.toFixed(0), measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    { value: draw.toFixed(1), measurand: 'Current.Import', phase: 'L1', unit: 'A' },
  ];
  const meterValue = [{ timestamp: time(), sampledValue }];
  await client.call('MeterValues', { connectorId: 1, ...(transaction !== null && { transactionId: transaction }), meterValue });
}

async function start(idTag) {
  const begun = { connectorId: 1, idTag, meterStart: Math.round(charger.energy), timestamp: time() };
  const answer = await client.call('StartTransaction', begun);
  charger.starting = false;
  if (answer.idTagInfo.status !== 'Accepted') return console.log('idTag', answer.idTagInfo.status);
  charger.transaction = answer.transactionId;
  charger.since = Date.now();
  console.log('transaction', charger.transaction, 'started');
  await sendStatus();
}

async function stop() {
  const transactionId = charger.transaction;
  Object.assign(charger, { transaction: null, since: null, draw: 0 });
  charger.profiles = charger.profiles.filter(({ profile }) => profile.chargingProfilePurpose !== 'TxProfile');
  console.log('transaction', transactionId, 'stopped');
  const ended = { transactionId, meterStop: Math.round(charger.energy), timestamp: time(), reason: 'Remote' };
  await client.call('StopTransaction', ended);
  await sendStatus();
}

/** Does something once the answer has gone out. A connection that ends meanwhile ends the program anyway. */
const later = (what) => setTimeout(() => what().catch((error) => console.log('failed', error.message)), 10);

const TRIGGERED = { BootNotification: boot, StatusNotification: sendStatus, MeterValues: measure };

const HANDLERS = {
  GetConfiguration: getConfiguration,
  SetChargingProfile: setChargingProfile,
  ClearChargingProfile: clearChargingProfile,
  GetCompositeSchedule: getCompositeSchedule,
  TriggerMessage: ({ params: { requestedMessage } }) => {
    const known = requestedMessage in TRIGGERED;
    if (known) later(TRIGGERED[requestedMessage]);
    return status('Accepted', 'NotImplemented')(known);
  },
  RemoteStartTransaction: ({ params: { idTag } }) => {
    const free = given.plugged && charger.transaction === null && !charger.starting;
    if (free) {
      charger.starting = true;
      later(() => start(idTag));
    }
    return accepted(free);
  },
  RemoteStopTransaction: ({ params: { transactionId } }) => {
    const runs = transactionId === charger.transaction;
    if (runs) later(stop);
    return accepted(runs);
  },
};

for (const [action, handler] of Object.entries(HANDLERS)) client.handle(action, handler);
client.handle(({ method }) => {
  console.log('not implemented', method);
  throw createRPCError('NotImplemented');
});
client.on('strictValidationFailure', ({ error }) => console.log('schema', error.message));
client.once('close', () => {
  console.log('closed');
  process.exit(0);
});

await client.connect();
console.log('connected');
while (!charger.registered) {
  const interval = await boot();
  const until = Date.now() + interval * 1000;
  while (!charger.registered && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
}
setInterval(() => {
  if (charger.transaction !== null) measure().catch((error) => console.log('failed', error.message));
}, 1000);
