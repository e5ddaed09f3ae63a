// SPDX-License-Identifier: Apache-2.0
// Writes docs/protocol/vectors/mail-auth: messages signed with the key of RFC 8463 §A.2, whose signatures are a function
// of key and message. What each must be judged as stands here; the judgement under test is not asked.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hex, startOracle } from './oracle.mjs';

const folder = new URL('../../docs/protocol/vectors/mail-auth/', import.meta.url);
const oracle = startOracle();
const pem = '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n';
const key = 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=';
const time = 1_790_000_000;
const recipient = '8312345678901210@node.example';
const envelope = { ip: '192.0.2.1', helo: 'mail.example.org', sender: 'a@example.org' };
const plain = `From: A <a@example.org>\r\nTo: ${recipient}\r\nSubject: s\r\nDate: Thu, 1 Jan 2026 00:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nHi.\r\n`;
const zone = (more = {}) => ({ 'sel._domainkey.example.org TXT': [key], ...more });

async function signed(message = plain, domain = 'example.org') {
  const { ok } = await oracle.ask('dkim.sign', { message: hex(Buffer.from(message)), pem, domain, selector: 'sel', time });
  return ok + message;
}
/** The tagged hash `dmid/dkim-once` of the value of the first signature. */
function once(message) {
  const value = message.match(/\bb=([^;]*?)\r\n(?![ \t])/)[1].replace(/\s/g, '');
  const sha = (...parts) => createHash('sha256').update(Buffer.concat(parts)).digest();
  const tag = sha(Buffer.from('dmid/dkim-once'));
  return sha(tag, tag, Buffer.from(value, 'base64')).toString('hex');
}

rmSync(folder, { recursive: true, force: true });
function write(name, musts, { message, dns = zone(), classes = [], from = '', error, ...more }) {
  const kind = error ? 'invalid' : 'valid';
  mkdirSync(new URL(`${kind}/`, folder), { recursive: true });
  const vector = { musts, ...(error ? { error } : {}), message, envelope: more.envelope ?? envelope, time: more.time ?? time, recipient: more.recipient ?? recipient, dns, classes, from,
    ...(more.unknown ? { unknown: true } : {}), ...(classes.includes('dmarc') ? { once: [once(message)] } : {}) };
  writeFileSync(new URL(`${kind}/${name}.json`, folder), `${JSON.stringify(vector, null, 2)}\n`);
}

const sound = await signed();
const proven = { classes: ['dmarc'], from: 'a@example.org' };
write('signed', ['MAIL-02', 'MAIL-30', 'MAIL-34'], { message: sound, ...proven });
write('recipient-in-to-list', ['MAIL-31'], { message: await signed(plain.replace('To: ', 'To: other@example.net, "N, N" ').replace(recipient, `<${recipient}>`)), ...proven });
write('subdomain-with-record', ['MAIL-22', 'MAIL-32'], { message: await signed(plain.replace('A <a@example.org>', 'a@sub.example.org')),
  dns: zone({ '_dmarc.example.org TXT': ['v=DMARC1; p=none'] }), classes: ['dmarc'], from: 'a@sub.example.org' });
write('field-added-that-is-not-signed', ['MAIL-04'], { message: `Received: from x\r\n${sound}`, ...proven });

const bad = (name, musts, error, message, more = {}) => write(name, musts, { message, error, ...more });
bad('unsigned', ['MAIL-30'], 'mail.dkim-missing', plain);
bad('spf-alone', ['MAIL-35'], 'mail.dkim-missing', plain, { dns: { 'example.org TXT': ['v=spf1 ip4:192.0.2.0/24 -all'] }, classes: ['spf-only'] });
bad('body-changed', ['MAIL-04'], 'mail.dkim-body', sound.replace('Hi.', 'Ho.'));
bad('subject-changed', ['MAIL-04'], 'mail.dkim-signature', sound.replace('Subject: s', 'Subject: t'));
bad('second-from', ['MAIL-04', 'MAIL-30'], 'mail.from', `From: b@example.org\r\n${sound}`);
bad('from-with-two-addresses', ['MAIL-30'], 'mail.from', await signed(plain.replace('A <a@example.org>', 'a@example.org, b@example.org')));
bad('from-read-in-two-ways', ['MAIL-09'], 'mail.from', await signed(plain.replace('A <a@example.org>', 'boss@bank.example <a@example.org>')));
bad('bare-line-feed-in-header', ['MAIL-01'], 'mail.header-invalid', sound.replace('\r\nSubject', '\nSubject'));
bad('other-recipient', ['MAIL-31'], 'mail.dkim-recipient', sound, { recipient: '8300000000000023@node.example' });
bad('blind-copy', ['MAIL-31'], 'mail.dkim-recipient', await signed(plain.replace(recipient, 'friend@example.net')));
bad('other-domain', ['MAIL-21', 'MAIL-30'], 'mail.dkim-not-aligned', await signed(plain, 'example.com'), { dns: { 'sel._domainkey.example.com TXT': [key] } });
bad('subdomain-without-record', ['MAIL-32'], 'mail.dkim-not-aligned', await signed(plain.replace('A <a@example.org>', 'a@sub.example.org')));
bad('subdomain-strict', ['MAIL-32'], 'mail.dkim-not-aligned', await signed(plain.replace('A <a@example.org>', 'a@sub.example.org')),
  { dns: zone({ '_dmarc.example.org TXT': ['v=DMARC1; p=none; adkim=s'] }) });
bad('part-of-body-signed', ['MAIL-08'], 'mail.dkim-signature', sound.replace('; c=', '; l=5; c='));
bad('key-revoked', ['MAIL-06'], 'mail.dkim-key-revoked', sound, { dns: { 'sel._domainkey.example.org TXT': ['v=DKIM1; p='] } });
bad('key-in-testing', ['MAIL-30'], 'mail.dkim-key-testing', sound, { dns: { 'sel._domainkey.example.org TXT': [key.replace(';', '; t=y;')] } });
bad('key-missing', ['MAIL-06'], 'mail.dkim-no-key', sound, { dns: {} });
bad('key-not-answered', ['MAIL-07', 'MAIL-33'], 'mail.dns-failed', sound, { dns: { 'sel._domainkey.example.org TXT': null }, unknown: true });
bad('made-in-the-future', ['MAIL-05'], 'mail.dkim-future', sound, { time: time - 3601 });
bad('sha1', ['MAIL-02'], 'mail.dkim-algorithm', sound.replace('ed25519-sha256', 'rsa-sha1'));
bad('no-message-id', ['MAIL-30'], 'mail.dkim-fields', await signed(plain.replace(/Message-ID: .*\r\n/, '')));
bad('bare-carriage-return-in-body', ['MAIL-30'], 'mail.line-end', await signed(plain.replace('Hi.', 'H\ri.')));
oracle.stop();
