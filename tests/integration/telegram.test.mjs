// SPDX-License-Identifier: Apache-2.0
// The Telegram channel before telegram-test-api, which others wrote, and before a double of the Bot API for what that
// lacks; the double before grammY, a client that others wrote.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Api, GrammyError, InputFile } from 'grammy';
import TelegramServer from 'telegram-test-api';
import { freePort, until } from '../peers/process.mjs';
import { startTelegramApi } from '../peers/telegram_api.mjs';
import { startTelegramHost, telegramHostMissing, webhookSecret } from '../peers/telegram_host.mjs';

const missing = telegramHostMissing();
const number = '8312 3456 7890 1210';

test('telegram-test-api: texts, answers to us, edits and deletions', { skip: missing }, async () => {
  const token = '5:sampleToken';
  const server = new TelegramServer({ port: await freePort(), host: '127.0.0.1', storage: 'RAM' });
  await server.start();
  const host = await startTelegramHost({ url: server.config.apiURL, token }, 'poll');
  try {
    const client = server.getClient(token, { userId: 77, chatId: 77, firstName: 'Ann' });
    await client.sendMessage(client.makeMessage('Grüße 🦉'));
    const line = await host.wait(({ text }) => text === 'Grüße 🦉', 'the line');
    assert.deepEqual([line.kind, line.account, line.called], ['said', '77', 'Ann']);
    await client.sendCommand(client.makeCommand('/start 8312345678901210'));
    await host.wait(({ text }) => text === '8312345678901210', 'the deep link');

    const attempt = await host.send(77, 'hello');
    assert.equal(attempt.outcome, 'accepted', attempt.detail);
    assert.equal(attempt.known_as.length, 1);
    const history = () => server.storage.botMessages.map(({ message }) => message.text);
    assert.deepEqual(history(), [`${number}\n\nhello`]);
    assert.equal((await host.send(77, 'hello, changed', { kind: 'edited', of: attempt.known_as })).outcome, 'accepted');
    assert.deepEqual(history(), [`${number}\n\nhello, changed`]);
    assert.equal((await host.send(77, '', { kind: 'taken_back', of: attempt.known_as })).outcome, 'accepted');
    assert.deepEqual(history(), []);
    const long = await host.send(77, `${'x'.repeat(4000)} ${'ä'.repeat(3000)}`);
    assert.equal(long.known_as.length, 2);
    assert.ok(history()[1].startsWith('[2/2]\n'));
    assert.ok(!host.output().includes('sampleToken'));
  } finally {
    assert.equal(await host.stop(), 0);
    await server.stop();
  }
});

test('the double answers grammY as the Bot API does', async () => {
  const api = await startTelegramApi();
  const bot = new Api(api.token, { apiRoot: api.url });
  const refused = (promise) => promise.then(() => undefined, (error) => (error instanceof GrammyError ? [error.error_code, error.description] : error));
  try {
    const ann = api.user(42, 'Ann');
    assert.equal((await bot.getMe()).username, 'node_bot');
    assert.deepEqual(await refused(bot.sendMessage(42, 'x')), [400, 'Bad Request: chat not found']);
    const said = ann.says('hello');
    const [update] = await bot.getUpdates({ timeout: 5 });
    assert.equal(update.message.text, 'hello');
    const sent = await bot.sendMessage(42, 'hi', { reply_parameters: { message_id: said } });
    assert.equal(sent.reply_to_message.message_id, said);
    await bot.editMessageText(42, sent.message_id, 'hi!');
    assert.equal(ann.message(sent.message_id).text, 'hi!');
    await bot.setMessageReaction(42, said, [{ type: 'emoji', emoji: '👍' }]);
    assert.deepEqual(ann.message(said).reaction, ['👍']);
    const document = await bot.sendDocument(42, new InputFile(Buffer.from('bytes'), 'a.txt'), { caption: 'see' });
    const { file_path: path } = await bot.getFile(document.document.file_id);
    assert.equal(await (await fetch(`${api.url}/file/bot${api.token}/${path}`)).text(), 'bytes');
    api.refuseNext(429, 'Too Many Requests: retry after 3', { retry_after: 3 });
    const slow = await bot.sendMessage(42, 'x').catch((error) => error);
    assert.equal(slow.parameters.retry_after, 3);
    const first = refused(bot.getUpdates({ offset: update.update_id + 1, timeout: 5 }));
    await until(() => api.calls.filter(({ method }) => method === 'getUpdates').length === 2, 'the first poll');
    assert.deepEqual(await bot.getUpdates({ timeout: 0 }), []);
    assert.equal((await first)[0], 409);
    await bot.setWebhook('https://127.0.0.1:1/x', { secret_token: 's' });
    assert.equal((await refused(bot.getUpdates()))[0], 409);
    await bot.deleteWebhook();
    assert.deepEqual(await refused(new Api('1:x', { apiRoot: api.url }).getMe()), [401, 'Unauthorized']);
  } finally {
    await api.stop();
  }
});

