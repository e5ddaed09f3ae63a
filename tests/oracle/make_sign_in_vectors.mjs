// SPDX-License-Identifier: Apache-2.0
// Writes docs/protocol/vectors/sign-in with npm siwe: node tests/oracle/make_sign_in_vectors.mjs
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { SiweMessage } from 'siwe';
import { privateKeyToAccount } from 'viem/accounts';

const folder = new URL('../../docs/protocol/vectors/sign-in/', import.meta.url);
const account = privateKeyToAccount(`0x${'07'.repeat(32)}`);
const place = { url: 'https://dmid.example', chain: 31337 };
const now = 1790000000;
const at = (seconds) => new Date((now + seconds) * 1000).toISOString();
const usual = {
  domain: 'dmid.example', address: account.address, statement: 'Read my messages.', uri: 'https://dmid.example/v1/wallet/session',
  version: '1', chainId: 31337, nonce: 'abcdefgh23456789', issuedAt: at(-5),
};

function write(kind, name, musts, message, more) {
  mkdirSync(new URL(`${kind}/`, folder), { recursive: true });
  const vector = { musts, ...place, now, message, ...more };
  writeFileSync(new URL(`${kind}/${name}.json`, folder), JSON.stringify(vector, null, 2) + '\n');
}
function valid(name, changes) {
  const message = new SiweMessage({ ...usual, ...changes }).prepareMessage();
  write('valid', name, ['API-11'], message, { address: account.address.slice(2).toLowerCase(), nonce: changes.nonce ?? usual.nonce });
}
/** A message that siwe writes, and whose fields are not for this node or not for now. */
function elsewhere(name, error, changes) {
  write('invalid', name, ['API-12'], new SiweMessage({ ...usual, ...changes }).prepareMessage(), { error });
}
/** A message that is bent after siwe wrote it; siwe refuses it too, unless `alone`. */
function bent(name, bend, { alone = false, changes = {} } = {}) {
  const message = bend(new SiweMessage({ ...usual, ...changes }).prepareMessage());
  if (!alone) assert.throws(() => new SiweMessage(message), undefined, name);
  write('invalid', name, ['API-11'], message, { error: 'wallet.message' });
}
const swap = (from, to) => (message) => {
  assert.ok(message.includes(from), from);
  return message.replace(from, to);
};

valid('usual', {});
valid('no-statement', { statement: undefined });
valid('empty-statement', { statement: '' });
valid('scheme', { scheme: 'https' });
valid('every-field', {
  expirationTime: at(60), notBefore: at(-60), requestId: 'one:@2%20', resources: ['https://dmid.example/a?b#c', 'urn:x:y', 'ipfs://bafy/', 'http://[2001:db8::1]:8080/'],
});
valid('no-resources-behind-their-title', { resources: [] });
valid('time-with-offset', { issuedAt: '2026-09-21T12:13:14.567+05:30' });
valid('leap-day', { issuedAt: '2024-02-29T23:59:60Z' });
valid('last-moment', { expirationTime: at(1), notBefore: at(0) });
valid('the-node-itself', { uri: 'https://dmid.example' });
valid('domain-in-other-case', { domain: 'DMID.example' });

elsewhere('another-domain', 'wallet.domain', { domain: 'evil.example' });
elsewhere('a-domain-that-begins-alike', 'wallet.domain', { domain: 'dmid.example.evil.example' });
elsewhere('a-port-more', 'wallet.domain', { domain: 'dmid.example:8443' });
elsewhere('a-user-in-front', 'wallet.domain', { domain: 'evil@dmid.example' });
elsewhere('another-scheme', 'wallet.domain', { scheme: 'http' });
elsewhere('another-uri', 'wallet.domain', { uri: 'https://evil.example/' });
elsewhere('a-uri-that-begins-alike', 'wallet.domain', { uri: 'https://dmid.example.evil.example/' });
elsewhere('a-uri-with-the-domain-as-a-user', 'wallet.domain', { uri: 'https://dmid.example@evil.example/' });
elsewhere('another-chain', 'wallet.chain', { chainId: 1 });
elsewhere('expired', 'wallet.time', { expirationTime: at(0) });
elsewhere('not-yet', 'wallet.time', { notBefore: at(1) });

