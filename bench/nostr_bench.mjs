// SPDX-License-Identifier: Apache-2.0
// P14: taking gift wraps in over Nostr, each verified: our relay door, the npm relay, and the floor, a Schnorr verification of
// the library alone. One client sends the same wraps to both, made before; what counts is each server's CPU per wrap. The
// row without a goal has the whole flow behind the door: each wrap opened, judged and durable before its OK.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, quick, report, rounds, row } from './frame.mjs';

const { WebSocket } = createRequire(new URL('../tests/package.json', import.meta.url))('ws');
const perRound = quick ? 200 : 2000;
const connections = 8;
const window = 16;

/** A child that answers each line with one line; the first one says its port. */
async function start(command, args) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${command} ended`);
    return value;
  };
  const port = Number(await next());
  const ask = (line) => { child.stdin.write(`${line}\n`); return next(); };
  return { port, ask, stop: () => { child.stdin.end(); return ended; } };
}

/** Sends every message over one connection, at most `window` unanswered; each must be answered with OK true. */
function sendAll(url, messages) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    let sent = 0;
    let answered = 0;
    const more = () => { while (sent < messages.length && sent - answered < window) socket.send(messages[sent++]); };
    socket.on('error', reject).on('open', more).on('message', (data) => {
      const [kind, , yes, words] = JSON.parse(data);
      if (kind === 'AUTH') return;
      if (kind !== 'OK' || yes !== true) return void reject(new Error(`answered ${kind} ${yes}: ${words}`));
      answered += 1;
      if (answered === messages.length) { socket.close(); resolve(); } else more();
    });
  });
}

/** Microseconds of the server's CPU per wrap. */
async function ingest(server, messages) {
  const before = Number(await server.ask('cpu'));
  const share = Math.ceil(messages.length / connections);
  await Promise.all(Array.from({ length: connections }, (_, i) =>
    sendAll(`ws://127.0.0.1:${server.port}/`, messages.slice(i * share, (i + 1) * share))));
  return (Number(await server.ask('cpu')) - before) / messages.length;
}

const folder = mkdtempSync(join(tmpdir(), 'dmid-bench-nostr-'));
const host = join(process.env.DMID_BUILD, 'bench/nostr_host');
const servers = [];
try {
  const verify = await start(host, ['verify']);
  const keep = await start(host, ['keep', join(folder, 'mailbox')]);
  const relay = await start(process.execPath, [new URL('nostr_relay_child.mjs', import.meta.url).pathname]);
  const answer = await start(host, ['answer']);
  servers.push(verify, keep, relay, answer);
  const file = join(folder, 'wraps');
  const prepare = async (count) => {
    await verify.ask(`wraps ${count} ${file}`);
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  };
  const warm = await prepare(64);
  for (const server of servers) await ingest(server, warm);
  const seen = { ours: [], whole: [], npm: [], floor: [], answered: [], reading: [] };
  for (let round = 0; round < rounds; ++round) {
    const messages = await prepare(perRound);
    seen.ours.push(await ingest(verify, messages));
    seen.npm.push(await ingest(relay, messages));
    seen.whole.push(await ingest(keep, messages));
    seen.answered.push(await ingest(answer, messages));
    seen.floor.push(Number(await verify.ask('floor 0.2')));
    seen.reading.push(Number(await verify.ask('reading 0.2')));
  }
  // Wraps per second of CPU: the more the better, so the ratio is the floor's time by ours.
  const against = (floor, reference) => ({ floor, reference, least: true, inverse: true });
  const npm = against('the npm relay, events in memory', seen.npm);
  // What nobody can leave out who verifies and answers over a WebSocket, with the libraries that there are.
  const least = seen.floor.map((value, i) => value + seen.answered[i] + seen.reading[i]);
  report([
    row('P14', 'take a gift wrap in over Nostr, verified', seen.ours, { ...against('one Schnorr verification', seen.floor), wanted: 0.6,
      note: `with reading and hashing the event and an answer over a WebSocket alone it is ${median(seen.floor.map((value, i) => value / least[i])).toFixed(2)}` }),
    row('P14', 'take a gift wrap in over Nostr, verified', seen.ours, against('one verification, one event read and hashed, one answer over a WebSocket', least)),
    row('P14', 'take a gift wrap in over Nostr, verified', seen.ours, { ...npm, wanted: 25 }),
    row('P14', 'the same, opened, judged and durable', seen.whole, npm),
  ]);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}
