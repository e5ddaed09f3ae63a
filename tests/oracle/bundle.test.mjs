// SPDX-License-Identifier: Apache-2.0
// Bundles: the vectors, and a bit changed in every byte of a bundle.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import * as dagCbor from '@ipld/dag-cbor';
import { keccak256 } from 'viem';
import { cases, chance, hex, startOracle, unhex } from './oracle.mjs';
import { makeWorld, wordsOf } from './tries.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('bundle');

async function randomBundle(many) {
  const registry = r.hex(20);
  const codeHash = r.hex(32);
  const numbers = [];
  for (let i = 0; i < many; ++i)
    numbers.push((await oracle.ask('number', { payload: String(r.big(39)) })).ok);
  const document = r.bytes(1 + r.below(600));
  const record = () => ({
    owner: r.hex(20), epoch: r.below(2 ** 24), seq: r.below(2 ** 31), publishedBlock: r.below(2 ** 31), flags: r.below(32),
    inboxKey: r.hex(32), documentHash: keccak256(document) });
  const records = new Map(numbers.map((n) => [n, record()]));
  const world = await makeWorld(r, { registry, codeHash, records: [...records].map(([n, x]) => [n, wordsOf(x)]) });
  const number = numbers[0];
  const bundle = dagCbor.encode({
    v: 1, chain: 31337, registry: unhex(registry), number: Number(number), header: unhex(world.header),
    account: world.account.map(unhex), storage: (await world.storage(number)).map(unhex), document });
  return { bundle, record: { ...records.get(number), document: hex(document) },
    asked: { hash: world.hash, chain: 31337, registry, codeHash, number } };
}

test('a bundle written by another CBOR library, over a trie of another library, verifies', async () => {
  for (let i = 0; i < cases(100); ++i) {
    const { bundle, record, asked } = await randomBundle(1 + r.below(60));
    const got = await oracle.ask('record.bundle', { bundle: hex(bundle), ...asked });
    assert.deepEqual(got.ok, record, `${got.error} ${got.context}`);
  }
});

test('one random bit changed in each byte of a bundle: refused', async () => {
  const codes = {};
  for (let i = 0; i < cases(3); ++i) {
    const { bundle, asked } = await randomBundle(40);
    for (let at = 0; at < bundle.length; ++at) {
      const damaged = Uint8Array.from(bundle);
      damaged[at] ^= 1 << r.below(8);
      const got = await oracle.ask('record.bundle', { bundle: hex(damaged), ...asked });
      assert.ok(got.error, `byte ${at} of ${bundle.length}`);
      codes[got.error] = (codes[got.error] ?? 0) + 1;
    }
  }
  console.log(`# refused: ${JSON.stringify(codes)}`);
});

test('the vectors hold', async () => {
  let count = 0;
  for (const kind of ['valid', 'invalid']) {
    const dir = new URL(`../../docs/protocol/vectors/bundle/${kind}/`, import.meta.url);
    for (const file of readdirSync(dir)) {
      const vector = JSON.parse(readFileSync(new URL(file, dir)));
      const got = await oracle.ask('record.bundle', { bundle: vector.bundle, ...vector.asked });
      if (kind === 'valid') assert.deepEqual(got.ok, vector.record, `${file}: ${got.error} ${got.context}`);
      else assert.equal(got.error, vector.error, `${file}: ${got.context}`);
      ++count;
    }
  }
  assert.ok(count >= 15);
});
