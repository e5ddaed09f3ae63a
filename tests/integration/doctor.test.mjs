// SPDX-License-Identifier: Apache-2.0
// `dmid doctor`: each test breaks one thing, finds it, and mends it by the command that was named.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { dmid, dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { freePort, start, temporaryFolder, until } from '../peers/process.mjs';
import { startRpcProxy } from '../peers/rpc_proxy.mjs';

const skip = dmidMissing();
let scratch, home, server, account, config;
const said = ({ status, stdout, stderr }) => `status ${status}\n${stdout}\n${stderr}`;

/** Looks at a home. @returns the whole answer; find(code): its worst finding. */
async function look(where = home, args = []) {
  const result = await dmid(where, ['doctor', '--json', ...args]);
  assert.ok(result.json, said(result));
  const order = ['ok', 'warning', 'problem'];
  const find = (code) => result.json.findings.filter((finding) => finding.code === code).sort((a, b) => order.indexOf(b.level) - order.indexOf(a.level))[0];
  assert.equal(result.status, result.json.problems === 0 ? 0 : 1, said(result));
  for (const { level, mend, words } of result.json.findings) {
    assert.ok(words.length > 5);
    assert.equal(mend.length > 0, level !== 'ok', words);
  }
  return { ...result.json, find, said: said(result) };
}
async function finds(code, level, where, args) {
  const report = await look(where, args);
  assert.equal(report.find(code)?.level, level, `${code}\n${report.said}`);
  return report.find(code);
}
/** Runs what was advised, as a person would. */
const mend = (command) => execFileSync('bash', ['-c', command], { env: { ...process.env, PATH: `${dirname(dmidBinary())}:${process.env.PATH}` }, encoding: 'utf8', timeout: 60_000 });

before(async () => {
  if (skip) return;
  scratch = temporaryFolder('doctor');
  home = join(scratch.path, 'home');
  config = join(home, 'config.toml');
  server = start([dmidBinary(), 'up', '--json', '--home', home, '--chain-port', String(await freePort()), '--node-port', String(await freePort())]);
  account = JSON.parse(await until(() => {
    if (!server.running()) throw new Error(server.output());
    return server.output().split('\n').find((text) => text.startsWith('{'));
  }, 'dmid up', 120));
}, { timeout: 180_000 });
after(async () => { await server?.stop(); scratch?.remove(); });

test('a home that works has no problem, and what cannot be known from inside is said', { skip, timeout: 60_000 }, async () => {
  const report = await look();
  assert.equal(report.problems, 0, report.said);
  for (const code of ['config', 'keys.permissions', 'node', 'door.http', 'store.space', 'store.fill', 'store.integrity', 'chain.endpoint', 'chain.archive', 'chain.code', 'chain.agreement', 'clock', 'number.document'])
    assert.equal(report.find(code)?.level, 'ok', `${code}\n${report.said}`);
  assert.match(report.find('door.reach').words, /cannot be known from inside/);
});

test('a home with nothing in it is told what to do first', { skip }, async () => {
  const empty = join(scratch.path, 'empty');
  assert.match((await finds('keys.missing', 'problem', empty)).mend, /key new$/);
  assert.equal((await finds('node', 'problem', empty)).mend, `dmid --home ${empty} node`);
});

test('open keys, folders and secrets are found, and chmod mends them', { skip, timeout: 60_000 }, async () => {
  for (const [path, mode, code] of [['keys/inbox.json', 0o644, 'keys.permissions'], ['keys', 0o755, 'keys.permissions'], ['state', 0o750, 'store.permissions'],
    ['state/up/passphrase', 0o640, 'keys.passphrase-file'], ['config.toml', 0o666, 'config.permissions']]) {
    chmodSync(join(home, path), mode);
    const finding = await finds(code, 'problem');
    assert.match(finding.mend, /^chmod /, path);
    mend(finding.mend);
    assert.equal((await look()).problems, 0, path);
  }
});

