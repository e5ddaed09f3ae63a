// SPDX-License-Identifier: Apache-2.0
// One owner, one policy, and people who write from XMPP, a telephone, Signal, WhatsApp, Telegram and a program: a node with
// all of these channels before prosody, npm smpp, npm standardwebhooks, and doubles of signal-cli, the Cloud API and the Bot
// API.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startPlatforms } from '../e2e/lib/platforms.mjs';
import { silentTeller } from '../e2e/lib/teller.mjs';
import { stack } from '../e2e/steps/1_stack.mjs';
import { mint, policyToml, publish } from '../e2e/steps/2_owner.mjs';
import { makeCertificate } from '../peers/certificate.mjs';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { until } from '../peers/process.mjs';
import { component, prosodyMissing } from '../peers/prosody.mjs';
import { startPerson } from '../peers/xmpp.mjs';

const skip = dmidMissing() ?? postfixMissing() ?? prosodyMissing() ?? false;
const story = { teller: silentTeller() };
const parts = {};
const dana = '7ccae375-cd51-4c82-8b1e-7be3280aa485';
const phone = '+4915112345678';

/** What the bot says to Anna, from the first on. */
const toAnna = () => parts.telegram.calls.filter(({ method }) => method === 'sendMessage').map(({ parameters }) => parameters.text);
const annaReads = (fits, what) => until(() => toAnna().find(fits), `Anna reads ${what}`);
const request = (fits, what) => story.a.message(fits, what, 20, { requests: true });
const codeOf = (text) => /Code: (\S+)/.exec(text)?.[1];

before(async () => {
  if (skip) return;
  await stack(story, { people: ['A'] });
  const { a } = story;
  Object.assign(parts, await startPlatforms(a.home, { accounts: { carl: 'carl-s' }, tls: makeCertificate(a.home) }));
  const allowed = story.world.allowed;
  story.world.allowed = () => [...allowed(), parts.hook.authority];
  a.configure({ platforms: parts.toml });
  await mint(a);
  a.configure();
  await publish(a);
  await a.startNode();
  await a.serving();
  parts.carl = await startPerson(parts.prosody, 'carl', 'carl-s');
  parts.anna = parts.telegram.user(7000421795, 'Anna');
  parts.emil = parts.whatsapp.user('33612345678', 'Emil');
  parts.dana = parts.signal.person(dana, { name: 'Dana', number: '+33123456789' });
});
after(async () => {
  if (skip) return;
  await story.world?.stop();
  await parts.carl?.stop();
  await parts.stop?.();
});

test('the owner binds Telegram with the code that the bot brings', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  parts.anna.says('hello?');
  await annaReads((text) => /Begin with the number/.test(text), 'how to begin');
  await a.do(['bind', 'telegram', '7000421795']);
  const words = await annaReads((text) => codeOf(text) !== undefined, 'the code');
  assert.equal((await a.do(['bind', 'confirm', 'telegram', codeOf(words)])).state, 'bound');
  const file = join(a.home, 'policy.toml');
  writeFileSync(file, policyToml.replace('"email"', '"telegram"'));
  await a.sign(['policy', 'set', file]);
});

test('a stranger on XMPP asks, is let in, and talks with the owner who is on Telegram', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  const jid = `${a.number.replaceAll(' ', '')}@${component}`;
  await parts.carl.say(jid, 'Grüße aus XMPP 🦉');
  const { id, with: sender } = await request(({ text }) => text === 'Grüße aus XMPP 🦉', 'the request');
  assert.match(JSON.stringify(sender), /xmpp:carl@localhost/);
  assert.ok(!toAnna().some((text) => text.includes('Grüße aus XMPP')), 'a request rings nowhere');
  await a.do(['accept', id]);
  const brought = await annaReads((text) => text.includes('Grüße aus XMPP 🦉'), 'the message');
  assert.match(brought, /carl@localhost/);
  parts.anna.says('Hallo Carl', parts.anna.find((text) => text === brought));
  const answer = await parts.carl.wait((stanza) => stanza.is('message') && stanza.getChildText('body')?.includes('Hallo Carl'), 'the answer');
  assert.equal(answer.attrs.from.split('/')[0], jid);
  assert.ok(!String(answer).includes('7000421795'), 'nothing of where the owner is');
});

test('a telephone proves nothing: it is told what would do, and where the owner lets it ask it is answered', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  await parts.fromPhone(phone, `${a.number} Hi by phone`, 'refused');
  const refusal = await parts.sms.where('submit', ({ destination }) => destination === phone.slice(1));
  assert.match(refusal.text, /not sent/i);
  assert.ok(refusal.text.includes(a.number), refusal.text);
  const file = join(a.home, 'open.toml');
  writeFileSync(file, policyToml.replace('"email"', '"telegram"').replace('[[rule]]\nwho  = ["anonymous"]', `[[rule]]
who     = ["anonymous"]
channel = ["sms"]
do      = "request"
rate    = "20 per hour"

[[rule]]
who  = ["anonymous"]`));
  await a.sign(['policy', 'set', file]);
  await parts.fromPhone(phone, `${a.number} Hi again by phone`, 'asked');
  const asked = await request(({ text }) => text === 'Hi again by phone', 'the request');
  assert.match(JSON.stringify(asked), /unproven/);
  await a.do(['reply', asked.id, 'Who is there?']);
  const sent = await parts.sms.where('submit', ({ text }) => text.includes('Who is there?'));
  assert.equal(sent.destination, phone.slice(1));
});

