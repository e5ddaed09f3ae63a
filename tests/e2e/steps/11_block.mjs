// SPDX-License-Identifier: Apache-2.0
// A blocks B. B learns nothing: the door says yes as before, in the same steps, with the same bytes in the same places.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { mailsOf, mailWith } from '../lib/mail.mjs';
import { httpMessages } from '../lib/recorded.mjs';
import { sleep, until } from '../../peers/process.mjs';

const before = 'The last letter that gets through.';
const after = 'Are you there, A?';

/** What `read` gives once it has given the same for two seconds. */
async function settled(read) {
  let [value, since] = [read(), Date.now()];
  await until(() => {
    const now = read();
    if (now !== value) [value, since] = [now, Date.now()];
    return Date.now() - since >= 2000;
  }, 'the trace coming to rest', 30);
  return value;
}

/** The steps of A's node that a letter of B's took at the door, and what the door answered. */
async function watch(story, text) {
  const { a, b, trace } = story;
  const lines = () => (existsSync(trace) ? readFileSync(trace, 'utf8').split('\n').filter(Boolean) : []);
  // A node that has just come up hears from its relay what it had before: that passes the same points.
  const from = await settled(() => lines().length);
  const spoken = a.door.connections.map(({ out }) => out.length);
  const { id } = await b.do(['send', a.number, text]);
  const letter = await b.message((one) => one.id === id && one.state !== 'queued', 'the door\'s answer', 30);
  await until(() => lines().slice(from).includes('door.answered'), 'the trace');
  await sleep(1000); // whatever follows the answer
  const steps = lines().slice(from);
  // The connection may have been open before: what is new on any of them counts.
  const answers = a.door.connections.flatMap(({ out }, index) => httpMessages(Buffer.concat(out.slice(spoken[index] ?? 0).map(({ data }) => data))));
  assert.equal(answers.length, 1, 'one letter, one answer');
  return { letter, steps, untilAnswer: steps.slice(0, steps.indexOf('door.answered') + 1), later: steps.slice(steps.indexOf('door.answered') + 1), answer: answers[0] };
}

/** An answer with everything that differs between any two letters blotted out: ids, signatures, dates. */
const shape = ({ head, body }) => ({
  head: head.replace(/^date:.*$/im, 'date:'),
  body: String(body).replace(/[0-9a-f]{64,}/g, (hex) => 'x'.repeat(hex.length)).replace(/\b\d{9,}\b/g, (digits) => '9'.repeat(digits.length)),
});

export async function block(story) {
  const { world, a, b, teller } = story;
  teller.title('11  A blocks B');
  story.trace = join(world.folder, 'trace');
  await a.restartNode({ env: { DMID_TRACE: story.trace } });
  const accepted = await watch(story, before);
  await mailWith(world.postfix, a.address, ({ text }) => text.includes(before), 'the letter before the block');
  teller.say('a letter that is accepted and one that is dropped, watched step by step');
  await a.do(['block', b.number]);
  const dropped = await watch(story, after);
  await teller.promise('B is told yes, as before', () => {
    assert.equal(accepted.letter.state, dropped.letter.state);
    assert.equal(dropped.letter.state, 'accepted');
    assert.deepEqual(dropped.letter.receipts.map(({ state }) => state), accepted.letter.receipts.map(({ state }) => state));
  });
  await teller.promise(`the door took the same ${dropped.untilAnswer.length} steps both times`, () => {
    assert.ok(accepted.untilAnswer.length >= 6, `a whole passage of the door, not ${accepted.untilAnswer.join(' ')}`);
    assert.deepEqual(dropped.untilAnswer, accepted.untilAnswer);
    teller.quote(`accept: ${accepted.untilAnswer.join(' ')}\ndrop:   ${dropped.untilAnswer.join(' ')}`);
  });
  await teller.promise('and answered with the same bytes, but for ids, times and signatures', () => {
    assert.deepEqual(shape(dropped.answer), shape(accepted.answer));
  });
  await teller.promise('A sees nothing of it, in no inbox and no mailbox', async () => {
    assert.ok(accepted.later.includes('leg.sent') && !dropped.later.includes('leg.sent'));
    assert.ok(!(await a.allMessages()).some(({ text }) => text === after));
    assert.ok(!(await a.inbox({ requests: true })).some(({ text }) => text === after));
    assert.ok(!(await mailsOf(world.postfix, a.address)).some(({ text }) => text.includes(after)));
  });
}
