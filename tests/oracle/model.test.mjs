// SPDX-License-Identifier: Apache-2.0
// Numbers against an own MOD 97-10 over BigInt; documents, policies and their containers against @ipld/dag-cbor.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as dagCbor from '@ipld/dag-cbor';
import { keccak256 } from 'viem';
import { cases, chance, hex, startOracle, unhex } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('model');

/// ISO 7064 MOD 97-10 as the standard computes it: digit by digit, not by a division.
function check(digits) {
  let sum = 0n;
  for (const digit of digits) sum = ((sum + BigInt(digit)) * 10n) % 97n;
  return String((98n - ((sum * 10n) % 97n)) % 97n).padStart(2, '0');
}
const written = (payload) => {
  const digits = '83' + String(payload).padStart(12, '0');
  // One payload, one number: what the standard leaves open (00 or 97, 01 or 98) is the one from 02 to 98.
  const cc = Number(check(digits));
  return digits + String(cc < 2 ? cc + 97 : cc).padStart(2, '0');
};
const payload = () => r.pick([() => r.big(39), () => BigInt(r.below(1000)), () => 10n ** 12n - 1n - BigInt(r.below(1000))])() % 10n ** 12n;

test('every payload has the number that the standard gives, and that one alone', async () => {
  for (let i = 0; i < cases(5000); ++i) {
    const p = payload();
    const number = written(p);
    assert.equal(BigInt(number) % 97n, 1n);
    assert.equal((await oracle.ask('number.of_payload', { payload: String(p) })).ok, number);
    const other = number.slice(0, 14) + String(r.below(100)).padStart(2, '0');
    const read = await oracle.ask('number.parse', { text: other });
    if (other === number) assert.equal(read.ok.number, number);
    else assert.equal(read.error, 'number.checksum', other);
  }
});

test('sixteen digits are a number exactly where the standard says so, however they are spaced', async () => {
  let good = 0;
  for (let i = 0; i < cases(5000); ++i) {
    const digits = [...written(payload())];
    for (let n = r.below(3); n > 0; --n) digits[2 + r.below(14)] = String(r.below(10));
    const plain = digits.join('');
    const spaced = digits.map((d) => (r.coin(0.1) ? String.fromCodePoint(0xff10 + Number(d)) : d) + (r.coin(0.2) ? r.pick([' ', '-', '.', '\u00a0']) : ''));
    const read = await oracle.ask('number.parse', { text: spaced.join('').replace(/[-.]$/, '') });
    if (written(BigInt(plain.slice(2, 14))) === plain) {
      ++good;
      assert.equal(read.ok?.number, plain, read.context);
      assert.equal(read.ok.fours.replaceAll(' ', ''), plain);
    } else assert.equal(read.error, 'number.checksum', plain);
  }
  assert.ok(good > 500);
});

/// A document as JavaScript has it: whatever the specification allows, with parts left out at will.
function document() {
  const maybe = (value, p = 0.5) => (r.coin(p) ? value() : undefined);
  const list = (max, one) => Array.from({ length: 1 + r.below(max) }, one);
  const [inbox, policy] = [r.bytes(32), r.bytes(32)];
  const steps = r.below(5);
  const keys = [...Array.from({ length: steps }, () => r.bytes(32)), inbox];
  const out = {
    v: 1,
    inbox,
    policy,
    possession: r.bytes(64),
    relays: maybe(() => list(3, () => r.pick(['wss', 'ws']) + `://relay${r.below(1000)}.example.org`)),
    gateways: maybe(() =>
      list(4, () => {
        const gateway = { url: `https://g${r.below(1000)}.example.org`, key: r.bytes(32) };
        const delegated = ['email', 'signal', 'sms', 'xmpp'].filter(() => r.coin());
        return delegated.length ? { ...gateway, delegated } : gateway;
      }),
    ),
    mail: maybe(() => `mail${r.below(100)}.example.org`),
    terms: maybe(() => {
      const terms = { work: maybe(() => 1 + r.below(32)), accepts: maybe(() => 1 + r.below(2 ** 18 - 1)), try: maybe(() => `https://example.org/${r.below(1e6)}`) };
      for (const key of Object.keys(terms)) if (terms[key] === undefined) delete terms[key];
      return Object.keys(terms).length ? terms : undefined;
    }),
    aka: maybe(() => list(16, () => `alias ${r.below(1e9)} ä漢`)),
    keys: maybe(() => list(8, () => [r.bytes(32), r.bytes(64)])),
    handovers: steps ? keys.slice(0, -1).map((from, i) => [from, keys[i + 1], i + 1 === steps ? policy : r.bytes(32), r.bytes(64)]) : undefined,
    continuity: maybe(() => [r.below(2 ** 24), r.bytes(32), r.pick(keys), r.bytes(64)], 0.3),
  };
  for (const key of Object.keys(out)) if (out[key] === undefined) delete out[key];
  return out;
}

