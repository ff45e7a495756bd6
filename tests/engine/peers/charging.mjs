// What the charge points on the npm package `ocpp-rpc` share, whatever version they speak: one connector with a car that
// draws all it is offered on one phase, charging profiles, and their life. The package runs in strict mode: it checks
// every message, both ways, against the official schemas. Written apart from Chargehand's own code: what both believe
// about OCPP has to meet on the wire.
//
// Options: --url URL --id ID [--plugged] [--ignore-limits] [--password P] [--ca FILE] [--cert FILE --key FILE]
//
// They measure every second while they charge, come back after a reset, and end when the connection ends otherwise. Each
// prints a line for each thing that matters: `connected`, `boot Accepted`, `transaction 1 started`, `draws 10.0 A` …

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

// `cargo xtask test` installs it there.
const require = createRequire(new URL('../../../target/peers/node/', import.meta.url));
const { RPCClient, createRPCError } = require('ocpp-rpc');

const NAMEPLATE = 32;
const LEAST_OFFER = 6;
const VOLTS = 230;
export const TOP_LEVEL = 3;

const text = { type: 'string' };
const flag = { type: 'boolean', default: false };
export const { values: given } = parseArgs({
  options: { url: text, id: text, plugged: flag, 'ignore-limits': flag, password: text, ca: text, cert: text, key: text },
});

/** The car, its transaction, and what the charger knows beyond one connection. */
export const car = { profiles: [], transaction: null, since: null, starting: false, energy: 12_500, draw: 0 };

export const time = (at = Date.now()) => new Date(at).toISOString();

/**
 * The limit of a profile at a time (ms), in amperes; null where it says nothing (not begun, over, no transaction).
 * A profile as installed: connector, id, purpose, level, kind, transaction, schedule, setAt, and what was said.
 */
function limitOf({ kind, schedule, setAt }, at) {
  const absolute = schedule.startSchedule === undefined ? setAt : Date.parse(schedule.startSchedule);
  const start = kind === 'Absolute' ? absolute : car.since;
  if (start === null) return null;
  const elapsed = (at - start) / 1000;
  if (elapsed < 0 || (schedule.duration !== undefined && elapsed >= schedule.duration)) return null;
  return schedule.chargingSchedulePeriod.findLast(({ startPeriod }) => startPeriod <= elapsed)?.limit ?? null;
}

/** The limit in force at a time (ms), in amperes (OCPP 1.6, 3.13; OCPP 2.0.1, K01). */
function inForce(at) {
  const strongest = (...purposes) =>
    car.profiles
      .filter(({ purpose }) => purposes.includes(purpose))
      .map((installed) => ({ ...installed, limit: limitOf(installed, at) }))
      .filter(({ limit }) => limit !== null)
      .sort((a, b) => b.level - a.level || b.connector - a.connector)[0]?.limit;
  const session = strongest('TxProfile') ?? strongest('TxDefaultProfile') ?? NAMEPLATE;
  return Math.min(NAMEPLATE, session, strongest('ChargePointMaxProfile', 'ChargingStationMaxProfile') ?? NAMEPLATE);
}

/** Puts a profile in force, if it is one this charger takes: in place of its id, or its purpose, level and connector. */
export function take(profile, fits) {
  const { connector, id, purpose, level, kind, schedule } = profile;
  const taken = fits && schedule.chargingRateUnit === 'A' && kind !== 'Recurring' && level <= TOP_LEVEL;
  if (taken) {
    const stays = (old) => old.id !== id && (old.purpose !== purpose || old.level !== level || old.connector !== connector);
    car.profiles = [...car.profiles.filter(stays), { ...profile, setAt: Date.now() }];
  }
  console.log(purpose, id, taken ? 'taken' : 'rejected', JSON.stringify(schedule.chargingSchedulePeriod), schedule.duration);
  return taken;
}

/** Those with all of these properties; what is undefined is not asked for. */
export const matching = (asked) =>
  car.profiles.filter((profile) => Object.entries(asked).every(([name, value]) => value === undefined || profile[name] === value));

/** Takes them away; were there any? */
export function clear(asked) {
  const gone = matching(asked);
  car.profiles = car.profiles.filter((profile) => !gone.includes(profile));
  console.log(gone.length > 0 ? 'cleared' : 'nothing to clear', JSON.stringify(asked));
  return gone.length > 0;
}

