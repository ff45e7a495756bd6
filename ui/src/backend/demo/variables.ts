// The variables of a scripted 2.0.1 charger.
import type { AttributesView, KeyView } from '..';

const none: AttributesView = { target: null, minSet: null, maxSet: null, writeOnly: false, unit: '', dataType: 'string', allowed: '' };

const variable = (component: string, name: string, value: string | null, more: Partial<AttributesView> = {}, readonly = false, meaning: string | null = null): KeyView => ({
  component,
  key: `${component}.${name}`,
  value,
  readonly,
  effectUnknown: false,
  meaning,
  attributes: { ...none, ...more },
});

/** Thirty meters, so that there is something to search. */
const sensors = Array.from({ length: 80 }, (_, i) => variable(`TemperatureSensor[${i + 1}]#1`, 'Temperature', String(20 + (i % 9)), { unit: 'Celsius', dataType: 'decimal' }, true));

export const variables = (): KeyView[] => [
  variable('AlignedDataCtrlr', 'Interval', '900', { unit: 's', dataType: 'integer' }, false, 'Readings at fixed times of day. 0: none.'),
  variable('ChargingStation', 'AvailabilityState', 'Available', { dataType: 'OptionList', allowed: 'Available,Occupied,Reserved,Unavailable,Faulted' }, true),
  variable('ChargingStation', 'SupplyPhases', '3', { dataType: 'integer', allowed: '0 to 3' }, true, 'Phases it is supplied with.'),
  variable('Connector#1/1', 'ConnectorType', 'sType2', { dataType: 'OptionList' }, true),
  variable('DeviceDataCtrlr', 'ItemsPerMessage[GetVariables]', '32', { dataType: 'integer' }, true),
  variable('EVSE#1', 'Power', '7400', { unit: 'W', dataType: 'decimal', allowed: '0 to 22000', maxSet: '22000' }, true, 'Power it draws now, and the most it can.'),
  variable('OCPPCommCtrlr', 'HeartbeatInterval', '300', { unit: 's', dataType: 'integer', target: '60' }, false, 'How often it says that it lives.'),
  variable('SampledDataCtrlr', 'TxUpdatedInterval', '5', { unit: 's', dataType: 'integer' }, false, 'How often it sends a reading while charging.'),
  variable('SampledDataCtrlr', 'TxUpdatedMeasurands', 'Current.Import,Power.Active.Import', { dataType: 'MemberList', allowed: 'Current.Import,Current.Offered,Power.Active.Import,Energy.Active.Import.Register' }),
  variable('SecurityCtrlr', 'BasicAuthPassword', null, { writeOnly: true }, false, 'Password of the charger towards the platform.'),
  variable('SecurityCtrlr', 'SecurityProfile', '1', { dataType: 'integer' }, true),
  ...sensors,
  variable('Vendor', 'Nonsense', '<b>bold</b>', { unit: '<i>', allowed: '<script>' }),
];
