// SPDX-License-Identifier: Apache-2.0
// Our resolver before a name server that others wrote, with signed, unsigned, broken and looping zones.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';
import { nsdMissing, startNameServer, startSilentNameServer, txt } from '../peers/nsd.mjs';
import { atExit, root } from '../peers/process.mjs';

const program = `${process.env.DMID_BUILD ?? `${root}/build/release`}/tests/hosts/dns_host`;
const missing = nsdMissing() ?? (existsSync(program) ? undefined : `${program} is not built`);

/** Starts the resolver. look(type, name, ms) gives its answer, texts in place of hex. */
function startResolver(anchorFile, ...servers) {
  const child = spawn(program, [anchorFile ?? 'none', ...servers], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => { child.once('exit', (code, signal) => resolve({ code, signal })); });
  const waiting = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const answer = JSON.parse(line);
    answer.records = answer.records?.map((hex) => Buffer.from(hex, 'hex').toString('latin1'));
    waiting.get(answer.id)?.(answer);
  });
  let asked = 0;
  const look = (type, name, ms = 10_000) => new Promise((resolve) => {
    asked += 1;
    waiting.set(String(asked), resolve);
    child.stdin.write(`${asked} ${type} ${name} ${ms}\n`);
  });
  const stop = async () => {
    const insist = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.stdin.end();
    const how = await ended;
    clearTimeout(insist);
    forget();
    return how;
  };
  return { look, stop };
}

const long = 'k'.repeat(3000);
const zones = {
  'signed.test': {
    signed: true,
    records: ['www A 192.0.2.1', 'www A 192.0.2.2', 'www AAAA 2001:db8::1', 'alias CNAME www', 'six AAAA 2001:db8::6', '@ MX 10 Mail', '@ MX 20 mail.other.test.',
      'none MX 0 .', txt('@', 'v=spf1 -all'), txt('bytes', Buffer.from([0, 255, 34, 92, 10])), txt('long', long), txt('huge', 'x'.repeat(20_000)),
      ...Array.from({ length: 300 }, (_, i) => `many A 10.1.${i >> 8}.${i & 255}`),
      ...Array.from({ length: 100 }, (_, i) => txt('wide', `${i} ${'y'.repeat(240)}`)), ...Array.from({ length: 200 }, (_, i) => txt('wider', `${i} ${'y'.repeat(240)}`))],
  },
  'nsec3.test': { signed: true, nsec3: true, records: ['www A 192.0.2.3'] },
  'plain.test': {
    records: ['www A 192.0.2.4', 'alias CNAME www.signed.test.', 'loop CNAME pool', 'pool CNAME loop', 'self CNAME self',
      ...Array.from({ length: 30 }, (_, i) => `c${i} CNAME c${i + 1}`), 'c30 A 192.0.2.30'],
  },
  'broken.test': { signed: true, breakSignatures: true, records: ['www A 192.0.2.5', txt('@', 'v=spf1 +all')] },
  'expired.test': { signed: true, expired: true, records: ['www A 192.0.2.6'] },
  '2.0.192.in-addr.arpa': { records: ['1 PTR www.signed.test.'] },
  '127.in-addr.arpa': { records: ['7.0.0 PTR seven.signed.test.'] },
  // A chain: the anchor is the parent's alone.
  'chain.test': { signed: true, records: [] },
  'good.chain.test': { signed: true, records: ['www A 192.0.2.7'] },
  'open.chain.test': { records: ['www A 192.0.2.8'] },
  'forged.chain.test': { signed: true, breakSignatures: true, records: ['www A 192.0.2.9'] },
};

let server;
let dns;
before(async () => {
  if (missing) return;
  server = await startNameServer({ zones });
  dns = startResolver(server.anchorFile, server.address);
});
after(async () => { if (dns) assert.deepEqual(await dns.stop(), { code: 0, signal: null }); await server?.stop(); });
const check = (name, body) => test(name, { skip: missing }, body);
const facts = ({ status, security, records }) => ({ status, security, records: records.toSorted() });

