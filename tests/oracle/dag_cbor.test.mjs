// SPDX-License-Identifier: Apache-2.0
// Canonical DAG-CBOR against @ipld/dag-cbor: the same bytes both ways, and nothing but those bytes.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as dagCbor from '@ipld/dag-cbor';
import { cases, chance, hex, startOracle } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('dag_cbor');

/// A random value twice: as JavaScript has it, and in the oracle's JSON.
function value(depth) {
  const kind = r.below(depth > 0 ? 8 : 6);
  if (kind === 0) return [null, null];
  if (kind === 1) { const b = r.coin(); return [b, b]; }
  if (kind === 2) { const n = r.big(64); return [n, { i: String(n) }]; }
  if (kind === 3) { const n = -1n - r.big(63); return [n, { i: String(n) }]; }
  if (kind === 4) { const b = r.bytes(r.below(300)); return [b, { b: hex(b) }]; }
  if (kind === 5) { const t = r.text(r.pick([3, 30, 300])); return [t, t]; }
  if (kind === 6) {
    const items = Array.from({ length: r.below(6) }, () => value(depth - 1));
    return [items.map((x) => x[0]), items.map((x) => x[1])];
  }
  const map = new Map();
  for (let i = r.below(7); i > 0; --i) map.set(r.text(r.pick([1, 3, 30])), value(depth - 1));
  const object = Object.create(null);
  for (const [k, v] of map) object[k] = v[0];
  return [object, { m: [...map].map(([k, v]) => [k, v[1]]) }];
}

test('random values have the same bytes in both implementations', async () => {
  for (let i = 0; i < cases(4000); ++i) {
    const [js, json] = value(4);
    const theirs = hex(dagCbor.encode(js));
    assert.equal((await oracle.ask('cbor.encode', { value: json })).ok, theirs);
    const back = await oracle.ask('cbor.decode', { data: theirs });
    assert.equal(back.error, undefined, back.context);
    assert.equal(back.ok.again, theirs);
    assert.equal((await oracle.ask('cbor.encode', { value: back.ok.value })).ok, theirs);
  }
});

test('whatever we accept of damaged bytes, the other side reads as the same canonical bytes', async () => {
  let accepted = 0, refused = 0;
  for (let i = 0; i < cases(6000); ++i) {
    const bytes = dagCbor.encode(value(3)[0]);
    for (let n = 1 + r.below(3); n > 0; --n) bytes[r.below(bytes.length)] ^= 1 << r.below(8);
    const ours = await oracle.ask('cbor.decode', { data: hex(bytes) });
    if (ours.error) { ++refused; continue; }
    ++accepted;
    assert.equal(hex(dagCbor.encode(dagCbor.decode(bytes))), hex(bytes));
  }
  console.log(`# ${accepted} accepted, ${refused} refused`);
  assert.ok(accepted > 100 && refused > 100);
});

/// A head of the given width that is longer than needed.
function longHead(major, n, width) {
  const out = [major | { 1: 24, 2: 25, 4: 26, 8: 27 }[width]];
  for (let i = width - 1; i >= 0; --i) out.push(Number((BigInt(n) >> BigInt(8 * i)) & 255n));
  return out;
}

test('every longer head is refused as not canonical', async () => {
  for (let i = 0; i < cases(1000); ++i) {
    const width = r.pick([1, 2, 4, 8]);
    const bits = { 1: 4, 2: 8, 4: 16, 8: 32 }[width];
    const n = r.big(bits);
    const bytes = longHead(r.pick([0x00, 0x20]), n, width);
    assert.equal((await oracle.ask('cbor.decode', { data: hex(bytes) })).error, 'codec.not-canonical');
    const run = longHead(0x40, BigInt(Number(n) % 20), width);
    assert.equal((await oracle.ask('cbor.decode', { data: hex([...run, ...new Uint8Array(Number(n) % 20)]) })).error,
      'codec.not-canonical');
  }
});

test('maps in any other order, and with a key twice, are refused', async () => {
  const text = (t) => [0x60 + t.length, ...Buffer.from(t)];
  for (let i = 0; i < cases(1000); ++i) {
    const keys = [...new Set(Array.from({ length: 2 + r.below(5) }, () => 'abcdefgh'.slice(r.below(8)).slice(0, 1 + r.below(4))))];
    const sorted = [...keys].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    const shuffled = [...keys].sort(() => r.next() - 0.5);
    const encode = (list) => hex([0xa0 + list.length, ...list.flatMap((k) => [...text(k), 1])]);
    const same = shuffled.join() === sorted.join();
    const got = await oracle.ask('cbor.decode', { data: encode(shuffled) });
    assert.equal(got.error, same ? undefined : 'codec.not-canonical');
    const twice = [...sorted];
    const at = r.below(twice.length);
    twice.splice(at, 0, twice[at]);
    assert.equal((await oracle.ask('cbor.decode', { data: encode(twice) })).error, 'codec.duplicate-key');
  }
});

test('floats, tags and undefined, which the peer may write, are not in the subset', async () => {
  for (const [data, error] of [['0xfb3ff8000000000000', 'codec.type'], ['0xd82a4101', 'codec.type'], ['0xf7', 'codec.type'],
    ['0x9fff', 'codec.not-canonical'], ['0x1c', 'codec.syntax'], ['0x', 'codec.truncated']])
    assert.equal((await oracle.ask('cbor.decode', { data })).error, error);
});
