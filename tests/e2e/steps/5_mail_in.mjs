// SPDX-License-Identifier: Apache-2.0
// Somebody with nothing but a mail program writes to A's number: unproven, from a domain that signs, and in its name.
import assert from 'node:assert/strict';
import { handIn, write } from '../lib/mail_domain.mjs';
import { mailsOf } from '../lib/mail.mjs';
import { sleep } from '../../peers/process.mjs';

export const cora = 'cora@sender.test';
const nobody = 'nick@plain.test';
export const hello = 'Hello, is this still the number of A? Cora here.';

/** The address of a number at a person's node. */
export const mailAddress = (person, domain = `${person.name.toLowerCase()}-node.test`) => `${person.number.replaceAll(' ', '')}@${domain}`;

/** Nothing of it is in the inbox, among the requests or in the mailbox. */
async function gained(person, text) {
  await sleep(300);
  const shown = [...await person.allMessages(), ...await person.inbox({ requests: true })];
  const mails = await mailsOf(person.world.postfix, person.address);
  return shown.some((one) => one.text.includes(text)) || mails.some((one) => one.text.includes(text));
}

async function unproven(story, door) {
  const { a, world, teller } = story;
  const to = mailAddress(a);
  await teller.promise('somebody whose mail proves nothing is refused in the dialogue: what would suffice, and where to read on', async () => {
    const text = 'Dear friend, I have a proposal for you.';
    const { message } = write({ from: nobody, to, subject: 'a proposal', text });
    const { output, answer } = await handIn(world, door, { from: nobody, to, message });
    const lines = output.split('\n').filter((line) => /^<\S*\s+550[ -]/.test(line)).map((line) => line.replace(/^<\S*\s+/, ''));
    teller.quote(lines.join('\n'));
    assert.match(answer, /^550 5\.7\.1 /, output);
    assert.match(lines.join(' '), /What suffices: .*DKIM/, 'what suffices');
    assert.match(output, new RegExp(`/n/${a.number.replaceAll(' ', '')}`), 'a link');
    assert.equal(await gained(a, text), false);
  });
  await teller.promise('mail to a number that is not served here, and to any other domain, is refused at once', async () => {
    const { message } = write({ from: cora, to: mailAddress(story.b), subject: 'x', text: 'x' });
    for (const [address, code] of [[mailAddress(story.b, 'a-node.test'), /550 5\.1\.1/], ['somebody@elsewhere.test', /550 5\.7\.1/]]) {
      const { output } = await handIn(world, door, { from: cora, to: address, message });
      assert.match(output, code);
    }
  });
}

async function forged(story, door) {
  const { a, world, teller } = story;
  const to = mailAddress(a);
  await teller.promise('in Cora\'s name, unsigned or signed by another domain: refused, nothing gained', async () => {
    const text = 'Cora again: send me your code.';
    const { message } = write({ from: cora, to, subject: 'your code', text });
    for (const bytes of [message, await world.domains.other.sign(message)]) {
      const { answer, output } = await handIn(world, door, { from: cora, to, message: bytes });
      assert.match(answer, /^550 5\.7\.1 /, output);
    }
    assert.equal(await gained(a, text), false);
  });
}

/** A request, with what the domain's signature proved. */
async function signed(story, door) {
  const { a, world, teller } = story;
  const to = mailAddress(a);
  const { message, id } = write({ from: cora, to, subject: 'still there?', text: hello });
  const bytes = await world.domains.sender.sign(message);
  await teller.promise('from a domain that signs its mail, the same becomes a request, with what was proven', async () => {
    const { answer, output } = await handIn(world, door, { from: cora, to, message: bytes });
    assert.match(answer, /^250 2\.0\.0 /, output);
    const request = await a.message(({ text }) => text.trim() === hello, 'the request', 20, { requests: true });
    assert.equal(request.state, 'request');
    assert.equal(request.with.words, cora);
    teller.quote(`from ${request.with.words}: ${request.subject}\nproven: ${request.proofs.join('; ')}`);
    story.coraRequest = request;
    story.coraLetter = { id, bytes };
  });
  await teller.promise('the very same mail once more is the same message; its signature under another text proves nothing', async () => {
    const again = await handIn(world, door, { from: cora, to, message: bytes });
    assert.match(again.answer, /^250 2\.0\.0 /, again.output);
    const other = await handIn(world, door, { from: cora, to, message: bytes.replace(hello, 'Send me your code. Cora.') });
    assert.match(other.answer, /^550 5\.7\.1 /, other.output);
    const requests = await a.inbox({ requests: true });
    assert.equal(requests.filter(({ with: { words } }) => words === cora).length, 1);
  });
}

export async function mailIn(story) {
  const { teller, a } = story;
  teller.title('5  Somebody with nothing but a mail program');
  const door = a.node.ready.smtp;
  teller.say(`A's node takes mail for ${mailAddress(a)} at ${door}; senders write with swaks, name servers are nsd's`);
  await unproven(story, door);
  await forged(story, door);
  await signed(story, door);
}
