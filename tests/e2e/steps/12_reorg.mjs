// SPDX-License-Identifier: Apache-2.0
// The chain takes five blocks back, once with a publication in them and once with a transfer.
import assert from 'node:assert/strict';
import { Person } from '../lib/person.mjs';
import { sleep, until } from '../../peers/process.mjs';
import { publishArguments } from './2_owner.mjs';

const depth = 5;

/** Mines until nothing that stands now is within reach of the next reorg; gives the height. */
async function settle(chain) {
  await chain.mine(depth);
  return Number(await chain.rpc('eth_blockNumber'));
}

/** The last blocks, all behind `height`, are forgotten and made anew without what was in them. */
async function takeBack(chain, height) {
  assert.ok(Number(await chain.rpc('eth_blockNumber')) - height <= depth, 'it is within five blocks');
  await chain.rpc('anvil_reorg', [depth, []]);
}

/** What A's node says of a number. */
const seenBy = async (person, number) => (await person.run(['resolve', number], { told: false })).json;

/** The index that the node has followed so far (one process at a time may open it), and one built afresh, byte for byte. */
async function sameIndex(person) {
  await sleep(4000); // the follower looks every second or two
  await person.stopNode();
  const followed = await person.do(['index', 'dump'], { told: false, json: false });
  const fresh = await person.do(['index', 'dump', '--fresh'], { told: false, json: false });
  await person.startNode();
  await person.serving();
  assert.ok(followed.includes(person.number.replaceAll(' ', '')), followed);
  assert.equal(followed, fresh);
}

export async function reorg(story) {
  const { world, a, teller } = story;
  const { chain } = world;
  teller.title('12  The chain takes five blocks back');
  const [d, e] = [new Person(world, 'D'), new Person(world, 'E')];
  for (const person of [d, e]) {
    await person.makeKeys();
    Object.assign(person, { door: a.door, relayTap: a.relayTap, mailTap: a.mailTap });
  }
  d.number = (await d.sign(['mint'], { more: d.chainFlags() })).number;
  await teller.promise('a publication that the chain takes back is gone at A\'s node too, and can be made again', async () => {
    const before = await settle(chain);
    await d.sign(publishArguments(d), { more: d.chainFlags() });
    await until(async () => (await seenBy(a, d.number)).document, 'the publication at A', 20);
    await takeBack(chain, before);
    await until(async () => (await seenBy(a, d.number)).seq === 0, 'the publication gone at A', 20);
    await sameIndex(a);
    await d.sign(publishArguments(d), { more: d.chainFlags() });
    await until(async () => (await seenBy(a, d.number)).document, 'the publication at A again', 20);
  });
  await teller.promise('so is a transfer: the number is its first owner\'s again, and the index is the one that is built afresh', async () => {
    const owner = (await d.keyOf('owner')).address.toLowerCase();
    const next = (await e.keyOf('owner')).address;
    await d.sign(['unlock', 'announce', '--number', d.number], { more: d.chainFlags() });
    await chain.rpc('evm_increaseTime', [86_500]);
    await chain.mine(1);
    await d.sign(['unlock', 'execute', '--number', d.number], { more: d.chainFlags() });
    const before = await settle(chain);
    await d.sign(['transfer', next, '--number', d.number, '--yes'], { more: d.chainFlags() });
    await until(async () => (await seenBy(a, d.number)).owner.toLowerCase() === next.toLowerCase(), 'the transfer at A', 20);
    await takeBack(chain, before);
    await until(async () => (await seenBy(a, d.number)).owner.toLowerCase() === owner, 'the first owner at A', 20);
    await sameIndex(a);
  });
}
