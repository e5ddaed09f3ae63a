// SPDX-License-Identifier: Apache-2.0
// The relay door before nostr-tools, and the channel before a relay: both written by others.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { finalizeEvent, generateSecretKey, getPublicKey, nip13, nip17, nip59, verifyEvent } from 'nostr-tools';
import { SimplePool, useWebSocketImplementation as usePoolSocket } from 'nostr-tools/pool';
import { Relay, useWebSocketImplementation } from 'nostr-tools/relay';
import WebSocket from 'ws';
import { startNostrRelay } from '../peers/nostr_relay.mjs';
import { until } from '../peers/process.mjs';
import { relayDoorMissing, startRelayDoor } from '../peers/relay_door.mjs';

useWebSocketImplementation(WebSocket);
usePoolSocket(WebSocket);

const missing = relayDoorMissing();
const bytes = (hex) => Uint8Array.from(Buffer.from(hex, 'hex'));

const wrapFor = (key, text, author = generateSecretKey()) => nip17.wrapEvent(author, { publicKey: key }, text);
/** Publishes, and gives the relay's refusal in words, or undefined. */
const refusal = (relay, event) => relay.publish(event).then(() => undefined, (error) => error.message);
const collect = (relay, filters, ms = 3000) => new Promise((resolve, reject) => {
  const events = [];
  const timer = setTimeout(() => reject(new Error('no EOSE')), ms);
  relay.subscribe(filters, {
    onevent: (event) => events.push(event),
    oneose: () => { clearTimeout(timer); resolve(events); },
    onclose: (reason) => { clearTimeout(timer); reject(new Error(reason)); },
  });
});

let door;
let relay;
before(async () => {
  if (missing) return;
  door = await startRelayDoor(['wss://relay.example/']);
  relay = await Relay.connect(door.url);
});
after(async () => {
  relay?.close();
  if (door) assert.equal(await door.stop(), 0);
});

test('a stock client publishes a gift wrap and hears OK; once more, it is a duplicate', { skip: missing }, async () => {
  const author = generateSecretKey();
  const event = wrapFor(door.key, 'Grüße 🦉', author);
  assert.equal(await relay.publish(event), '');
  await door.wait(({ text }) => text === 'Grüße 🦉', 'the message');
  assert.match(await relay.publish(event), /^duplicate: /);
  assert.equal(door.texts().length, 1);
});

test('a pool of relays publishes too', { skip: missing }, async () => {
  const pool = new SimplePool();
  assert.deepEqual(await Promise.all(pool.publish([door.url], wrapFor(door.key, 'by pool'))), ['']);
  pool.close([door.url]);
});

test('forged, foreign and other events are refused with the right prefix', { skip: missing }, async () => {
  const good = wrapFor(door.key, 'x');
  assert.match(await refusal(relay, { ...good, sig: '00'.repeat(64) }), /^invalid: /);
  assert.match(await refusal(relay, { ...good, content: 'x' }), /^invalid: /);
  const author = generateSecretKey();
  const rumor = nip59.createRumor({ kind: 14, tags: [['p', door.key]], content: 'forged' }, generateSecretKey());
  const seal = nip59.createSeal(rumor, author, door.key);
  assert.match(await refusal(relay, nip59.createWrap(seal, door.key)), /^invalid: .*seal-forged/);
  const note = finalizeEvent({ kind: 1, created_at: Math.floor(Date.now() / 1000), tags: [], content: 'hello' }, author);
  assert.match(await refusal(relay, note), /^blocked: /);
  assert.match(await refusal(relay, { ...note, kind: 'one' }), /^invalid: /);
});

