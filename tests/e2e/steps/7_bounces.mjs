// SPDX-License-Identifier: Apache-2.0
// Mailboxes that are no more: a real mail server takes the mail, and returns it with a report. Forged reports do nothing.
import assert from 'node:assert/strict';
import { handIn, write } from '../lib/mail_domain.mjs';
import { codeIn, mailsOf, mailWith } from '../lib/mail.mjs';
import { received } from '../lib/recorded.mjs';
import { sleep, until } from '../../peers/process.mjs';
import { passing } from './1_stack.mjs';
import { mailAddress } from './5_mail_in.mjs';

const hello = 'Dora here, from a mailbox that will soon be closed.';
const lateAnswer = 'Dora, are you still there?';
const letters = { first: 'C, your mailbox still works.', second: 'C, does it still?', third: 'C, and now?', fourth: 'C, welcome back.' };

/** The reports that the node's mail door was brought for a recipient that this text is about. */
const reportsAbout = (person, address) => received(person.mailDoor).filter(({ from, to, message }) => (
  from === '' && /^b-[a-z2-7]{26}@/.test(to) && message.includes(address)));

/** A report as anybody can write one (RFC 3464). */
function makeReport(to, { action, status, about }) {
  const boundary = 'next-part';
  return [`From: MAILER-DAEMON@late.test`, `To: ${to}`, 'Subject: Delivery report', `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${Date.now()}.${Math.random()}@late.test>`, 'MIME-Version: 1.0', `Content-Type: multipart/report; report-type=delivery-status; boundary=${boundary}`,
    '', `--${boundary}`, 'Content-Type: text/plain', '', 'About your message.', `--${boundary}`, 'Content-Type: message/delivery-status', '',
    'Reporting-MTA: dns; late.test', '', `Final-Recipient: rfc822; ${about}`, `Action: ${action}`, `Status: ${status}`, `--${boundary}--`, ''].join('\r\n');
}

const report = (story, to, message) => handIn(story.world, story.a.node.ready.smtp, { from: '<>', to, message });

async function toAMailUser(story) {
  const { a, world, teller } = story;
  await teller.promise('Dora, a mail user, writes and is accepted; then her mailbox is closed, and A answers: the server takes the answer, and returns it', async () => {
    const { message } = write({ from: passing.dora, to: mailAddress(a), subject: 'hello', text: hello });
    const { answer, output } = await handIn(world, a.node.ready.smtp, { from: passing.dora, to: mailAddress(a), message: await world.domains.late.sign(message) });
    assert.match(answer, /^250 /, output);
    const request = await a.message(({ text }) => text.trim() === hello, 'Dora\'s request', 20, { requests: true });
    await a.do(['accept', request.id]);
    world.postfix.close(passing.dora);
    await a.do(['reply', request.id, lateAnswer]);
    const [came] = await until(() => { const all = reportsAbout(a, passing.dora); return all.length > 0 && all; }, 'the report at A\'s door', 30);
    const fields = /^(Action|Status|Diagnostic-Code): .*/gm;
    teller.quote(`to ${came.to.slice(0, 8)}…\n${came.message.replaceAll('\r', '').match(fields).join('\n')}`, 5);
  });
  await teller.promise('the answer\'s receipt says failed, and why, without her address; A\'s own mailbox is not blamed', async () => {
    const sent = await a.message(({ text, state }) => text === lateAnswer && state === 'failed', 'the failed answer', 20);
    assert.deepEqual(sent.receipts.map(({ state }) => state), ['accepted', 'failed']);
    assert.match(sent.receipts[1].detail, /^5\.1\.1 /);
    assert.ok(!sent.receipts[1].detail.includes('dora'));
    teller.quote(sent.receipts.map(({ state, detail }) => `${state}${detail === '' ? '' : `: ${detail}`}`).join('\n'), 4);
    const { bindings } = await a.do(['channels'], { told: false });
    assert.deepEqual(bindings.map(({ state }) => state), ['bound']);
  });
}

/** Mails that A's node handed to its server for an address, by their envelope senders. */
const sendersTo = (person, address) => received(person.mailTap).filter(({ to }) => to === address).map(({ from }) => from);
const stateOf = async (person) => (await person.do(['channels'], { told: false })).bindings.map(({ state }) => state).join(' ');
const shown = (person, text) => person.message((one) => one.text === text, `"${text}"`, 30);

