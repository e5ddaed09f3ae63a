// SPDX-License-Identifier: Apache-2.0
// The node is killed without warning: at each named point of the flow once, and at random moments under load.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chance } from '../../oracle/oracle.mjs';
import { root, sleep, until } from '../../peers/process.mjs';
import { startLoad } from '../lib/load.mjs';
import { handIn, write } from '../lib/mail_domain.mjs';
import { mailsOf, sha256 } from '../lib/mail.mjs';
import { submissions } from '../lib/recorded.mjs';
import { post } from '../lib/socket.mjs';
import { cora, hello, mailAddress } from './5_mail_in.mjs';

/** The points as the source names them: a new one is tested without anybody remembering to. */
const points = () => [...readFileSync(join(root, 'src/gateway/steps.hpp'), 'utf8').matchAll(/string_view k\w+ = "([a-z.-]+)"/g)].map(([, name]) => name);

/** Puts the same wrap to the door until it says yes: what it said yes to is accepted. */
async function postUntilYes(person, wrap, seconds = 60) {
  const answer = await until(async () => {
    const given = await post(person.door.url, wrap, 5);
    if (given.status !== 202 && given.status !== 503) throw new Error(`the door says ${given.status} ${given.body}`);
    return given.status === 202 && given;
  }, 'the door\'s yes', seconds);
  return answer.json.id;
}

/** Waits for the end of a node that is to end by itself; the moment. */
async function death(node, point) {
  const how = await Promise.race([node.exited, sleep(30_000)]);
  assert.equal(how?.signal, 'SIGKILL', `killed at ${point}`);
  return Date.now();
}

/** Starts a node that will die; nothing where it did so before its doors were open, by what a relay had kept for it. */
async function startDoomed(person, point) {
  await person.stopNode();
  try {
    return await person.startNode({ env: { DMID_STOP_AT: point } });
  } catch (error) {
    if (!/ended/.test(error.message)) throw error;
    return undefined;
  }
}

/** Files of one piece and of several. */
function someFiles() {
  const r = chance('files');
  return [['small.bin', 3000], ['large.bin', 2_200_000]].map(([name, size]) => ({ name, content: Buffer.from(Array.from({ length: size }, () => r.below(256))) }));
}

/** A mail user who is known to A: only letters of a channel carry files. */
async function befriendByMail(story) {
  const { a, world } = story;
  if (story.coraRequest !== undefined) return;
  const { message } = write({ from: cora, to: mailAddress(a), subject: 'hello', text: hello });
  await handIn(world, a.node.ready.smtp, { from: cora, to: mailAddress(a), message: await world.domains.sender.sign(message) });
  story.coraRequest = await a.message(({ text }) => text.trim() === hello, 'the mail request', 20, { requests: true });
  await a.do(['accept', story.coraRequest.id], { told: false });
}

/** Hands the same mail in until the door says yes, as mail servers do. */
function mailUntilYes(story, message, seconds = 60) {
  const { a, world } = story;
  return until(async () => {
    const { answer } = await handIn(world, a.node.ready.smtp, { from: cora, to: mailAddress(a), message });
    if (/^5/.test(answer)) throw new Error(`the mail door says ${answer}`);
    return /^250 2\.0\.0 /.test(answer);
  }, 'the mail door\'s yes', seconds);
}

/** One letter with files, by mail, through a node that dies at `point`. */
async function dieWithFilesAt(story, point, files) {
  const { a, world } = story;
  const text = `files for ${point.replace(':', ' pass ')}`;
  const { message } = write({ from: cora, to: mailAddress(a), subject: 'files', text: `${text}.`, files });
  const signed = await world.domains.sender.sign(message);
  const node = await startDoomed(a, point);
  const yes = mailUntilYes(story, signed);
  yes.catch(() => {});
  const at = await death(node, point);
  await a.startNode();
  await yes;
  return { point, at, text };
}

/** One letter in, or for the owner's point one answer out, through a node that dies at `point`. */
async function dieAt(story, point) {
  const { a, plain } = story;
  const text = `a letter for ${point}`; // sent with a full stop: no text is the beginning of another
  const node = await startDoomed(a, point);
  if (point.startsWith('owner.')) {
    const reply = a.run(['reply', story.plainRequest.id, text], { told: false });
    const at = await death(node, point);
    await reply;
    await a.startNode();
    await until(() => plain.letters.some(({ content }) => content === text), 'the answer after the restart', 60);
    return { point, at };
  }
  const yes = postUntilYes(a, plain.wrap(a.inboxKey, `${text}.`));
  yes.catch(() => {});
  const at = node === undefined ? Date.now() : await death(node, point);
  await a.startNode();
  await yes;
  return { point, at, text };
}

/** Kills at random moments while letters come in; the seed is printed. */
async function killAtRandom(story, count) {
  const { a, plain } = story;
  const r = chance('kills');
  await a.restartNode();
  const load = startLoad({ url: a.door.url, wrap: (text) => plain.wrap(a.inboxKey, text), label: 'under load' });
  const kills = [];
  for (let i = 0; i < count; i += 1) {
    await sleep(150 + r.below(1200));
    const { node } = a;
    node.kill('SIGKILL');
    kills.push({ point: `random ${i + 1}`, at: await death(node, `random moment ${i + 1}`) });
    await a.startNode();
  }
  await sleep(300);
  return { kills, texts: await load.finish(), seed: r.seed };
}

