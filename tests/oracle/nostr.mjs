// SPDX-License-Identifier: Apache-2.0
// What the tests of keys, payloads and wraps share: bytes as Nostr writes them (hex without 0x), and answers that must be good.
import { chance, startOracle } from './oracle.mjs';

export const hex = (bytes) => Buffer.from(bytes).toString('hex');
export const unhex = (text) => new Uint8Array(Buffer.from(text, 'hex'));

/// Seeded chance, and the oracle with ok(op, args): what stands under `ok`, or an exception.
export function start(name) {
  const oracle = startOracle();
  oracle.ok = async (op, args) => {
    const answer = await oracle.ask(op, args);
    if (!('ok' in answer)) throw new Error(`${op}: ${answer.error} ${answer.context ?? ''}`);
    return answer.ok;
  };
  return { oracle, random: chance(name) };
}
