// SPDX-License-Identifier: Apache-2.0
// The server under the HTTP, WebSocket and owner's doors before hostile clients. What is measured is printed as
// `# abuse …`; docs/abuse.md quotes it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import { makeCertificate } from '../peers/certificate.mjs';
import { atExit, root, sleep, temporaryFolder, until } from '../peers/process.mjs';

const program = `${process.env.DMID_BUILD ?? `${root}/build/release`}/tests/hosts/door_host`;
const missing = existsSync(program) ? undefined : `${program} is not built`;
const check = (name, body) => test(name, { skip: missing }, body);

async function startDoor({ total = 0, perSource = 0, request = 1500, idle = 1500, write = 1500 } = {}) {
  const folder = temporaryFolder('door');
  const certificate = makeCertificate(folder.path);
  const child = spawn(program, [folder.path, certificate.certFile, certificate.keyFile, total, perSource, request, idle, write].map(String), { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => { child.once('exit', (code, signal) => resolve({ code, signal })); });
  const ready = JSON.parse(await new Promise((resolve) => { createInterface({ input: child.stdout }).once('line', resolve); }));
  const descriptors = () => readdirSync(`/proc/${child.pid}/fd`).length;
  const kilobytes = () => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]);
  const stop = async () => { child.stdin.end(); const how = await ended; forget(); folder.remove(); return how; };
  const door = { ...ready, certificate, descriptors, kilobytes, stop, alive: () => child.exitCode === null && child.signalCode === null };
  await honest(door);
  return { ...door, quiet: descriptors() };
}

/** What an honest sender gets: the status and body of one request, on a connection of its own. */
function honest(door, { encrypted = false, owner = false, from, body = 'hello' } = {}) {
  const place = owner ? { socketPath: door.unix } : { host: '127.0.0.1', port: encrypted ? door.tls : door.tcp, localAddress: from };
  return new Promise((resolve, reject) => {
    const request = (encrypted ? https : http).request({ ...place, method: 'POST', path: '/x', agent: false, ca: encrypted ? door.certificate.cert : undefined, timeout: 60_000 }, (response) => {
      let text = '';
      response.on('data', (data) => { text += data; }).on('end', () => resolve({ status: response.statusCode, text })).on('error', reject);
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error('not served'))).end(body);
  });
}
const served = async (door, options) => assert.deepEqual(await honest(door, options), { status: 200, text: 'POST /x hello' });
const allServed = async (door) => { for (const options of [{}, { encrypted: true }, { owner: true }]) await served(door, options); };
/** Runs `attack` and gives the most memory that the server had meanwhile, in KiB over what it had before. */
async function growth(door, attack) {
  const before = door.kilobytes();
  let most = before;
  const watch = setInterval(() => { most = Math.max(most, door.kilobytes()); }, 10);
  await attack().finally(() => clearInterval(watch));
  return most - before;
}
/** The server holds no more descriptors than before the attack. */
const allGone = (door) => until(() => door.descriptors() <= door.quiet, `${door.descriptors()} descriptors, ${door.quiet} before`, 60);

/** A raw connection; `ended` gives all that was said to it. */
function raw(place) {
  const socket = net.connect(typeof place === 'string' ? { path: place } : place);
  const said = [];
  socket.on('data', (data) => said.push(data)).on('error', () => {});
  const ended = new Promise((resolve) => { socket.once('close', () => resolve(Buffer.concat(said).toString('latin1'))); });
  const connected = new Promise((resolve) => { socket.once('connect', () => resolve(true)); socket.once('close', () => resolve(false)); });
  return { socket, ended, connected, said: () => Buffer.concat(said).toString('latin1') };
}
const tcp = (door, from) => raw({ host: '127.0.0.1', port: door.tcp, localAddress: from });

const post = 'POST /v1/messages HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello';
const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const upgrade = 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';
/** A masked frame (the mask is zero). */
function frame(opcode, payload, { fin = true } = {}) {
  const bytes = Buffer.from(payload);
  const head = bytes.length < 126 ? [0x80 | bytes.length] : bytes.length < 65536 ? [0x80 | 126, bytes.length >> 8, bytes.length & 255] : [0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (bytes.length >>> bits) & 255)];
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, ...head, 0, 0, 0, 0]), bytes]);
}

let door;
before(async () => { if (!missing) door = await startDoor(); });
after(async () => { if (door) assert.deepEqual(await door.stop(), { code: 0, signal: null }); });

