// SPDX-License-Identifier: Apache-2.0
// Writes docs/protocol/vectors/{nip44,wrap,ticket} and the fuzz corpora that begin with them. Made with nostr-tools,
// noble and node's own crypto: nothing of ours computes what ours is held to.
//   node tests/oracle/make_seal_vectors.mjs
import { createHmac } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schnorr } from '@noble/curves/secp256k1.js';
import { chacha20 } from '@noble/ciphers/chacha.js';
import { getEventHash, getPublicKey, nip44 } from 'nostr-tools';
import { hex, unhex } from './nostr.mjs';
import { chance } from './oracle.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
process.env.DMID_SEED = '83';
const random = chance('vectors');
// The rules of envelope.md and ticket.md that a vector is about: the first line whose pattern fits its path.
const rules = [
  [/^nip44.*(six-byte|no-bytes|one-byte)/, 'ENV-01', 'ENV-02'],
  [/^nip44.valid/, 'ENV-01'],
  [/^nip44/, 'ENV-02'],
  [/escapes/, 'ENV-03'],
  [/(wrap-id|wrap-signature)/, 'ENV-09'],
  [/(wrap-of-kind|recipient)/, 'ENV-05'],
  [/(valid.encrypted-to|not-encrypted)/, 'ENV-10'],
  [/wrap-in-a/, 'ENV-11'],
  [/(invalid.seal-|without-a-seal)/, 'ENV-12'],
  [/(rumor-id|rumor-without-id)/, 'ENV-13'],
  [/author-forged/, 'ENV-14'],
  [/(rumor-of-kind|valid.text|valid.file|valid.reaction)/, 'ENV-15'],
  [/group/, 'ENV-16'],
  [/from-a-dmid/, 'ENV-18'],
  [/^wrap/, 'ENV-04'],
  [/^ticket.valid/, 'TICKET-02', 'TICKET-03'],
  [/^ticket/, 'TICKET-01'],
];
function save(path, what) {
  const [, ...musts] = rules.find(([pattern]) => pattern.test(path));
  const value = { musts, ...what };
  const file = `${root}/docs/protocol/vectors/${path}.json`;
  mkdirSync(file.slice(0, file.lastIndexOf('/')), { recursive: true });
  writeFileSync(file, JSON.stringify(value, null, 2) + '\n');
}
function seed(target, name, bytes) {
  mkdirSync(`${root}/fuzz/corpus/${target}`, { recursive: true });
  writeFileSync(`${root}/fuzz/corpus/${target}/${name}`, bytes);
}
const hmac = (key, ...parts) => parts.reduce((mac, part) => mac.update(part), createHmac('sha256', key)).digest();

// NIP-44 ---------------------------------------------------------------------------------------------------------
const [alice, bob, eve] = [random.bytes(32), random.bytes(32), random.bytes(32)];
const [aliceKey, bobKey, eveKey] = [alice, bob, eve].map(getPublicKey);
const pair = nip44.v2.utils.getConversationKey(alice, bobKey);
for (const [name, plaintext] of [
  ['one-byte', 'a'],
  ['first-padding-border', 'x'.repeat(32)],
  ['past-first-padding-border', 'x'.repeat(33)],
  ['chunk-grows-past-256', 'x'.repeat(257)],
  ['every-utf8-length', 'aä漢😀'],
  ['control-characters', 'a\u0000\u0001\n\u007f'],
]) {
  const nonce = random.bytes(32);
  save(`nip44/valid/${name}`, {
    secret: hex(alice),
    peer: bobKey,
    conversation_key: hex(pair),
    nonce: hex(nonce),
    plaintext,
    payload: nip44.v2.encrypt(plaintext, pair, nonce),
  });
}

