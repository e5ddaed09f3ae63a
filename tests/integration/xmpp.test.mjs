// SPDX-License-Identifier: Apache-2.0
// The XMPP channel as a component of prosody, and two people with @xmpp/client: all written by others.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { temporaryFolder, until } from '../peers/process.mjs';
import { component, prosodyMissing, startProsody } from '../peers/prosody.mjs';
import { startPerson, startXmppHost, xml, xmppHostMissing } from '../peers/xmpp.mjs';

const skip = prosodyMissing() ?? xmppHostMissing();
const number = `8312345678901210@${component}`;
const receipts = 'urn:xmpp:receipts';

let server;
let channel;
let alice;
let bob;
before(async () => {
  if (skip) return;
  server = await startProsody({ alice: 'wonder', bob: 'builder' });
  channel = await startXmppHost(server.place, component, server.secretFile);
  [alice, bob] = [await startPerson(server, 'alice', 'wonder'), await startPerson(server, 'bob', 'builder')];
  await until(() => /External component successfully authenticated/.test(server.log()), 'the component');
});
after(async () => {
  if (skip) return;
  await Promise.all([alice.stop(), bob.stop()]);
  assert.equal(await channel.stop(), 0);
  await server.stop();
});

const heard = (text) => channel.wait((line) => line.event === 'heard' && line.text === text, `hearing ${text}`);
const body = (stanza) => stanza.getChildText('body');

test('what a person writes to a number is heard with who and to whom, and its receipt comes back', { skip }, async () => {
  await alice.say(`8312345678901210+481920@${component}`, 'hello', [xml('request', receipts)], { id: 'a-1' });
  const line = await heard('hello');
  assert.deepEqual([line.account, line.number, line.tail, line.id, line.source, line.kind],
    ['alice@localhost', '8312345678901210', '481920', 'a-1', 'localhost', 'said']);
  const receipt = await alice.wait((stanza) => stanza.getChild('received', receipts), 'the receipt');
  assert.equal(receipt.getChild('received').attrs.id, 'a-1');
  assert.equal(receipt.attrs.from, `8312345678901210+481920@${component}`);
});

test('what the node sends arrives from the number, is accepted, and a receipt is reported', { skip }, async () => {
  const attempt = await channel.send({ to: 'Bob@LocalHost', text: 'good day' });
  assert.equal(attempt.outcome, 'accepted', JSON.stringify(attempt));
  const message = await bob.wait((stanza) => body(stanza) === 'good day', 'the message');
  assert.equal(message.attrs.from, number);
  assert.equal(message.attrs.id, attempt.id);
  assert.ok(message.getChild('request', receipts));
  await bob.say(number, undefined, [xml('received', { xmlns: receipts, id: message.attrs.id })]);
  const report = await channel.wait((line) => line.event === 'report' && line.id === attempt.id, 'the report');
  assert.deepEqual([report.fate, report.account], ['delivered', 'bob@localhost']);
  await bob.say(number, undefined, [xml('displayed', { xmlns: 'urn:xmpp:chat-markers:0', id: message.attrs.id })]);
  await channel.wait((line) => line.fate === 'read' && line.id === attempt.id, 'the marker');
});

test('any text survives both ways', { skip }, async () => {
  const texts = ['Grüße, 你好, 🦉', 'a\tb\nc  d', '<b>&amp;</b> ]]> "q" \'q\'', 'שלום\u200f مرحبا', 'e\u0301 👩‍👩‍👧‍👦 \u{10FFFD}',
    'ligne\u2028sep', `long ${'x'.repeat(60_000)}`];
  for (const text of texts) {
    const attempt = await channel.send({ to: 'alice@localhost', text });
    assert.equal(attempt.outcome, 'accepted', JSON.stringify(attempt));
    await alice.wait((stanza) => body(stanza) === text, text.slice(0, 20));
    await alice.say(number, text);
    await heard(text);
  }
});

