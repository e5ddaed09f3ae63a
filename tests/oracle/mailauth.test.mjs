// SPDX-License-Identifier: Apache-2.0
// Who sent a mail: our judgement held against npm mailauth's, over the same messages and the same DNS answers.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { after, test } from 'node:test';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { authenticate } from 'mailauth/lib/mailauth.js';
import { spf } from 'mailauth/lib/spf/index.js';
import { nsdMissing, startNameServer, txt } from '../peers/nsd.mjs';
import { cases, chance, hex, startOracle } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('mailauth');
const now = 1_790_000_000;

const pair = { rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }), ed25519: generateKeyPairSync('ed25519') };
const pem = (kind) => pair[kind].privateKey.export({ type: 'pkcs8', format: 'pem' });
const der = (kind) => pair[kind].publicKey.export({ type: 'spki', format: 'der' });
const record = { rsa: `v=DKIM1; k=rsa; p=${der('rsa').toString('base64')}`, ed25519: `v=DKIM1; k=ed25519; p=${der('ed25519').subarray(-32).toString('base64')}` };

/** The zone of the oracle, {"name TYPE": [records] or null}, as a resolver of mailauth's. */
function resolver(zone) {
  return async (name, type) => {
    const key = `${name.toLowerCase().replace(/\.$/, '')} ${type}`;
    const found = zone[key];
    const fault = (code) => Object.assign(new Error(code), { code });
    if (found === null) throw fault('ETIMEOUT');
    if (!found) throw fault(Object.keys(zone).some((other) => other.startsWith(`${name.toLowerCase()} `)) ? 'ENODATA' : 'ENOTFOUND');
    if (type === 'TXT') return found.map((text) => [text]);
    if (type === 'MX') return found.map((text) => ({ priority: Number(text.split(' ')[0]), exchange: text.split(' ')[1] }));
    return [...found];
  };
}

async function ours(message, zone, more = {}) {
  const args = { message: hex(Buffer.from(message, 'latin1')), ip: '192.0.2.1', helo: 'mail.example.org', sender: 'a@example.org', time: now,
    dns: zone, recipient: 'n@node.example', ...more };
  const answer = await oracle.ask('mailauth.judge', args);
  assert.ok(answer.ok, answer.context);
  return answer.ok;
}

const blanks = () => r.pick(['', ' ', '  ', '\t', ' \t ']);
const word = () => r.pick(['a', 'Zz', '=?utf-8?B?YQ==?=', '<x@y.org>', ';', ':', '.', '=20', '"', 'word', '1']);
const line = () => Array.from({ length: r.below(6) }, () => blanks() + word()).join('') + blanks();

/** A message from a@example.org to n@node.example with everything that levelling has to level. */
function randomMessage({ from = 'a@example.org' } = {}) {
  const value = () => Array.from({ length: r.below(6) }, () => blanks() + (r.coin(0.2) ? `\r\n${r.pick([' ', '\t'])}` : '') + word()).join('');
  const fields = [`From:${blanks()}A <${from}>`, `To${blanks()}: "n, n" <n@node.example>`, `Subject:${value()}${blanks()}`,
    'Date: Thu, 1 Jan 2026 00:00:00 +0000', `Message-ID: <${r.below(1e9)}@example.org>`, `X-Other:${value()}`, 'mime-VERSION: 1.0'];
  fields.sort(() => r.next() - 0.5);
  let body = Array.from({ length: r.below(10) }, () => `${line()}\r\n`).join('') + '\r\n'.repeat(r.below(3));
  if (r.coin(0.3)) body += word();
  return `${fields.join('\r\n')}\r\n\r\n${body}`;
}

