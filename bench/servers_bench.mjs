// SPDX-License-Identifier: Apache-2.0
// P9, the other two references: the mailbox's durable enqueue beside PostgreSQL and Redis, 64 clients, 1 KB each, in turn.
//
// Both servers are started here, on 127.0.0.1 and a free port, with a folder of their own, and ended by pid. PostgreSQL:
// one INSERT per transaction, synchronous_commit on, by pgbench. Redis: XADD with appendfsync always, by redis-benchmark.
// A server that is not installed is left out, and said so. Wall-clock, as for mailbox_bench.
import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { quick, report, rounds, row } from './frame.mjs';

const seconds = quick ? 1 : 2;
const clients = 64;
const places = [...process.env.PATH.split(delimiter), '/usr/lib/postgresql/15/bin', '/usr/sbin'];
const find = (name) => places.map((place) => join(place, name)).find((path) => existsSync(path));

/** PostgreSQL refuses to run as root: as nobody then. */
const plain = process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {};
const call = (file, args, options = {}) => new Promise((resolve, reject) => {
  execFile(file, args, { maxBuffer: 1 << 24, ...options }, (error, stdout, stderr) =>
    (error ? reject(new Error(`${file}: ${stderr || error.message}`)) : resolve(stdout)));
});
const sleep = (time) => new Promise((resolve) => setTimeout(resolve, time));

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const folder = mkdtempSync(join(tmpdir(), 'dmid-bench-servers-'));
if (plain.uid) chownSync(folder, plain.uid, plain.gid);
const running = [];

/** Starts a server and waits until `ready` resolves. */
async function serve(file, args, options, ready) {
  const child = spawn(file, args, { stdio: 'ignore', ...options });
  running.push(child);
  for (let tries = 0; ; ++tries) {
    if (child.exitCode !== null || tries > 200) throw new Error(`${file} does not start`);
    if (await ready().then(() => true, () => false)) return;
    await sleep(50);
  }
}

async function postgres() {
  const [server, init, bench, psql] = ['postgres', 'initdb', 'pgbench', 'psql'].map(find);
  if (!server || !init || !bench || !psql) return undefined;
  const [data, port] = [join(folder, 'postgres'), await freePort()];
  const options = { ...plain, env: { ...process.env, LC_ALL: 'C', HOME: folder }, cwd: folder };
  await call(init, ['-D', data, '-A', 'trust', '-U', 'bench', '--no-sync'], options);
  await serve(server, ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', '', '-c', 'max_connections=100'], options,
    () => call(psql, ['-h', '127.0.0.1', '-p', String(port), '-U', 'bench', '-c', 'select 1', 'postgres'], options));
  const sql = (text) => call(psql, ['-h', '127.0.0.1', '-p', String(port), '-U', 'bench', '-tAc', text, 'postgres'], options);
  await sql('create table mail (position bigserial primary key, id uuid unique not null, body bytea not null)');
  const file = join(folder, 'insert.sql');
  writeFileSync(file, "insert into mail (id, body) values (gen_random_uuid(), decode(repeat('ab', 1024), 'hex'));\n", { mode: 0o644 });
  const round = async () => {
    const before = Number(await sql('select count(*) from mail'));
    const said = await call(bench, ['-n', '-h', '127.0.0.1', '-p', String(port), '-U', 'bench', '-c', String(clients), '-j', '2',
      '-T', String(seconds), '-f', file, 'postgres'], options);
    const rate = Number(/^tps = ([\d.]+)/m.exec(said)[1]);
    const added = Number(await sql('select count(*) from mail')) - before;
    const counted = Number(/^number of transactions actually processed: (\d+)/m.exec(said)[1]);
    if (added !== counted) throw new Error(`${added} rows of ${counted} inserted`);
    return rate;
  };
  return { name: 'PostgreSQL 15, 64 clients, one INSERT per transaction', wanted: 4, round };
}

async function redis() {
  const [server, bench, cli] = ['redis-server', 'redis-benchmark', 'redis-cli'].map(find);
  if (!server || !bench || !cli) return undefined;
  const [data, port] = [join(folder, 'redis'), await freePort()];
  mkdirSync(data);
  const ask = async (...words) => (await call(cli, ['-p', String(port), ...words])).trim();
  await serve(server, ['--port', String(port), '--bind', '127.0.0.1', '--dir', data, '--appendonly', 'yes', '--appendfsync', 'always',
    '--save', ''], {}, async () => { if (await ask('ping') !== 'PONG') throw new Error('not yet'); });
  let requests = 2000;
  const round = async () => {
    const before = Number(await ask('xlen', 'mail'));
    const said = await call(bench, ['-p', String(port), '-c', String(clients), '-n', String(requests), '-q', '--csv',
      'xadd', 'mail', '*', 'body', 'x'.repeat(1024)]);
    const rate = Number(said.trim().split('\n').at(-1).match(/","([\d.]+)"/)[1]);
    if (Number(await ask('xlen', 'mail')) - before !== requests) throw new Error('Redis does not hold what it was given');
    requests = Math.ceil(rate * seconds);
    return rate;
  };
  return { name: 'Redis 7, 64 clients, XADD, appendfsync always', wanted: 1.5, round };
}

async function mailbox() {
  const file = join(folder, 'mailbox.json');
  await call(join(process.env.DMID_BUILD, 'bench/mailbox_bench'), ['--rounds', '1', ...(quick ? ['--quick'] : []), '--json', file]);
  return JSON.parse(readFileSync(file, 'utf8')).rows[0].ours;
}

try {
  const others = [];
  for (const [name, make] of [['PostgreSQL', postgres], ['Redis', redis]]) {
    const made = await make();
    if (made) others.push({ ...made, ours: [], theirs: [] });
    else console.log(`P9   ${name} is not installed: not compared`);
  }
  for (const other of others) await other.round(); // files are made, caches filled
  for (let i = 0; i < rounds; ++i) {
    for (const other of others) {
      other.ours.push(await mailbox());
      other.theirs.push(await other.round());
    }
  }
  report(others.map(({ name, wanted, ours, theirs }) => row('P9', 'durable enqueue of 1 KB, 64 waiting producers', ours,
    { floor: name, reference: theirs, unit: 'per second', wanted, least: true, note: 'as for the log' })));
} finally {
  // SIGINT is PostgreSQL's fast shutdown, and an end for Redis too.
  for (const child of running.reverse()) {
    const ended = new Promise((resolve) => { child.on('exit', resolve); });
    if (child.exitCode === null && child.signalCode === null) { child.kill('SIGINT'); await ended; }
  }
  rmSync(folder, { recursive: true, force: true });
}
