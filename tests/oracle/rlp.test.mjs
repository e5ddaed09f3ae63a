// SPDX-License-Identifier: Apache-2.0
// RLP against @ethereumjs/rlp.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { cases, chance, hex, startOracle } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('rlp');

function value(depth) {
  if (depth === 0 || r.coin()) return hex(r.bytes(r.pick([0, 1, 1, 2, 32, 54, 55, 56, 57, 255, 256, 700])));
  return Array.from({ length: r.below(6) }, () => value(depth - 1));
}
const toJs = (v) => (Array.isArray(v) ? v.map(toJs) : Buffer.from(v.slice(2), 'hex'));
const toJson = (v) => (Array.isArray(v) ? v.map(toJson) : hex(v));

test('random values have the same bytes in both implementations', async () => {
  for (let i = 0; i < cases(4000); ++i) {
    const v = value(4);
    const theirs = hex(RLP.encode(toJs(v)));
    assert.equal((await oracle.ask('rlp.encode', { value: v })).ok, theirs);
    assert.deepEqual((await oracle.ask('rlp.decode', { data: theirs })).ok, v);
  }
});

test('whatever we accept of damaged bytes is the one encoding of what the peer reads', async () => {
  let accepted = 0, refused = 0;
  for (let i = 0; i < cases(6000); ++i) {
    const bytes = RLP.encode(toJs(value(3)));
    for (let n = 1 + r.below(2); n > 0; --n) bytes[r.below(Math.min(bytes.length, 8))] ^= 1 << r.below(8);
    const ours = await oracle.ask('rlp.decode', { data: hex(bytes) });
    if (ours.error) { ++refused; continue; }
    ++accepted;
    assert.deepEqual(ours.ok, toJson(RLP.decode(bytes)));
    assert.equal(hex(RLP.encode(toJs(ours.ok))), hex(bytes));
  }
  console.log(`# ${accepted} accepted, ${refused} refused`);
  assert.ok(accepted > 100 && refused > 100);
});
