import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { limited, sites, DemoSite, hostile } from '../src/backend/demo';
import { at, callsOf, expectSound, id, open } from './support';

/** Opens Inspect → Messages at a message. */
async function compose(site: keyof typeof sites | DemoSite, action: string): Promise<DemoSite> {
  const opened = await open(site, 'inspect');
  await at('tab-messages').click();
  await page.getByRole('button', { name: action, exact: true }).click();
  await expect.element(at('json')).toBeVisible();
  return opened;
}

const json = (): unknown => JSON.parse((at('json').element() as HTMLTextAreaElement).value);

test('every message the version lets us send is there, found by name or by what it does', async () => {
  await open('limited', 'inspect');
  await at('tab-messages').click();
  await expect.poll(() => at('message').elements().length).toBe(26);
  await at('message-search').fill('profile');
  await expect.element(at('messages')).toHaveTextContent('3 of 26');
  await at('message-search').fill('restarts');
  expect(at('message').elements().map((one) => one.textContent)).toEqual(['Reset', 'SignedUpdateFirmware', 'UpdateFirmware']);
});

test('form and JSON are in step, both ways', async () => {
  await compose('limited', 'ChangeAvailability');
  await expect.poll(json).toEqual({ connectorId: null, type: null });
  await at('form/connectorId').fill('1');
  await at('form/type').selectOptions('Inoperative');
  await expect.poll(json).toEqual({ connectorId: 1, type: 'Inoperative' });
  await at('json').fill('{"connectorId": 2, "type": "Operative", "note": "x"}');
  await expect.element(at('form/connectorId')).toHaveValue('2');
  await expect.element(at('form')).toHaveTextContent('note: OCPP does not define this field.');
  await at('json').fill('{"connectorId": 3,');
  await expect.element(at('compose')).toHaveTextContent('This is no JSON object');
  await expect.element(at('form/connectorId')).toHaveValue('2');
  await expect.element(at('send')).toBeDisabled();
});

test('a charging profile is built from nested objects, lists and optional fields, by keyboard alone', async () => {
  const site = await compose('limited', 'SetChargingProfile');
  await at('form/connectorId').click();
  await userEvent.keyboard('0{Tab}7{Tab}0{Tab}');
  const at_ = '/csChargingProfiles';
  await at(`form/csChargingProfiles/chargingProfilePurpose`).selectOptions('TxDefaultProfile');
  await at(`form${at_}/chargingProfileKind`).selectOptions('Absolute');
  await at(`form${at_}/chargingSchedule/chargingRateUnit`).selectOptions('A');
  const period = `${at_}/chargingSchedule/chargingSchedulePeriod`;
  await at(`form${period}/0/startPeriod`).fill('0');
  await at(`form${period}/0/limit`).fill('16,3');
  at(`add${period}`).element().focus();
  await userEvent.keyboard('{Enter}60{Tab}10');
  at(`add-fields${at_}/chargingSchedule`).element().focus();
  await userEvent.keyboard('{Enter}');
  at(`add${at_}/chargingSchedule/duration`).element().focus();
  await userEvent.keyboard('{Enter}90');
  await expect.element(at('send-say')).toHaveTextContent('Fits the official schema.');
  await at('send').click();
  await at('confirm-yes').click();
  expect(callsOf(site, 'sendMessage')).toEqual([
    [
      id,
      'SetChargingProfile',
      {
        connectorId: 0,
        csChargingProfiles: {
          chargingProfileId: 7,
          stackLevel: 0,
          chargingProfilePurpose: 'TxDefaultProfile',
          chargingProfileKind: 'Absolute',
          chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 16.3 }, { startPeriod: 60, limit: 10 }], duration: 90 },
        },
      },
      false,
    ],
  ]);
});

test('optional fields and list entries are taken away again', async () => {
  await compose('limited', 'GetConfiguration');
  await at('add/key').click();
  await at('form/key/0').fill('HeartbeatInterval');
  await at('add/key').click();
  await at('form/key/1').fill('NoSuchKey');
  await at('remove/key/0').click();
  await expect.poll(json).toEqual({ key: ['NoSuchKey'] });
  await at('remove/key').click();
  await expect.poll(json).toEqual({});
});

test('what does not fit the schema is said at its field, and may still be sent as it is', async () => {
  const site = await compose('limited', 'GetConfiguration');
  await at('json').fill('{"key": ["' + 'k'.repeat(51) + '"]}');
  await expect.element(at('form')).toHaveTextContent('At most 50 characters.');
  await expect.element(at('send-say')).toHaveTextContent('1 value does not fit the official schema. A strict charger refuses it.');
  await at('send').click();
  await expect.element(at('sent')).toBeVisible();
  expect(callsOf(site, 'sendMessage')).toHaveLength(1);
});

test('the answer comes with its time and its frames; error and silence are told apart from it', async () => {
  const site = await compose('limited', 'GetConfiguration');
  await at('send').click();
  await expect.element(at('sent')).toHaveTextContent('143 ms');
  await expect.element(at('sent-answer')).toHaveTextContent('"HeartbeatInterval"');
  await expect.element(at('spoken')).toHaveTextContent('GetConfiguration: answered after 143 ms.');
  await at('sent').getByRole('button', { name: 'frames 65–66' }).click();
  expect(callsOf(site, 'frames')).toEqual([[id, [65, 66]]]);
  await at('sheet-close').click();
  await page.getByRole('button', { name: 'ClearCache', exact: true }).click();
  await at('send').click();
  await expect.element(at('sent').first()).toHaveTextContent('Silence proves nothing');
  await page.getByRole('button', { name: 'UnlockConnector', exact: true }).click();
  await at('send').click();
  await at('confirm-yes').click();
  await expect.element(at('sent').first()).toHaveTextContent('Error answer');
  await expect.element(at('sent').first()).toHaveTextContent('"<b>no lock</b>"');
  expect(at('sent').elements()).toHaveLength(3);
});

