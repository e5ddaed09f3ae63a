// SPDX-License-Identifier: Apache-2.0
// After an end-to-end run with the log at its loudest: no secret, body or bound address in any log, argument or environment,
// and in the memory of a running node only the keys that it works with.
import assert from 'node:assert/strict';
import { createDecipheriv, hkdfSync, scryptSync } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { silentTeller } from './lib/teller.mjs';
import { stack } from './steps/1_stack.mjs';
import { owner } from './steps/2_owner.mjs';
import { letters } from './steps/3_letters.mjs';
import { befriend } from './steps/4_plain.mjs';

const skip = dmidMissing() ?? postfixMissing() ?? false;
const story = { teller: silentTeller() };
const processes = new Map(); // what any process of this program was started with
let sampler;

/** Arguments and environment of every process of the binary under test, as anybody with the right to look sees them. */
function lookAround() {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const argv = readFileSync(`/proc/${pid}/cmdline`);
      if (!argv.includes(dmidBinary())) continue;
      let environment = Buffer.alloc(0);
      try { environment = readFileSync(`/proc/${pid}/environ`); } catch { /* not dumpable: nobody but root may look */ }
      processes.set(`${pid} ${argv.toString('latin1')}`, Buffer.concat([argv, environment]));
    } catch { /* it has ended */ }
  }
}

/** Web3 v3, opened without the program under test. */
function keyOf(file, passphrase) {
  const { crypto } = JSON.parse(readFileSync(file, 'utf8'));
  const { n, r, p, dklen, salt } = crypto.kdfparams;
  const derived = scryptSync(passphrase, Buffer.from(salt, 'hex'), dklen, { N: n, r, p, maxmem: 1 << 28 });
  const cipher = createDecipheriv('aes-128-ctr', derived.subarray(0, 16), Buffer.from(crypto.cipherparams.iv, 'hex'));
  return Buffer.concat([cipher.update(Buffer.from(crypto.ciphertext, 'hex')), cipher.final()]);
}

/** The ways in which bytes may stand in a file: raw, hex in both cases, base64 and base64url at each offset. */
function formsOf(bytes) {
  const forms = [bytes, Buffer.from(bytes.toString('hex')), Buffer.from(bytes.toString('hex').toUpperCase())];
  for (let lead = 0; lead < 3; lead += 1) {
    const text = Buffer.concat([Buffer.alloc(lead), bytes]).toString('base64').replace(/=+$/, '');
    const inner = text.slice(lead === 0 ? 0 : lead + 1, (bytes.length + lead) % 3 === 0 ? undefined : -1);
    forms.push(Buffer.from(inner), Buffer.from(inner.replaceAll('+', '-').replaceAll('/', '_')));
  }
  return forms;
}
const holds = (haystack, bytes) => formsOf(bytes).some((form) => haystack.includes(form));

/** Names of the secrets that occur. */
const found = (haystack, secrets) => [...secrets].filter(([, bytes]) => holds(haystack, bytes)).map(([name]) => name);

/** All writable memory of a process. */
function memoryOf(pid) {
  const parts = [];
  const fd = openSync(`/proc/${pid}/mem`, 'r');
  try {
    for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
      const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
      if (!match || /\.mdb$|\[v/.test(line)) continue;
      const [from, to] = [parseInt(match[1], 16), parseInt(match[2], 16)];
      const buffer = Buffer.alloc(Math.min(to - from, 1 << 28));
      try { parts.push(buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, from))); } catch { /* a guard page */ }
    }
  } finally {
    closeSync(fd);
  }
  return Buffer.concat(parts);
}

let keys, bodies, addresses, passphrases;

