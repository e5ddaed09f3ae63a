// SPDX-License-Identifier: Apache-2.0
// Keccak, addresses, ABI, EIP-712 and signed transactions against viem.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  decodeAbiParameters, domainSeparator, encodeAbiParameters, getAddress, hashStruct, hashTypedData, keccak256,
  parseSignature, parseTransaction,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { cases, chance, hex, startOracle } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('ethereum');

test('keccak-256 agrees over lengths around the rate', async () => {
  for (let i = 0; i < cases(2000); ++i) {
    const data = hex(r.bytes(r.pick([i % 600, 135, 136, 137, 271, 272, 273])));
    assert.equal((await oracle.ask('keccak', { data })).ok, keccak256(data));
  }
});

test('addresses have the same checksum, and a wrong one is refused', async () => {
  for (let i = 0; i < cases(2000); ++i) {
    const address = r.hex(20);
    const good = getAddress(address);
    assert.equal((await oracle.ask('address', { text: address })).ok, good);
    const at = 2 + r.below(40);
    const letter = good[at];
    const other = letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();
    const bad = good.slice(0, at) + other + good.slice(at + 1);
    const expected = bad === good || bad === bad.toLowerCase() || bad.slice(2) === bad.slice(2).toUpperCase();
    assert.equal((await oracle.ask('address', { text: bad })).error, expected ? undefined : 'codec.not-canonical');
  }
});

/// A random type and value: as viem has them, and the value in the oracle's JSON.
function abi(depth) {
  const kind = r.below(depth > 0 ? 10 : 7);
  if (kind === 0) { const bits = 8 * (1 + r.below(32)); const n = r.big(bits); return [{ type: `uint${bits}` }, n, String(n)]; }
  if (kind === 1) {
    const bits = 8 * (1 + r.below(32));
    const n = r.big(bits - 1);
    const v = r.coin() ? n : -1n - n;
    return [{ type: `int${bits}` }, v, String(v)];
  }
  if (kind === 2) { const a = getAddress(r.hex(20)); return [{ type: 'address' }, a, a]; }
  if (kind === 3) { const b = r.coin(); return [{ type: 'bool' }, b, b]; }
  if (kind === 4) { const n = 1 + r.below(32); const b = r.hex(n); return [{ type: `bytes${n}` }, b, b]; }
  if (kind === 5) { const b = r.hex(r.pick([0, 1, 31, 32, 33, 64, 200])); return [{ type: 'bytes' }, b, b]; }
  if (kind === 6) { const t = r.text(60); return [{ type: 'string' }, t, t]; }
  if (kind === 7) {
    const members = Array.from({ length: 1 + r.below(4) }, () => abi(depth - 1));
    return [{ type: 'tuple', components: members.map((m, i) => ({ ...m[0], name: `m${i}` })) },
      Object.fromEntries(members.map((m, i) => [`m${i}`, m[1]])), members.map((m) => m[2])];
  }
  // Arrays: items of one type, so the type is drawn first and values again until they fit it.
  const [type] = abi(depth - 1);
  const count = r.below(4) + (kind === 9 ? 1 : 0);
  const items = Array.from({ length: count }, () => fill(type));
  return [{ ...type, type: `${type.type}[${kind === 9 ? count : ''}]` }, items.map((x) => x[0]), items.map((x) => x[1])];
}

