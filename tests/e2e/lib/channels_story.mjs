// SPDX-License-Identifier: Apache-2.0
// One conversation between two owners: on Anna's side it begins as SMS and moves through Telegram, XMPP, Signal and email;
// Ben's side is a number over Nostr relays, and a wallet. Then what the same facts are worth at every door.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { generateSecretKey, getPublicKey, nip19 } from 'nostr-tools';
import { handIn, write } from './mail_domain.mjs';
import { composeWrap, publish } from './plain_client.mjs';
import { startPlatforms } from './platforms.mjs';
import { makeWallet } from './wallet.mjs';
import { waysOf } from './ways.mjs';
import { stack } from '../steps/1_stack.mjs';
import { owner } from '../steps/2_owner.mjs';
import { mailAddress } from '../steps/5_mail_in.mjs';
import { until } from '../../peers/process.mjs';
import { component } from '../../peers/prosody.mjs';
import { startPerson } from '../../peers/xmpp.mjs';

const codeOf = (text) => /Code: (\S+)/.exec(text)?.[1];

/** Contacts by one way; whoever proves something may ask, from wherever. */
const policyBy = (label) => `default = "reject"

[[rule]]
who = ["contact", "answered-before"]
do  = "deliver"
via = ["${label}"]

[[rule]]
who  = ["stranger"]
do   = "request"
rate = "100 per day"
`;

async function setPolicy(person, name, toml) {
  const file = join(person.home, `${name}.toml`);
  writeFileSync(file, toml);
  await person.sign(['policy', 'set', file]);
}

async function twoOwners(story) {
  const { a, world } = story;
  const platforms = await startPlatforms(a.home, { accounts: { anna: 'anna-s', carl: 'carl-s' }, tls: a.certificate() });
  world.keep(platforms);
  story.platforms = platforms;
  a.configure({ platforms: platforms.toml });
  await owner(story);
}

async function bindAll(story) {
  const { a, teller } = story;
  teller.title('3  Anna binds a telephone, Telegram, XMPP and Signal, each with the code that arrives there');
  story.ways = await waysOf(story, story.platforms);
  for (const { label, address, program, arrives } of story.ways.filter(({ label: one }) => one !== 'email'))
    await teller.promise(`${program} is Anna's: the code came by it and was brought back`, async () => {
      await a.do(['bind', label, address]);
      const { text } = await arrives((one) => codeOf(one) !== undefined, `the code by ${label}`);
      assert.equal((await a.do(['bind', 'confirm', label, codeOf(text)])).state, 'bound');
    });
}

/** What each says, in the order of Anna's ways. */
const lines = {
  sms: ['Lunch on Friday?', 'Yes! At one?'],
  telegram: ['One is fine. Where?', 'The place by the river 🌊'],
  xmpp: ['Who else is coming?', 'Carla, and maybe Dana.'],
  signal: ['Shall I bring anything?', 'Only good weather ☀️'],
  email: ['Then see you on Friday.', 'See you there.'],
};

/** The round in which the HTTP door is shut. */
const byRelay = 'signal';

async function begin(story) {
  const { a, b, teller } = story;
  await setPolicy(a, 'by-sms', policyBy('sms'));
  await teller.promise('Ben\'s first words wait at Anna\'s node; Anna lets Ben in', async () => {
    await b.do(['send', a.number, lines.sms[0]]);
    const request = await a.message(({ text }) => text === lines.sms[0], 'the request', 20, { requests: true });
    await a.do(['accept', request.id]);
    story.thread = request.thread;
  });
}