test('a challenge names the work, and work passes', { skip: missing }, async () => {
  await door.ask({ op: 'inbox', yes: 'no', code: 'policy.challenge', work: 8 });
  const author = generateSecretKey();
  assert.equal(await refusal(relay, wrapFor(door.key, 'lazy', author)), 'pow: 8 bits needed');
  const seal = nip59.createSeal(nip59.createRumor({ kind: 14, tags: [['p', door.key]], content: 'diligent' }, author), author, door.key);
  const once = generateSecretKey();
  const plain = nip59.createWrap(seal, door.key);
  // The content must be under the key that signs: nostr-tools' wrap draws its own, so seal for ours.
  const { nip44 } = await import('nostr-tools');
  const content = nip44.encrypt(JSON.stringify(seal), nip44.getConversationKey(once, door.key));
  const mined = nip13.minePow({ kind: 1059, pubkey: getPublicKey(once), created_at: plain.created_at, tags: [['p', door.key]], content }, 8);
  mined.created_at = Math.max(mined.created_at, plain.created_at);
  assert.equal(await refusal(relay, finalizeEvent({ kind: 1059, created_at: mined.created_at, tags: mined.tags, content }, once)), undefined);
  await door.ask({ op: 'inbox', yes: 'no', code: 'policy.rejected' });
  assert.match(await refusal(relay, wrapFor(door.key, 'x')), /^restricted: /);
  await door.ask({ op: 'inbox', yes: 'later' });
  assert.match(await refusal(relay, wrapFor(door.key, 'x')), /^error: /);
  await door.ask({ op: 'inbox', yes: 'yes' });
});

test('everybody finds where the number takes its messages, and what it is called', { skip: missing }, async () => {
  const events = await collect(relay, [{ kinds: [0, 10050], authors: [door.key] }]);
  assert.deepEqual(events.map(({ kind }) => kind).sort((a, b) => a - b), [0, 10050]);
  assert.ok(events.every(verifyEvent));
  assert.equal(JSON.parse(events.find(({ kind }) => kind === 0).content).name, '8312 3456 7890 1210');
  assert.deepEqual(events.find(({ kind }) => kind === 10050).tags, [['relay', 'wss://relay.example/']]);
});

test('wraps are shown to nobody but their recipient, stored and live', { skip: missing }, async () => {
  await assert.rejects(collect(relay, [{ kinds: [1059], '#p': [door.key] }]), /auth-required/);
  assert.deepEqual((await collect(relay, [{}])).filter(({ kind }) => kind === 1059), []);
  const holder = await Relay.connect(door.url);
  await until(() => holder.challenge, 'the challenge', 3);
  // A key that is not served opens nothing.
  const stranger = generateSecretKey();
  assert.equal(await holder.auth(async (template) => finalizeEvent(template, stranger)), '');
  await assert.rejects(collect(holder, [{ kinds: [1059], '#p': [door.key] }]), /auth-required/);
  holder.close();
  const owner = await Relay.connect(door.url);
  await until(() => owner.challenge, 'the challenge', 3);
  await owner.auth(async (template) => finalizeEvent(template, bytes(door.secret)));
  const stored = await collect(owner, [{ kinds: [1059], '#p': [door.key] }]);
  assert.ok(stored.map((event) => nip17.unwrapEvent(event, bytes(door.secret)).content).includes('Grüße 🦉'));
  const live = [];
  owner.subscribe([{ kinds: [1059], '#p': [door.key], limit: 0 }], { onevent: (event) => live.push(event) });
  await collect(owner, [{ kinds: [0] }]);
  await relay.publish(wrapFor(door.key, 'live'));
  await until(() => live.length === 1, 'the live wrap', 3);
  assert.equal(nip17.unwrapEvent(live[0], bytes(door.secret)).content, 'live');
  owner.close();
});

