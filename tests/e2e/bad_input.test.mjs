// SPDX-License-Identifier: Apache-2.0
// What the world does to a node: clocks that jump, disks that fill, mounts that turn read-only, doors that are fed
// nonsense. Each has its stable code, and nothing that was accepted is lost.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { generateSecretKey } from 'nostr-tools';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { sleep, until } from '../peers/process.mjs';
import { composeWrap } from './lib/plain_client.mjs';
import { post } from './lib/socket.mjs';
import { silentTeller } from './lib/teller.mjs';
import { stack } from './steps/1_stack.mjs';
import { owner } from './steps/2_owner.mjs';

const faketime = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const missing = dmidMissing() ?? postfixMissing() ?? (existsSync(faketime) ? undefined : 'faketime is not installed (tools/setup)');
const skip = missing ?? false;
const story = { teller: silentTeller() };

before(async () => {
  if (skip) return;
  await stack(story);
  await owner(story);
});
after(() => story.world?.stop());

const inboxKey = async (person) => (await person.ask('/v1/node')).json.numbers[0].inbox_key;
const codeOf = ({ body }) => JSON.parse(body).code;
const texts = async (person) => {
  const { messages } = (await person.ask('/v1/inbox?limit=500')).json;
  return messages.map(({ text }) => text);
};
/** One letter of a new stranger, put to the door. */
const knock = async (person, key, text) => post(person.node.ready.http, composeWrap({ from: generateSecretKey(), to: key, text }), 10);

test('a node whose clock is a day back takes nothing wrongly and loses nothing', { skip, timeout: 180_000 }, async () => {
  const { a, b } = story;
  await a.restartNode({ env: { LD_PRELOAD: faketime, FAKETIME: '-1d', FAKETIME_DONT_FAKE_MONOTONIC: '1' } });
  const refused = await knock(a, await inboxKey(a), 'from the future');
  assert.equal(refused.status, 425);
  assert.equal(codeOf(refused), 'message.time');
  await b.do(['send', a.number, 'written while a clock was wrong']);
  // The sender's node wraps it anew with another date, until one fits or the clock is mended.
  await sleep(3_000);
  await a.restartNode();
  const arrived = await a.message(({ text }) => text === 'written while a clock was wrong', 'the letter', 90, { requests: true });
  assert.equal(arrived.with.words, b.number);
  assert.equal((await texts(a)).filter((text) => text === 'written while a clock was wrong').length, 1);
});

test('a full map refuses with its code, keeps what it has, and goes on with a larger one', { skip, timeout: 180_000 }, async () => {
  const { a } = story;
  const config = join(a.home, 'config.toml');
  a.configure({ node: { open_per_minute: 10_000, open_per_source_minute: 10_000 } });
  const plain = readFileSync(config, 'utf8');
  const size = (megabytes) => writeFileSync(config, `${plain}\n[store]\nmap_size_mb = ${megabytes}\n`);
  size(2);
  await a.restartNode();
  const key = await inboxKey(a);
  const accepted = [];
  let last;
  for (let i = 0; i < 300 && last?.status !== 507; i += 1) {
    const text = `filling ${i} ${'x'.repeat(20_000)}`;
    last = await knock(a, key, text);
    if (last.status === 202) accepted.push(text);
  }
  assert.equal(last.status, 507, 'the map fills');
  assert.equal(codeOf(last), 'store.full');
  const kept = new Set(await texts(a));
  assert.ok(accepted.length > 5 && accepted.every((text) => kept.has(text)), 'everything accepted reads back');
  size(64);
  await a.restartNode();
  assert.equal((await knock(a, key, 'room again')).status, 202);
  const all = new Set(await texts(a));
  assert.ok(accepted.every((text) => all.has(text)) && all.has('room again'));
  writeFileSync(config, plain);
  await a.restartNode();
});

test('nonsense at the door gets a stable code and changes nothing', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  const url = `${a.node.ready.http}/v1/messages`;
  const before = (await texts(a)).length;
  const say = async (body) => {
    const response = await fetch(url, { method: 'POST', body });
    return { status: response.status, code: JSON.parse(await response.text()).code };
  };
  const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
  const wrap = composeWrap({ from: generateSecretKey(), to: await inboxKey(a), text: 'hello' });
  const cases = [
    ['', 400, 'codec.syntax'],
    ['{', 400, 'codec.syntax'],
    [`{"v":1,"wrap":${deep}}`, 400, 'codec.too-deep'],
    ['{"v":1}', 400, 'codec.missing-key'],
    ['{"v":2,"wrap":{}}', 400, 'codec.range'],
    ['{"v":1,"wrap":{},"extra":1}', 400, 'codec.unknown-key'],
    [JSON.stringify({ v: 1, wrap: { ...wrap, id: '00'.repeat(32) } }), 400, 'message.id-mismatch'],
    [JSON.stringify({ v: 1, wrap: { ...wrap, sig: '00'.repeat(64) } }), 401, 'message.signature'],
    [JSON.stringify({ v: 1, wrap: { ...wrap, tags: [...wrap.tags, ['p', '11'.repeat(32)]] } }), 400, 'message.recipient'],
    [JSON.stringify({ v: 1, wrap: composeWrap({ from: generateSecretKey(), to: '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798', text: 'elsewhere' }) }), 404, 'gateway.not-served'],
  ];
  for (const [body, status, code] of cases) assert.deepEqual(await say(body), { status, code }, body.slice(0, 60));
  const large = await fetch(url, { method: 'POST', body: 'x'.repeat(200 * 1024) }).then((response) => response.status, () => 'cut');
  assert.ok(large === 413 || large === 'cut', `a body over the limit: ${large}`);
  assert.equal((await texts(a)).length, before);
});

test('a policy that is not valid changes nothing, and says why', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  const present = (await a.ask('/v1/policy')).json;
  const file = join(a.home, 'bad.toml');
  for (const [toml, code] of [
    ['default = "deliverr"\n', 'policy.unknown-action'],
    ['[[rule]]\nwho = ["contact"]\ndo = "deliver"\n', 'policy.no-default'],
    ['default = "request"\n[[rule]]\nwho = ["ens"]\ndo = "deliver"\n', 'policy.not-implemented'],
    ['default = "deliver"\nvia = ["pigeon"]\n', 'policy.unknown-label'],
    ['default = \n', 'policy.syntax'],
  ]) {
    writeFileSync(file, toml);
    const result = await a.run(['policy', 'set', file], { passphrase: true, told: false });
    assert.notEqual(result.status, 0, toml);
    assert.equal(result.json?.code, code, `${toml} ${result.stdout} ${result.stderr}`);
  }
  assert.deepEqual((await a.ask('/v1/policy')).json, present);
});

test('a gateway that points inward is never dialled, and the letter takes a way that is allowed', { skip, timeout: 90_000 }, async () => {
  const { a, b } = story;
  let dialled = 0;
  const trap = createServer((socket) => { dialled += 1; socket.destroy(); });
  await new Promise((resolve) => { trap.listen(0, '127.0.0.1', resolve); });
  try {
    // A's document names an address on loopback that B's operator did not allow, before the relay.
    await a.sign(['publish', '--number', a.number, '--gateway', `https://127.0.0.1:${trap.address().port}`, '--relay', a.relayUrl, ...a.chainFlags()]);
    await b.restartNode();
    const { id } = await b.do(['send', a.number, 'into the house']);
    await until(async () => (await b.ask(`/v1/messages/${id}`)).json.state === 'accepted', 'the relay taking the letter', 40);
    assert.equal(dialled, 0);
  } finally {
    trap.close();
  }
});
