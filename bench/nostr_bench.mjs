// SPDX-License-Identifier: Apache-2.0
// P14: taking gift wraps in over Nostr, each verified: our relay door, the npm relay, and the floor, a Schnorr verification of
// the library alone. One client sends the same wraps to both, made before; what counts is each server's CPU per wrap. The
// row without a goal has the whole flow behind the door: each wrap opened, judged and durable before its OK.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const { WebSocket } = createRequire(new URL('../tests/package.json', import.meta.url))('ws');
const argument = (name) => { const i = process.argv.indexOf(name); return i < 0 ? undefined : process.argv[i + 1]; };
const quick = process.argv.includes('--quick');
const rounds = Number(argument('--rounds') ?? (quick ? 1 : 7));
const perRound = quick ? 200 : 2000;
const connections = 8;
const window = 16;
const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

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
  servers.push(verify, keep, relay);
  const file = join(folder, 'wraps');
  const prepare = async (count) => {
    await verify.ask(`wraps ${count} ${file}`);
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  };
  const warm = await prepare(64);
  for (const server of servers) await ingest(server, warm);
  const seen = { ours: [], whole: [], npm: [], floor: [] };
  for (let round = 0; round < rounds; ++round) {
    const messages = await prepare(perRound);
    seen.ours.push(await ingest(verify, messages));
    seen.npm.push(await ingest(relay, messages));
    seen.whole.push(await ingest(keep, messages));
    seen.floor.push(Number(await verify.ask('floor 0.2')));
  }
  const ratio = (a, b) => median(a.map((value, i) => value / b[i]));
  const row = (what, ours, reference, floor, wanted, note) => {
    // Wraps per second of CPU: the more the better, so the ratio is the floor's time by ours.
    const value = ratio(reference, ours);
    return { goal: 'P14', what, floor, unit: 'us CPU', ours: median(ours), reference: median(reference), ratio: value,
      wanted, at_least: true, met: wanted === 0 || value >= wanted, ...(note ? { note } : {}) };
  };
  const rows = [
    row('take a gift wrap in over Nostr, verified', seen.ours, seen.floor, 'one Schnorr verification', 0.6,
      'the rest is the WebSocket, its system calls, and reading and hashing the event'),
    row('take a gift wrap in over Nostr, verified', seen.ours, seen.npm, 'the npm relay, events in memory', 25),
    row('the same, opened, judged and durable', seen.whole, seen.npm, 'the npm relay, events in memory', 0),
  ];
  for (const { goal, what, ours, unit, floor, reference, ratio: value, wanted, met } of rows) {
    console.log(`${goal}  ${what.padEnd(58)} ${ours.toFixed(3).padStart(10)} ${unit}`);
    console.log(`     / ${floor.padEnd(56)} ${reference.toFixed(3).padStart(10)} ${unit}   ratio ${value.toFixed(3)}`);
    if (wanted) console.log(`     goal at least ${wanted}: ${met ? 'met' : 'missed'}`);
  }
  const result = argument('--json');
  if (result) {
    writeFileSync(result, JSON.stringify({ cpu: cpus()[0].model, cores: cpus().length, kernel: release(), load: loadavg()[0],
      compiler: `node ${process.version}`, commit: process.env.DMID_COMMIT ?? 'unknown', rounds, quick, rows }));
  }
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  rmSync(folder, { recursive: true, force: true });
}
