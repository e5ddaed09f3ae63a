// SPDX-License-Identifier: Apache-2.0
// 25 MiB from a mail program to an owner: whole in the mailbox, as a link on the telephone, and the owner's own file out as a
// link. Real parts: a chain, postfix, a name server, npm nodemailer and npm smpp.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { createTransport } from 'nodemailer';
import { codeIn, mailWith, sha256 } from '../e2e/lib/mail.mjs';
import { silentTeller } from '../e2e/lib/teller.mjs';
import { stack } from '../e2e/steps/1_stack.mjs';
import { bind, mint, policyToml, publish } from '../e2e/steps/2_owner.mjs';
import { cora, mailAddress } from '../e2e/steps/5_mail_in.mjs';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { nsdMissing } from '../peers/nsd.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { freePort, until } from '../peers/process.mjs';
import { startService } from '../peers/sms_service.mjs';

const skip = dmidMissing() ?? postfixMissing() ?? nsdMissing() ?? false;
const story = { teller: silentTeller() };
const parts = {};
const phone = '+4915112345678';
const large = randomBytes(25 << 20);
/** A picture that nothing can make smaller: 24 MB. */
function noisyPicture(width, height) {
  const rows = randomBytes((3 * width + 1) * height);
  for (let row = 0; row < height; ++row) rows[row * (3 * width + 1)] = 0;
  const chunk = (kind, data) => {
    const body = Buffer.concat([Buffer.from(kind), data]);
    const [head, tail] = [Buffer.alloc(4), Buffer.alloc(4)];
    head.writeUInt32BE(data.length);
    tail.writeUInt32BE(crc32(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header), chunk('IDAT', deflateSync(rows, { level: 0 })), chunk('IEND', Buffer.alloc(0))]);
}
const own = noisyPicture(2800, 2850);

const smtp = () => Number(story.a.node.ready.smtp.split(':').at(-1));
const write = (mail, domain) => createTransport({ host: '127.0.0.1', port: smtp(), ignoreTLS: true, dkim: domain.dkim }).sendMail(mail);
/** The link in a text, at the node itself: the ears at its door would keep all of it. */
const linkIn = (text) => {
  const link = /http\S+\/f\/[a-z2-7]{32}/.exec(text)?.[0];
  if (link === undefined) return undefined;
  assert.ok(link.startsWith(story.a.door.url), link);
  return new URL(new URL(link).pathname, story.a.node.ready.http).href;
};
const json = async (url) => (await fetch(url, { headers: { accept: 'application/json' } })).json();

