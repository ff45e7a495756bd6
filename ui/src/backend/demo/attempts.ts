// Scripted connections: a charger, and three that never became one.
import type { ConnectionLine, ConnectionView, StageView, WhatView } from '..';
import { ago } from './site';

const stages = (...list: [number, WhatView][]): StageView[] => list.map(([ms, what]) => ({ ms, what }));

const chrome = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'TLS_RSA_WITH_AES_128_CBC_SHA', '0x00ff'];

const upgrade = (path: string, extra: [string, string][] = []): WhatView => ({
  kind: 'request',
  line: `GET ${path} HTTP/1.1`,
  headers: [['Host', '192.168.1.23:9616'], ['Upgrade', 'websocket'], ['Connection', 'Upgrade'], ['Sec-WebSocket-Protocol', 'ocpp2.0.1, ocpp1.6'], ...extra].map(([name, value]) => ({ name: name!, value: value! })),
  password: extra.some(([name]) => name === 'Authorization') ? 'wrong' : 'missing',
});

/** As the engine keeps them, newest first. */
export const attempts = (): ConnectionView[] => [
  {
    id: '4',
    at: ago(4),
    peer: '192.168.1.61:41880',
    local: '192.168.1.23:9616',
    charger: 'EVB-2231',
    state: 'refused',
    stages: stages([2, { kind: 'firstBytes', speaks: 'http', hex: '474554202f4556422d32323331204854' }], [3, upgrade('/EVB-2231', [['Authorization', '(masked)']])], [4, { kind: 'answer', status: 401, offered: ['ocpp2.0.1', 'ocpp1.6'], chosen: '' }], [5, { kind: 'closed', by: 'us', code: null, reason: 'wrong password' }]),
    findings: [{ code: 'wrong_password', gravity: 'attention', text: 'EVB-2231 sent another password than the one that is set for it here. Enter the same one on both sides.', evidence: [] }],
  },
  {
    id: '3',
    at: ago(20),
    peer: '192.168.1.54:50120',
    local: '192.168.1.23:9616',
    charger: '',
    state: 'refused',
    stages: stages([1, { kind: 'firstBytes', speaks: 'tls', hex: '16030100c8010000c40303a1b2c3d4e5' }], [2, { kind: 'hello', versions: ['TLS 1.1', 'TLS 1.0'], suites: chrome.slice(3), serverName: null, alpn: [] }], [3, { kind: 'closed', by: 'us', code: null, reason: 'no common TLS version' }]),
    findings: [{ code: 'tls_too_old', gravity: 'attention', text: 'It speaks only TLS 1.1 and older, which OCPP’s security profiles do not allow. Ask the maker for newer firmware, or connect it without TLS (ws).', evidence: [] }],
  },
  {
    id: '2',
    at: ago(400),
    peer: '192.168.1.77:1025',
    local: '192.168.1.23:9616',
    charger: '',
    state: 'coming',
    stages: stages([40, { kind: 'firstBytes', speaks: 'junk', hex: '0d0a' }]),
    findings: [],
  },
  {
    id: '1',
    at: ago(731),
    peer: '192.168.1.54:50122',
    local: '192.168.1.23:9616',
    charger: 'wattpilot-91020014',
    state: 'connected',
    stages: stages(
      [1, { kind: 'firstBytes', speaks: 'tls', hex: '16030100c8010000c40303a1b2c3d4e5' }],
      [1, { kind: 'hello', versions: ['TLS 1.3', 'TLS 1.2'], suites: chrome, serverName: 'chargehand.local', alpn: ['http/1.1'] }],
      [14, { kind: 'secured', version: 'TLS 1.3', suite: 'TLS_AES_128_GCM_SHA256', certificate: null }],
      [16, upgrade('/wattpilot-91020014')],
      [16, { kind: 'answer', status: 101, offered: ['ocpp2.0.1', 'ocpp1.6'], chosen: 'ocpp1.6' }],
      [212, { kind: 'firstMessage', text: '[2,"1","BootNotification",{"chargePointVendor":"Fronius","chargePointModel":"Wattpilot Home 22 J"}]' }],
    ),
    findings: [],
  },
];

/** The line of an attempt. */
export const lineOf = ({ id, at, peer, charger, state, stages: list, findings }: ConnectionView): ConnectionLine => ({
  id,
  at,
  peer,
  charger,
  state,
  secured: list.some(({ what }) => what.kind === 'secured'),
  why: state === 'refused' ? (findings[0]?.text ?? '') : '',
  stages: list.length,
  simulated: false,
});
