import { expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { sites, type DemoSite } from '../src/backend/demo';
import { madePassword } from '../src/screens/inspect/raise/password';
import { at, callsOf, id, open } from './support';

const chosen = 'a password of 20 chr';

async function raise(site: keyof typeof sites | DemoSite): Promise<DemoSite> {
  const opened = await open(site, 'inspect');
  await at('tab-security').click();
  await expect.element(at('raise')).toBeVisible();
  return opened;
}

const reach = (profile: string) => page.getByRole('radio', { name: profile });

test('what is written, what proves it and the way back are there before anything is sent', async () => {
  const site = await raise('bare');
  await expect.element(at('has')).toHaveTextContent('It has profile 0: neither password nor TLS.');
  await reach('3: TLS').click();
  await expect.poll(() => at('rungs').getByRole('listitem').elements().length).toBe(3);
  await expect.element(at('rungs')).toHaveTextContent('It connects with TLS and shows that certificate.');
  await expect.element(at('way-back')).toHaveTextContent('a charger refuses a lower profile');
  await reach('1: password, no TLS').click();
  await expect.poll(() => at('rungs').getByRole('listitem').elements().length).toBe(1);
  expect(callsOf(site, 'raiseSecurity')).toEqual([]);
});

test('nothing can be raised until a password is there and the person has kept it', async () => {
  const site = await raise('bare');
  await expect.element(at('raise-missing')).toHaveTextContent('at least 16 characters');
  await expect.element(at('kept')).toBeDisabled();
  await at('raise-password').fill(chosen);
  await expect.element(at('raise-start')).toBeDisabled();
  await at('kept').click();
  await expect.element(at('raise-start')).toBeEnabled();
  await at('raise-start').click();
  expect(callsOf(site, 'raiseSecurity')).toEqual([[id, 1, chosen]]);
});

test('another password has to be kept anew', async () => {
  await raise('bare');
  await at('raise-password').fill(chosen);
  await at('kept').click();
  await at('make-password').click();
  await expect.element(at('kept')).not.toBeChecked();
  await expect.element(at('raise-start')).toBeDisabled();
});

test('a password is hidden while it is typed, and a made one is shown to be written down', async () => {
  await raise('bare');
  await expect.element(at('raise-password')).toHaveAttribute('type', 'password');
  await at('make-password').click();
  await expect.element(at('raise-password')).toHaveAttribute('type', 'text');
  await expect.element(at('raise-password')).toHaveValue(expect.stringMatching(/^[A-Za-z0-9]{20}$/));
  await page.getByText('Show the password').click();
  await expect.element(at('raise-password')).toHaveAttribute('type', 'password');
});

test('made passwords are letters and digits, and never the same', () => {
  const made = Array.from({ length: 200 }, madePassword);
  expect(made.filter((password) => !/^[A-Za-z0-9]{20}$/.test(password))).toEqual([]);
  expect(new Set(made).size).toBe(200);
});

test('the password is gone from the window once it was handed over, also where it was refused', async () => {
  const site = sites.bare();
  site.refuse.raiseSecurity = { code: 'other', message: 'A password of OCPP 1.6 has 16 to 20 characters.', remedy: 'Choose such a password.' };
  await raise(site);
  await at('raise-password').fill(chosen);
  await at('kept').click();
  await at('raise-start').click();
  await expect.element(at('raise-problem')).toHaveTextContent('Choose such a password.');
  await expect.element(at('raise-password')).toHaveValue('');
  expect(document.body.innerHTML).not.toContain(chosen);
});

test('profile 2 waits for the authority and leads to where it is made', async () => {
  await raise('inspected');
  await expect.element(at('authority-missing')).not.toBeInTheDocument();
  await reach('2: password and TLS').click();
  await at('raise-password').fill(chosen);
  await at('kept').click();
  await expect.element(at('raise-start')).toBeDisabled();
  await expect.element(at('raise-missing')).toHaveTextContent('Make or open the certificate authority first.');
  await at('raise-authority').click();
  await expect.element(at('authority')).toBeVisible();
});

test('a charge that runs is in the way', async () => {
  const site = await raise('bare');
  site.change(id, { transaction: { id: 7, named: '', connector: 1, started: new Date().toISOString() } });
  await expect.element(at('raise-missing')).toHaveTextContent('A charge is running');
});

test('while it runs it says what it does and can be stopped', async () => {
  const site = await raise('raising');
  await expect.element(at('doing')).toHaveTextContent('Raising to security profile 1');
  await expect.element(at('raise-password')).not.toBeInTheDocument();
  await at('stop-raising').click();
  expect(callsOf(site, 'cancel')).toEqual([[id]]);
  await at('tab-overview').click();
  await expect.element(at('identity')).toHaveTextContent('Reading changes nothing');
});

test('the outcome is said in words with the frames it rests on, and handed over', async () => {
  const site = await raise('raised');
  await expect.element(at('raised-verdict')).toHaveTextContent('inconclusive');
  await expect.element(at('raised-finding')).toHaveTextContent('3 was not reached');
  await expect.element(at('raise-to')).toHaveTextContent('3: TLS');
  await at('climb').getByTestId('evidence').click();
  expect(callsOf(site, 'frames')).toEqual([[id, [81, 82, 85]]]);
  await userEvent.keyboard('{Escape}');
  await at('step-handOver').click();
  await expect.element(at('step-outcomes')).toHaveTextContent('Security profile');
});

test('the whole way goes by keyboard', async () => {
  const site = await raise('bare');
  await userEvent.click(reach('1: password, no TLS'));
  await userEvent.keyboard('{ArrowRight}');
  await expect.element(reach('2: password and TLS')).toBeChecked();
  (at('raise-password').element() as HTMLInputElement).focus();
  await userEvent.keyboard('{Tab}{Tab} ');
  await expect.element(at('raise-password')).toHaveValue(expect.stringMatching(/^[A-Za-z0-9]{20}$/));
  await userEvent.keyboard('{Tab}{Tab} ');
  await expect.element(at('kept')).toBeChecked();
  await userEvent.keyboard('{Tab}{Enter}');
  expect(callsOf(site, 'raiseSecurity')).toHaveLength(1);
});
