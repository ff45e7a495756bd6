// The handshake of a connection, from its TCP connection to its end, in words.
import type { ConnectionLine, ClosedByView, PasswordView, SpeaksView } from '../backend';

/** RFC 6455 section 7.4.1. */
const codes: Record<number, string> = {
  1000: 'normal end',
  1001: 'going away, as for a restart',
  1002: 'it saw a protocol error',
  1003: 'it cannot take this kind of data',
  1006: 'gone without a goodbye',
  1007: 'it could not read a message',
  1008: 'refused by its policy',
  1009: 'a message was too large',
  1011: 'it had an error of its own',
};

const by: Record<ClosedByView, string> = {
  charger: 'The charger closed it',
  us: 'Chargehand closed it',
  newerConnection: 'A newer connection of the same charger took its place',
  network: 'The network broke it off',
};

const state: Record<ConnectionLine['state'], string> = { coming: 'coming', connected: 'connected', ended: 'ended', refused: 'refused' };

const speaks: Record<SpeaksView, string> = { tls: 'First bytes: TLS (wss)', http: 'First bytes: HTTP (ws)', junk: 'First bytes: neither TLS nor HTTP' };

const password: Record<PasswordView, string> = {
  missing: 'none sent',
  unchecked: 'one sent; none is set here to hold it against',
  right: 'the right one sent',
  wrong: 'another one sent than is set here',
};

export const handshake = {
  title: 'Connection attempts',
  why: 'Whatever reached this port, newest first; also what never became a charger.',
  list: 'Connection attempts, newest first',
  none: 'Nothing has reached the port since Chargehand was started.',
  state,
  tls: 'TLS',
  plain: 'no TLS',
  unknown: { coming: 'not known yet', connected: '', ended: '', refused: 'no charger' },
  open: (peer: string) => `Handshake of ${peer}`,
  openWord: 'Handshake',
  sheet: (peer: string) => `Connection from ${peer}`,
  about: 'Each stage with the time since the connection was accepted. Passwords are never kept.',
  loading: 'Reading the attempt …',
  gone: 'This attempt is no longer kept.',
  after: (ms: number) => (ms < 10_000 ? `+${ms} ms` : `+${Math.round(ms / 1000)} s`),
  accepted: 'TCP connection accepted',
  from: 'From',
  to: 'To',
  charger: 'Charger',
  speaks,
  bytes: 'Bytes',
  hello: 'TLS hello',
  versions: 'Versions',
  suites: (n: number) => `Ciphers (${n})`,
  serverName: 'Host name (SNI)',
  noServerName: 'none sent, as usual with an address instead of a name',
  alpn: 'Protocols (ALPN)',
  secured: 'TLS is up',
  version: 'Version',
  suite: 'Cipher',
  certificate: 'Charger’s certificate',
  noCertificate: 'none shown',
  issuer: 'Issued by',
  trusted: 'Trusted',
  yes: 'yes',
  request: 'HTTP request',
  line: 'Request line',
  passwordName: 'Password',
  password,
  answer: (status: number) => (status === 101 ? 'Accepted as a WebSocket (101)' : `Refused with HTTP ${status}`),
  offered: 'Subprotocols offered',
  chosen: 'Chosen',
  nothing: 'none',
  firstMessage: 'First message',
  text: 'Text',
  closed: 'Connection closed',
  who: 'Who',
  by,
  code: 'Code',
  codeOf: (code: number | null) => (code === null ? 'none given' : `${code}${codes[code] ? `: ${codes[code]}` : ''}`),
  reason: 'Reason',
  waits: 'Nothing more has come yet.',
};
