// SPDX-License-Identifier: Apache-2.0
// A restored node cannot be rolled back: its gateways and relays hold signed heads of the newest policy.
// Two real nodes and a relay that others wrote hold them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { silentTeller } from '../e2e/lib/teller.mjs';
import { Person } from '../e2e/lib/person.mjs';
import { call } from '../e2e/lib/socket.mjs';
import { stack } from '../e2e/steps/1_stack.mjs';
import { owner, policyToml, publishArguments } from '../e2e/steps/2_owner.mjs';
import { befriend } from '../e2e/steps/4_plain.mjs';
import { dmid, dmidMissing } from '../peers/dmid_node.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { until } from '../peers/process.mjs';

const story = { teller: silentTeller() };
after(() => story.world?.stop());
const skip = dmidMissing() ?? postfixMissing() ?? false;
const withPassphrase = (args) => [...args, '--json', '--passphrase-file', a.passphraseFile];
const digits = (person) => person.number.replaceAll(' ', '');
let a, b, backup, firstHead, blocking;

const headOf = async (person) => (await person.ask('/v1/policy/head')).json;
/** What B's public door holds of A: the heads as they were signed. */
const heldByB = async () => (await call({ url: b.door.url, path: `/v1/heads/${digits(a)}` })).json.heads;
const leaveAtB = (head, number = digits(a)) => call({ url: b.door.url, method: 'PUT', path: `/v1/heads/${number}`, body: { head } });
const onRelay = () => story.world.relay.events().filter(({ kind, tags }) => kind === 30078 && tags.some(([name, value]) => name === 'd' && value.includes(digits(a))));
/** Until that many places hold the head of this sequence: right after a new policy they still hold the last one. */
const heldBy = (person, count, seq, what) => until(async () => {
  const { places } = await headOf(person);
  return places.filter(({ state, head }) => state === 'holds' && head.seq === seq).length === count;
}, what, 60);
const findings = async (person, code) => (await dmid(person.home, ['doctor', '--json'])).json.findings.filter((one) => one.code === code);
const write = (text) => call({ url: a.door.url, method: 'POST', path: '/v1/messages', body: { v: 1, wrap: story.plain.wrap(a.inboxKey, text) } });
const setPolicy = (person, name, toml) => {
  const file = join(person.home, name);
  writeFileSync(file, toml);
  return person.sign(['policy', 'set', file]);
};

/** The backup at another place, in A's stead. */
async function restore(name) {
  if (a.node.running()) await a.node.stop();
  const home = join(story.world.folder, name);
  const done = await dmid(home, withPassphrase(['restore', backup]));
  assert.equal(done.status, 0, done.stderr);
  const restored = new Person(story.world, name, a.address);
  const { door, mailDoor, passphraseFile, number, inboxKey, relayTap } = a;
  Object.assign(restored, { home, door, mailDoor, passphraseFile, number, inboxKey, relayTap });
  story.world.people.push(restored);
  return restored;
}

test('the head of a policy goes to the other gateway and the relay of the document', { skip, timeout: 240_000 }, async () => {
  await stack(story);
  await owner(story);
  ({ a, b } = story);
  await befriend(story);
  await a.sign([...publishArguments(a), '--gateway', `${b.door.url}=${b.node.ready.node_key}`]);
  await heldBy(a, 2, 1, 'head at B and at the relay');
  const { head, places, bounded, signs, standing } = await headOf(a);
  assert.equal(head.seq, 1);
  assert.equal(bounded, true);
  assert.equal(signs, true);
  assert.equal(standing, 'counts');
  assert.deepEqual(places.map(({ state }) => state).sort(), ['holds', 'holds', 'self']);
  const held = await heldByB();
  assert.equal(held.length, 1);
  firstHead = held[0];
  assert.deepEqual(onRelay().map(({ content, pubkey }) => [content, pubkey]), [[firstHead, a.inboxKey]]);
  assert.equal((await findings(a, 'policy.rollback'))[0].level, 'ok');
  assert.equal((await findings(a, 'policy.head'))[0].level, 'ok');
  const shown = await a.do(['policy', 'show'], { json: false });
  assert.match(shown, /held by 2 of 2 other gateways and relays/);
});