test('a key that a node needs is missed', { skip, timeout: 60_000 }, async () => {
  const key = join(home, 'keys/node.json');
  renameSync(key, `${key}.away`);
  try {
    assert.match((await finds('keys.missing', 'problem')).words, /no node key/);
  } finally {
    renameSync(`${key}.away`, key);
  }
});

test('a broken key file and a wrong setting are named', { skip, timeout: 60_000 }, async () => {
  writeFileSync(join(home, 'keys/inbox.bad.json'), '{', { mode: 0o600 });
  await finds('keys.form', 'problem');
  rmSync(join(home, 'keys/inbox.bad.json'));
  const other = join(scratch.path, 'wrong.toml');
  writeFileSync(other, '[node]\nlisten_ = "x"\n');
  const finding = await finds('config', 'problem', home, ['--config', other]);
  assert.match(finding.words, /listen/);
});

test('a dead, a lying and a foreign endpoint are told apart', { skip, timeout: 120_000 }, async () => {
  const dead = await finds('chain.endpoint', 'problem', home, ['--rpc', `http://127.0.0.1:${await freePort()}`]);
  assert.match(dead.mend, /chain\.endpoint/);
  const proxies = await Promise.all([0, 1, 2].map(() => startRpcProxy(account.chain)));
  try {
    const rpc = proxies.flatMap(({ url }) => ['--rpc', url]);
    assert.equal((await look(home, rpc)).find('chain.agreement').level, 'ok');
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
  assert.equal((await finds('chain.endpoint', 'problem', home, ['--chain-id', '5'])).words.includes('chain.wrong-chain'), true);
});

test('another contract, or none, is not the registry', { skip, timeout: 60_000 }, async () => {
  await finds('chain.code', 'problem', home, ['--registry', `0x${'11'.repeat(20)}`]);
});

test('an announced unlock is shown, with the command that cancels it', { skip, timeout: 120_000 }, async () => {
  const flags = ['--json', '--passphrase-file', join(home, 'state/up/passphrase')];
  const done = await dmid(home, ['unlock', 'announce', ...flags]);
  assert.equal(done.status, 0, said(done));
  const finding = await finds('number.announced', 'warning');
  mend(`${finding.mend} --passphrase-file ${join(home, 'state/up/passphrase')}`);
  assert.equal((await look()).find('number.announced'), undefined);
});

test('with the node down everything else is still looked at, and a cut store is found', { skip, timeout: 120_000 }, async () => {
  await server.stop();
  const report = await look();
  assert.equal(report.find('node').level, 'problem');
  assert.equal(report.find('store.integrity').level, 'ok', report.said);
  assert.match(report.find('chain.endpoint').words, /chain\.endpoint-unreachable/);
  const copy = join(scratch.path, 'copy');
  mkdirSync(copy, { mode: 0o700 });
  for (const name of ['keys', 'state', 'config.toml']) cpSync(join(home, name), join(copy, name), { recursive: true });
  const data = join(copy, 'state/index/data.mdb');
  truncateSync(data, 4096);
  const finding = await finds('store.integrity', 'problem', copy);
  mend(finding.mend.replace('stop the node, then: ', '').replace(/ \(.*/, ''));
  assert.equal((await look(copy)).find('store.integrity').level, 'ok');
  truncateSync(join(copy, 'state/mailbox/data.mdb'), 100);
  await finds('store.integrity', 'problem', copy);
  const settings = join(copy, 'config.toml');
  writeFileSync(settings, `${readFileSync(config, 'utf8')}\n[store]\nmap_size_mb = 2\n`, { mode: 0o600 });
  cpSync(join(home, 'state/mailbox/data.mdb'), join(copy, 'state/mailbox/data.mdb'));
  truncateSync(join(copy, 'state/mailbox/data.mdb'), 2 << 20);
  assert.match((await finds('store.fill', 'problem', copy)).mend, /map_size_mb/);
  writeFileSync(settings, readFileSync(settings, 'utf8').replace('map_size_mb = 2', 'map_size_mb = 64'));
  assert.equal((await look(copy)).find('store.fill').level, 'ok');
});
