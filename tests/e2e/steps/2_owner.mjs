// SPDX-License-Identifier: Apache-2.0
// A number is owned, published, and gets a mailbox behind it and a policy in front of it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../peers/process.mjs';
import { codeIn, mailWith } from '../lib/mail.mjs';

/** A number that nobody of the story holds: the deny entry. */
const spammer = '8345 6789 0123 4548';

export const policyToml = `default = "request"

[sets]
spam = ["${spammer}"]

[deny]
spam = "drop"

[[rule]]
who = ["contact", "answered-before"]
do  = "deliver"
via = ["email"]

[[rule]]
who  = ["stranger"]
do   = "request"
rate = ["50 per day each", "500 per day"]

[[rule]]
who  = ["anonymous"]
do   = "request"
cost = { work = 18 }
rate = "20 per hour"
`;

export async function mint(person) {
  const { teller, chain } = person.world;
  const owner = await person.keyOf('owner');
  await teller.promise(`${person.name} mints to a fresh address: no history, no ether, derived for this number alone`, async () => {
    assert.equal(Number(await chain.rpc('eth_getTransactionCount', [owner.address, 'latest'])), 0);
    assert.equal(Number(await chain.rpc('eth_getBalance', [owner.address, 'latest'])), 0);
    const minted = await person.sign(['mint']);
    person.number = minted.number;
    assert.match(person.number, /^83\d\d \d{4} \d{4} \d{4}$/);
    assert.equal(BigInt(person.number.replaceAll(' ', '')) % 97n, 1n);
    assert.equal(Number(await chain.rpc('eth_getTransactionCount', [owner.address, 'latest'])), 0, 'the payer sends, the owner only signs');
  });
  teller.say(`${person.name}'s number is ${person.number}`);
}

export const publishArguments = (person) => ['publish', '--number', person.number, '--gateway', person.door.url, '--relay', person.relayUrl, '--work', '16'];

export async function publish(person) {
  const { teller } = person.world;
  await teller.promise(`${person.name} publishes the key for mail, the node's address, a relay, and what strangers must bring (16 bits of work, when the node is busy)`, async () => {
    await person.sign(publishArguments(person));
    const record = await person.do(['resolve', person.number], { told: false });
    const inbox = await person.keyOf('inbox');
    person.inboxKey = inbox.key;
    assert.equal(record.number, person.number);
    assert.equal(record.owner.toLowerCase(), (await person.keyOf('owner')).address.toLowerCase());
    assert.equal(record.inbox_key, inbox.key);
    assert.deepEqual(record.document.gateways.map(({ url }) => url), [person.door.url]);
    assert.deepEqual(record.document.relays, [person.relayUrl]);
    assert.equal(record.document.terms.work, 16);
  });
  await teller.promise('a few blocks later it is final: from then on others take the number for proven', async () => {
    await until(async () => (await person.do(['resolve', person.number], { told: false })).published_final === true, 'the publication to be final', 60);
  });
}

export async function bind(person) {
  const { teller, postfix } = person.world;
  await teller.promise(`${person.name} binds a mailbox with the code that arrives in it; a wrong code is refused`, async () => {
    await person.do(['bind', 'email', person.address]);
    const mail = await mailWith(postfix, person.address, (one) => codeIn(one) !== undefined, 'the mail with the code');
    if (person.name === 'A') teller.quote(mail.text.trim(), 4);
    const guess = await person.run(['bind', 'confirm', 'email', 'aaaa-aaaa'], { told: false });
    assert.equal(guess.status, 1, guess.stdout);
    const bound = await person.do(['bind', 'confirm', 'email', codeIn(mail)]);
    assert.equal(bound.state, 'bound');
    const { bindings } = await person.do(['channels'], { told: false });
    assert.deepEqual(bindings.map(({ label, state }) => [label, state]), [['email', 'bound']]);
  });
}

export async function setPolicy(person) {
  const { teller } = person.world;
  const file = join(person.home, 'policy.toml');
  writeFileSync(file, policyToml);
  await teller.promise(`${person.name} sets a policy: contacts by email, proven strangers ask, anonymous ones ask with work, one is denied`, async () => {
    const set = await person.sign(['policy', 'set', file]);
    assert.equal(set.seq, 1);
    const words = await person.do(['policy', 'show'], { told: false, json: false });
    if (person.name === 'A') teller.quote(words, 12);
    assert.match(words, /contact/);
    assert.match(words, /18/);
  });
}

/** Mint, publish, node, mailbox, policy. */
async function settle(person) {
  const { teller } = person.world;
  await mint(person);
  person.configure();
  await publish(person);
  await teller.promise(`${person.name}'s node runs and serves ${person.number}`, async () => {
    await person.startNode();
    await person.serving();
    assert.match(person.node.ready.node_key, /^[0-9a-f]{64}$/);
  });
  await bind(person);
  await setPolicy(person);
}

export async function owner(story, { people = story.world.people } = {}) {
  const { teller } = story;
  teller.title('2  A number of one\'s own: minted, published, a mailbox behind it, a policy in front');
  // Together: most of the time is waiting for blocks.
  await Promise.all(people.map(settle));
}
