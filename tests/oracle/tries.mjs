// SPDX-License-Identifier: Apache-2.0
// Tries, headers and registries made of nothing, by @ethereumjs/mpt: what proofs are held against.
import { createMerkleProof, createMPT } from '@ethereumjs/mpt';
import { RLP } from '@ethereumjs/rlp';
import { encodeAbiParameters, keccak256, numberToHex, toRlp } from 'viem';
import { hex, unhex } from './oracle.mjs';

export const emptyRoot = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

/// A trie of [key of 32 bytes, value] pairs.
export async function trieOf(pairs) {
  const trie = await createMPT();
  for (const [key, value] of pairs) await trie.put(unhex(key), value);
  return trie;
}

/// The proof as @ethereumjs/mpt gives it: embedded nodes are listed again.
export const rawProofOf = async (trie, key) =>
  (hex(trie.root()) === emptyRoot ? [] : (await createMerkleProof(trie, unhex(key))).map(hex));

/// The proof as Ethereum's nodes give it: only what is reached by a hash.
export const proofOf = async (trie, key) =>
  (await rawProofOf(trie, key)).filter((node, i) => i === 0 || node.length >= 2 + 2 * 32);

/// The proofs of several keys as one list, each node once, in the order of first need.
export const merged = (proofs) => [...new Set(proofs.flat())];

/// Keys of 32 bytes; some share long beginnings, so that extensions and embedded nodes occur.
export function randomKey(r, known) {
  if (known.length === 0 || r.coin(0.6)) return r.hex(32);
  const base = unhex(r.pick(known));
  const keep = r.pick([1, 4, 16, 29, 30, 31, 31]);
  for (let i = keep; i < 32; ++i) base[i] = r.below(256);
  if (r.coin(0.3)) base[31] = (unhex(r.pick(known))[31] & 0xf0) | r.below(16);
  return hex(base);
}

export const slotsOf = (number) => {
  const base = BigInt(keccak256(encodeAbiParameters([{ type: 'uint256' }, { type: 'uint256' }], [BigInt(number), 0n])));
  return [0n, 1n, 2n].map((i) => numberToHex((base + i) & (2n ** 256n - 1n), { size: 32 }));
};

/// The three words of a record.
export function wordsOf({ owner, epoch, seq, publishedBlock, flags, inboxKey, documentHash }) {
  const packed = BigInt(owner) | (BigInt(epoch) << 160n) | (BigInt(seq) << 184n) | (BigInt(publishedBlock) << 216n) |
    (BigInt(flags) << 248n);
  return [packed, BigInt(inboxKey), BigInt(documentHash)];
}

/// A state with one registry and some accounts around it, and a header over it.
/// `records` is a list of [number, words].
export async function makeWorld(r, { registry, codeHash, records, accounts = 20, time = 1_800_000_000 }) {
  const storage = [];
  for (const [number, words] of records) {
    slotsOf(number).forEach((slot, i) => {
      if (words[i] !== 0n) storage.push([keccak256(slot), RLP.encode(words[i])]);
    });
  }
  const storageTrie = await trieOf(storage);
  const account = (nonce, root, code) => RLP.encode([nonce, r.big(60), unhex(root), unhex(code)]);
  const stateTrie = await trieOf([
    ...Array.from({ length: accounts }, () => [keccak256(r.hex(20)), account(r.below(9), emptyRoot, keccak256('0x'))]),
    ...(registry ? [[keccak256(registry), account(1, hex(storageTrie.root()), codeHash)]] : []),
  ]);
  const header = toRlp([r.hex(32), r.hex(32), r.hex(20), hex(stateTrie.root()), r.hex(32), r.hex(32), '0x' + '00'.repeat(256),
    '0x', '0x0123', '0x01c9c380', '0x', numberToHex(time), '0x', r.hex(32), '0x0000000000000000', '0x07', r.hex(32), '0x',
    '0x', r.hex(32), r.hex(32)]);
  return {
    storageTrie, stateTrie, header, hash: keccak256(header),
    account: registry ? await proofOf(stateTrie, keccak256(registry)) : undefined,
    storage: async (number) =>
      merged(await Promise.all(slotsOf(number).map((slot) => proofOf(storageTrie, keccak256(slot))))),
  };
}