test('a gateway takes no head that is forged, lower, or of a number that does not name it', { skip }, async () => {
  assert.equal((await leaveAtB(firstHead)).status, 200, 'the one that it holds');
  const bytes = Buffer.from(firstHead, 'base64');
  const forged = Buffer.from(bytes);
  forged[forged.length - 1] ^= 1;
  assert.equal((await leaveAtB(forged.toString('base64'))).json.code, 'policy.signature');
  assert.equal((await leaveAtB('AAAA')).status, 400);
  assert.equal((await leaveAtB(firstHead, digits(b))).json.code, 'policy.signature');
  // B's document does not name A.
  const ofB = (await call({ url: b.door.url, path: `/v1/heads/${digits(b)}` })).json.heads[0];
  const refused = await call({ url: a.door.url, method: 'PUT', path: `/v1/heads/${digits(b)}`, body: { head: ofB } });
  assert.equal(refused.json.code, 'gateway.not-served');
});

test('a backup, and after it a policy that blocks somebody', { skip, timeout: 120_000 }, async () => {
  backup = join(story.world.folder, 'a.backup');
  const made = await dmid(a.home, withPassphrase(['backup', backup, '--light']));
  assert.equal(made.status, 0, made.stderr);
  assert.equal((await write('welcome before')).status, 202);
  await a.message(({ text, state }) => text === 'welcome before' && state !== 'request', 'a contact\'s letter');
  blocking = policyToml.replace('spam = ["', `spam = ["${story.plain.npub}", "`);
  assert.equal((await setPolicy(a, 'blocking.toml', blocking)).seq, 2);
  await until(async () => (await headOf(a)).head.seq === 2, 'the next head');
  await heldBy(a, 2, 2, 'it at B and at the relay');
  assert.notEqual((await heldByB())[0], firstHead);
  assert.equal((await leaveAtB(firstHead)).json.code, 'policy.seq', 'a replay of the lower one');
  assert.equal((await write('dropped')).status, 202);
});

test('the restored node decides nothing by its old policy, and says so, until the newest is set', { skip, timeout: 180_000 }, async () => {
  const restored = await restore('elsewhere');
  await restored.startNode();
  await restored.serving();
  await until(async () => (await headOf(restored)).standing === 'superseded', 'the newer head', 30);
  assert.equal((await write('to the restored node')).status, 202);
  await restored.message(({ text }) => text === 'to the restored node', 'a request, although the old policy delivers', 20, { requests: true });
  const { json } = await restored.ask('/healthz');
  assert.ok(json.alarms.some(({ what }) => what.startsWith('policy superseded')), JSON.stringify(json));
  assert.match((await restored.ask('/metrics')).body, /^dmid_policies_held 1$/m);
  const [finding] = await findings(restored, 'policy');
  assert.equal(finding.level, 'problem');
  assert.match(finding.mend, /policy set/);
  assert.equal((await setPolicy(restored, 'newest.toml', blocking)).seq, 3, 'it follows the newest, not the restored one');
  assert.equal((await headOf(restored)).standing, 'counts');
  await heldBy(restored, 2, 3, 'the third head');
  assert.equal((await write('dropped again')).status, 202);
  assert.ok(!(await restored.inbox({ requests: true })).some(({ text }) => text === 'dropped again'));
  await restored.stopNode();
});

test('with nobody to ask it waits; the owner\'s word makes it count, and the newest', { skip, timeout: 180_000 }, async () => {
  const again = await restore('again');
  story.world.relay.drop();
  a.relayTap.aim(undefined);
  await b.stopNode();
  await again.startNode();
  await again.serving();
  assert.equal((await headOf(again)).standing, 'waiting');
  assert.equal((await write('while nobody knows')).status, 202);
  await again.message(({ text }) => text === 'while nobody knows', 'a request', 20, { requests: true });
  assert.equal((await again.run(['policy', 'sign'], { passphrase: true })).json.code, 'policy.seq', 'no head of a policy that nobody spoke for');
  const [finding] = await findings(again, 'policy');
  assert.match(finding.mend, /policy confirm/);
  a.relayTap.aim(story.world.relay.port);
  await until(async () => (await headOf(again)).standing === 'superseded', 'the relay\'s word', 60);
  const confirmed = await again.sign(['policy', 'confirm']);
  assert.equal(confirmed.was_held, true);
  assert.equal(confirmed.newer.seq, 3);
  assert.equal(confirmed.seq, 4, 'signed anew as the newest');
  assert.equal((await headOf(again)).standing, 'counts');
  const told = ({ kind, state, head }) => kind === 'relay' && state === 'holds' && head.seq === 4;
  await until(async () => (await headOf(again)).places.some(told), 'the fourth head at the relay', 60);
  await again.restartNode();
  assert.equal((await headOf(again)).standing, 'counts', 'said once is enough');
});
