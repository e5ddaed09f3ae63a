// SPDX-License-Identifier: Apache-2.0
// The mail door before hostile clients (crowds of them: crowd.test.mjs). What is measured is printed as `# abuse smtp …`; docs/abuse.md quotes it.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import net from 'node:net';
import { afterEach, beforeEach, test } from 'node:test';
import tls from 'node:tls';
import { mailDoorMissing, startMailDoor } from '../peers/mail_door.mjs';
import { until } from '../peers/process.mjs';

const missing = mailDoorMissing();
const check = (name, body) => test(name, { skip: missing }, body);
const rcpt = 'RCPT TO:<8312345678901210@node.test>\r\n';
const begin = `EHLO c\r\nMAIL FROM:<a@example.org>\r\n${rcpt}`;

let door;
let quiet;
const descriptors = () => readdirSync(`/proc/${door.pid}/fd`).length;
const kilobytes = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${door.pid}/status`, 'utf8'))[1]);
/** Runs `attack` and gives the most memory that the door had meanwhile, in KiB over what it had before. */
async function growth(attack) {
  const before = kilobytes();
  let most = before;
  const watch = setInterval(() => { most = Math.max(most, kilobytes()); }, 10);
  await attack().finally(() => clearInterval(watch));
  return most - before;
}

/** A raw connection; ended: all that was said; says(text): when it was said. */
function raw(from = '127.0.0.1') {
  const socket = net.connect({ host: '127.0.0.1', port: door.smtp, localAddress: from });
  let said = '';
  socket.on('data', (data) => { said += data; }).on('error', () => {});
  const ended = new Promise((resolve) => { socket.once('close', () => resolve(said)); });
  return { socket, ended, says: (text) => until(() => said.includes(text), text, 20), said: () => said };
}
/** One message of an honest sender, from an address of its own. */
async function honest() {
  const client = raw('127.0.0.77');
  await client.says('220 ');
  client.socket.write(`${begin}DATA\r\n`);
  await client.says('354 ');
  client.socket.write('Subject: x\r\n\r\nx\r\n.\r\nQUIT\r\n');
  assert.match(await client.ended, /250 2\.0\.0 Accepted/);
}
const allGone = () => until(async () => descriptors() <= quiet && (await door.load()).connections === 0 && (await door.load()).spool === 0,
  `${descriptors()} descriptors, ${quiet} before`, 60);
const note = (words) => console.log(`# abuse smtp ${words}`);

beforeEach(async () => {
  if (missing) return;
  door = await startMailDoor();
  await honest();
  quiet = descriptors();
});
afterEach(async () => { if (door) assert.equal(await door.stop(), 0); });

check('a flood of commands without reading the answers is bounded', async () => {
  const grown = await growth(async () => {
    const clients = Array.from({ length: 40 }, () => raw());
    for (const { socket } of clients) { socket.pause(); socket.write('EHLO c\r\n'.repeat(200_000)); }
    await new Promise((resolve) => { setTimeout(resolve, 1500); });
    await honest();
    for (const { socket } of clients) socket.destroy();
  });
  assert.ok(grown < 32 << 10, `${grown} KiB`);
  note(`40 connections with 200,000 EHLO each: ${grown} KiB`);
  await allGone();
});

check('messages of 40 MB, forty at once: memory does not grow with them, disk not beyond the limit', async () => {
  let most = 0;
  const line = Buffer.from(`${'x'.repeat(98)}\r\n`.repeat(1000));
  const watch = setInterval(() => door.load().then(({ spool }) => { most = Math.max(most, spool); }).catch(() => {}), 50);
  const grown = await growth(async () => {
    const clients = await Promise.all(Array.from({ length: 40 }, async () => {
      const client = raw();
      await client.says('220 ');
      client.socket.write(`${begin}DATA\r\n`);
      await client.says('354 ');
      client.socket.write('Subject: x\r\n\r\n');
      for (let i = 0; i < 420; ++i) client.socket.write(line);
      client.socket.end('.\r\n');
      return client;
    }));
    const all = await Promise.all(clients.map(({ ended }) => ended));
    assert.ok(all.every((said) => /(552 5\.3\.4|452 4\.3\.1)/.test(said)));
  }).finally(() => clearInterval(watch));
  assert.ok(grown < 32 << 10, `${grown} KiB`);
  assert.ok(most <= 256 << 20);
  note(`40 messages of 40 MB at once: ${grown} KiB of memory, at most ${most >> 20} MiB of spool`);
  await allGone();
  await honest();
});

check('dialogues cut at every byte, garbage, TLS where none belongs: all gone', async () => {
  const wholes = [`${begin}BDAT 5\r\nabc\r\nBDAT 0 LAST\r\nSTARTTLS\r\n`, `${begin}DATA\r\n`, 'EHLO c\r\nAUTH PLAIN AHVzZXIAcmlnaHQ=\r\n'];
  const cut = wholes.flatMap((whole) => Array.from({ length: whole.length + 1 }, (_, length) => whole.slice(0, length)));
  const garbage = [Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]), Buffer.alloc(5000, 0xff), Buffer.alloc(3000), 'GET / HTTP/1.1\r\n\r\n', '\n'.repeat(100),
    'EHLO c\r\nSTARTTLS\r\n', `EHLO ${'a'.repeat(3000)}\r\n`];
  const all = [...cut, ...garbage];
  for (let at = 0; at < all.length; at += 40) {
    await Promise.all(all.slice(at, at + 40).map((bytes) => { const { socket, ended } = raw(); socket.end(bytes); return ended; }));
  }
  await allGone();
  await honest();
  note(`${all.length} dialogues cut off or of garbage: no descriptor kept`);
});

/** The first flight of a TLS client. */
function clientHello() {
  return new Promise((resolve) => {
    const server = net.createServer((socket) => { socket.once('data', (data) => { resolve(data); socket.destroy(); server.close(); }); });
    server.listen(0, '127.0.0.1', () => tls.connect({ host: '127.0.0.1', port: server.address().port, rejectUnauthorized: false }).on('error', () => {}));
  });
}

check('what waits for an answer, cut at every byte behind it: a message, a chunk, a TLS handshake', async () => {
  const hello = await clientHello();
  const message = Buffer.from('Subject: x\r\n\r\nx\r\n.\r\n');
  const parts = [[`${begin}DATA\r\n`, '354 ', message.subarray(0, -1)], [`${begin}BDAT 40 LAST\r\n`, '250 2.1.5', Buffer.alloc(40, 'x').subarray(0, -1)],
    ['EHLO c\r\nSTARTTLS\r\n', '220 2.0.0', hello]];
  const count = door.mails().length;
  const tries = parts.flatMap(([first, answer, rest]) => Array.from({ length: rest.length + 1 }, (_, length) => ({ first, answer, rest: rest.subarray(0, length) })));
  for (let at = 0; at < tries.length; at += 40) {
    await Promise.all(tries.slice(at, at + 40).map(async ({ first, answer, rest }, i) => {
      const client = raw(`127.0.2.${1 + (i % 40)}`);
      await client.says('220 ');
      client.socket.write(first);
      await client.says(answer);
      client.socket.write(rest, () => (i % 2 === 0 ? client.socket.end() : client.socket.destroy()));
      await client.ended;
    }));
  }
  await allGone();
  assert.equal(door.mails().length, count, 'nothing that was cut off became a message');
  await honest();
  note(`${tries.length} messages, chunks and handshakes cut at every byte: no descriptor kept, no message made`);
});
