// SPDX-License-Identifier: Apache-2.0
// `dmid doctor` on the chain: endpoints that lag, lie and disagree, the clock, and what is announced against a number.
import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { execFile } from 'node:child_process';
import { encodeFunctionData, keccak256, encodeAbiParameters, parseAbi, toHex } from 'viem';
import { rpc } from '../peers/anvil.mjs';
import { dmid, dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { freePort, temporaryFolder } from '../peers/process.mjs';
import { startRpcProxy } from '../peers/rpc_proxy.mjs';
import { finds as findsIn, look as lookAt, mend, read, said, startUp, twoPorts } from './lib/doctor.mjs';

const skip = dmidMissing();
let scratch, home, server, chain, number, registry;
let proxies = [];
const look = (args = []) => lookAt(home, args);
const finds = (code, level, args = []) => findsIn(code, level, home, args);
const through = () => proxies.flatMap(({ url }) => ['--rpc', url]);
const honest = () => Promise.all(proxies.map((proxy) => proxy.tell(undefined)));

before(async () => {
  if (skip) return;
  scratch = temporaryFolder('doctor-chain');
  home = join(scratch.path, 'home');
  server = await startUp(home, await twoPorts());
  chain = server.account.chain;
  number = BigInt(server.account.number.replaceAll(' ', ''));
  ({ registry } = server.account);
  proxies = await Promise.all([0, 1, 2].map(() => startRpcProxy(chain)));
}, { timeout: 180_000 });
after(async () => { await Promise.all(proxies.map((proxy) => proxy.stop())); await server?.stop(); scratch?.remove(); });

test('three honest endpoints agree, are level, and each proves', { skip, timeout: 60_000 }, async () => {
  const report = await look(through());
  for (const code of ['chain.endpoint', 'chain.agreement', 'chain.lag', 'chain.proof', 'chain.code', 'chain.archive', 'clock', 'clock.date'])
    assert.equal(report.find(code)?.level, 'ok', `${code}\n${report.said}`);
  assert.equal(report.all('chain.proof').length, 3);
});

test('a dead endpoint and one of another chain are told apart', { skip, timeout: 60_000 }, async () => {
  const dead = await finds('chain.endpoint', 'problem', ['--rpc', `http://127.0.0.1:${await freePort()}`]);
  assert.match(dead.words, /chain\.endpoint-unreachable/);
  assert.match(dead.mend, /\[\[chain\.endpoint\]\] in .*config\.toml$/);
  assert.match((await finds('chain.endpoint', 'problem', ['--chain-id', '5'])).words, /chain\.wrong-chain/);
});

test('another contract, or none, is not the registry', { skip, timeout: 60_000 }, async () => {
  assert.match((await finds('chain.code', 'problem', ['--registry', `0x${'11'.repeat(20)}`])).mend, /deploy$/);
});

/** The label of the one that lies is in the words: nobody looks for it in vain. */
async function liar(lie, code, words, options) {
  await proxies[1].tell(lie, options);
  try {
    const report = await look(through());
    const finding = report.find(code);
    assert.equal(finding?.level, code === 'chain.lag' || code === 'chain.archive' ? 'warning' : 'problem', `${lie}\n${report.said}`);
    assert.match(finding.words, words, lie);
    assert.equal(report.all(code).filter(({ level }) => level !== 'ok').length, 1, `${lie}: of the three only one is named\n${report.said}`);
    assert.match(finding.words, /\brpc-?2\b|\b2\b/, `${lie} names it`);
  } finally {
    await honest();
  }
}

test('one of three that lies is named, by what it lied about', { skip, timeout: 300_000 }, async () => {
  await liar('owner', 'chain.proof', /chain\.owner-altered/);
  await liar('inbox-key', 'chain.proof', /chain\.key-altered/);
  await liar('absence', 'chain.proof', /chain\.absence-claimed/);
  await liar('proof-nodes', 'chain.proof', /proof\./);
  await liar('code-hash', 'chain.code', /another than this program knows/);
  await liar('block-hash', 'chain.agreement', /proof\.header-hash/);
});

test('one that lags, and one that keeps no past, are named', { skip, timeout: 120_000 }, async () => {
  for (let i = 0; i < 12; i += 1) await rpc(chain, 'evm_mine', []);
  await liar('stale-head', 'chain.lag', /is 1[0-9] blocks \(\d+ s\) behind the foremost/, { behind: 12 });
  await liar('no-archive', 'chain.archive', /missing trie node/);
});

test('where too few agree nothing is agreed on', { skip, timeout: 60_000 }, async () => {
  await proxies[0].tell('block-hash');
  await proxies[2].tell('closed');
  try {
    assert.match((await finds('chain.agreement', 'problem', through())).words, /chain\.no-agreement/);
  } finally {
    await honest();
  }
});

/** The doctor with a clock of its own. */
const atTime = (offset) => new Promise((resolve) => {
  execFile('faketime', ['-f', offset, dmidBinary(), '--home', home, 'doctor', '--json'], { maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
    let json;
    try { json = JSON.parse(stdout); } catch { /* said() shows it */ }
    resolve(read({ status: error ? error.code : 0, stdout, stderr, json }));
  });
});

test('a clock that is wrong is found by the dates of others', { skip: skip ?? (existsSync('/usr/bin/faketime') ? undefined : 'faketime is not installed'), timeout: 120_000 }, async () => {
  const ahead = (await atTime('+600s')).find('clock.date');
  assert.equal(ahead.level, 'problem');
  assert.match(ahead.words, /this clock is (59|60)\d s ahead of the Date of/);
  assert.equal(ahead.mend, 'timedatectl set-ntp true');
  const behind = await atTime('-600s');
  assert.match(behind.find('clock.date').words, /s behind the Date of/);
  assert.equal(behind.find('clock').level, 'problem', 'blocks from the future say the same');
  assert.equal((await atTime('-30s')).find('clock.date').level, 'warning');
});

const recordSlot = () => keccak256(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [number, 0n]));
/** Sets the flags of the record in the chain's own storage: this registry has no recovery and no heirs yet. */
async function withFlags(flags, body) {
  const before = await rpc(chain, 'eth_getStorageAt', [registry, recordSlot(), 'latest']);
  const word = (BigInt(before) & ((1n << 248n) - 1n)) | (BigInt(flags) << 248n);
  const set = async (value) => {
    await rpc(chain, 'anvil_setStorageAt', [registry, recordSlot(), toHex(value, { size: 32 })]);
    await rpc(chain, 'evm_mine', []);
  };
  await set(word);
  try { await body(); } finally { await set(BigInt(before)); }
}

