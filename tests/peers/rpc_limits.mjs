// SPDX-License-Identifier: Apache-2.0
// An HTTP JSON-RPC endpoint with the limits of a real provider in front of a real one.
import { createServer } from 'node:http';
import { rpc } from './anvil.mjs';

/** The words in which providers refuse a long query. */
export const refusals = [
  { error: { code: -32005, message: 'query returned more than 10000 results' } },
  { error: { code: -32602, message: 'block range too large, maximum is 100' } },
  { error: { code: -32000, message: 'One of the blocks specified in filter (fromBlock, toBlock or blockHash) cannot be found.' } },
  { error: { code: -32600, message: 'eth_getLogs is limited to a 500 blocks range' } },
  { status: 413 },
];

/**
 * Starts a provider in front of `target` that refuses eth_getLogs over more than `range` blocks; with range 0 every
 * query by height. @returns {Promise<{url, limit(range, refusal), refused(), stop()}>}
 */
export async function startLimits(target) {
  const state = { range: Infinity, refusal: refusals[0], refused: 0 };
  const server = createServer(async (request, response) => {
    response.on('error', () => {});
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { id, method, params } = JSON.parse(Buffer.concat(chunks).toString());
    const [filter] = params ?? [];
    const tooLong = method === 'eth_getLogs' && filter.blockHash === undefined
      && Number(filter.toBlock) - Number(filter.fromBlock) + 1 > state.range;
    const say = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    if (tooLong) {
      state.refused += 1;
      if (state.refusal.status) return say(state.refusal.status, '<html>too large</html>');
      return say(200, JSON.stringify({ jsonrpc: '2.0', id, ...state.refusal }));
    }
    try {
      return say(200, JSON.stringify({ jsonrpc: '2.0', id, result: await rpc(target, method, params ?? []) }));
    } catch (error) {
      return say(200, JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32000, message: error.message } }));
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    limit: (range, refusal = refusals[0]) => Object.assign(state, { range, refusal }),
    refused: () => state.refused,
    stop: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}