check('a byte at a time: every such request is cut at its one deadline, and others are served', async () => {
  const slow = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? raw(door.unix) : tcp(door)));
  await Promise.all(slow.map(({ connected }) => connected));
  let at = 0;
  const drip = setInterval(() => { at += 1; for (const { socket } of slow) if (socket.writable) socket.write(post[at % 20]); }, 100);
  await allServed(door);
  const answers = await Promise.all(slow.map(({ ended }) => ended)).finally(() => clearInterval(drip));
  assert.ok(answers.every((text) => !text.includes('200 OK')));
  await allGone(door);
});

check('half-open and half-closed connections go away by themselves', async () => {
  const silent = Array.from({ length: 300 }, (_, i) => (i % 3 === 0 ? raw(door.unix) : i % 3 === 1 ? raw({ host: '127.0.0.1', port: door.tls }) : tcp(door)));
  const halves = Array.from({ length: 100 }, () => tcp(door));
  for (const { socket } of halves) socket.end(post.slice(0, 40));
  await allServed(door);
  await Promise.all([...silent, ...halves].map(({ ended }) => ended));
  await allGone(door);
});

check('a thousand pipelined requests are answered in order', async () => {
  const client = tcp(door);
  const count = 1000;
  client.socket.write(Array.from({ length: count }, (_, i) => `GET /${i} HTTP/1.1\r\nHost: a\r\n${i === count - 1 ? 'Connection: close\r\n' : ''}\r\n`).join(''));
  const order = [...(await client.ended).matchAll(/GET \/(\d+) /g)].map(([, number]) => Number(number));
  assert.deepEqual(order, Array.from({ length: count }, (_, i) => i));
});

check('who asks for ever and reads nothing is cut, and holds no more than a socket buffer', async () => {
  const clients = Array.from({ length: 20 }, () => tcp(door));
  const grown = await growth(door, async () => {
    for (const { socket, connected } of clients) {
      await connected;
      socket.pause();
      const flood = () => { if (!socket.destroyed) while (socket.write(get.repeat(500))); };
      socket.on('drain', flood);
      flood();
    }
    await allServed(door);
    await allGone(door);
  });
  console.log(`# abuse pipelining without reading, 20 connections: ${grown} KiB more`);
  assert.ok(grown < 64 * 1024, `${grown} KiB`);
  for (const { socket } of clients) socket.destroy();
});

check('what is too large is refused, and not kept', async () => {
  const header = tcp(door);
  header.socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(64 * 1024)}\r\n\r\n`);
  assert.match(await header.ended, /^HTTP\/1\.1 431 /);
  const declared = tcp(door);
  declared.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999999999\r\n\r\n');
  assert.match(await declared.ended, /^HTTP\/1\.1 413 /);
  const chunked = tcp(door);
  chunked.socket.write(`POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n${'fff\r\n'}${`${'x'.repeat(4095)}\r\nfff\r\n`.repeat(64)}`);
  assert.match(await chunked.ended, /^HTTP\/1\.1 413 /);
  await served(door);
});

check('requests, upgrades, frames and handshakes cut at every byte leave nothing behind', async () => {
  const hello = await new Promise((resolve) => {
    const server = net.createServer((socket) => { socket.once('data', (data) => { resolve(data); socket.destroy(); server.close(); }); }).listen(0, '127.0.0.1', () => {
      tls.connect({ host: '127.0.0.1', port: server.address().port, rejectUnauthorized: false }).on('error', () => {});
    });
  });
  const cut = async (place, bytes) => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const client = raw(place);
      await client.connected;
      client.socket.write(bytes.subarray(0, at), () => (at % 2 === 0 ? client.socket.end() : client.socket.destroy()));
    }
  };
  await cut({ host: '127.0.0.1', port: door.tcp }, Buffer.from(post));
  await cut(door.unix, Buffer.from(post));
  await cut({ host: '127.0.0.1', port: door.tcp }, Buffer.from(upgrade));
  await cut({ host: '127.0.0.1', port: door.tls }, hello);
  const message = Buffer.concat([frame(1, 'hello'), frame(9, 'ping'), frame(8, '')]);
  for (let at = 0; at <= message.length; at += 1) {
    const client = tcp(door);
    client.socket.write(upgrade);
    await until(() => client.said().includes('101 '), 'the upgrade');
    client.socket.end(message.subarray(0, at));
  }
  await allServed(door);
  await allGone(door);
});

check('garbage where TLS should be ends the connection, and honest TLS is served', async () => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  console.log(`# abuse seed ${seed}`);
  let state = seed;
  const byte = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state >>> 24; };
  const clients = Array.from({ length: 300 }, (_, i) => {
    const client = raw({ host: '127.0.0.1', port: door.tls });
    const garbage = Buffer.from(Array.from({ length: 1 + byte() * 4 }, byte));
    if (i % 3 === 0) client.socket.write(get);
    else client.socket.write(i % 3 === 1 ? garbage : Buffer.concat([Buffer.from([0x16, 3, 1, 2, 0, 1]), garbage]));
    return client;
  });
  await served(door, { encrypted: true });
  await Promise.all(clients.map(({ ended }) => ended));
  await allGone(door);
});