/** KiB of the node's own memory. */
const memory = () => Number(/RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${story.a.node.pid}/status`, 'utf8'))[1]);
/** What it grew by at most while something went on. */
async function grown(action) {
  const start = memory();
  let most = start;
  const watch = setInterval(() => { most = Math.max(most, memory()); }, 5);
  const value = await action().finally(() => clearInterval(watch));
  return { value, words: `${Math.round(start / 1024)} MiB before, ${Math.round((most - start) / 1024)} MiB more at most` };
}
const download = async (url) => {
  const response = await fetch(url, { method: 'POST' });
  return { response, bytes: Buffer.from(await response.arrayBuffer()) };
};

before(async () => {
  if (skip) return;
  await stack(story, { people: ['A'] });
  const { a } = story;
  const port = await freePort();
  parts.sms = await startService('npm', port);
  writeFileSync(join(a.home, 'sms-password'), 's3cret\n', { mode: 0o600 });
  a.configure({ mail: { max_file_mb: 25 }, platforms: `
[sms]
sender = "+4930123456"
long_texts = "payload"

[[sms.service]]
server = "127.0.0.1:${port}"
tls = "none"
system_id = "node"
password_file = "${join(a.home, 'sms-password')}"
` });
  await mint(a);
  a.configure();
  await publish(a);
  await a.startNode();
  await a.serving();
  await bind(a);
  await a.do(['bind', 'sms', phone]);
  const { text } = await parts.sms.where('submit', (one) => codeIn(one) !== undefined);
  await a.do(['bind', 'confirm', 'sms', codeIn({ text })]);
  const file = join(a.home, 'policy.toml');
  writeFileSync(file, policyToml.replace('["email"]', '["email", "sms"]'));
  await a.sign(['policy', 'set', file]);
  await write({ from: cora, to: mailAddress(a), subject: 'Hello', text: 'May I?' }, story.world.domains.sender);
  const { id } = await a.message(({ text: words }) => words.includes('May I?'), 'the request', 20, { requests: true });
  await a.do(['accept', id]);
});
after(async () => {
  await story.world?.stop();
  await parts.sms?.stop();
});

test('25 MiB by mail arrive whole in the mailbox and as a link on the telephone', { skip, timeout: 180_000 }, async (t) => {
  const { a, world } = story;
  const { words } = await grown(async () => {
    const { response } = await write({ from: cora, to: mailAddress(a), subject: 'Holidays', text: 'All of it', attachments: [{ filename: 'holidays.bin', content: large }] }, world.domains.sender);
    assert.match(response, /^250 2\.0\.0 /);
    const mail = await mailWith(world.postfix, a.address, ({ files }) => files.length > 0, 'the mail with its file', 90);
    assert.deepEqual(mail.files, [{ name: 'holidays.bin', sha256: sha256(large) }]);
    parts.mail = mail;
    const { text } = await parts.sms.where('submit', (one) => linkIn(one.text) !== undefined);
    assert.match(text, /holidays\.bin \(application\/octet-stream, 26\.2 MB\)/);
    assert.match(text, /until \d+ [A-Z][a-z]+ 20\d\d/);
    parts.link = linkIn(text);
  });
  t.diagnostic(`memory while 25 MiB came in by SMTP and went out by mail: ${words}`);
});

test('the store holds neither the file nor the link', { skip, timeout: 60_000 }, () => {
  const folder = join(story.a.home, 'state', 'mailbox');
  const token = parts.link.split('/').at(-1);
  for (const name of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, name));
    for (let at = 1 << 20; at < large.length; at += 5 << 20) assert.equal(bytes.indexOf(large.subarray(at, at + 24)), -1);
    assert.equal(bytes.indexOf(large.subarray(0, 24).toString('base64').slice(0, 32)), -1);
    for (const text of [token, 'holidays.bin']) assert.equal(bytes.indexOf(text), -1, `${text} in ${name}`);
  }
});

test('looking at the link shows a page and uses nothing up; posting to it gives the bytes', { skip, timeout: 120_000 }, async (t) => {
  for (const method of ['GET', 'HEAD', 'GET']) {
    const page = await fetch(parts.link, { method });
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-security-policy'), /^default-src 'none'/);
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    const body = await page.text();
    if (method === 'GET') assert.match(body, /holidays\.bin[\s\S]+<form method="post">/);
  }
  const before_ = await json(parts.link);
  assert.deepEqual([before_.name, before_.size, before_.sha256, before_.left], ['holidays.bin', large.length, sha256(large), 20]);
  const days = (before_.until - Date.now() / 1000) / 86400;
  assert.ok(days > 7 && days <= 8, `${days} days`);
  const { value, words } = await grown(() => download(parts.link));
  assert.equal(value.response.status, 200);
  assert.equal(value.response.headers.get('content-length'), String(large.length));
  assert.match(value.response.headers.get('content-disposition'), /^attachment; filename="holidays\.bin"/);
  assert.equal(sha256(value.bytes), sha256(large));
  assert.equal((await json(parts.link)).left, 19);
  t.diagnostic(`memory while the link was downloaded: ${words}`);
});

test('ten slow readers cost a piece each, and cut downloads count', { skip, timeout: 120_000 }, async (t) => {
  const { words } = await grown(async () => {
    const slow = await Promise.all(Array.from({ length: 10 }, async () => {
      const cut = new AbortController();
      const response = await fetch(parts.link, { method: 'POST', signal: cut.signal });
      assert.equal(response.status, 200);
      const reader = response.body.getReader();
      await reader.read();
      return { cut, reader };
    }));
    assert.equal((await json(parts.link)).left, 9);
    for (const { cut, reader } of slow) { cut.abort(); await reader.cancel().catch(() => {}); }
  });
  t.diagnostic(`memory with ten slow readers: ${words}`);
  const left = async () => (await json(parts.link)).left;
  for (let i = 9; i > 0; --i) {
    assert.equal(await left(), i);
    const { response, bytes } = await until(async () => {
      const got = await download(parts.link);
      return got.response.status === 429 ? undefined : got;
    }, 'a place among the downloads');
    assert.equal(response.status, 200);
    assert.equal(bytes.length, large.length);
  }
  const gone = await fetch(parts.link, { method: 'POST' });
  assert.equal(gone.status, 410);
  assert.equal((await fetch(parts.link)).status, 410);
  assert.equal((await json(parts.link)).status, 410);
  const unknown = await fetch(`${parts.link.slice(0, -4)}aaaa`);
  assert.equal(unknown.status, 404);
});

test('the owner\'s picture, too large for mail, goes to the other side as a link', { skip, timeout: 180_000 }, async (t) => {
  const { a, world } = story;
  a.configure({ mail: { max_file_mb: 7 } });
  await a.restartNode();
  const to = /<(r-[a-z2-7]{26}@[^>]+)>/.exec(parts.mail.from)[1];
  const { words } = await grown(async () => {
    const { response } = await write({ from: a.address, to, subject: 'Re: Holidays', text: 'And mine', inReplyTo: parts.mail.messageId, attachments: [{ filename: 'mine.png', content: own }] }, world.domains.mail);
    assert.match(response, /^250 2\.0\.0 /);
    const mail = await mailWith(world.postfix, cora, ({ text }) => text.includes('And mine'), 'the answer with its link', 60);
    assert.equal(mail.files.length, 0);
    assert.ok(!mail.raw.includes(a.address));
    parts.out = linkIn(mail.text);
  });
  const { bytes, response } = await download(parts.out);
  assert.equal(response.status, 200);
  assert.equal(sha256(bytes), sha256(own));
  t.diagnostic(`memory while 24 MB of the owner's came in, were cleaned, and went out as a link: ${words}`);
});
