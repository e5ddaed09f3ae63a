// SPDX-License-Identifier: Apache-2.0
// NIP-44, BIP-340 and NIP-13 against nostr-tools and noble, both ways.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { schnorr } from '@noble/curves/secp256k1.js';
import { finalizeEvent, getPublicKey, nip13, nip44 } from 'nostr-tools';
import { hex, start, unhex } from './nostr.mjs';

const { oracle, random } = start('nip44');
after(() => oracle.stop());

// Letters of every UTF-8 length, controls and what JSON escapes.
const alphabet = [...'aZ09 "\\/\n\r\t\b\f\u0001\u001f\u007fäߎ\u2028漢字😀🏴'];
function textOfBytes(length) {
  let out = '';
  let size = 0;
  while (size < length) {
    const letter = random.pick(alphabet);
    const bytes = Buffer.byteLength(letter);
    if (size + bytes <= length) {
      out += letter;
      size += bytes;
    } else if (length - size < 4) {
      out += 'x';
      size += 1;
    }
  }
  return out;
}

// All padding borders with their neighbours, then random lengths up to 2,000 in all.
function lengths() {
  const out = new Set([1, 2, 65535]);
  for (let size = 32; size <= 65536;) {
    for (const near of [size - 1, size, size + 1]) if (near <= 65535) out.add(near);
    const next = size < 256 ? 32 : 2 ** Math.floor(Math.log2(size)) / 4;
    size += next < 32 ? 32 : next;
  }
  while (out.size < 1800) out.add(1 + random.below(2500));
  while (out.size < 2000) out.add(1 + random.below(65535));
  return [...out];
}

test(`NIP-44 both ways over 2,000 lengths (seed ${random.seed})`, async () => {
  const all = lengths();
  assert.equal(all.length, 2000);
  let secret, peer, theirs, ours;
  for (const [i, length] of all.entries()) {
    if (i % 20 === 0) {
      secret = random.bytes(32);
      peer = random.bytes(32);
      theirs = nip44.v2.utils.getConversationKey(secret, getPublicKey(peer));
      ours = await oracle.ok('nip44_key', { secret: hex(secret), peer: getPublicKey(peer) });
      assert.equal(ours, hex(theirs));
      assert.equal(await oracle.ok('nip44_key', { secret: hex(peer), peer: getPublicKey(secret) }), ours);
    }
    const plaintext = textOfBytes(length);
    const nonce = random.bytes(32);
    const payload = nip44.v2.encrypt(plaintext, theirs, nonce);
    assert.equal(await oracle.ok('nip44_encrypt', { key: ours, nonce: hex(nonce), plaintext }), payload, `length ${length}`);
    assert.equal(await oracle.ok('nip44_decrypt', { key: ours, payload }), plaintext, `length ${length}`);
    assert.equal(nip44.v2.decrypt(payload, theirs), plaintext);
  }
});

test(`damaged NIP-44 payloads are refused by both (seed ${random.seed})`, async () => {
  const key = random.bytes(32);
  for (let i = 0; i < 1000; i++) {
    const good = nip44.v2.encrypt(textOfBytes(1 + random.below(300)), key, random.bytes(32));
    const data = Buffer.from(good, 'base64');
    data[random.below(data.length)] ^= 1 << random.below(8);
    const cut = good.slice(0, random.below(good.length));
    for (const payload of [data.toString('base64'), cut, '#' + good, good.replace(/.$/, '*')]) {
      assert.throws(() => nip44.v2.decrypt(payload, key));
      const answer = await oracle.ask('nip44_decrypt', { key: hex(key), payload });
      assert.match(answer.error ?? 'it opened', /^crypto\.payload-/, payload);
    }
  }
});

test(`BIP-340 signatures are the same and verify on both sides (seed ${random.seed})`, async () => {
  for (let i = 0; i < 1000; i++) {
    const [secret, message, aux] = [random.bytes(32), random.bytes(32), random.bytes(32)];
    const signature = await oracle.ok('schnorr_sign', { secret: hex(secret), message: hex(message), aux: hex(aux) });
    assert.equal(signature, hex(schnorr.sign(message, secret, aux)));
    const key = hex(schnorr.getPublicKey(secret));
    assert.equal((await oracle.ok('keys_of', { secret: hex(secret) })).xonly, key);
    assert.equal(await oracle.ok('schnorr_verify', { message: hex(message), signature, key }), true);
    const bad = unhex(signature);
    bad[random.below(64)] ^= 1 << random.below(8);
    assert.equal(schnorr.verify(bad, message, unhex(key)), false);
    const answer = await oracle.ask('schnorr_verify', { message: hex(message), signature: hex(bad), key });
    assert.equal(answer.error, 'crypto.signature-invalid');
  }
});

test(`NIP-13 counts the same bits (seed ${random.seed})`, async () => {
  for (let i = 0; i < 1000; i++) {
    const id = random.bytes(32);
    id.fill(0, 0, random.below(6));
    assert.equal(await oracle.ok('leading_zeros', { id: hex(id) }), nip13.getPow(hex(id)));
  }
});

test('work that nostr-tools has done is counted, and only what it committed to', async () => {
  const secret = random.bytes(32);
  for (const bits of [4, 8, 12]) {
    const base = { kind: 1, created_at: 1700000000, tags: [], content: `work ${bits}`, pubkey: getPublicKey(secret) };
    const mined = nip13.minePow(base, bits);
    const event = finalizeEvent({ ...mined }, secret);
    assert.ok(nip13.getPow(event.id) >= bits);
    assert.equal((await oracle.ok('event_parse', { json: JSON.stringify(event) })).work, bits);
  }
});
