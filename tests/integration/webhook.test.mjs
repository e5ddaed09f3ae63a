// SPDX-License-Identifier: Apache-2.0
// The webhook channel before standardwebhooks, which others wrote: it verifies what the channel sends, and signs what the
// channel takes.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { makeCertificate } from '../peers/certificate.mjs';
import { temporaryFolder } from '../peers/process.mjs';
import { startWebhookHost, webhookHostMissing } from '../peers/webhook_host.mjs';
import { startWebhookServer } from '../peers/webhook_server.mjs';

const folder = temporaryFolder('webhook-tls');
const missing = webhookHostMissing();
const secret = `whsec_${randomBytes(32).toString('base64')}`;
const token = randomBytes(33).toString('base64');
let owner;
let program;
let host;

before(async () => {
  if (missing) return;
  const tls = makeCertificate(folder.path);
  owner = await startWebhookServer(tls);
  program = await startWebhookServer(tls);
  program.trust(secret);
  host = await startWebhookHost({ allowed: [owner.authority], ca: tls.cert, programUrl: program.url, secret, token });
  owner.trust(await host.secretOf(owner.url));
});

after(async () => {
  folder.remove();
  if (missing) return;
  const output = host.output();
  assert.equal(await host.stop(), 0);
  await owner.close();
  await program.close();
  for (const hidden of [secret, token, host.nodeSecret]) assert.ok(!output.includes(hidden));
});

const post = (body, headers) => fetch(host.url, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });
const withToken = (body, value = token) => post(body, { authorization: `Bearer ${value}` });
/** As a user of the package signs. */
const signed = (body, key, { id = `msg_${randomBytes(8).toString('hex')}`, at = new Date() } = {}) => {
  const text = JSON.stringify(body);
  return post(text, { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook(key).sign(id, at, text) });
};

test('standardwebhooks verifies what goes to a bound URL, under one id for all attempts', { skip: missing }, async () => {
  const attempt = await host.send(owner.url, 'Grüße 🦉 שלום', { owner: true, leg: 1 });
  assert.equal(attempt.outcome, 'accepted', attempt.detail);
  assert.deepEqual(owner.refused, []);
  const message = owner.taken.at(-1);
  assert.equal(message.path, '/hook?k=1');
  assert.equal(message.type, 'message.said');
  assert.equal(message.data.text, 'Grüße 🦉 שלום');
  assert.equal(message.data.from, '8345 0000 0000 0015');
  assert.equal(message.headers['webhook-id'], attempt.known_as[0]);
  const again = await host.send(owner.url, 'Grüße 🦉 שלום', { owner: true, leg: 1 });
  assert.deepEqual(again.known_as, attempt.known_as);
  assert.notDeepEqual((await host.send(owner.url, 'other', { owner: true, leg: 2 })).known_as, attempt.known_as);
});

test('a server that has another secret verifies nothing, and the channel takes that for a refusal', { skip: missing }, async () => {
  owner.trust(secret);
  const attempt = await host.send(owner.url, 'hello');
  assert.equal(attempt.outcome, 'refused');
  assert.equal(owner.refused.at(-1), 'No matching signature found');
  owner.trust(await host.secretOf(owner.url));
});

test('files and changes go to a program, signed with its own secret', { skip: missing }, async () => {
  const file = { name: 'a.txt', type: 'text/plain', base64: Buffer.from('abc').toString('base64') };
  const attempt = await host.send('ci/team-a', 'see', { files: [file], quotes: 'm1' });
  assert.equal(attempt.outcome, 'accepted', attempt.detail);
  const message = program.taken.at(-1);
  assert.equal(message.data.to, 'ci/team-a');
  assert.equal(message.data.replies_to, 'm1');
  assert.equal(message.data.from, undefined);
  assert.deepEqual(message.data.files, [{ name: 'a.txt', media_type: 'text/plain', size: 3, base64: 'YWJj' }]);
  await host.send('ci/team-a', '🦉', { kind: 'reacted', of: ['m1'], leg: 9 });
  assert.deepEqual([program.taken.at(-1).type, program.taken.at(-1).data.of], ['message.reacted', ['m1']]);
  assert.equal((await host.send('ci/others', 'hello')).outcome, 'refused');
});

