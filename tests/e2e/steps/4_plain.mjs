// SPDX-License-Identifier: Apache-2.0
// Somebody with a Nostr key and a stock library writes to the number, and is answered.
import assert from 'node:assert/strict';
import { generateSecretKey } from 'nostr-tools';
import { composeWrap, publish, relaysOf, startPlainClient } from '../lib/plain_client.mjs';
import { post } from '../lib/socket.mjs';
import { until } from '../../peers/process.mjs';

const hello = 'Hi! I only have a Nostr key.';
const answer = 'Nice to meet you; a key is enough here.';

/** How many letters a minute the node opens for strangers while this step makes it poor. */
const opened = 2;

/** The relay at the node's own door. */
const doorRelay = (person) => person.door.url.replace('http:', 'ws:');

/** Not across the turn of a minute: the budget is counted by the minute. */
const awayFromTheTurn = () => until(() => Date.now() % 60_000 < 45_000, 'the next minute', 20);

export async function befriend(story) {
  const { a, world } = story;
  story.plain = world.keep(await startPlainClient(world.relay.url));
  await story.plain.announce();
  assert.equal((await post(a.door.url, story.plain.wrap(a.inboxKey, hello))).status, 202);
  const request = await a.message(({ text }) => text === hello, 'the plain request', 20, { requests: true });
  await a.do(['accept', request.id]);
  return request;
}

async function writeAndAnswer(story) {
  const { a, world, teller } = story;
  const client = world.keep(await startPlainClient(world.relay.url));
  story.plain = client;
  await client.announce();
  await teller.promise('nip17.wrapEvent, sent where the number\'s key says it listens, becomes a request; no work, no account', async () => {
    const relays = await until(async () => { const found = await relaysOf(world.relay.url, a.inboxKey); return found.length > 0 && found; }, 'A\'s list of relays', 20);
    teller.say(`the key lists ${relays.join(' ')}`);
    const wrap = client.wrap(a.inboxKey, hello);
    for (const relay of relays) assert.equal(await publish(relay, wrap), '');
    const request = await a.message(({ text }) => text === hello, 'the plain request', 20, { requests: true });
    assert.equal(request.with.kind, 'nostr');
    story.plainRequest = request;
    teller.quote(`from ${request.with.words}\n${request.text}\nproven: ${request.proofs.join('; ')}`);
  });
  await teller.promise('A accepts and answers; the answer opens in the stock client', async () => {
    await a.do(['accept', story.plainRequest.id]);
    await a.do(['reply', story.plainRequest.id, answer]);
    assert.equal(await client.answer(30), answer);
  });
}

async function spendTheBudget(story) {
  const { a, teller } = story;
  a.configure({ node: { open_per_minute: opened, open_per_source_minute: opened } });
  await a.restartNode();
  await awayFromTheTurn();
  const stranger = generateSecretKey();
  const wrap = (options) => composeWrap({ from: stranger, to: a.inboxKey, ...options });
  for (let i = 0; i < opened; i += 1) await post(a.door.url, wrap({ text: `spending ${i}` }));
  let bits;
  await teller.promise(`with the opening budget spent, the same kind of letter is refused, and told what suffices`, async () => {
    const refused = await post(a.door.url, wrap({ text: 'too many' }));
    assert.equal(refused.status, 403, refused.body);
    assert.equal(refused.json.code, 'policy.challenge');
    bits = refused.json.terms.work;
    assert.ok(bits >= 16 && bits <= 20, `${bits} bits`);
    const reason = await publish(doorRelay(a), wrap({ text: 'too many, over the relay' }));
    assert.match(reason, new RegExp(`^pow: ${bits}\\b`));
    teller.quote(`HTTP 403 ${refused.json.code}: ${refused.json.detail}\nrelay: OK false "${reason}"`);
  });
  await teller.promise(`composed from nip44, nip13 and finalizeEvent with ${bits} bits of work, it passes`, async () => {
    const text = 'I have worked for this one.';
    const reason = await publish(doorRelay(a), wrap({ text, work: bits }));
    assert.equal(reason, '');
    const request = await a.message((one) => one.text === text, 'the letter with work', 20, { requests: true });
    assert.equal(request.state, 'request');
  });
  a.configure({ node: {} });
  await a.restartNode();
}

async function forge(story) {
  const { a, teller } = story;
  await teller.promise('a letter whose seal is not by the one who signs inside is refused', async () => {
    const [writer, forger] = [generateSecretKey(), generateSecretKey()];
    const forged = composeWrap({ from: writer, to: a.inboxKey, text: 'I am somebody else.', sealBy: forger });
    const refused = await post(a.door.url, forged);
    assert.equal(refused.json.code, 'message.seal-forged', refused.body);
    assert.notEqual(await publish(doorRelay(a), forged), '');
    assert.ok(!(await a.allMessages()).some(({ text }) => text === 'I am somebody else.'));
  });
}

export async function plain(story) {
  story.teller.title('4  Somebody with nothing but a Nostr key and nostr-tools');
  await writeAndAnswer(story);
  await spendTheBudget(story);
  await forge(story);
}