check('a signed zone is secure: addresses, aliases, mail servers, texts', async () => {
  const secure = (records) => ({ status: 'found', security: 'secure', records });
  assert.deepEqual(facts(await dns.look('a', 'www.signed.test')), secure(['192.0.2.1', '192.0.2.2']));
  assert.deepEqual(facts(await dns.look('a', 'WWW.Signed.Test.')), secure(['192.0.2.1', '192.0.2.2']));
  assert.deepEqual(facts(await dns.look('aaaa', 'www.signed.test')), secure(['2001:db8::1']));
  assert.deepEqual(facts(await dns.look('a', 'alias.signed.test')), secure(['192.0.2.1', '192.0.2.2']));
  assert.deepEqual(facts(await dns.look('mx', 'signed.test')), secure(['10 mail.signed.test', '20 mail.other.test']));
  assert.deepEqual(facts(await dns.look('mx', 'none.signed.test')), secure(['0 .']));
  assert.deepEqual(facts(await dns.look('txt', 'signed.test')), secure(['v=spf1 -all']));
  assert.deepEqual(facts(await dns.look('txt', 'bytes.signed.test')), secure([Buffer.from([0, 255, 34, 92, 10]).toString('latin1')]));
  assert.deepEqual(facts(await dns.look('a', 'www.nsec3.test')), secure(['192.0.2.3']));
  assert.ok((await dns.look('a', 'www.signed.test')).ttl <= 60);
});

check('what does not exist in a signed zone is proven not to exist', async () => {
  for (const zone of ['signed.test', 'nsec3.test']) {
    assert.deepEqual(facts(await dns.look('a', `nobody.${zone}`)), { status: 'no-domain', security: 'secure', records: [] });
    assert.deepEqual(facts(await dns.look('mx', `www.${zone}`)), { status: 'no-data', security: 'secure', records: [] });
  }
});

check('an unsigned zone is insecure, found or not', async () => {
  assert.deepEqual(facts(await dns.look('a', 'www.plain.test')), { status: 'found', security: 'insecure', records: ['192.0.2.4'] });
  assert.deepEqual(facts(await dns.look('txt', 'www.plain.test')), { status: 'no-data', security: 'insecure', records: [] });
  assert.deepEqual(facts(await dns.look('txt', 'nobody.plain.test')), { status: 'no-domain', security: 'insecure', records: [] });
  assert.deepEqual(facts(await dns.look('ptr', '1.2.0.192.in-addr.arpa')), { status: 'found', security: 'insecure', records: ['www.signed.test'] });
  assert.deepEqual(facts(await dns.look('ptr', '7.0.0.127.in-addr.arpa')), { status: 'found', security: 'insecure', records: ['seven.signed.test'] });
});

check('an unsigned alias makes a signed answer insecure', async () => {
  assert.deepEqual(facts(await dns.look('a', 'alias.plain.test')), { status: 'found', security: 'insecure', records: ['192.0.2.1', '192.0.2.2'] });
});

check('wrong and old signatures are bogus, and bring no records', async () => {
  for (const [type, name] of [['a', 'www.broken.test'], ['txt', 'broken.test'], ['a', 'nobody.broken.test'], ['a', 'www.expired.test'], ['a', 'www.forged.chain.test']]) {
    const answer = await dns.look(type, name);
    assert.deepEqual(facts(answer), { status: 'failed', security: 'bogus', records: [] }, name);
    assert.match(answer.words, /validation failure/, name);
  }
});

check('trust follows the chain from the parent, and ends where it says so', async () => {
  assert.deepEqual(facts(await dns.look('a', 'www.good.chain.test')), { status: 'found', security: 'secure', records: ['192.0.2.7'] });
  assert.deepEqual(facts(await dns.look('a', 'www.open.chain.test')), { status: 'found', security: 'insecure', records: ['192.0.2.8'] });
});

check('aliases that go in circles, or on for ever, fail', async () => {
  for (const name of ['loop.plain.test', 'self.plain.test', 'c0.plain.test']) {
    const answer = await dns.look('a', name);
    assert.deepEqual(facts(answer), { status: 'failed', security: 'insecure', records: [] }, name);
  }
  assert.deepEqual((await dns.look('a', 'c27.plain.test')).records, ['192.0.2.30']);
});