let api;
let host;
let ann;
before(async () => {
  if (missing) return;
  api = await startTelegramApi();
  ann = api.user(42, 'Ann\nB');
  host = await startTelegramHost(api, 'poll');
});
after(async () => {
  if (!host) return;
  assert.ok(!host.output().includes(api.token.slice(10)), 'the token was shown');
  assert.equal(await host.stop(), 0);
  await api.stop();
});
const heard = (probe, what) => host.wait((line) => line.event === 'heard' && probe(line), what);

test('a chat that nobody began is refused in words, and /start opens it', { skip: missing }, async () => {
  const early = await host.send(42, 'too early');
  assert.equal(early.outcome, 'refused');
  assert.match(early.detail, /press Start/);
  ann.says('/start');
  const line = await heard(({ text }) => text === '', 'the empty line');
  assert.deepEqual([line.kind, line.called], ['said', 'Ann B']);
  assert.equal((await host.send(42, 'hello')).outcome, 'accepted');
});

test('answers go both ways by the ids that the platform gave', { skip: missing }, async () => {
  const question = ann.says('a question');
  const line = await heard(({ text }) => text === 'a question', 'the question');
  assert.equal(line.id, String(question));
  const { known_as: [id] } = await host.send(42, 'an answer', { quotes: line.id });
  assert.equal(ann.message(id).reply_to_message.message_id, question);
  ann.says('thanks', Number(id));
  assert.equal((await heard(({ text }) => text === 'thanks', 'the thanks')).answers, id);
});

test('edits and reactions of people come in, ours go out', { skip: missing }, async () => {
  const message = ann.says('frist');
  ann.edits(message, 'first');
  const edit = await heard(({ kind }) => kind === 'edited', 'the edit');
  assert.deepEqual([edit.of, edit.text], [String(message), 'first']);
  ann.reacts(message, '🔥');
  assert.equal((await heard(({ kind, text }) => kind === 'reacted' && text === '🔥', 'the reaction')).of, String(message));
  ann.reacts(message, undefined);
  await heard(({ kind, text }) => kind === 'reacted' && text === '', 'the end of the reaction');

  assert.equal((await host.send(42, '👍', { kind: 'reacted', of: [String(message)] })).outcome, 'accepted');
  assert.deepEqual(ann.message(message).reaction, ['👍']);
  const { known_as: ids } = await host.send(42, 'x'.repeat(9000));
  assert.equal(ids.length, 3);
  const edited = await host.send(42, 'y'.repeat(5000), { kind: 'edited', of: ids });
  assert.equal(edited.outcome, 'accepted', edited.detail);
  assert.ok(ann.message(ids[1]).text.endsWith('yyy'));
  assert.equal(ann.message(ids[2]), undefined, 'a part too many is gone');
  ann.ages(ids[0]);
  assert.equal((await host.send(42, '', { kind: 'taken_back', of: ids })).outcome, 'accepted');
  assert.equal(ann.message(ids[0]).text, 'This message was taken back.');
  assert.equal(ann.message(ids[1]), undefined);
});

test('what nobody took is brought again, and confirmed when it is taken', { skip: missing }, async () => {
  await host.ask({ op: 'inbox', yes: 'later' });
  ann.says('wait');
  await until(() => host.heard().filter(({ text }) => text === 'wait').length >= 2, 'it again');
  assert.equal(api.waiting().length, 1);
  await host.ask({ op: 'inbox', yes: 'no', say: 'Nobody of that number is here.' });
  await until(() => ann.messages().some(({ text }) => text === 'Nobody of that number is here.'), 'the words');
  await until(() => api.waiting().length === 0, 'the confirmation');
  await host.ask({ op: 'inbox', yes: 'yes' });
  assert.equal(ann.messages().filter(({ text }) => text === 'Nobody of that number is here.').length, 1);
});

