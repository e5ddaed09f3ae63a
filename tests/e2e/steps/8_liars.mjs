// SPDX-License-Identifier: Apache-2.0
// Endpoints that lie, a chain that is made up, a proof with one bit turned.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chance, startOracle } from '../../oracle/oracle.mjs';
import { startAnvil } from '../../peers/anvil.mjs';
import { until } from '../../peers/process.mjs';
import { startRpcProxy } from '../../peers/rpc_proxy.mjs';
import { liars } from '../lib/liars.mjs';
import { Person } from '../lib/person.mjs';

/** A reader who knows nothing but the registry: no node, no configuration, only endpoints. */
function reader(story) {
  story.reader ??= new Person(story.world, 'reader');
  return story.reader;
}

const read = (story, rpc, more = []) => {
  const person = reader(story);
  return person.run(['resolve', story.a.number, ...more, ...person.chainFlags(rpc)], { told: false });
};

async function catchLiars(story) {
  const { world, a, teller } = story;
  const [liar, second, third] = await Promise.all([0, 1, 2].map(async () => world.keep(await startRpcProxy(world.chain.url))));
  const all = [liar.url, second.url, third.url];
  await teller.promise('three endpoints that agree: T2', async () => {
    const { status, json } = await read(story, all);
    assert.equal(status, 0);
    assert.equal(json.tier, 'T2');
    assert.equal(json.agreeing, 3);
  });
  for (const { lie, words, code, options } of liars) {
    await teller.promise(`one of three tells ${words}: caught as ${code}, and the truth is read from the others`, async () => {
      await liar.tell(lie, options ?? {});
      const { status, json, stderr } = await read(story, all);
      assert.equal(status, 0, stderr);
      assert.equal(json.inbox_key, a.inboxKey);
      assert.deepEqual(json.set_aside.map((one) => one.code), [code], JSON.stringify(json.set_aside));
    });
  }
  assert.equal(new Set(liars.map(({ code }) => code)).size, liars.length, 'each lie has a code of its own');
  await liar.tell(undefined);
  await teller.promise('with one endpoint alone the same read says T1: its word for the block', async () => {
    const { status, json } = await read(story, [liar.url]);
    assert.equal(status, 0);
    assert.equal(json.tier, 'T1');
  });
  await teller.promise('and if that one lies beside its proof, it is caught all the same', async () => {
    await liar.tell('inbox-key');
    const { status, json, stderr } = await read(story, [liar.url]);
    assert.equal(status, 1, stderr);
    assert.equal(json.code, 'chain.key-altered');
    await liar.tell(undefined);
  });
}

/** The first word of a record that a forger would like: the owner, in the first epoch. */
const ownedBy = (owner) => `0x${(BigInt(owner) | (1n << 160n)).toString(16).padStart(64, '0')}`;

async function makeUpAChain(story, oracle) {
  const { world, a, teller } = story;
  const file = join(world.folder, 'made-up.bundle');
  const fake = world.keep(await startAnvil({ blockTime: 1, chainId: world.chain.chainId }));
  const code = await world.chain.rpc('eth_getCode', [world.registry, 'latest']);
  const slots = (await oracle.ask('slots', { number: a.number.replaceAll(' ', '') })).ok;
  await fake.rpc('anvil_setCode', [world.registry, code]);
  await fake.rpc('anvil_setStorageAt', [world.registry, slots[0], ownedBy(fake.accounts[1])]);
  const from = Number(await fake.rpc('eth_blockNumber'));
  await until(async () => Number(await fake.rpc('eth_blockNumber')) > from + 1, 'a block of the made-up chain');
  await teller.promise('a chain made up for the purpose gives A\'s number to somebody else, proof and all: asked alone, it is believed (T1)', async () => {
    const { status, json, stderr } = await read(story, [fake.url], ['--proof', file]);
    assert.equal(status, 0, stderr);
    assert.equal(json.tier, 'T1');
    assert.equal(json.owner.toLowerCase(), fake.accounts[1].toLowerCase());
  });
  const person = reader(story);
  await teller.promise('its proof convinces nobody: `dmid verify` wants a block hash from elsewhere', async () => {
    const flags = ['--registry', world.registry, '--chain-id', String(world.chain.chainId)];
    const alone = await person.run(['verify', file], { more: flags });
    assert.equal(alone.status, 1);
    assert.equal(alone.json.code, 'proof.untrusted-block', alone.stderr);
    const trusted = (await world.chain.rpc('eth_getBlockByNumber', ['latest', false])).hash;
    const held = await person.run(['verify', file, '--block', trusted, ...flags], { told: false });
    assert.equal(held.status, 1);
    assert.equal(held.json.code, 'proof.header-hash', held.stderr);
    teller.quote(alone.stderr);
  });
}

async function turnBits(story, oracle) {
  const { world, a, teller } = story;
  const person = reader(story);
  const file = join(world.folder, 'true.bundle');
  const { json: record } = await read(story, [world.chain.url], ['--proof', file]);
  const flags = ['--registry', world.registry, '--chain-id', String(world.chain.chainId)];
  await teller.promise('the true proof verifies against its block', async () => {
    const verified = await person.run(['verify', file, '--block', record.block.hash], { more: flags });
    assert.equal(verified.status, 0, verified.stderr);
    assert.equal(verified.json.inbox_key, a.inboxKey);
  });
  const bundle = readFileSync(file);
  const asked = { hash: record.block.hash.startsWith('0x') ? record.block.hash : `0x${record.block.hash}`, chain: world.chain.chainId,
    registry: world.registry, codeHash: readFileSync(new URL('../../../contracts/abi/runtime-code-hash.txt', import.meta.url), 'utf8').trim(),
    number: a.number.replaceAll(' ', '') };
  const hex = (bytes) => `0x${Buffer.from(bytes).toString('hex')}`;
  const codes = {};
  await teller.promise(`one random bit turned in each of its ${bundle.length} bytes: refused ${bundle.length} times`, async () => {
    assert.ok((await oracle.ask('record.bundle', { bundle: hex(bundle), ...asked })).ok, 'the oracle takes the true one');
    const r = chance('bits of a bundle');
    const answers = await Promise.all(Array.from(bundle, (byte, at) => {
      const damaged = Buffer.from(bundle);
      damaged[at] = byte ^ (1 << r.below(8));
      return oracle.ask('record.bundle', { bundle: hex(damaged), ...asked });
    }));
    answers.forEach(({ error }, at) => {
      assert.ok(error, `byte ${at} of ${bundle.length}`);
      codes[error] = (codes[error] ?? 0) + 1;
    });
  });
  teller.say(`refused as: ${Object.entries(codes).map(([code, count]) => `${code} ${count}`).join(', ')}`);
  const at = Math.floor(bundle.length / 2);
  await teller.promise('and the command says so too', async () => {
    const damaged = Buffer.from(bundle);
    damaged[at] ^= 4;
    writeFileSync(file, damaged);
    assert.equal((await person.run(['verify', file, '--block', record.block.hash, ...flags], { told: false })).status, 1);
  });
}

export async function liarsStep(story) {
  story.teller.title('8  Liars: endpoints, a made-up chain, turned bits');
  const oracle = startOracle();
  try {
    await catchLiars(story);
    await makeUpAChain(story, oracle);
    await turnBits(story, oracle);
  } finally {
    oracle.stop();
  }
}