const algorithms = { rsa: 'rsa-sha256', ed25519: 'ed25519-sha256' };
async function signedByMailauth(message, { kind, canonicalization, maxBodyLength, domain = 'example.org' }) {
  const { signatures, errors } = await dkimSign(Buffer.from(message, 'latin1'), { canonicalization, signTime: new Date(now * 1000),
    signatureData: [{ signingDomain: domain, selector: 'sel', privateKey: pem(kind), algorithm: algorithms[kind], canonicalization, maxBodyLength }],
    headerList: ['From', 'To', 'Subject', 'Date', 'Message-ID', 'From'] });
  assert.deepEqual(errors ?? [], []);
  return signatures + message;
}
async function signedByUs(message, { kind }) {
  const field = await oracle.ask('dkim.sign', { message: hex(Buffer.from(message, 'latin1')), pem: pem(kind), domain: 'example.org', selector: 'sel', time: now });
  assert.ok(field.ok, field.context);
  return field.ok + message;
}
/** By hand, simple/simple, with nothing of either: OpenSSL signs. */
function signedByOpenssl(message) {
  const border = message.indexOf('\r\n\r\n');
  const fields = message.slice(0, border + 2).split(/(?<=\r\n)(?![ \t])/);
  const body = `${message.slice(border + 4).replace(/(\r\n)*$/, '')}\r\n`;
  const own = 'DKIM-Signature: v=1; a=rsa-sha256; c=simple/simple; d=example.org; s=sel;\r\n h=from:to:subject:date:message-id;'
    + ` bh=${createHash('sha256').update(body, 'latin1').digest('base64')};\r\n b=`;
  const named = ['from', 'to', 'subject', 'date', 'message-id'].map((name) => fields.find((field) => field.split(':')[0].trim().toLowerCase() === name));
  const value = sign('sha256', Buffer.from(named.join('') + own, 'latin1'), pair.rsa.privateKey).toString('base64');
  return `${own}${value.replace(/.{60}/g, '$&\r\n ')}\r\n${message}`;
}

/** What somebody on the way may have done to it. */
const changes = [
  (text) => text.replace('From:', 'From: evil@example.com\r\nFrom:'),
  (text) => text.replace(/\r\nSubject:/i, '\r\nSubject: lie'),
  (text) => `${text}more`,
  (text) => text.replace('\r\n\r\n', '\r\n\r\nmore'),
  (text) => text.replace(/ b=\s*./, (found) => found.slice(0, -1) + (found.at(-1) === 'A' ? 'B' : 'A')),
  (text) => text.replace(/bh=./, (found) => (found === 'bh=A' ? 'bh=B' : 'bh=A')),
  (text) => text.replace('\r\n\r\n', '\r\nFrom: evil@example.com\r\n\r\n'),
  (text) => text.replace(/s=sel/, 's=other'),
  (text) => text.replace(/Date: Thu/, 'Date:  Thu'),
  (text) => `X-Added: yes\r\n${text}`,
  (text) => text.replace(/d=example\.org/, 'd=example.com'),
];

test('DKIM: mailauth, OpenSSL and we agree about every signature, sound or broken', async () => {
  let passed = 0;
  let refused = 0;
  for (let i = 0; i < cases(600); ++i) {
    const kind = r.pick(['rsa', 'ed25519']);
    const canonicalization = `${r.pick(['simple', 'relaxed'])}/${r.pick(['simple', 'relaxed'])}`;
    const plain = randomMessage();
    const way = r.below(3);
    let message = way === 0 ? await signedByMailauth(plain, { kind, canonicalization }) : way === 1 ? await signedByUs(plain, { kind }) : signedByOpenssl(plain);
    const change = r.coin() ? r.pick(changes) : null;
    if (change) message = change(message);
    const zone = { 'sel._domainkey.example.org TXT': [record[way === 2 ? 'rsa' : kind]] };
    const theirs = await authenticate(Buffer.from(message, 'latin1'), { resolver: resolver(zone), ip: '192.0.2.1', helo: 'mail.example.org',
      sender: 'a@example.org', disableArc: true, disableDmarc: true, disableBimi: true, trustReceived: false, curTime: now * 1000 });
    const us = await ours(message, zone);
    const expected = theirs.dkim.results.map(({ status }) => status.result === 'pass');
    assert.deepEqual(us.dkim.map((one) => one === 'pass'), expected, JSON.stringify([message, us, theirs.dkim.results.map(({ status }) => status)]));
    if (!change) assert.deepEqual(us.dkim, ['pass'], message);
    if (us.dkim[0] === 'pass') ++passed;
    else ++refused;
  }
  console.log(`# ${passed} passed, ${refused} refused`);
  assert.ok(passed > 50 && refused > 50);
});