/// A value for a type that is already drawn.
function fill(type) {
  const array = type.type.match(/^(.*)\[(\d*)\]$/);
  if (array) {
    const count = array[2] === '' ? r.below(4) : Number(array[2]);
    const items = Array.from({ length: count }, () => fill({ ...type, type: array[1] }));
    return [items.map((x) => x[0]), items.map((x) => x[1])];
  }
  if (type.type === 'tuple') {
    const members = type.components.map((c) => [c.name, fill(c)]);
    return [Object.fromEntries(members.map(([n, v]) => [n, v[0]])), members.map(([, v]) => v[1])];
  }
  const sized = type.type.match(/^(uint|int|bytes)(\d+)$/);
  if (sized?.[1] === 'uint') { const n = r.big(Number(sized[2])); return [n, String(n)]; }
  if (sized?.[1] === 'int') { const n = r.big(Number(sized[2]) - 1); const v = r.coin() ? n : -1n - n; return [v, String(v)]; }
  if (sized) { const b = r.hex(Number(sized[2])); return [b, b]; }
  if (type.type === 'address') { const a = getAddress(r.hex(20)); return [a, a]; }
  if (type.type === 'bool') { const b = r.coin(); return [b, b]; }
  if (type.type === 'bytes') { const b = r.hex(r.below(70)); return [b, b]; }
  const t = r.text(20);
  return [t, t];
}

const canonicalType = (t) => t.type.replace(/^tuple/, () => `(${t.components.map(canonicalType).join(',')})`);

test('random parameter lists encode and decode alike', async () => {
  for (let i = 0; i < cases(3000); ++i) {
    const params = Array.from({ length: 1 + r.below(4) }, () => abi(3));
    const types = `(${params.map((p) => canonicalType(p[0])).join(',')})`;
    const theirs = encodeAbiParameters(params.map((p) => p[0]), params.map((p) => p[1]));
    const values = params.map((p) => p[2]);
    const encoded = await oracle.ask('abi.encode', { types, values });
    assert.equal(encoded.ok, theirs, `${types}: ${encoded.error} ${encoded.context}`);
    assert.deepEqual((await oracle.ask('abi.decode', { types, data: theirs })).ok, values);
  }
});

test('what we accept of damaged ABI bytes is the encoding of what the peer reads', async () => {
  let accepted = 0, refused = 0;
  for (let i = 0; i < cases(3000); ++i) {
    const params = Array.from({ length: 1 + r.below(3) }, () => abi(2));
    const types = params.map((p) => p[0]);
    const bytes = Buffer.from(encodeAbiParameters(types, params.map((p) => p[1])).slice(2), 'hex');
    bytes[r.below(bytes.length)] ^= 1 << r.below(8);
    const ours = await oracle.ask('abi.decode', { types: `(${types.map(canonicalType).join(',')})`, data: hex(bytes) });
    if (ours.error) { ++refused; continue; }
    ++accepted;
    assert.equal(encodeAbiParameters(types, decodeAbiParameters(types, hex(bytes))), hex(bytes));
  }
  console.log(`# ${accepted} accepted, ${refused} refused`);
  assert.ok(accepted > 100 && refused > 100);
});

