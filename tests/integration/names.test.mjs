// SPDX-License-Identifier: Apache-2.0
// Names: the ENS registry and public resolver as they were published, three endpoints of which one lies, and somebody who writes to
// a name through telegram-test-api.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import TelegramServer from 'telegram-test-api';
import { encodeAbiParameters } from 'viem';
import { deployRegistry, startAnvil } from '../peers/anvil.mjs';
import { dmid, dmidMissing, startDmidNode } from '../peers/dmid_node.mjs';
import { startEns } from '../peers/ens.mjs';
import { startOddEndpoint } from '../peers/odd_endpoint.mjs';
import { startNostrRelay } from '../peers/nostr_relay.mjs';
import { freePort, temporaryFolder, until } from '../peers/process.mjs';
import { startTelegramApi } from '../peers/telegram_api.mjs';

const skip = dmidMissing() ?? (existsSync('/usr/bin/faketime') ? false : 'faketime is not installed');
const token = '5:sampleToken';
const stage = {};
const fakeLibrary = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
const faketime = { LD_PRELOAD: fakeLibrary, FAKETIME: '+25h', FAKETIME_DONT_FAKE_MONOTONIC: '1' };

/** It tells another number for every name where it lies, and answers nothing about contracts while it is gone. */
const aboutContracts = ({ method }) => method === 'eth_call';
const endpoint = (target, { lies = false }) => startOddEndpoint(target, {
  goneFor: aboutContracts,
  lie: (asked) => (lies && aboutContracts(asked) && asked.params[0].data.startsWith('0x59d1d43c')
    ? encodeAbiParameters([{ type: 'string' }], ['8312 3456 7890 1210']) : undefined),
});

function configure(numbers) {
  const { chain, registry, relay, passphraseFile, home, endpoints, ens, bot } = stage;
  writeFileSync(join(home, 'bot-token'), `${bot.token}\n`, { mode: 0o600 });
  writeFileSync(join(home, 'config.toml'), `[node]
listen = "127.0.0.1:0"
allow = ["127.0.0.1:${relay.port}"]
[chain]
id = ${chain.chainId}
registry = "${registry}"
${endpoints.map(({ url }, i) => `[[chain.endpoint]]\nlabel = "e${i}"\nurl = "${url}"`).join('\n')}
[names]
ens_registry = "${ens.registry}"
[nostr]
relays = ["${relay.url}"]
[telegram]
token_file = "${join(home, 'bot-token')}"
api_url = "${bot.url}"
${numbers.map((number) => `[[number]]\nnumber = "${number}"\npassphrase_file = "${passphraseFile}"`).join('\n')}`);
}

async function run(args, { sign = false } = {}) {
  return dmid(stage.home, [...args, '--json', ...(sign ? ['--passphrase-file', stage.passphraseFile] : [])], { seconds: 120 });
}
async function owner(args, options) {
  const { status, json, stdout, stderr } = await run(args, options);
  assert.equal(status, 0, `dmid ${args.join(' ')}: ${stdout}${stderr}`);
  return json;
}
const refusal = async (name) => { const { stdout, stderr } = await run(['resolve', name]); return `${stdout}${stderr}`; };
const publish = (number, ...names) => owner(['publish', '--number', number, '--relay', stage.relay.url, ...(names.length ? names : ['none']).flatMap((name) => ['--also', name])], { sign: true });

/** What the bot said to Ann from the given one on. */
const said = () => stage.telegram.storage.botMessages.map(({ message }) => message.text);
const type = (text) => stage.ann.sendMessage(stage.ann.makeMessage(text));
const hears = (pattern, from) => until(() => said().slice(from).find((text) => pattern.test(text)), `${pattern} after ${JSON.stringify(said())}`, 30);
async function talk(text, pattern) {
  const from = said().length;
  await type(text);
  return hears(pattern, from);
}
const letters = async (number = stage.number) => (await owner(['inbox', '--requests', '--number', number])).messages.map(({ text }) => text);
const arrives = (text, number) => until(async () => (await letters(number)).includes(text), `"${text}" at the owner`, 30);

before(async () => {
  if (skip) return;
  stage.scratch = temporaryFolder('names');
  stage.home = join(stage.scratch.path, 'home');
  mkdirSync(stage.home, { recursive: true, mode: 0o700 });
  stage.passphraseFile = join(stage.scratch.path, 'passphrase');
  writeFileSync(stage.passphraseFile, 'the passphrase of the test\n', { mode: 0o600 });
  stage.chain = await startAnvil({ blockTime: 1 });
  stage.relay = await startNostrRelay();
  stage.telegram = new TelegramServer({ port: await freePort(), host: '127.0.0.1', storage: 'RAM' });
  await stage.telegram.start();
  stage.bot = { url: stage.telegram.config.apiURL, token };
  stage.registry = (await deployRegistry(stage.chain.url)).address;
  stage.ens = await startEns(stage.chain.url);
  stage.endpoints = await Promise.all([{}, { lies: true }, {}].map((options) => endpoint(stage.chain.url, options)));
  configure([]);
  await owner(['key', 'new', '--light'], { sign: true });
  stage.number = (await owner(['mint'], { sign: true })).number;
  await publish(stage.number);
});
after(async () => {
  if (skip) return;
  await stage.node?.stop();
  await stage.telegram?.stop();
  for (const one of stage.endpoints ?? []) one.stop();
  await stage.relay?.stop();
  await stage.chain?.stop();
  stage.scratch?.remove();
});

