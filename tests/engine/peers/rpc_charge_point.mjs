// An OCPP 1.6J charge point on the npm package `ocpp-rpc`. Its options: see charging.mjs.

import {
  TOP_LEVEL, accepted, begin, call, car, clear, composite, end, given, later, measure, register, reserve, reset, run, take,
  time, triggers,
} from './charging.mjs';

const CONFIGURATION = {
  HeartbeatInterval: '60',
  MeterValueSampleInterval: '1',
  MeterValuesSampledData: 'Energy.Active.Import.Register,Current.Import',
  NumberOfConnectors: '1',
  SupportedFeatureProfiles: 'Core,FirmwareManagement,SmartCharging,RemoteTrigger',
  ChargeProfileMaxStackLevel: String(TOP_LEVEL),
  ChargingScheduleAllowedChargingRateUnit: 'Current',
  ChargingScheduleMaxPeriods: '6',
  MaxChargingProfilesInstalled: '6',
};
const WRITABLE = ['HeartbeatInterval', 'MeterValueSampleInterval'];

const boot = () => ({ chargePointVendor: 'Independent', chargePointModel: 'npm ocpp-rpc', firmwareVersion: '2.2.1' });

async function status() {
  const idle = given.plugged ? 'Preparing' : 'Available';
  const state = car.transaction === null ? idle : 'Charging';
  await call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: state, timestamp: time() });
}

async function measured(context = 'Sample.Periodic') {
  const { energy, draw } = measure();
  const sampledValue = [
    { value: energy.toFixed(0), context, measurand: 'Energy.Active.Import.Register', unit: 'Wh' },
    { value: draw.toFixed(1), context, measurand: 'Current.Import', phase: 'L1', unit: 'A' },
  ];
  const running = car.transaction === null ? {} : { transactionId: car.transaction };
  await call('MeterValues', { connectorId: 1, ...running, meterValue: [{ timestamp: time(), sampledValue }] });
}

async function start(idTag) {
  const begun = { connectorId: 1, idTag, meterStart: Math.round(car.energy), timestamp: time() };
  const answer = await call('StartTransaction', begun);
  if (answer.idTagInfo.status !== 'Accepted') {
    car.starting = false;
    return console.log('idTag', answer.idTagInfo.status);
  }
  begin(answer.transactionId);
  await status();
}

async function stop(reason) {
  const transactionId = end();
  await call('StopTransaction', { transactionId, meterStop: Math.round(car.energy), timestamp: time(), reason });
}

async function upload(action, more) {
  for (const state of ['Uploading', 'Uploaded']) await call(action, { status: state, ...more });
}

function fits(connector, { purpose, transaction }) {
  switch (purpose) {
    case 'ChargePointMaxProfile':
      return connector === 0;
    case 'TxDefaultProfile':
      return connector <= 1;
    default:
      return connector === 1 && car.transaction !== null && (transaction ?? car.transaction) === car.transaction;
  }
}

const handlers = {
  GetConfiguration: ({ params: { key } }) => {
    const asked = key?.length ? key : Object.keys(CONFIGURATION);
    const known = asked.filter((name) => name in CONFIGURATION);
    return {
      configurationKey: known.map((name) => ({ key: name, readonly: !WRITABLE.includes(name), value: CONFIGURATION[name] })),
      unknownKey: asked.filter((name) => !known.includes(name)),
    };
  },
  ChangeConfiguration: ({ params: { key, value } }) => {
    if (WRITABLE.includes(key)) CONFIGURATION[key] = value;
    return accepted(WRITABLE.includes(key), key in CONFIGURATION ? 'Rejected' : 'NotSupported');
  },
  SetChargingProfile: ({ params: { connectorId: connector, csChargingProfiles: said } }) => {
    const profile = {
      connector,
      id: said.chargingProfileId,
      purpose: said.chargingProfilePurpose,
      level: said.stackLevel,
      kind: said.chargingProfileKind,
      transaction: said.transactionId,
      schedule: said.chargingSchedule,
    };
    return accepted(take(profile, fits(connector, profile)));
  },
  ClearChargingProfile: ({ params: { id, connectorId: connector, chargingProfilePurpose: purpose, stackLevel: level } }) =>
    accepted(clear({ id, connector, purpose, level }), 'Unknown'),
  GetCompositeSchedule: ({ params: { connectorId, duration, chargingRateUnit } }) => {
    if (connectorId > 1 || chargingRateUnit === 'W') return accepted(false);
    const { start: scheduleStart, chargingSchedulePeriod } = composite(duration);
    const chargingSchedule = { duration, chargingRateUnit: 'A', chargingSchedulePeriod };
    return { ...accepted(true), connectorId, scheduleStart, chargingSchedule };
  },
  TriggerMessage: triggers({
    BootNotification: () => register({ boot, status }),
    Heartbeat: () => call('Heartbeat', {}),
    StatusNotification: status,
    MeterValues: () => measured('Trigger'),
  }),
  RemoteStartTransaction: ({ params: { idTag } }) => {
    const free = reserve();
    if (free) later(() => start(idTag));
    return accepted(free);
  },
  RemoteStopTransaction: ({ params: { transactionId } }) => {
    const runs = transactionId === car.transaction;
    if (runs) later(() => stop('Remote').then(status));
    return accepted(runs);
  },
  GetDiagnostics: ({ params: { location } }) => {
    console.log('diagnostics', location);
    later(() => upload('DiagnosticsStatusNotification'));
    return { fileName: 'diagnostics.zip' };
  },
  GetLog: ({ params: { log, logType, requestId } }) => {
    console.log(logType, log.remoteLocation);
    later(() => upload('LogStatusNotification', { requestId }));
    return { ...accepted(true), filename: 'log.zip' };
  },
  Reset: ({ params: { type } }) => {
    later(async () => {
      if (car.transaction !== null) await stop(`${type}Reset`);
      await reset();
    });
    return accepted(true);
  },
};

await run({ protocol: 'ocpp1.6', handlers, measured, boot, status });
