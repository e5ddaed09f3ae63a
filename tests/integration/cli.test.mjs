// SPDX-License-Identifier: Apache-2.0
// The command line against a real chain: owner's commands, proofs, keys, exit statuses, JSON.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { startAnvil } from '../peers/anvil.mjs';
import { dmid, dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { startNostrRelay } from '../peers/nostr_relay.mjs';
import { freePort, sleep, temporaryFolder } from '../peers/process.mjs';
import { startRpcProxy } from '../peers/rpc_proxy.mjs';

const skip = dmidMissing();
const passphrase = 'correct horse battery staple';
const seed = Number(process.env.DMID_SEED ?? Date.now() % 2 ** 31);
let state = seed;
/** A number below n; mulberry32, so that a run can be repeated. */
const below = (n) => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % n;
};

let scratch, chain, registry, passphraseFile;
const home = (name) => join(scratch.path, name);
const said = ({ status, stdout, stderr }) => `status ${status}\n${stdout}\n${stderr}`;

/** Runs with the passphrase and the chain; gives what --json said. */
async function run(name, args, { rpc = [chain?.url], ...options } = {}) {
  const flags = ['--json', '--passphrase-file', passphraseFile, ...rpc.flatMap((url) => ['--rpc', url]), ...(registry ? ['--registry', registry] : [])];
  const result = await dmid(home(name), [...args, ...flags], options);
  assert.ok(!`${result.stdout}${result.stderr}`.includes(passphrase), 'the passphrase was printed');
  return result;
}
async function ok(name, args, options) {
  const result = await run(name, args, options);
  assert.equal(result.status, 0, said(result));
  return result.json;
}
async function no(status, code, name, args, options) {
  const result = await run(name, args, options);
  assert.equal(result.status, status, said(result));
  assert.equal(result.json?.code, code, said(result));
  assert.ok(result.json.next.length > 10, 'every error says what to do next');
  assert.match(result.stderr, new RegExp(`^error: ${code.replace('.', '\\.')}`, 'm'));
  assert.match(result.stderr, /^next: /m);
  return result.json;
}

before(async () => {
  if (skip) return;
  process.stdout.write(`# seed ${seed}\n`);
  scratch = temporaryFolder('cli');
  passphraseFile = join(scratch.path, 'passphrase');
  writeFileSync(passphraseFile, `${passphrase}\n`, { mode: 0o600 });
  chain = await startAnvil({ blockTime: 1 });
}, { timeout: 60_000 });
after(async () => { await chain?.stop(); scratch?.remove(); });

test('a number with a wrong digit or a swap is refused, with its own code', { skip }, async () => {
  const { digits } = await ok('none', ['number', 'new']);
  assert.equal(BigInt(digits) % 97n, 1n);
  assert.equal((await ok('none', ['number', 'check', digits])).digits, digits);
  assert.equal((await ok('none', ['number', 'check', digits.slice(0, 4), `${digits.slice(4, 8)}-${digits.slice(8)}`])).digits, digits);
  for (let at = 2; at < 16; ++at) {
    const wrong = digits.slice(0, at) + (Number(digits[at]) + 1 + below(9)) % 10 + digits.slice(at + 1);
    await no(2, 'number.checksum', 'none', ['number', 'check', wrong]);
    if (at === 15 || digits[at] === digits[at + 1]) continue;
    await no(2, 'number.checksum', 'none', ['number', 'check', digits.slice(0, at) + digits[at + 1] + digits[at] + digits.slice(at + 2)]);
  }
  await no(2, 'number.character', 'none', ['number', 'check', `+${digits}`]);
  await no(2, 'number.length', 'none', ['number', 'check', digits.slice(1)]);
  await no(2, 'number.prefix', 'none', ['number', 'check', `93${digits.slice(2)}`]);
});

test('what is asked wrongly is exit status 2, in words and in JSON', { skip }, async () => {
  await no(2, 'input.usage', 'none', ['publixh']);
  await no(2, 'input.usage', 'none', ['key']);
  await no(2, 'input.usage', 'none', ['number', 'check']);
  await no(2, 'input.usage', 'none', ['publish', '--nope']);
  await no(2, 'config.missing', 'none', ['show']);
  assert.match((await dmid(home('none'), ['help'])).stdout, /dmid mint /);
  assert.match((await dmid(home('none'), ['help', 'key', 'new'])).stdout, /owner/);
  const status = await dmid(home('none'), ['--json']);
  assert.equal(status.status, 0, said(status));
  assert.equal(status.json.next, `dmid --home ${home('none')} key new`);
});

