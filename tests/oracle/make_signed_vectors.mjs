// SPDX-License-Identifier: Apache-2.0
// Writes docs/protocol/vectors/signed with viem: node tests/oracle/make_signed_vectors.mjs
import { mkdirSync, writeFileSync } from 'node:fs';
import { hashTypedData } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { typedData } from './signed_text.mjs';

const folder = new URL('../../docs/protocol/vectors/signed/', import.meta.url);
const account = privateKeyToAccount(`0x${'07'.repeat(32)}`);
const chain = 31337;
const registry = '0x0000000000000000000000000000000000000007';
const now = 1790000000;
const usual = {
  number: '8312345678901210',
  epoch: 1,
  text: 'hello',
  nonce: `0x${'11'.repeat(32)}`,
  sentAt: now - 5,
  deadline: now + 3600,
};

async function make(changes = {}) {
  const signed = { ...usual, ...changes };
  const typed = typedData(chain, registry, signed);
  return { signed, signature: await account.signTypedData(typed), digest: hashTypedData(typed).slice(2) };
}
// The rules of envelope.md that a vector is about.
const musts = (name) => (/deadline|last-second|seven-days/.test(name) ? ['ENV-22'] : /signature-of|high-s|signer|contract/.test(name) ? ['ENV-23'] : ['ENV-20']);
function write(kind, name, message, more) {
  mkdirSync(new URL(`${kind}/`, folder), { recursive: true });
  const vector = { musts: musts(name), chain, registry: registry.slice(2), now, message, ...more };
  writeFileSync(new URL(`${kind}/${name}.json`, folder), JSON.stringify(vector, null, 2) + '\n');
}
async function valid(name, changes) {
  const { signed, signature, digest } = await make(changes);
  const signer = account.address.slice(2).toLowerCase();
  write('valid', name, JSON.stringify({ v: 1, signed, signature }), { digest, signer });
}
/// With the signer named; `contract`: only what stands at its address can tell whether it signed.
async function named(name, changes, bend = () => {}, contract = false) {
  const { signed, signature, digest } = await make(changes);
  const message = { v: 1, signed, signature, signer: account.address };
  bend(message);
  const signer = account.address.slice(2).toLowerCase();
  write('valid', name, JSON.stringify(message), { digest, signer, ...(contract ? { contract } : {}) });
}
/// `bend` changes the message after it was signed.
async function invalid(name, error, changes, bend = () => {}) {
  const { signed, signature } = await make(changes);
  const message = { v: 1, signed, signature };
  bend(message);
  write('invalid', name, JSON.stringify(message), { error });
}

await valid('text', {});
await valid('empty-text', { text: '' });
await valid('escapes', { text: '"\\/\n\r\t\b\f\u007fä漢😀\u2028' });
await valid('last-second', { deadline: now });
await valid('seven-days', { deadline: now + 7 * 24 * 3600 });
await valid('highest-epoch', { epoch: 2 ** 24 - 1 });
await named('named-signer', {});
await named('named-signer-in-lower-case', {}, (m) => (m.signer = m.signer.toLowerCase()));
await named('contract', {}, (m) => (m.signature = '0x' + 'ab'.repeat(300)), true);

await invalid('deadline-passed', 'message.deadline', { deadline: now - 1 });
await invalid('deadline-too-far', 'message.deadline', { deadline: now + 7 * 24 * 3600 + 1 });
await invalid('number-of-wrong-digits', 'number.checksum', {}, (m) => (m.signed.number = '8312345678901211'));
await invalid('epoch-over-24-bits', 'codec.range', {}, (m) => (m.signed.epoch = 2 ** 24));
await invalid('epoch-of-text', 'codec.type', {}, (m) => (m.signed.epoch = '1'));
await invalid('nonce-of-31-bytes', 'codec.range', {}, (m) => (m.signed.nonce = `0x${'11'.repeat(31)}`));
await invalid('unknown-key', 'codec.unknown-key', {}, (m) => (m.signed.subject = 'x'));
await invalid('no-text', 'codec.missing-key', {}, (m) => delete m.signed.text);
await invalid('no-signature', 'codec.missing-key', {}, (m) => delete m.signature);
await invalid('time-before-1970', 'codec.range', {}, (m) => (m.signed.sentAt = -1));
await invalid('text-over-32-kib', 'message.too-large', {}, (m) => (m.signed.text = 'x'.repeat(32 * 1024 + 1)));
await invalid('signature-of-64-bytes', 'codec.range', {}, (m) => (m.signature = m.signature.slice(0, 130)));
await invalid('signature-of-zeros', 'crypto.signature-invalid', {}, (m) => (m.signature = `0x${'00'.repeat(65)}`));
await invalid('high-s', 'crypto.signature-invalid', {}, (m) => {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const s = order - BigInt(`0x${m.signature.slice(66, 130)}`);
  const v = m.signature.slice(130) === '1b' ? '1c' : '1b';
  m.signature = m.signature.slice(0, 66) + s.toString(16).padStart(64, '0') + v;
});
await invalid('signer-of-wrong-digits', 'codec.not-canonical', {}, (m) => (m.signer = account.address.replace(/.$/, (c) => (c === '0' ? '1' : '0'))));
await invalid('signer-of-19-bytes', 'codec.syntax', {}, (m) => (m.signer = account.address.slice(0, 40)));
await invalid('signer-with-an-empty-signature', 'codec.range', {}, (m) => Object.assign(m, { signer: account.address, signature: '0x' }));
await invalid('signer-with-a-signature-over-8-kib', 'codec.range', {}, (m) => Object.assign(m, { signer: account.address, signature: `0x${'ab'.repeat(8193)}` }));