test('frozen, a recovery, an heir\'s claim, an open lock: each is told', { skip, timeout: 120_000 }, async () => {
  const locked = 1;
  assert.equal((await look()).find('number.frozen'), undefined);
  await withFlags(locked | 2, async () => assert.match((await finds('number.frozen', 'warning')).words, /is frozen/));
  await withFlags(locked | 4, async () => {
    const finding = await finds('number.announced', 'problem');
    assert.match(finding.words, /a recovery is announced/);
    assert.match(finding.mend, /guard key/);
  });
  await withFlags(locked | 8, async () => assert.match((await finds('number.announced', 'problem')).words, /its heir claims it/));
  await withFlags(0, async () => {
    const finding = await finds('number.lock', 'warning');
    assert.match(finding.mend, new RegExp(`lock --number ${number}$`));
  });
  assert.equal((await look()).find('number.lock'), undefined);
});

test('an announced unlock is shown, with the command that cancels it', { skip, timeout: 120_000 }, async () => {
  const done = await dmid(home, ['unlock', 'announce', '--json', '--passphrase-file', server.passphrase]);
  assert.equal(done.status, 0, said(done));
  const finding = await finds('number.announced', 'warning');
  mend(`${finding.mend} --passphrase-file ${server.passphrase}`);
  assert.equal((await look()).find('number.announced'), undefined);
});

test('a shorter delay that is announced is shown, with the call that cancels it', { skip, timeout: 120_000 }, async () => {
  const abi = parseAbi(['function announceDelay(uint256 number, uint32 delay)', 'function cancelDelay(uint256 number)', 'function ownerOf(uint256) view returns (address)']);
  const ownerWord = await rpc(chain, 'eth_call', [{ to: registry, data: encodeFunctionData({ abi, functionName: 'ownerOf', args: [number] }) }, 'latest']);
  const from = `0x${ownerWord.slice(-40)}`;
  await rpc(chain, 'anvil_impersonateAccount', [from]);
  await rpc(chain, 'anvil_setBalance', [from, '0xde0b6b3a7640000']);
  const send = async (functionName, args) => {
    const hash = await rpc(chain, 'eth_sendTransaction', [{ from, to: registry, data: encodeFunctionData({ abi, functionName, args }) }]);
    await rpc(chain, 'evm_mine', []);
    assert.equal((await rpc(chain, 'eth_getTransactionReceipt', [hash])).status, '0x1', functionName);
  };
  await send('announceDelay', [number, 3600]);
  const finding = await finds('number.announced', 'warning');
  assert.match(finding.words, /a shorter delay is announced, possible from/);
  assert.match(finding.mend, new RegExp(`cancelDelay\\(${number}\\) of ${registry}`, 'i'));
  await send('cancelDelay', [number]);
  assert.equal((await look()).find('number.announced'), undefined);
});

test('a number whose inbox key is away cannot be read, and is named', { skip, timeout: 60_000 }, async () => {
  const key = join(home, 'keys/inbox.json');
  renameSync(key, `${key}.away`);
  try {
    const finding = await finds('number.key', 'problem');
    assert.match(finding.words, /senders seal to a key that is not in/);
    assert.match(finding.mend, /publish --number 83/);
  } finally {
    renameSync(`${key}.away`, key);
  }
  assert.equal((await look()).find('number.key'), undefined);
});

test('a number of this home that the node was not told of is not served', { skip, timeout: 180_000 }, async () => {
  const flags = ['--json', '--passphrase-file', server.passphrase];
  const key = await dmid(home, ['key', 'new', 'owner', '--label', 'second', '--light', ...flags]);
  assert.equal(key.status, 0, said(key));
  const minted = await dmid(home, ['mint', '--owner', 'second', ...flags], { seconds: 120 });
  assert.equal(minted.status, 0, said(minted));
  const report = await look();
  const finding = report.find('number.served');
  assert.equal(finding?.level, 'problem', report.said);
  assert.ok(finding.words.startsWith(minted.json.number), finding.words);
  assert.match(finding.mend, /\[\[number\]\] number = "83\d{14}"/);
  assert.equal(report.all('number.served').length, 1, 'the other one is served');
});
