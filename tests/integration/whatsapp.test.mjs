// SPDX-License-Identifier: Apache-2.0
// The WhatsApp channel before a double of Meta's Cloud API; the double before whatsapp-api-js, a client that others
// wrote, which sends to it and reads what its webhook brings.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { WhatsAppAPI } from 'whatsapp-api-js';
import { BodyComponent, BodyParameter, Document, Image, Language, Reaction, Template, Text } from 'whatsapp-api-js/messages';
import { until } from '../peers/process.mjs';
import { startWhatsAppApi } from '../peers/whatsapp_api.mjs';
import { startWhatsAppHost, whatsappHostMissing } from '../peers/whatsapp_host.mjs';

const missing = whatsappHostMissing();
const number = '8312 3456 7890 1210';
const templates = [{ name: 'message_waiting', language: 'en', parameters: 0 }, { name: 'with_text', language: 'en', parameters: 1 }];

/** whatsapp-api-js, which knows Meta's address alone, before the double. */
function clientOf(api, more = {}) {
  const here = (url, options) => fetch(`${url}`.replace('https://graph.facebook.com', api.url), options);
  return new WhatsAppAPI({ token: api.token, appSecret: api.appSecret, webhookVerifyToken: api.verifyToken, v: 'v24.0', ponyfill: { fetch: here }, ...more });
}

test('the double answers whatsapp-api-js as the Cloud API does', async () => {
  const api = await startWhatsAppApi(templates);
  const ann = api.user('491701234567', 'Ann');
  const client = clientOf(api);
  const send = (message, context, callback) => client.sendMessage(api.phoneId, '491701234567', message, context, callback);
  try {
    const question = ann.says('hello');
    const sent = await send(new Text('Grüße 🦉'), question, 'callback');
    assert.equal(sent.contacts[0].wa_id, '491701234567');
    assert.deepEqual(ann.messages()[0], { id: sent.messages[0].id, text: 'Grüße 🦉', answers: question });
    await send(new Reaction(question, '👍'));
    assert.deepEqual(ann.messages()[1].reaction, { message_id: question, emoji: '👍' });
    const form = new FormData();
    form.set('file', new Blob(['%PDF'], { type: 'application/pdf' }), 'a.pdf');
    const { id: media } = await client.uploadMedia(api.phoneId, form);
    await send(new Document(media, true, 'see', 'a.pdf'));
    assert.equal(ann.messages()[2].document.caption, 'see');
    const { url, file_size: size } = await client.retrieveMedia(media);
    assert.equal(size, '4');
    assert.equal(await (await client.fetchMedia(url)).text(), '%PDF');
    assert.equal((await send(new Image(media, true))).error.code, 131053);
    assert.ok((await send(new Template('with_text', new Language('en'), new BodyComponent(new BodyParameter('one'))))).messages);
    assert.deepEqual(ann.messages()[3].parameters, ['one']);
    assert.equal((await send(new Template('unheard_of', new Language('en')))).error.code, 132001);
    assert.equal((await client.sendMessage(api.phoneId, '15550000000', new Text('x'))).error.code, 131026);
    assert.deepEqual(await client.markAsRead(api.phoneId, question), { success: true });
    const stranger = clientOf(api, { token: 'guess' });
    assert.equal((await stranger.sendMessage(api.phoneId, '491701234567', new Text('x'))).error.code, 190);
  } finally {
    await api.stop();
  }
});

test('whatsapp-api-js verifies and reads what the double\'s webhook brings', async () => {
  const api = await startWhatsAppApi(templates);
  const ann = api.user('491701234567', 'Ann');
  const client = clientOf(api);
  const got = [];
  client.on.message = ({ from, name, message }) => { got.push({ from, name, message }); };
  client.on.status = ({ id, status, phone, error, biz_opaque_callback_data: callback }) => { got.push({ id, status, phone, error, callback }); };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString();
    const query = Object.fromEntries(new URL(request.url, 'http://x').searchParams);
    try {
      if (request.method === 'GET') response.end(client.get(query));
      else { await client.post(JSON.parse(raw), raw, request.headers['x-hub-signature-256']); response.end(); }
    } catch (error) { response.writeHead(error.httpStatus ?? 500).end(); }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  try {
    await api.setWebhook(`http://127.0.0.1:${server.address().port}/`);
    const wamid = ann.says('Grüße 🦉');
    await until(() => got.length === 1, 'the message');
    assert.deepEqual([got[0].from, got[0].name, got[0].message.id, got[0].message.text.body], ['491701234567', 'Ann', wamid, 'Grüße 🦉']);
    const { messages: [{ id }] } = await client.sendMessage(api.phoneId, '491701234567', new Text('x'), undefined, 'mine');
    await until(() => got.some(({ status }) => status === 'delivered'), 'the status');
    assert.deepEqual(got.find(({ status }) => status === 'delivered'), { id, status: 'delivered', phone: '491701234567', error: undefined, callback: 'mine' });
    ann.ages();
    await client.sendMessage(api.phoneId, '491701234567', new Text('too late'));
    await until(() => got.some(({ status }) => status === 'failed'), 'the failure');
    assert.equal(got.find(({ status }) => status === 'failed').error.code, 131047);
    assert.ok(api.hooks.every(({ status }) => status === 200), 'every signature was good');
  } finally {
    server.close();
    server.closeAllConnections();
    await api.stop();
  }
});

