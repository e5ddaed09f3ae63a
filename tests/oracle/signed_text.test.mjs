// SPDX-License-Identifier: Apache-2.0
// Signed messages against viem: digests, signatures, signers.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { hashTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { start, hex } from './nostr.mjs';
import { typedData } from './signed_text.mjs';

const { oracle, random } = start('signed_text');
after(() => oracle.stop());

const alphabet = [...'aZ09 "\\/<>\n\r\t\b\f\u007fäß漢字\u2028😀'];
const text = (most) => Array.from({ length: random.below(most) }, () => random.pick(alphabet)).join('');
const numbers = ['8312345678901210', '8345678901234548'];

test(`digests and signers are alike (seed ${random.seed})`, async () => {
  for (let i = 0; i < 1000; i++) {
    const chain = 1 + random.below(2 ** 31);
    const registry = `0x${hex(random.bytes(20))}`;
    const now = 1 + random.below(2 ** 40);
    const signed = {
      number: random.pick(numbers),
      epoch: random.below(2 ** 24),
      text: text(300),
      nonce: `0x${hex(random.bytes(32))}`,
      sentAt: random.below(2 ** 40),
      deadline: now + random.below(7 * 24 * 3600),
    };
    const account = privateKeyToAccount(`0x${hex(random.bytes(32))}`);
    const typed = typedData(chain, registry, signed);
    const signature = await account.signTypedData(typed);
    const json = JSON.stringify({ v: 1, signed, signature });
    const said = await oracle.ok('signed_text_digest', { json, chain, registry: registry.slice(2), now });
    assert.equal(said.digest, hashTypedData(typed).slice(2));
    assert.equal(`0x${said.signer}`, account.address.toLowerCase());
    const other = JSON.stringify({ v: 1, signed: { ...signed, text: signed.text + '.' }, signature });
    const bent = await oracle.ask('signed_text_digest', { json: other, chain, registry: registry.slice(2), now });
    assert.notEqual(bent.ok?.signer, said.signer);
  }
});
