// An OCPP 2.0.1 charging station on the npm package `ocpp-rpc`. Its options: see charging.mjs.

import { randomUUID } from 'node:crypto';

import {
  TOP_LEVEL, accepted, begin, call, car, clear, composite, end, given, later, matching, measure, reserve, reset,
  run, take, time, triggers,
} from './charging.mjs';

const EVSE = { id: 1, connectorId: 1 };
const PART = 4;

// [component, evse, variable, value, mutability, data type]
const VARIABLES = [
  ['ChargingStation', undefined, 'AvailabilityState', 'Available', 'ReadOnly', 'OptionList'],
  ['ClockCtrlr', undefined, 'DateTime', time(), 'ReadOnly', 'dateTime'],
  ['DeviceDataCtrlr', undefined, 'ItemsPerMessage', '4', 'ReadOnly', 'integer'],
  ['OCPPCommCtrlr', undefined, 'HeartbeatInterval', '60', 'ReadWrite', 'integer'],
  ['SampledDataCtrlr', undefined, 'TxUpdatedInterval', '1', 'ReadWrite', 'integer'],
  ['SampledDataCtrlr', undefined, 'TxUpdatedMeasurands', 'Energy.Active.Import.Register,Current.Import', 'ReadWrite', 'MemberList'],
  ['SecurityCtrlr', undefined, 'BasicAuthPassword', undefined, 'WriteOnly', 'string'],
  ['SecurityCtrlr', undefined, 'SecurityProfile', '0', 'ReadOnly', 'integer'],
  ['SmartChargingCtrlr', undefined, 'Enabled', 'true', 'ReadOnly', 'boolean'],
  ['SmartChargingCtrlr', undefined, 'PeriodsPerSchedule', '6', 'ReadOnly', 'integer'],
  ['SmartChargingCtrlr', undefined, 'ProfileStackLevel', String(TOP_LEVEL), 'ReadOnly', 'integer'],
  ['SmartChargingCtrlr', undefined, 'RateUnit', 'A', 'ReadOnly', 'MemberList'],
  ['EVSE', 1, 'AvailabilityState', 'Available', 'ReadOnly', 'OptionList'],
  ['EVSE', 1, 'SupplyPhases', '1', 'ReadOnly', 'integer'],
].map(([component, evse, variable, value, mutability, dataType]) => ({ component, evse, variable, value, mutability, dataType }));

const boot = (reason) => ({
  reason,
  chargingStation: { vendorName: 'Independent', model: 'npm ocpp-rpc', firmwareVersion: '2.2.1' },
});

async function status() {
  const connectorStatus = given.plugged ? 'Occupied' : 'Available';
  await call('StatusNotification', { timestamp: time(), connectorStatus, evseId: EVSE.id, connectorId: EVSE.connectorId });
}

function meterValue(context) {
  const { energy, draw } = measure();
  const sample = (value, measurand, unit, more) => ({ value, context, measurand, unitOfMeasure: { unit }, ...more });
  const sampledValue = [
    sample(Math.round(energy), 'Energy.Active.Import.Register', 'Wh'),
    sample(Number(draw.toFixed(1)), 'Current.Import', 'A', { phase: 'L1' }),
  ];
  return [{ timestamp: time(), sampledValue }];
}

let seqNo = 0;

async function event(eventType, triggerReason, context, info, more) {
  seqNo = eventType === 'Started' ? 0 : seqNo + 1;
  const state = eventType === 'Ended' ? {} : { chargingState: 'Charging' };
  const transactionInfo = { transactionId: car.transaction, ...state, ...info };
  const told = { eventType, timestamp: time(), triggerReason, seqNo, transactionInfo, evse: EVSE, ...more };
  return call('TransactionEvent', { ...told, meterValue: meterValue(context) });
}

const measured = () => event('Updated', 'MeterValuePeriodic', 'Sample.Periodic');

async function stop(triggerReason, stoppedReason) {
  const ended = event('Ended', triggerReason, 'Transaction.End', { stoppedReason });
  end();
  await ended;
}

