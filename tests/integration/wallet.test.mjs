// SPDX-License-Identifier: Apache-2.0
// Wallet to wallet: people with an address and nothing else, by key, by a contract (ERC-1271) and by one that is not deployed yet
// (ERC-6492), before a node with three endpoints of which one lies. viem signs and checks, npm siwe writes the sign-in messages.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { SiweMessage } from 'siwe';
import { getAddress } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { typedData } from '../oracle/signed_text.mjs';
import { deployRegistry, startAnvil } from '../peers/anvil.mjs';
import { dmid, dmidMissing, startDmidNode } from '../peers/dmid_node.mjs';
import { startOddEndpoint } from '../peers/odd_endpoint.mjs';
import { startNostrRelay } from '../peers/nostr_relay.mjs';
import { sleep, temporaryFolder, until } from '../peers/process.mjs';
import { smartWallets } from '../peers/smart_wallet.mjs';

const skip = dmidMissing() ?? false;
const yes = `0x${'0'.repeat(63)}1`;
const stage = {};

/** It says yes to every question about a wallet where it lies. */
const endpoint = (target, { lies = false }) => startOddEndpoint(target, {
  lie: (asked) => (lies && asked.method === 'eth_call' && !asked.params[0].to ? yes : undefined),
});

function configure(number) {
  const { chain, registry, relay, passphraseFile, home, endpoints } = stage;
  writeFileSync(join(home, 'config.toml'), `[node]
listen = "127.0.0.1:0"
allow = ["127.0.0.1:${relay.port}"]
[chain]
id = ${chain.chainId}
registry = "${registry}"
${endpoints.map(({ url }, i) => `[[chain.endpoint]]\nlabel = "e${i}"\nurl = "${url}"`).join('\n')}
[nostr]
relays = ["${relay.url}"]
${number ? `[[number]]\nnumber = "${number}"\npassphrase_file = "${passphraseFile}"\nreceipts = true\n` : ''}`);
}

async function owner(args, { sign = false } = {}) {
  const { status, json, stdout, stderr } = await dmid(stage.home, [...args, '--json', ...(sign ? ['--passphrase-file', stage.passphraseFile] : [])], { seconds: 120 });
  assert.equal(status, 0, `dmid ${args.join(' ')}: ${stdout}${stderr}`);
  return json;
}

/** One call to the node's port, each test from an address of its own: what a source may ask is counted. */
function call(method, path, body, token) {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  return new Promise((resolve, reject) => {
    const asked = request(`${stage.node.ready.http}${path}`, { method, headers, localAddress: `127.0.0.${stage.source}` }, async (answer) => {
      let text = '';
      for await (const piece of answer) text += piece;
      resolve({ ...JSON.parse(text), status: answer.statusCode });
    });
    asked.on('error', reject);
    asked.end(body && JSON.stringify(body));
  });
}
beforeEach(() => { stage.source = (stage.source ?? 1) + 1; });

/** The EIP-712 message of a text to the owner. */
function typed(text) {
  const now = Math.floor(Date.now() / 1000);
  const signed = { number: stage.digits, epoch: 1, text, nonce: `0x${randomBytes(32).toString('hex')}`, sentAt: now, deadline: now + 600 };
  return { signed, typed: typedData(stage.chain.chainId, stage.registry, signed) };
}
const write = (signed, signature, signer) => call('POST', '/v1/messages', { v: 1, signed, signature, ...(signer ? { signer } : {}) });
const arrived = (text) => until(async () => (await owner(['inbox', '--requests'])).messages.find((one) => one.text === text), `"${text}" at the owner`, 30);

/** A sign-in message by npm siwe. */
async function signIn(address, sign, changes = {}) {
  const { nonce, domain, uri, chain } = await call('GET', '/v1/wallet/nonce');
  const message = new SiweMessage({ domain, address: getAddress(address), statement: 'Read my messages.', uri, version: '1', chainId: chain, nonce, issuedAt: new Date().toISOString(), ...changes }).prepareMessage();
  return call('POST', '/v1/wallet/session', { message, signature: await sign(message) });
}

before(async () => {
  if (skip) return;
  stage.scratch = temporaryFolder('wallet');
  stage.home = join(stage.scratch.path, 'home');
  mkdirSync(stage.home, { recursive: true, mode: 0o700 });
  stage.passphraseFile = join(stage.scratch.path, 'passphrase');
  writeFileSync(stage.passphraseFile, 'the passphrase of the test\n', { mode: 0o600 });
  stage.chain = await startAnvil({ blockTime: 1 });
  stage.relay = await startNostrRelay();
  stage.registry = (await deployRegistry(stage.chain.url)).address;
  stage.endpoints = await Promise.all([{}, { lies: true }, {}].map((options) => endpoint(stage.chain.url, options)));
  stage.wallets = await smartWallets(stage.chain.url);
  configure();
  await owner(['key', 'new', '--light'], { sign: true });
  const { number } = await owner(['mint'], { sign: true });
  stage.digits = number.replaceAll(' ', '');
  configure(number);
  await owner(['publish', '--number', number, '--relay', stage.relay.url], { sign: true });
  stage.node = await startDmidNode({ home: stage.home, seconds: 60 });
  await until(async () => (await owner(['inbox'])).messages, 'the node', 30);
});
after(async () => {
  if (skip) return;
  await stage.node?.stop();
  for (const one of stage.endpoints ?? []) one.stop();
  await stage.relay?.stop();
  await stage.chain?.stop();
  stage.scratch?.remove();
});