bent('nothing', () => '');
bent('no-domain', swap('dmid.example wants', ' wants'));
bent('scheme-alone', swap('dmid.example wants', 'https:// wants'));
bent('scheme-of-digits', swap('dmid.example wants', '1s://dmid.example wants'));
bent('domain-with-a-path', swap('dmid.example wants', 'dmid.example/x wants'));
bent('domain-with-a-broken-escape', swap('dmid.example wants', 'dmid%2 wants'));
bent('other-words', swap('wants you', 'asks you'));
bent('address-in-lower-case', (m) => m.replace(account.address, account.address.toLowerCase()));
bent('address-of-wrong-case', (m) => m.replace(account.address, account.address.replace(/[a-f]/, (c) => c.toUpperCase())));
bent('address-too-short', (m) => m.replace(account.address, account.address.slice(0, 41)));
bent('no-empty-line-behind-the-address', swap('\n\nRead', '\nRead'));
bent('no-empty-line-behind-the-statement', swap('messages.\n\n', 'messages.\n'));
bent('statement-of-two-lines', swap('Read my', 'Read\nmy'));
bent('statement-with-a-quote', swap('Read my', 'Read "my"'));
bent('statement-beyond-ascii', swap('Read my', 'Rëad my'));
bent('carriage-returns', (m) => m.replaceAll('\n', '\r\n'));
bent('uri-without-a-scheme', swap('URI: https://dmid.example', 'URI: //dmid.example'));
bent('uri-with-a-space', swap('URI: https://', 'URI: https:// '));
bent('uri-with-a-wrong-address', swap('URI: https://dmid.example', 'URI: https://[2001:db8::1::2]'));
bent('version-2', swap('Version: 1', 'Version: 2'));
bent('chain-of-letters', swap('Chain ID: 31337', 'Chain ID: 0x7a69'));
bent('chain-over-64-bits', swap('Chain ID: 31337', 'Chain ID: 18446744073709551616'), { alone: true });
bent('nonce-of-seven', swap('Nonce: abcdefgh23456789', 'Nonce: abcdefg'));
bent('nonce-with-a-dash', swap('Nonce: abcdefgh', 'Nonce: abcd-fgh'));
bent('issued-on-a-day-that-is-none', (m) => m.replace(/Issued At: .*/, 'Issued At: 2026-02-29T00:00:00Z'));
bent('issued-at-an-hour-that-is-none', (m) => m.replace(/Issued At: .*/, 'Issued At: 2026-02-28T24:00:00Z'));
bent('issued-without-a-zone', (m) => m.replace(/Issued At: .*/, 'Issued At: 2026-02-28T00:00:00'));
bent('issued-without-a-time', (m) => m.replace(/Issued At: .*/, 'Issued At: 2026-02-28'));
bent('not-issued', (m) => m.replace(/\nIssued At: .*/, ''));
bent('lines-in-another-order', (m) => m.replace(/(Expiration Time: .*)\n(Not Before: .*)/, '$2\n$1'), { changes: { expirationTime: at(60), notBefore: at(-60) } });
bent('a-line-twice', (m) => m.replace(/(Not Before: .*)/, '$1\n$1'), { changes: { notBefore: at(-60) } });
bent('an-unknown-line', (m) => `${m}\nScope: all`);
bent('a-line-end-at-the-end', (m) => `${m}\n`);
bent('request-id-with-a-slash', (m) => m.replace('Request ID: x', 'Request ID: x/y'), { changes: { requestId: 'x' } });
bent('resource-that-is-no-uri', (m) => `${m}\nResources:\n- here`);
bent('resource-without-a-dash', (m) => `${m}\nResources:\nhttps://dmid.example`);
bent('more-resources-than-sixteen', (m) => `${m}\nResources:${'\n- a:b'.repeat(17)}`, { alone: true });
bent('longer-than-4-kib', swap('Read my', `Read${' '.repeat(4096)}my`), { alone: true });