async function start(remoteStartId, idToken, chargingProfile) {
  begin(randomUUID());
  if (chargingProfile) take(profileOf(EVSE.id, chargingProfile), true);
  const answer = await event('Started', 'RemoteStart', 'Transaction.Begin', { remoteStartId }, { idToken });
  const refused = answer.idTokenInfo && answer.idTokenInfo.status !== 'Accepted';
  if (refused) await stop('Deauthorized', 'DeAuthorized');
}

async function report(requestId, reported) {
  for (let at = 0; at < reported.length; at += PART) {
    const reportData = reported.slice(at, at + PART).map(({ component, evse, variable, value, mutability, dataType }) => ({
      component: { name: component, ...(evse && { evse: { id: evse } }) },
      variable: { name: variable },
      variableAttribute: [{ type: 'Actual', mutability, ...(value !== undefined && { value }) }],
      variableCharacteristics: { dataType, supportsMonitoring: false },
    }));
    const tbc = at + PART < reported.length;
    await call('NotifyReport', { requestId, generatedAt: time(), seqNo: at / PART, tbc, reportData });
  }
}

/** The variable that is meant, or why there is none. */
function find({ component, variable, attributeType = 'Actual' }) {
  const there = VARIABLES.filter((one) => one.component === component.name && one.evse === component.evse?.id);
  const found = there.find((one) => one.variable === variable.name);
  const missing = there.length === 0 ? 'UnknownComponent' : 'UnknownVariable';
  return { found, refused: found ? attributeType !== 'Actual' && 'NotSupportedAttributeType' : missing };
}

function getVariable(asked) {
  const { found, refused } = find(asked);
  const attributeStatus = refused || (found.mutability === 'WriteOnly' ? 'Rejected' : 'Accepted');
  const { component, variable } = asked;
  return { attributeStatus, component, variable, ...(attributeStatus === 'Accepted' && { attributeValue: found.value }) };
}

function setVariable(asked) {
  const { found, refused } = find(asked);
  const attributeStatus = refused || (found.mutability === 'ReadOnly' ? 'Rejected' : 'Accepted');
  if (attributeStatus === 'Accepted') found.value = asked.attributeValue;
  return { attributeStatus, component: asked.component, variable: asked.variable };
}

const profileOf = (evseId, said) => ({
  connector: evseId,
  id: said.id,
  purpose: said.chargingProfilePurpose,
  level: said.stackLevel,
  kind: said.chargingProfileKind,
  transaction: said.transactionId,
  schedule: said.chargingSchedule[0],
  said,
});

function fits(evseId, { purpose, transaction }) {
  switch (purpose) {
    case 'ChargingStationMaxProfile':
      return evseId === 0;
    case 'TxDefaultProfile':
      return evseId <= 1;
    case 'TxProfile':
      return evseId === 1 && car.transaction !== null && transaction === car.transaction;
    default:
      return false;
  }
}

async function reportProfiles(requestId, profiles) {
  for (const [index, { connector: evseId, said }] of profiles.entries()) {
    const tbc = index + 1 < profiles.length;
    await call('ReportChargingProfiles', { requestId, chargingLimitSource: 'CSO', evseId, chargingProfile: [said], tbc });
  }
}

/** Which duties of a platform the setting of a profile breaks. */
function breaches({ connector, id, purpose, level, kind, transaction, schedule }) {
  const twice = matching({ connector, purpose, level }).some((other) => other.id !== id);
  const starts = schedule.startSchedule !== undefined;
  const broken = {
    'K01.FR.03': purpose === 'TxProfile' && transaction === undefined,
    'K01.FR.06': purpose !== 'TxProfile' && twice,
    'K01.FR.16': purpose === 'TxProfile' && connector === 0,
    'K01.FR.31': schedule.chargingSchedulePeriod[0].startPeriod !== 0,
    'K01.FR.38': purpose === 'ChargingStationMaxProfile' && kind === 'Relative',
    'K01.FR.39': purpose === 'TxProfile' && twice,
    'K01.FR.40': kind !== 'Relative' && !starts,
    'K01.FR.41': kind === 'Relative' && starts,
  };
  return Object.keys(broken).filter((rule) => broken[rule]);
}

