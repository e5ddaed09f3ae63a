// SPDX-License-Identifier: Apache-2.0
// `dmid up` on a real anvil: from nothing to a number that receives mail, and killed at any moment.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { rpc } from '../peers/anvil.mjs';
import { dmid, dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { freePort, sleep, start, temporaryFolder, until } from '../peers/process.mjs';

const skip = dmidMissing();
const seed = Number(process.env.DMID_SEED ?? Date.now() % 2 ** 31);
let state = seed;
/** A number below n; mulberry32, so that a run can be repeated. */
const below = (n) => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
};
process.stdout.write(`# seed ${seed}\n`);

const scratch = temporaryFolder('up');
after(() => scratch.remove());
const said = ({ status, stdout, stderr }) => `status ${status}\n${stdout}\n${stderr}`;

/** Starts `dmid up` and waits for its account. @returns what it said, and the process. */
async function up(home, { ports = [], seconds = 120 } = {}) {
  const log = join(scratch.path, `up-${Date.now()}-${below(1e6)}.log`);
  const began = Date.now();
  const server = start([dmidBinary(), 'up', '--json', '--home', home, ...ports], { log });
  const account = await until(() => {
    if (!server.running()) throw new Error(`it ended:\n${server.output()}`);
    const line = server.output().split('\n').find((text) => text.startsWith('{'));
    return line && JSON.parse(line);
  }, 'the account', seconds).catch((error) => { throw new Error(`${error.message}\n${server.output()}`); });
  return { ...server, account, took: Date.now() - began };
}

const alive = (pid) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const gone = (pids) => until(() => pids.every((pid) => !alive(pid)), 'the end of all processes', 10);
const children = ({ processes }) => [processes.chain, processes.node];
/** Somebody else on the same chain. */
const visitor = (where) => join(where, 'state/up/visitor');
const block = (url, tag) => rpc(url, 'eth_getBlockByNumber', [tag, false]);

let home, account;

test('somebody who has nothing gets a number that receives mail, and Ctrl-C ends all of it', { skip, timeout: 240_000 }, async () => {
  home = join(scratch.path, 'home');
  const ports = ['--chain-port', String(await freePort()), '--node-port', String(await freePort())];
  const run = await up(home, { ports });
  ({ account } = run);
  try {
    assert.match(account.number, /^83\d\d \d{4} \d{4} \d{4}$/);
    for (const folder of ['', 'keys', 'state', 'state/up']) assert.equal(statSync(join(home, folder)).mode & 0o777, 0o700, folder);
    assert.equal(statSync(join(home, 'state/up/passphrase')).mode & 0o777, 0o600);
    const sent = await dmid(visitor(home), ['send', account.number, 'hello', 'up', '--json']);
    assert.equal(sent.status, 0, said(sent));
    const inbox = await dmid(home, ['inbox', '--requests', '--json']);
    assert.equal(inbox.status, 0, said(inbox));
    assert.deepEqual(inbox.json.messages.map(({ text }) => text), ['hello up']);
    const twice = await dmid(home, ['up', '--json']);
    assert.equal(twice.status, 3, said(twice));
    assert.equal(twice.json.code, 'input.already-running', said(twice));
    assert.match(twice.json.detail, new RegExp(`\`dmid up\` runs in this home, as process ${run.account.processes.up}; .*to end it: kill ${run.account.processes.up}$`));
    const second = await dmid(home, ['node', '--json', '--passphrase-file', join(home, 'state/up/passphrase')]);
    assert.equal(second.status, 3, said(second));
    assert.equal(second.json.code, 'input.already-running', said(second));
    assert.match(second.json.detail, new RegExp(`a node runs in this home, as process ${run.account.processes.node}; dmid --home ${home} status shows it`));
    run.kill('SIGINT');
    assert.equal((await run.exited).code, 0, run.output());
    await gone([account.processes.up, ...children(account)]);
  } finally {
    await run.stop();
  }
});

test('called again it goes on with the same number, and with other ports it refuses', { skip, timeout: 120_000 }, async () => {
  const refused = await dmid(home, ['up', '--json', '--node-port', '1']);
  assert.equal(refused.status, 2, said(refused));
  const run = await up(home);
  try {
    assert.equal(run.account.number, account.number);
    process.stdout.write(`# resumed in ${run.took} ms\n`);
    const inbox = await dmid(home, ['inbox', '--requests', '--json']);
    assert.deepEqual(inbox.json.messages.map(({ text }) => text), ['hello up']);
  } finally {
    await run.stop();
  }
});

