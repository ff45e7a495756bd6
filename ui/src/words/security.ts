// TLS, certificates and security profiles, in words.
import type { PasswordView } from '../backend';

/** OCPP 1.6 security whitepaper, OCPP 2.0.1 part 2 block A. */
const profiles: Record<number, string> = {
  0: '0: neither password nor TLS',
  1: '1: password, no TLS',
  2: '2: password and TLS',
  3: '3: TLS and the charger’s own certificate',
};

const password: Record<PasswordView, string> = {
  missing: 'none sent',
  unchecked: 'sent; none is set here to hold it against',
  right: 'sent, the right one',
  wrong: 'sent, another one than is set here',
};

export const security = {
  title: 'How it is connected',
  why: 'As its newest connection shows it, not as it is configured.',
  profile: 'Security profile',
  profileOf: (profile: number | null) => (profile === null ? 'none of OCPP’s: TLS without password or certificate' : (profiles[profile] ?? String(profile))),
  tls: 'TLS',
  noTls: 'none: everything can be read and changed on the network',
  password,
  passwordName: 'Password',
  certificate: 'Its own certificate',
  noCertificate: 'none shown',
  site: 'Encrypted connections (TLS)',
  siteWhy: 'A certificate authority of this site’s own, made on first use, signs the certificate that Chargehand shows to chargers. Its root is public and goes into each charger.',
  none: 'Not made yet: chargers can connect with ws:// only.',
  closed: (name: string) => `${name} was made here; its private key is closed. Until it is opened, chargers can connect with ws:// only.`,
  open: 'Open: chargers can connect with wss://, on the same port.',
  keeping: 'Where its private key is kept',
  keepings: { keychain: 'In this computer’s keychain', passphrase: 'In the data folder, under a passphrase' },
  never: 'It is never kept unencrypted.',
  passphrase: 'Passphrase',
  passphraseHint: 'At least 8 characters, for example five words. Without it the key is lost, and the root has to go into every charger anew.',
  showPassphrase: 'Show what I type',
  make: 'Make the authority',
  openIt: 'Open it',
  working: 'Working: this takes a few seconds …',
  name: 'Name',
  fingerprint: 'SHA-256',
  fingerprintWhy: 'Compare it with what the charger shows.',
  exportPem: 'Export root as PEM',
  exportDer: 'Export root as DER',
  exported: 'Written to',
  addresses: 'Address to type',
  address: { plain: 'Without TLS (ws)', secure: 'With TLS (wss)' },
  secureNote: 'The charger must trust the root first: export it under Site.',
};
