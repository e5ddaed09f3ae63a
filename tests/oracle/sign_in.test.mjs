// SPDX-License-Identifier: Apache-2.0
// Sign-in messages against npm siwe: what it writes reads here, field by field, and what is bent reads in both or in none.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SiweMessage } from 'siwe';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { cases, chance, startOracle } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('sign-in');

const letters = (alphabet, most, least = 0) => Array.from({ length: least + r.below(most - least + 1) }, () => r.pick([...alphabet])).join('');
const alnum = 'abcXYZ0189';
const domain = () => r.pick(['dmid.example', 'localhost:3000', '127.0.0.1', '[2001:db8::1]:443', 'a@b.c', 'x', `${letters('ab-.~%', 5)}z`]);
const uri = () => r.pick(['https://dmid.example', 'urn:a:b', 'ipfs://bafy/', 'a:/b//c', `https://h/${letters("a/:@!$&'()*+,;=~%20", 12)}`,
  `x:${letters('a/?#%41', 8)}`, 'http://[::ffff:1.2.3.4]/', 'http://[1:2:3:4:5:6:7:8]']);
const date = () => r.coin(0.5) ? new Date(r.below(2 ** 31) * 1000 + r.below(1000)).toISOString()
  : `20${10 + r.below(90)}-0${1 + r.below(9)}-${10 + r.below(20)}T0${r.below(10)}:${10 + r.below(50)}:${10 + r.below(50)}${r.pick(['Z', '+05:30', '-08:00', '.5Z'])}`;
const maybe = (make) => (r.coin(0.4) ? make() : undefined);

function fields() {
  return {
    scheme: maybe(() => r.pick(['https', 'http', 'x+y'])), domain: domain(), address: privateKeyToAccount(generatePrivateKey()).address,
    statement: maybe(() => letters(" abZ09-._~:/?#[]@!$&'()*+,;=", 30)), uri: uri(), version: '1', chainId: r.below(2 ** 31),
    nonce: letters(alnum, 20, 8), issuedAt: date(), expirationTime: maybe(date), notBefore: maybe(date),
    requestId: maybe(() => letters('ab:@%41!', 8, 1)), resources: maybe(() => Array.from({ length: r.below(4) }, uri)),
  };
}
const written = () => {
  for (;;) {
    try { return new SiweMessage(fields()).prepareMessage(); } catch { /* a field that siwe does not take: draw again */ }
  }
};
const theirs = (text) => { try { return new SiweMessage(text); } catch { return undefined; } };
// In whole seconds; Date does not read a leap second.
const seconds = (text) => text && Math.floor(Date.parse(text) / 1000);

test('what siwe writes reads here, and says the same', async () => {
  for (let i = 0; i < cases(1500); ++i) {
    const text = written();
    const message = theirs(text);
    const { ok, error, context } = await oracle.ask('sign_in', { text });
    assert.ok(ok, `${error} ${context}\n${text}`);
    assert.equal(ok.scheme, message.scheme ?? '');
    assert.equal(ok.domain, message.domain);
    assert.equal(ok.address, message.address);
    assert.equal(ok.statement ?? undefined, message.statement);
    assert.equal(ok.uri, message.uri);
    assert.equal(ok.chain, message.chainId);
    assert.equal(ok.nonce, message.nonce);
    assert.equal(ok.issued_at, seconds(message.issuedAt), message.issuedAt);
    assert.equal(ok.expires ?? undefined, seconds(message.expirationTime));
    assert.equal(ok.not_before ?? undefined, seconds(message.notBefore));
    assert.equal(ok.request_id ?? undefined, message.requestId);
    assert.deepEqual(ok.resources, message.resources ?? []);
  }
});

/** What the two may differ in, each for a reason. */
function known(text) {
  // siwe's IPv4 octets may have zeros in front or be empty, RFC 3986's may not.
  if (/\[[^\]\n]*\.[^\]\n]*\]/.test(text)) return true;
  if (/Chain ID: \d{15,}/.test(text)) return true; // beyond what JavaScript counts exactly
  return text.length > 4096;
}

test('what is bent reads in both or in neither', async () => {
  const bits = ['\n', ' ', 'Z', '1', ':', '/', '//', '://', '@', '%', '%41', '#', '?', '[', ']', '-', '+', '"', 'é', '\t', '\r', '\\', 'wants', 'URI: ', 'Version: 1', '0x', '\n- a:b', '\nResources:', '\nRequest ID: x', '\nNot Before: 2026-01-01T00:00:00Z', '2026-02-30', 'T24', '.5'];
  let refused = 0;
  for (let i = 0; i < cases(4000); ++i) {
    let text = written();
    for (let n = 1 + r.below(2); n > 0; --n) {
      const at = r.below(text.length + 1);
      const gone = r.coin() ? r.below(6) : 0;
      text = text.slice(0, at) + (r.coin(0.7) ? r.pick(bits) : '') + text.slice(at + gone);
    }
    if (known(text)) continue;
    const message = theirs(text);
    const { ok, error } = await oracle.ask('sign_in', { text });
    assert.equal(Boolean(ok), Boolean(message), `ours: ${error ?? 'read'}, siwe's: ${message ? 'read' : 'refused'}\n${JSON.stringify(text)}`);
    if (!ok) refused++;
  }
  assert.ok(refused > 100);
});
