// SPDX-License-Identifier: Apache-2.0
// The mail door before programs that this project did not write: swaks, nodemailer, a postfix in front.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { mailDoorMissing, startMailDoor, swaks } from '../peers/mail_door.mjs';
import { postfixMissing, startPostfix } from '../peers/postfix.mjs';
import { until } from '../peers/process.mjs';

const missing = mailDoorMissing() ?? (existsSync('/usr/bin/swaks') ? undefined : 'swaks is not installed');
const number = '8312345678901210';
const content = (mail) => Buffer.from(mail.base64, 'base64').toString();

let door;
before(async () => { if (!missing) door = await startMailDoor(); });
after(async () => { if (door) assert.equal(await door.stop(), 0); });

test('swaks hands a message in by SMTP, in plain and over TLS', { skip: missing }, async () => {
  const args = ['--from', 'alice@example.org', '--to', `8312-3456-7890-1210+481920@node.test`, '--body', 'Hello\n.\n..dots\n'];
  for (const more of [[], ['--tls', '--tls-verify', '--tls-ca-path', door.caFile, '--tls-sni', 'localhost'], ['--pipeline']]) {
    const count = door.mails().length;
    const { status, output } = await swaks(door.smtp, [...args, ...more]);
    // swaks compares the certificate's name with nothing: what counts is that the handshake is done.
    assert.equal(status, 0, output);
    const mail = await door.mail(count);
    assert.deepEqual([mail.from, mail.to, mail.client], ['alice@example.org', [`${number}+481920`], '127.0.0.1']);
    assert.match(content(mail), /\r\nHello\r\n\.\r\n\.\.dots\r\n/);
  }
  assert.deepEqual(readdirSync(door.spool), []);
});

test('LMTP gives each recipient an answer of its own', { skip: missing }, async () => {
  const count = door.mails().length;
  const { status, output } = await swaks(door.lmtp, ['--protocol', 'LMTP', '--from', 'alice@example.org',
    '--to', `${number}@node.test,b-abcdefghijklmnopqrstuvwxya@node.test`, '--body', 'x']);
  assert.equal(status, 0, output);
  assert.equal(output.match(/250 2\.0\.0 Accepted/g).length, 2);
  assert.deepEqual((await door.mail(count)).to, [number, 'b-abcdefghijklmnopqrstuvwxya']);
});

test('a refusal says what suffices and where, in the dialogue', { skip: missing }, async () => {
  await door.answer('no');
  const { status, output } = await swaks(door.smtp, ['--from', 'alice@example.org', '--to', `${number}@node.test`, '--body', 'x']);
  await door.answer('yes');
  assert.equal(status, 26, output); // swaks: DATA was refused
  assert.match(output, /550-5\.7\.1 The recipient asks strangers for a proof/);
  assert.match(output, new RegExp(`550 5\\.7\\.1 See https://node\\.test/n/${number}`));
});

test('nothing is relayed, and unknown numbers are unknown', { skip: missing }, async () => {
  const to = async (address) => (await swaks(door.smtp, ['--from', 'alice@example.org', '--to', address])).output;
  assert.match(await to('bob@example.org'), /550 5\.7\.1/);
  assert.match(await to('8399000000000032@node.test'), /550 5\.1\.1/);
  assert.match(await to('alice@node.test'), /550 5\.1\.1/);
});

test('who signs in does so over TLS alone', { skip: missing }, async () => {
  const args = ['--from', 'a@example.org', '--to', `${number}@node.test`, '--auth-user', 'user', '--body', 'x'];
  const count = door.mails().length;
  for (const mechanism of ['PLAIN', 'LOGIN']) {
    const good = await swaks(door.smtp, [...args, '--tls', '--auth', mechanism, '--auth-password', 'right']);
    assert.equal(good.status, 0, good.output);
    assert.equal((await swaks(door.smtp, [...args, '--tls', '--auth', mechanism, '--auth-password', 'wrong'])).status, 28);
    assert.notEqual((await swaks(door.smtp, [...args, '--auth', mechanism, '--auth-password', 'right'])).status, 0);
  }
  assert.deepEqual(door.mails().slice(count).map(({ account }) => account), ['account', 'account']);
});

test('nodemailer sends attachments of several MB, unchanged', { skip: missing }, async () => {
  const transport = createTransport({ host: '127.0.0.1', port: door.smtp, tls: { rejectUnauthorized: false } });
  const count = door.mails().length;
  const attachment = Buffer.alloc(6 << 20, 'data ');
  const compiled = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const message = { from: 'alice@example.org', to: `${number}@node.test`, subject: 'Grüße', text: 'x', date: new Date(0), messageId: '<1@example.org>', attachments: [{ filename: 'a.bin', content: attachment }] };
  const { message: raw } = await compiled.sendMail(message);
  await transport.sendMail({ envelope: { from: 'alice@example.org', to: `${number}@node.test` }, raw });
  const mail = await door.mail(count);
  assert.equal(mail.sha256, createHash('sha256').update(raw).digest('hex'));
  assert.equal(mail.size, raw.length);
  await assert.rejects(transport.sendMail({ ...message, attachments: [{ filename: 'a.bin', content: Buffer.alloc(28 << 20) }] }), /552/);
  assert.equal((await door.load()).spool, 0);
  transport.close();
});

test('a postfix in front hands on by LMTP, and says who wrote', { skip: missing ?? postfixMissing() }, async (t) => {
  const postfix = await startPostfix(['unused@mail.test'], { settings: {
    relay_domains: 'node.test', relay_transport: `lmtp:inet:127.0.0.1:${door.lmtp}`, lmtp_send_xforward_command: 'yes',
    smtpd_authorized_xforward_hosts: '127.0.0.0/8', smtpd_recipient_restrictions: 'permit_auth_destination, reject',
  } });
  t.after(postfix.stop);
  const count = door.mails().length;
  const { status, output } = await swaks(postfix.port, ['--helo', 'client.example', '--from', 'alice@example.org',
    '--to', `${number}@node.test,${number}+000001@node.test`, '--body', 'by postfix']);
  assert.equal(status, 0, output);
  const mail = await door.mail(count).catch((error) => assert.fail(`${error.message}\n${postfix.log().slice(-3000)}`));
  assert.deepEqual([...mail.to].sort(), [number, `${number}+000001`]);
  assert.deepEqual([mail.hello, mail.client], ['client.example', '127.0.0.1']);
  assert.match(content(mail), /Received: .*by postfix/s);
});

test('a postfix in front that speaks SMTP sends what must wait once more', { skip: missing ?? postfixMissing() }, async (t) => {
  const postfix = await startPostfix(['unused@mail.test'], { settings: {
    relay_domains: 'node.test', relay_transport: `smtp:[127.0.0.1]:${door.smtp}`, smtp_destination_recipient_limit: '50',
    minimal_backoff_time: '1s', maximal_backoff_time: '2s', queue_run_delay: '1s', smtp_tls_security_level: 'may',
    smtpd_recipient_restrictions: 'permit_auth_destination, reject',
  } });
  t.after(postfix.stop);
  const count = door.mails().length;
  const { status, output } = await swaks(postfix.port, ['--from', 'alice@example.org',
    '--to', `${number}@node.test,${number}+000002@node.test`, '--body', 'two tails']);
  assert.equal(status, 0, output);
  await until(() => door.mails().length === count + 2, 'both messages', 30);
  assert.deepEqual(door.mails().slice(count).map(({ to }) => to).flat().sort(), [number, `${number}+000002`]);
  assert.match(postfix.log(), /452 4\.5\.3/);
});
