// SPDX-License-Identifier: Apache-2.0
// Mail as others read it: signatures by mailauth, messages by mailparser, submission to a real postfix.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { simpleParser } from 'mailparser';
import MailComposer from 'nodemailer/lib/mail-composer/index.js';
import { postfixMissing, startPostfix } from '../peers/postfix.mjs';
import { until } from '../peers/process.mjs';
import { cases, chance, hex, startOracle } from './oracle.mjs';

const oracle = startOracle();
after(() => oracle.stop());
const r = chance('email');

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ed25519 = generateKeyPairSync('ed25519');
const pem = (pair) => pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
const keys = {
  rsa: { pem: pem(rsa), txt: `v=DKIM1; k=rsa; p=${rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}` },
  // RFC 8463 §4: the bare 32 bytes, not the structure around them.
  ed25519: { pem: pem(ed25519), txt: `v=DKIM1; k=ed25519; p=${ed25519.publicKey.export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64')}` },
};
const domain = 'dmid.example';

async function verdict(message, key) {
  const resolver = async (name, type) => {
    assert.deepEqual([name, type], [`sel._domainkey.${domain}`, 'TXT']);
    return [[keys[key].txt]];
  };
  const { results } = await dkimVerify(message, { resolver });
  assert.equal(results.length, 1);
  return results[0].status.result;
}

const blanks = () => r.pick(['', ' ', '  ', '\t', ' \t ']);
const word = () => r.pick(['a', 'Zz', 'übung', '中文', '=?utf-8?B?YQ==?=', '<x@y.org>', ';', ':', '.', '🙂', '=20', '"']);

/** A random message with every folding and blank that relaxed canonicalisation has to level out. */
function randomMessage() {
  const value = () => {
    let out = '';
    for (let i = r.below(8); i > 0; --i) out += blanks() + (r.coin(0.2) ? `\r\n${r.pick([' ', '\t', '   '])}` : '') + word();
    return out;
  };
  const fields = [`From:${blanks()}A <a@${domain}>`, `To${blanks()}: b@example.net`, `Subject:${value()}${blanks()}`,
    'Date: Thu, 1 Jan 1970 00:00:00 +0000', `Message-ID: <${r.below(1e9)}@${domain}>`, `References:${value()}`,
    `X-Other:${value()}`, 'mime-VERSION: 1.0', `Content-Type: text/plain;\r\n\tcharset=utf-8`];
  if (r.coin(0.3)) fields.push(`REPLY-TO: ${value()}`);
  fields.sort(() => r.next() - 0.5);
  let body = '';
  for (let i = r.below(12); i > 0; --i) {
    for (let n = r.below(6); n > 0; --n) body += blanks() + word();
    body += blanks() + '\r\n';
  }
  if (r.coin(0.2)) body += word();
  return `${fields.join('\r\n')}\r\n\r\n${body}`;
}

test('every signature over a random message verifies, and none does after a change', async () => {
  let changed = 0;
  for (let i = 0; i < cases(1500); ++i) {
    const key = r.pick(['rsa', 'ed25519']);
    const message = randomMessage();
    const args = { message: hex(Buffer.from(message)), pem: keys[key].pem, domain, selector: 'sel', time: 1700000000 };
    const signed = await oracle.ask('dkim.sign', args);
    assert.equal(signed.error, undefined, signed.context);
    assert.equal(await verdict(Buffer.from(signed.ok + message), key), 'pass', JSON.stringify(signed.ok + message));
    if (i % 5 !== 0) continue;
    ++changed;
    // One more From, another subject, a longer body.
    const lies = [`From: evil@example.org\r\n${signed.ok}${message}`, signed.ok + message.replace(/Subject:/, 'Subject: lie'),
      `${signed.ok}${message}\r\nmore`];
    assert.notEqual(await verdict(Buffer.from(r.pick(lies)), key), 'pass');
  }
  console.log(`# ${changed} changed messages refused`);
});

