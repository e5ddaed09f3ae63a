// SPDX-License-Identifier: Apache-2.0
// The Signal channel before a double of signal-cli, over socket, TCP and HTTP; and the double before clients that others
// wrote: json-rpc-2.0 for its calls, eventsource for its events.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { EventSource } from 'eventsource';
import { JSONRPCClient } from 'json-rpc-2.0';
import { until } from '../peers/process.mjs';
import { startSignalCli } from '../peers/signal_cli.mjs';
import { signalHostMissing, startSignalHost } from '../peers/signal_host.mjs';

const missing = signalHostMissing();
const ann = '7ccae375-cd51-4c82-8b1e-7be3280aa485';
const number = '8312 3456 7890 1210';
const failure = (promise) => promise.then(() => undefined, (error) => [error.code, error.message]);

/** A client that others wrote, on one line each. */
async function lineClient(target) {
  const socket = connect(target);
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  const notices = [];
  const client = new JSONRPCClient(async (request) => { socket.write(`${JSON.stringify(request)}\n`); });
  createInterface({ input: socket }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.method) notices.push(message); else client.receive(message);
  });
  return { client, notices, socket };
}

test('the double answers json-rpc-2.0 as the manual page says', async () => {
  for (const way of ['socket', 'tcp']) {
    const daemon = await startSignalCli({ way });
    const person = daemon.person(ann, { name: 'Ann', number: '+33123456789' });
    const { client, notices, socket } = await lineClient(way === 'socket' ? daemon.path : daemon.port);
    try {
      const early = person.says('kept by Signal');
      assert.equal(notices.length, 0);
      assert.equal(await client.request('subscribeReceive'), 0);
      await until(() => notices.length === 1, 'what was kept');
      assert.deepEqual([notices[0].params.subscription, notices[0].params.result.envelope.timestamp], [0, early]);
      const sent = await client.request('send', { recipient: [ann], message: 'MESSAGE' });
      assert.equal(sent.results[0].type, 'SUCCESS');
      assert.equal(person.message(sent.timestamp).text, 'MESSAGE');
      assert.deepEqual(await failure(client.request('send', { recipient: ['+1'], message: 'x' })), [-1, 'Failed to send message']);
      assert.deepEqual(await failure(client.request('nothing')), [-32601, 'Method not implemented']);
      person.changesKey();
      assert.equal((await failure(client.request('send', { recipient: [ann], message: 'x' })))[0], -4);
      assert.equal((await client.request('listIdentities'))[0].trustLevel, 'UNTRUSTED');
      await client.request('unsubscribeReceive', { subscription: 0 });
      assert.equal(daemon.receivers(), 0);
    } finally {
      socket.destroy();
      await daemon.stop();
    }
  }
});

test('the double brings events to eventsource, and those again that it missed', async () => {
  const daemon = await startSignalCli({ way: 'http' });
  const person = daemon.person(ann);
  const base = `http://127.0.0.1:${daemon.port}/api/v1`;
  const got = [];
  const source = new EventSource(`${base}/events?account=x`);
  source.addEventListener('receive', ({ data, lastEventId }) => got.push([JSON.parse(data).envelope.dataMessage.message, lastEventId]));
  try {
    await until(() => daemon.receivers() === 1, 'the client');
    person.says('one');
    await until(() => got.length === 1, 'the event');
    daemon.cut();
    person.says('two');
    await until(() => got.length === 2, 'the event that it missed');
    assert.deepEqual(got.map(([text]) => text), ['one', 'two']);
    const client = new JSONRPCClient(async (request) => {
      const response = await fetch(`${base}/rpc`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(request) });
      client.receive(await response.json());
    });
    assert.deepEqual(await client.request('version'), { version: '0.13.18' });
    assert.equal((await fetch(`${base}/check`)).status, 200);
    assert.equal((await fetch(`${base}/rpc`, { method: 'POST', body: '{}' })).status, 415);
    assert.equal((await fetch(`${base}/rpc`)).status, 405);
  } finally {
    source.close();
    await daemon.stop();
  }
});

