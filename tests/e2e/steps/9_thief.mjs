// SPDX-License-Identifier: Apache-2.0
// A thief gets the owner to sign once, and publishes another key. Mail must not follow.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Person } from '../lib/person.mjs';
import { mailWith } from '../lib/mail.mjs';
import { until } from '../../peers/process.mjs';
import { publishArguments } from './2_owner.mjs';

const secret = 'For A alone: the key is under the third stone.';

/** A home with a key set of its own, except that it signs as the owner of A's number: that is the theft. */
async function breakIn(story) {
  const { world, a } = story;
  const thief = new Person(world, 'thief');
  thief.passphraseFile = a.passphraseFile;
  mkdirSync(join(thief.home, 'keys'), { mode: 0o700 });
  copyFileSync(join(a.home, 'keys/owner.json'), join(thief.home, 'keys/owner.json'));
  await thief.makeKeys();
  Object.assign(thief, { number: a.number, door: await world.tap('the thief\'s door'), relayTap: a.relayTap });
  return thief;
}

/** What a person's node says of a number: its blocks are a second or two behind the chain's. */
export async function seenAt(person, number) {
  const answer = await fetch(`${person.node.ready.http}/v1/resolve/${number.replaceAll(' ', '')}`);
  return answer.json();
}

export async function thief(story) {
  const { world, a, b, teller } = story;
  teller.title('9  A stolen signature publishes another key for A\'s number');
  const stolen = await breakIn(story);
  await teller.promise('the chain takes it, as it must: the signature is the owner\'s; there is no handover from A\'s key', async () => {
    await stolen.sign([...publishArguments(stolen), '--fresh'], { more: stolen.chainFlags() });
    const record = await b.do(['resolve', a.number], { told: false });
    assert.equal(record.inbox_key, (await stolen.keyOf('inbox')).key);
    assert.notEqual(record.inbox_key, a.inboxKey);
    await until(async () => (await seenAt(b, a.number)).inbox_key === record.inbox_key, 'the publication at B\'s node', 20);
  });
  const sent = await teller.promise('B writes to A: B\'s node holds the letter, and says why', async () => {
    const { id } = await b.do(['send', a.number, secret]);
    const held = await b.message((one) => one.id === id && /without a handover/.test(one.why), 'the held letter', 30);
    assert.notEqual(held.state, 'accepted');
    teller.quote(`${held.state}: ${held.why}`);
    return id;
  });
  await teller.promise('nothing reached the thief', async () => {
    assert.equal(stolen.door.connections.length, 0);
  });
  await teller.promise('A\'s node has noticed, and says so', async () => {
    const alarms = await until(async () => {
      const { json } = await a.ask('/v1/node');
      return json.alarms.filter(({ code }) => code.startsWith('inbox key')).length > 0 && json.alarms;
    }, 'the alarm', 30);
    teller.quote(alarms.map(({ detail }) => detail).join('\n'));
  });
  await teller.promise('A publishes its own key again; the letter that was held arrives', async () => {
    await a.sign([...publishArguments(a), '--without-handover']);
    await mailWith(world.postfix, a.address, ({ text }) => text.includes(secret), 'the held letter', 60);
    await b.message((one) => one.id === sent && one.state === 'accepted', 'the receipt');
  });
}
