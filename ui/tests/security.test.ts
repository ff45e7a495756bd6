import { expect, test } from 'vitest';
import { page } from 'vitest/browser';
import { sites } from '../src/backend/demo';
import { at, callsOf, open } from './support';

test('the authority is made with its key in the keychain unless the person chooses a passphrase', async () => {
  const site = await open('empty');
  await at('rail-site').click();
  await expect.element(at('authority')).toHaveTextContent('Not made yet: chargers can connect with ws:// only.');
  await at('secure').click();
  expect(callsOf(site, 'secure')).toEqual([[null]]);
  await expect.element(at('authority-open')).toHaveTextContent('chargers can connect with wss://');
  await expect.element(at('fingerprint')).toHaveTextContent('9f2c4e1b');
});

test('a passphrase is not shown, and a short one is refused with what to do', async () => {
  const site = await open('empty');
  await at('rail-site').click();
  await page.getByRole('radio', { name: 'In the data folder, under a passphrase' }).click();
  await expect.element(at('secure')).toBeDisabled();
  await at('passphrase').fill('short');
  await expect.element(at('passphrase')).toHaveAttribute('type', 'password');
  await at('secure').click();
  await expect.element(at('secure-problem')).toHaveTextContent('at least 8 characters. Choose a longer one');
  await at('passphrase').fill('five words are long enough');
  await at('secure').click();
  expect(callsOf(site, 'secure')).toEqual([['short'], ['five words are long enough']]);
  await expect.element(at('authority-open')).toBeVisible();
});

test('an authority whose key lies under a passphrase is opened with it, and its root is to be had before', async () => {
  const site = await open('closed');
  await at('rail-site').click();
  await expect.element(at('authority')).toHaveTextContent('its private key is closed');
  await at('export-der').click();
  await expect.element(at('exported')).toHaveTextContent('Chargehand root CA.der');
  await at('passphrase').fill('five words are long enough');
  await at('secure').click();
  expect(callsOf(site, 'exportRoot')).toEqual([[true]]);
  await expect.element(at('authority-open')).toBeVisible();
});

test('with TLS open the address to type can be had with wss', async () => {
  const site = sites.empty();
  await open(site);
  await at('to-connect').click();
  await expect.element(at('address-kind')).not.toBeInTheDocument();
  await site.secure(null);
  await page.getByRole('radio', { name: 'With TLS (wss)' }).click();
  await expect.element(at('url')).toHaveTextContent('wss://192.168.1.23:9616/');
});

test('the security profile is what the newest connection shows', async () => {
  await open('secured', 'inspect');
  await at('tab-security').click();
  await expect.element(at('profile')).toHaveTextContent('2: password and TLS');
  await expect.element(at('security')).toHaveTextContent('TLS 1.3');
  await expect.element(at('security')).toHaveTextContent('sent, the right one');
});
