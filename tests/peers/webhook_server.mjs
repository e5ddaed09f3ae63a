// SPDX-License-Identifier: Apache-2.0
// A program's own server over TLS, which lets in what the npm package standardwebhooks verifies, as its readers do.
import { createServer } from 'node:https';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';

/**
 * @param {{key, cert}} tls PEM
 * @returns {Promise<{authority, url, trust(secret), answer(status, headers), taken, refused, close()}>} Before trust() it
 *   takes all, as a server does whose owner was not shown the secret yet. taken: the payloads that verified, each with its
 *   headers; refused: why the others did not.
 */
export async function startWebhookServer(tls) {
  const taken = [];
  const refused = [];
  let webhook;
  let reply = [200, {}];
  const server = createServer(tls, (request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      try {
        const text = Buffer.concat(chunks).toString('utf8');
        const payload = webhook ? webhook.verify(text, request.headers) : JSON.parse(text);
        taken.push({ headers: request.headers, path: request.url, ...payload });
        response.writeHead(...reply).end('ok');
      } catch (error) {
        refused.push(error instanceof WebhookVerificationError ? error.message : error);
        response.writeHead(400).end();
      }
    });
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const authority = `127.0.0.1:${server.address().port}`;
  return { authority, url: `https://${authority}/hook?k=1`, taken, refused,
    trust: (secret) => { webhook = new Webhook(secret); },
    answer: (status, headers = {}) => { reply = [status, headers]; },
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}