// A payload with a right mac around any padded bytes.
function payloadOf(padded, version = 2, key = pair) {
  const nonce = random.bytes(32);
  const blocks = [];
  for (let i = 1; i <= 3; i++) blocks.push(hmac(key, blocks.at(-1) ?? '', nonce, Buffer.from([i])));
  const keys = Buffer.concat(blocks);
  const sealed = chacha20(keys.subarray(0, 32), keys.subarray(32, 44), padded);
  return Buffer.concat([Buffer.from([version]), nonce, sealed, hmac(keys.subarray(44, 76), nonce, sealed)]);
}
const padded = (claimed, size) => Buffer.concat([Buffer.from([claimed >> 8, claimed & 255]), Buffer.alloc(size)]);
const good = payloadOf(padded(5, 32));
const text = good.toString('base64');
const macChanged = Buffer.from(good);
macChanged[macChanged.length - 1] ^= 1;
const nonceChanged = Buffer.from(good);
nonceChanged[1] ^= 1;
const invalid44 = {
  empty: ['', 'crypto.payload-version'],
  'leading-hash-sign': ['#' + text.slice(1), 'crypto.payload-version'],
  'version-0': [payloadOf(padded(5, 32), 0).toString('base64'), 'crypto.payload-version'],
  'version-1': [payloadOf(padded(5, 32), 1).toString('base64'), 'crypto.payload-version'],
  'version-3': [payloadOf(padded(5, 32), 3).toString('base64'), 'crypto.payload-version'],
  'too-short': [text.slice(0, 128), 'crypto.payload-length'],
  'too-long': ['A'.repeat(87476), 'crypto.payload-length'],
  'letter-outside-base64': [text.slice(0, 70) + 'ф' + text.slice(72), 'crypto.payload-base64'],
  'base64-without-padding': [payloadOf(padded(33, 64)).toString('base64').replace(/=+$/, ''), 'crypto.payload-base64'],
  'base64url-letter': [text.slice(0, 70) + '_' + text.slice(71), 'crypto.payload-base64'],
  'white-space': [text.slice(0, 68) + '\n   ' + text.slice(72), 'crypto.payload-base64'],
  'mac-changed': [macChanged.toString('base64'), 'crypto.payload-mac'],
  'nonce-changed': [nonceChanged.toString('base64'), 'crypto.payload-mac'],
  'another-key': [payloadOf(padded(5, 32), 2, random.bytes(32)).toString('base64'), 'crypto.payload-mac'],
  'plaintext-of-no-bytes': [payloadOf(padded(0, 32)).toString('base64'), 'crypto.payload-padding'],
  'length-beyond-the-padding': [payloadOf(padded(33, 32)).toString('base64'), 'crypto.payload-padding'],
  'more-padding-than-prescribed': [payloadOf(padded(32, 64)).toString('base64'), 'crypto.payload-padding'],
  'odd-padding': [payloadOf(padded(5, 33)).toString('base64'), 'crypto.payload-padding'],
  'six-byte-prefix-of-a-short-text': [
    payloadOf(Buffer.concat([Buffer.from([0, 0, 0, 0, 0, 5]), Buffer.alloc(32)])).toString('base64'),
    'crypto.payload-padding',
  ],
};
for (const [name, [payload, error]] of Object.entries(invalid44)) save(`nip44/invalid/${name}`, { conversation_key: hex(pair), payload, error });
const zero = new Uint8Array(32); // the key of the fuzz target
for (const size of [1, 32, 33, 300]) seed('nip44_decrypt', `text-of-${size}`, nip44.v2.encrypt('x'.repeat(size), zero, random.bytes(32)));
for (const [name, [payload]] of Object.entries(invalid44)) if (name !== 'too-long') seed('nip44_decrypt', name, payload);

// Wraps ----------------------------------------------------------------------------------------------------------
const now = 1790000000;
function sign(body, secret, changed = {}) {
  const event = { pubkey: getPublicKey(secret), created_at: now, kind: 1059, tags: [], content: '', ...body };
  event.id = getEventHash(event);
  event.sig = hex(schnorr.sign(unhex(event.id), secret, zero));
  return { ...event, ...changed };
}
const encrypt = (value, from, to) =>
  nip44.v2.encrypt(typeof value === 'string' ? value : JSON.stringify(value), nip44.v2.utils.getConversationKey(from, to), random.bytes(32));
function rumorOf(changes = {}) {
  const rumor = { pubkey: aliceKey, created_at: now, kind: 14, tags: [['p', bobKey]], content: 'hello', ...changes };
  return { id: getEventHash(rumor), ...rumor, ...('id' in changes ? { id: changes.id } : {}) };
}
const sealOf = (inside, secret = alice, body = {}, changed = {}) =>
  sign({ kind: 13, content: encrypt(inside, secret, bobKey), ...body }, secret, changed);
