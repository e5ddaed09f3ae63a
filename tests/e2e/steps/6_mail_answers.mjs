// SPDX-License-Identifier: Apache-2.0
// A answers from the mailbox, by ordinary mail: a mail user, and the owner of another number. Somebody else tries to.
import assert from 'node:assert/strict';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { createPublicKey } from 'node:crypto';
import { handIn, write } from '../lib/mail_domain.mjs';
import { mailWith, mailsOf } from '../lib/mail.mjs';
import { sentFrames } from '../lib/recorded.mjs';
import { Person } from '../lib/person.mjs';
import { findIn } from '../lib/tap.mjs';
import { sleep } from '../../peers/process.mjs';
import { passing } from './1_stack.mjs';
import { bind, mint, publish, setPolicy } from './2_owner.mjs';
import { cora, hello, mailAddress } from './5_mail_in.mjs';

const toCora = 'Cora! Yes, it is. Write whenever you like.';
const toB = 'Written in my mailbox, B, and nowhere else.';
const bySession = 'This one I wrote in a program that signs in at my node.';
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
export async function answerByMail(story, mail, text) {
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

/** Another owner, who lets A's node keep a number's inbox key: for what one owner may do to another there. */
async function moveIn(story) {
  const { a, world, teller } = story;
  const c = new Person(world, 'C', passing.c, a);
  Object.assign(c, { door: a.door, relayTap: a.relayTap });
  await c.makeKeys();
  c.configure();
  await mint(c);
  c.configure();
  await publish(c);
  await teller.promise('C, another owner, lets A\'s node serve a number too; each command says now which is meant', async () => {
    a.guests.push(c);
    a.configure();
    await a.restartNode();
  });
  await bind(c);
  await setPolicy(c);
  story.c = c;
}

/** A mail program that signs in at the node's mail door. */
function submit(story, { user, password }, mail, text, { from, more = ['--tls', '--tls-verify', '--tls-ca-path', story.a.tls.certFile] } = {}) {
  const { a, world } = story;
  const { message } = write({ from: from ?? a.address, to: answerAddress(mail), subject: `Re: ${mail.subject}`, text });
  return handIn(world, a.node.ready.smtp, { from: from ?? a.address, to: answerAddress(mail), message,
    more: [...more, '--auth', 'PLAIN', '--auth-user', user, '--auth-password', password] });
}

async function signIn(story) {
  const { a, world, teller } = story;
  await teller.promise('A\'s mail program signs in at the node, over TLS, with an app password: its answer needs no signature', async () => {
    story.appPassword = await a.do(['bind', 'app-password', 'email']);
    const { answer, output } = await submit(story, story.appPassword, story.coraMail, bySession);
    assert.match(answer, /^250 2\.0\.0 /, output);
    const got = await mailWith(world.postfix, cora, ({ text }) => text.includes(bySession), 'the answer in Cora\'s mailbox');
    assert.ok(got.from.includes(mailAddress(a)), got.from);
    assert.deepEqual(findIn(got.raw, a.address), []);
  });
  await teller.promise('a wrong password opens nothing, and without TLS none is asked for', async () => {
    const wrong = { ...story.appPassword, password: story.appPassword.password.replace(/[a-z2-7]/, (one) => (one === 'a' ? 'b' : 'a')) };
    const refused = await submit(story, wrong, story.coraMail, forgery);
    assert.match(refused.output, /535 5\.7\.8/);
    const clear = await submit(story, story.appPassword, story.coraMail, forgery, { more: [] });
    assert.doesNotMatch(clear.output, /AUTH PLAIN [A-Za-z0-9+/=]{8}/, 'the password went over the wire in the clear');
    assert.doesNotMatch(clear.output, /^<.*Accepted/m);
    teller.quote(refused.output.split('\n').find((line) => line.includes('535')).replace(/^<\S*\s*/, ''));
  });
}

/** What A's node tells A about answers in A's name. */
async function told(story) {
  const { alarms } = (await story.a.ask('/v1/node')).json;
  return alarms.filter(({ detail }) => /in your name|of yours/.test(detail)).map(({ detail }) => detail);
}

async function forgeries(story) {
  const { a, b, c, world, teller } = story;
  const token = answerAddress(story.coraMail);
  const put = (from, to, message, more = []) => handIn(world, a.node.ready.smtp, { from, to, message, more });
  const refused = async (what, from, to, message, more) => {
    const { answer, output } = await put(from, to, message, more);
    assert.match(answer, /^5\d\d 5\./, `${what}: ${output}`);
    note(what, answer);
  };
  const note = (what, answer) => teller.quote(`${what}: ${answer.split(':')[0]}`);
  const forge = (from, to = token) => write({ from, to, subject: 'Re', text: forgery }).message;
  teller.say(`forged answers to Cora, each with the true address of the conversation unless it says otherwise: ${token.slice(0, 8)}…`);
  await teller.promise('right address, wrong signature: none, and that of a domain that A is not at', async () => {
    await refused('unsigned', a.address, token, forge(a.address));
    await refused('signed by other.test', a.address, token, await world.domains.other.sign(forge(a.address)));
  });
  await teller.promise('right address, valid signature of somebody else: B at A\'s own provider, and C, whose number is on A\'s own node', async () => {
    await refused('B\'s own', b.address, token, await world.domains.mail.sign(forge(b.address)));
    await refused('C\'s own', c.address, token, await world.domains.late.sign(forge(c.address)));
    const session = await c.do(['bind', 'app-password', 'email'], { told: false });
    const { answer, output } = await submit(story, session, story.coraMail, forgery, { from: c.address });
    assert.match(answer, /^5\d\d 5\./, output);
    note('C, signed in as C', answer);
  });
  await teller.promise('right signature, wrong address: refused before the message is sent', async () => {
    const guess = `r-${'a'.repeat(26)}@${a.mailDomain}`;
    await refused('A\'s own, to a guess', a.address, guess, await world.domains.mail.sign(forge(a.address, guess)));
  });
  await teller.promise('both right, but overheard: again it changes nothing, under other words or to another conversation it is refused', async () => {
    const again = await put(a.address, token, story.answerToCora);
    assert.match(again.answer, /^250 2\.0\.0 /, again.output);
    await refused('under other words', a.address, token, story.answerToCora.replace(toCora, forgery));
    const other = answerAddress((await mailsOf(world.postfix, a.address)).findLast(({ from }) => from.includes(b.number)));
    await refused('to B\'s conversation', a.address, other, story.answerToCora);
  });
  await teller.promise('Cora and B got none of it, the true answer once, and A is told', async () => {
    await sleep(1500);
    const mails = await mailsOf(world.postfix, cora);
    assert.equal(mails.filter(({ text }) => text.includes(toCora)).length, 1);
    const everywhere = [...mails.map(({ text }) => text), ...(await b.allMessages()).map(({ text }) => text)];
    assert.ok(!everywhere.some((text) => text.includes(forgery)));
    assert.ok(!(await b.allMessages()).some(({ text }) => text.includes(toCora)));
    const alarms = await told(story);
    assert.ok(alarms.some((one) => one.includes('in your name')), JSON.stringify(alarms));
    teller.quote(alarms.join('\n'), 8);
  });
  await teller.promise('the app password, revoked, opens nothing', async () => {
    await a.do(['bind', 'app-password', 'email', '--revoke']);
    const { output } = await submit(story, story.appPassword, story.coraMail, forgery);
    assert.match(output, /535 5\.7\.8/);
  });
}

export async function mailAnswers(story) {
  story.teller.title('6  A answers by ordinary mail, and nobody else does');
  await answerTheMailUser(story);
  await answerTheOther(story);
  await signIn(story);
  await moveIn(story);
  await forgeries(story);
}