test('statuses are what they mean: wait, broken, gone', { skip: missing }, async () => {
  owner.answer(429, { 'retry-after': '30' });
  const busy = await host.send(owner.url, 'hello');
  assert.equal(busy.outcome, 'deferred');
  assert.ok(busy.retry_at > Date.now());
  owner.answer(500);
  assert.equal((await host.send(owner.url, 'hello')).outcome, 'deferred');
  owner.answer(308, { location: '/elsewhere' });
  const count = owner.taken.length;
  assert.equal((await host.send(owner.url, 'hello')).outcome, 'deferred');
  assert.equal(owner.taken.length, count + 1);
  owner.answer(410);
  assert.equal((await host.send(owner.url, 'hello')).outcome, 'refused');
  assert.equal((await host.wait(({ event }) => event === 'moved', 'the word of a URL that is gone')).account, owner.url);
  owner.answer(200);
});

test('a program comes in by what standardwebhooks signs', { skip: missing }, async () => {
  const response = await signed({ from: 'ci/builds', to: '8312 3456 7890 1210', text: 'The build is red. 🦉' }, secret, { id: 'msg_1' });
  assert.equal(response.status, 200);
  assert.deepEqual(await response.json(), { status: 'taken' });
  const line = host.heard().at(-1);
  assert.deepEqual([line.account, line.id, line.to, line.text, line.proven], ['ci/builds', 'msg_1', '8312345678901210', 'The build is red. 🦉', true]);
  const count = host.heard().length;
  const body = { from: 'ci/builds', to: '8312 3456 7890 1210', text: 'The build is red. 🦉' };
  assert.deepEqual(await (await signed(body, secret, { id: 'msg_1' })).json(), { status: 'known' });
  assert.equal((await signed({ ...body, text: 'Another.' }, secret, { id: 'msg_1' })).status, 409);
  assert.equal((await signed(body, secret, { at: new Date(Date.now() - 360_000) })).status, 401);
  assert.equal((await signed(body, `whsec_${randomBytes(32).toString('base64')}`)).status, 401);
  assert.equal((await signed({ ...body, from: 'ci/others' }, secret)).status, 403);
  assert.equal(host.heard().length, count);
});

test('an owner answers as their URL, with the secret that they were shown', { skip: missing }, async () => {
  const key = await host.secretOf(owner.url);
  const { known_as: [id] } = await host.send(owner.url, 'A question.', { owner: true, leg: 3 });
  assert.equal((await signed({ from: owner.url, replies_to: id, text: 'An answer.' }, key)).status, 200);
  const line = host.heard().at(-1);
  assert.deepEqual([line.account, line.answers, line.text], [owner.url, id, 'An answer.']);
  assert.equal((await signed({ from: 'https://other.example/', text: 'As somebody else.' }, key)).status, 401);
});

test('a program comes in by its token, hears what the node says, and reports', { skip: missing }, async () => {
  await host.ask({ op: 'inbox', yes: 'yes', say: 'Which number?' });
  assert.deepEqual(await (await withToken({ id: 'm1', from: 'ci/team-b', text: 'hello' })).json(), { status: 'taken', say: 'Which number?' });
  await host.ask({ op: 'inbox', yes: 'later' });
  const later = await withToken({ id: 'm2', text: 'hello' });
  assert.deepEqual([later.status, later.headers.get('retry-after')], [503, '5']);
  await host.ask({ op: 'inbox', yes: 'yes' });
  assert.equal((await withToken({ id: 'm2', text: 'hello' })).status, 200);
  assert.equal((await withToken({ id: 'm3', text: 'hello' }, `${token.slice(0, -1)}!`)).status, 401);
  assert.equal((await post({ id: 'm3', text: 'hello' }, {})).status, 401);
  assert.equal((await fetch(host.url)).status, 405);
  assert.equal((await withToken({ type: 'message.read', from: 'ci/team-b', of: 'msg_x' })).status, 200);
  assert.equal(host.events('reported').at(-1).known_as, 'msg_x');
});
