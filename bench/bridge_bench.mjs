// SPDX-License-Identifier: Apache-2.0
// What a message costs that comes in at one door and goes out by one channel: the node's CPU from the HTTP door to the channel's
// service having it and the outcome being written down, beside the same message that is kept and goes nowhere. And what a channel
// costs that is configured and bound, and carries nothing.
//
// One node, the services of the end-to-end tests around it (postfix, prosody, npm smpp, doubles of the others' interfaces); messages
// signed by a wallet before the clock starts. CPU of the node's process alone, from /proc.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { quick, report, rounds, row } from './frame.mjs';
import { startPlatforms } from '../tests/e2e/lib/platforms.mjs';
import { startPlainClient } from '../tests/e2e/lib/plain_client.mjs';
import { silentTeller } from '../tests/e2e/lib/teller.mjs';
import { waysOf } from '../tests/e2e/lib/ways.mjs';
import { stack } from '../tests/e2e/steps/1_stack.mjs';
import { owner } from '../tests/e2e/steps/2_owner.mjs';
import { typedData } from '../tests/oracle/signed_text.mjs';
import { sleep, until } from '../tests/peers/process.mjs';

const { generatePrivateKey, privateKeyToAccount } = createRequire(new URL('../tests/package.json', import.meta.url))('viem/accounts');
const count = quick ? 20 : 200;
const idleSeconds = quick ? 2 : 20;
const story = { teller: silentTeller() };