/** As `triggers`, and by the rules of 2.x. */
const triggered = (known) => (call) => {
  const { requestedMessage: name, evse } = call.params;
  // F06.FR.17: it was accepted before.
  if (name === 'BootNotification') return accepted(false);
  if (name === 'StatusNotification' && evse?.connectorId === undefined) {
    console.log('breach F06.FR.13');
    return accepted(false);
  }
  return triggers(known)(call);
};

const handlers = {
  GetBaseReport: ({ params: { requestId, reportBase } }) => {
    const all = reportBase === 'FullInventory';
    if (!all && reportBase !== 'ConfigurationInventory') return { status: 'NotSupported' };
    later(() => report(requestId, VARIABLES.filter(({ mutability }) => all || mutability !== 'ReadOnly')));
    return accepted(true);
  },
  GetVariables: ({ params: { getVariableData } }) => ({ getVariableResult: getVariableData.map(getVariable) }),
  SetVariables: ({ params: { setVariableData } }) => ({ setVariableResult: setVariableData.map(setVariable) }),
  SetChargingProfile: ({ params: { evseId, chargingProfile } }) => {
    const profile = profileOf(evseId, chargingProfile);
    const broken = breaches(profile);
    if (broken.length > 0) console.log('breach', ...broken);
    return accepted(broken.length === 0 && take(profile, fits(evseId, profile)));
  },
  ClearChargingProfile: ({ params: { chargingProfileId: id, chargingProfileCriteria: said } }) => {
    const asked = { id, connector: said?.evseId, purpose: said?.chargingProfilePurpose, level: said?.stackLevel };
    return accepted(clear(asked), 'Unknown');
  },
  GetChargingProfiles: ({ params: { requestId, evseId: connector, chargingProfile: said } }) => {
    const ids = said.chargingProfileId;
    const found = matching({ connector, purpose: said.chargingProfilePurpose, level: said.stackLevel });
    const wanted = found.filter(({ id }) => ids === undefined || ids.includes(id));
    later(() => reportProfiles(requestId, wanted));
    return accepted(wanted.length > 0, 'NoProfiles');
  },
  GetCompositeSchedule: ({ params: { evseId, duration, chargingRateUnit } }) => {
    if (evseId > 1 || chargingRateUnit === 'W') return accepted(false);
    const { start: scheduleStart, chargingSchedulePeriod } = composite(duration);
    return { ...accepted(true), schedule: { evseId, duration, scheduleStart, chargingRateUnit: 'A', chargingSchedulePeriod } };
  },
  TriggerMessage: triggered({
    Heartbeat: () => call('Heartbeat', {}),
    StatusNotification: status,
    MeterValues: () => call('MeterValues', { evseId: EVSE.id, meterValue: meterValue('Trigger') }),
    TransactionEvent: () => event('Updated', 'Trigger', 'Trigger'),
  }),
  RequestStartTransaction: ({ params: { remoteStartId, idToken, chargingProfile } }) => {
    const free = reserve();
    if (free) later(() => start(remoteStartId, idToken, chargingProfile));
    return accepted(free);
  },
  RequestStopTransaction: ({ params: { transactionId } }) => {
    const runs = transactionId === car.transaction;
    if (runs) later(() => stop('RemoteStop', 'Remote'));
    return accepted(runs);
  },
  GetTransactionStatus: ({ params: { transactionId } }) => ({
    messagesInQueue: false,
    ...(transactionId !== undefined && { ongoingIndicator: transactionId === car.transaction }),
  }),
  GetLog: ({ params: { log, logType, requestId } }) => {
    console.log(logType, log.remoteLocation);
    later(async () => {
      for (const state of ['Uploading', 'Uploaded']) await call('LogStatusNotification', { status: state, requestId });
    });
    return { ...accepted(true), filename: 'log.zip' };
  },
  Reset: ({ params: { type } }) => {
    const waits = type === 'OnIdle' && car.transaction !== null;
    later(async () => {
      while (type === 'OnIdle' && car.transaction !== null) await new Promise((resolve) => setTimeout(resolve, 100));
      if (car.transaction !== null) await stop('ResetCommand', 'ImmediateReset');
      await reset();
    });
    return { status: waits ? 'Scheduled' : 'Accepted' };
  },
};

await run({ protocol: 'ocpp2.0.1', handlers, measured, boot, status });