/** The mails of the mailbox by the first line of their text, without its full stop. */
async function mailsByText(story) {
  const out = new Map();
  for (const mail of await mailsOf(story.world.postfix, story.a.address)) {
    const text = mail.text.split('\n')[0].trim().replace(/\.$/, '');
    out.set(text, [...(out.get(text) ?? []), mail]);
  }
  return out;
}

/** Waits until each text is in the mailbox. */
async function allDelivered(story, texts, seconds) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const mails = await mailsByText(story);
    const missing = texts.filter((text) => !mails.has(text));
    if (missing.length === 0) return;
    if (Date.now() > end) throw new Error(`accepted and not delivered: ${missing.length} of ${texts.length}: ${missing.slice(0, 5).join('; ')}`);
    await sleep(300);
  }
}

/** The texts that lie twice in the mailbox, each explained by a kill between the handover and its record. */
async function explainDuplicates(story, texts, kills) {
  const mails = await mailsByText(story);
  const sent = submissions(story.a.mailTap);
  const twice = [];
  for (const text of texts) {
    const copies = mails.get(text);
    if (copies.length === 1) continue;
    assert.equal(new Set(copies.map(({ messageId }) => messageId)).size, 1, `one Message-ID for the copies of "${text}"`);
    assert.ok(copies.filter(({ repeated }) => !repeated).length <= 1, `the mark on every copy of "${text}" but the first`);
    const attempts = sent.filter(({ messageId, handedOver }) => messageId === copies[0].messageId && handedOver !== undefined);
    for (let i = 1; i < attempts.length; i += 1) {
      // Cut between handing over and record: the node died behind the final dot, and before the next attempt began.
      const kill = kills.find(({ at }) => at >= attempts[i - 1].handedOver - 50 && at <= attempts[i].began + 50);
      assert.ok(kill, `"${text}" went out twice without a kill between`);
      assert.ok(kill.at - attempts[i - 1].handedOver < 10_000, `"${text}" was not on its way when the node was killed`);
    }
    twice.push(text);
  }
  return twice;
}

export async function kills(story, { random = 20 } = {}) {
  const { a, teller } = story;
  teller.title('10  Killed without warning');
  a.configure({ node: { open_per_minute: 1_000_000, open_per_source_minute: 1_000_000 } });
  await befriendByMail(story);
  // The points behind a file are passed by letters with files only.
  const ofFiles = points().filter((point) => point.startsWith('door.file-'));
  const names = points().filter((point) => !ofFiles.includes(point));
  assert.ok(ofFiles.length >= 2 && names.length > 10);
  const done = [];
  await teller.promise(`A's node is killed at each of the ${names.length} named points of the flow, and started again`, async () => {
    for (const point of names) done.push(await dieAt(story, point));
    teller.quote(names.join(' '));
  });
  const files = someFiles();
  const withFiles = [];
  const cutsOfFiles = [...ofFiles.flatMap((point) => [point, `${point}:3`]), 'door.appended', 'door.answered', 'leg.sent'];
  await teller.promise(`and ${cutsOfFiles.length} times while it takes a letter with two files by mail, before, between and behind their pieces; the sender's server tries again`, async () => {
    for (const point of cutsOfFiles) withFiles.push(await dieWithFilesAt(story, point, files));
    teller.quote(cutsOfFiles.join(' '));
  });
  const load = await teller.promise(`and ${random} times at a random moment while letters pour in`, () => killAtRandom(story, random));
  teller.say(`${load.texts.length} letters accepted under load; seed ${load.seed}`);
  done.push(...withFiles);
  const texts = [...done.flatMap(({ text }) => (text === undefined ? [] : [text])), ...load.texts];
  const cuts = [...done, ...load.kills];
  await teller.promise(`all ${texts.length} letters that the door said yes to are in the mailbox`, () => allDelivered(story, texts, 90));
  await teller.promise('the inbox shows each of them once', async () => {
    const shown = (await a.allMessages()).map(({ text }) => text.trim());
    for (const text of texts) assert.equal(shown.filter((one) => one === `${text}.`).length, 1, text);
  });
  await teller.promise('and all files whole, in the inbox and in the mailbox', async () => {
    const whole = files.map(({ name, content }) => ({ name, sha256: sha256(content) }));
    const [shown, mails] = [await a.allMessages(), await mailsByText(story)];
    for (const { text } of withFiles) {
      const letter = shown.find((one) => one.text.trim() === `${text}.`);
      assert.deepEqual(letter.files.map(({ name, sha256: hash }) => ({ name, sha256: hash })), whole, text);
      for (const mail of mails.get(text)) assert.deepEqual(mail.files, whole, text);
    }
  });
  const twice = await teller.promise('a letter lies twice in the mailbox only where the node died between handing it over and noting so: same Message-ID, and marked',
    async () => {
      const found = await explainDuplicates(story, texts, cuts);
      assert.ok(found.includes('a letter for leg.sent'), 'the cut behind the handover gives a second copy');
      return found;
    });
  story.counts = { kills: cuts.length, letters: texts.length, twice: twice.length };
  teller.say(`${cuts.length} kills, ${texts.length} letters, ${twice.length} of them twice in the mailbox, 0 lost, 0 shown twice`);
  a.configure({ node: {} });
  await a.restartNode();
}