test('DKIM: a key that is revoked, unknown, of another kind, weak or not answered for is none', async () => {
  const weak = generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const message = await signedByUs(randomMessage(), { kind: 'rsa' });
  for (const [text, code] of [['v=DKIM1; p=', 'mail.dkim-key-revoked'], [record.ed25519, 'mail.dkim-key-use'], [`p=${weak}`, 'mail.dkim-key-weak'],
    ['v=DKIM1; k=rsa; p=AAAA', 'mail.dkim-key-syntax'], [null, 'mail.dns-failed'], [undefined, 'mail.dkim-no-key']]) {
    const zone = text === undefined ? {} : { 'sel._domainkey.example.org TXT': text === null ? null : [text] };
    const theirs = await authenticate(Buffer.from(message, 'latin1'), { resolver: resolver(zone), ip: '192.0.2.1', sender: 'a@example.org', helo: 'x.org',
      disableArc: true, disableDmarc: true, disableBimi: true });
    assert.notEqual(theirs.dkim.results[0].status.result, 'pass');
    assert.deepEqual((await ours(message, zone)).dkim, [code]);
  }
});

const hosts = ['a.example', 'b.example', 'c.example', 'x.a.example', 'none.example', 'down.example', 'example.org'];
const addresses = ['192.0.2.1', '192.0.2.77', '198.51.100.1', '2001:db8::1', '2001:db8:1::1'];
/** `wrong`: with terms that do not read. `own`: a record of the sender's domain, for elsewhere mailauth's %{d} still means that one. */
function randomTerm(wrong, own) {
  const sign4 = () => r.pick(['', '/24', '/32', '/0', '/31', ...(wrong ? ['/33', '/024'] : [])]);
  const name = () => r.pick([...hosts, '%{o}', '%{l}.a.example', '%{ir}.%{v}.b.example', '%{o1r}.example', '%{h}', ...(own ? ['%{d}', '%{d1r}.example'] : [])]);
  return r.pick(['', '+', '-', '~', '?']) + r.pick([
    () => `ip4:${r.pick(addresses.slice(0, 3))}${sign4()}`,
    () => `ip6:${r.pick(addresses.slice(3))}${r.pick(['', '/32', '/48', '/128', ...(wrong ? ['/129'] : [])])}`,
    () => `a${r.coin() ? `:${name()}` : ''}${sign4()}`,
    () => `mx${r.coin() ? `:${name()}` : ''}${sign4()}`,
    () => `include:${r.pick(hosts)}`,
    () => `exists:${name()}`,
    () => `ptr:${r.pick(hosts)}`,
    () => (wrong ? r.pick(['nonsense', 'all:x', 'ip4', 'ip4:1.2.3', 'a:', 'include']) : 'all'),
  ])();
}
function randomRecord(wrong, own) {
  const terms = Array.from({ length: r.below(5) }, () => randomTerm(wrong, own));
  if (r.coin(0.6)) terms.push(r.pick(['-all', '~all', '?all']));
  if (r.coin(0.2)) terms.push(`redirect=${r.pick(hosts)}`);
  return ['v=spf1', ...terms].join(' ');
}
function randomSpfZone(wrong, domain) {
  const zone = { 'down.example TXT': null, 'down.example A': null, 'down.example AAAA': null, 'down.example MX': null };
  for (const host of ['a.example', 'b.example', 'c.example', 'x.a.example', 'example.org']) {
    const text = () => randomRecord(wrong, host === domain);
    if (r.coin(host === domain ? 0.9 : 0.6)) zone[`${host} TXT`] = r.coin(0.05) ? [text(), text()] : ['other', text()];
    if (r.coin(0.7)) zone[`${host} A`] = [r.pick(addresses.slice(0, 3))];
    if (r.coin(0.5)) zone[`${host} AAAA`] = [r.pick(addresses.slice(3))];
    if (r.coin(0.4)) zone[`${host} MX`] = [`10 ${r.pick(hosts.slice(0, 4))}`];
  }
  zone['1.2.0.192.in-addr.arpa PTR'] = [r.pick(hosts), 'a.example'];
  return zone;
}

