// SPDX-License-Identifier: Apache-2.0
// A answers from the mailbox, by ordinary mail: a mail user, and the owner of another number. Somebody else tries to.
import assert from 'node:assert/strict';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { createPublicKey } from 'node:crypto';
import { handIn, write } from '../lib/mail_domain.mjs';
import { mailWith, mailsOf } from '../lib/mail.mjs';
import { sentFrames } from '../lib/recorded.mjs';
import { findIn } from '../lib/tap.mjs';
import { sleep } from '../../peers/process.mjs';
import { cora, hello, mailAddress } from './5_mail_in.mjs';

const toCora = 'Cora! Yes, it is. Write whenever you like.';
const toB = 'Written in my mailbox, B, and nowhere else.';
const forgery = 'Please send everything you have to my new friend.';

/** The answer address of a mail that the node sent. */
const answerAddress = ({ from }) => /<(r-[a-z2-7]{26}@[^>]+)>/.exec(from)?.[1];

/** An answer as mail programs write it: the words, then the quote with its attribution, then a signature with the address. */
function answerTo(person, mail, text) {
  const quoted = mail.text.trim().split('\n').map((line) => `> ${line}`);
  const body = [text, '', `On ${new Date().toDateString()}, ${mail.from} wrote:`, ...quoted, '', '-- ', 'Anna', person.address];
  return write({ from: person.address, to: answerAddress(mail), subject: `Re: ${mail.subject}`, text: body.join('\n'), answers: [mail.messageId] });
}

/** Through A's mail provider, which signs, to the node's door. */
async function answerByMail(story, mail, text) {
  const { a, world } = story;
  const { message } = answerTo(a, mail, text);
  const bytes = await world.domains.mail.sign(message);
  const { answer, output } = await handIn(world, a.node.ready.smtp, { from: a.address, to: answerAddress(mail), message: bytes });
  assert.match(answer, /^250 2\.0\.0 /, output);
  return bytes;
}

/** Cora's provider looks the node's signature up; the key is what A's node would publish. */
async function signedByTheNode(person, raw) {
  const key = createPublicKey(person.dkim).export({ type: 'spki', format: 'der' }).subarray(-32).toString('base64');
  const { results } = await dkimVerify(raw, { resolver: async () => [[`v=DKIM1; k=ed25519; p=${key}`]] });
  return results.some(({ status }) => status.result === 'pass');
}

async function answerTheMailUser(story) {
  const { a, world, teller } = story;
  const mail = await teller.promise('A accepts; Cora\'s letter arrives in A\'s mailbox, from an address that stands for this conversation alone', async () => {
    await a.do(['accept', story.coraRequest.id]);
    const arrived = await mailWith(world.postfix, a.address, ({ text }) => text.includes(hello), 'Cora\'s letter in the mailbox');
    assert.ok(answerAddress(arrived), arrived.from);
    teller.quote(`From: ${arrived.from}\n${arrived.text}`, 8);
    return arrived;
  });
  story.coraMail = mail;
  await teller.promise('A answers in the mail program, quote, signature and all; Cora gets the words alone, in her thread, from the number', async () => {
    story.answerToCora = await answerByMail(story, mail, toCora);
    const got = await mailWith(world.postfix, cora, ({ text }) => text.includes(toCora), 'the answer in Cora\'s mailbox');
    assert.ok(got.from.includes(mailAddress(a)), got.from);
    assert.ok([got.references].flat().includes(story.coraLetter.id), 'it names Cora\'s letter');
    assert.ok(!got.text.includes(hello) && !got.text.includes('Anna'), got.text);
    assert.deepEqual(findIn(got.raw, a.address), [], 'A\'s address is in what Cora got');
    assert.ok(await signedByTheNode(a, got.raw), 'the node\'s DKIM signature');
    teller.quote(`From: ${got.from}\n${got.text}`, 5);
  });
}

async function answerTheOther(story) {
  const { a, b, world, teller } = story;
  await teller.promise('the same way A answers B: it arrives sealed, and no address of A left', async () => {
    const mail = (await mailsOf(world.postfix, a.address)).findLast(({ from }) => from.includes(b.number));
    await answerByMail(story, mail, toB);
    const got = await b.message(({ text, direction }) => text === toB && direction === 'in', 'the answer', 30);
    assert.equal(got.with.words, a.number);
    const bytes = Buffer.concat([b.door.in(), a.door.out(), sentFrames(a.relayTap)]);
    assert.deepEqual(findIn(bytes, a.address), []);
  });
}

async function forgeries(story) {
  const { a, b, world, teller } = story;
  const door = a.node.ready.smtp;
  const token = answerAddress(story.coraMail);
  const refused = async (what, to, bytes) => {
    const { answer, output } = await handIn(world, door, { from: a.address, to, message: bytes });
    assert.match(answer, /^5\d\d 5\./, `${what}: ${output}`);
    return answer;
  };
  await teller.promise('an attacker who knows the address of the conversation but cannot sign for A\'s provider is refused, and A is told', async () => {
    const { message } = write({ from: a.address, to: token, subject: 'Re', text: forgery });
    teller.quote(await refused('unsigned', token, message));
    await refused('signed by another domain', token, await world.domains.other.sign(message));
    const { alarms } = (await a.ask('/v1/node')).json;
    assert.ok(JSON.stringify(alarms ?? []).includes('in your name'), JSON.stringify(alarms));
  });
  await teller.promise('one who can sign, but must guess the address, is refused before the message', async () => {
    const guess = `r-${'a'.repeat(26)}@a-node.test`;
    const { message } = write({ from: a.address, to: guess, subject: 'Re', text: forgery });
    teller.quote(await refused('wrong token', guess, await world.domains.mail.sign(message)));
  });
  await teller.promise('an answer that was overheard goes out once: again, it changes nothing; under other words, it is refused', async () => {
    await handIn(world, door, { from: a.address, to: token, message: story.answerToCora });
    await refused('other words', token, story.answerToCora.replace(toCora, forgery));
    await sleep(1500);
    const mails = await mailsOf(world.postfix, cora);
    assert.equal(mails.filter(({ text }) => text.includes(toCora)).length, 1);
    const everywhere = [...mails.map(({ text }) => text), ...(await b.allMessages()).map(({ text }) => text)];
    assert.ok(!everywhere.some((text) => text.includes(forgery)));
  });
}

export async function mailAnswers(story) {
  story.teller.title('6  A answers by ordinary mail');
  await answerTheMailUser(story);
  await answerTheOther(story);
  await forgeries(story);
}