test('characters that XML cannot carry are replaced, and the reader is told', { skip }, async () => {
  await channel.send({ to: 'alice@localhost', text: 'bell \u0007 end' });
  await alice.wait((stanza) => /^bell \uFFFD end\n\n\(1 characters/.test(body(stanza) ?? ''), 'the text');
});

test('a refusal is an error that the sender sees, with words', { skip }, async () => {
  await channel.ask({ op: 'inbox', yes: 'no', reason: 'Strangers need a ticket.' });
  await alice.say(number, 'let me in', [xml('request', receipts)], { id: 'a-2' });
  const error = await alice.wait((stanza) => stanza.attrs.type === 'error' && stanza.attrs.id === 'a-2', 'the error');
  assert.ok(error.getChild('error').getChild('service-unavailable'));
  assert.equal(error.getChild('error').attrs.type, 'cancel');
  assert.equal(error.getChild('error').getChildText('text'), 'Strangers need a ticket.');
  await channel.ask({ op: 'inbox', yes: 'yes', say: 'One word of the node.' });
  await alice.say(number, 'and now', [], { id: 'a-3' });
  await alice.wait((stanza) => body(stanza) === 'One word of the node.', 'the word');
  await channel.ask({ op: 'inbox', yes: 'yes' });
});

test('what is encrypted for devices is refused in words', { skip }, async () => {
  await alice.say(number, 'I sent you an OMEMO message', [xml('encrypted', 'eu.siacs.conversations.axolotl')], { id: 'a-4' });
  const error = await alice.wait((stanza) => stanza.attrs.id === 'a-4' && stanza.attrs.type === 'error', 'the error');
  assert.ok(error.getChild('error').getChild('not-acceptable'));
  assert.ok(!channel.said.some((line) => line.id === 'a-4'));
});

test('what the server sends back at once is a refusal, in its words', { skip }, async () => {
  const nobody = await channel.send({ to: 'nobody@localhost', text: 'x' });
  assert.deepEqual([nobody.outcome, nobody.code, nobody.detail], ['refused', 'channel.refused', 'service-unavailable']);
  // This server speaks with no other one: nothing of a test leaves the machine.
  const elsewhere = await channel.send({ to: 'alice@elsewhere.invalid', text: 'x' });
  assert.deepEqual([elsewhere.outcome, elsewhere.detail], ['refused', 'not-allowed: Communication with remote domains is not enabled']);
});

test('answers, corrections, retractions and reactions go both ways', { skip }, async () => {
  const first = await channel.send({ to: 'bob@localhost', text: 'first' });
  const edited = await channel.send({ to: 'bob@localhost', text: 'second', amends: 'edited', of: first.id });
  assert.equal(edited.outcome, 'accepted');
  const correction = await bob.wait((stanza) => body(stanza) === 'second', 'the correction');
  assert.equal(correction.getChild('replace', 'urn:xmpp:message-correct:0').attrs.id, first.id);
  await channel.send({ to: 'bob@localhost', text: '', amends: 'taken_back', of: first.id });
  const retraction = await bob.wait((stanza) => stanza.getChild('retract', 'urn:xmpp:message-retract:1'), 'the retraction');
  assert.equal(retraction.getChild('retract').attrs.id, first.id);
  await bob.say(number, 'mine', [], { id: 'b-1' });
  await heard('mine');
  await channel.send({ to: 'bob@localhost', text: '👍', amends: 'reacted', of: 'b-1' });
  const reaction = await bob.wait((stanza) => stanza.getChild('reactions', 'urn:xmpp:reactions:0'), 'the reaction');
  assert.equal(reaction.getChild('reactions').getChildText('reaction'), '👍');
  await channel.send({ to: 'bob@localhost', text: 'to that', quotes: 'b-1' });
  const answer = await bob.wait((stanza) => body(stanza) === 'to that', 'the answer');
  assert.equal(answer.getChild('reply', 'urn:xmpp:reply:0').attrs.id, 'b-1');

  await bob.say(number, '> first\nyes', [xml('reply', { xmlns: 'urn:xmpp:reply:0', id: first.id }),
    xml('fallback', { xmlns: 'urn:xmpp:fallback:0', for: 'urn:xmpp:reply:0' }, xml('body', { start: '0', end: '8' }))], { id: 'b-2' });
  assert.equal((await heard('yes')).answers, first.id);
  await bob.say(number, 'ours', [xml('replace', { xmlns: 'urn:xmpp:message-correct:0', id: 'b-1' })], { id: 'b-3' });
  const line = await heard('ours');
  assert.deepEqual([line.kind, line.of], ['edited', 'b-1']);
  await bob.say(number, 'fallback', [xml('retract', { xmlns: 'urn:xmpp:message-retract:1', id: 'b-1' })], { id: 'b-4' });
  await channel.wait(({ kind, of }) => kind === 'taken_back' && of === 'b-1', 'the retraction');
  await bob.say(number, undefined, [xml('reactions', { xmlns: 'urn:xmpp:reactions:0', id: first.id }, xml('reaction', {}, '❤'))]);
  await channel.wait(({ kind, of, text }) => kind === 'reacted' && of === first.id && text === '❤', 'the reaction');
});

test('a served number can be added to a list of contacts, and says what it can do', { skip }, async () => {
  await alice.stanza('presence', { to: number, type: 'subscribe' });
  await alice.wait((stanza) => stanza.is('presence') && stanza.attrs.type === 'subscribed' && stanza.attrs.from === number, 'the answer');
  await alice.wait((stanza) => stanza.is('presence') && !stanza.attrs.type && stanza.attrs.from === number, 'that it is there');
  const { iqCaller } = alice.xmpp;
  const info = await iqCaller.get(xml('query', 'http://jabber.org/protocol/disco#info'), number);
  assert.ok(info.getChildren('feature').some((feature) => feature.attrs.var === receipts));
  assert.equal((await iqCaller.get(xml('vCard', 'vcard-temp'), number)).getChildText('FN'), '8312 3456 7890 1210');
  await iqCaller.request(xml('iq', { type: 'get', to: component }, xml('ping', 'urn:xmpp:ping')));
  await assert.rejects(iqCaller.get(xml('query', 'jabber:iq:last'), number), { condition: 'service-unavailable' });
  await assert.rejects(iqCaller.get(xml('query', 'http://jabber.org/protocol/disco#info'), `nobody@${component}`), { condition: 'item-not-found' });
});

test('the owner reads who writes before the text', { skip }, async () => {
  await channel.send({ to: 'bob@localhost', text: 'to you', owner: 'yes' });
  await bob.wait((stanza) => body(stanza) === 'From 8345 0000 0000 0015 (dmid)\n\nto you', 'the message');
});

test('a wrong secret is said to be one', { skip }, async () => {
  const folder = temporaryFolder('xmpp-wrong');
  const wrong = join(folder.path, 'secret');
  writeFileSync(wrong, 'another\n', { mode: 0o600 });
  const other = await startXmppHost(server.place, component, wrong);
  const attempt = await other.send({ to: 'bob@localhost', text: 'x' });
  assert.deepEqual([attempt.outcome, attempt.code], ['unreachable', 'channel.auth-failed']);
  assert.equal(await other.stop(), 0);
  folder.remove();
});

test('after the server was killed the channel says so, and comes back with it', { skip }, async () => {
  await Promise.all([alice.stop(), bob.stop()]);
  await server.kill();
  await until(async () => (await channel.send({ to: 'alice@localhost', text: 'lost', leg: 'aa'.repeat(32) })).outcome === 'unreachable', 'unreachable');
  await server.restart();
  alice = await startPerson(server, 'alice', 'wonder');
  bob = await startPerson(server, 'bob', 'builder');
  await until(async () => (await channel.send({ to: 'alice@localhost', text: 'back', leg: 'bb'.repeat(32) })).outcome === 'accepted', 'accepted', 30);
  await alice.wait((stanza) => body(stanza) === 'back', 'the message');
  await bob.say(number, 'still there?');
  await heard('still there?');
});