check('what is too large for UDP comes over TCP', async () => {
  assert.deepEqual((await dns.look('txt', 'long.signed.test')).records, [long]);
  assert.equal((await dns.look('txt', 'wide.signed.test')).records.length, 100);
});

check('answers over the limits fail whole', async () => {
  assert.match((await dns.look('txt', 'huge.signed.test')).words, /record/);
  assert.match((await dns.look('txt', 'wider.signed.test')).words, /answer/);
  assert.match((await dns.look('a', 'many.signed.test')).words, /more DNS records/);
  assert.deepEqual((await dns.look('txt', 'huge.signed.test')).records, []);
});

check('a zone that the server refuses is a failure', async () => {
  const answer = await dns.look('a', 'www.elsewhere.test');
  assert.equal(answer.status, 'failed');
});

check('the dialer gets both families, and nothing forged', async () => {
  assert.deepEqual((await dns.look('host', 'www.signed.test')).records.toSorted(), ['192.0.2.1', '192.0.2.2', '2001:db8::1']);
  assert.deepEqual((await dns.look('host', 'six.signed.test')).records, ['2001:db8::6']);
  assert.match((await dns.look('host', 'www.broken.test')).words, /net\.unreachable.*DNSSEC/);
  assert.match((await dns.look('host', 'nobody.signed.test')).words, /no such name/);
  assert.match((await dns.look('host', 'none.signed.test')).words, /no address/);
  assert.ok((await dns.look('host', 'localhost')).records.includes('127.0.0.1'));
});

check('hundreds of lookups at once are all answered', async () => {
  const names = Array.from({ length: 600 }, (_, i) => (i % 3 === 0 ? 'www.signed.test' : `n${i}.${i % 3 === 1 ? 'signed' : 'plain'}.test`));
  const answers = await Promise.all(names.map((name) => dns.look('a', name)));
  answers.forEach(({ status, words }, i) => assert.equal(status, i % 3 === 0 ? 'found' : 'no-domain', `${names[i]}: ${words}`));
});

check('a silent server costs the deadline, delays nobody else, and does not hold up the end', async (t) => {
  const silent = await startSilentNameServer();
  t.after(silent.stop);
  const deaf = startResolver(undefined, silent.address);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => deaf.look('a', `n${i}.example.test`, 300)));
  for (const { status, words, records } of answers) assert.deepEqual({ status, words, records }, { status: 'failed', words: 'no answer in time', records: [] });
  assert.ok(silent.questions() > 0);
  assert.match((await deaf.look('host', 'example.test', 300)).words, /net\.timeout/);
  deaf.look('a', 'left-behind.example.test', 3_600_000);
  assert.deepEqual(await deaf.stop(), { code: 0, signal: null });
});

check('with a silent server and a working one, the working one answers', async (t) => {
  const silent = await startSilentNameServer();
  t.after(silent.stop);
  const both = startResolver(server.anchorFile, silent.address, server.address);
  t.after(both.stop);
  assert.deepEqual(facts(await both.look('a', 'www.nsec3.test', 30_000)), { status: 'found', security: 'secure', records: ['192.0.2.3'] });
});

check('a server that comes back is asked again', async (t) => {
  const resolver = startResolver(server.anchorFile, server.address);
  t.after(resolver.stop);
  assert.equal((await resolver.look('a', 'www.plain.test')).status, 'found');
  server.pause();
  const silent = await resolver.look('txt', 'plain.test', 3000).finally(server.resume);
  assert.equal(silent.status, 'failed');
  let answer;
  for (let tries = 0; tries < 30 && answer?.status !== 'no-data'; tries += 1) answer = await resolver.look('txt', 'plain.test', 2000);
  assert.equal(answer.status, 'no-data');
});

check('settings that cannot work are refused by name', async () => {
  const child = spawn(program, ['/nowhere/anchor', '127.0.0.1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.on('data', (data) => { said += data; });
  const code = await new Promise((resolve) => { child.once('close', resolve); });
  assert.equal(code, 2);
  assert.match(said, /config\.unreadable.*\/nowhere\/anchor/);
});
