// What sending a message can do to the person at the charger.

/** Only asks; changes what the charger keeps; acts on current, lock or the charger's own running. */
export type Risk = 'reads' | 'writes' | 'acts';

const reads = new Set([
  'ExtendedTriggerMessage', 'GetBaseReport', 'GetChargingProfiles', 'GetCompositeSchedule', 'GetConfiguration', 'GetDERControl', 'GetDiagnostics', 'GetDisplayMessages',
  'GetInstalledCertificateIds', 'GetLocalListVersion', 'GetLog', 'GetMonitoringReport', 'GetPeriodicEventStream', 'GetReport', 'GetTariffs', 'GetTransactionStatus',
  'GetVariables', 'TriggerMessage',
]);

const writes = new Set([
  'AdjustPeriodicEventStream', 'CancelReservation', 'CertificateSigned', 'ChangeConfiguration', 'ChangeTransactionTariff', 'ClearCache', 'ClearDisplayMessage', 'ClearTariffs',
  'ClearVariableMonitoring', 'CostUpdated', 'CustomerInformation', 'DeleteCertificate', 'InstallCertificate', 'NotifyWebPaymentStarted', 'PublishFirmware', 'ReserveNow',
  'SendLocalList', 'SetDefaultTariff', 'SetDisplayMessage', 'SetMonitoringBase', 'SetMonitoringLevel', 'SetNetworkProfile', 'SetVariableMonitoring', 'SetVariables',
  'UnpublishFirmware',
]);

/** A message that is in neither list is taken for the gravest. */
export const riskOf = (action: string): Risk => (reads.has(action) ? 'reads' : writes.has(action) ? 'writes' : 'acts');