test('what energises, unlocks or resets first asks whether anybody works on the circuit', async () => {
  const site = await compose('limited', 'Reset');
  await expect.element(at('risk')).toHaveTextContent('Acts on the charger');
  await at('form/type').selectOptions('Soft');
  await at('send').click();
  await expect.element(page.getByRole('dialog', { name: 'Is anybody working on this circuit?' })).toHaveTextContent('It comes back by itself');
  await at('confirm-no').click();
  expect(callsOf(site, 'sendMessage')).toEqual([]);
});

test('a message whose effect is unknown is sent only after the person says that it is known to them', async () => {
  const site = await compose('limited', 'DataTransfer');
  await at('form/vendorId').fill('org.example');
  await at('send').click();
  await at('confirm-yes').click();
  await expect.element(at('send-problem')).toHaveTextContent('Effect on current unknown');
  await at('send-confirmed').click();
  await expect.element(at('sent')).toBeVisible();
  expect(callsOf(site, 'sendMessage').map((call) => call.at(-1))).toEqual([false, true]);
});

test('a limit above the ceiling is refused in words, and the ceiling is one press away', async () => {
  const site = sites.limited();
  site.refuse.sendMessage = { code: 'aboveCeiling', message: '32.0 A per phase is above the ceiling of 25.0 A.', remedy: 'Ask for less.' };
  await compose(site, 'SetChargingProfile');
  await at('send').click();
  await at('confirm-yes').click();
  await expect.element(at('send-problem')).toHaveTextContent('32.0 A per phase is above the ceiling of 25.0 A. Ask for less.');
  await at('to-ceiling').click();
  await expect.element(at('step-set')).toHaveAttribute('aria-current', 'step');
});

test('a password that was sent is masked, and the mask is never filled in again', async () => {
  await compose('limited', 'ChangeConfiguration');
  await at('form/key').fill('AuthorizationKey');
  await at('form/value').fill('hunter22hunter22');
  await at('send').click();
  await expect.element(at('sent')).toHaveTextContent('(masked)');
  expect(at('history').element().textContent).not.toContain('hunter22');
  await at('use-again').click();
  await expect.poll(json).toEqual({ key: 'AuthorizationKey', value: null });
});

test('what was typed is still there after looking elsewhere, and each charger has its own', async () => {
  await compose('limited', 'ChangeConfiguration');
  await at('form/key').fill('Half');
  await at('step-set').click();
  await at('step-inspect').click();
  await at('tab-messages').click();
  await expect.element(at('form/key')).toHaveValue('Half');
});

test('nothing is sent while the charger is away, not adopted or busy', async () => {
  const site = await compose('limited', 'ClearCache');
  site.change(id, { connected: false });
  await expect.element(at('send')).toBeDisabled();
  await expect.element(at('send-say')).toHaveTextContent('Not connected');
  site.change(id, { connected: true, adopted: false });
  await expect.element(at('send-say')).toHaveTextContent('Not adopted');
  site.change(id, { adopted: true, running: { step: 'prove', demand: false, doing: 'x', since: '', until: null, cancelling: false } });
  await expect.element(at('send-say')).toHaveTextContent('A step is running');
});

test('the running transaction stands in the form of the message that stops it', async () => {
  await compose('limited', 'RemoteStopTransaction');
  await expect.poll(json).toEqual({ transactionId: 1001 });
});

test('in 2.x a transaction is named by its text id', async () => {
  await compose(new DemoSite({}, [{ ...limited(), version: '2.0.1', transaction: { ...limited().transaction!, named: 'f3-77' } }]), 'RequestStopTransaction');
  await expect.poll(json).toEqual({ transactionId: 'f3-77' });
});

test('2.1: a message with deep schemas and many optional fields is filled in', async () => {
  await compose(new DemoSite({}, [{ ...limited(), version: '2.1' }]), 'SetChargingProfile');
  await expect.element(at('form/evseId')).toHaveAccessibleDescription(/For TxDefaultProfile an evseId=0/);
  const schedule = '/chargingProfile/chargingSchedule/0';
  await at(`add-fields${schedule}/chargingSchedulePeriod/0`).click();
  await at(`add${schedule}/chargingSchedulePeriod/0/operationMode`).click();
  await at(`form${schedule}/chargingSchedulePeriod/0/operationMode`).selectOptions('ExternalSetpoint');
  await expectSound();
});

test('a hostile answer stays text', async () => {
  const site = new DemoSite({}, [{ ...hostile(), deviations: [] }]);
  await compose(site, 'UnlockConnector');
  await at('send').click();
  await at('confirm-yes').click();
  await expect.element(at('sent-answer')).toHaveTextContent('<b>no lock</b>');
  expect(at('sent-answer').element().querySelector('b')).toBeNull();
});

test('arrow keys move between the parts of Inspect', async () => {
  await open('limited', 'inspect');
  at('tab-overview').element().focus();
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(at('tab-messages')).toHaveFocus();
  await expect.element(at('messages')).toBeVisible();
  await userEvent.keyboard('{End}');
  await expect.element(at('security')).toBeVisible();
});