test('SPF: mailauth and we come to the same result in random zones', async () => {
  const counts = {};
  const total = cases(2500);
  let stricter = 0;
  for (let i = 0; i < total; ++i) {
    const wrong = r.coin(0.25);
    const ip = r.pick([addresses[0], addresses[3]]);
    const sender = r.pick(['a@example.org', '', 'strong.bad@a.example']);
    const zone = randomSpfZone(wrong, sender.split('@')[1] ?? 'example.org');
    const theirs = (await spf({ sender, ip, helo: 'example.org', resolver: resolver(zone) })).status.result;
    const us = (await ours('From: a@example.org\r\n\r\n', zone, { ip, sender, helo: 'example.org' })).spf;
    counts[us] = (counts[us] ?? 0) + 1;
    // RFC 7208 §4.6: an error anywhere is a permerror; mailauth stops reading at the term that decides.
    if (wrong && us === 'permerror' && theirs !== us) ++stricter;
    else assert.equal(us, theirs, JSON.stringify({ zone, ip, sender }));
  }
  console.log(`# ${JSON.stringify(counts)}, ${stricter} stricter`);
  for (const result of ['none', 'neutral', 'pass', 'fail', 'softfail', 'temperror', 'permerror']) assert.ok(counts[result] > 20, result);
});

test('SPF: mailauth and we stop at the same limits', async () => {
  const zone = { 'v1.example TXT': ['x'], 'mx.example MX': Array.from({ length: 11 }, (_, i) => `${i} h${i}.example`) };
  for (let i = 0; i < 12; ++i) zone[`h${i}.example A`] = ['198.51.100.1'];
  const a = (count) => Array.from({ length: count }, (_, i) => `a:h${i}.example`).join(' ');
  zone['loop1.example TXT'] = ['v=spf1 include:loop2.example -all'];
  zone['loop2.example TXT'] = ['v=spf1 include:loop1.example -all'];
  for (const [text, expected] of [[`${a(10)} -all`, 'fail'], [`${a(11)} -all`, 'permerror'], ['exists:v2.example exists:v3.example -all', 'fail'],
    ['exists:v2.example exists:v3.example exists:v4.example -all', 'permerror'], ['mx:mx.example -all', 'permerror'], ['include:loop1.example -all', 'permerror'],
    ['redirect=example.org', 'permerror']]) {
    zone['example.org TXT'] = [`v=spf1 ${text}`];
    const theirs = (await spf({ sender: 'a@example.org', ip: '192.0.2.1', helo: 'example.org', resolver: resolver(zone) })).status.result;
    const us = (await ours('From: a@example.org\r\n\r\n', zone)).spf;
    assert.equal(us, expected, text);
    assert.equal(theirs, expected, text);
  }
});