let api;
let host;
let ann;
before(async () => {
  if (missing) return;
  api = await startWhatsAppApi(templates);
  ann = api.user('491701234567', 'Ann\nB');
  host = await startWhatsAppHost(api, 'message_waiting');
  await api.setWebhook(`http://127.0.0.1:${host.port}/whatsapp`);
});
after(async () => {
  if (!host) return;
  for (const secret of [api.token, api.appSecret, api.verifyToken]) assert.ok(!host.output().includes(secret), 'a secret was shown');
  assert.equal(await host.stop(), 0);
  await api.stop();
});
const heard = (probe, what) => host.wait((line) => line.event === 'heard' && probe(line), what);
const report = (id, fate) => host.wait((line) => line.event === 'report' && line.known_as === id && line.fate === fate, `${fate} of ${id}`);
const trouble = async () => { await host.ask({ op: 'trouble' }); return host.said.filter(({ event }) => event === 'trouble').at(-1).words; };

test('only who knows the verify token or the app secret gets in', { skip: missing }, async () => {
  assert.match(await trouble(), /has not called/);
  const url = `http://127.0.0.1:${host.port}/whatsapp`;
  assert.equal((await fetch(`${url}?hub.mode=subscribe&hub.verify_token=x&hub.challenge=1`)).status, 403);
  assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 403);
  assert.equal((await fetch(url, { method: 'POST', body: '{}', headers: { 'X-Hub-Signature-256': `sha256=${'0'.repeat(64)}` } })).status, 403);
  assert.equal(host.heard().length, 0);
});

test('outside the 24 hours a template asks, and the message follows when the person wrote', { skip: missing }, async () => {
  const early = await host.send('+491701234567', 'secret words');
  assert.equal(early.outcome, 'deferred', early.detail);
  assert.ok(early.retry_at > Date.now());
  assert.deepEqual(ann.messages().map(({ template }) => template), ['message_waiting']);
  assert.equal((await host.send('+491701234567', 'secret words')).outcome, 'deferred');
  assert.equal(ann.messages().length, 1, 'asked once');
  ann.says('here I am');
  const line = await heard(({ text }) => text === 'here I am', 'the line');
  assert.deepEqual([line.kind, line.account, line.called], ['said', '+491701234567', 'Ann B']);
  assert.equal(await trouble(), '');
  const sent = await host.send('+491701234567', 'secret words');
  assert.equal(sent.outcome, 'accepted', sent.detail);
  assert.equal(ann.messages().at(-1).text, `${number}\n\nsecret words`);
});

test('answers go both ways by the ids that the platform gave, and receipts come back', { skip: missing }, async () => {
  const question = ann.says('a question: Grüße 🦉 \u202eابج');
  const line = await heard(({ text }) => text.startsWith('a question'), 'the question');
  assert.equal(line.text, 'a question: Grüße 🦉 \u202eابج');
  assert.equal(line.id, question);
  const { known_as: [id] } = await host.send('+491701234567', 'an answer', { quotes: line.id });
  assert.equal(ann.messages().at(-1).answers, question);
  assert.equal((await report(id, 'delivered')).account, '+491701234567');
  ann.reads(id);
  await report(id, 'read');
  ann.says('thanks', id);
  assert.equal((await heard(({ text }) => text === 'thanks', 'the thanks')).answers, id);
  ann.chooses('Yes', id);
  assert.equal((await heard(({ text }) => text === 'Yes', 'the choice')).answers, id);
});

test('a status that comes before its message is known is not lost', { skip: missing }, async () => {
  api.eager(true);
  const { known_as: [id] } = await host.send('+491701234567', 'quick');
  api.eager(false);
  await report(id, 'delivered');
  assert.ok(host.said.some((line) => line.event === 'unknown' && line.known_as === id), 'it came too early');
});

test('reactions go both ways, edits and what is taken back come in', { skip: missing }, async () => {
  const message = ann.says('frist');
  ann.edits(message, 'first');
  const edit = await heard(({ kind }) => kind === 'edited', 'the edit');
  assert.deepEqual([edit.of, edit.text], [message, 'first']);
  ann.reacts(message, '🔥');
  assert.equal((await heard(({ kind, text }) => kind === 'reacted' && text === '🔥', 'the reaction')).of, message);
  ann.reacts(message);
  await heard(({ kind, text }) => kind === 'reacted' && text === '', 'the end of the reaction');
  ann.revokes(message);
  assert.equal((await heard(({ kind }) => kind === 'taken_back', 'what was taken back')).of, message);
  for (const emoji of ['🦖', '']) {
    const attempt = await host.send('+491701234567', emoji, { kind: 'reacted', of: [message] });
    assert.equal(attempt.outcome, 'accepted', attempt.detail);
    assert.deepEqual(ann.messages().at(-1).reaction, { message_id: message, emoji });
  }
  ann.unsupported();
  assert.match((await heard(({ lost }) => lost.includes('does not give'), 'what was lost')).lost, /kind/);
});

