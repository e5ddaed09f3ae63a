// SPDX-License-Identifier: Apache-2.0
// HTTP as the node speaks it: over the owner's socket, and over TCP with every byte of the answer in sight.
import { request } from 'node:http';

/** One call. @returns {Promise<{status, headers, rawHeaders, body, json}>} */
export function call({ socketPath, url, method = 'GET', path = '/', body, seconds = 20 }) {
  return new Promise((resolve, reject) => {
    const where = socketPath === undefined ? { host: new URL(url).hostname, port: new URL(url).port } : { socketPath };
    const payload = body === undefined ? undefined : JSON.stringify(body);
    const headers = payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    const sent = request({ ...where, method, path, headers, agent: false, timeout: seconds * 1000 }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        let json;
        try { json = JSON.parse(text); } catch { /* not every answer is JSON */ }
        resolve({ status: answer.statusCode, headers: answer.headers, rawHeaders: answer.rawHeaders, body: text, json });
      });
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within ${seconds} s`)));
    sent.end(payload);
  });
}

/** Puts a wrap to a door. */
export const post = (url, wrap, seconds = 20) => call({ url, method: 'POST', path: '/v1/messages', body: { v: 1, wrap }, seconds });
