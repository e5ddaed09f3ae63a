// SPDX-License-Identifier: Apache-2.0
// Ten thousand connections at the mail doors and at the Nostr door. What is measured is printed as `# abuse …`;
// docs/abuse.md quotes it.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { crowd, crowdAddress, descriptorsOf, kilobytesOf, rawClient } from '../peers/crowd.mjs';
import { mailDoorMissing, startMailDoor } from '../peers/mail_door.mjs';
import { relayDoorMissing, startRelayDoor } from '../peers/relay_door.mjs';
import { until } from '../peers/process.mjs';

const note = (words) => console.log(`# abuse ${words}`);
const begin = 'EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<8312345678901210@node.test>\r\n';
const kept = (clients) => clients.filter(({ gone }) => !gone());
const drop = (clients) => { for (const { socket } of clients) socket.destroy(); };

/** One message of an honest sender, in its first connection. */
async function honest(port, { from = '127.250.0.1', hello = begin } = {}) {
  const client = rawClient(port, from);
  const says = async (text) => {
    await until(() => client.said().includes(text) || client.gone(), text, 30);
    assert.ok(client.said().includes(text), `turned away: ${client.said()}`);
  };
  await says('220 ');
  client.socket.write(`${hello}DATA\r\n`);
  await says('354 ');
  client.socket.write('Subject: x\r\n\r\nx\r\n.\r\nQUIT\r\n');
  assert.match(await client.ended, /250 2\.0\.0 Accepted/);
}

describe('the mail doors', { skip: mailDoorMissing() }, () => {
  let door;
  let quiet;
  beforeEach(async () => {
    door = await startMailDoor();
    await honest(door.smtp);
    quiet = descriptorsOf(door.pid);
  });
  afterEach(async () => { assert.equal(await door.stop(), 0); });
  const allGone = () => until(async () => descriptorsOf(door.pid) <= quiet && (await door.load()).connections === 0, 'all gone', 60);

  /** 10,000 of them from 200 addresses; what holds however they behave. */
  async function attack(words, first, most = 64) {
    const before = kilobytesOf(door.pid);
    const clients = await crowd({ port: door.smtp, count: 10_000, sources: 200, first });
    const { connections } = await door.load();
    const [grown, open] = [kilobytesOf(door.pid) - before, descriptorsOf(door.pid) - quiet];
    assert.ok(connections <= 1000 + 1000 / 16 + 1, `${connections} connections`);
    // Each may have a message under way, which is a file.
    assert.ok(open <= 2 * connections + 100, `${open} descriptors`);
    assert.ok(grown < most << 10, `${grown} KiB`);
    const turnedAway = clients.filter(({ said }) => said().startsWith('421 ')).length;
    assert.ok(clients.every(({ said }) => /^(220|421) /.test(said())), 'each was told something');
    await honest(door.smtp);
    note(`smtp 10,000 ${words}: ${connections} kept, ${turnedAway} turned away at once, ${grown} KiB, ${open} descriptors`);
    return clients;
  }

  test('10,000 that say nothing: a thousand stay, every address has its part of them, and another sender is served', async () => {
    const clients = await attack('idle');
    await until(() => kept(clients).length <= 1001, 'those that made room', 20);
    const counts = new Map();
    for (const { from } of kept(clients)) counts.set(from, (counts.get(from) ?? 0) + 1);
    const parts = Array.from({ length: 200 }, (_, i) => counts.get(crowdAddress(i)) ?? 0);
    assert.ok(Math.min(...parts) >= 3 && Math.max(...parts) <= 8, `from ${Math.min(...parts)} to ${Math.max(...parts)} of each address`);
    assert.ok(clients.some(({ said }) => /^220 [^]*421 4\.\d\.\d Others wait/.test(said())), 'who makes room is told why');
    drop(clients);
    await allGone();
  });

  for (const [words, first] of [['with one line', 'EHLO c\r\n'], ['in the middle of a message', `${begin}BDAT 100000\r\nSubject: x\r\n`]]) {
    test(`10,000 ${words}`, async () => {
      drop(await attack(words, first));
      await allGone();
    });
  }

  test('10,000 that leave half-way: half-closed, or garbage where TLS should begin', async () => {
    const clients = await attack('with STARTTLS', 'EHLO c\r\nSTARTTLS\r\n', 192);
    const shaking = clients.filter(({ said }) => said().includes('220 2.0.0'));
    assert.ok(shaking.length > 500, `${shaking.length} began TLS`);
    shaking.forEach(({ socket }, i) => { if (i % 2 === 0) socket.write(Buffer.alloc(500, 0x55)); else socket.end(); });
    await Promise.all(shaking.map(({ ended }) => ended));
    drop(clients);
    await allGone();
  });

  test('10,000 of one address: fifty at a time, and others do not notice', async () => {
    const clients = await crowd({ port: door.smtp, count: 10_000, sources: 1 });
    await until(() => kept(clients).length === 50, 'all but fifty turned away', 20);
    assert.equal((await door.load()).connections, 50);
    await honest(door.smtp);
    drop(clients);
    await allGone();
  });

  test('twenty addresses with fifty each fill the door, and do not keep another out; a thousand do', async () => {
    const few = await crowd({ port: door.smtp, count: 1000, sources: 20 });
    assert.equal((await door.load()).connections, 1000);
    for (let i = 0; i < 5; i += 1) await honest(door.smtp, { from: `127.250.0.${1 + i}` });
    drop(few);
    await allGone();
    const many = await crowd({ port: door.smtp, count: 1000, sources: 1000 });
    assert.equal((await door.load()).connections, 1000);
    const late = rawClient(door.smtp, '127.250.0.1');
    assert.match(await late.ended, /^421 4\.3\.2 /);
    drop(many);
    await allGone();
  });

  test('10,000 at LMTP: a thousand in total, and the mail server in front is served when they are gone', async () => {
    const clients = await crowd({ port: door.lmtp, count: 10_000, sources: 1 });
    await until(() => kept(clients).length === 1000, 'all but a thousand turned away', 20);
    note(`lmtp 10,000 idle: 1000 kept, ${descriptorsOf(door.pid) - quiet} descriptors`);
    drop(clients);
    await allGone();
    await honest(door.lmtp, { hello: begin.replace('EHLO', 'LHLO') });
  });
});

