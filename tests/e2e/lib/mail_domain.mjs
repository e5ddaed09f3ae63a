// SPDX-License-Identifier: Apache-2.0
// A mail domain that this project does not run: its key, its zone, and mail that its server signs (npm mailauth).
import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';
import { txt } from '../../peers/nsd.mjs';
import { swaks } from '../../peers/mail_door.mjs';

/**
 * @returns {{name, records, dkim, sign(message)}} records: of its zone. dkim: its key as nodemailer takes it. sign(): the message with
 *   the domain's DKIM signature before it.
 */
export function mailDomain(name) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  const records = [txt('@', 'v=spf1 -all'), txt('s1._domainkey', `v=DKIM1; k=rsa; p=${key}`), txt('_dmarc', 'v=DMARC1; p=reject')];
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const sign = async (message) => {
    const { signatures, errors } = await dkimSign(Buffer.from(message), {
      canonicalization: 'relaxed/relaxed', algorithm: 'rsa-sha256',
      signatureData: [{ signingDomain: name, selector: 's1', privateKey: pem }],
    });
    if (errors.length > 0) throw errors[0].err;
    return `${signatures}${message}`;
  };
  return { name, records, dkim: { domainName: name, keySelector: 's1', privateKey: pem }, sign };
}

let written = 0;

/** The text and the files, as one part each. */
function multipart(text, files) {
  const boundary = `part-${written}`;
  const parts = files.map(({ name, type = 'application/octet-stream', content }) => [`--${boundary}`, `Content-Type: ${type}; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`, 'Content-Transfer-Encoding: base64', '', ...content.toString('base64').match(/.{1,76}/g)]);
  return { type: `multipart/mixed; boundary="${boundary}"`,
    lines: [`--${boundary}`, 'Content-Type: text/plain; charset=utf-8', '', ...text.split('\n'), ...parts.flat(), `--${boundary}--`] };
}

/** A mail as an ordinary program writes it, with CRLF line ends. files: [{name, type, content}]. @returns {{message, id}} */
export function write({ from, to, subject, text, answers = [], files = [] }) {
  written += 1;
  const id = `<${Date.now()}.${written}@${from.split('@')[1]}>`;
  const fields = [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`, `Message-ID: ${id}`,
    ...(answers.length > 0 ? [`In-Reply-To: ${answers.at(-1)}`, `References: ${answers.join(' ')}`] : []),
    'MIME-Version: 1.0'];
  const { type, lines } = files.length > 0 ? multipart(text, files) : { type: 'text/plain; charset=utf-8', lines: text.split('\n') };
  return { message: `${[...fields, `Content-Type: ${type}`, '', ...lines].join('\r\n')}\r\n`, id };
}

/**
 * Hands a message to a mail door with swaks, byte for byte; `from` may be `<>`.
 * @returns {Promise<{status, output, answer}>} answer: the server's last word on the recipient or the message.
 */
export async function handIn(world, where, { from, to, message, protocol = 'ESMTP', more = [] }) {
  const file = join(world.folder, `mail-${written += 1}`);
  writeFileSync(file, `${message.replace(/^\./gm, '..')}.`);
  const { status, output } = await swaks(Number(where.split(':').at(-1)),
    ['--protocol', protocol, '--helo', from.split('@')[1] ?? 'mail.test', '--from', from, '--to', to, '--no-data-fixup', '--data', `@${file}`, ...more]);
  const answers = output.split('\n').filter((line) => /^<[-*~*]*\s*\d{3}[ -]/.test(line) && !/ 221 /.test(line));
  return { status, output, answer: (answers.at(-1) ?? '').replace(/^<\S*\s*/, '').trim() };
}