async function conversation(story) {
  const { a, b, teller } = story;
  teller.title('4  One conversation: Anna moves from SMS to Telegram, XMPP, Signal and mail; Ben notices nothing');
  await begin(story);
  for (const { label, program, arrives, answer } of story.ways) {
    const [theirs, hers] = lines[label];
    if (label !== 'sms') {
      await setPolicy(a, `by-${label}`, policyBy(label));
      if (label === byRelay) {
        teller.say('Anna\'s door is shut for a while: Ben\'s node brings the words to the Nostr relay that her number lists.');
        a.door.aim(9);
        a.door.cut();
      }
      await b.do(['send', a.number, theirs]);
    }
    const brought = await teller.promise(`Ben's words reach ${program}`, async () => {
      const found = await arrives((text) => text.includes(theirs), `Ben's words by ${label}`);
      teller.quote(found.text.trim(), 5);
      assert.ok(found.text.includes(b.number), found.text);
      return found;
    });
    await teller.promise('Anna answers right there; Ben reads it as Anna\'s number, and nothing of where she is', async () => {
      await answer(brought, hers);
      const got = await b.message(({ text, direction }) => direction === 'in' && text === hers, `Anna's answer by ${label}`);
      assert.equal(got.with.words, a.number);
      if (label === byRelay) a.door.aim(Number(new URL(a.node.ready.http).port));
      for (const { address } of story.ways) assert.ok(!JSON.stringify(got).includes(address), `${address} is in what Ben reads`);
    });
  }
}

const toWallet = ['This is Ben, with nothing but my wallet.', 'Then your wallet has my answer.'];

async function wallet(story) {
  const { a, world, teller } = story;
  teller.title('5  Ben has only a wallet with him: no number, no account');
  const ben = makeWallet({ chainId: world.chain.chainId, registry: world.registry, url: a.door.url });
  const request = await teller.promise(`the wallet ${ben.address} signs a message (EIP-712) and puts it to the number's door; it waits with that proof`, async () => {
    const said = await ben.write(a.number, toWallet[0]);
    assert.equal(said.http, 202, JSON.stringify(said));
    const found = await a.message(({ text }) => text === toWallet[0], 'the wallet\'s words', 20, { requests: true });
    assert.match(found.proofs.join(), /wallet/i);
    return found;
  });
  story.walletThread = request.thread;
  const email = story.ways.find(({ label }) => label === 'email');
  await teller.promise('Anna lets it in, reads it in the mail program and answers there', async () => {
    await a.do(['accept', request.id]);
    await email.answer(await email.arrives((text) => text.includes(toWallet[0]), 'the wallet\'s words by mail'), toWallet[1]);
  });
  await teller.promise('the wallet signs in with Ethereum (npm siwe) and reads the answer; Anna is told that it was read', async () => {
    const message = await ben.signIn();
    teller.quote(message, 4);
    const [answer] = await ben.messages(a.number);
    assert.equal(answer.text, toWallet[1]);
    assert.equal((await ben.read(a.number, [answer.id])).http, 200);
    await a.message(({ text, state }) => text === toWallet[1] && state === 'delivered', 'the wallet\'s receipt');
  });
}

/** One line of how: channel, proof, encryption. */
const how = ({ by, proofs, encryption, direction }) => [
  by === '' ? 'at the node' : `${direction === 'in' ? 'by' : 'said on'} ${by}`, proofs.join(' + ') || (direction === 'in' ? 'nothing proven' : 'the owner, proven to the node'), encryption].join(' · ');

async function oneThread(story) {
  const { a, b, teller } = story;
  teller.title('6  The conversation as Anna\'s node keeps it');
  await teller.promise('it is one thread, in order, and says of each message by which channel it came or was said, what was proven, and how far encryption reached', async () => {
    const { messages } = await a.do(['thread', story.thread], { told: false });
    const apart = (await a.do(['thread', story.walletThread], { told: false })).messages;
    const ben = ({ thread }) => (thread === story.walletThread ? 'Ben (wallet)' : 'Ben');
    const print = (message) => teller.quote(`${(message.direction === 'in' ? ben(message) : 'Anna').padEnd(14)}${message.text}\n${' '.repeat(14)}${how(message)}`, 4);
    [...messages, ...apart].sort((one, other) => one.position - other.position).forEach(print);
    teller.say('Nothing attaches Ben\'s wallet to Ben\'s number yet: Anna\'s node keeps the last two as a thread of their own, and says so in `dmid inbox`.');
    assert.deepEqual(apart.map(({ text }) => text), toWallet);
    assert.deepEqual(messages.map(({ text }) => text), story.ways.flatMap(({ label }) => lines[label]));
    assert.deepEqual(messages.filter(({ direction }) => direction === 'out').map(({ by }) => by), story.ways.map(({ label }) => label));
    assert.deepEqual(messages.filter(({ direction }) => direction === 'in').map(({ by }) => by), story.ways.map(({ label }) => (label === byRelay ? 'nostr' : 'http')));
    for (const { direction, proofs, encryption, by } of messages) {
      assert.match(encryption, /encrypted from/);
      if (direction === 'in') assert.ok(proofs.length > 0 && by !== '', 'what came says how it came and what was proven');
    }
    const { thread } = (await b.inbox()).find(({ with: party }) => party.words === a.number);
    const shown = await b.do(['thread', thread], { told: false });
    assert.equal(shown.messages.length, messages.length, 'Ben has the same conversation');
  });
}

