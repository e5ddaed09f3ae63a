// SPDX-License-Identifier: Apache-2.0
// Events, wraps, tickets and envelope ids against nostr-tools and node's own crypto, both ways.
import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { after, test } from 'node:test';
import { finalizeEvent, getEventHash, getPublicKey, nip13, nip17, nip44, nip59, verifyEvent } from 'nostr-tools';
import { hex, start } from './nostr.mjs';

const { oracle, random } = start('nip17');
after(() => oracle.stop());

const alphabet = [...'aZ09 "\\/<>\n\r\t\b\f\u0000\u0001\u001f\u007fäß漢字\u2028😀'];
const text = (most) => Array.from({ length: random.below(most) }, () => random.pick(alphabet)).join('');
const tags = () => Array.from({ length: random.below(5) }, () => Array.from({ length: random.below(4) }, () => text(12)));

test(`events read alike: ids, escapes, signatures (seed ${random.seed})`, async () => {
  for (let i = 0; i < 1000; i++) {
    const event = finalizeEvent({ kind: random.below(65536), created_at: random.below(2 ** 32), tags: tags(), content: text(200) }, random.bytes(32));
    const json = JSON.stringify(event, null, random.below(2));
    const ours = JSON.parse((await oracle.ok('event_parse', { json })).json);
    assert.deepEqual(ours, JSON.parse(JSON.stringify(event)));
    const changed = { ...event, content: event.content + 'x' };
    assert.equal((await oracle.ask('event_parse', { json: JSON.stringify(changed) })).error, 'message.id-mismatch');
    changed.id = getEventHash(changed);
    assert.equal((await oracle.ask('event_parse', { json: JSON.stringify(changed) })).error, 'message.signature');
  }
});

test(`wraps of nostr-tools open here (seed ${random.seed})`, async () => {
  for (let i = 0; i < 300; i++) {
    const [author, inbox] = [random.bytes(32), random.bytes(32)];
    const message = text(i % 50 === 0 ? 6000 : 300) || 'x';
    const wrap = nip17.wrapEvent(author, { publicKey: getPublicKey(inbox) }, message);
    const opened = await oracle.ok('wrap_open', { wrap: JSON.stringify(wrap), inbox: hex(inbox) });
    const theirs = nip17.unwrapEvent(wrap, inbox);
    assert.deepEqual(JSON.parse(opened.rumor), JSON.parse(JSON.stringify(theirs)));
    assert.equal(opened.seal_key, getPublicKey(author));
    assert.equal(opened.wrap_id, wrap.id);
    assert.equal(opened.group, false);
  }
});

test(`our wraps open in nostr-tools (seed ${random.seed})`, async () => {
  for (let i = 0; i < 300; i++) {
    const [author, inbox] = [random.bytes(32), random.bytes(32)];
    const rumor = {
      pubkey: getPublicKey(author),
      created_at: 1700000000 + i,
      kind: random.pick([14, 15, 7]),
      tags: [['p', getPublicKey(inbox)], ...tags()],
      content: text(300),
    };
    const work = i % 10 === 0 ? 8 : 0;
    const json = await oracle.ok('wrap_make', {
      rumor: JSON.stringify(rumor),
      author: hex(author),
      reader: getPublicKey(inbox),
      now: 1700000000,
      work,
      seed: `${random.seed}/${i}`,
    });
    const wrap = JSON.parse(json);
    assert.ok(verifyEvent(wrap));
    assert.ok(nip13.getPow(wrap.id) >= work);
    const opened = nip17.unwrapEvent(wrap, inbox);
    assert.deepEqual(opened, { ...rumor, id: getEventHash(rumor) });
    const ours = await oracle.ok('wrap_open', { wrap: json, inbox: hex(inbox) });
    assert.equal(JSON.parse(ours.rumor).id, opened.id);
  }
});

test('forged seals, wrong kinds and nested wraps are refused by name', async () => {
  const [alice, eve, inbox] = [random.bytes(32), random.bytes(32), random.bytes(32)];
  const bob = getPublicKey(inbox);
  const open = async (wrap) => (await oracle.ask('wrap_open', { wrap: JSON.stringify(wrap), inbox: hex(inbox) })).error;
  const rumorOf = (secret, extra) => nip59.createRumor({ kind: 14, content: 'hello', tags: [['p', bob]], ...extra }, secret);

  const forged = nip59.createSeal(rumorOf(alice), eve, bob);
  assert.equal(await open(nip59.createWrap(forged, bob)), 'message.seal-forged');
  const seal = nip59.createSeal(rumorOf(alice), alice, bob);
  assert.equal(await open(nip59.createWrap({ ...seal, sig: forged.sig }, bob)), 'message.seal-invalid');
  assert.equal(await open(nip59.createWrap({ ...seal, kind: 14 }, bob)), 'message.seal-invalid');
  assert.equal(await open(nip59.createWrap(nip59.createWrap(seal, bob), bob)), 'message.nested');
  assert.equal(await open(nip59.createWrap(nip59.createSeal(rumorOf(alice, { kind: 1 }), alice, bob), bob)), 'message.kind');
  assert.equal(await open(nip59.createWrap(nip59.createSeal({ ...rumorOf(alice), id: '0'.repeat(64) }, alice, bob), bob)), 'message.id-mismatch');
  assert.equal(await open(nip59.createWrap(seal, getPublicKey(eve))), 'message.cannot-open');
  const group = nip59.createWrap(
    nip59.createSeal(
      rumorOf(alice, {
        tags: [
          ['p', bob],
          ['p', getPublicKey(eve)],
        ],
      }),
      alice,
      bob,
    ),
    bob,
  );
  assert.equal((await oracle.ok('wrap_open', { wrap: JSON.stringify(group), inbox: hex(inbox) })).group, true);
});

const u64 = (value) => {
  const out = Buffer.alloc(8);
  out.writeBigUInt64BE(BigInt(value));
  return out;
};
const hmac = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest();
const number = 8312345678901210;

test(`tickets are what docs/protocol/ticket.md says (seed ${random.seed})`, async () => {
  for (let i = 0; i < 200; i++) {
    const [secret, envelopeKey, day] = [random.bytes(32), random.bytes(32), random.below(100000)];
    const key = hmac(secret, u64(number), u64(day));
    const tag = ['dmid-ticket', hmac(key, 'h').subarray(0, 16).toString('hex'), hmac(key, 'm', envelopeKey).subarray(0, 16).toString('hex')];
    const ours = await oracle.ok('ticket', { ticket: hex(secret), number, day, envelope_key: hex(envelopeKey) });
    assert.deepEqual(ours, { key: key.toString('hex'), tag });
  }
});

test(`envelope ids are what docs/protocol/envelope.md says (seed ${random.seed})`, async () => {
  const tag = createHash('sha256').update('dmid/envelope/rumor').digest();
  for (let i = 0; i < 200; i++) {
    const [registry, rumor, author, chain, epoch] = [
      random.bytes(20),
      random.bytes(32),
      random.bytes(32),
      random.below(2 ** 40),
      random.below(2 ** 24),
    ];
    const expected = createHash('sha256')
      .update(Buffer.concat([tag, tag, u64(chain), registry, u64(number), u64(epoch), rumor, author]))
      .digest('hex');
    assert.equal(
      await oracle.ok('envelope_id', { chain, registry: hex(registry), number, epoch, rumor: hex(rumor), seal_key: hex(author) }),
      expected,
    );
  }
});