test('files go both ways, and a picture that is none as a document', { skip: missing }, async () => {
  const bytes = Buffer.alloc(300_000, 'ab');
  ann.sends({ name: 'ä b.bin', type: 'application/x-b', bytes }, 'look');
  const line = await heard(({ text }) => text === 'look', 'the file');
  assert.deepEqual(line.files, [{ name: 'ä b.bin', type: 'application/x-b', size: bytes.length, front: bytes.subarray(0, 64).toString('base64') }]);
  const files = ['a', 'b'].map((name) => ({ name: `${name}.png`, type: 'image/png', base64: Buffer.from(name === 'a' ? '\x89PNG…' : 'none', 'latin1').toString('base64') }));
  const attempt = await host.send(42, 'two files', { files });
  assert.equal(attempt.outcome, 'accepted', attempt.detail);
  assert.deepEqual(attempt.known_as.map((id) => Object.keys(ann.message(id)).find((key) => ['text', 'photo', 'document'].includes(key))), ['text', 'photo', 'document']);
  const large = Buffer.alloc(20_000_001);
  ann.sends({ name: 'large.bin', type: 'application/x-b', bytes: large }, 'too large');
  assert.match((await heard(({ text }) => text === 'too large', 'the large file')).lost, /large\.bin, which is larger/);
});

test('429 is told with its time, and blocked is refused', { skip: missing }, async () => {
  const bob = api.user(43, 'Bob');
  bob.says('/start');
  await until(() => host.heard().some(({ account }) => account === '43'), 'Bob');
  api.refuseNext(429, 'Too Many Requests: retry after 60', { retry_after: 60 });
  const asked = Date.now();
  const slow = await host.send(43, 'slow');
  assert.equal(slow.outcome, 'deferred');
  assert.ok(slow.retry_at >= asked + 60_000);
  const carol = api.user(44, 'Carol');
  carol.says('/start');
  await until(() => host.heard().some(({ account }) => account === '44'), 'Carol');
  assert.equal((await host.send(44, 'others go on')).outcome, 'accepted');
  carol.blocks();
  const blocked = await host.send(44, 'x');
  assert.equal(blocked.outcome, 'refused');
  assert.match(blocked.detail, /unblock/);
});

test('another program with the same token is survived', { skip: missing }, async () => {
  await new Api(api.token, { apiRoot: api.url }).getUpdates({ timeout: 0 });
  ann.says('after the conflict');
  await heard(({ text }) => text === 'after the conflict', 'the line');
});

test('the webhook brings what the poll brought, with the secret alone', { skip: missing }, async () => {
  const other = await startTelegramApi();
  const hooked = await startTelegramHost(other, 'webhook');
  try {
    await until(() => other.webhook(), 'the registration');
    assert.equal(other.webhook().secret, webhookSecret);
    const dan = other.user(45, 'Dan');
    await hooked.ask({ op: 'inbox', yes: 'later' });
    dan.says('by webhook');
    await until(() => hooked.heard().length >= 2, 'it again after 503');
    await hooked.ask({ op: 'inbox', yes: 'yes', say: 'Heard.' });
    await until(() => other.waiting().length === 0, '200');
    await until(() => dan.messages().some(({ text }) => text === 'Heard.'), 'the words');
    const count = hooked.heard().length;
    const post = (secret) => fetch(other.webhook().url, { method: 'POST', body: JSON.stringify({ update_id: 1 }), headers: { 'X-Telegram-Bot-Api-Secret-Token': secret } });
    assert.equal((await post('wrong')).status, 404);
    assert.equal((await post(webhookSecret)).status, 200);
    assert.equal(hooked.heard().length, count);
    assert.ok(!hooked.output().includes(webhookSecret) && !hooked.output().includes(other.token.slice(10)));
  } finally {
    assert.equal(await hooked.stop(), 0);
    await other.stop();
  }
});
