// SPDX-License-Identifier: Apache-2.0
// Everything real, everything on loopback: a chain, the registry, a mail server, a relay, two homes.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../peers/process.mjs';
import { Person } from '../lib/person.mjs';
import { startWorld } from '../lib/world.mjs';
import { cora } from './5_mail_in.mjs';

export const addresses = { a: 'anna.private@mail.test', b: 'ben.private@mail.test' };
/** Mailboxes whose server finds out behind its door that they are gone, and one to move to. */
export const passing = { c: 'carl.private@late.test', dora: 'dora@late.test', cAnew: 'carl.anew@mail.test' };

/** Deploys the registry with the command line; the chain must then hold the very code of this source tree. */
async function deploy(story) {
  const { world, teller } = story;
  const operator = new Person(world, 'operator');
  await operator.makeKeys();
  const made = await operator.sign(['deploy', '--chain-id', String(world.chain.chainId), '--rpc', world.chain.url]);
  world.registry = (made.registry ?? made.address).toLowerCase();
  await teller.promise(`the registry is on the chain, at ${world.registry}: the code of this source tree, to the last byte`, async () => {
    const { codeHash } = await world.chain.rpc('eth_getProof', [world.registry, [], 'latest']);
    assert.equal(codeHash, readFileSync(join(root, 'contracts/abi/runtime-code-hash.txt'), 'utf8').trim());
  });
}

export async function stack(story, { people = ['A', 'B'] } = {}) {
  const { teller } = story;
  teller.title('1  The stack: a chain, the registry, a mail server, a relay, a name server, two homes');
  const started = Date.now();
  const world = await startWorld(teller, [...Object.values(addresses), cora, ...Object.values(passing)]);
  story.world = world;
  teller.say(`up in ${((Date.now() - started) / 1000).toFixed(1)} s: chain (anvil, a block a second), mail server (postfix), relay (npm @nostr-relay), name server (nsd)`);
  await deploy(story);
  for (const name of people) {
    const key = name.toLowerCase();
    story[key] = await world.wire(new Person(world, name, addresses[key]));
  }
  await teller.promise('each person makes six keys, one file each; a node opens three of them, and never the one of the owner', async () => {
    for (const person of world.people) {
      const { keys } = await person.makeKeys();
      assert.deepEqual(keys.map(({ role }) => role).sort(), ['guard', 'inbox', 'node', 'owner', 'payer', 'policy']);
      person.configure();
    }
  });
}
