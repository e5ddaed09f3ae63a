// SPDX-License-Identifier: Apache-2.0
// The follower on a real chain that is reorganised again and again: whatever happened on the way, the index is byte for
// byte the one that is built afresh from the first block.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { decodeEventLog, decodeFunctionResult, encodeFunctionData } from 'viem';
import { deployRegistry, startAnvil } from '../peers/anvil.mjs';
import { dmid, dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { refusals, startLimits } from '../peers/rpc_limits.mjs';
import { startRpcProxy } from '../peers/rpc_proxy.mjs';
import { root, sleep, start, temporaryFolder, until } from '../peers/process.mjs';

const abi = [JSON.parse(readFileSync(join(root, 'contracts/abi/DmidRegistry.json'), 'utf8'))].map((file) => file.abi ?? file)[0];
const steps = Number(process.env.DMID_REORG_STEPS ?? 300);
const seed = Number(process.env.DMID_SEED ?? Math.floor(Math.random() * 2 ** 31));

/** What a step does, by how often. A deep reorg takes most of what was built with it. */
const weighted = Object.entries({ mint: 8, publish: 8, transfer: 5, reorg: 5, deep: 1, mine: 3, kill: 3, limit: 2, lie: 2 })
  .flatMap(([what, weight]) => Array(weight).fill(what));

/** mulberry32: the same steps again from the printed seed. */
function randomOf(start) {
  let state = start;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  return { below, pick: (list) => list[below(list.length)], hex: (bytes) => `0x${Array.from({ length: bytes }, () => below(256).toString(16).padStart(2, '0')).join('')}` };
}

/** The registry, driven by anvil's unlocked accounts. What a reorg took away is simply refused, and tried no further. */
function registryOn(chain, address) {
  const read = async (functionName, args) => {
    const data = encodeFunctionData({ abi, functionName, args });
    return decodeFunctionResult({ abi, functionName, data: await chain.rpc('eth_call', [{ to: address, data }, 'latest']) });
  };
  const send = async (from, functionName, args) => {
    const data = encodeFunctionData({ abi, functionName, args });
    const hash = await chain.rpc('eth_sendTransaction', [{ from, to: address, data, gas: '0x4c4b40' }]);
    const receipt = await until(() => chain.rpc('eth_getTransactionReceipt', [hash]), `a receipt of ${functionName}`, 20);
    if (receipt.status !== '0x1') throw new Error(`${functionName} reverted`);
    return receipt;
  };
  return { read, send };
}

class Story {
  constructor(chain, registry, random) { Object.assign(this, { chain, registry, random, numbers: [], counts: {} }); }

  count(what) { this.counts[what] = (this.counts[what] ?? 0) + 1; }

  /** A number that is minted now, and its owner; undefined where there is none. */
  async someone() {
    const number = this.random.pick(this.numbers);
    if (number === undefined) return undefined;
    const owner = await this.registry.read('ownerOf', [number]).catch(() => undefined);
    return owner && { number, owner };
  }

  async mint() {
    const [payer] = this.chain.accounts;
    const recipient = this.random.pick(this.chain.accounts);
    const secret = this.random.hex(32);
    const commitment = await this.registry.read('commitmentFor', [recipient, secret]);
    await this.registry.send(payer, 'commit', [commitment]);
    await this.chain.mine(2);
    const { logs } = await this.registry.send(payer, 'mint', [recipient, secret]);
    for (const log of logs) {
      const event = decodeEventLog({ abi, data: log.data, topics: log.topics });
      if (event.eventName === 'Transfer') this.numbers.push(event.args.tokenId ?? event.args[2]);
    }
  }

  async publish() {
    const one = await this.someone();
    if (!one) return;
    await this.registry.send(one.owner, 'publish', [one.number, this.random.hex(32), this.random.hex(1 + this.random.below(300))]);
  }

  async transfer() {
    const one = await this.someone();
    if (!one) return;
    await this.registry.send(one.owner, 'announceUnlock', [one.number]);
    await this.chain.rpc('evm_increaseTime', [86_500]);
    await this.chain.mine(1);
    await this.registry.send(one.owner, 'executeUnlock', [one.number]);
    const to = this.random.pick(this.chain.accounts.filter((account) => account.toLowerCase() !== one.owner.toLowerCase()));
    if (this.random.below(4) > 0) await this.registry.send(one.owner, 'transferFrom', [one.owner, to, one.number]);
  }

  async reorg(most) {
    const height = Number(await this.chain.rpc('eth_blockNumber'));
    const depth = Math.min(1 + this.random.below(most), height - this.first);
    if (depth < 1) return;
    await this.chain.rpc('anvil_reorg', [depth, []]);
  }
}

const endpointLines = (list) => list.map(({ label, url, ws }) => `[[chain.endpoint]]\nlabel = "${label}"\nurl = "${url}"\n${ws ? `ws_url = "${ws}"\n` : ''}`).join('\n');

/** `dmid index follow` that is killed at any moment and started again. */
function followerOf(home) {
  let running;
  return {
    begin() { running ??= start([dmidBinary(), 'index', 'follow', '--home', home]); },
    async kill() { const one = running; running = undefined; if (one) { await one.kill('SIGKILL'); await one.exited; } return one?.output() ?? ''; },
  };
}

async function sameAsFresh(home, story) {
  const once = await dmid(home, ['index', 'follow', '--once']);
  assert.equal(once.status, 0, `${once.stdout}${once.stderr}`);
  const followed = await dmid(home, ['index', 'dump']);
  const fresh = await dmid(home, ['index', 'dump', '--fresh']);
  assert.equal(fresh.status, 0, fresh.stderr);
  assert.equal(followed.stdout, fresh.stdout);
  // And what it says is what the contract says.
  for (const line of followed.stdout.split('\n').filter(Boolean)) {
    const [number, epoch, seq, , publishedBlock, , owner, , documentHash] = line.split(' ');
    assert.equal(await story.registry.read('ownerOf', [BigInt(number)]), owner, number);
    const record = Object.values(await story.registry.read('record', [BigInt(number)])).map(String);
    for (const value of [epoch, seq, publishedBlock, `0x${documentHash}`]) assert.ok(record.includes(value), `${value} of ${line} in ${record}`);
  }
  return followed.stdout;
}

test('after hundreds of mints, publishes, transfers, reorgs and kills the index is the one built afresh',
  { skip: dmidMissing() ?? false, timeout: 600_000 }, async (t) => {
    t.diagnostic(`seed ${seed}, ${steps} steps`);
    const random = randomOf(seed);
    const chain = await startAnvil();
    const other = await startAnvil(); // another chain under the same id: a fork that never ends
    const { address, blockNumber } = await deployRegistry(chain.url);
    await deployRegistry(other.url);
    const limits = await startLimits(chain.url);
    const liar = await startRpcProxy(chain.url);
    const folder = temporaryFolder('reorg');
    const follower = followerOf(folder.path);
    try {
      mkdirSync(folder.path, { recursive: true });
      const ws = chain.url.replace('http', 'ws');
      const endpoints = [{ label: 'plain', url: chain.url, ws }, { label: 'limited', url: limits.url }, { label: 'liar', url: liar.url }];
      const write = (list) => writeFileSync(join(folder.path, 'config.toml'), `[chain]\nid = 31337\nregistry = "${address}"\n\n${endpointLines(list)}`);
      write(endpoints);
      const story = new Story(chain, registryOn(chain, address), random);
      story.first = blockNumber;
      let rows = '';
      for (let step = 1; step <= steps; step += 1) {
        const what = random.pick(weighted);
        story.count(what);
        if (what === 'reorg') await story.reorg(6);
        else if (what === 'deep') await story.reorg(60);
        else if (what === 'mine') await chain.mine(1 + random.below(random.below(8) === 0 ? 150 : 10));
        else if (what === 'limit') limits.limit(random.pick([0, 1, 7, 100, Infinity]), random.pick(refusals));
        else if (what === 'lie') await liar.tell(random.pick([undefined, 'document', 'block-hash', 'state-root', 'stale-head', 'wrong-types', 'rpc-error', 'http-500', 'closed', 'wrong-id']));
        else if (what === 'kill') { await follower.kill(); follower.begin(); }
        else await story[what]().catch((error) => story.count(`refused ${what} ${error.message.slice(0, 40)}`));
        follower.begin();
        if (random.below(3) === 0) await sleep(random.below(250));
        if (step % 25 === 0) {
          const said = await follower.kill();
          assert.doesNotMatch(said, /error:/, said);
          // Now and then the third endpoint is on another chain altogether, which is a majority's to notice.
          write(random.below(2) === 0 ? endpoints : [endpoints[0], { label: 'forked', url: other.url }, endpoints[1]]);
          rows = await sameAsFresh(folder.path, story);
        }
      }
      assert.ok(rows.split('\n').length > 5, `only ${rows.split('\n').length - 1} rows`);
      t.diagnostic(JSON.stringify({ ...story.counts, rows: rows.split('\n').length - 1, refusedByLimit: limits.refused() }));
    } finally {
      await follower.kill();
      await liar.stop();
      await limits.stop();
      await chain.stop();
      await other.stop();
      folder.remove();
    }
  });

test('an index of another chain under the same endpoints is followed afresh, and says so', { skip: dmidMissing() ?? false, timeout: 120_000 }, async () => {
  const first = await startAnvil();
  const { address } = await deployRegistry(first.url);
  const folder = temporaryFolder('reset');
  try {
    writeFileSync(join(folder.path, 'config.toml'), `[chain]\nid = 31337\nregistry = "${address}"\n\n${endpointLines([{ label: 'local', url: first.url }])}`);
    const story = new Story(first, registryOn(first, address), randomOf(1));
    await story.mint();
    assert.equal((await dmid(folder.path, ['index', 'follow', '--once'])).status, 0);
    assert.equal((await dmid(folder.path, ['index', 'status', '--json'])).json.numbers, 1);
    await first.stop();
    await sleep(1100); // the genesis of a local chain differs by its time alone
    const second = await startAnvil({ port: first.port });
    try {
      assert.equal((await deployRegistry(second.url)).address, address);
      await second.mine(20);
      const again = await dmid(folder.path, ['index', 'follow', '--once']);
      assert.equal(again.status, 0, again.stderr);
      assert.equal((await dmid(folder.path, ['index', 'status', '--json'])).json.numbers, 0);
    } finally {
      await second.stop();
    }
  } finally {
    await first.stop();
    folder.remove();
  }
});
