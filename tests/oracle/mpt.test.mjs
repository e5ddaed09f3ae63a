// SPDX-License-Identifier: Apache-2.0
// Merkle-Patricia proofs against @ethereumjs/mpt: presence, absence, and every kind of damage.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { cases, chance, hex, startOracle, unhex } from './oracle.mjs';
import { merged, proofOf, randomKey, rawProofOf, trieOf } from './tries.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('mpt');

async function randomTrie(max) {
  const keys = [];
  const pairs = [];
  for (let n = r.below(max + 1); n > 0; --n) {
    const key = randomKey(r, keys);
    keys.push(key);
    pairs.push([key, r.bytes(1 + r.below(r.pick([1, 4, 33, 110])))]);
  }
  return { keys, trie: await trieOf(pairs) };
}

test('values and absences of random tries are proven, one key at a time and several in one walk', async () => {
  let present = 0, absent = 0;
  for (let i = 0; i < cases(150); ++i) {
    const { keys, trie } = await randomTrie(r.pick([0, 1, 2, 5, 30, 300]));
    const root = hex(trie.root());
    for (let k = 0; k < 8; ++k) {
      const asked = Array.from({ length: r.pick([1, 1, 2, 3, 5]) },
        () => (keys.length && r.coin(0.6) ? r.pick(keys) : randomKey(r, keys)));
      const proofs = [];
      const raw = [];
      const expected = [];
      for (const key of asked) {
        proofs.push(await proofOf(trie, key));
        raw.push(await rawProofOf(trie, key));
        const value = await trie.get(unhex(key));
        expected.push(value ? hex(value) : null);
        value ? ++present : ++absent;
      }
      for (const form of [{ nodes: merged(proofs) }, { proofs }, { proofs: raw }]) {
        const got = await oracle.ask('mpt', { root, keys: asked, ...form });
        assert.deepEqual(got.ok, expected, `${got.error} ${got.context}`);
      }
    }
  }
  console.log(`# ${present} present, ${absent} absent`);
  assert.ok(present > 200 && absent > 200);
});

test('a bit changed in any byte of any node is refused', async () => {
  let refused = 0;
  for (let i = 0; i < cases(6); ++i) {
    const { keys, trie } = await randomTrie(200);
    const key = keys.length && i % 2 === 0 ? r.pick(keys) : r.hex(32);
    const nodes = await proofOf(trie, key);
    const root = hex(trie.root());
    for (let n = 0; n < nodes.length; ++n) {
      const bytes = unhex(nodes[n]);
      for (let at = 0; at < bytes.length; ++at) {
        const bit = 1 << r.below(8);
        bytes[at] ^= bit;
        const damaged = nodes.with(n, hex(bytes));
        bytes[at] ^= bit;
        const got = await oracle.ask('mpt', { root, keys: [key], nodes: damaged });
        assert.equal(got.error, 'proof.node-hash');
        ++refused;
      }
    }
  }
  console.log(`# ${refused} damaged proofs refused`);
});

test('nodes left out, added, doubled, swapped, or of another key are refused by name', async () => {
  for (let i = 0; i < cases(200); ++i) {
    const { keys, trie } = await randomTrie(100);
    if (keys.length < 3) continue;
    const root = hex(trie.root());
    const key = r.pick(keys);
    const nodes = await proofOf(trie, key);
    const ask = async (list) => (await oracle.ask('mpt', { root, keys: [key], nodes: list })).error;
    assert.equal(await ask(nodes.slice(0, -1)), 'proof.incomplete');
    assert.equal(await ask([]), 'proof.incomplete');
    assert.equal(await ask([...nodes, nodes[0]]), 'proof.unused-nodes');
    assert.equal(await ask([...nodes, '0x80']), 'proof.unused-nodes');
    assert.equal(await ask([nodes[0], ...nodes]), nodes.length === 1 ? 'proof.unused-nodes' : 'proof.node-hash');
    if (nodes.length > 1) assert.equal(await ask([...nodes].reverse()), 'proof.node-hash');
    assert.equal(await ask(Array(65).fill(nodes[0])), 'proof.too-large');
    assert.equal(await ask([hex(new Uint8Array(1025))]), 'proof.too-large');
    assert.equal((await oracle.ask('mpt', { root: r.hex(32), keys: [key], nodes })).error, 'proof.node-hash');
    const other = r.pick(keys);
    const got = await oracle.ask('mpt', { root, keys: [other], nodes });
    const value = await trie.get(unhex(other));
    // Another key is answered only where these very nodes prove it.
    if (got.ok) assert.deepEqual(got.ok, [hex(value)]);
    else assert.match(got.error, /^proof\./);
  }
});
