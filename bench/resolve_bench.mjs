// SPDX-License-Identifier: Apache-2.0
// P1 and P2: what it costs to answer `GET /v1/resolve/NUMBER`.
//
//   P1  a real node, its chain and its number (`dmid up`), the record proven once per block / nginx serving a file of the same bytes
//   P2  the same call where each answer is verified before it goes out / from memory as it is (bench/resolve_host.cpp)
//
// The same client for all of them, 64 keep-alive connections on loopback. CPU of the server's processes alone, the kernel's part
// included, as the scheduler counts it; what a node does besides (following the chain) is in it.
import { execFileSync, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { quick, report, rounds, row } from './frame.mjs';
import { rpc } from '../tests/peers/anvil.mjs';
import { freePort, start, startAndWait, until } from '../tests/peers/process.mjs';

const { keccak256 } = createRequire(new URL('../tests/package.json', import.meta.url))('viem');
const perRound = quick ? 640 : 19200;
const nginxFile = '/usr/sbin/nginx';

/** Microseconds of CPU that these processes have used so far, all their threads. */
function cpuOf(pids) {
  let nanoseconds = 0;
  for (const pid of pids) {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    }
  }
  return nanoseconds / 1000;
}

async function startNginx(folder, body) {
  const port = await freePort();
  mkdirSync(join(folder, 'www'));
  writeFileSync(join(folder, 'www/file'), body);
  chmodSync(folder, 0o755);
  const scratch = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${folder}/${name};`).join(' ');
  writeFileSync(join(folder, 'nginx.conf'), `daemon off; worker_processes auto; pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000; open_file_cache max=16; default_type application/json;
  ${scratch} server { listen 127.0.0.1:${port}; root ${folder}/www; } }\n`);
  const url = `http://127.0.0.1:${port}/file`;
  const server = await startAndWait([nginxFile, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')],
    async () => (await fetch(url)).text().then((text) => text === body), { death: 'TERM' });
  const workers = execFileSync('pgrep', ['-P', String(server.pid)], { encoding: 'utf8' }).trim().split('\n').map(Number);
  return { port, workers, stop: () => server.stop() };
}

/** `dmid up`: a local chain, the registry, a number, and a node that serves it. */
async function startWorld(home) {
  const log = join(home, '../up.log');
  const server = start([join(process.env.DMID_BUILD, 'dmid'), 'up', '--json', '--home', home,
    '--chain-port', String(await freePort()), '--node-port', String(await freePort())], { log });
  const world = await until(() => {
    if (!server.running()) throw new Error(`dmid up ended:\n${server.output()}`);
    const line = server.output().split('\n').find((text) => text.startsWith('{'));
    return line && JSON.parse(line);
  }, 'dmid up', 120).catch((error) => { throw new Error(`${error.message}\n${server.output()}`); });
  return { ...world, stop: () => server.stop() };
}

async function startHost(world, folder) {
  const number = world.number.replaceAll(' ', '');
  const code = keccak256(await rpc(world.chain, 'eth_getCode', [world.registry, 'latest']));
  const chainId = Number(await rpc(world.chain, 'eth_chainId', []));
  const bare = (hex) => hex.toLowerCase().replace(/^0x/, '');
  const child = spawn(join(process.env.DMID_BUILD, 'bench/resolve_host'), [world.chain, String(chainId), bare(world.registry), bare(code), number, folder],
    { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('resolve_host ended');
    return value;
  };
  const port = Number(await next());
  const load = async (to, path) => { child.stdin.write(`load ${to} ${perRound} ${path}\n`); return Number(await next()); };
  return { port, number, load, stop: () => { child.stdin.end(); return ended; } };
}

if (!existsSync(nginxFile)) throw new Error('nginx is not installed: tools/bench does that');
const folder = mkdtempSync(join(tmpdir(), 'dmid-bench-resolve-'));
chmodSync(folder, 0o755); // nginx's workers walk in; the node's home is its own
const undo = [() => rmSync(folder, { recursive: true, force: true })];
try {
  const world = await startWorld(join(folder, 'home'));
  undo.push(world.stop);
  const host = await startHost(world, join(folder, 'mailbox'));
  undo.push(host.stop);
  const call = `/v1/resolve/${host.number}`;
  const body = await (await fetch(`${world.node}${call}`)).text();
  if (JSON.parse(body).number !== world.number) throw new Error(`not an answer: ${body}`);
  const nginx = await startNginx(mkdtempSync(join(folder, 'nginx-')), body);
  undo.push(nginx.stop);
  const nodePort = new URL(world.node).port;

  const outside = async (pids, port, path) => {
    const before = cpuOf(pids);
    await host.load(port, path);
    return (cpuOf(pids) - before) / (perRound + 64);
  };
  const sides = {
    node: () => outside([world.processes.node], nodePort, call),
    nginx: () => outside(nginx.workers, nginx.port, '/file'),
    plain: () => host.load(host.port, call),
    record: () => host.load(host.port, `/record/${host.number}`),
    proof: () => host.load(host.port, `/proof/${host.number}`),
    health: () => host.load(host.port, '/healthz'),
  };
  const seen = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  if (!quick) for (const side of Object.values(sides)) await side();
  for (let round = 0; round < rounds; ++round) for (const [name, side] of Object.entries(sides)) seen[name].push(await side());
  const file = `nginx, a file of the same ${body.length} bytes`;
  const nginxSame = { floor: file, reference: seen.nginx };
  const fromMemory = { floor: 'the same from memory', reference: seen.plain };
  report([
    row('P1', 'resolve a number over HTTP, record proven once per block', seen.node,
      { ...nginxSame, wanted: 1.25, note: 'one number, asked for again and again: its answer is written once a second' }),
    row('P2', 'resolve, the record verified at each request', seen.record, { ...fromMemory, wanted: 1.8 }),
    row('P2', 'resolve, account and code verified too', seen.proof, fromMemory),
    row('P1', 'of it: an HTTP request with a short answer', seen.health, nginxSame),
  ]);
} finally {
  for (const action of undo.reverse()) await action();
}
