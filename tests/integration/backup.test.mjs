// SPDX-License-Identifier: Apache-2.0
// A backup under load, the end of the machine, a restore elsewhere: what was accepted before is there.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { silentTeller } from '../e2e/lib/teller.mjs';
import { startLoad } from '../e2e/lib/load.mjs';
import { Person } from '../e2e/lib/person.mjs';
import { stack } from '../e2e/steps/1_stack.mjs';
import { owner } from '../e2e/steps/2_owner.mjs';
import { befriend } from '../e2e/steps/4_plain.mjs';
import { call } from '../e2e/lib/socket.mjs';
import { dmidMissing, dmid } from '../peers/dmid_node.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { until } from '../peers/process.mjs';

const story = { teller: silentTeller() };
after(() => story.world?.stop());
const skip = dmidMissing() ?? postfixMissing() ?? false;
let backup, before, restored, a;

const withPassphrase = (args) => [...args, '--json', '--passphrase-file', a.passphraseFile];

test('a backup is made while letters pour in', { skip, timeout: 240_000 }, async () => {
  await stack(story, { people: ['A'] });
  await owner(story);
  const friend = await befriend(story);
  a = story.a;
  a.configure({ node: { open_per_minute: 1_000_000, open_per_source_minute: 1_000_000 } });
  await a.restartNode();
  const { plain } = story;
  const load = startLoad({ url: a.door.url, wrap: (text) => plain.wrap(a.inboxKey, text), label: 'under load', parallel: 3, pause: 20 });
  await until(() => load.accepted.length > 20, 'some load', 60);
  before = [...load.accepted];
  backup = join(story.world.folder, 'a.backup');
  const made = await dmid(a.home, withPassphrase(['backup', backup, '--light']));
  assert.equal(made.status, 0, made.stderr);
  const during = load.accepted.length;
  await until(() => load.accepted.length > during + 10, 'more load');
  await load.finish();
  assert.ok(friend);
  assert.equal(statSync(backup).mode & 0o777, 0o600);
  const names = made.json.files.map(({ name }) => name);
  for (const name of ['config.toml', 'keys/node.json', 'keys/inbox.json', 'state/mailbox/data.mdb']) assert.ok(names.includes(name), names.join(' '));
  assert.ok(!names.some((name) => name.includes('index')), 'what follows from the chain is not in it');
  assert.deepEqual(made.json.left_out.sort(), [a.dkimKeyFile(), a.passphraseFile, a.tls.certFile, a.tls.keyFile].sort());
  assert.ok(made.json.secret_in.length > 2);
  assert.ok(!readdirSync(join(a.home, 'state', 'mailbox')).some((name) => name.includes('part')), 'the copy beside the store is gone');
});

test('it verifies with the passphrase alone, and shows nothing without', { skip }, async () => {
  const verified = await dmid(a.home, withPassphrase(['backup', 'verify', backup]));
  assert.equal(verified.status, 0, verified.stderr);
  const wrong = join(story.world.folder, 'wrong');
  writeFileSync(wrong, 'another passphrase\n', { mode: 0o600 });
  const refused = await dmid(a.home, ['backup', 'verify', backup, '--json', '--passphrase-file', wrong]);
  assert.equal(refused.json.code, 'input.passphrase');
  const bytes = readFileSync(backup);
  for (const word of ['config.toml', 'under load', a.address, a.number.replaceAll(' ', ''), 'scrypt']) assert.ok(!bytes.includes(word), word);
});

test('cut, altered, foreign and later files are refused by name, and leave nothing', { skip }, async () => {
  const bytes = readFileSync(backup);
  const flipped = (at) => { const copy = Buffer.from(bytes); copy[at] ^= 1; return copy; };
  const later = Buffer.from(bytes);
  later[7] = 0x32;
  for (const [name, content, code] of [
    ['cut', bytes.subarray(0, bytes.length >> 1), 'backup.cut'],
    ['last-byte', bytes.subarray(0, bytes.length - 1), 'backup.cut'],
    ['head', flipped(40), 'backup.damaged'],
    ['middle', flipped(bytes.length >> 1), 'backup.damaged'],
    ['end', flipped(bytes.length - 1), 'backup.damaged'],
    ['longer', Buffer.concat([bytes, Buffer.from('x')]), 'backup.damaged'],
    ['zip', Buffer.from('PK\x03\x04 no backup'), 'backup.version'],
    ['later', later, 'backup.version'],
  ]) {
    const file = join(story.world.folder, `bad-${name}`);
    writeFileSync(file, content);
    for (const argv of [['backup', 'verify', file], ['restore', file]]) {
      const home = join(story.world.folder, `home-${name}`);
      const refused = await dmid(home, withPassphrase(argv));
      assert.equal(refused.status, 1, `${name}: ${refused.stdout}`);
      assert.equal(refused.json.code, code, name);
      assert.ok(!existsSync(home), `${name}: nothing was made`);
    }
  }
  assert.deepEqual(readdirSync(story.world.folder).filter((name) => name.includes('restoring')), []);
});

test('after the machine is gone, all that was accepted before the backup is at the new one', { skip, timeout: 120_000 }, async () => {
  a.node.kill('SIGKILL');
  await a.node.exited;
  const home = join(story.world.folder, 'elsewhere');
  const done = await dmid(home, withPassphrase(['restore', backup]));
  assert.equal(done.status, 0, done.stderr);
  assert.ok(done.json.next.some((step) => step.includes('dmid policy confirm')), done.json.next.join('\n'));
  assert.equal(statSync(home).mode & 0o777, 0o700);
  assert.equal(statSync(join(home, 'keys/node.json')).mode & 0o777, 0o600);
  assert.equal((await dmid(home, withPassphrase(['restore', backup]))).json.code, 'backup.not-empty', 'a home that is there stays');
  assert.equal((await dmid(home, withPassphrase(['backup', backup]))).json.code, 'backup.exists');
  restored = new Person(story.world, 'restored', a.address);
  Object.assign(restored, { home, door: a.door, mailDoor: a.mailDoor, passphraseFile: a.passphraseFile, number: a.number });
  story.world.people.push(restored);
  a.relayTap.aim(undefined); // nobody tells how old its policy is
  await restored.startNode();
  await restored.serving();
  const shown = (await restored.allMessages()).map(({ text }) => text);
  for (const text of before) assert.equal(shown.filter((one) => one === `${text}.`).length, 1, text);
});

test('its policy counts only once the owner has said so', { skip, timeout: 120_000 }, async () => {
  const alarms = async () => (await restored.ask('/healthz')).json.alarms.filter(({ what }) => what.startsWith('restored'));
  assert.equal((await alarms()).length, 1);
  const write = (text) => call({ url: a.door.url, method: 'POST', path: '/v1/messages', body: { v: 1, wrap: story.plain.wrap(a.inboxKey, text) } });
  assert.equal((await write('from a contact, while nobody knows')).status, 202);
  await restored.message(({ text }) => text === 'from a contact, while nobody knows', 'a request, although a contact wrote', 20, { requests: true });
  const confirmed = await restored.do(['policy', 'confirm']);
  assert.equal(confirmed.was_held, true);
  assert.equal((await alarms()).length, 0);
  await restored.restartNode();
  assert.equal((await alarms()).length, 0, 'said once is enough');
  assert.equal((await write('from a contact, as before')).status, 202);
  await until(async () => (await restored.inbox()).some(({ text, state }) => text === 'from a contact, as before' && state !== 'request'), 'no request any more');
});