test('DMARC: mailauth and we agree in relaxed alignment, whatever is published', async () => {
  const counts = {};
  for (let i = 0; i < cases(300); ++i) {
    const from = r.pick(['example.org', 'sub.example.org', 'a.b.example.org', 'example.co.uk', 'x.example.co.uk']);
    const domain = r.pick(['example.org', 'sub.example.org', 'other.example.org', 'example.com', 'example.co.uk', 'y.example.co.uk', 'z.co.uk']);
    const policy = r.pick(['none', 'quarantine', 'reject']);
    const text = r.pick([`v=DMARC1; p=${policy}`, `v=DMARC1;p=${policy};sp=${r.pick(['none', 'reject'])}`, `v=DMARC1; p=${policy}; pct=50; rua=mailto:a@b.org`, 'v=spf1 -all', '']);
    const zone = { [`sel._domainkey.${domain} TXT`]: [record.rsa] };
    if (text) zone[`_dmarc.${r.coin() ? from : r.pick(['example.org', 'example.co.uk'])} TXT`] = r.coin(0.1) ? [text, text] : [text];
    if (r.coin(0.1)) zone[`_dmarc.${from} TXT`] = null;
    const message = await signedByMailauth(randomMessage({ from: `a@${from}` }), { kind: 'rsa', canonicalization: 'relaxed/relaxed', domain });
    const theirs = await authenticate(Buffer.from(message, 'latin1'), { resolver: resolver(zone), ip: '192.0.2.1', helo: 'none.example', sender: 'a@none.example',
      disableArc: true, disableBimi: true, trustReceived: false, curTime: now * 1000 });
    const us = await ours(message, zone, { sender: 'a@none.example' });
    const result = { temperror: 'unknown' }[theirs.dmarc.status.result] ?? theirs.dmarc.status.result;
    counts[result] = (counts[result] ?? 0) + 1;
    assert.equal(us.dmarc, result, JSON.stringify([from, domain, zone]));
    if (result === 'pass' || result === 'fail') assert.equal(us.policy, theirs.dmarc.policy, JSON.stringify([from, domain, zone]));
    // Ours is never more than theirs: the class needs alignment, and a record for anything but the same domain.
    assert.equal(us.classes.includes('dmarc'), from === domain || (result === 'pass'), JSON.stringify([from, domain, zone, us]));
  }
  console.log(`# ${JSON.stringify(counts)}`);
  for (const result of ['none', 'pass', 'fail', 'unknown']) assert.ok(counts[result] > 5, result);
});

test('ARC: chains that mailauth seals hold, and break when anything in them changes', async () => {
  const zone = { 'sel._domainkey.sealer.example TXT': [record.rsa] };
  const theirResult = (message) => authenticate(Buffer.from(message, 'latin1'), { resolver: resolver(zone), ip: '192.0.2.1', helo: 'x.example',
    sender: 'a@example.org', disableDmarc: true, disableBimi: true, trustReceived: false, curTime: now * 1000 });
  const seal = { signingDomain: 'sealer.example', selector: 'sel', privateKey: pem('rsa'), algorithm: 'rsa-sha256', signTime: new Date(now * 1000) };
  for (let i = 0; i < cases(40); ++i) {
    let message = randomMessage();
    for (let sets = 1 + r.below(3); sets > 0; --sets) {
      const sealed = await authenticate(Buffer.from(message, 'latin1'), { resolver: resolver(zone), ip: '192.0.2.1', helo: 'x.example', sender: 'a@example.org',
        disableDmarc: true, disableBimi: true, trustReceived: false, curTime: now * 1000, seal });
      const fields = sealed.headers.split(/(?<=\r\n)(?![ \t])/).filter((field) => /^arc-/i.test(field));
      assert.equal(fields.length, 3);
      message = fields.join('') + message;
    }
    assert.equal((await ours(message, zone)).arc, 'pass', message);
    assert.equal((await theirResult(message)).arc.status.result, 'pass');
    const broken = r.pick([(text) => `${text}more`, (text) => text.replace(/cv=none/, 'cv=pass'), (text) => text.replace(/^From:/m, 'From: x'),
      (text) => text.replace(/(ARC-Authentication-Results: i=1;)/i, '$1 added;'), (text) => text.replace(/^ARC-Authentication-Results: i=1;(.|\r\n[ \t])*\r\n/im, '')])(message);
    assert.equal((await ours(broken, zone)).arc, 'fail', broken);
    assert.notEqual((await theirResult(broken)).arc.status.result, 'pass', broken);
  }
});

