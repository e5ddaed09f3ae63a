// SPDX-License-Identifier: Apache-2.0
// An HTTP JSON-RPC endpoint that passes everything on to a real one, and lies in the one way it is told to.
import { createServer } from 'node:http';
import { rpc } from './anvil.mjs';
import { sleep } from './process.mjs';

const hexBig = (value) => `0x${value.toString(16)}`;
const hexWord = (value) => `0x${value.toString(16).padStart(64, '0')}`;

/** The same hex text with one bit of one byte turned; `at` counts bytes from the end. */
function flip(hex, at = 0) {
  const odd = hex.length % 2 === 1; // a quantity: it stays one, or its form would be the lie
  const digits = odd ? `0${hex.slice(2)}` : hex.slice(2);
  const bytes = Buffer.from(digits, 'hex');
  if (bytes.length === 0) return '0x01';
  bytes[Math.max(0, bytes.length - 1 - at)] ^= 1;
  return `0x${odd ? bytes.toString('hex').slice(1) : bytes.toString('hex')}`;
}

/** A record is three consecutive words; which of them a storage key is. */
function wordOf(entries, entry) {
  const keys = entries.map(({ key }) => BigInt(key)).sort((a, b) => (a < b ? -1 : 1));
  return Number(BigInt(entry.key) - keys[0]);
}

const alterWord = (word) => ({
  eth_getProof: (result) => ({
    ...result,
    storageProof: result.storageProof.map((entry) => (wordOf(result.storageProof, entry) === word ? { ...entry, value: hexBig(BigInt(flip(entry.value))) } : entry)),
  }),
  eth_getStorageAt: (result) => flip(result),
});

/** Turns one bit in the middle of the last node: the leaf, which holds the value. */
const alterLast = (nodes) => nodes.map((node, index) => (index === nodes.length - 1 ? flip(node, Math.floor(node.length / 4)) : node));

/** Byte in the middle of an event's last, padded `bytes`: inside the document, not its padding. */
function alterDocument(logs) {
  return logs.map((log) => {
    const data = Buffer.from(log.data.slice(2), 'hex');
    let last = data.length - 1;
    while (last > 0 && data[last] === 0) last -= 1;
    if (last < 64) return log;
    data[last] ^= 1;
    return { ...log, data: `0x${data.toString('hex')}` };
  });
}

const header = (change) => ({ eth_getBlockByNumber: (block) => block && change(block), eth_getBlockByHash: (block) => block && change(block) });

/**
 * The lies. A lie changes the answers of some methods (a function of result, request and target), or is a word that
 * the server itself acts on. Each is one lie: everything else in the answer stays true.
 */
export const lies = {
  // What is claimed beside a true proof.
  'owner': alterWord(0),
  'inbox-key': alterWord(1),
  'document-hash': alterWord(2),
  'document': { eth_getLogs: alterDocument },
  'code-hash': { eth_getProof: (result) => ({ ...result, codeHash: flip(result.codeHash) }), eth_getCode: (result) => flip(result) },
  'storage-hash': { eth_getProof: (result) => ({ ...result, storageHash: flip(result.storageHash) }) },
  // The proof itself.
  'proof-nodes': {
    eth_getProof: (result) => ({ ...result, storageProof: result.storageProof.map((entry) => ({ ...entry, proof: alterLast(entry.proof) })) }),
  },
  'account-proof': { eth_getProof: (result) => ({ ...result, accountProof: alterLast(result.accountProof) }) },
  'short-proof': {
    eth_getProof: (result) => ({ ...result, storageProof: result.storageProof.map((entry) => ({ ...entry, proof: entry.proof.slice(0, -1) })) }),
  },
  'extra-nodes': {
    eth_getProof: (result) => ({ ...result, storageProof: result.storageProof.map((entry) => ({ ...entry, proof: [...entry.proof, ...result.accountProof] })) }),
  },
  // A true proof of absence, of other keys: the strongest form of "this number does not exist".
  'absence': {
    eth_getProof: async (result, { params }, target) => {
      const [address, keys, block] = params;
      const other = await rpc(target, 'eth_getProof', [address, keys.map((key) => hexWord(BigInt(key) ^ (1n << 200n))), block]);
      return { ...result, storageProof: result.storageProof.map((entry, index) => ({ ...entry, value: '0x0', proof: other.storageProof[index].proof })) };
    },
  },
  // A true proof of another contract, and its address.
  'wrong-contract': {
    eth_getProof: async (result, { params }, target, { contract }) => {
      const [, keys, block] = params;
      return rpc(target, 'eth_getProof', [contract ?? `0x${'11'.repeat(20)}`, keys, block]);
    },
  },
  // Blocks.
  'block-hash': header((block) => ({ ...block, hash: flip(block.hash) })),
  'state-root': header((block) => ({ ...block, stateRoot: flip(block.stateRoot) })),
  'chain-id': { eth_chainId: () => '0x539' },
  'stale-head': 'stale-head',
  // No state but the newest, as an endpoint without an archive.
  'no-archive': 'no-archive',
  // Form.
  'wrong-types': 'wrong-types',
  'not-json': 'not-json',
  'deep-json': 'deep-json',
  'wrong-id': 'wrong-id',
  'rpc-error': 'rpc-error',
  'http-500': 'http-500',
  'closed': 'closed',
  'slow': 'slow',
  'endless': 'endless',
  'huge': 'huge',
};

