// SPDX-License-Identifier: Apache-2.0
// `dmid doctor`: each test breaks one thing, finds it, and mends it by the command that was named.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dmid, dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { start, temporaryFolder, until } from '../peers/process.mjs';
import { finds as findsIn, look as lookAt, mend, read, said, startUp, twoPorts } from './lib/doctor.mjs';

const skip = dmidMissing();
let scratch, home, server, config;
const look = (where = home, args = []) => lookAt(where, args);
const finds = (code, level, where = home, args = []) => findsIn(code, level, where, args);

before(async () => {
  if (skip) return;
  scratch = temporaryFolder('doctor');
  home = join(scratch.path, 'home');
  config = join(home, 'config.toml');
  server = await startUp(home, await twoPorts());
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

test('a passphrase that opens nothing is found before the next start', { skip, timeout: 60_000 }, async () => {
  const file = server.passphrase;
  const right = readFileSync(file);
  assert.equal((await look()).find('keys.passphrase').level, 'ok');
  writeFileSync(file, 'another one\n');
  try {
    const finding = await finds('keys.passphrase', 'problem');
    assert.match(finding.words, /does not open the inbox key of 83/);
    assert.ok(finding.mend.includes(file), finding.mend);
  } finally {
    writeFileSync(file, right);
  }
});

test('an alarm of the node is told, with what ends it', { skip, timeout: 60_000 }, async () => {
  const settings = readFileSync(config, 'utf8');
  const hangUp = () => process.kill(server.account.processes.node, 'SIGHUP');
  writeFileSync(config, `${settings}\n[log]\nlevel = "loud"\n`);
  hangUp();
  // The file is broken for the doctor as well: it looks with a good one, at the same home.
  const good = join(scratch.path, 'good.toml');
  writeFileSync(good, settings, { mode: 0o600 });
  let finding;
  try {
    finding = await until(async () => (await look(home, ['--config', good])).find('node.alarm'), 'the alarm', 20);
    assert.equal(finding.level, 'problem');
    assert.match(finding.words, /^config: .*config\.value/);
    assert.match((await finds('config', 'problem')).mend, /config check$/);
  } finally {
    writeFileSync(config, settings);
  }
  mend(finding.mend.replace(', correct it, then: ', ' && '));
  await until(async () => (await look()).find('node.alarm') === undefined, 'the end of the alarm', 20);
});

test('little room and no room are told apart', { skip, timeout: 120_000 }, async (t) => {
  // A file system of its own, in a namespace of its own: nobody else sees it.
  const small = (size) => new Promise((resolve) => {
    const folder = join(scratch.path, `disk-${size}`);
    mkdirSync(folder);
    const script = 'mount -t tmpfs -o size=$1,mode=700 tmpfs $2 && mkdir -p $2/state && chmod 700 $2/state && cp -a $3/keys $3/config.toml $2/ && exec $4 --home $2 doctor --json';
    execFile('unshare', ['-rm', 'bash', '-c', script, 'sh', size, folder, home, dmidBinary()], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      let json;
      try { json = JSON.parse(stdout); } catch { /* it did not come to that */ }
      resolve({ status: error ? error.code : 0, stdout, stderr, json });
    });
  });
  const little = await small('300m');
  if (!little.json && /unshare|mount/.test(little.stderr)) { t.skip(`no file system of our own here: ${little.stderr.trim()}`); return; }
  const warned = read(little).find('store.space');
  assert.equal(warned.level, 'warning', little.stdout);
  assert.match(warned.words, /^29\d MiB free/);
  assert.match(warned.mend, /^du -xh /);
  const none = read(await small('40m')).find('store.space');
  assert.equal(none.level, 'problem');
  assert.match(none.words, /try later/);
});

test('a body that does not read back makes the node ailing, and is told', { skip, timeout: 60_000 }, async () => {
  const data = join(home, 'state/mailbox/data.mdb');
  const pageSize = 4096;
  // LMDB keeps a long value in pages of its own (flag 4 at byte 10: MDB's P_OVERFLOW); the map shows what is written to the file.
  const long = () => {
    const bytes = readFileSync(data);
    const found = new Map();
    for (let at = 0; at < bytes.length; at += pageSize) if (bytes.readUInt16LE(at + 10) === 4 && bytes.readBigUInt64LE(at) === BigInt(at / pageSize)) found.set(at, bytes.subarray(at, at + pageSize).toString('hex'));
    return found;
  };
  const before = long();
  const sent = await dmid(join(home, 'state/up/visitor'), ['send', server.account.number, 'a long word '.repeat(500), '--json']);
  assert.equal(sent.status, 0, said(sent));
  const pages = [...long()].filter(([at, bytes]) => before.get(at) !== bytes).map(([at]) => at);
  assert.ok(pages.length > 0, 'the message has pages of its own');
  const file = openSync(data, 'r+');
  for (const at of pages) writeSync(file, Buffer.alloc(16, 0x5a), 0, 16, at + 1024);
  closeSync(file);
  const inbox = await dmid(home, ['inbox', '--requests', '--json']);
  assert.match(said(inbox), /store\.corrupt/);
  const health = await fetch(`${server.account.node}/healthz`);
  assert.equal(health.status, 503);
  const { checks } = await health.json();
  const check = checks.find(({ name }) => name === 'store read');
  assert.deepEqual({ ok: check.ok, words: check.words }, { ok: false, words: 'the store does not read back' });
  const finding = (await look()).all('node.alarm').find(({ words }) => words.startsWith('store read'));
  assert.match(finding.words, /store\.corrupt/);
  assert.match(finding.mend, /doctor, with the node stopped$/);
});

test('with the node down everything else is still looked at, and a cut store is found', { skip, timeout: 120_000 }, async () => {
  await server.stop();
  server = undefined;
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

test('a store that somebody else holds is told, and by what command to find out who', { skip, timeout: 60_000 }, async () => {
  const lock = join(home, 'state/mailbox/owner.lock');
  assert.ok(existsSync(lock));
  const holder = start(['flock', lock, 'sleep', '60']);
  try {
    const report = await until(async () => {
      const seen = await look();
      return seen.find('store.integrity').level === 'problem' && seen;
    }, 'the lock', 20);
    const finding = report.find('store.integrity');
    assert.match(finding.words, /store\.locked.*no node answers/);
    assert.ok(finding.mend.includes(`fuser -v ${lock}`), finding.mend);
  } finally {
    await holder.stop();
  }
});