/** Somebody at each door who proves who they are: `says(text)` to Anna's number. `parties`: how a list names them. */
async function strangers(story) {
  const { a, platforms, world } = story;
  await platforms.whatsapp.setWebhook(`${a.door.url}/v1/channels/whatsapp`);
  const carl = world.keep(await startPerson(platforms.prosody, 'carl', 'carl-s'));
  const bot = platforms.telegram.user(7000000042, 'Carl');
  const signal = platforms.signal.person('11111111-cd51-4c82-8b1e-7be3280aa485', { name: 'Carl', number: '+33123456780' });
  const whatsapp = platforms.whatsapp.user('33612345678', 'Carl');
  const wallet = makeWallet({ chainId: world.chain.chainId, registry: world.registry, url: a.door.url });
  const nostr = generateSecretKey();
  const byMail = async (text) => {
    const { message } = write({ from: mailUser, to: mailAddress(a), subject: 'x', text });
    const { answer, output } = await handIn(world, a.node.ready.smtp, { from: mailUser, to: mailAddress(a), message: await world.domains.late.sign(message) });
    assert.match(answer, /^250 /, output);
  };
  story.parties = { ...parties, http: wallet.address.toLowerCase(), nostr: nip19.npubEncode(getPublicKey(nostr)), email: `mailto:${mailUser}` };
  return {
    http: async (text) => assert.equal((await wallet.write(a.number, text)).http, 202),
    nostr: async (text) => assert.equal(await publish(a.relayUrl, composeWrap({ from: nostr, to: a.inboxKey, text })), ''),
    email: byMail,
    telegram: (text) => bot.says(`${a.number} ${text}`),
    signal: (text) => signal.says(`${a.number} ${text}`),
    whatsapp: (text) => whatsapp.says(`${a.number} ${text}`),
    xmpp: (text) => carl.say(`${a.number.replaceAll(' ', '')}@${component}`, text),
    webhook: (text) => platforms.post(a.door.url, { from: 'ci/builds', to: a.number, text }),
  };
}

const mailUser = 'carl@late.test';

/** The same facts, whichever door: somebody who is proven and whom nobody knows; then a contact; then one denied. */
const facts = ['a stranger', 'a contact', 'a denied one'];
const parties = { telegram: 'telegram:7000000042', signal: 'signal:11111111-cd51-4c82-8b1e-7be3280aa485', whatsapp: 'whatsapp:+33612345678', xmpp: 'xmpp:carl@localhost', webhook: 'webhook:ci/builds' };

