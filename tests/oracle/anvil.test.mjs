// SPDX-License-Identifier: Apache-2.0
// Blocks and proofs of a real node: the registry's code on anvil, random records in its storage, eth_getBlock and
// eth_getProof as the endpoint gives them.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { keccak256, numberToHex } from 'viem';
import { cases, chance, startOracle } from './oracle.mjs';
import { slotsOf, wordsOf } from './tries.mjs';

const program = process.env.DMID_ANVIL ?? new URL('../../contracts/node_modules/.bin/anvil', import.meta.url).pathname;
const skip = existsSync(program) ? false : 'anvil is not installed: run npm ci in contracts';
const r = chance('anvil');
const zero = '0x' + '00'.repeat(32);
let oracle, anvil, url, registry, codeHash;

const freePort = () => new Promise((resolve) => {
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address();
    server.close(() => resolve(port));
  });
});

async function rpc(method, params) {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  const { result, error } = await response.json();
  assert.equal(error, undefined, error?.message);
  return result;
}

before(async () => {
  if (skip) return;
  oracle = startOracle();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  anvil = spawn(program, ['--port', String(port), '--silent'], { stdio: 'ignore' });
  for (let i = 0; ; ++i) {
    try { await rpc('eth_chainId', []); break; } catch (error) { if (i > 100) throw error; }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const [from] = await rpc('eth_accounts', []);
  const bin = readFileSync(new URL('../../contracts/abi/DmidRegistry.bin', import.meta.url), 'utf8').trim();
  const hash = await rpc('eth_sendTransaction', [{ from, data: bin.startsWith('0x') ? bin : '0x' + bin, gas: '0x1c9c380' }]);
  let receipt = null;
  while (!(receipt = await rpc('eth_getTransactionReceipt', [hash]))) await new Promise((resolve) => setTimeout(resolve, 50));
  registry = receipt.contractAddress;
  codeHash = keccak256(await rpc('eth_getCode', [registry, 'latest']));
});
after(() => { oracle?.stop(); anvil?.kill(); });

async function read(number, change = {}) {
  const block = await rpc('eth_getBlockByNumber', ['latest', false]);
  const proof = await rpc('eth_getProof', [registry, slotsOf(number), block.number]);
  return oracle.ask('record.rpc', { block, proof, hash: block.hash, chain: 31337, registry, codeHash, number, ...change });
}

const randomNumber = async () => (await oracle.ask('number', { payload: String(r.big(39)) })).ok;

test('the deployed code has the pinned hash', { skip }, () => {
  assert.equal(codeHash, readFileSync(new URL('../../contracts/abi/runtime-code-hash.txt', import.meta.url), 'utf8').trim());
});

test('absence in a registry without numbers', { skip }, async () => {
  const got = await read(await randomNumber());
  assert.equal(got.ok?.record, null, `${got.error} ${got.context}`);
});

test('random records and absences, and bundles made of them', { skip }, async () => {
  const known = new Map();
  for (let i = 0; i < cases(120); ++i) {
    const number = await randomNumber();
    const published = r.coin(0.8);
    const record = { owner: r.hex(20), epoch: r.below(2 ** 24), seq: r.below(2 ** 31), publishedBlock: r.below(2 ** 31),
      flags: r.below(32), inboxKey: published ? r.hex(32) : zero, documentHash: published ? r.hex(32) : zero };
    const words = wordsOf(record);
    for (const [w, slot] of slotsOf(number).entries())
      await rpc('anvil_setStorageAt', [registry, slot, numberToHex(words[w], { size: 32 })]);
    known.set(number, record);
    await rpc('evm_mine', []);
    for (const asked of [number, r.pick([...known.keys()]), await randomNumber()]) {
      const got = await read(asked);
      const expected = known.has(asked) ? { ...known.get(asked), document: null } : null;
      assert.deepEqual(got.ok?.record, expected, `${got.error} ${got.context}`);
      const block = await rpc('eth_getBlockByNumber', ['latest', false]);
      const again = await oracle.ask('record.bundle',
        { bundle: got.ok.bundle, hash: block.hash, chain: 31337, registry, codeHash, number: asked });
      assert.deepEqual(again.ok, expected);
    }
  }
});

test('an endpoint that claims other values than it proves is caught', { skip }, async () => {
  const number = await randomNumber();
  const words = wordsOf({ owner: r.hex(20), epoch: 1, seq: 1, publishedBlock: 1, flags: 1, inboxKey: r.hex(32), documentHash: r.hex(32) });
  for (const [w, slot] of slotsOf(number).entries())
    await rpc('anvil_setStorageAt', [registry, slot, numberToHex(words[w], { size: 32 })]);
  await rpc('evm_mine', []);
  const block = await rpc('eth_getBlockByNumber', ['latest', false]);
  const honest = await rpc('eth_getProof', [registry, slotsOf(number), block.number]);
  const ask = (change) => {
    const lie = { block: structuredClone(block), proof: structuredClone(honest), hash: block.hash, chain: 31337, registry, codeHash, number };
    change(lie);
    return oracle.ask('record.rpc', lie);
  };
  assert.equal((await ask(() => {})).error, undefined);
  assert.equal((await ask((x) => { x.proof.storageProof[1].value = '0x1'; })).context, 'inbox key');
  assert.equal((await ask((x) => { x.proof.storageProof[2].value = '0x1'; })).context, 'document hash');
  assert.equal((await ask((x) => { x.proof.storageProof[0].value = '0x1'; })).context, 'owner');
  assert.equal((await ask((x) => { x.proof.codeHash = zero; })).error, 'proof.value-mismatch');
  assert.equal((await ask((x) => { x.proof.storageHash = zero; })).error, 'proof.value-mismatch');
  assert.equal((await ask((x) => { x.proof.address = '0x' + '22'.repeat(20); })).error, 'proof.value-mismatch');
  assert.equal((await ask((x) => { x.proof.storageProof[1].key = '0x1'; })).error, 'proof.value-mismatch');
  assert.equal((await ask((x) => { x.proof.storageProof.pop(); })).error, 'proof.incomplete');
  assert.equal((await ask((x) => { x.codeHash = zero; })).error, 'proof.code-hash');
  assert.equal((await ask((x) => { x.block.stateRoot = zero; })).error, 'proof.header-hash');
  assert.equal((await ask((x) => { x.proof.storageProof = x.proof.storageProof.map((p) => ({ ...p, proof: [] })); })).error, 'proof.incomplete');
});