const ways = [
  { way: 'socket' },
  { way: 'tcp', several: true },
  { way: 'socket', mode: 'on-start' },
  { way: 'http' },
  { way: 'http', several: true, keepsEvents: false },
];
for (const options of ways) {
  test(`a conversation over ${JSON.stringify(options)}`, { skip: missing }, async () => {
    const daemon = await startSignalCli(options);
    const person = daemon.person(ann, { name: 'Ann\nB', number: '+33123456789' });
    const host = await startSignalHost(daemon);
    const heard = (probe, what) => host.wait((line) => line.event === 'heard' && probe(line), what);
    try {
      await until(async () => await host.trouble() === '' && daemon.receivers() > 0, 'the channel listens');
      const hello = person.says(`${number.replaceAll(' ', '')} Grüße 🦉`);
      const line = await heard(({ text }) => text.includes('Grüße'), 'the line');
      assert.deepEqual([line.kind, line.account, line.called, line.id], ['said', ann, 'Ann B', `${ann}:${hello}`]);

      const attempt = await host.send(ann, 'hello', { quotes: line.id });
      assert.equal(attempt.outcome, 'accepted', attempt.detail);
      const [name] = attempt.known_as;
      assert.deepEqual([person.message(name).text, person.message(name).quote], [`${number}\n\nhello`, { id: hello, author: ann }]);

      person.receipts('delivery', [Number(name)]);
      person.receipts('viewed', [Number(name)]);
      await host.wait(({ event, fate, known_as: of }) => event === 'report' && fate === 'delivered' && of === name, 'the delivery');
      await host.wait(({ event, fate }) => event === 'report' && fate === 'read', 'the reading');

      assert.equal((await host.send(ann, 'hello!', { kind: 'edited', of: [name] })).outcome, 'accepted');
      assert.equal(person.message(name).text, `${number}\n\nhello!`);
      person.says('to the edit', { quotes: { id: person.message(name).revisions[0], ours: true } });
      assert.equal((await heard(({ text }) => text === 'to the edit', 'the answer')).answers, name);
      assert.equal((await host.send(ann, '👍', { kind: 'reacted', of: [line.id] })).outcome, 'accepted');
      assert.deepEqual(person.reactions, [{ emoji: '👍', to: hello }]);
      assert.equal((await host.send(ann, '', { kind: 'taken_back', of: [name] })).outcome, 'accepted');
      assert.ok(person.message(name).gone);

      const edit = person.edits(hello, 'better');
      assert.equal((await heard(({ kind }) => kind === 'edited', 'the edit')).of, `${ann}:${hello}`);
      person.takesBack(edit);
      assert.equal((await heard(({ kind }) => kind === 'taken_back', 'the deletion')).of, `${ann}:${hello}`);
      person.reacts('❤️', Number(name));
      assert.equal((await heard(({ kind }) => kind === 'reacted', 'the reaction')).of, name);

      const png = Buffer.alloc(300_000, 7);
      person.says('see', { files: [{ name: 'a.png', type: 'image/png', bytes: png }] });
      const picture = await heard(({ text }) => text === 'see', 'the picture');
      assert.deepEqual([picture.files[0].name, picture.files[0].size, picture.lost], ['a.png', png.length, '']);
      await host.send(ann, 'look', { files: [{ name: 'b;c.png', type: 'image/png', base64: png.toString('base64') }] });
      assert.deepEqual([person.last().files[0].filename, person.last().files[0].bytes.equals(png)], ['b_c.png', true]);
      person.says('w'.repeat(2000), { files: [{ type: 'text/x-signal-plain', bytes: 'w'.repeat(9000) }] });
      assert.deepEqual((await heard(({ text }) => text.length === 9000, 'the whole text')).files, []);

      person.types();
      person.says('in a group', { groupInfo: { groupId: 'Pmpi=', type: 'DELIVER' } });
      person.sends({ syncMessage: { sentMessage: { message: 'from a device of ours' } } });
      person.sends({ storyMessage: { textAttachment: { text: 'a story' } } });
      person.changesNumber('+33999999999');
      person.says('with a new number');
      assert.equal((await heard(({ text }) => text === 'with a new number', 'the next line')).account, ann);
      assert.ok(!host.heard().some(({ text }) => /group|device|story/.test(text)));
      assert.equal(host.heard().filter(({ text }) => text === 'with a new number').length, 1, 'heard once');
      assert.equal(await host.resolve('+33 999 999 999'), ann);
      assert.equal(await host.resolve('+33123456789'), '');
    } finally {
      assert.equal(await host.stop(), 0);
      await daemon.stop();
    }
  });
}