test('a key writes, with its name and without', { skip }, async () => {
  const key = privateKeyToAccount(generatePrivateKey());
  for (const [text, signer] of [['unnamed', undefined], ['named', key.address]]) {
    const message = typed(text);
    assert.equal((await write(message.signed, await key.signTypedData(message.typed), signer)).status, 202);
    const { with: by, proofs } = await arrived(text);
    assert.equal(by.id.toLowerCase(), key.address.toLowerCase());
    assert.ok(!proofs.some((proof) => proof.includes('contract')));
  }
});

for (const [kind, make] of [['that stands', () => stage.wallets.deployed()], ['that is not deployed yet', () => stage.wallets.undeployed()]]) {
  test(`a contract ${kind} writes; viem takes the same signatures for good and for bad`, { skip }, async () => {
    const wallet = await make();
    const text = `by a contract ${kind}`;
    const message = typed(text);
    const signature = await wallet.sign(message.typed);
    assert.equal(await stage.wallets.viem.verifyTypedData({ address: wallet.address, ...message.typed, signature }), true);
    const said = await write(message.signed, signature, wallet.address);
    assert.equal(said.status, 202, JSON.stringify(said));
    const { with: by, proofs } = await arrived(text);
    assert.equal(by.id.toLowerCase(), wallet.address.toLowerCase());
    assert.match(proofs.at(-1), /^signed by its contract, by the word of 2 endpoints at block \d+$/);

    const other = await stage.wallets.undeployed();
    const forged = typed('forged');
    const bad = await other.sign(forged.typed);
    assert.equal(await stage.wallets.viem.verifyTypedData({ address: wallet.address, ...forged.typed, signature: bad }), false);
    const refused = await write(forged.signed, bad, wallet.address);
    assert.deepEqual([refused.status, refused.code], [401, 'crypto.signature-invalid'], 'one endpoint says yes, two say no');
  });
}

test('endpoints that are gone make it later, and never a yes', { skip }, async () => {
  const wallet = await stage.wallets.deployed();
  const message = typed('while they are gone');
  const signature = await wallet.sign(message.typed);
  const [first, , third] = stage.endpoints;
  first.state.gone = third.state.gone = true;
  const later = await write(message.signed, signature, wallet.address);
  assert.equal(later.status, 503, JSON.stringify(later));
  first.state.gone = third.state.gone = false;
  await until(async () => {
    await sleep(3000); // no more questions than one source has
    return (await write(message.signed, signature, wallet.address)).status === 202;
  }, 'the same message once they are back', 30);
});

test('a wallet signs in with a message of siwe, and only here', { skip }, async () => {
  const key = privateKeyToAccount(generatePrivateKey());
  const sign = (message) => key.signMessage({ message });
  assert.equal((await signIn(key.address, sign)).status, 201);
  assert.equal((await signIn(key.address, sign, { domain: 'evil.example' })).code, 'wallet.domain');
  assert.equal((await signIn(key.address, sign, { chainId: 1 })).code, 'wallet.chain');
  assert.equal((await signIn(key.address, sign, { nonce: 'abcdefgh12345678' })).code, 'wallet.nonce');
  assert.equal((await signIn(key.address, sign, { expirationTime: new Date(Date.now() - 1000).toISOString() })).code, 'wallet.time');
  for (const wallet of [await stage.wallets.deployed(), await stage.wallets.undeployed()]) {
    const opened = await signIn(wallet.address, wallet.signMessage);
    assert.equal(opened.status, 201, JSON.stringify(opened));
    assert.equal(opened.address, getAddress(wallet.address));
  }
});

test('the owner answers a wallet, which reads it after it signed in, and says so', { skip }, async () => {
  const wallet = await stage.wallets.undeployed();
  const message = typed('is anybody there?');
  const sent = await write(message.signed, await wallet.sign(message.typed), wallet.address);
  assert.equal(sent.status, 202, JSON.stringify(sent));
  const { id } = await arrived('is anybody there?');
  const reply = await owner(['reply', id, 'I am.']);
  const { token } = await signIn(wallet.address, wallet.signMessage);
  const query = `number=${stage.digits}`;
  const page = await call('GET', `/v1/wallet/messages?${query}&wait=20`, undefined, token);
  assert.deepEqual(page.messages?.map(({ text }) => text), ['I am.'], JSON.stringify(page));
  assert.equal((await call('POST', `/v1/wallet/read?${query}`, { messages: [page.messages[0].id] }, token)).status, 200);
  const { receipts } = await owner(['thread', reply.thread]).then(({ messages }) => messages.find((one) => one.text === 'I am.'));
  assert.deepEqual(receipts.map(({ channel, state }) => [channel, state]), [['wallet', 'accepted'], ['wallet', 'delivered']]);
  const answer = typed('good');
  assert.equal((await write(answer.signed, await wallet.sign(answer.typed), wallet.address)).status, 202);
  assert.equal((await arrived('good')).thread, reply.thread);
  assert.equal((await call('DELETE', '/v1/wallet/session', undefined, token)).status, 200);
  assert.equal((await call('GET', `/v1/wallet/messages?${query}`, undefined, token)).code, 'wallet.session');
});