test('an AUTH for another relay or challenge is refused', { skip: missing }, async () => {
  const auth = (tags) => finalizeEvent({ kind: 22242, created_at: Math.floor(Date.now() / 1000), tags, content: '' }, bytes(door.secret));
  const socket = new WebSocket(door.url);
  const heard = [];
  socket.on('message', (data) => heard.push(JSON.parse(data)));
  await until(() => heard.length === 1, 'the challenge', 3);
  const challenge = heard[0][1];
  for (const tags of [[['relay', 'wss://evil.example/'], ['challenge', challenge]], [['relay', door.url], ['challenge', 'x']], [['challenge', challenge]]]) {
    heard.length = 0;
    socket.send(JSON.stringify(['AUTH', auth(tags)]));
    await until(() => heard.length === 1, 'the OK', 3);
    assert.equal(heard[0][2], false);
  }
  heard.length = 0;
  socket.send(JSON.stringify(['COUNT', 'c', {}]));
  socket.send('garbage');
  await until(() => heard.length === 2, 'the answers', 3);
  assert.equal(heard[0][0], 'CLOSED');
  assert.equal(heard[1][0], 'NOTICE');
  socket.close();
});

test('a client that floods is slowed down and then cut', { skip: missing }, async () => {
  const socket = new WebSocket(door.url);
  const heard = [];
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('message', (data) => heard.push(JSON.parse(data)));
  await until(() => heard.length === 1, 'the challenge', 3);
  for (let i = 0; i < 300; i++) socket.send(JSON.stringify(['REQ', `s${i % 5}`, { kinds: [7] }]));
  assert.equal(await closed, 1008);
  assert.ok(heard.some(([verb, , words]) => verb === 'CLOSED' && words.startsWith('rate-limited: ')));
});

test('the information document says what the relay is (NIP-11)', { skip: missing }, async () => {
  const answer = await fetch(`http://127.0.0.1:${door.port}/`, { headers: { accept: 'application/nostr+json' } });
  assert.equal(answer.headers.get('access-control-allow-origin'), '*');
  const document = await answer.json();
  assert.ok([1, 11, 42, 59].every((nip) => document.supported_nips.includes(nip)));
  assert.equal(document.limitation.max_subscriptions, 20);
});

for (const auth of [false, true]) {
  test(`the channel listens to a real relay${auth ? ' that wants AUTH' : ''}, announces itself there, and writes to keys that it finds there`, { skip: missing }, async (t) => {
    const outside = await startNostrRelay({ auth });
    t.after(outside.stop);
    const node = await startRelayDoor([outside.url], [`127.0.0.1:${outside.port}`]);
    t.after(node.stop);
    await node.ask({ op: 'listen' });
    await until(() => outside.events().some(({ kind, pubkey }) => kind === 10050 && pubkey === node.key), 'the relay list');
    assert.ok(outside.events().some(({ kind, pubkey }) => kind === 0 && pubkey === node.key));

    const client = await Relay.connect(outside.url);
    t.after(() => client.close());
    await client.publish(wrapFor(node.key, 'over the relay'));
    const received = await node.wait(({ text }) => text === 'over the relay', 'the message');
    assert.equal(received.source, `127.0.0.1:${outside.port}`);
    outside.drop();
    const again = await Relay.connect(outside.url);
    t.after(() => again.close());
    await again.publish(wrapFor(node.key, 'after the cut'));
    await node.wait(({ text }) => text === 'after the cut', 'the message after the cut');
    assert.deepEqual(node.texts(), ['over the relay', 'after the cut']);

    const friend = generateSecretKey();
    const list = { kind: 10050, created_at: Math.floor(Date.now() / 1000), tags: [['relay', outside.url]], content: '' };
    await again.publish(finalizeEvent(list, friend));
    await node.ask({ op: 'send', to: getPublicKey(friend), text: 'an answer' });
    const attempt = await node.wait(({ event }) => event === 'attempt', 'the attempt');
    assert.equal(attempt.outcome, 'accepted', attempt.detail);
    const wrap = outside.events().find(({ kind, tags }) => kind === 1059 && tags.some(([name, value]) => name === 'p' && value === getPublicKey(friend)));
    assert.match(nip17.unwrapEvent(wrap, friend).content, /^an answer\n/);
  });
}
