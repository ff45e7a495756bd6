// The stages of a connection as titles with facts: what a person reads of each.
import type { ConnectionView, WhatView } from '../../backend';
import { words } from '../../words';

/** Name and value; `wire` marks what is shown as it came over the wire. */
export type Fact = { name: string; value: string; wire?: boolean };
export type Told = { title: string; facts: Fact[] };

const say = words.handshake;
const listed = (items: string[]): string => items.join(', ') || say.nothing;

const tell: { [K in WhatView['kind']]: (what: Extract<WhatView, { kind: K }>) => Told } = {
  firstBytes: ({ speaks, hex }) => ({ title: say.speaks[speaks], facts: [{ name: say.bytes, value: hex.replace(/(..)(?=.)/g, '$1 '), wire: true }] }),
  hello: ({ versions, suites, serverName, alpn }) => ({
    title: say.hello,
    facts: [
      { name: say.versions, value: listed(versions) },
      { name: say.serverName, value: serverName ?? say.noServerName },
      ...(alpn.length > 0 ? [{ name: say.alpn, value: listed(alpn) }] : []),
      { name: say.suites(suites.length), value: listed(suites) },
    ],
  }),
  secured: ({ version, suite, certificate }) => ({
    title: say.secured,
    facts: [
      { name: say.version, value: version },
      { name: say.suite, value: suite },
      { name: say.certificate, value: certificate?.subject ?? say.noCertificate },
      ...(certificate ? [{ name: say.issuer, value: certificate.issuer }, { name: say.trusted, value: certificate.trouble || say.yes }] : []),
    ],
  }),
  request: ({ line, headers, password }) => ({
    title: say.request,
    facts: [
      { name: say.line, value: line, wire: true },
      ...headers.map(({ name, value }) => ({ name, value, wire: true })),
      { name: say.passwordName, value: say.password[password] },
    ],
  }),
  answer: ({ status, offered, chosen }) => ({
    title: say.answer(status),
    facts: [{ name: say.offered, value: listed(offered) }, { name: say.chosen, value: chosen || say.nothing }],
  }),
  firstMessage: ({ text }) => ({ title: say.firstMessage, facts: [{ name: say.text, value: text, wire: true }] }),
  closed: ({ by, code, reason }) => ({
    title: say.closed,
    facts: [{ name: say.who, value: say.by[by] }, { name: say.code, value: say.codeOf(code) }, ...(reason ? [{ name: say.reason, value: reason }] : [])],
  }),
};

/** A stage in words. */
export const told = (what: WhatView): Told => (tell[what.kind] as (what: WhatView) => Told)(what);

/** What is true of the whole attempt: where it came from and who it is. */
export const accepted = ({ peer, local, charger, state }: ConnectionView): Told => ({
  title: say.accepted,
  facts: [{ name: say.from, value: peer }, ...(local ? [{ name: say.to, value: local }] : []), { name: say.charger, value: charger || say.unknown[state] }],
});
