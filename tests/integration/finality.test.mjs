// SPDX-License-Identifier: Apache-2.0
// A publication that the chain takes back before it is final: what was sealed to its key reaches the owner under the former
// one, once, from a node and from the command line alone.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deployRegistry, startAnvil } from '../peers/anvil.mjs';
import { dmid, dmidMissing, startDmidNode } from '../peers/dmid_node.mjs';
import { startNostrRelay } from '../peers/nostr_relay.mjs';
import { temporaryFolder, until } from '../peers/process.mjs';

/** Far more blocks than the test lives seconds: nothing becomes final by itself. */
const slots = 300;

/** One who has a home folder on this chain. */
class Person {
  constructor(stage, name) {
    Object.assign(this, { stage, home: join(stage.folder, name) });
    mkdirSync(join(this.home, 'keys'), { recursive: true, mode: 0o700 });
    this.configure();
  }

  configure(number) {
    const { chain, registry, relay, passphraseFile } = this.stage;
    writeFileSync(join(this.home, 'config.toml'), `[node]
listen = "127.0.0.1:0"
allow = ["127.0.0.1:${relay.port}", "127.0.0.1:${chain.port}"]
[chain]
id = ${chain.chainId}
registry = "${registry}"
[[chain.endpoint]]
label = "local"
url = "${chain.url}"
ws_url = "${chain.url.replace('http', 'ws')}"
[nostr]
relays = ["${relay.url}"]
${number ? `[[number]]\nnumber = "${number}"\npassphrase_file = "${passphraseFile}"\n` : ''}`);
  }

  async do(args, { sign = false } = {}) {
    const { status, json, stdout, stderr } = await dmid(this.home, [...args, '--json', ...(sign ? ['--passphrase-file', this.stage.passphraseFile] : [])], { seconds: 120 });
    assert.equal(status, 0, `dmid ${args.join(' ')}: ${stdout}${stderr}`);
    return json;
  }

  sign(args) { return this.do(args, { sign: true }); }

  async keyOf(role) { return (await this.do(['key', 'show', role])).keys.find((one) => one.role === role); }

  async mint() {
    await this.sign(['key', 'new', '--light']);
    this.number = (await this.sign(['mint'])).number;
    this.configure(this.number);
  }

  publish(more = []) { return this.sign(['publish', '--number', this.number, '--relay', this.stage.relay.url, ...more]); }

  async startNode() {
    this.node = await startDmidNode({ home: this.home, seconds: 60 });
    await until(async () => (await this.do(['inbox'])).messages, 'the node', 30);
  }

  requests() { return this.do(['inbox', '--requests']).then(({ messages }) => messages); }
}

async function stageOf(t) {
  const scratch = temporaryFolder('finality');
  t.after(() => scratch.remove());
  const chain = await startAnvil({ blockTime: 1, slots });
  t.after(() => chain.stop());
  const relay = await startNostrRelay();
  t.after(() => relay.stop());
  mkdirSync(scratch.path, { recursive: true });
  const stage = { folder: scratch.path, chain, relay, passphraseFile: join(scratch.path, 'passphrase') };
  writeFileSync(stage.passphraseFile, 'the passphrase of the test\n', { mode: 0o600 });
  stage.registry = (await deployRegistry(chain.url)).address;
  return stage;
}

/** The same owner from another home, whose mail key the first home does not have. */
async function elsewhere(stage, owner) {
  const other = new Person(stage, 'elsewhere');
  copyFileSync(join(owner.home, 'keys/owner.json'), join(other.home, 'keys/owner.json'));
  await other.sign(['key', 'new', '--light']);
  other.number = owner.number;
  return other;
}

async function takeBack(chain, block) {
  const height = Number(await chain.rpc('eth_blockNumber'));
  await chain.rpc('anvil_reorg', [height - block + 1, []]);
}

test('what was sealed to a key that the chain took back reaches the owner under the former one, once', { skip: dmidMissing() ?? false, timeout: 600_000 }, async (t) => {
  const stage = await stageOf(t);
  const { chain, relay } = stage;
  const [sender, owner, nobody] = ['sender', 'owner', 'nobody'].map((name) => new Person(stage, name));
  for (const person of [sender, owner]) {
    await person.mint();
    await person.publish();
  }
  await chain.mine(2 * slots + 50);
  assert.equal((await owner.do(['resolve', owner.number])).published_final, true);
  for (const person of [sender, owner]) {
    await person.startNode();
    t.after(() => person.node.stop());
  }

  const other = await elsewhere(stage, owner);
  await other.publish(['--fresh']);
  const newer = await nobody.do(['resolve', owner.number]);
  assert.equal(newer.inbox_key, (await other.keyOf('inbox')).key);
  assert.equal(newer.published_final, false);
  await until(async () => (await fetch(`${sender.node.ready.http}/v1/resolve/${owner.number.replaceAll(' ', '')}`).then((said) => said.json())).inbox_key === newer.inbox_key,
    'the newer key at the sender', 30);

  const { id } = await sender.do(['send', owner.number, 'from a node']);
  const sentTo = (key) => relay.events().filter(({ kind, tags }) => kind === 1059 && tags.some(([name, value]) => name === 'p' && value === key));
  await until(() => sentTo(newer.inbox_key).length === 1, 'the letter at the relay', 60);
  const direct = await nobody.do(['send', owner.number, 'from the command line', '--direct']);
  assert.equal(direct.by, 'relay');
  assert.ok(direct.copy, 'a copy for the former key is kept');
  assert.equal(sentTo(newer.inbox_key).length, 2);
  const expires = Number(sentTo(newer.inbox_key)[0].tags.find(([name]) => name === 'expiration')[1]);
  assert.ok(expires > Date.now() / 1000 + 89 * 86_400, 'for as long as a key that was handed over is listened for');

  await takeBack(chain, newer.published_block);
  const former = (await owner.keyOf('inbox')).key;
  assert.equal((await nobody.do(['resolve', owner.number])).inbox_key, former);
  const arrived = (text) => async () => (await owner.requests()).filter((one) => one.text === text).length === 1;
  await until(arrived('from a node'), 'the letter under the former key', 60);
  await nobody.do(['inbox']);
  await until(arrived('from the command line'), 'the copy under the former key', 60);
  assert.deepEqual(readdirSync(join(nobody.home, 'state/older-copies')), []);

  await chain.mine(2 * slots + 50);
  await new Promise((resolve) => { setTimeout(resolve, 20_000); }); // longer than a node waits between two looks
  assert.deepEqual((await owner.requests()).map(({ text }) => text).sort(), ['from a node', 'from the command line']);
  assert.equal(sentTo(former).length, 2);
  const told = (await sender.do(['thread', id.slice(0, 8)])).messages.find((one) => one.id === id);
  assert.ok(told.receipts.some(({ detail }) => /took back/.test(detail)), JSON.stringify(told.receipts));
});
