// An OCPP endpoint on the npm package `ocpp-rpc` in strict mode, written apart from Chargehand's own code. Its option
// --version (1.6 or 2.0.1), its lines and its orders: see py_endpoint.py.

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../../target/peers/node/', import.meta.url));
const { RPCServer } = require('ocpp-rpc');

const version = process.argv[process.argv.indexOf('--version') + 1];
const protocol = `ocpp${version}`;
const say = (line) => console.log(JSON.stringify(line));
const time = () => new Date().toISOString();
const accepted = { status: 'Accepted' };
const allowed = version === '1.6' ? { idTagInfo: accepted } : { idTokenInfo: accepted };

const ANSWERS = {
  Authorize: () => allowed,
  BootNotification: () => ({ currentTime: time(), interval: 300, ...accepted }),
  Heartbeat: () => ({ currentTime: time() }),
  SignCertificate: () => accepted,
  StartTransaction: () => ({ transactionId: 4711, ...allowed }),
};

const server = new RPCServer({ protocols: [protocol], strictMode: true });
server.auth((accept) => accept());
let charger;
server.on('client', (client) => {
  charger = client;
  client.on('strictValidationFailure', ({ method, error }) => say({ fault: `${method}: ${JSON.stringify(error)}` }));
  client.on('badMessage', ({ error }) => say({ fault: String(error) }));
  client.on('close', () => say({ gone: client.identity }));
  client.handle(({ method, params }) => {
    say({ came: method, payload: params });
    return ANSWERS[method]?.() ?? {};
  });
});

const http = await server.listen(0, '127.0.0.1');
say({ listening: http.address().port });
for await (const line of createInterface({ input: process.stdin })) {
  const { action, payload } = JSON.parse(line);
  try {
    say({ answer: await charger.call(action, payload) });
  } catch (error) {
    say({ error: String(error), details: error.details });
  }
}
process.exit(0);