test('configuration and policies are checked without a node or a chain', { skip }, async () => {
  const sample = join(scratch.path, 'sample.toml');
  writeFileSync(sample, (await dmid(home('none'), ['config', 'sample'])).stdout);
  assert.equal((await ok('none', ['config', 'check', sample])).valid, true);
  writeFileSync(sample, '[node]\nlisden = "127.0.0.1:1"\n');
  assert.match((await no(2, 'config.unknown-key', 'none', ['config', 'check', sample])).detail, /listen/);
  const policy = join(scratch.path, 'policy.toml');
  writeFileSync(policy, 'default = "request"\n[[rule]]\nwho = ["contact"]\ndo = "deliver"\n');
  assert.equal((await ok('none', ['policy', 'check', policy])).rules, 1);
  assert.match((await ok('none', ['policy', 'explain', policy])).words, /contact/);
  const { toml } = await ok('none', ['policy', 'sample']);
  writeFileSync(policy, toml);
  assert.equal((await ok('none', ['policy', 'check', policy])).rules, 3, 'the sample is valid as it stands');
  writeFileSync(policy, toml.replace(/^# (?=\[|spam =|via =)/gm, ''));
  const { words } = await ok('none', ['policy', 'explain', policy]);
  assert.match(words, /dropped without a word/, 'and so is what it offers in comments');
  assert.match(words, /delivered to email/);
  writeFileSync(policy, 'default = "requ3st"\n');
  await no(2, 'policy.unknown-action', 'none', ['policy', 'check', policy]);
  await no(3, 'gateway.not-running', 'none', ['inbox']);
});

test('six keys are made, never overwritten, and open with their passphrase only', { skip }, async () => {
  const { keys } = await ok('a', ['key', 'new', '--light']);
  assert.deepEqual(keys.map(({ role }) => role).sort(), ['guard', 'inbox', 'node', 'owner', 'payer', 'policy']);
  for (const { file } of keys) assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.deepEqual((await ok('a', ['key', 'show'])).keys, keys);
  assert.equal((await ok('a', ['key', 'show', 'owner'])).keys.length, 1);
  await no(2, 'key.exists', 'a', ['key', 'new', '--light']);
  await no(2, 'key.exists', 'a', ['key', 'new', 'owner', '--light']);
  await no(2, 'key.not-found', 'none', ['key', 'show']);
  const secret = '4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318';
  const imported = await ok('a', ['key', 'import', 'owner', '-', '--label', 'old', '--light'], { input: `0x${secret}\n` });
  assert.equal(imported.keys[0].address, '0x2c7536E3605D9C16a7a3D7b1898e529396a65c23');
  assert.ok(!readFileSync(imported.keys[0].file, 'utf8').includes(secret));
  await no(1, 'crypto.key-invalid', 'a', ['key', 'import', 'owner', '-', '--label', 'bad'], { input: '00'.repeat(32) });
});

test('a passphrase comes by descriptor too, and is in no argument of the process', { skip }, async () => {
  const child = spawn(dmidBinary(), ['key', 'new', 'guard', '--label', 'fd', '--home', home('a'), '--passphrase-fd', '3', '--json'],
    { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const argv = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8');
  child.stdio[3].end(`${passphrase}\n`);
  const status = await new Promise((resolve) => child.once('exit', resolve));
  assert.equal(status, 0);
  assert.ok(!argv.includes(passphrase));
  const lonely = await new Promise((resolve) => {
    const alone = spawn('setsid', ['--wait', dmidBinary(), 'key', 'new', 'guard', '--label', 'tty', '--home', home('a')], { stdio: 'ignore' });
    alone.once('exit', resolve);
  });
  assert.equal(lonely, 1, 'no terminal, no passphrase');
});

test('the registry is deployed once for one salt', { skip }, async () => {
  const made = await ok('a', ['deploy']);
  assert.equal(made.code_hash, readFileSync(new URL('../../contracts/abi/runtime-code-hash.txt', import.meta.url), 'utf8').trim());
  assert.deepEqual(await ok('a', ['deploy']), made);
  registry = made.registry;
  await no(3, 'chain.endpoint-unreachable', 'a', ['resolve', '8312 3456 7890 1210'], { rpc: [`http://127.0.0.1:${await freePort()}`] });
  await no(1, 'resolve.not-minted', 'a', ['resolve', '8312 3456 7890 1210']);
});

/** Starts a command and kills it when it says something that matches. @returns {Promise<boolean>} whether it was killed. */
function killedAt(name, args, pattern) {
  return new Promise((resolve) => {
    const child = spawn(dmidBinary(), [...args, '--home', home(name), '--passphrase-file', passphraseFile, '--rpc', chain.url, '--registry', registry],
      { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.on('data', (text) => { if (pattern.test(text)) child.kill('SIGKILL'); });
    child.once('exit', (_, signal) => resolve(signal === 'SIGKILL'));
  });
}

let number;
test('a mint that is killed at every step goes on, and mints one number', { skip, timeout: 120_000 }, async () => {
  const payer = (await ok('a', ['key', 'show', 'payer'])).keys[0].address;
  const nonce = async () => Number(await chain.rpc('eth_getTransactionCount', [payer, 'latest']));
  const start = await nonce();
  for (const pattern of [/minting to/, /committing/, /waiting for block/, /mint/]) await killedAt('a', ['mint'], pattern);
  const minted = await ok('a', ['mint']);
  number = minted.number;
  assert.match(number, /^83\d\d( \d{4}){3}$/);
  assert.equal(minted.owner, (await ok('a', ['key', 'show', 'owner'])).keys.find(({ label }) => label === '').address);
  assert.deepEqual(await ok('a', ['mint']), minted, 'the same call gives the same number');
  assert.equal(await nonce(), start + 2, 'one commitment and one mint were mined');
});

test('publishing twice is one publication; a rotation is handed over and keeps the old key', { skip, timeout: 120_000 }, async () => {
  const dry = await ok('a', ['publish', '--relay', 'ws://127.0.0.1:7777', '--gateway', 'http://127.0.0.1:8383', '--work', '18', '--dry-run']);
  assert.equal(dry.published, false);
  assert.equal((await ok('a', ['show'])).document, null);
  const first = await ok('a', ['publish', '--relay', 'ws://127.0.0.1:7777', '--gateway', 'http://127.0.0.1:8383', '--work', '18']);
  assert.equal(first.document_hash, dry.document_hash);
  const again = await ok('a', ['publish']);
  assert.deepEqual([again.changed, again.document_hash], [false, first.document_hash]);
  const shown = await ok('a', ['show']);
  assert.deepEqual([shown.seq, shown.number, shown.owner_key, shown.document.terms.work], [1, number, 'owner', 18]);
  const nodeKey = (await ok('a', ['key', 'show', 'node'])).keys[0].key;
  assert.deepEqual(shown.document.gateways, [{ url: 'http://127.0.0.1:8383', node_key: nodeKey }]);

  const old = shown.inbox_key;
  const rotated = await ok('a', ['publish', '--new-inbox-key']);
  assert.notEqual(rotated.inbox_key, old);
  assert.equal(rotated.document.handovers, 1);
  const labels = Object.fromEntries((await ok('a', ['key', 'show', 'inbox'])).keys.map(({ label, key }) => [label, key]));
  assert.deepEqual(labels, { '': rotated.inbox_key, 'until-2': old });
  assert.deepEqual((await ok('a', ['resolve', number])).document.relays, ['ws://127.0.0.1:7777']);
});

test('a hostile document can be published for tests, is refused by readers, and is replaced by its owner', { skip, timeout: 120_000 }, async () => {
  const raw = join(scratch.path, 'raw');
  writeFileSync(raw, Buffer.from('a0', 'hex'));
  await ok('a', ['publish', '--raw-document', raw]);
  const refused = await run('a', ['resolve', number]);
  assert.equal(refused.status, 1, said(refused));
  assert.match(refused.json.code, /^(codec|document)\./);
  await ok('a', ['publish', '--relay', 'ws://127.0.0.1:7777', '--gateway', 'http://127.0.0.1:8383']);
  await ok('a', ['resolve', number]);
});

test('one endpoint is T1, three are T2, and one that lies is named and set aside', { skip, timeout: 120_000 }, async () => {
  const proxies = await Promise.all([0, 1, 2].map(() => startRpcProxy(chain.url)));
  try {
    const rpc = proxies.map(({ url }) => url);
    assert.equal((await ok('a', ['resolve', number])).tier, 'T1');
    const three = await ok('a', ['resolve', number], { rpc });
    assert.deepEqual([three.tier, three.asked], ['T2', 3]);
    assert.ok(three.agreeing >= 2);
    for (const [lie, code] of [['owner', 'chain.owner-altered'], ['inbox-key', 'chain.key-altered'], ['proof-nodes', /^proof\./]]) {
      await proxies[0].tell(lie);
      const read = await ok('a', ['resolve', number], { rpc });
      const liar = read.set_aside.find(({ label }) => label === 'rpc-1');
      assert.match(liar?.code ?? 'nobody was set aside', code instanceof RegExp ? code : new RegExp(`^${code.replace('.', '\\.')}$`), lie);
      const alone = await run('a', ['resolve', number], { rpc: [rpc[0]] });
      assert.equal(alone.status, 1, said(alone));
      await proxies[0].tell(undefined);
    }
  } finally {
    await Promise.all(proxies.map((proxy) => proxy.stop()));
  }
});

test('a bundle is believed with a trusted hash only, and with no bit changed', { skip, timeout: 180_000 }, async () => {
  const file = join(scratch.path, 'proof');
  const read = await ok('a', ['resolve', number, '--proof', file]);
  const untrusted = await no(1, 'proof.untrusted-block', 'a', ['verify', file]);
  assert.ok(untrusted.detail.includes(read.block.hash));
  const proven = await ok('a', ['verify', file, '--block', read.block.hash]);
  assert.deepEqual([proven.verified, proven.owner, proven.inbox_key, proven.tier], [true, read.owner, read.inbox_key, 'checkpoint']);
  assert.equal((await ok('a', ['verify', file, '--source', chain.url])).tier, 'T1');
  await no(1, 'proof.header-hash', 'a', ['verify', file, '--block', `0x${'11'.repeat(32)}`]);
  await no(1, 'proof.value-mismatch', 'a', ['verify', file, '--block', read.block.hash, '--number', '8312 3456 7890 1210']);
  const bytes = readFileSync(file);
  const flipped = join(scratch.path, 'flipped');
  for (let i = 0; i < 80; ++i) {
    const at = below(bytes.length);
    const changed = Buffer.from(bytes);
    changed[at] ^= 1 << below(8);
    writeFileSync(flipped, changed);
    const result = await dmid(home('a'), ['verify', flipped, '--block', read.block.hash, '--registry', registry, '--number', number, '--json']);
    assert.equal(result.status, 1, `byte ${at}: ${said(result)}`);
  }
});

test('a self-made chain proves nothing', { skip, timeout: 60_000 }, async () => {
  const other = await startAnvil({ blockTime: 1 });
  try {
    const file = join(scratch.path, 'proof');
    await no(1, 'proof.untrusted-block', 'a', ['verify', file, '--source', other.url, '--source', other.url + '/']).catch(async () => {
      // The other chain may not be that high yet: then its word is missing, not another.
      const result = await run('a', ['verify', file, '--source', other.url]);
      assert.notEqual(result.status, 0, said(result));
    });
  } finally {
    await other.stop();
  }
});

test('a sealed message opens for its reader and for nobody else', { skip }, async () => {
  await ok('b', ['key', 'new', '--light']);
  const sealed = await run('b', ['seal', number], { input: 'written without a number\n' });
  assert.equal(sealed.status, 0, said(sealed));
  assert.equal(JSON.parse(sealed.stdout).kind, 1059);
  const opened = await ok('a', ['open'], { input: sealed.stdout });
  assert.deepEqual([opened.text, opened.claims], ['written without a number', null]);
  await no(2, 'key.not-found', 'b', ['open'], { input: sealed.stdout });
  const back = await run('a', ['seal', opened.npub, '--as', number, '--work', '8'], { input: 'an answer' });
  assert.equal(back.status, 0, said(back));
  assert.ok(Number.parseInt(JSON.parse(back.stdout).id.slice(0, 2), 16) === 0, 'eight bits of work');
  const answer = await ok('b', ['open'], { input: back.stdout });
  assert.equal(answer.text, 'an answer');
  assert.match(answer.claims.id, /^did:dmid:31337:/);
  assert.equal(statSync(join(home('b'), 'state/throwaway.key')).mode & 0o777, 0o600);
  // Nobody listens at the published doors, and loopback is not dialled for others.
  const nowhere = await run('b', ['send', number, 'hello']);
  assert.ok([1, 3].includes(nowhere.status), said(nowhere));
  assert.match(nowhere.json.code, /^net\./);
});

test('without any node a message goes to the relays, and is read from them', { skip, timeout: 60_000 }, async () => {
  const relay = await startNostrRelay();
  try {
    await ok('a', ['publish', '--relay', relay.url]);
    writeFileSync(join(home('b'), 'config.toml'), `[node]\nallow = ["127.0.0.1:${relay.port}"]\n`);
    const sent = await ok('b', ['send', number, 'by', 'a', 'relay']);
    assert.deepEqual([sent.by, sent.status], ['relay', 'accepted']);
    const { messages, source } = await ok('a', ['inbox', '--number', number, '--relay', relay.url]);
    assert.deepEqual([source, messages.map(({ text }) => text)], ['relays', ['by a relay']]);
    assert.match(messages[0].with.id, /^npub1/);
    assert.deepEqual((await ok('b', ['inbox', '--relay', relay.url])).messages, []);
    await no(3, 'gateway.not-running', 'b', ['inbox']);
  } finally {
    await relay.stop();
  }
});

test('unlocking takes its delay, can be cancelled, and a lock is at once', { skip, timeout: 120_000 }, async () => {
  await no(2, 'input.unconfirmed', 'a', ['transfer', `0x${'22'.repeat(20)}`]);
  await no(1, 'chain.reverted', 'a', ['transfer', `0x${'22'.repeat(20)}`, '--yes']);
  await ok('a', ['unlock', 'announce']);
  await ok('a', ['unlock', 'cancel']);
  await no(1, 'chain.reverted', 'a', ['unlock', 'execute']);
  await ok('a', ['unlock', 'announce']);
  assert.match((await no(1, 'chain.reverted', 'a', ['unlock', 'execute'])).detail, /TooEarly/);
  await chain.rpc('evm_increaseTime', [24 * 3600 + 10]);
  await chain.mine();
  await ok('a', ['unlock', 'execute']);
  assert.equal((await ok('a', ['show'])).flags.locked, false);
});

test('a transfer of the same person is proven to contacts; one to another person is accepted by them', { skip, timeout: 180_000 }, async () => {
  const moved = await ok('a', ['transfer', '--to-key', 'second', '--same-person', '--yes']);
  assert.equal(moved.published, true);
  const shown = await ok('a', ['show']);
  assert.deepEqual([shown.epoch, shown.owner_key, shown.document.continuity, shown.flags.locked], [2, 'owner.second', true, true]);

  await ok('a', ['unlock', 'announce']);
  await chain.rpc('evm_increaseTime', [24 * 3600 + 10]);
  await chain.mine();
  await ok('a', ['unlock', 'execute']);
  const acceptance = join(scratch.path, 'acceptance.json');
  const { to } = await ok('b', ['transfer', 'accept', acceptance, '--number', number]);
  const forged = join(scratch.path, 'forged.json');
  writeFileSync(forged, readFileSync(acceptance, 'utf8').replace(/"deadline":(\d+)/, (_, value) => `"deadline":${Number(value) + 1}`));
  await no(1, 'crypto.signature-invalid', 'a', ['transfer', to, '--publish', forged, '--yes']);
  await ok('a', ['transfer', to, '--publish', acceptance, '--yes']);
  const theirs = await ok('b', ['show']);
  assert.deepEqual([theirs.epoch, theirs.owner, theirs.document.continuity], [3, to, false]);
  await no(1, 'chain.not-owner', 'a', ['lock']);
});

test('off the local chain an empty payer is told address and sum', { skip, timeout: 60_000 }, async () => {
  const other = await startAnvil({ blockTime: 1, chainId: 4242 });
  try {
    const problem = await no(3, 'chain.no-funds', 'a', ['deploy', '--chain-id', '4242', '--yes'], { rpc: [other.url] });
    assert.match(problem.detail, /0x[0-9a-fA-F]{40}/);
    assert.match(problem.detail, /ether/);
    await no(1, 'chain.wrong-chain', 'a', ['resolve', number], { rpc: [other.url] });
  } finally {
    await other.stop();
  }
});

test('no file of the home holds the passphrase', { skip }, async () => {
  await sleep(10);
  for (const name of ['a', 'b']) {
    for (const entry of readdirSync(home(name), { recursive: true, withFileTypes: true })) {
      if (entry.isFile()) assert.ok(!readFileSync(join(entry.parentPath ?? entry.path, entry.name)).includes(passphrase), entry.name);
    }
  }
});
