// SPDX-License-Identifier: Apache-2.0
// Writes docs/protocol/vectors/bundle: node tests/oracle/make_bundle_vectors.mjs. Always the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import * as dagCbor from '@ipld/dag-cbor';
import { RLP } from '@ethereumjs/rlp';
import { keccak256 } from 'viem';
import { chance, hex, unhex } from './oracle.mjs';
import { makeWorld, proofOf, wordsOf } from './tries.mjs';

process.env.DMID_SEED = '8383';
const r = chance('bundle vectors');

const numberOf = (payload) => {
  const body = 83n * 10n ** 12n + BigInt(payload);
  return String(body * 100n + (98n - ((body * 100n) % 97n)));
};
const registry = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
const codeHash = keccak256('0x6001600101');
const chain = 31337;
const minted = numberOf(123456789012);
const unpublished = numberOf(7);
const absent = numberOf(999999999999);
const document = Buffer.from('not a document, but the bytes of one');
const zero = '0x' + '00'.repeat(32);
const record = {
  owner: '0x70997970c51812dc3a010c7d01b50e0d17dc79c8', epoch: 2, seq: 5, publishedBlock: 290, flags: 1,
  inboxKey: '0xf9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9', documentHash: keccak256(document) };
const bare = { ...record, epoch: 1, seq: 0, publishedBlock: 0, inboxKey: zero, documentHash: zero };
const others = Array.from({ length: 40 }, (_, i) => [numberOf(1000 + i), wordsOf({ ...record, seq: i + 1 })]);
const records = [[minted, wordsOf(record)], [unpublished, wordsOf(bare)], ...others];
const world = await makeWorld(r, { registry, codeHash, records });
const empty = await makeWorld(r, { registry, codeHash, records: [] });
const desert = await makeWorld(r, { records: [] });

const noAccount = (await proofOf(desert.stateTrie, keccak256(registry))).map(unhex);

const asked = { hash: world.hash, chain, registry, codeHash, number: minted };
const parts = async (number = minted, of = world) => ({
  v: 1, chain, registry: unhex(registry), number: Number(number), header: unhex(of.header),
  account: of.account?.map(unhex) ?? [], storage: (await of.storage(number)).map(unhex) });
const good = { ...(await parts()), document };

const root = new URL('../../docs/protocol/vectors/bundle/', import.meta.url);
const write = (kind, name, vector) => {
  mkdirSync(new URL(`${kind}/`, root), { recursive: true });
  writeFileSync(new URL(`${kind}/${name}.json`, root), JSON.stringify(vector, null, 1) + '\n');
};
const valid = (name, musts, bundle, asks, expected) =>
  write('valid', name, { musts, asked: { ...asked, ...asks }, bundle: hex(dagCbor.encode(bundle)), record: expected });
const defined = (bundle) => Object.fromEntries(Object.entries(bundle).filter(([, v]) => v !== undefined));
const invalid = (name, musts, error, bundle, asks = {}) =>
  write('invalid', name, { musts, error, asked: { ...asked, ...asks },
    bundle: hex(bundle instanceof Uint8Array ? bundle : dagCbor.encode(defined(bundle))) });

valid('record', ['PROOF-01'], good, {}, { ...record, document: hex(document) });
valid('record_without_document', ['PROOF-10'], await parts(), {}, { ...record, document: null });
valid('unpublished', ['PROOF-10'], await parts(unpublished), { number: unpublished }, { ...bare, document: null });
valid('absent', ['PROOF-09'], await parts(absent), { number: absent }, null);
valid('absent_in_empty_registry', ['PROOF-09'], await parts(absent, empty), { number: absent, hash: empty.hash }, null);

const flip = (bytes, at) => { const out = Uint8Array.from(bytes); out[at] ^= 1; return out; };
const swap = (list, i, node) => list.map((x, j) => (j === i ? node : x));
invalid('header_of_another_block', ['PROOF-03'], 'proof.header-hash', good, { hash: zero });
invalid('header_altered', ['PROOF-03'], 'proof.header-hash', { ...good, header: flip(good.header, 100) });
const short = RLP.encode(RLP.decode(good.header).slice(0, 12));
invalid('header_too_short', ['PROOF-03'], 'proof.header-invalid', { ...good, header: short }, { hash: keccak256(short) });
invalid('account_node_altered', ['PROOF-05'], 'proof.node-hash',
  { ...good, account: swap(good.account, good.account.length - 1, flip(good.account.at(-1), 60)) });
invalid('account_absent', ['PROOF-04'], 'proof.account-absent',
  { ...good, header: unhex(desert.header), account: noAccount, storage: [], document }, { hash: desert.hash });
invalid('code_of_another_contract', ['PROOF-04'], 'proof.code-hash', good, { codeHash: keccak256('0x') });
invalid('storage_node_altered', ['PROOF-05'], 'proof.node-hash',
  { ...good, storage: swap(good.storage, 0, flip(good.storage[0], 40)) });
invalid('storage_node_missing', ['PROOF-06'], 'proof.incomplete', { ...good, storage: good.storage.slice(0, -1) });
invalid('storage_node_unused', ['PROOF-07'], 'proof.unused-nodes', { ...good, storage: [...good.storage, good.storage[0]] });
invalid('storage_of_another_number', ['PROOF-08'], 'proof.value-mismatch', { ...good, number: Number(absent) });
invalid('another_chain', ['PROOF-08'], 'proof.value-mismatch', { ...good, chain: 1 });
invalid('another_registry', ['PROOF-08'], 'proof.value-mismatch', { ...good, registry: unhex('0x' + '11'.repeat(20)) });
invalid('absence_cut_short', ['PROOF-06', 'PROOF-09'], 'proof.incomplete', { ...good, storage: good.storage.slice(0, 1), document: undefined });
invalid('document_altered', ['PROOF-10'], 'document.hash-mismatch', { ...good, document: flip(document, 3) });
invalid('document_although_unpublished', ['PROOF-10'], 'proof.value-mismatch',
  { ...(await parts(unpublished)), document }, { number: unpublished });
invalid('node_over_1_kib', ['PROOF-11'], 'proof.bundle-invalid', { ...good, storage: [new Uint8Array(1025)] });
invalid('nodes_over_64', ['PROOF-11'], 'proof.bundle-invalid', { ...good, storage: Array(65).fill(good.storage[0]) });
invalid('document_over_8_kib', ['PROOF-11'], 'proof.bundle-invalid', { ...good, document: new Uint8Array(8193) });
invalid('bundle_too_large', ['PROOF-11'], 'proof.too-large', new Uint8Array(160 * 1024 + 1));
invalid('version_unknown', ['PROOF-12'], 'proof.bundle-invalid', { ...good, v: 2 });
invalid('key_unknown', ['PROOF-12'], 'proof.bundle-invalid', { ...good, note: 'x' });
invalid('key_missing', ['PROOF-12'], 'proof.bundle-invalid', { ...good, account: undefined });
invalid('number_with_wrong_check_digits', ['PROOF-12'], 'proof.bundle-invalid', { ...good, number: Number(minted) + 1 });
invalid('trailing_byte', ['PROOF-12'], 'proof.bundle-invalid', Uint8Array.from([...dagCbor.encode(good), 0]));
const canonical = dagCbor.encode(good);
invalid('long_head', ['PROOF-12'], 'proof.bundle-invalid', Uint8Array.from([0xb8, 0x08, ...canonical.slice(1)]));