test('somebody on Signal asks; a new safety number is told to the owner who is bound there', { skip, timeout: 90_000 }, async () => {
  const { a } = story;
  parts.dana.says(`${a.number} Salut`);
  const { with: sender } = await request(({ text }) => text === 'Salut', 'the request');
  assert.match(JSON.stringify(sender), new RegExp(`signal:${dana}`));
  await a.do(['bind', 'signal', '+33123456789']);
  const code = await until(() => parts.dana.messages.map(({ text }) => codeOf(text)).find(Boolean), 'the code on Signal');
  await a.do(['bind', 'confirm', 'signal', code]);
  const binding = async () => (await a.do(['channels'], { told: false })).bindings.find(({ label }) => label === 'signal');
  assert.equal((await binding()).address, dana, 'the number was asked about once; the account is what is bound');
  parts.dana.changesKey();
  parts.dana.says('Salut encore');
  await until(async () => (await binding()).state === 'quarantined', 'the quarantine', 60);
});

test('somebody on WhatsApp is let in through the webhook on the node\'s own door, and gets answers and reactions', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  await parts.whatsapp.setWebhook(`${a.door.url}/v1/channels/whatsapp`);
  const wamid = parts.emil.says(`${a.number} Bonjour 🥐`);
  const { id, with: sender } = await request(({ text }) => text === 'Bonjour 🥐', 'the request');
  assert.match(JSON.stringify(sender), /whatsapp:\+33612345678/);
  await a.do(['accept', id]);
  const brought = await annaReads((text) => text.includes('Bonjour 🥐'), 'the message');
  parts.anna.says('Salut Emil', parts.anna.find((text) => text === brought));
  const answer = await until(() => parts.emil.messages().find(({ text }) => text?.includes('Salut Emil')), 'the answer');
  assert.ok(answer.text.includes(a.number), answer.text);
  await a.do(['react', id, '👍']);
  const { reaction } = await until(() => parts.emil.messages().find((one) => one.reaction), 'the reaction');
  assert.deepEqual(reaction, { message_id: wamid, emoji: '👍' });
  const forged = await fetch(`${a.door.url}/v1/channels/whatsapp`, { method: 'POST', body: '{}', headers: { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` } });
  assert.equal(forged.status, 403);
});

const posts = (body, secret) => parts.post(story.a.door.url, body, secret);
const taken = (server, fits, what) => until(() => server.taken.find(({ data }) => fits(data)), what);

test('a program asks by its signature and is answered at its URL', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  const said = { from: 'ci/builds', called: 'The builds', to: a.number, text: 'The build is red.' };
  assert.equal((await posts({ ...said, from: 'ci/others' }, parts.programSecret)).status, 403);
  assert.equal((await posts(said, parts.programSecret)).status, 200);
  const { id, with: sender } = await request(({ text }) => text === said.text, 'the request');
  assert.match(JSON.stringify(sender), /webhook:ci\/builds/);
  await a.do(['accept', id]);
  const brought = await annaReads((text) => text.includes(said.text), 'the message');
  parts.anna.says('Who broke it?', parts.anna.find((text) => text === brought));
  const { data } = await taken(parts.program, ({ text }) => text === 'Who broke it?', 'the answer');
  assert.deepEqual([data.to, data.number, data.from], ['ci/builds', a.number, undefined]);
});

test('an owner binds a URL, is shown its secret, reads there and answers from there', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  await a.do(['bind', 'webhook', parts.hook.url]);
  const code = await taken(parts.hook, ({ text }) => codeOf(text) !== undefined, 'the code');
  const bound = await a.do(['bind', 'confirm', 'webhook', codeOf(code.data.text)]);
  assert.equal(bound.state, 'bound');
  parts.hook.trust(bound.secret);
  const file = join(a.home, 'webhook.toml');
  writeFileSync(file, policyToml.replace('"email"', '"webhook"'));
  await a.sign(['policy', 'set', file]);
  assert.equal((await posts({ from: 'ci/builds', to: a.number, text: 'Green again.' }, parts.programSecret)).status, 200);
  const { data } = await taken(parts.hook, ({ text }) => text === 'Green again.', 'the message at the URL');
  assert.match(data.from, /ci\/builds/);
  assert.ok(data.proofs.length > 0);
  assert.equal((await posts({ from: parts.hook.url, replies_to: data.id, text: 'Thanks.' }, parts.programSecret)).status, 401);
  // A program can be quicker than the node, which writes down what it sent once it has the server's 200: it is told so.
  await until(async () => {
    const answered = await posts({ from: parts.hook.url, replies_to: data.id, text: 'Thanks.' }, bound.secret);
    assert.equal(answered.status, 200);
    return (await answered.json()).say === undefined;
  }, 'the answer being taken');
  const answer = await taken(parts.program, ({ text }) => text === 'Thanks.', 'the answer');
  assert.ok(!JSON.stringify(answer).includes(parts.hook.authority), 'nothing of where the owner is');
  assert.deepEqual(parts.hook.refused, []);
});

test('a channel that lost its service says so in words', { skip, timeout: 60_000 }, async () => {
  const { a } = story;
  await parts.prosody.kill();
  const trouble = async () => (await a.do(['channels'], { told: false })).channels.find(({ name }) => name === 'xmpp').trouble;
  await until(async () => (await trouble()) !== '', 'the trouble');
  const words = await a.do(['channels'], { told: false, json: false });
  assert.match(words, /xmpp does not work at present: /);
  await parts.prosody.restart();
  await until(async () => (await trouble()) === '', 'the return', 40);
});