// MUST NAME-03, NAME-05, NAME-07
test('a name is a number once both sides say so, whatever one endpoint of three says', { skip }, async () => {
  assert.match(await refusal('alice.eth'), /name\.no-number/);
  await stage.ens.take('alice.eth');
  assert.match(await refusal('alice.eth'), /name\.no-number/);
  await stage.ens.leads('alice.eth', `did:dmid:${stage.chain.chainId}:${stage.registry.toLowerCase()}:${stage.number.replaceAll(' ', '')}`);
  assert.match(await refusal('alice.eth'), /name\.one-sided/);
  await publish(stage.number, 'alice.eth', 'dana.wild.eth', 'far.eth');
  const found = await owner(['resolve', 'Alice.eth']);
  assert.equal(found.number, stage.number);
  assert.equal(found.name.name, 'alice.eth');
  assert.equal(found.name.word_of, '2 of 3 endpoints');
  assert.equal(found.name.proven, false);
  const { stdout } = await dmid(stage.home, ['resolve', 'alice.eth']);
  assert.match(stdout, /alice\.eth stands for this number by the word of 2 of 3 endpoints at block \d+, which is not proven/);
});

// MUST NAME-03, NAME-06
test('a resolver above speaks for the names below it, and a server off the chain is not followed', { skip }, async () => {
  await stage.ens.wildcard('wild.eth', stage.number);
  assert.equal((await owner(['resolve', 'dana.wild.eth'])).number, stage.number);
  assert.match(await refusal('eve.wild.eth'), /name\.one-sided/);
  await stage.ens.offChain('far.eth');
  assert.match(await refusal('far.eth'), /name\.off-chain/);
});

// MUST NAME-08, NAME-09
test('somebody on Telegram is asked, says yes, and is asked anew when the name leads elsewhere', { skip, timeout: 300_000 }, async () => {
  stage.other = (await owner(['mint', '--owner', 'other'], { sign: true })).number;
  await publish(stage.other, 'bob.eth');
  configure([stage.number, stage.other]);
  stage.node = await startDmidNode({ home: stage.home, seconds: 60 });
  await until(async () => (await owner(['inbox', '--number', stage.number])).messages, 'the node', 30);
  stage.ann = stage.telegram.getClient(token, { userId: 77, chatId: 77, firstName: 'Ann' });
  const asked = await talk('@alice.eth Hello by name', /alice\.eth is/);
  assert.equal(asked, `alice.eth is ${stage.number}, by the word of 2 of 3 endpoints. Nothing was sent yet. Answer YES and your message goes there; from then on alice.eth means this number for you.`);
  assert.deepEqual(await letters(), []);
  await talk('yes', /^Sent to/);
  await arrives('Hello by name');
  await type('@alice.eth and unasked');
  await arrives('and unasked');

  await publish(stage.other, 'alice.eth', 'bob.eth');
  await stage.ens.leads('alice.eth', stage.other);
  await type('@alice.eth within a day');
  await arrives('within a day');
  await stage.node.stop();
  // A day later, for the chain and for the node.
  await stage.chain.rpc('evm_increaseTime', [25 * 3600]);
  await stage.chain.mine(1);
  stage.node = await startDmidNode({ home: stage.home, seconds: 60, env: faketime });
  const anew = await talk('@alice.eth a day later', /alice\.eth is/);
  assert.ok(anew.startsWith(`alice.eth has meant ${stage.number} for you until now. alice.eth is ${stage.other}, by the word of`), anew);
  await talk('YES', new RegExp(`^Sent to ${stage.other}`));
  await arrives('a day later', stage.other);
  assert.ok(!(await letters()).includes('a day later'));
});

// MUST NAME-05
test('while too few endpoints answer the message waits at the platform', { skip, timeout: 120_000 }, async () => {
  await stage.ens.take('bob.eth');
  await stage.ens.leads('bob.eth', stage.other);
  // telegram-test-api brings nothing twice; the double of the Bot API does.
  await stage.node.stop();
  const api = await startTelegramApi();
  try {
    stage.bot = api;
    configure([stage.number, stage.other]);
    stage.node = await startDmidNode({ home: stage.home, seconds: 60, env: faketime });
    for (const one of stage.endpoints) one.state.gone = true;
    const ben = api.user(78, 'Ben');
    ben.says('@bob.eth Are you there?');
    await until(() => /name-unread/.test(stage.node.output()), 'the look that failed', 30);
    assert.ok(!ben.messages().some(({ text }) => text.startsWith('bob.eth')), 'nothing is said');
    for (const one of stage.endpoints) one.state.gone = false;
    const asked = await until(() => ben.messages().find(({ text }) => /bob\.eth is/.test(text)), 'the question', 30);
    assert.ok(asked.text.startsWith(`bob.eth is ${stage.other}`), asked.text);
  } finally {
    await stage.node.stop();
    await api.stop();
  }
});