const base32 = 'abcdefghijklmnopqrstuvwxyz234567';
function randomOutgoing() {
  const words = (n) => Array.from({ length: 1 + r.below(n) }, () => word()).join(' ');
  return { leg: r.hex(32), to: 'alice@mail.example', domain, number: '8312 3456 7890 1210', sender: r.coin(0.1) ? r.text(200) : words(8),
    subject: r.coin(0.2) ? r.text(300) : words(30), text: r.coin(0.5) ? r.text(2000) : words(200), proofs: [words(5), r.text(50)],
    encryption: 'Encryption ends here.', token: Array.from({ length: 26 }, () => base32[r.below(32)]).join(''),
    earlier: Array.from({ length: r.below(30) }, () => r.hex(32).slice(2)), repeated: r.coin(), time: r.below(2 ** 31) };
}

/** What a reader sees of words from outside: controls and runs of blanks are one space, nothing at the ends. */
const oneLine = (text) => text.replace(/[\u0000-\u0020\u007f]+/g, ' ').trim();

test('every composed message reads back as it was meant', async () => {
  for (let i = 0; i < cases(700); ++i) {
    const args = randomOutgoing();
    const { ok, context } = await oracle.ask('email.compose', args);
    assert.ok(ok, context);
    assert.ok(/^[\x00-\x7f]*$/.test(ok), 'seven bits');
    for (const line of ok.split('\r\n')) assert.ok(line.length <= 998 && !line.includes('\n') && !line.includes('\r'));
    const mail = await simpleParser(ok);
    assert.equal(mail.from.value.length, 1);
    assert.equal(mail.from.value[0].address, `r-${args.token}@${domain}`);
    assert.equal(mail.to.text, 'alice@mail.example');
    assert.equal(mail.date.getTime(), args.time * 1000);
    assert.equal(mail.headers.has('x-dmid-repeated'), args.repeated);
    assert.deepEqual([...mail.headers.keys()].filter((name) => !['from', 'to', 'subject', 'date', 'message-id', 'in-reply-to', 'references',
      'x-dmid-number', 'x-dmid-proofs', 'x-dmid-encryption', 'x-dmid-repeated', 'mime-version', 'content-type', 'content-transfer-encoding'].includes(name)), []);
    const subject = oneLine(args.subject);
    if (Buffer.byteLength(subject) <= 200 && subject) assert.equal(mail.subject, subject);
    const plain = args.text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
    assert.ok(mail.text.startsWith(plain.replace(/\n$/, '')), JSON.stringify([mail.text, plain]));
    assert.equal([].concat(mail.references ?? []).length, Math.min(args.earlier.length, 20));
    const signed = await oracle.ask('dkim.sign', { message: hex(Buffer.from(ok)), pem: keys.rsa.pem, domain, selector: 'sel', time: 1 });
    assert.equal(await verdict(Buffer.from(signed.ok + ok), 'rsa'), 'pass');
  }
});

test('to others a reader finds the number, the words and the files, and nothing besides', async () => {
  for (let i = 0; i < cases(150); ++i) {
    const files = Array.from({ length: r.below(4) }, () => ({ name: r.pick(['a.png', 'Bericht ü.pdf', 'a "b" c.txt', '中文.txt', r.text(80).replace(/[\\/]/g, '')]),
      type: r.pick(['image/png', 'text/plain', 'application/pdf', 'nonsense']), bytes: r.hex(r.below(3000)) }));
    const args = { ...randomOutgoing(), to_others: true, earlier: [], files, answers: ['newest@x.example', 'older@x.example'] };
    const { ok, context } = await oracle.ask('email.compose', args);
    assert.ok(ok, context);
    const mail = await simpleParser(ok, { skipTextToHtml: true });
    assert.deepEqual(mail.from.value, [{ name: '8312 3456 7890 1210', address: `8312345678901210@${domain}` }]);
    assert.equal(mail.replyTo.value[0].address, `8312345678901210@${domain}`);
    assert.equal(mail.inReplyTo, '<newest@x.example>');
    assert.deepEqual(mail.references, ['<older@x.example>', '<newest@x.example>']);
    assert.deepEqual([...mail.headers.keys()].filter((name) => !['from', 'reply-to', 'to', 'subject', 'date', 'message-id', 'in-reply-to', 'references',
      'mime-version', 'content-type', 'content-transfer-encoding'].includes(name)), []);
    const plain = args.text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
    assert.equal(mail.text.replace(/\n+$/, ''), plain.replace(/\n+$/, ''));
    assert.equal(mail.attachments.length, files.length);
    mail.attachments.forEach((found, n) => {
      assert.equal(hex(found.content), files[n].bytes);
      const name = oneLine(files[n].name);
      if (Buffer.byteLength(name) <= 200 && name) assert.equal(found.filename, name);
    });
  }
});

