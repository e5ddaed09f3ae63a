// SPDX-License-Identifier: Apache-2.0
// `dmid doctor` on mail and relays: the node's own doors, what a server outside sees of the domain, and the ways out.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { codeIn, mailWith } from '../e2e/lib/mail.mjs';
import { makeCertificate } from '../peers/certificate.mjs';
import { dmid, dmidMissing } from '../peers/dmid_node.mjs';
import { startNostrRelay } from '../peers/nostr_relay.mjs';
import { nsdMissing, startNameServer, txt } from '../peers/nsd.mjs';
import { postfixMissing, startPostfix } from '../peers/postfix.mjs';
import { freePort, temporaryFolder, until } from '../peers/process.mjs';
import { finds as findsIn, look as lookAt, mend, said, startUp, twoPorts } from './lib/doctor.mjs';

const skip = dmidMissing() ?? nsdMissing() ?? postfixMissing();
const address = 'ann@mailbox.test';
let scratch, home, server, postfix, relay, base, tls, dkim, ports, smtpPort, lmtpPort;
const nameServers = [];
const look = (args = []) => lookAt(home, args);
const finds = (code, level, args = []) => findsIn(code, level, home, args);

const good = () => ({
  '@': ['@ MX 10 mx', 'mx A 127.0.0.1'], spf: 'v=spf1 mx -all', dkim: `v=DKIM1; k=rsa; p=${dkim.key}`, dmarc: 'v=DMARC1; p=reject', ptr: '1.0.0 PTR mx.node.test.',
});
/** A name server for these records, and nothing else in them. @returns its address */
async function zone(change = {}) {
  const { '@': way, spf, dkim: key, dmarc, ptr } = { ...good(), ...change };
  const records = [...way, ...(spf ? [txt('@', spf)] : []), ...(key ? [txt('dmid._domainkey', key)] : []), ...(dmarc ? [txt('_dmarc', dmarc)] : [])];
  const started = await startNameServer({ zones: { 'node.test': { records }, '127.in-addr.arpa': { records: ptr ? [ptr] : [] } } });
  nameServers.push(started);
  return started.address;
}
/** The configuration with a name server, and lines of [mail] replaced. The doctor reads it at every look, the node at its start. */
function configure(nameServer, change = {}, where = join(home, 'config.toml'), rest = '') {
  const mail = {
    server: `localhost:${postfix.port}`, ca_file: postfix.caFile, domain: 'node.test', dkim_key_file: dkim.file, listen_smtp: `127.0.0.1:${smtpPort}`,
    listen_lmtp: `127.0.0.1:${lmtpPort}`, certificate_file: tls.certFile, key_file: tls.keyFile, ...change,
  };
  const lines = Object.entries(mail).map(([key, value]) => `${key} = "${value}"`);
  writeFileSync(where, `${base}\n[mail]\n${lines.join('\n')}\n[dns]\nservers = ["${nameServer}"]\ntrust_anchor_file = "none"\n[nostr]\nrelays = ["${relay.url}"]\n${rest}`, { mode: 0o600 });
  return where;
}
/** Another configuration for one look; the node keeps its own. */
const other = (nameServer, change) => ['--config', configure(nameServer, change, join(scratch.path, 'other.toml'))];