check('WebSockets: who floods and does not read is cut; endless messages and broken frames are refused', async () => {
  const open = async () => { const client = tcp(door); client.socket.write(upgrade); await until(() => client.said().includes('101 '), 'the upgrade'); return client; };
  const endless = await open();
  endless.socket.on('drain', () => endless.socket.write(frame(0, 'x'.repeat(60_000), { fin: false })));
  endless.socket.write(frame(1, 'x', { fin: false }));
  for (let i = 0; i < 6; i += 1) endless.socket.write(frame(0, 'x'.repeat(60_000), { fin: false }));
  const claims = await open();
  claims.socket.write(Buffer.from([0x81, 0xff, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]));
  const unmasked = await open();
  unmasked.socket.write(Buffer.from([0x81, 1, 0x78]));
  await Promise.all([endless, claims, unmasked].map(({ ended }) => ended));
  const deaf = await Promise.all(Array.from({ length: 10 }, open));
  const grown = await growth(door, async () => {
    for (const { socket } of deaf) {
      socket.pause();
      const flood = () => { if (!socket.destroyed) while (socket.write(frame(1, 'y'.repeat(30_000)))); };
      socket.on('drain', flood);
      flood();
    }
    await allServed(door);
    await allGone(door);
  });
  for (const { socket } of deaf) socket.destroy();
  console.log(`# abuse WebSocket flood without reading, 10 connections: ${grown} KiB more`);
  assert.ok(grown < 128 * 1024, `${grown} KiB`);
});

check('thousands of connections: bounded, refused in words beyond the limit, and others served meanwhile', async (t) => {
  // Long deadlines: all of them stay as long as the attacker likes.
  const crowded = await startDoor({ request: 600_000, idle: 600_000, write: 20_000 });
  t.after(crowded.stop);
  const count = Math.min(crowded.connections, 10_000) - 100;
  const before = crowded.kilobytes();
  const clients = [];
  for (let at = 0; at < count;) {
    const some = Array.from({ length: Math.min(250, count - at) }, (_, i) => tcp(crowded, `127.0.0.${2 + (i % 8)}`));
    assert.ok((await Promise.all(some.map(({ connected }) => connected))).every(Boolean));
    for (const { socket } of some) socket.write(post.slice(0, 30));
    clients.push(...some);
    at += some.length;
  }
  await until(() => crowded.descriptors() >= count, 'all of them inside');
  await allServed(crowded);
  const grown = crowded.kilobytes() - before;
  console.log(`# abuse ${count} unfinished requests: ${grown} KiB more, ${(grown / count).toFixed(1)} KiB each, ${crowded.descriptors()} descriptors`);
  assert.ok(grown < count * 64, `${grown} KiB`);
  const beyond = Array.from({ length: 300 }, () => tcp(crowded));
  await until(() => beyond.filter(({ said }) => said().startsWith('HTTP/1.1 503 ')).length >= 200, 'the refusals');
  for (const { socket } of [...clients, ...beyond]) socket.destroy();
  await allGone(crowded);
  await allServed(crowded);
});

check('one source does not keep the others out', async (t) => {
  const fair = await startDoor({ total: 1000, perSource: 100, request: 600_000, idle: 600_000 });
  t.after(fair.stop);
  const greedy = Array.from({ length: 2000 }, () => tcp(fair, '127.0.0.9'));
  await until(() => greedy.filter(({ said }) => said().startsWith('HTTP/1.1 429 ')).length >= 1900, 'the refusals', 60);
  assert.ok(fair.descriptors() <= fair.quiet + 100 + 10);
  await served(fair, { from: '127.0.0.10' });
  await served(fair, { owner: true });
  for (const { socket } of greedy) socket.destroy();
  await allGone(fair);
  await served(fair, { from: '127.0.0.9' });
});

check('a stopping server waits for none of them', async () => {
  const other = await startDoor({ request: 600_000, idle: 600_000 });
  const clients = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? raw(other.unix) : tcp(other)));
  await Promise.all(clients.map(({ connected }) => connected));
  clients.forEach(({ socket }, i) => { if (i % 4 === 0) socket.write(post.slice(0, 20)); });
  await sleep(100);
  assert.deepEqual(await other.stop(), { code: 0, signal: null });
  await Promise.all(clients.map(({ ended }) => ended));
});