/** Any of these in turn instead of a result, so that each method meets each wrong type. */
const wrong = [42, true, null, 'not hex', [[]], { unexpected: 1 }, '0x', -1, '0xzz', ['0x1', 5]];

/** Whether a block that is named by its height is older than the newest few. */
async function isPast(block, target) {
  return /^0x[0-9a-f]{1,16}$/.test(block) && BigInt(await rpc(target, 'eth_blockNumber')) - BigInt(block) > 2n;
}

async function answerOne(request, { target, lie, options, count, headAtLie }) {
  const id = lie === 'wrong-id' ? 987654 : request.id;
  if (lie === 'rpc-error') return { jsonrpc: '2.0', id, error: { code: -32000, message: 'not today' } };
  if (lie === 'wrong-types') return { jsonrpc: '2.0', id, result: wrong[count % wrong.length] };
  let { params } = request;
  if (lie === 'no-archive' && request.method === 'eth_getProof' && await isPast(params[2], target)) {
    return { jsonrpc: '2.0', id, error: { code: -32000, message: 'missing trie node' } };
  }
  // An old head, told in every place where a head is named, and true blocks below it.
  if (lie === 'stale-head') {
    if (request.method === 'eth_blockNumber') return { jsonrpc: '2.0', id, result: hexBig(headAtLie) };
    params = (params ?? []).map((value) => (['latest', 'pending', 'safe', 'finalized'].includes(value) ? hexBig(headAtLie) : value));
  }
  try {
    const result = await rpc(target, request.method, params ?? []);
    const change = typeof lies[lie] === 'object' ? lies[lie][request.method] : undefined;
    return { jsonrpc: '2.0', id, result: change ? await change(result, request, target, options) : result };
  } catch (error) {
    return { jsonrpc: '2.0', id, error: { code: -32000, message: error.message } };
  }
}

/** Writes zeros until `bytes` are out or the client has had enough; resolves when either is so. */
async function flood(response, bytes) {
  const chunk = Buffer.alloc(1 << 16, 0x30);
  const gone = new Promise((done) => response.once('close', done));
  for (let sent = 0; sent < bytes && !response.destroyed; sent += chunk.length) {
    if (!response.write(chunk)) await Promise.race([new Promise((done) => response.once('drain', done)), gone]);
  }
  response.end();
}

/** The lies about the answer's form, which need no true answer. @returns {Promise<boolean>} true if it answered. */
async function answerForm(lie, response, options) {
  const type = { 'content-type': 'application/json' };
  if (lie === 'slow') await sleep(options.delay ?? 60_000);
  if (response.destroyed) return true;
  if (lie === 'closed') response.destroy();
  else if (lie === 'http-500') response.writeHead(500, type).end('{}');
  else if (lie === 'not-json') response.writeHead(200, { 'content-type': 'text/html' }).end('<html>welcome</html>');
  else if (lie === 'deep-json') response.writeHead(200, type).end(`{"jsonrpc":"2.0","id":1,"result":${'['.repeat(100)}${']'.repeat(100)}}`);
  else if (lie === 'endless') { response.writeHead(200, type).write('{"jsonrpc":"2.0","id":1,"result":"0x'); await flood(response, Infinity); }
  else if (lie === 'huge') {
    response.writeHead(200, { ...type, 'content-length': String(2 ** 30) }).write('{"jsonrpc":"2.0","id":1,"result":"0x');
    await flood(response, 2 ** 30 - 40);
  } else return false;
  return true;
}

/**
 * Starts a proxy in front of `target`.
 * @returns {Promise<{url, port, pid, calls, tell(lie, options), stop()}>} tell(): the name of a lie of `lies`, or undefined for
 *   the truth; options: delay (ms, for slow), behind (blocks, for stale-head), contract (for wrong-contract);
 *   calls: [{method, params}] since the start.
 */
export async function startRpcProxy(target) {
  const state = { target, lie: undefined, options: {}, count: 0, headAtLie: 0n };
  const calls = [];
  const server = createServer(async (request, response) => {
    response.on('error', () => {});
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks).toString());
    const list = Array.isArray(body) ? body : [body];
    calls.push(...list.map(({ method, params }) => ({ method, params })));
    if (await answerForm(state.lie, response, state.options)) return;
    const answers = [];
    for (const one of list) answers.push(await answerOne(one, { ...state, count: state.count++ }));
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(Array.isArray(body) ? answers : answers[0]));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  return {
    url: `http://127.0.0.1:${port}`, port, pid: process.pid, calls,
    async tell(lie, options = {}) {
      if (lie !== undefined && !(lie in lies)) throw new Error(`no such lie: ${lie}`);
      if (lie === 'stale-head') {
        const head = BigInt(await rpc(target, 'eth_blockNumber')) - BigInt(options.behind ?? 0);
        state.headAtLie = head < 0n ? 0n : head;
      }
      Object.assign(state, { lie, options });
    },
    stop: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}
