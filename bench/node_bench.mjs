// SPDX-License-Identifier: Apache-2.0
// P16: what an idle node holds in memory, and how long it takes from its start until its doors are open.
//
// `dmid node` with one configured endpoint that nobody answers at, a store of its own, and key files whose scrypt is
// cheap on purpose: the opening of keys costs what its owner chose, and is not part of the goal.
import { createCipheriv, randomBytes, scryptSync } from 'node:crypto';
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { quick, report, rounds, row } from './frame.mjs';

const { keccak256 } = createRequire(new URL('../tests/package.json', import.meta.url))('viem');
const binary = join(process.env.DMID_BUILD, 'dmid');
const idleSeconds = quick ? 1 : 5;
const sleep = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** A Web3 v3 key file that opens at once. */
function keyFile(passphrase) {
  const secret = randomBytes(32);
  const [salt, iv] = [randomBytes(32), randomBytes(16)];
  const cost = { n: 2, r: 8, p: 1, dklen: 32 };
  const derived = scryptSync(passphrase, salt, 32, { N: cost.n, r: cost.r, p: cost.p });
  const cipher = createCipheriv('aes-128-ctr', derived.subarray(0, 16), iv);
  const sealed = Buffer.concat([cipher.update(secret), cipher.final()]);
  const mac = keccak256(Buffer.concat([derived.subarray(16), sealed])).slice(2);
  return JSON.stringify({ version: 3, id: crypto.randomUUID(), crypto: { cipher: 'aes-128-ctr', cipherparams: { iv: iv.toString('hex') },
    ciphertext: sealed.toString('hex'), kdf: 'scrypt', kdfparams: { ...cost, salt: salt.toString('hex') }, mac } });
}

function makeHome() {
  const home = mkdtempSync(join(tmpdir(), 'dmid-bench-node-'));
  mkdirSync(join(home, 'keys'), { recursive: true, mode: 0o700 });
  writeFileSync(join(home, 'passphrase'), 'bench\n', { mode: 0o600 });
  writeFileSync(join(home, 'keys/node.json'), keyFile('bench'), { mode: 0o600 });
  writeFileSync(join(home, 'config.toml'), `[node]\nlisten = "127.0.0.1:0"\nallow = ["127.0.0.1:9"]\n[chain]\nid = 31337\n` +
    `registry = "0x5fbdb2315678afecb367f032d93f642f64180aa3"\n[[chain.endpoint]]\nlabel = "nobody"\nurl = "http://127.0.0.1:9"\n`, { mode: 0o600 });
  return home;
}

/** Starts a node; the milliseconds until it wrote its ready file, and the process. */
async function start(home) {
  const ready = join(home, 'ready');
  rmSync(ready, { force: true });
  const began = process.hrtime.bigint();
  const child = spawn(binary, ['node', '--home', home, '--ready-file', ready, '--passphrase-file', join(home, 'passphrase')],
    { stdio: ['ignore', 'ignore', 'pipe'] });
  let words = '';
  child.stderr.on('data', (chunk) => { words += chunk; });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  while (!existsSync(ready)) {
    if (child.exitCode !== null) throw new Error(`the node ended:\n${words}`);
    await sleep(0.001);
  }
  const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
  const { http } = JSON.parse(readFileSync(ready, 'utf8'));
  const health = await fetch(`${http}/healthz`);
  if (health.status !== 200 && health.status !== 503) throw new Error(`it says ready but answers ${health.status}`);
  await health.arrayBuffer();
  return { milliseconds, pid: child.pid, stop: () => { child.kill('SIGTERM'); return ended; } };
}

const held = (pid, field) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

const home = makeHome();
try {
  const starts = [];
  const memory = [];
  const whole = [];
  await (await start(home)).stop(); // the first start makes the store and reads the binary from disk
  for (let round = 0; round < rounds; ++round) {
    const node = await start(home);
    starts.push(node.milliseconds);
    if (round === 0) await sleep(idleSeconds);
    memory.push(held(node.pid, 'RssAnon'));
    whole.push(held(node.pid, 'VmRSS'));
    await node.stop();
  }
  report([
    row('P16', 'idle node, anonymous memory', [memory[0]], { unit: 'MB', wanted: 40 }),
    row('P16', 'of it: all resident memory', [whole[0]], { unit: 'MB' }),
    row('P16', 'start of the node to open doors, keys cheap to open', starts, { unit: 'ms', wanted: 100 }),
  ]);
} finally {
  rmSync(home, { recursive: true, force: true });
}