test('what nodemailer writes is read as it was meant', async () => {
  for (let i = 0; i < cases(300); ++i) {
    const attachments = Array.from({ length: r.below(3) }, () => ({ filename: r.pick(['a.bin', 'ü b.txt', '中文 🙂.pdf', `${'long '.repeat(20)}.txt`]),
      content: Buffer.from(r.hex(r.below(5000)).slice(2), 'hex'), contentType: r.pick(['image/png', 'application/pdf', 'text/csv']) }));
    const text = `${r.pick(['Grüße', 'plain words', '中文', 'From here\nand\n.\n..', 'a'.repeat(1500)])} ${r.below(1e9)}`;
    const subject = r.pick(['Hello', 'Über uns', '中文'.repeat(40)]);
    const message = await new MailComposer({ from: { name: 'Jürgen', address: 'bob@mail.example' }, to: 'x@dmid.example', subject, text,
      html: r.coin() ? '<p>other</p>' : undefined, attachments, textEncoding: r.pick(['base64', 'quoted-printable']),
      messageId: '<1@mail.example>', date: new Date(1700000000000), newline: 'windows' }).compile().build();
    const { ok, context } = await oracle.ask('email.read', { message: hex(message) });
    assert.ok(ok, context);
    assert.deepEqual([ok.from, ok.message_id, ok.sent_at, ok.lost], ['bob@mail.example', '1@mail.example', 1700000000, '']);
    assert.equal(ok.subject, subject);
    assert.equal(ok.text, text);
    assert.deepEqual(ok.files, attachments.map((a) => ({ name: a.filename, type: a.contentType, bytes: hex(a.content) })));
  }
});

test('a real postfix takes it by STARTTLS and by TLS, and refuses strangers', { skip: postfixMissing() }, async () => {
  const postfix = await startPostfix(['alice@mail.example']);
  try {
    const accepted = 0, refused = 1, unreachable = 3;
    const submit = async (more) => {
      const answer = await oracle.ask('email.submit', { ...randomOutgoing(), host: 'localhost', port: postfix.port, tls: 'starttls',
        ca_file: postfix.caFile, text: '.\r\n..\r\nüber\n', ...more });
      assert.equal(answer.error, undefined, answer.context);
      return more.then ? answer.ok : answer.ok[0];
    };
    const first = await submit({});
    assert.equal(first.outcome, accepted, first.detail);
    assert.equal((await submit({ port: postfix.tlsPort, tls: 'tls' })).outcome, accepted);
    assert.equal((await submit({ host: '127.0.0.1', tls: 'none' })).outcome, accepted);
    const stranger = await submit({ to: 'bob@mail.example' });
    assert.equal(stranger.outcome, refused);
    assert.ok(stranger.detail.startsWith('550 5.1.1 <(address)>'), stranger.detail);
    const untrusted = await submit({ ca_file: '' });
    assert.deepEqual([untrusted.outcome, untrusted.code], [unreachable, 'channel.tls-required']);
    for (let i = 0; i < 100 && postfix.mail('alice@mail.example').length < 3; ++i) await new Promise((go) => setTimeout(go, 100));
    const mails = postfix.mail('alice@mail.example');
    assert.equal(mails.length, 3);
    for (const { raw } of mails) assert.ok((await simpleParser(raw)).text.startsWith('.\n..\nüber\n'));

    // Several over one connection, encrypted: one is refused in the middle of its group, the next ones take another.
    const connects = () => postfix.log().match(/: connect from /g)?.length ?? 0;
    const before = connects();
    const [a, b, no, c, d] = await submit({ then: ['alice@mail.example', 'bob@mail.example', 'alice@mail.example', 'alice@mail.example'] });
    assert.deepEqual([a, b, no, c, d].map(({ outcome }) => outcome), [accepted, accepted, refused, accepted, accepted]);
    assert.equal(connects() - before, 2, postfix.log());
    await until(() => postfix.mail('alice@mail.example').length === 7, 'seven messages');
    await until(() => / disconnect from .* ehlo=2 starttls=1 mail=3 rcpt=2\/3 data=2\/3 /.test(postfix.log()), postfix.log());
  } finally {
    await postfix.stop();
  }
});
