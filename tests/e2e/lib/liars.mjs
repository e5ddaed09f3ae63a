// SPDX-License-Identifier: Apache-2.0
// One lie each, and the code by which a reader names it.
export const liars = [
  { lie: 'inbox-key', words: 'another inbox key', code: 'chain.key-altered' },
  { lie: 'owner', words: 'another owner', code: 'chain.owner-altered' },
  { lie: 'document', words: 'an altered document', code: 'document.hash-mismatch' },
  { lie: 'absence', words: '"no such number"', code: 'chain.absence-claimed' },
  { lie: 'proof-nodes', words: 'a proof with one bit turned', code: 'proof.node-hash' },
  { lie: 'stale-head', words: 'an old block', code: 'chain.stale-head', options: { behind: 1_000_000 } },
  { lie: 'wrong-contract', words: 'another contract', code: 'chain.wrong-contract' },
  { lie: 'code-hash', words: 'other code', code: 'proof.code-hash' },
];