test('random typed structs and domains hash alike', async () => {
  for (let i = 0; i < cases(2000); ++i) {
    // Later structs may be members of earlier ones, so there is no cycle.
    const names = ['Alpha', 'Beta', 'Gamma', 'Delta'].slice(0, 1 + r.below(4)).sort(() => r.next() - 0.5);
    const types = {};
    const shapes = {};
    for (let s = names.length - 1; s >= 0; --s) {
      const members = Array.from({ length: 1 + r.below(4) }, (_, m) => {
        const inner = names.slice(s + 1);
        const suffix = r.pick(['', '', '[]', '[2]', '[][2]']);
        if (inner.length && r.coin()) return { name: `f${m}`, type: r.pick(inner) + suffix };
        let [base] = abi(0);
        return { name: `f${m}`, type: base.type + suffix };
      });
      types[names[s]] = members;
    }
    const shape = (type) => {
      const base = type.replace(/\[.*$/, '');
      const rest = type.slice(base.length);
      return (types[base] ? `(${types[base].map((m) => shape(m.type)).join(',')})` : base) + rest;
    };
    const make = (type) => {
      const array = type.match(/^(.*)\[(\d*)\]$/);
      if (array) {
        const items = Array.from({ length: array[2] === '' ? r.below(3) : Number(array[2]) }, () => make(array[1]));
        return [items.map((x) => x[0]), items.map((x) => x[1])];
      }
      if (!types[type]) return fill({ type });
      const members = types[type].map((m) => [m.name, make(m.type)]);
      return [Object.fromEntries(members.map(([n, v]) => [n, v[0]])), members.map(([, v]) => v[1])];
    };
    const primaryType = names[0];
    const [message, values] = make(primaryType);
    const domain = {};
    if (r.coin(0.8)) domain.name = r.text(12);
    if (r.coin(0.8)) domain.version = r.text(3);
    if (r.coin(0.8)) domain.chainId = r.big(53);
    if (r.coin(0.8)) domain.verifyingContract = getAddress(r.hex(20));
    if (r.coin(0.3)) domain.salt = r.hex(32);
    // viem leaves empty names out of the domain's type; the standard speaks of absent ones only.
    if (domain.name === '') delete domain.name;
    if (domain.version === '') delete domain.version;
    const fields = [['name', 'string'], ['version', 'string'], ['chainId', 'uint256'], ['verifyingContract', 'address'], ['salt', 'bytes32']];
    const all = { ...types, EIP712Domain: fields.filter(([n]) => n in domain).map(([name, type]) => ({ name, type })) };
    const ours = await oracle.ask('eip712', {
      structs: Object.entries(types).map(([n, m]) => [n, m.map((x) => [x.type, x.name])]),
      primary: primaryType, shape: shape(primaryType), values,
      domain: { ...domain, chainId: domain.chainId === undefined ? undefined : String(domain.chainId) },
    });
    assert.equal(ours.error, undefined, ours.context);
    assert.equal(ours.ok.hash, hashStruct({ data: message, primaryType, types }));
    assert.equal(ours.ok.separator, domainSeparator({ domain: all.EIP712Domain.length ? domain : {} , types: all }));
    assert.equal(ours.ok.digest, hashTypedData({ domain, types: all, primaryType, message }));
  }
});

test('signed EIP-1559 transactions read alike and write back the same bytes', async () => {
  for (let i = 0; i < cases(1000); ++i) {
    const account = privateKeyToAccount(r.hex(32));
    const tip = r.big(80);
    const txn = {
      type: 'eip1559', chainId: 1 + r.below(2 ** 31), nonce: r.below(r.pick([2, 2 ** 31])), gas: r.big(40),
      maxPriorityFeePerGas: tip, maxFeePerGas: tip + r.big(80), value: r.big(200),
      data: r.hex(r.pick([0, 1, 4, 55, 56, 300])),
      accessList: Array.from({ length: r.below(3) }, () => ({
        address: getAddress(r.hex(20)), storageKeys: Array.from({ length: r.below(3) }, () => r.hex(32)) })),
    };
    if (r.coin(0.8)) txn.to = getAddress(r.hex(20));
    const raw = await account.signTransaction(txn);
    const ours = (await oracle.ask('txn.decode', { raw })).ok;
    const back = parseTransaction(raw);
    assert.equal(ours.again, raw);
    assert.equal(ours.hash, keccak256(raw));
    for (const key of ['chainId', 'nonce', 'gas', 'maxFeePerGas', 'maxPriorityFeePerGas', 'value'])
      assert.equal(ours[key], String(txn[key]), key);
    assert.equal(ours.to, txn.to ?? null);
    assert.equal(ours.data, txn.data);
    assert.deepEqual(ours.accessList, txn.accessList);
    assert.equal(BigInt('0x' + ours.signature.slice(2, 66)), BigInt(back.r));
    assert.equal(BigInt('0x' + ours.signature.slice(66, 130)), BigInt(back.s));
    assert.equal(parseInt(ours.signature.slice(130), 16), 27 + back.yParity);
    const { r: r0, s: s0 } = parseSignature(await account.sign({ hash: ours.signingHash }));
    assert.deepEqual([BigInt(r0), BigInt(s0)], [BigInt(back.r), BigInt(back.s)]);
  }
});
