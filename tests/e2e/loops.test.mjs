// SPDX-License-Identifier: Apache-2.0
// What goes round, with a real mail server that forwards it: a mailbox that sends everything back to its own number, a program that
// answers every mail, reports about reports, and two numbers that are each other's mailbox. Each ends, and loses nothing.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { nsdMissing } from '../peers/nsd.mjs';
import { postfixMissing } from '../peers/postfix.mjs';
import { sleep, until } from '../peers/process.mjs';
import { codeIn, mailsOf, mailWith } from './lib/mail.mjs';
import { handIn, write } from './lib/mail_domain.mjs';
import { received } from './lib/recorded.mjs';
import { silentTeller } from './lib/teller.mjs';
import { addresses, stack } from './steps/1_stack.mjs';
import { bind, mint, publish } from './steps/2_owner.mjs';
import { mailAddress } from './steps/5_mail_in.mjs';

const missing = dmidMissing() ?? postfixMissing() ?? nsdMissing();
const check = (name, body) => test(name, { skip: missing ?? false, timeout: 120_000 }, body);
const story = { teller: silentTeller() };
const dora = 'dora@late.test';

/** Everything is delivered: nothing but the node itself can end a loop. */
const policy = (label) => `default = "deliver"\n[[rule]]\nwho = ["anonymous", "stranger", "contact", "answered-before"]\ndo = "deliver"\nvia = ["${label}"]\n`;

async function setPolicy(person, label) {
  const file = join(person.home, 'policy.toml');
  writeFileSync(file, policy(label));
  await person.sign(['policy', 'set', file]);
}

before(async () => {
  if (missing) return;
  await stack(story);
  await Promise.all(story.world.people.map(async (person) => {
    await mint(person);
    person.configure();
    await publish(person);
    await person.startNode();
    await person.serving();
    await bind(person);
    await setPolicy(person, 'email');
  }));
});
after(() => story.world?.stop());

/** How many mails have come to a node's mail door, in all, once that has not changed for three seconds. */
async function settled(people) {
  const count = () => people.reduce((sum, { mailDoor }) => sum + received(mailDoor).length, 0);
  let [value, since] = [count(), Date.now()];
  await until(() => {
    if (count() !== value) [value, since] = [count(), Date.now()];
    return Date.now() - since >= 3000;
  }, 'an end of the mails', 60);
  return value;
}

async function mailFrom(from, person, text, { automatic = false } = {}) {
  const { world } = story;
  const to = mailAddress(person);
  const { message } = write({ from, to, subject: 'about', text });
  const bytes = automatic ? `Auto-Submitted: auto-replied\r\n${message}` : await world.domains.late.sign(message);
  const { answer, output } = await handIn(world, person.node.ready.smtp, { from: automatic ? '<>' : from, to, message: bytes });
  assert.match(answer, /^250 /, output);
}

const alarmOf = async (person, name) => (await person.ask('/v1/node')).json.alarms?.find(({ code }) => code === name);

check('a mailbox that forwards to its own number gets the message once, and the owner is told', async () => {
  const { a, world } = story;
  const text = 'This must not go round.';
  world.postfix.forward(addresses.a, [addresses.a, mailAddress(a)]);
  try {
    await mailFrom(dora, a, text);
    await mailWith(world.postfix, addresses.a, (mail) => mail.text.includes(text), 'the mail in the mailbox', 30);
    await settled([a]);
    assert.equal((await mailsOf(world.postfix, addresses.a)).filter((mail) => mail.text.includes(text)).length, 1);
    assert.equal((await a.allMessages()).filter((one) => one.text.includes(text)).length, 1);
    assert.match(world.postfix.log(), /550 5\.4\.6/, 'refused in the dialogue as a loop');
    assert.ok(await alarmOf(a, 'loop'), 'an alarm');
  } finally {
    world.postfix.forward(addresses.a, [addresses.a]);
  }
});

check('a program that answers every mail reaches nobody, however often', async () => {
  const { a, world } = story;
  const begun = received(a.mailDoor).length;
  for (let round = 0; round < 3; ++round) {
    const text = `Are you there, number ${round}?`;
    await mailFrom(dora, a, text);
    const mail = await mailWith(world.postfix, addresses.a, (one) => one.text.includes(text), 'the mail', 30);
    const answerAddress = /^From: .*<(r-[a-z2-7]{26}@[^>]+)>/m.exec(String(mail.raw))[1];
    const { message } = write({ from: addresses.a, to: answerAddress, subject: 'Out of office', text: 'I am away.' });
    const { output } = await handIn(world, a.node.ready.smtp, { from: '<>', to: answerAddress, message: `Auto-Submitted: auto-replied\r\n${message}` });
    assert.doesNotMatch(output, /250 2\.0\.0 Accepted/);
  }
  await settled([a]);
  assert.equal((await mailsOf(world.postfix, dora)).length, 0, 'nothing went to whoever wrote');
  assert.ok(received(a.mailDoor).length - begun <= 6);
});

check('automatic mail and reports about reports are kept, and cause no mail', async () => {
  const { a, world } = story;
  await settled([a]);
  const sent = () => received(a.mailTap).length;
  await mailFrom('vacation@late.test', a, 'I am away until Monday.', { automatic: true });
  await mailWith(world.postfix, addresses.a, (mail) => mail.text.includes('away until Monday'), 'the automatic mail', 30);
  const quiet = sent();
  await sleep(2000);
  assert.equal(sent(), quiet, 'nothing more left the node');
});

check('two numbers that are each other\'s mailbox carry a message once each', async () => {
  const { a, b, world } = story;
  // Each binds the other's number as a mailbox: the code comes to the other's own mailbox, where a friend reads it out.
  for (const [person, other] of [[a, b], [b, a]]) {
    const seen = (await mailsOf(world.postfix, other.address)).length;
    await person.do(['bind', 'email', mailAddress(other), '--label', 'friend']);
    const mail = await until(async () => (await mailsOf(world.postfix, other.address)).slice(seen).find((one) => codeIn(one) !== undefined), 'the code at the friend\'s', 30)
    await person.do(['bind', 'confirm', 'friend', codeIn(mail)]);
  }
  await setPolicy(a, 'friend');
  await setPolicy(b, 'friend');
  const text = 'From hand to hand.';
  await mailFrom(dora, a, text);
  await until(async () => (await b.allMessages()).some((one) => one.text.includes(text)), 'it at B', 30);
  await settled([a, b]);
  for (const person of [a, b])
    assert.equal((await person.allMessages()).filter((one) => one.text.includes(text)).length, 1, person.name);
  assert.ok(await alarmOf(a, 'loop') ?? await alarmOf(b, 'loop'));
});