test('files go both ways, whole and by their kinds', { skip: missing }, async () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7) % 256));
  ann.sends('document', { name: 'a.pdf', type: 'application/pdf', bytes }, 'see this');
  const line = await heard(({ text }) => text === 'see this', 'the document');
  assert.deepEqual(line.files, [{ name: 'a.pdf', type: 'application/pdf', size: 300_000, front: bytes.subarray(0, 64).toString('base64') }]);
  ann.sends('audio', { type: 'audio/ogg; codecs=opus', bytes: Buffer.from('OggS') });
  await until(() => host.heard().some(({ files }) => files[0]?.type === 'audio/ogg'), 'the voice');
  const files = [
    { name: 'p.png', type: 'image/png', base64: bytes.toString('base64') },
    { name: 'film.mkv', type: 'video/x-matroska', base64: 'AAAA' },
    { name: 'notes.txt', type: 'text/plain', base64: 'aGVsbG8=' },
  ];
  const attempt = await host.send('+491701234567', 'three files', { files });
  assert.equal(attempt.outcome, 'accepted', attempt.detail);
  assert.equal(attempt.known_as.length, 4);
  const [, image, refused, document] = ann.messages().slice(-4);
  assert.deepEqual(image.image.bytes, bytes);
  assert.match(refused.text, /film\.mkv/);
  assert.deepEqual([document.document.filename, document.document.bytes.toString()], ['notes.txt', 'hello']);
});

test('a node that cannot take it is asked again, and a batch is handed in once', { skip: missing }, async () => {
  await until(() => api.waiting() === 0, 'the queue');
  await host.ask({ op: 'inbox', yes: 'later' });
  const release = api.hold();
  api.batch(3);
  for (const text of ['batch 1', 'batch 2', 'batch 3']) ann.says(text);
  release();
  await until(() => api.hooks.some(({ status }) => status === 503), 'the 503');
  await host.ask({ op: 'inbox', yes: 'yes', say: 'Which number?' });
  await until(() => api.waiting() === 0, 'the end of the queue');
  api.batch(1);
  const texts = host.heard().map(({ text }) => text).filter((text) => text.startsWith('batch'));
  assert.deepEqual(texts.slice(-3), ['batch 1', 'batch 2', 'batch 3']);
  assert.equal(texts.filter((text) => text === 'batch 3').length, 1);
  assert.equal(ann.messages().filter(({ text }) => text === 'Which number?').length, 3);
  const again = api.hooks.filter(({ raw }) => raw.includes('batch 3')).at(-1);
  const repeated = await fetch(`http://127.0.0.1:${host.port}/whatsapp`, { method: 'POST', body: again.raw, headers: { 'X-Hub-Signature-256': again.signature } });
  assert.equal(repeated.status, 200);
  assert.equal(host.heard().filter(({ text }) => text === 'batch 3').length, 1, 'Meta repeats for seven days');
  await host.ask({ op: 'inbox', yes: 'yes' });
});

test('refusals, limits and failures are what they are', { skip: missing }, async () => {
  const refused = async (...how) => { api.refuseNext(...how); return host.send('+491701234567', 'hello there'); };
  const undeliverable = await refused(400, 131026, 'Message undeliverable');
  assert.equal(undeliverable.outcome, 'refused');
  assert.match(undeliverable.detail, /131026/);
  const slow = await refused(429, 130429, 'Rate limit hit');
  assert.equal(slow.outcome, 'deferred');
  assert.ok(slow.retry_at > Date.now());
  const expired = await refused(401, 190, 'Session has expired');
  assert.deepEqual([expired.outcome, expired.code], ['unreachable', 'channel.auth-failed']);
  assert.match(await trouble(), /access token/);
  const { known_as: [id] } = await host.send('+491701234567', 'hello again');
  assert.equal(await trouble(), '');
  api.status(id, 'failed', { code: 131049, title: 'not delivered to maintain healthy ecosystem engagement' });
  assert.match((await report(id, 'failed')).detail, /131049/);
});

test('people who show no number, and numbers that change', { skip: missing }, async () => {
  const bob = api.user('US.13491208655302741918', 'Bob');
  bob.says('from behind a name');
  assert.equal((await heard(({ text }) => text === 'from behind a name', 'the line')).account, 'US.13491208655302741918');
  assert.equal((await host.send('US.13491208655302741918', 'hello Bob')).outcome, 'accepted');
  assert.match(bob.messages()[0].text, /hello Bob/);
  const carol = api.user('15550001111', 'Carol', { userId: 'US.777' });
  carol.moves('15550002222');
  assert.equal((await host.wait(({ event }) => event === 'changed', 'the change')).account, '+15550001111');
});

test('the 24 hours survive a restart', { skip: missing }, async () => {
  assert.equal(await host.stop(true), 0);
  host = await startWhatsAppHost(api, 'message_waiting', host.folder);
  const attempt = await host.send('+491701234567', 'after the restart');
  assert.equal(attempt.outcome, 'accepted', attempt.detail);
  assert.match(ann.messages().at(-1).text, /after the restart/);
});