before(async () => {
  if (skip) return;
  sampler = setInterval(lookAround, 10);
  await stack(story);
  for (const person of story.world.people) person.configure({ log: 'debug' });
  await owner(story);
  await letters(story);
  await befriend(story);
  clearInterval(sampler);
  lookAround();
  keys = new Map();
  passphrases = new Map();
  for (const person of story.world.people) {
    const passphrase = readFileSync(person.passphraseFile, 'utf8').trim();
    passphrases.set(`${person.name}'s passphrase`, Buffer.from(passphrase));
    const folder = join(person.home, 'keys');
    for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) keys.set(`${person.name}'s ${name}`, keyOf(join(folder, name), passphrase));
    keys.set(`${person.name}'s storage key`, Buffer.from(hkdfSync('sha256', keys.get(`${person.name}'s node.json`), 'dmid/storage', 'mailbox', 32)));
    keys.set(`${person.name}'s DKIM key`, Buffer.from(readFileSync(person.dkimKeyFile(), 'utf8').split('\n')[1]));
  }
  const all = await story.a.allMessages();
  bodies = new Map(all.filter(({ text }) => text).map(({ id, text }) => [`body of ${id}`, Buffer.from(text)]));
  addresses = new Map(story.world.people.map((person) => [`${person.name}'s address`, Buffer.from(person.address)]));
}, { timeout: 240_000 });
after(async () => { clearInterval(sampler); await story.world?.stop(); });

test('the search finds what is there, in every form', { skip }, () => {
  const secret = keys.get('A\'s inbox.json');
  for (const form of formsOf(secret)) assert.ok(holds(Buffer.concat([Buffer.from('..'), form, Buffer.from('..')]), secret));
  assert.equal(secret.length, 32);
  assert.ok(bodies.size >= 4 && keys.size >= 14, `${bodies.size} bodies, ${keys.size} keys`);
});

test('logs hold no key, passphrase, body or bound address, at level debug', { skip }, () => {
  for (const person of story.world.people) {
    const log = readFileSync(join(person.home, 'node.log'));
    assert.ok(log.includes('accepted envelope='), 'there is something to search');
    assert.deepEqual(found(log, [...keys, ...passphrases, ...bodies, ...addresses]), [], person.name);
  }
});

test('nor do the arguments and environment of any of its processes', { skip }, () => {
  const all = Buffer.concat([...processes.values()]);
  assert.ok(all.includes('--ready-file') && processes.size > 20, `${processes.size} processes were seen`);
  // What people type stands in arguments by design: the text of `dmid send`, the address of `dmid bind`.
  const typed = new Set(['send', 'reply', 'bind']);
  const others = [...processes].filter(([name]) => !name.split('\0').some((word) => typed.has(word)));
  assert.deepEqual(found(all, [...keys, ...passphrases]), []);
  assert.deepEqual(found(Buffer.concat(others.map(([, bytes]) => bytes)), [...bodies, ...addresses]), []);
});

test('nothing in the state folder shows a body or an address in the clear', { skip }, () => {
  for (const person of story.world.people) {
    for (const store of ['mailbox', 'index']) {
      const bytes = readFileSync(join(person.home, 'state', store, 'data.mdb'));
      assert.ok(bytes.length > 4096);
      assert.deepEqual(found(bytes, [...keys, ...passphrases, ...bodies, ...addresses]), [], `${person.name}'s ${store}`);
    }
  }
});

test('a running node holds in memory the keys that it works with, and neither a passphrase nor any other key', { skip: skip || (process.getuid() === 0 ? false : 'only root can read it') }, () => {
  for (const person of story.world.people) {
    const memory = memoryOf(person.node.pid);
    const own = (name) => keys.get(`${person.name}'s ${name}`);
    assert.ok(memory.includes(own('inbox.json')), 'the inbox key is in use: the search sees the memory');
    assert.deepEqual(found(memory, passphrases), [], person.name);
    assert.ok(memory.includes(own('policy.json')), 'it signs the heads of the policy every day');
    for (const name of ['owner.json', 'guard.json', 'payer.json']) assert.ok(!holds(memory, own(name)), `${person.name}'s ${name}`);
  }
});

test('it writes no core file and lets no other process of its user look', { skip }, () => {
  for (const person of story.world.people) {
    const limits = readFileSync(`/proc/${person.node.pid}/limits`, 'utf8');
    assert.match(limits, /^Max core file size\s+0\s+0\s/m);
    assert.ok(existsSync(`/proc/${person.node.pid}/mem`));
  }
});
