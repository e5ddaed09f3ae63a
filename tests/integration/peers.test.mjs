// SPDX-License-Identifier: Apache-2.0
// The peers are real, do what they promise, and leave nothing behind.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { finalizeEvent, generateSecretKey, getPublicKey } from 'nostr-tools';
import { Relay, useWebSocketImplementation } from 'nostr-tools/relay';
import * as nip17 from 'nostr-tools/nip17';
import WebSocket from 'ws';
import { fund, startAnvil } from '../peers/anvil.mjs';
import { startNostrRelay } from '../peers/nostr_relay.mjs';
import { postfixMissing, startPostfix } from '../peers/postfix.mjs';
import { until } from '../peers/process.mjs';
import { startRpcProxy } from '../peers/rpc_proxy.mjs';
import { startSmtpServer } from '../peers/smtp_server.mjs';

/** Whether a process still runs; one that ended and waits to be collected does not. */
const alive = (pid) => { try { return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')); } catch { return false; } };

/** A contract whose creation stores 7 in slot 5 and 9 in slot 6, and leaves one byte of code. */
const storing = '600760055560096006556001600c60003960016000f300';

const slot = (number) => `0x${number.toString(16).padStart(64, '0')}`;

const swaks = (args) => {
  try {
    return { status: 0, output: execFileSync('swaks', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }) };
  } catch (error) {
    return { status: error.status, output: `${error.stdout}${error.stderr}` };
  }
};

test('anvil mines by time, deploys, funds, and is gone after stop', async (t) => {
  const chain = await startAnvil({ blockTime: 1 });
  t.after(chain.stop);
  const { address } = await chain.deploy(storing);
  assert.equal(BigInt(await chain.rpc('eth_getStorageAt', [address, slot(5), 'latest'])), 7n);
  await fund(chain.url, '0x00000000000000000000000000000000000000aa', 5n);
  assert.equal(BigInt(await chain.rpc('eth_getBalance', ['0x00000000000000000000000000000000000000aa', 'latest'])), 5n);
  const before = Number(await chain.rpc('eth_blockNumber'));
  await until(async () => Number(await chain.rpc('eth_blockNumber')) > before, 'the next block', 5);
  assert.ok(alive(chain.pid));
  await chain.stop();
  assert.ok(!alive(chain.pid));
});

test('a chain dies with the process that started it, even if that is killed', async () => {
  const script = "import { startAnvil } from './tests/peers/anvil.mjs'; const c = await startAnvil(); console.log(c.pid); setInterval(() => {}, 1000);";
  const child = spawn('node', ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const pid = Number(await new Promise((resolve) => child.stdout.once('data', resolve)));
  assert.ok(alive(pid));
  child.kill('SIGKILL');
  await until(() => !alive(pid), 'the end of the chain', 5);
});

test('the proxy passes the truth on, and tells each lie in its own place', async (t) => {
  const chain = await startAnvil();
  t.after(chain.stop);
  const { address } = await chain.deploy(storing);
  const proxy = await startRpcProxy(chain.url);
  t.after(proxy.stop);
  const proof = async () => (await (await fetch(proxy.url, { method: 'POST', signal: AbortSignal.timeout(5000),
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_getProof', params: [address, [slot(5), slot(6)], 'latest'] }) })).json()).result;
  const truth = await proof();
  assert.deepEqual(truth.storageProof.map(({ value }) => Number(value)), [7, 9]);
  await proxy.tell('owner');
  assert.deepEqual((await proof()).storageProof.map(({ value }) => Number(value)), [6, 9]);
  await proxy.tell('inbox-key');
  assert.deepEqual((await proof()).storageProof.map(({ value }) => Number(value)), [7, 8]);
  await proxy.tell('absence');
  const absent = await proof();
  assert.deepEqual(absent.storageProof.map(({ value }) => Number(value)), [0, 0]);
  assert.equal(absent.storageProof[0].proof[0], truth.storageProof[0].proof[0], 'the root of a true proof of absence');
  for (const lie of ['proof-nodes', 'account-proof', 'short-proof', 'extra-nodes', 'wrong-contract', 'code-hash', 'storage-hash']) {
    await proxy.tell(lie);
    assert.notDeepEqual(await proof(), truth, lie);
  }
  await proxy.tell(undefined);
  assert.deepEqual(await proof(), truth);
  await assert.rejects(proxy.tell('nonsense'));
});

test('the proxy can be late, behind, malformed, and without end', async (t) => {
  const chain = await startAnvil();
  t.after(chain.stop);
  const proxy = await startRpcProxy(chain.url);
  t.after(proxy.stop);
  const ask = (method, params = []) => fetch(proxy.url, { method: 'POST', signal: AbortSignal.timeout(2000),
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  await chain.mine(10);
  await proxy.tell('stale-head', { behind: 4 });
  await chain.mine(10);
  assert.equal(Number((await (await ask('eth_blockNumber')).json()).result), 6);
  assert.equal(Number((await (await ask('eth_getBlockByNumber', ['latest', false])).json()).result.number), 6);
  await proxy.tell('block-hash');
  const block = (await (await ask('eth_getBlockByNumber', ['0x3', false])).json()).result;
  assert.notEqual(block.hash, (await chain.rpc('eth_getBlockByNumber', ['0x3', false])).hash);
  await proxy.tell('slow', { delay: 10_000 });
  await assert.rejects(ask('eth_chainId'), { name: 'TimeoutError' });
  for (const lie of ['endless', 'huge']) {
    await proxy.tell(lie);
    const reader = (await ask('eth_chainId')).body.getReader();
    let size = 0;
    while (size < 20 << 20) size += (await reader.read()).value.length;
    await reader.cancel();
  }
  await proxy.tell('closed');
  await assert.rejects(ask('eth_chainId'));
  await proxy.tell('not-json');
  await assert.rejects((await ask('eth_chainId')).json());
});

const noPostfix = postfixMissing();
test('postfix delivers to a Maildir, over STARTTLS and TLS too, and refuses unknown mailboxes', { skip: noPostfix ?? false }, async (t) => {
  const mta = await startPostfix(['anna@a.test', 'ben@b.test']);
  t.after(mta.stop);
  const send = (to, port, ...more) => swaks(['--server', mta.host, '--port', String(port), '--from', 'x@outside.test', '--to', to,
    '--header', 'Subject: hello', '--body', `for ${to}`, ...more]);
  assert.equal(send('anna@a.test', mta.port).status, 0);
  await until(() => mta.mail('anna@a.test').length === 1, 'the first message');
  assert.equal(send('anna@a.test', mta.port, '--tls').status, 0);
  assert.equal(send('ben@b.test', mta.tlsPort, '--tls-on-connect').status, 0);
  await until(() => mta.mail('anna@a.test').length === 2 && mta.mail('ben@b.test').length === 1, 'the other messages');
  assert.match(String(mta.mail('ben@b.test')[0].raw), /for ben@b\.test/);
  assert.match(send('nobody@a.test', mta.port).output, /550 5\.1\.1/);
  assert.ok(existsSync(mta.mail('ben@b.test')[0].file));
  assert.ok(alive(mta.pid));
  await mta.stop();
  assert.ok(!alive(mta.pid));
});

test('postfix takes mail for a mailbox that was closed, and returns it with a report where it is told to', { skip: noPostfix ?? false }, async (t) => {
  const sender = await startSmtpServer({ mode: 'plain' });
  t.after(sender.stop);
  const mta = await startPostfix(['anna@late.test'], { late: ['late.test'] });
  t.after(mta.stop);
  mta.route('node.test', sender.port);
  const send = (text) => swaks(['--server', mta.host, '--port', String(mta.port), '--from', 'b-token@node.test', '--to', 'anna@late.test', '--body', text]);
  assert.equal(send('while it is there').status, 0);
  await until(() => mta.mail('anna@late.test').length === 1, 'the message');
  mta.close('anna@late.test');
  assert.equal(send('when it is gone').status, 0);
  const report = await until(() => sender.messages[0], 'the report');
  assert.deepEqual([report.from, report.to], ['', ['b-token@node.test']]);
  assert.match(String(report.raw), /Content-Type: message\/delivery-status[^]*Action: failed\r?\nStatus: 5\.1\.1/);
  assert.equal(mta.mail('anna@late.test').length, 1);
});

test('the submission server demands encryption and a password, and can refuse', async (t) => {
  const server = await startSmtpServer({ user: 'node', password: 'secret', answer: ({ to }) => (to[0].startsWith('full@') ? Object.assign(new Error('mailbox full'), { responseCode: 452 }) : undefined) });
  t.after(server.stop);
  const send = (to, ...more) => new Promise((resolve) => {
    const child = spawn('swaks', ['--server', '127.0.0.1', '--port', String(server.port), '--from', 'n@node.test', '--to', to, ...more]);
    let output = '';
    child.stdout.on('data', (chunk) => { output += chunk; });
    child.on('close', (status) => resolve({ status, output }));
  });
  const login = ['--auth', 'PLAIN', '--auth-user', 'node', '--auth-password'];
  assert.equal((await send('a@b.test', '--tls', ...login, 'secret')).status, 0);
  assert.equal(server.messages.length, 1);
  assert.equal(server.messages[0].user, 'node');
  assert.equal(server.messages[0].secure, true);
  assert.match((await send('a@b.test', '--tls', ...login, 'wrong')).output, /535/);
  assert.notEqual((await send('a@b.test', '--tls')).status, 0);
  assert.match((await send('full@b.test', '--tls', ...login, 'secret')).output, /452/);
});

test('the relay stores, serves, replaces, and delivers a gift wrap that opens', async (t) => {
  const server = await startNostrRelay();
  t.after(server.stop);
  // Node 20 has no WebSocket of its own.
  useWebSocketImplementation(WebSocket);
  const client = await Relay.connect(server.url);
  t.after(() => client.close());
  const [sender, recipient] = [generateSecretKey(), generateSecretKey()];
  const inbox = getPublicKey(recipient);
  const got = [];
  client.subscribe([{ kinds: [1059], '#p': [inbox] }], { onevent: (event) => got.push(event) });
  await client.publish(nip17.wrapEvent(sender, { publicKey: inbox }, 'hello'));
  await until(() => got.length === 1, 'the wrap');
  assert.equal(nip17.unwrapEvent(got[0], recipient).content, 'hello');
  const profile = (created_at, name) => finalizeEvent({ kind: 0, created_at, tags: [], content: JSON.stringify({ name }) }, sender);
  const now = Math.floor(Date.now() / 1000);
  await client.publish(profile(now - 1, 'old'));
  await client.publish(profile(now, 'new'));
  assert.deepEqual(server.events().filter(({ kind }) => kind === 0).map(({ content }) => JSON.parse(content).name), ['new']);
  const forged = { ...nip17.wrapEvent(sender, { publicKey: inbox }, 'x'), content: 'altered' };
  await assert.rejects(client.publish(forged));
});
