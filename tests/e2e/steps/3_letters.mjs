// SPDX-License-Identifier: Apache-2.0
// Two numbers on two nodes: a request, a contact, an answer; and what left each side.
import assert from 'node:assert/strict';
import { mailsOf, mailWith } from '../lib/mail.mjs';
import { postedWraps, sentFrames } from '../lib/recorded.mjs';
import { findIn } from '../lib/tap.mjs';
import { until } from '../../peers/process.mjs';

const first = 'Hello A, this is B. May I write to you?';
const second = 'And here is my second letter.';
const answer = 'Of course you may, B. Good to hear from you.';

/** All that a person's node said to others: to doors and relays as it went over the wire, and its door's answers. */
export function said(story, person) {
  const others = story.world.people.filter((one) => one !== person);
  return Buffer.concat([...others.map((one) => one.door.in()), person.door.out(), sentFrames(person.relayTap), person.relayTap.in()]);
}

/** Opens, with the reader's own key, every letter that was put to the reader's door. */
async function openedLetters(reader) {
  const wraps = postedWraps(reader.door);
  const result = await reader.run(['open', '--passphrase-file', reader.passphraseFile],
    { told: false, json: false, input: wraps.map((wrap) => `${JSON.stringify(wrap)}\n`).join('') });
  assert.equal(result.status, 0, result.stderr);
  return { count: wraps.length, text: result.stdout };
}

export async function searchLetters(story) {
  const { a, b, world, teller } = story;
  for (const [writer, reader] of [[a, b], [b, a]]) {
    const bytes = said(story, writer);
    const mail = writer.mailTap.in();
    const letters = await openedLetters(reader);
    await teller.promise(`${writer.name}'s node told the others ${bytes.length} bytes and ${letters.count} sealed letters; sealed or opened, no address of ${writer.name} or ${reader.name} is in them`, async () => {
      assert.ok(letters.count > 0 && bytes.length > 500, 'there was something to search');
      for (const person of world.people) {
        assert.deepEqual(findIn(bytes, person.address), [], `${person.name}'s address left ${writer.name}`);
        assert.deepEqual(findIn(Buffer.from(letters.text), person.address), [], `${person.name}'s address is in a letter of ${writer.name}`);
      }
      assert.deepEqual(findIn(mail, reader.address), [], `${reader.name}'s address went to ${writer.name}'s mail server`);
      // The search finds what is there: the mail server is told where the mail goes.
      assert.ok(findIn(mail, writer.address).length > 0, 'the search finds nothing at all');
    });
  }
}

export async function letters(story) {
  const { a, b, world, teller } = story;
  teller.title('3  B writes to A: a request, a contact, an answer');
  await teller.promise('B\'s letter waits at A as a request, with B\'s proofs', async () => {
    await b.do(['send', a.number, first]);
    const request = await a.message(({ text }) => text === first, 'the request', 20, { requests: true });
    assert.equal(request.state, 'request');
    assert.equal(request.with.kind, 'dmid');
    assert.equal(request.with.words, b.number);
    assert.ok(request.proofs.includes('the proven holder of a DMID number'), request.proofs.join(', '));
    assert.equal((await mailsOf(world.postfix, a.address)).filter(({ text }) => text.includes(first)).length, 0, 'nothing goes to the mailbox yet');
    story.request = request;
    teller.quote(`from ${request.with.words}: ${request.text}\nproven: ${request.proofs.join('; ')}`);
  });
  await teller.promise('A accepts; the letter that waited arrives in A\'s mailbox', async () => {
    const { released } = await a.do(['accept', story.request.id]);
    assert.equal(released, 1);
    const mail = await mailWith(world.postfix, a.address, ({ text }) => text.includes(first), 'the held letter in the mailbox');
    teller.quote(`From: ${mail.from}\nSubject: ${mail.subject}\n${mail.text}`, 9);
    assert.ok(mail.from.includes(b.number));
  });
  await teller.promise('so does B\'s next one, with nothing to decide', async () => {
    await b.do(['send', a.number, second]);
    const mail = await mailWith(world.postfix, a.address, ({ text }) => text.includes(second), 'the second letter in the mailbox');
    assert.ok(mail.references.length > 0, 'it is threaded with the first one');
    assert.equal((await a.inbox({ requests: true })).length, 0);
  });
  await teller.promise('A answers, and B reads it', async () => {
    await a.do(['reply', story.request.id, answer]);
    const got = await b.message(({ text, direction }) => text === answer && direction === 'in', 'the answer');
    assert.equal(got.with.words, a.number);
    assert.notEqual(got.state, 'request', 'B has written to A before, so the answer is no request');
    story.thread = got.thread;
    const shown = await b.do(['thread', got.thread], { told: false });
    assert.deepEqual(shown.messages.map(({ text }) => text), [first, second, answer]);
    await mailWith(world.postfix, b.address, ({ text }) => text.includes(answer), 'the answer in B\'s mailbox');
  });
  await until(async () => (await b.inbox()).every(({ state }) => state !== 'queued'), 'B\'s letters at rest');
  await searchLetters(story);
}
