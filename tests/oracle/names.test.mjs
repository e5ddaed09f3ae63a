// SPDX-License-Identifier: Apache-2.0
// ENS names against viem: its namehash, its encoding for resolvers, and its normal form (ENSIP-15), of which ours is a part.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { namehash as ethersNamehash } from 'ethers';
import { bytesToHex } from 'viem';
import { namehash, normalize, packetToBytes } from 'viem/ens';
import { cases, chance, startOracle } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('names');
const label = (letters) => Array.from({ length: 1 + r.below(14) }, () => r.pick([...letters])).join('');
const name = (letters) => Array.from({ length: 2 + r.below(4) }, () => label(letters)).join('.');

test('nodes and encodings are those of viem and ethers', async () => {
  for (let i = 0; i < cases(2000); ++i) {
    const text = name('abcxyzABZ0189');
    const { ok } = await oracle.ask('name.read', { text });
    assert.equal(ok.text, text.toLowerCase());
    assert.equal(ok.node, namehash(ok.text));
    assert.equal(ok.node, ethersNamehash(ok.text));
    assert.equal(ok.parent, namehash(ok.text.split('.').slice(1).join('.')));
    assert.equal(ok.dns, bytesToHex(packetToBytes(ok.text)));
  }
});

test('whatever is read is in the normal form already, and everything of ASCII that is in it is read', async () => {
  for (let i = 0; i < cases(5000); ++i) {
    const text = name('aZ09-_$é.а');
    let normal;
    try { normal = normalize(text); } catch { normal = undefined; }
    const { ok, error } = await oracle.ask('name.read', { text });
    if (ok) assert.equal(ok.text, normal, text);
    else {
      assert.equal(error, 'name.invalid', text);
      assert.ok(normal === undefined || /[^a-z0-9_.-]/.test(normal), `${text} was refused`);
    }
  }
});