/// One to three bits of `bytes` changed, or a byte more or less.
function damaged(bytes) {
  const out = [...bytes];
  for (let n = 1 + r.below(3); n > 0; --n) {
    const at = r.below(out.length);
    const kind = r.below(10);
    if (kind === 0) out.splice(at, 1);
    else if (kind === 1) out.splice(at, 0, r.below(256));
    else out[at] ^= 1 << r.below(8);
  }
  return Uint8Array.from(out);
}

/// Whatever we take of damaged bytes, the other side reads and writes as the same bytes, and so do we.
async function staysCanonical(op, make, count) {
  let [accepted, refused] = [0, 0];
  for (let i = 0; i < count; ++i) {
    const bytes = damaged(make());
    const ours = await oracle.ask(op, { data: hex(bytes) });
    if (ours.error) {
      ++refused;
      continue;
    }
    ++accepted;
    assert.equal(ours.ok.again, hex(bytes));
    assert.equal(hex(dagCbor.encode(dagCbor.decode(bytes))), hex(bytes));
  }
  console.log(`# ${op}: ${accepted} accepted, ${refused} refused`);
  assert.ok(accepted > count / 100 && refused > count / 100);
}

test('documents of another encoder read here and come out as the same bytes', async () => {
  for (let i = 0; i < cases(3000); ++i) {
    const made = document();
    const bytes = dagCbor.encode(made);
    const { ok, error, context } = await oracle.ask('document.again', { data: hex(bytes) });
    if (bytes.length > 8192) {
      assert.equal(error, 'document.too-large');
      continue;
    }
    assert.equal(error, undefined, context);
    assert.equal(ok.again, hex(bytes));
    assert.equal(ok.hash, keccak256(bytes));
    assert.deepEqual([ok.inbox, ok.work, ok.relays, ok.handovers], [hex(made.inbox), made.terms?.work ?? 0, made.relays?.length ?? 0, made.handovers?.length ?? 0]);
  }
});

test('damaged documents are refused or still the one encoding', () => staysCanonical('document.again', () => dagCbor.encode(document()), cases(4000)));

test('a document with a part that is empty, unknown or of another type is refused', async () => {
  const refuse = async (value) => assert.ok((await oracle.ask('document.again', { data: hex(dagCbor.encode(value)) })).error, JSON.stringify(value));
  for (let i = 0; i < cases(300); ++i) {
    const made = document();
    const key = r.pick(Object.keys(made));
    await refuse({ ...made, [r.pick(['relays', 'gateways', 'aka', 'keys', 'handovers'])]: [] });
    await refuse({ ...made, mail: '' });
    await refuse({ ...made, terms: {} });
    await refuse({ ...made, [`x${r.below(100)}`]: 1 });
    await refuse({ ...made, [key]: r.pick([null, true, {}]) });
    await refuse({ ...made, v: 2 });
  }
});

