// SPDX-License-Identifier: Apache-2.0
// A JSON-RPC endpoint that passes on what it is asked, but for what it lies about, and for what it is too gone to answer.
import { createServer } from 'node:http';

/**
 * @param {string} target the endpoint behind it. @param {object} options lie(asked): the result that it makes up, or
 *   undefined; goneFor(asked): what it answers with 503 while `state.gone`; everything unless said otherwise.
 * @returns {Promise<{url, state: {gone}, stop()}>}
 */
export function startOddEndpoint(target, { lie = () => undefined, goneFor = () => true } = {}) {
  const state = { gone: false };
  const server = createServer(async (asking, response) => {
    let body = '';
    for await (const piece of asking) body += piece;
    const asked = JSON.parse(body);
    if (state.gone && goneFor(asked)) { response.writeHead(503).end(); return; }
    const result = lie(asked);
    if (result !== undefined) {
      response.end(JSON.stringify({ jsonrpc: '2.0', id: asked.id, result }));
      return;
    }
    const answer = await fetch(target, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    response.end(await answer.text());
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ url: `http://127.0.0.1:${server.address().port}`, state, stop: () => server.close() }));
  });
}