function wrapOf(inside, body = {}, changed = {}) {
  const once = random.bytes(32);
  return sign({ tags: [['p', bobKey]], content: encrypt(inside, once, bobKey), ...body }, once, changed);
}
const number = 8312345678901210;
const did = `did:dmid:31337:0x5fbdb2315678afecb367f032d93f642f64180aa3:${number}`;
for (const [name, rumor] of Object.entries({
  text: rumorOf(),
  file: rumorOf({ kind: 15 }),
  reaction: rumorOf({ kind: 7, content: '+' }),
  group: rumorOf({
    tags: [
      ['p', bobKey],
      ['p', eveKey],
    ],
  }),
  'from-a-dmid': rumorOf({
    tags: [
      ['p', bobKey],
      ['dmid', did, '3'],
    ],
  }),
  escapes: rumorOf({ content: '"\\/\b\t\n\f\r\u0001\u001f\u007f\u2028ä漢😀' }),
  'rumor-without-id': rumorOf({ id: undefined }),
})) {
  const wrap = wrapOf(sealOf(rumor));
  save(`wrap/valid/${name}`, {
    inbox: hex(bob),
    wrap: JSON.stringify(wrap),
    rumor_id: getEventHash(rumor),
    seal_key: aliceKey,
    group: name === 'group',
  });
  seed('nostr_event', name, JSON.stringify(wrap));
  seed('wrap_open', `seal-${name}`, '\u0000' + JSON.stringify(sealOf(rumor)));
  seed('wrap_open', `rumor-${name}`, '\u0001' + JSON.stringify(rumor));
}
const seal = sealOf(rumorOf());
const upper = bobKey.replace(/[a-f]/, (c) => c.toUpperCase());
const invalidWraps = {
  'wrap-id-changed': [wrapOf(seal, {}, { created_at: now + 1 }), 'message.id-mismatch'],
  'wrap-signature-of-another': [wrapOf(seal, {}, { sig: seal.sig }), 'message.signature'],
  'wrap-of-kind-14': [wrapOf(seal, { kind: 14 }), 'message.kind'],
  'wrap-of-kind-21059': [wrapOf(seal, { kind: 21059 }), 'message.kind'],
  'no-recipient': [wrapOf(seal, { tags: [] }), 'message.recipient'],
  'two-recipients': [
    wrapOf(seal, {
      tags: [
        ['p', bobKey],
        ['p', eveKey],
      ],
    }),
    'message.recipient',
  ],
  'recipient-in-upper-case': [wrapOf(seal, { tags: [['p', upper]] }), 'message.recipient'],
  'encrypted-to-another': [wrapOf(seal, { content: encrypt(seal, random.bytes(32), eveKey) }), 'message.cannot-open'],
  'not-encrypted': [wrapOf(seal, { content: JSON.stringify(seal) }), 'message.cannot-open'],
  'wrap-in-a-wrap': [wrapOf(wrapOf(seal)), 'message.nested'],
  'ephemeral-wrap-in-a-wrap': [wrapOf(wrapOf(seal, { kind: 21059 })), 'message.nested'],
  'wrap-in-a-seal': [wrapOf(sealOf(rumorOf({ kind: 1059 }))), 'message.nested'],
  'rumor-without-a-seal': [wrapOf(rumorOf()), 'message.seal-invalid'],
  'seal-of-kind-14': [wrapOf(sealOf(rumorOf(), alice, { kind: 14 })), 'message.seal-invalid'],
  'seal-with-tags': [wrapOf(sealOf(rumorOf(), alice, { tags: [['p', bobKey]] })), 'message.seal-invalid'],
  'seal-id-changed': [wrapOf({ ...seal, created_at: now + 1 }), 'message.seal-invalid'],
  'seal-signature-of-another': [wrapOf({ ...seal, sig: sealOf(rumorOf(), eve).sig }), 'message.seal-invalid'],
  'seal-encrypted-to-another': [wrapOf(sealOf(rumorOf(), alice, { content: encrypt(rumorOf(), alice, eveKey) })), 'message.seal-invalid'],
  'seal-is-not-json': [wrapOf('hello'), 'message.seal-invalid'],
  'author-forged': [wrapOf(sealOf(rumorOf(), eve)), 'message.seal-forged'],
  'rumor-id-changed': [wrapOf(sealOf(rumorOf({ id: '0'.repeat(64) }))), 'message.id-mismatch'],
  'rumor-of-kind-1': [wrapOf(sealOf(rumorOf({ kind: 1 }))), 'message.kind'],
  'rumor-of-kind-13': [wrapOf(sealOf(rumorOf({ kind: 13 }))), 'message.kind'],
  'rumor-without-content': [wrapOf(sealOf({ ...rumorOf(), content: undefined })), 'message.event-invalid'],
};
for (const [name, [wrap, error]] of Object.entries(invalidWraps)) {
  save(`wrap/invalid/${name}`, { inbox: hex(bob), wrap: JSON.stringify(wrap), error });
  seed('nostr_event', name, JSON.stringify(wrap));
}
const one = JSON.stringify(wrapOf(seal));
for (const [name, json, error] of [
  ['not-json', one.slice(1), 'message.event-invalid'],
  ['trailing-bytes', one + '{}', 'message.event-invalid'],
  ['id-in-upper-case', one.replace(/"id":"[0-9a-f]+/, (m) => m.slice(0, 6) + m.slice(6).toUpperCase()), 'message.event-invalid'],
  ['kind-twice', one.replace('"kind":1059', '"kind":1059,"kind":1059'), 'message.event-invalid'],
  ['kind-65536', one.replace('"kind":1059', '"kind":65536'), 'message.event-invalid'],
  ['time-with-a-fraction', one.replace(`${now}`, `${now}.5`), 'message.event-invalid'],
  ['time-before-1970', one.replace(`${now}`, `-${now}`), 'message.event-invalid'],
  ['tag-of-a-number', one.replace('[["p"', '[[1],["p"'), 'message.event-invalid'],
  ['json-100-deep', one.replace('"tags":[', '"tags":' + '['.repeat(100) + ']'.repeat(100) + ',"x":['), 'message.event-invalid'],
  ['over-64-kib', one.replace('{', '{' + ' '.repeat(65536)), 'message.too-large'],
]) {
  save(`wrap/invalid/${name}`, { inbox: hex(bob), wrap: json, error });
  if (name !== 'over-64-kib') seed('nostr_event', name, json);
}

// Tickets --------------------------------------------------------------------------------------------------------
const u64 = (value) => {
  const out = Buffer.alloc(8);
  out.writeBigInt64BE(BigInt(value));
  return out;
};
const ticket = random.bytes(32);
const envelopeKey = random.bytes(32);
for (const [name, time] of [
  ['first-second-of-a-day', 20700 * 86400],
  ['last-second-of-a-day', 20700 * 86400 - 1],
  ['day-0', 0],
]) {
  const day = Math.floor(time / 86400);
  const key = hmac(ticket, u64(number), u64(day));
  const handle = hmac(key, 'h').subarray(0, 16);
  const mac = hmac(key, 'm', envelopeKey).subarray(0, 16);
  save(`ticket/valid/${name}`, {
    ticket: hex(ticket),
    number,
    time,
    day,
    day_key: hex(key),
    envelope_key: hex(envelopeKey),
    handle: hex(handle),
    mac: hex(mac),
    tag: ['dmid-ticket', hex(handle), hex(mac)],
  });
}
const shown = ['dmid-ticket', hex(random.bytes(16)), hex(random.bytes(16))];
for (const [name, tags] of Object.entries({
  'two-tickets': [shown, shown],
  'mac-missing': [shown.slice(0, 2)],
  'more-values': [[...shown, '']],
  'handle-too-short': [[shown[0], shown[1].slice(2), shown[2]]],
  'mac-in-upper-case': [[shown[0], shown[1], shown[2].toUpperCase()]],
  'handle-with-0x': [[shown[0], '0x' + shown[1].slice(2), shown[2]]],
}))
  save(`ticket/invalid/${name}`, { tags, error: 'message.event-invalid' });
