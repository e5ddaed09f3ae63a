// SPDX-License-Identifier: Apache-2.0
// A service of npm's smpp that accepts everything and does nothing else: node sms_sink.mjs. Says its port, and at each line on
// stdin how many messages it has accepted.
import { createInterface } from 'node:readline';
import smpp from 'smpp';

let accepted = 0;
const server = smpp.createServer((session) => {
  session.on('error', () => session.destroy());
  session.on('bind_transmitter', (pdu) => session.send(pdu.response()));
  session.on('enquire_link', (pdu) => session.send(pdu.response()));
  session.on('unbind', (pdu) => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', (pdu) => { accepted += 1; session.send(pdu.response({ message_id: String(accepted) })); });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
createInterface({ input: process.stdin }).on('line', () => console.log(accepted)).on('close', () => process.exit(0));