async function verdicts(story) {
  const { a, platforms, teller, world } = story;
  teller.title('7  The same facts, the same verdict, at every door');
  const say = await strangers(story);
  const table = {};
  const look = async (door, text) => (await a.allMessages()).find((one) => one.text.trim() === text) ?? { state: 'dropped', by: door };
  const round = async (fact, settle) => {
    for (const door of Object.keys(say)) await say[door](`${fact} by ${door}`);
    for (const door of Object.keys(say)) {
      const message = await settle(door, `${fact} by ${door}`);
      table[door] = [...(table[door] ?? []), message.state];
      if (message.state !== 'dropped') assert.equal(message.by, door);
    }
  };
  const arrived = (states) => (door, text) => until(async () => { const one = await look(door, text); return states.includes(one.state) && one; }, `${text}: ${states}`);
  await teller.promise('who is proven and whom nobody knows may ask, with a wallet, a Nostr key, signed mail or an account of a platform', async () => {
    await round(facts[0], arrived(['request']));
  });
  await teller.promise('a contact is delivered', async () => {
    for (const { id } of await a.inbox({ requests: true })) await a.do(['accept', id]);
    await round(facts[1], arrived(['accepted', 'delivered']));
  });
  await teller.promise('who is in a list that is dropped is told nothing and shown to nobody', async () => {
    await setPolicy(a, 'denied', `${policyBy('email').replace('\n[[rule]]', `\n[sets]\ndenied = [${Object.values(story.parties).map((party) => `"${party}"`).join(', ')}]\n\n[deny]\ndenied = "drop"\n\n[[rule]]`)}`);
    // The HTTP door is no channel; its answer says that it came in.
    const came = async (door) => (door === 'http' ? Infinity : (await a.do(['channels'], { told: false })).channels.find(({ name }) => name === door).received_last_hour);
    const before = Object.fromEntries(await Promise.all(Object.keys(say).map(async (door) => [door, await came(door)])));
    await round(facts[2], async (door, text) => {
      await until(async () => await came(door) > before[door] || door === 'http', `${text} to come in`);
      return look(door, text);
    });
    const seen = JSON.stringify(await a.allMessages());
    assert.ok(!seen.includes(facts[2]), 'nothing of it is shown');
  });
  const rows = Object.entries(table).map(([door, states]) => `${door.padEnd(10)} ${states.map((state) => state.padEnd(14)).join('')}`);
  teller.quote([`${''.padEnd(10)} ${facts.map((fact) => fact.padEnd(14)).join('')}`, ...rows].join('\n'), 10);
  await teller.promise('the table has one row, however many doors', async () => {
    assert.equal(new Set(Object.values(table).map((states) => states.join())).size, 1, JSON.stringify(table));
  });
  await teller.promise('where nothing is proven (a short message, unsigned mail) the answer is the same too: refused, and it says so', async () => {
    await setPolicy(a, 'again', policyBy('email'));
    const { message } = write({ from: 'nick@plain.test', to: mailAddress(a), subject: 'x', text: 'nobody by email' });
    const { answer } = await handIn(world, a.node.ready.smtp, { from: 'nick@plain.test', to: mailAddress(a), message });
    await platforms.fromPhone('+33600000001', `${a.number} nobody by sms`, 'nobody-1');
    const said = await platforms.sms.where('submit', ({ destination }) => destination === '33600000001', 'the answer by SMS');
    assert.match(answer, /^550 5\.7\.1 /);
    assert.match(said.text, /not sent|refused|not taken/i);
    assert.ok(!JSON.stringify([await a.allMessages(), await a.inbox({ requests: true })]).includes('nobody by'));
    teller.quote(`email  ${answer}\nsms    ${said.text}`, 6);
  });
}

/** Anna's XMPP server is killed under her. */
async function deadChannel(story) {
  const { a, b, platforms, teller } = story;
  teller.title('9  A channel dies and comes back');
  await setPolicy(a, 'by-xmpp', policyBy('xmpp'));
  const channel = async () => (await a.do(['channels'], { told: false })).channels.find(({ name }) => name === 'xmpp');
  const alarm = async () => (await a.ask('/v1/node')).json.alarms.find(({ code }) => code === 'channel xmpp');
  const text = 'Still there, on XMPP?';
  await teller.promise('its server is killed: the node raises an alarm, says so in words, and the words for it wait', async () => {
    await platforms.prosody.kill();
    await b.do(['send', a.number, text]);
    const raised = await until(alarm, 'the alarm', 60);
    teller.quote(raised.detail, 2);
    const state = await until(async () => { const one = await channel(); return one.waiting > 0 && one; }, 'words that wait', 30);
    teller.quote(state.words ?? JSON.stringify(state), 4);
  });
  await teller.promise('it comes back: the alarm is over, and nothing was lost', async () => {
    await platforms.prosody.restart();
    await until(async () => !(await alarm()), 'the end of the alarm', 60);
    await until(async () => (await channel()).waiting === 0, 'an empty queue', 60);
    const letter = (await a.inbox()).find((one) => one.text === text);
    assert.ok(['accepted', 'delivered'].includes(letter.state), letter.state);
  });
}