describe('the Nostr door', { skip: relayDoorMissing() }, () => {
  const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
  /** A masked text frame of less than 126 bytes (the mask is zero). */
  const frame = (text) => Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);

  test('10,000 WebSockets with a subscription each: bounded, refused beyond, and a stock client is served meanwhile', async (t) => {
    const door = await startRelayDoor();
    t.after(door.stop);
    assert.equal(await door.publish('before'), '');
    const [quiet, before] = [descriptorsOf(door.pid), kilobytesOf(door.pid)];
    const count = Math.min(door.connections, 10_000) - 100;
    const clients = await crowd({ port: door.port, count, sources: 200, first: upgrade, greeting: false });
    await until(() => clients.every(({ said }) => said().includes('101 ')), 'the upgrades', 60);
    const ask = frame(JSON.stringify(['REQ', 'a', { kinds: [1059], '#p': [door.key] }]));
    for (const { socket } of clients) socket.write(ask);
    const deaf = () => clients.filter(({ said }) => !/EOSE|CLOSED|NOTICE/.test(said()));
    await until(() => deaf().length === 0, 'an answer to each', 60).catch(({ message }) => (
      assert.fail(`${message}: ${deaf().length} have none, the first said ${JSON.stringify(deaf()[0].said())}`)));
    assert.equal(await door.publish('meanwhile'), '');
    const grown = kilobytesOf(door.pid) - before;
    note(`nostr ${count} WebSockets, a subscription each: ${grown} KiB, ${(grown / count).toFixed(1)} KiB each, ${descriptorsOf(door.pid) - quiet} descriptors`);
    assert.ok(grown < count * 64, `${grown} KiB`);
    const beyond = await crowd({ port: door.port, count: 300, sources: 1, first: upgrade, greeting: false });
    await until(() => beyond.filter(({ said }) => said().startsWith('HTTP/1.1 503 ')).length >= 190, 'the refusals', 30);
    drop([...clients, ...beyond]);
    await until(() => descriptorsOf(door.pid) <= quiet, 'all gone', 60);
    assert.equal(await door.publish('after'), '');
  });
});