test('a changed safety number is told once, then trusted, and what was written meanwhile comes', { skip: missing }, async () => {
  const daemon = await startSignalCli({ way: 'socket' });
  const person = daemon.person(ann);
  const host = await startSignalHost(daemon);
  try {
    await until(() => daemon.receivers() > 0, 'the channel listens');
    assert.equal((await host.send(ann, 'before')).outcome, 'accepted');
    person.changesKey();
    person.says('under the new key');
    const changed = await host.wait(({ event }) => event === 'changed', 'the alarm');
    assert.deepEqual([changed.account, changed.what], [ann, 'its safety number changed']);
    await host.wait(({ event, text }) => event === 'heard' && text === 'under the new key', 'what was kept');
    const order = daemon.calls.map(({ method }) => method);
    assert.ok(order.includes('trust'));
    assert.equal((await host.send(ann, 'the code')).outcome, 'accepted');
    const looks = order.filter((method) => method === 'listIdentities').length;
    await until(() => daemon.calls.filter(({ method }) => method === 'listIdentities').length > looks + 3, 'more looks');
    assert.equal(host.events('changed').length, 1);
  } finally {
    assert.equal(await host.stop(), 0);
    await daemon.stop();
  }
});

test('outcomes are told apart, and no address stands in a detail', { skip: missing }, async () => {
  const daemon = await startSignalCli({ way: 'tcp' });
  daemon.person(ann);
  const host = await startSignalHost(daemon);
  const nobody = '11111111-1111-4111-8111-111111111111';
  try {
    const outcome = async (failing, to = ann) => { if (failing) daemon.failNext(failing); const { outcome: is, detail } = await host.send(to, 'hello'); return [is, detail]; };
    assert.deepEqual(await outcome(undefined, nobody), ['refused', 'this account is not on Signal any more']);
    assert.equal((await outcome('NETWORK_FAILURE'))[0], 'uncertain');
    assert.equal((await outcome('INVALID_PRE_KEY_FAILURE'))[0], 'deferred');
    assert.equal((await outcome({ type: 'RATE_LIMIT_FAILURE', retryAfterSeconds: 60, token: 't' }))[0], 'deferred');
    assert.match(await host.trouble(), /captcha/);
    assert.equal((await outcome())[0], 'accepted');
    assert.equal(await host.trouble(), '');
    for (const { detail } of host.events('attempt')) assert.ok(!detail.includes(ann) && !detail.includes(daemon.account), detail);
  } finally {
    assert.equal(await host.stop(), 0);
    await daemon.stop();
  }
});

test('messages wait at Signal while the node is away, and events come again', { skip: missing }, async () => {
  for (const way of ['socket', 'http']) {
    const daemon = await startSignalCli({ way });
    const person = daemon.person(ann);
    try {
      let host = await startSignalHost(daemon);
      await until(() => daemon.receivers() > 0, 'the channel listens');
      assert.equal(await host.stop(), 0);
      await until(() => daemon.receivers() === 0, 'it left');
      person.says('while it was away');
      host = await startSignalHost(daemon);
      await host.wait(({ event, text }) => event === 'heard' && text === 'while it was away', 'the line');
      await host.ask({ op: 'inbox', yes: 'later' });
      person.says('too early');
      await until(() => host.heard().filter(({ text }) => text === 'too early').length > 1, 'a second try');
      assert.match(await host.trouble(), /cannot take messages/);
      await host.ask({ op: 'inbox', yes: 'yes' });
      daemon.cut();
      person.says('behind a cut');
      await host.wait(({ event, text }) => event === 'heard' && text === 'behind a cut', 'the line behind it');
      assert.equal(await host.stop(), 0);
    } finally {
      await daemon.stop();
    }
  }
});