/** An operator that has an HTTP interface of its own for messages, and sells questions to its register. */
async function startOperator() {
  const asked = [];
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    asked.push({ method: request.method, path: request.url, key: request.headers.authorization, body: Buffer.concat(parts).toString() });
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify(request.url.startsWith('/hlr/') ? { imsi: '262011234567890' } : { messages: [{ id: `m${asked.length}` }] }));
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  const { port } = server.address();
  return { asked, url: `http://127.0.0.1:${port}`, texts: () => asked.filter(({ path }) => path === '/send').map(({ body }) => JSON.parse(body)),
    stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

async function byOperator(story) {
  const { a, b, teller, world } = story;
  teller.title('8  Ben\'s telephone, by an operator that speaks no SMPP');
  const phone = '+4915598765432';
  const operator = world.keep(await startOperator());
  const keyFile = join(b.home, 'operator-key');
  writeFileSync(keyFile, 'op-s3cret\n', { mode: 0o600 });
  b.configure({ platforms: `
[sms]
sender = "DMID"

[sms.http]
url = "${operator.url}/send"
headers = ["Content-Type: application/json", "Authorization: Bearer {secret}"]
body = '{"to":"{to}","from":"{from}","text":"{text}"}'
secret_file = "${keyFile}"
answer = "/messages/0/id"

[sms.lookup]
url = "${operator.url}/hlr/{to_digits}"
method = "GET"
headers = ["Authorization: Bearer {secret}"]
secret_file = "${keyFile}"
` });
  await b.restartNode();
  await teller.promise('the code comes by the operator\'s interface, filled into its own form', async () => {
    await b.do(['bind', 'sms', phone]);
    const { to, from, text } = await until(() => operator.texts().find((one) => codeOf(one.text)), 'the code');
    assert.deepEqual([to, from], [phone, 'DMID']);
    assert.equal((await b.do(['bind', 'confirm', 'sms', codeOf(text)])).state, 'bound');
    assert.ok(operator.asked.every(({ key }) => key === 'Bearer op-s3cret'));
  });
  await teller.promise('the register is asked who holds the number, once', async () => {
    await until(() => operator.asked.some(({ path }) => path === `/hlr/${phone.slice(1)}`), 'the question', 90);
  });
  await teller.promise('Anna\'s next words reach the telephone by it', async () => {
    await setPolicy(b, 'by-operator', policyBy('sms'));
    const text = 'Ben, this goes to your phone "as is" — ✓';
    await a.do(['send', b.number, text]);
    const came = await until(() => operator.texts().find((one) => one.text.includes(text)), 'the words', 40);
    teller.quote(came.text, 4);
    assert.equal(operator.asked.filter(({ path }) => path.startsWith('/hlr/')).length, 1);
  });
}

/** `needed`: without it nothing that follows can be told. */
export const channelSteps = [
  { name: 'a stack of real parts comes up', run: stack, needed: true },
  { name: 'two numbers, their nodes, and platforms around one of them', run: twoOwners, needed: true },
  { name: 'one owner binds every channel with the code that arrives there', run: bindAll, needed: true },
  { name: 'one conversation moves through SMS, Telegram, XMPP, Signal and mail', run: conversation },
  { name: 'a wallet writes, is answered, signs in and reads', run: wallet },
  { name: 'it is one thread that says how each message came', run: oneThread },
  { name: 'the same facts get the same verdict at every door', run: verdicts },
  { name: 'a telephone is reached by an operator\'s own HTTP interface, and its register is asked', run: byOperator },
  { name: 'a channel that dies raises an alarm, and loses nothing when it comes back', run: deadChannel },
];