/** Microseconds of CPU that the process has used, to the nanosecond: that of the threads that it has now. */
function cpu(pid) {
  const threads = readdirSync(`/proc/${pid}/task`).map((id) => readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8'));
  return threads.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1000;
}
const anonymous = (pid) => Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

/** What the node uses while nothing happens: MB, and milliseconds of CPU a minute. */
async function idle(person) {
  await sleep(3000);
  const { pid } = person.node;
  const before = cpu(pid);
  await sleep(idleSeconds * 1000);
  return { memory: anonymous(pid), milliseconds: (cpu(pid) - before) / 1000 * 60 / idleSeconds };
}

async function setPolicy(person, name, toml) {
  const file = join(person.home, `${name}.toml`);
  writeFileSync(file, toml);
  await person.sign(['policy', 'set', file]);
}

/** WhatsApp, where a person has to write first; a URL; a Nostr key with a client that has never heard of us. */
async function moreWays(person, platforms) {
  await platforms.whatsapp.setWebhook(`${person.door.url}/v1/channels/whatsapp`);
  const phone = platforms.whatsapp.user('33612345678', 'Anna');
  phone.says('hello');
  const client = await startPlainClient(person.relayUrl);
  await client.announce();
  story.world.keep(client);
  return [
    { label: 'whatsapp', address: '+33612345678', arrives: (fits, what) => until(() => phone.messages().map(({ text }) => ({ text: text ?? '' })).find(({ text }) => fits(text)), what) },
    { label: 'webhook', address: platforms.hook.url, arrives: async (fits, what) => ({ text: (await until(() => platforms.hook.taken.find(({ data }) => fits(data.text)), what)).data.text }) },
    { label: 'nostr', address: client.npub, arrives: async (fits, what) => ({ text: (await until(() => client.letters.find(({ content }) => fits(content)), what)).content }) },
  ];
}

const codeOf = (text) => /Code: (\S+)|\b([a-z2-7]{4}-[a-z2-7]{4})\b/.exec(text)?.slice(1).find(Boolean);

try {
  await stack(story, { people: ['A'] });
  const { a, world } = story;
  await owner(story);
  const quiet = await idle(a);
  const platforms = world.keep(await startPlatforms(a.home, { accounts: { anna: 'anna-s' }, tls: a.certificate() }));
  const allowed = world.allowed;
  world.allowed = () => [...allowed(), platforms.hook.authority];
  // Strangers' messages without work: as many as the clock takes.
  a.configure({ platforms: platforms.toml.replace('[sms]', '[sms]\nparts_a_day = 0'), node: { open_per_minute: 1_000_000, open_per_source_minute: 1_000_000 } });
  await a.restartNode();
  const ways = [...await waysOf(story, platforms), ...await moreWays(a, platforms)];
  for (const { label, address, arrives } of ways.filter(({ label: one }) => one !== 'email')) {
    await a.do(['bind', label, address]);
    const { text } = await arrives((one) => codeOf(one) !== undefined, `the code by ${label}`);
    const { secret } = await a.do(['bind', 'confirm', label, codeOf(text)]);
    if (label === 'webhook') platforms.hook.trust(secret);
  }
  const busy = await idle(a);

  const wallet = privateKeyToAccount(generatePrivateKey());
  const write = async (text) => {
    const now = Math.floor(Date.now() / 1000);
    const signed = { number: a.number.replaceAll(' ', ''), epoch: 1, text, nonce: `0x${randomBytes(32).toString('hex')}`, sentAt: now, deadline: now + 600 };
    return JSON.stringify({ v: 1, signed, signature: await wallet.signTypedData(typedData(world.chain.chainId, world.registry, signed)) });
  };
  const url = `${a.node.ready.http}/v1/messages`;
  const sent = async (label) => (await a.ask('/v1/channels')).json.channels.find(({ name }) => name === label)?.sent_last_hour ?? 0;
  const atTelegram = () => platforms.telegram.calls.filter(({ parameters }) => parameters?.text?.includes('bench telegram')).length;
  /** CPU for a message: all of them in, and the node at rest again. What it is asked meanwhile costs too: it is asked seldom. */
  const pass = async (label) => {
    // To one person a bot writes once a second, a business a burst and then once in six.
    const all = ['telegram', 'whatsapp'].includes(label) ? Math.min(count, 6) : count;
    const bodies = await Promise.all(Array.from({ length: all }, (_, i) => write(`bench ${label} ${i} ${randomBytes(4).toString('hex')}`)));
    const arrived = label === 'telegram' ? atTelegram : () => sent(label);
    const before = label === 'kept' ? 0 : await arrived();
    const began = cpu(a.node.pid);
    for (const body of bodies) {
      const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
      if (response.status !== 202) throw new Error(`${response.status} ${await response.text()}`);
      await response.arrayBuffer();
    }
    for (let looks = 0; label !== 'kept' && (await arrived()) - before < all; ++looks) {
      if (looks > 240) throw new Error(`${all} messages by ${label}: not within two minutes`);
      await sleep(500);
    }
    await sleep(500);
    return (cpu(a.node.pid) - began) / all;
  };

  const labels = ways.map(({ label }) => label);
  const seen = Object.fromEntries(['kept', ...labels].map((label) => [label, []]));
  for (let round = 0; round < Math.min(rounds, 5); ++round) {
    for (const label of Object.keys(seen)) {
      await setPolicy(a, label, label === 'kept' ? 'default = "deliver"\n' : `default = "deliver"\nvia = ["${label}"]\n`);
      if (round === 0) await pass(label); // connections are made, caches filled
      seen[label].push(await pass(label));
    }
  }
  report([
    ...labels.map((label) => row('P13', `a message from the HTTP door out by ${label}, answered and written down`, seen[label], { floor: 'the same, kept and sent nowhere', reference: seen.kept })),
    row('P16', 'idle node with a mailbox bound, anonymous memory', [quiet.memory], { unit: 'MB' }),
    row('P16', 'six platforms more configured and bound: each', [(busy.memory - quiet.memory) / 6], { unit: 'MB' }),
    row('P16', 'idle node with a mailbox bound, CPU of a minute', [quiet.milliseconds], { unit: 'ms CPU' }),
    row('P16', 'six platforms more configured and bound: each', [(busy.milliseconds - quiet.milliseconds) / 6], { unit: 'ms CPU' }),
  ]);
} finally {
  await story.world?.stop();
}
