// SPDX-License-Identifier: Apache-2.0
// Writes docs/protocol/vectors/head and the fuzz corpus that begins with it. Made with noble and @ipld/dag-cbor: nothing
// of ours computes what ours is held to.
//   node tests/oracle/make_head_vectors.mjs
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { schnorr } from '@noble/curves/secp256k1.js';
import * as cbor from '@ipld/dag-cbor';

const root = fileURLToPath(new URL('../..', import.meta.url));
const hex = (bytes) => Buffer.from(bytes).toString('hex');
const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
const u64 = (value) => { const out = Buffer.alloc(8); out.writeBigUInt64BE(BigInt(value)); return out; };
const filled = (byte) => Buffer.alloc(32, byte);

const scope = { chain: 31337, registry: '5fbdb2315678afecb367f032d93f642f64180aa3', number: 8312345678901210, epoch: 1 };
const secret = filled(9);
const key = schnorr.getPublicKey(secret);
const first = { seq: 1, hash: filled(0x40), time: 1800000000 };

function message({ chain, registry, number, epoch }, { seq, hash, time }, by = key, tag = 'dmid/policy-head') {
  const begin = sha256(tag);
  return sha256(begin, begin, u64(chain), Buffer.from(registry, 'hex'), u64(number), u64(epoch), by, u64(seq), hash, u64(time));
}
function head(of, { where = scope, by = secret, tag, change = (map) => map } = {}) {
  const mine = schnorr.getPublicKey(by);
  const sig = schnorr.sign(message(where, of, mine, tag), by, filled(0));
  const map = { v: 1, for: [where.chain, Buffer.from(where.registry, 'hex'), where.number, where.epoch], key: mine, seq: of.seq, hash: of.hash, time: of.time, sig };
  return Buffer.from(cbor.encode(change(map)));
}
function save(kind, name, musts, bytes, more = {}) {
  const folder = `${root}/docs/protocol/vectors/head/${kind}`;
  mkdirSync(folder, { recursive: true });
  const value = { musts, bytes: `0x${hex(bytes)}`, ...scope, number: String(scope.number), registry: `0x${scope.registry}`, policy_key: hex(key), ...more };
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(value, null, 2)}\n`);
  const corpus = `${root}/fuzz/corpus/policy_head`;
  mkdirSync(corpus, { recursive: true });
  writeFileSync(`${corpus}/${kind}-${name}`, bytes);
}
const over = (bytes) => ({ over: `0x${hex(bytes)}` });
const without = (name) => (map) => { const { [name]: _, ...rest } = map; return rest; };

// `over`: a head of the same key that this one is ahead of.
save('valid', 'first', ['POL-22'], head(first));
save('valid', 'higher-seq', ['POL-23'], head({ ...first, seq: 2, hash: filled(0xff), time: first.time - 5 }), over(head(first)));
save('valid', 'smaller-hash', ['POL-21', 'POL-23'], head({ ...first, hash: filled(0x3f) }), over(head({ ...first, time: first.time + 9 })));
save('valid', 'a-day-later', ['POL-23'], head({ ...first, time: first.time + 86400 }), over(head(first)));

const refused = (name, error, bytes, musts = ['POL-22']) => save('invalid', name, musts, bytes, { error });
refused('of-another-epoch', 'policy.signature', head(first, { where: { ...scope, epoch: 2 } }));
refused('of-another-number', 'policy.signature', head(first, { where: { ...scope, number: 8312345678901307 } }));
refused('of-another-registry', 'policy.signature', head(first, { where: { ...scope, registry: '00'.repeat(20) } }));
refused('of-another-chain', 'policy.signature', head(first, { where: { ...scope, chain: 1 } }));
refused('of-another-key', 'policy.signature', head(first, { by: filled(8) }));
refused('signed-as-a-policy', 'policy.signature', head(first, { tag: 'dmid/policy' }));
refused('later-than-signed', 'policy.signature', head(first, { change: (map) => ({ ...map, time: map.time + 1 }) }));
refused('seq-higher-than-signed', 'policy.signature', head(first, { change: (map) => ({ ...map, seq: 2 }) }));
refused('hash-other-than-signed', 'policy.signature', head(first, { change: (map) => ({ ...map, hash: filled(0) }) }));
refused('seq-zero', 'codec.range', head({ ...first, seq: 0 }));
refused('time-negative', 'codec.type', head(first, { change: (map) => ({ ...map, time: -1 }) }));
refused('time-beyond-40-bits', 'codec.range', head({ ...first, time: 2 ** 40 }));
refused('hash-of-31-bytes', 'codec.range', head(first, { change: (map) => ({ ...map, hash: map.hash.subarray(1) }) }));
refused('version-2', 'codec.range', head(first, { change: (map) => ({ ...map, v: 2 }) }));
refused('unknown-key', 'codec.unknown-key', head(first, { change: (map) => ({ ...map, note: 'x' }) }));
refused('without-time', 'codec.missing-key', head(first, { change: without('time') }));
refused('without-signature', 'codec.missing-key', head(first, { change: without('sig') }));
refused('a-byte-behind', 'codec.trailing', Buffer.concat([head(first), Buffer.from([0])]));
refused('cut', 'codec.truncated', head(first).subarray(0, 100));
refused('longer-than-1024', 'codec.too-large', head(first, { change: (map) => ({ ...map, hash: Buffer.alloc(1024) }) }));
