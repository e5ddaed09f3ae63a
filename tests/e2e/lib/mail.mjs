// SPDX-License-Identifier: Apache-2.0
// What lies in a Maildir, read as a mail program reads it.
import { createHash } from 'node:crypto';
import { simpleParser } from 'mailparser';
import { until } from '../../peers/process.mjs';

/** @returns {Promise<{subject, text, from, messageId, repeated, references, files: [{name, sha256}], raw, file}>} */
export async function readMail({ raw, file }) {
  const mail = await simpleParser(raw);
  return {
    subject: mail.subject, text: mail.text ?? '', from: mail.from?.text ?? '', messageId: mail.messageId,
    repeated: mail.headers.get('x-dmid-repeated') === 'yes', references: mail.references ?? [],
    files: mail.attachments.map(({ filename, content }) => ({ name: filename, sha256: sha256(content) })), raw, file,
  };
}

const parsed = new Map();

/** All mails of an address, oldest first; each file is parsed once. */
export async function mailsOf(postfix, address) {
  const out = [];
  for (const one of postfix.mail(address)) {
    if (!parsed.has(one.file)) parsed.set(one.file, await readMail(one));
    out.push(parsed.get(one.file));
  }
  return out;
}

/** Waits for a mail that fits. */
export const mailWith = (postfix, address, fits, what, seconds = 20) => until(
  async () => (await mailsOf(postfix, address)).find(fits), what, seconds);

/** The binding code that a mail carries: two times four letters of base32. */
export const codeIn = ({ text }) => /\b([a-z2-7]{4}-[a-z2-7]{4})\b/i.exec(text)?.[1];

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