before(async () => {
  if (skip) return;
  scratch = temporaryFolder('doctor-mail');
  home = join(scratch.path, 'home');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  dkim = { file: join(scratch.path, 'dkim.pem'), key: createPublicKey(privateKey).export({ type: 'spki', format: 'der' }).toString('base64') };
  writeFileSync(dkim.file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  mkdirSync(join(scratch.path, 'tls'));
  tls = makeCertificate(join(scratch.path, 'tls'), { name: 'mx.node.test' });
  chmodSync(tls.keyFile, 0o600);
  [smtpPort, lmtpPort] = [await freePort(), await freePort()];
  [postfix, relay] = [await startPostfix([address]), await startNostrRelay()];
  ports = await twoPorts();
  const first = await startUp(home, ports);
  base = readFileSync(join(home, 'config.toml'), 'utf8');
  await first.stop();
  configure(await zone());
  server = await startUp(home);
}, { timeout: 240_000 });
after(async () => {
  await server?.stop();
  for (const one of [postfix, relay, ...nameServers]) await one?.stop();
  scratch?.remove();
});

test('a mail domain that is well looks well', { skip, timeout: 60_000 }, async () => {
  const report = await look();
  assert.equal(report.problems, 0, report.said);
  for (const code of ['mail.mx', 'mail.address', 'mail.reverse', 'mail.spf', 'mail.spf.address', 'mail.dkim', 'mail.dmarc', 'mail.server', 'nostr.relay',
    'certificate', 'door.smtp', 'door.smtp.tls', 'door.lmtp', 'door.lmtp.tls', 'mail.dkim-key-file'])
    assert.equal(report.find(code)?.level, 'ok', `${code}\n${report.said}`);
  assert.match(report.find('mail.server').words, /encrypted$/);
  assert.match(report.find('door.smtp').words, new RegExp(`127\\.0\\.0\\.1:${smtpPort}`));
});

test('what is missing or wrong in DNS is named with the record that mends it', { skip, timeout: 180_000 }, async () => {
  const cases = [
    [{ '@': ['mx A 127.0.0.1'] }, 'mail.mx', 'problem', /node\.test\. MX 10/],
    [{ '@': ['@ MX 0 .'] }, 'mail.mx', 'problem', /node\.test\. MX 10/],
    [{ '@': ['@ MX 10 nowhere'] }, 'mail.mx', 'problem', /nowhere\.node\.test\. A/],
    [{ '@': ['@ MX 20 mx', '@ MX 10 far', 'mx A 127.0.0.1', 'far A 192.0.2.99'] }, 'mail.address', 'warning', /far\.node\.test\. A this machine/],
    [{ ptr: undefined }, 'mail.reverse', 'warning', /name it mx\.node\.test/],
    [{ ptr: '1.0.0 PTR else.where.test.' }, 'mail.reverse', 'warning', /name it mx\.node\.test/],
    [{ spf: undefined }, 'mail.spf', 'problem', /TXT "v=spf1 mx -all"/],
    [{ spf: 'v=spf1 ip4:192.0.2.1 -all' }, 'mail.spf.address', 'problem', /ip4:127\.0\.0\.1/],
    [{ dkim: undefined }, 'mail.dkim', 'problem', /dmid\._domainkey\.node\.test\. TXT "v=DKIM1; k=rsa; p=MII/],
    [{ dkim: `v=DKIM1; k=rsa; p=${'A'.repeat(300)}` }, 'mail.dkim', 'problem', /p=MII/],
    [{ dmarc: undefined }, 'mail.dmarc', 'problem', /_dmarc\.node\.test\. TXT "v=DMARC1/],
  ];
  for (const [change, code, level, mends] of cases) {
    const finding = await finds(code, level, other(await zone(change)));
    assert.match(finding.mend, mends, `${code}: ${finding.mend}`);
  }
  // Published as advised, it is well: the advice carries the whole key.
  const advised = (await finds('mail.dkim', 'problem', other(await zone({ dkim: undefined })))).mend;
  assert.equal((await look(other(await zone({ dkim: /"([^"]+)"/.exec(advised)[1] })))).find('mail.dkim').level, 'ok');
  // Nobody here listens at port 25 of the exchanger.
  const outside = await finds('mail.outside', 'warning', []);
  assert.match(outside.mend, /from another machine: nc -v mx\.node\.test 25/);
});

test('unsigned mail, and a certificate that is about to end or of another name, are told', { skip, timeout: 60_000 }, async () => {
  const dns = nameServers[0].address;
  assert.match((await finds('mail.dkim', 'warning', other(dns, { dkim_key_file: '' }))).words, /unsigned/);
  const short = join(scratch.path, 'short');
  mkdirSync(short);
  const ends = makeCertificate(short, { name: 'mx.node.test', days: 5 });
  chmodSync(ends.keyFile, 0o600);
  const report = await look(other(dns, { certificate_file: ends.certFile, key_file: ends.keyFile }));
  assert.equal(report.find('certificate.dates').level, 'warning', report.said);
  assert.match(report.find('certificate.dates').words, /within 14 days/);
  const elsewhere = join(scratch.path, 'elsewhere');
  mkdirSync(elsewhere);
  const wrong = makeCertificate(elsewhere, { name: 'other.test' });
  chmodSync(wrong.keyFile, 0o600);
  assert.match((await finds('certificate.name', 'problem', other(dns, { certificate_file: wrong.certFile, key_file: wrong.keyFile }))).words, /not for mx\.node\.test/);
});

test('a renewed certificate that the node has not read is seen at the door, and a SIGHUP mends it', { skip, timeout: 60_000 }, async () => {
  makeCertificate(join(scratch.path, 'tls'), { name: 'mx.node.test' });
  chmodSync(tls.keyFile, 0o600);
  const finding = await finds('door.smtp.tls', 'problem');
  assert.match(finding.words, /shows another certificate/);
  assert.match(finding.mend, /^kill -HUP \$\(cat .*node\.lock\)$/);
  mend(finding.mend);
  await until(async () => (await look()).find('door.smtp.tls').level === 'ok', 'the new certificate', 20);
  assert.equal((await look()).find('door.lmtp.tls').level, 'ok');
});

test('a door that is closed, held by another server, or plain is told apart', { skip, timeout: 60_000 }, async (t) => {
  const dns = nameServers[0].address;
  const closed = await finds('door.smtp', 'problem', other(dns, { listen_smtp: `127.0.0.1:${await freePort()}` }));
  assert.match(closed.words, /net\.unreachable/);
  assert.match(closed.mend, /^restart the node/);
  const taken = await finds('door.lmtp', 'problem', other(dns, { listen_lmtp: `127.0.0.1:${postfix.port}` }));
  assert.match(taken.words, /another server answers/);
  assert.match(taken.mend, /^ss -ltnp sport = :\d+, .*listen_lmtp$/);
  const mute = createServer((socket) => socket.on('error', () => {}));
  await new Promise((resolve) => mute.listen(0, '127.0.0.1', resolve));
  t.after(() => mute.close());
  assert.match((await finds('door.smtp', 'problem', other(dns, { listen_smtp: `127.0.0.1:${mute.address().port}` }))).words, /net\.timeout/);
  const none = await finds('door.smtp', 'warning', other(dns, { listen_smtp: '', listen_lmtp: '' }));
  assert.match(none.words, /no door takes mail in/);
  // Postfix on another loopback address stands for a door without STARTTLS that was meant to have it.
  const plain = await startPostfix(['x@plain.test'], { settings: { smtpd_tls_security_level: 'none', myhostname: 'mx.node.test' } });
  t.after(plain.stop);
  assert.match((await finds('door.smtp.tls', 'problem', other(dns, { listen_smtp: `127.0.0.1:${plain.port}` }))).words, /offers no STARTTLS/);
});

test('a submission server that is down, untrusted or plain, and a dead relay, are named', { skip, timeout: 120_000 }, async (t) => {
  const dns = nameServers[0].address;
  assert.match((await finds('mail.server', 'problem', other(dns, { server: `localhost:${await freePort()}` }))).words, /net\.unreachable/);
  assert.match((await finds('mail.server', 'problem', other(dns, { ca_file: tls.certFile }))).words, /not trusted: self.signed certificate/);
  assert.match((await finds('mail.server', 'problem', other(dns, { server: 'nowhere.node.test:587' }))).words, /has no address/);
  const plain = await startPostfix(['x@plain.test'], { settings: { smtpd_tls_security_level: 'none' } });
  t.after(plain.stop);
  assert.match((await finds('mail.server', 'problem', other(dns, { server: `localhost:${plain.port}` }))).words, /offers no STARTTLS/);
  const implicit = await look(other(dns, { server: `localhost:${postfix.tlsPort}`, tls: 'tls' }));
  assert.equal(implicit.find('mail.server').level, 'ok', implicit.said);
  const url = relay.url;
  relay.url = `ws://127.0.0.1:${await freePort()}`;
  try {
    assert.match((await finds('nostr.relay', 'problem', other(dns))).mend, /\[nostr\] relays/);
  } finally {
    relay.url = url;
  }
});

test('a bound channel is told while its code waits, when it works, and when its server has died', { skip, timeout: 180_000 }, async () => {
  assert.match((await finds('channels', 'warning')).words, /nothing is bound/);
  const bound = await dmid(home, ['bind', 'email', address, '--json']);
  assert.equal(bound.status, 0, said(bound));
  assert.match((await finds('channels', 'warning')).mend, /bind confirm email CODE$/);
  const mail = await mailWith(postfix, address, codeIn, 'the code');
  const confirmed = await dmid(home, ['bind', 'confirm', 'email', codeIn(mail), '--json']);
  assert.equal(confirmed.status, 0, said(confirmed));
  assert.equal((await finds('channels', 'ok')).words, 'email works');
  const file = join(scratch.path, 'policy.toml');
  writeFileSync(file, 'default = "deliver"\nvia = ["email"]\n');
  const set = await dmid(home, ['policy', 'set', file, '--json', '--passphrase-file', server.passphrase]);
  assert.equal(set.status, 0, said(set));
  await postfix.stop();
  assert.equal((await look()).find('mail.server').level, 'problem');
  const sent = await dmid(join(home, 'state/up/visitor'), ['send', server.account.number, 'to nowhere', '--json']);
  assert.equal(sent.status, 0, said(sent));
  const failed = await until(async () => {
    const finding = (await look()).find('channels');
    return finding.level === 'problem' && finding;
  }, 'the failure', 60);
  assert.match(failed.words, /^email failed \d+ times in a row: /);
});
