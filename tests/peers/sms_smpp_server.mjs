// SPDX-License-Identifier: Apache-2.0
// A service from npm's smpp, as a program that a test may kill: node sms_smpp_server.mjs PORT [CERT KEY].
// Commands and events are lines of JSON, the same as those of sms_net_smpp.pl; sms_service.mjs speaks them.
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import smpp from 'smpp';

const [port, certFile, keyFile] = process.argv.slice(2);
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);
let ids = 0;
let statuses = [];
let quiet = false;
const receivers = new Set();

/** Its own reading of a message: the words, and which part they are. */
function words(pdu) {
  const { message, udh } = pdu.message_payload ?? pdu.short_message;
  return { text: Buffer.isBuffer(message) ? `binary ${message.toString('hex')}` : message, udh: (udh ?? []).map((one) => one.toString('hex')) };
}

function serve(session) {
  session.on('error', () => session.destroy());
  session.on('close', () => receivers.delete(session));
  for (const kind of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) {
    session.on(kind, (pdu) => {
      const good = pdu.system_id === 'node' && pdu.password === 's3cret';
      session.send(pdu.response({ command_status: good ? 0 : smpp.ESME_RINVPASWD, system_id: 'npm' }));
      if (good && kind !== 'bind_transmitter') receivers.add(session);
      say({ event: 'bind', kind, good, version: pdu.interface_version });
    });
  }
  session.on('submit_sm', (pdu) => {
    const status = statuses.shift() ?? 0;
    const id = `${++ids}`;
    if (!quiet) {
      say({ event: 'submit', id, status, source: pdu.source_addr, destination: pdu.destination_addr, ton: pdu.dest_addr_ton,
        coding: pdu.data_coding, registered: pdu.registered_delivery, ...words(pdu) });
    }
    session.send(pdu.response(status ? { command_status: status } : { message_id: id }));
  });
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { say({ event: 'unbind' }); session.send(pdu.response()); session.close(); });
}

const commands = {
  status: ({ list }) => { statuses = list; },
  quiet: ({ on }) => { quiet = on; },
  /** A deliver_sm with these fields; `bytes` in hex is the message with its header. */
  deliver({ reference, bytes, ...fields }) {
    const session = [...receivers].at(-1);
    session.deliver_sm({ ...fields, short_message: Buffer.from(bytes, 'hex') },
      (pdu) => say({ event: 'delivered', reference, status: pdu.command_status }));
  },
  receipt({ reference, id, state, message_state, from }) {
    const session = [...receivers].at(-1);
    const text = `id:${id} sub:001 dlvrd:001 submit date:2611290100 done date:2611290101 stat:${state} err:000 text:`;
    session.deliver_sm({ esm_class: smpp.ESM_CLASS.MC_DELIVERY_RECEIPT, source_addr: from, source_addr_ton: 1, source_addr_npi: 1,
      destination_addr: 'DMID', short_message: text, receipted_message_id: id, message_state },
    (pdu) => say({ event: 'delivered', reference, status: pdu.command_status }));
  },
  enquire() {
    const session = [...receivers].at(-1);
    session.enquire_link({}, () => say({ event: 'enquired' }));
  },
  hang_up() { for (const session of server.sessions) session.destroy(); },
};

const server = smpp.createServer(certFile ? { cert: readFileSync(certFile), key: readFileSync(keyFile) } : {}, serve);
server.listen(Number(port), '127.0.0.1', () => say({ event: 'ready' }));
createInterface({ input: process.stdin }).on('line', (line) => {
  const { op, ...rest } = JSON.parse(line);
  commands[op](rest);
}).on('close', () => process.exit(0));
