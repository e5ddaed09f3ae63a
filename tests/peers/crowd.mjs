// SPDX-License-Identifier: Apache-2.0
// Thousands of raw connections from many addresses of the loopback network, and what they cost the other side.
import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';

/** One connection; said(): all that was said to it; gone(): the other side ended it. */
export function rawClient(port, from = '127.0.0.1') {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from });
  let said = '';
  let gone = false;
  socket.on('data', (data) => { said += data.toString('latin1'); }).on('error', () => {});
  const ended = new Promise((resolve) => { socket.once('close', () => { gone = true; resolve(said); }); });
  socket.once('end', () => { gone = true; });
  return { socket, from, ended, said: () => said, gone: () => gone };
}

/** The address with this index: of its own /24 for each 200. */
export const crowdAddress = (index) => `127.${1 + Math.floor(index / 200)}.0.${1 + (index % 200)}`;

/**
 * Opens `count` connections, some at a time, spread over `sources` addresses; each says `first` once it was greeted.
 * @returns the clients, when each of them was answered or ended.
 */
export async function crowd({ port, count, sources, first, greeting = true }) {
  const clients = [];
  const answered = (client) => new Promise((resolve) => {
    client.ended.then(resolve);
    client.socket.once(greeting ? 'data' : 'connect', resolve);
  });
  for (let at = 0; at < count; at += 250) {
    const some = Array.from({ length: Math.min(250, count - at) }, (_, i) => rawClient(port, crowdAddress((at + i) % sources)));
    await Promise.all(some.map(answered));
    for (const [i, { socket }] of some.entries()) {
      const words = typeof first === 'function' ? first(at + i) : first;
      if (words !== undefined && socket.writable) socket.write(words);
    }
    clients.push(...some);
  }
  return clients;
}

export const descriptorsOf = (pid) => readdirSync(`/proc/${pid}/fd`).length;
export const kilobytesOf = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