/** The limits in force from now on (s), one period for each change. */
export function composite(duration) {
  const start = Date.now();
  const chargingSchedulePeriod = [];
  for (let second = 0; second < Math.min(duration, 3600); second += 1) {
    const limit = inForce(start + second * 1000);
    if (chargingSchedulePeriod.at(-1)?.limit !== limit) chargingSchedulePeriod.push({ startPeriod: second, limit });
  }
  return { start: time(start), chargingSchedulePeriod };
}

/** A second goes by: energy (Wh) and current (A). */
export function measure() {
  const offered = given['ignore-limits'] ? NAMEPLATE : inForce(Date.now());
  const draw = car.transaction !== null && offered >= LEAST_OFFER ? offered : 0;
  if (draw !== car.draw) console.log(`draws ${draw.toFixed(1)} A`);
  car.draw = draw;
  car.energy += (draw * VOLTS) / 3600;
  return { energy: car.energy, draw };
}

export function begin(transaction) {
  Object.assign(car, { starting: false, transaction, since: Date.now() });
  console.log('transaction', transaction, 'started');
}

/** Ends the transaction; its id. */
export function end() {
  const { transaction } = car;
  Object.assign(car, { transaction: null, since: null, draw: 0 });
  car.profiles = car.profiles.filter(({ purpose }) => purpose !== 'TxProfile');
  console.log('transaction', transaction, 'stopped');
  return transaction;
}

/** Is it free for a transaction? Then it is about to begin one. */
export function reserve() {
  const free = given.plugged && car.transaction === null && !car.starting;
  car.starting ||= free;
  return free;
}

export const accepted = (yes, no = 'Rejected') => ({ status: yes ? 'Accepted' : no });

/** Does something once the answer has gone out. A connection that ends meanwhile ends the program anyway. */
export const later = (what) => setTimeout(() => what().catch((error) => console.log('failed', error.message)), 10);

/** Answers a trigger message for what the charger can be asked for by name. */
export const triggers = (known) => ({ params: { requestedMessage: name } }) => {
  if (name in known) {
    console.log('triggered', name);
    later(known[name]);
  }
  return accepted(name in known, 'NotImplemented');
};

const file = (path) => path && readFileSync(path);

function connection(protocol, handlers) {
  const client = new RPCClient({
    endpoint: given.url.replace(/\/+$/, ''),
    identity: given.id,
    password: given.password ?? null,
    protocols: [protocol],
    strictMode: true,
    reconnect: false,
    // OCPP 1.6 knows no compression, which this package offers unless it is told not to.
    wsOpts: { perMessageDeflate: protocol !== 'ocpp1.6', ca: file(given.ca), cert: file(given.cert), key: file(given.key) },
  });
  for (const [action, handler] of Object.entries(handlers)) client.handle(action, handler);
  client.handle(({ method }) => {
    console.log('not implemented', method);
    throw createRPCError('NotImplemented');
  });
  client.on('strictValidationFailure', ({ error }) => console.log('schema', error.message));
  return client;
}

let client;
let registered;
let resets = false;

export const call = (action, params) => client.call(action, params);

/** Closes the connection; the charger comes back. */
export async function reset() {
  console.log('resets');
  resets = true;
  await client.close();
}

/** Boots once: again where it was asked to. `boot` gives the message for a reason, `status` tells that it is there. */
export async function register({ boot, status }, reason) {
  const answer = await call('BootNotification', boot(reason));
  console.log('boot', answer.status);
  if (answer.status === 'Accepted' && !registered) {
    registered = true;
    await status();
  }
  return answer.interval;
}

async function boots(charger, reason) {
  while (!registered) {
    const until = Date.now() + (await register(charger, reason)) * 1000;
    while (!registered && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Lives until the connection ends for another reason than a reset. */
export async function run({ protocol, handlers, measured, ...charger }) {
  setInterval(() => {
    if (registered && car.transaction !== null) measured().catch((error) => console.log('failed', error.message));
  }, 1000);
  let reason = 'PowerUp';
  do {
    resets = registered = false;
    client = connection(protocol, handlers);
    const closed = new Promise((resolve) => client.once('close', resolve));
    await client.connect().catch((error) => {
      console.log('refused', error.message);
      process.exit(1);
    });
    console.log('connected');
    // Where the connection ends in the middle of it, there is nothing more to do.
    await boots(charger, reason).catch((error) => console.log('failed', error.message));
    await closed;
    console.log('closed');
    reason = 'RemoteReset';
  } while (resets);
  process.exit(0);
}