test('every vector is judged as it says', async () => {
  const folder = new URL('../../docs/protocol/vectors/mail-auth/', import.meta.url);
  let count = 0;
  for (const kind of ['valid', 'invalid']) {
    for (const name of readdirSync(new URL(`${kind}/`, folder))) {
      const { message, envelope, time, dns, recipient, classes, from, unknown, once, error } = JSON.parse(readFileSync(new URL(`${kind}/${name}`, folder)));
      const us = await ours(message, dns, { ...envelope, time, recipient });
      assert.deepEqual([us.classes, us.from, us.unknown, us.once, us.error], [classes, from, unknown ?? false, once ?? [], error], name);
      ++count;
    }
  }
  assert.ok(count > 15, `only ${count} vectors`);
});

test('a real name server: signed, unsigned, forged and looping zones', { skip: nsdMissing() }, async () => {
  const key = txt('sel._domainkey', record.rsa);
  const spfAndPolicy = [txt('@', 'v=spf1 ip4:192.0.2.0/24 -all'), txt('_dmarc', 'v=DMARC1; p=reject')];
  const names = await startNameServer({ zones: {
    'signed.test': { signed: true, records: [key, ...spfAndPolicy] },
    'plain.test': { records: [key, ...spfAndPolicy] },
    'forged.test': { signed: true, breakSignatures: true, records: [key, ...spfAndPolicy] },
    'loop.test': { records: [txt('@', 'v=spf1 include:loop.test -all'), 'sel._domainkey CNAME other._domainkey', 'other._domainkey CNAME sel._domainkey'] },
    'bare.test': { records: spfAndPolicy },
  } });
  try {
    const live = async (domain) => {
      const plain = randomMessage({ from: `a@${domain}` });
      const { ok } = await oracle.ask('dkim.sign', { message: hex(Buffer.from(plain, 'latin1')), pem: pem('rsa'), domain, selector: 'sel', time: now });
      const answer = await oracle.ask('mailauth.live', { message: hex(Buffer.from(ok + plain, 'latin1')), ip: '192.0.2.9', sender: `b@${domain}`, time: now,
        server: names.address, anchor: names.anchorFile, recipient: 'n@node.example' });
      assert.ok(answer.ok, answer.context);
      return answer.ok;
    };
    const signed = await live('signed.test');
    assert.deepEqual([signed.dmarc, signed.address, signed.unknown], [true, 'a@signed.test', false], JSON.stringify(signed));
    assert.deepEqual(signed.marks, ['spf=pass signed.test dnssec', 'dkim=pass d=signed.test s=sel dnssec', 'dmarc=pass p=reject dnssec', 'dnssec']);
    const plain = await live('plain.test');
    assert.deepEqual([plain.dmarc, plain.address, plain.unknown], [true, 'a@plain.test', false]);
    assert.ok(!plain.marks.some((mark) => mark.includes('dnssec')), JSON.stringify(plain.marks));
    const forged = await live('forged.test');
    assert.deepEqual([forged.dmarc, forged.spfOnly, forged.address, forged.unknown, forged.fault], [false, false, '', true, 'mail.dns-failed']);
    const loop = await live('loop.test');
    assert.deepEqual([loop.dmarc, loop.spfOnly, loop.address], [false, false, '']);
    assert.ok(loop.marks.includes('spf=permerror loop.test'), JSON.stringify(loop));
    const bare = await live('bare.test');
    assert.deepEqual([bare.dmarc, bare.spfOnly, bare.address, bare.fault], [false, true, '', 'mail.dkim-no-key']);
  } finally {
    await names.stop();
  }
});