/// A policy as a person writes it. Sets, tails and labels are named in no order.
function policyToml() {
  const some = (list) => list.filter(() => r.coin());
  const quoted = (list) => `[${list.map((word) => `"${word}"`).join(', ')}]`;
  const lines = [`default = "${r.pick(['deliver', 'request', 'challenge', 'reject', 'drop'])}"`];
  if (r.coin()) lines.push(`via = ${quoted(['phone', 'email'])}`);
  if (r.coin()) lines.push('receipts = ["contact"]');
  const [tails, sets, open] = [some(['shop', 'bank', 'a']), some(['zoo', 'spam', 'b']), some(['friends', 'family'])];
  if (tails.length) lines.push('[tails]', ...tails.map((name, i) => `${name} = "${String(r.below(300000) + i * 300000).padStart(6, '0')}"`));
  if (sets.length + open.length) lines.push('[sets]');
  for (const name of [...sets, ...open]) {
    const members = Array.from({ length: r.below(4) }, () =>
      r.pick([() => r.hex(20), () => `mailto:u${r.below(1e6)}@example.org`, () => `${written(payload())} epoch ${1 + r.below(9)}`])(),
    );
    lines.push(`${name} = ${quoted([...new Set(members)])}`);
  }
  if (sets.length) lines.push('[deny]', ...sets.map((name) => `${name} = "${r.pick(['drop', 'reject'])}"`));
  for (let i = r.below(8); i > 0; --i) {
    const action = r.pick(['deliver', 'request', 'challenge', 'reject', 'drop']);
    lines.push('[[rule]]', `do = "${action}"`);
    const who = [...some(['contact', 'wallet', 'nostr', 'stranger', 'anonymous', 'dmid-holder']), ...open.map((name) => '@' + name)];
    if (who.length) lines.push(`who = ${quoted(who)}`);
    if (tails.length && r.coin(0.3)) lines.push(`ext = ${quoted([r.pick([...tails, 'none'])])}`);
    if (r.coin(0.3)) lines.push(`channel = ${quoted([r.pick(['nostr', 'http', 'email'])])}`);
    if (r.coin(0.3)) lines.push(`kind = ${quoted(['text', r.pick(['link', 'attachment'])])}`);
    if (r.coin(0.3)) lines.push(`when = ["${r.pick(['mon-fri 09:00-17:30', 'sat 22:00-06:00', 'sun'])} ${r.pick(['UTC', 'Europe/Berlin', 'Asia/Tokyo'])}"]`);
    if (action === 'request' && r.coin(0.3)) lines.push(`cost = { work = ${1 + r.below(24)} }`);
    if (['request', 'deliver'].includes(action) && r.coin(0.3)) lines.push(`rate = ["${1 + r.below(9)} per day each", "${10 + r.below(90)} per day"]`);
    if (action === 'deliver' && r.coin(0.3)) lines.push('via = [{ to = "phone", notice = true, within = "10m" }, "email"]');
    if (r.coin(0.2)) lines.push(`note = "n ${r.below(1e6)} ä漢"`);
  }
  return lines.join('\n') + '\n';
}
async function policyBytes() {
  const toml = policyToml();
  const { ok, error, context } = await oracle.ask('policy.of_toml', { toml });
  assert.equal(error, undefined, `${context}\n${toml}`);
  return ok;
}

test('policies are canonical for another decoder, and come back from bytes and from text', async () => {
  for (let i = 0; i < cases(2000); ++i) {
    const bytes = await policyBytes();
    assert.equal(hex(dagCbor.encode(dagCbor.decode(unhex(bytes)))), bytes);
    const { ok, error, context } = await oracle.ask('policy.again', { data: bytes });
    assert.equal(error, undefined, context);
    assert.equal(ok.again, bytes);
    assert.equal((await oracle.ask('policy.of_toml', { toml: ok.toml })).ok, bytes, ok.toml);
  }
});

test('damaged policies are refused or still the one encoding', async () => {
  const pool = [];
  for (let i = 0; i < 200; ++i) pool.push(unhex(await policyBytes()));
  await staysCanonical('policy.again', () => r.pick(pool), cases(4000));
});

test('containers of another encoder read here and come out as the same bytes', async () => {
  const container = () => {
    const seq = 1 + r.below(2 ** 20);
    const out = { v: 1, for: [1 + r.below(2 ** 31), r.bytes(20), Number(written(payload())), 1 + r.below(2 ** 24 - 1)], key: r.bytes(32), seq, body: r.bytes(1 + r.below(300)), sig: r.bytes(64) };
    return dagCbor.encode(r.coin(0.2) ? out : { ...out, prev: r.bytes(32) });
  };
  for (let i = 0; i < cases(1000); ++i) {
    const bytes = hex(container());
    const { ok, error, context } = await oracle.ask('policy.container', { data: bytes });
    assert.equal(error, undefined, context);
    assert.equal(ok.again, bytes);
  }
  await staysCanonical('policy.container', container, cases(2000));
});
