// SPDX-License-Identifier: Apache-2.0
// The npm relay of P14 in a process of its own: says its port, then its CPU microseconds for each line `cpu`.
import { createInterface } from 'node:readline';
import { startNostrRelay } from '../tests/peers/nostr_relay.mjs';

const relay = await startNostrRelay();
console.log(relay.port);
for await (const line of createInterface({ input: process.stdin })) {
  if (line !== 'cpu') throw new Error(`what is ${line}?`);
  const { user, system } = process.cpuUsage();
  console.log(user + system);
}
await relay.stop();