test('the chain or the node killed alone is started again, and nothing is lost', { skip, timeout: 180_000 }, async () => {
  const run = await up(home);
  try {
    for (const name of ['node', 'chain', 'node']) {
      const log = run.output().length;
      const pid = name === 'node' ? Number(JSON.parse(readFileSync(join(home, 'state/up/ready.json'), 'utf8')).pid) : run.account.processes.chain;
      process.kill(pid, 'SIGKILL');
      await until(() => run.output().slice(log).includes(`the ${name} runs again`), `the ${name} again`, 60);
    }
    const text = `after ${below(1e9)}`;
    const sent = await dmid(visitor(home), ['send', account.number, text, '--json']);
    assert.equal(sent.status, 0, said(sent));
    const inbox = await dmid(home, ['inbox', '--requests', '--json']);
    assert.deepEqual(inbox.json.messages.map((message) => message.text).sort(), ['hello up', text].sort());
  } finally {
    await run.stop();
  }
});

test('killed at any moment, nothing that was final is lost', { skip, timeout: 600_000 }, async () => {
  const passphrase = join(home, 'state/up/passphrase');
  let published = 0;
  let genesis;
  for (let round = 0; round < 6; ++round) {
    const run = await up(home);
    const { chain: url } = run.account;
    genesis ??= (await block(url, '0x0')).hash;
    const writing = dmid(home, ['publish', '--json', '--also', `mailto:r${seed}-${round}@example.org`, '--passphrase-file', passphrase]);
    const moment = Date.now() + 200 + below(1800);
    let final;
    while (Date.now() < moment) {
      final = await block(url, 'finalized').catch(() => final);
      await sleep(20);
    }
    const which = round % 3;
    const victims = [[run.account.processes.up], [run.account.processes.chain, run.account.processes.up], [run.account.processes.node, run.account.processes.up]][which];
    for (const pid of victims) process.kill(pid, 'SIGKILL');
    await gone([run.account.processes.up, ...children(run.account)]);
    const result = await writing;
    const again = await up(home);
    try {
      assert.equal((await block(url, '0x0')).hash, genesis, `round ${round}: it is another chain`);
      const head = await block(url, 'latest');
      assert.ok(Math.abs(Number(head.timestamp) - Date.now() / 1000) < 60, `round ${round}: the chain's clock is ${Number(head.timestamp) - Date.now() / 1000} s off`);
      if (final) assert.equal((await block(url, final.number))?.hash, final.hash, `round ${round}: block ${Number(final.number)} was final`);
      if (result.status === 0) published = round + 1;
      // What was said to be published is; what was cut is finished by the same command.
      const shown = await dmid(home, ['show', '--json']);
      assert.equal(shown.status, 0, said(shown));
      const more = await dmid(home, ['publish', '--json', '--also', `mailto:r${seed}-${round}@example.org`, '--passphrase-file', passphrase]);
      assert.equal(more.status, 0, `round ${round}: ${said(more)}`);
      const now = await dmid(home, ['show', '--json']);
      assert.ok(JSON.stringify(now.json.document).includes(`r${seed}-${round}@`), said(now));
      assert.equal(now.json.number, account.number);
    } finally {
      await again.stop();
    }
  }
  process.stdout.write(`# ${published} of 6 had ended before the kill\n`);
});

test('a home of another kind is not touched, and a missing chain program is named', { skip, timeout: 60_000 }, async () => {
  const other = join(scratch.path, 'other');
  const made = await dmid(other, ['key', 'new', 'owner', '--light', '--json'], { input: '' });
  assert.notEqual(made.status, 0, 'no passphrase, no key');
  const nowhere = await dmid(other, ['up', '--json', '--anvil', '/nowhere/anvil']);
  assert.equal(nowhere.status, 2, said(nowhere));
  assert.equal(nowhere.json.code, 'input.program-missing');
  assert.match(nowhere.json.detail, /\/nowhere\/anvil/);
  // Neither named, nor on PATH, nor beside a checkout: the program alone in a folder.
  const alone = join(scratch.path, 'alone');
  mkdirSync(alone);
  copyFileSync(dmidBinary(), join(alone, 'dmid'));
  const bare = spawnSync(join(alone, 'dmid'), ['up', '--json', '--home', other], { encoding: 'utf8', env: { ...process.env, PATH: '/nowhere' } });
  assert.equal(bare.status, 2, bare.stderr);
  const { code, detail } = JSON.parse(bare.stdout);
  assert.equal(code, 'input.program-missing');
  assert.match(detail, /^anvil.*npm install -g @foundry-rs\/anvil.*--anvil FILE/);
  assert.ok(!existsSync(join(other, 'config.toml')));
});