async function befriend(story) {
  const { b, c, world } = story;
  await b.do(['send', c.number, letters.first]);
  const request = await c.message(({ text }) => text === letters.first, 'the request', 30, { requests: true });
  await c.do(['accept', request.id]);
  await mailWith(world.postfix, c.address, ({ text }) => text.includes(letters.first), 'the letter in C\'s mailbox', 30);
}

async function forgedReports(story) {
  const { a, c, teller } = story;
  const [sender] = sendersTo(a, c.address).slice(-1);
  await teller.promise('reports that somebody makes up: for a guessed envelope sender, or that say nothing of a failure; nothing changes', async () => {
    const guess = sender.replace(/^b-./, (begin) => (begin === 'b-a' ? 'b-b' : 'b-a'));
    const refused = await report(story, guess, makeReport(guess, { action: 'failed', status: '5.1.1', about: c.address }));
    assert.match(refused.output, /550 5\.1\.1/);
    teller.quote(`for a guess: ${refused.answer}`);
    const idle = await report(story, sender, makeReport(sender, { action: 'relayed', status: '2.0.0', about: c.address }));
    assert.match(idle.answer, /^250 /, idle.output);
    await sleep(500);
    assert.equal(await stateOf(c), 'bound');
    assert.deepEqual((await shown(c, letters.first)).receipts.map(({ state }) => state), ['accepted']);
  });
}

async function toAnOwner(story) {
  const { a, b, c, world, teller } = story;
  await teller.promise('C\'s mailbox is closed too; B\'s letter for it comes back, and C\'s binding is quarantined: nothing goes there any more', async () => {
    world.postfix.close(c.address);
    await b.do(['send', c.number, letters.second]);
    await until(async () => await stateOf(c) === 'quarantined', 'the quarantine', 30);
    const letter = await shown(c, letters.second);
    assert.equal(letter.state, 'failed');
    const { alarms } = (await c.ask('/v1/node')).json;
    const table = await c.do(['channels'], { json: false });
    const columns = table.indexOf('app password');
    teller.quote(table.split('\n').slice(0, 2).map((line) => `${line.slice(0, columns)}…`).join('\n'));
    const gone = alarms.filter(({ detail }) => detail.includes('does not exist any more'));
    assert.equal(gone.length, 1, JSON.stringify(alarms));
    teller.quote(gone[0].detail);
    assert.equal(await stateOf(a), 'bound', 'and nobody else\'s');
    const before = sendersTo(a, c.address).length;
    await b.do(['send', c.number, letters.third]);
    await shown(c, letters.third);
    await sleep(1000);
    assert.equal(sendersTo(a, c.address).length, before);
  });
  const genuine = reportsAbout(a, c.address).at(-1);
  await teller.promise('a later report that it was delivered after all, under the true envelope sender, is not believed', async () => {
    const { answer, output } = await report(story, genuine.to, makeReport(genuine.to, { action: 'delivered', status: '2.0.0', about: c.address }));
    assert.match(answer, /^250 /, output);
    await sleep(500);
    assert.equal((await shown(c, letters.second)).state, 'failed');
    assert.equal(await stateOf(c), 'quarantined');
  });
  await teller.promise('C binds another mailbox and is reached again; the old report, replayed, does not touch the new binding', async () => {
    await c.do(['bind', 'email', passing.cAnew]);
    const mail = await mailWith(world.postfix, passing.cAnew, (one) => codeIn(one) !== undefined, 'the code');
    await c.do(['bind', 'confirm', 'email', codeIn(mail)]);
    const { answer, output } = await report(story, genuine.to, genuine.message);
    assert.match(answer, /^250 /, output);
    await sleep(500);
    assert.equal(await stateOf(c), 'bound');
    await b.do(['send', c.number, letters.fourth]);
    await mailWith(world.postfix, passing.cAnew, ({ text }) => text.includes(letters.fourth), 'the letter in the new mailbox', 30);
    assert.equal((await mailsOf(world.postfix, passing.c)).filter(({ text }) => text.includes('C,')).length, 1);
  });
}

export async function bounces(story) {
  const { a, teller } = story;
  teller.title('7  A mailbox is no more: real reports, forged reports');
  await toAMailUser(story);
  await befriend(story);
  await forgedReports(story);
  await toAnOwner(story);
  // C takes the number elsewhere; the rest is about A and B.
  a.guests.length = 0;
  a.configure();
  await a.restartNode();
}
