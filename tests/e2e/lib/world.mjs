// SPDX-License-Identifier: Apache-2.0
// The stage: a chain, a mail server, a relay, a name server, and ears between everything.
import { mkdirSync } from 'node:fs';
import { mailDomain } from './mail_domain.mjs';
import { startAnvil } from '../../peers/anvil.mjs';
import { startNostrRelay } from '../../peers/nostr_relay.mjs';
import { startNameServer } from '../../peers/nsd.mjs';
import { startPostfix } from '../../peers/postfix.mjs';
import { freePort, temporaryFolder, until } from '../../peers/process.mjs';
import { startTap } from './tap.mjs';

/** How far back the chain's first blocks lie: a past that a liar can pass off as the present. */
const past = 600;

/** A chain whose first blocks are ten minutes old; from then on it mines one block a second. */
export async function startChain(options = {}) {
  const now = () => Math.floor(Date.now() / 1000);
  const chain = await startAnvil({ blockTime: 1, ...options, args: ['--timestamp', String(now() - past)] });
  await chain.rpc('anvil_mine', ['0x2']);
  await chain.rpc('evm_setTime', [now()]);
  await until(async () => Math.abs(Number((await chain.rpc('eth_getBlockByNumber', ['latest', false])).timestamp) - now()) < 20,
    'a block of the present', 10);
  return chain;
}

/** Names that exist: domains whose servers sign mail (that of the mailboxes among them), and some whose servers do not. */
function startNames(domains) {
  const zones = Object.fromEntries(Object.values(domains).map(({ name, records }) => [name, { records, signed: true }]));
  const unsigned = Object.fromEntries(['plain.test', 'a-node.test', 'b-node.test'].map((name) => [name, { records: [] }]));
  return startNameServer({ zones: { ...zones, ...unsigned } });
}

export async function startWorld(teller, mailboxes) {
  const scratch = temporaryFolder('story');
  const stops = [];
  const world = { teller, folder: scratch.path, people: [], stops, taps: [],
    // late.test: its server finds out behind the door whether there is a mailbox.
    domains: { mail: mailDomain('mail.test'), late: mailDomain('late.test'), sender: mailDomain('sender.test'), other: mailDomain('other.test') } };
  mkdirSync(world.folder, { recursive: true });
  const keep = (thing) => { stops.push(() => thing.stop()); return thing; };
  /** Ends what was started, last first; what fails to end does not keep the rest alive. */
  world.stop = async () => {
    for (const person of world.people) await person.stopNode().catch(() => {});
    for (const stop of stops.reverse()) await Promise.resolve().then(stop).catch(() => {});
    scratch.remove();
  };
  world.keep = keep;
  world.tap = async (name, port) => {
    const tap = keep(await startTap(name));
    tap.aim(port);
    world.taps.push(tap);
    return tap;
  };
  /** What nodes may dial on loopback, which is closed to them otherwise. */
  world.allowed = () => [...world.taps.map(({ port }) => `127.0.0.1:${port}`), `127.0.0.1:${new URL(world.chain.url).port}`,
    `127.0.0.1:${world.relay.port}`, `127.0.0.1:${world.postfix.port}`];
  /** Ears for one person: at the doors, and between the node and the mail server and the relay. */
  world.wire = async (person) => {
    person.door = await world.tap(`${person.name}'s door`);
    person.mailTap = await world.tap(`${person.name}'s mail`, world.postfix.port);
    person.mailDoor = await world.tap(`${person.name}'s mail door`);
    // What other servers return to the node comes by the same way as all mail to it.
    world.postfix.route(person.mailDomain, person.mailDoor.port);
    person.relayTap = await world.tap(`${person.name}'s relay`, world.relay.port);
    world.people.push(person);
    return person;
  };
  try {
    const [chain, postfix, relay, names] = await Promise.all([
      startChain(), startPostfix(mailboxes, { late: [world.domains.late.name] }), freePort().then((port) => startNostrRelay({ port })), startNames(world.domains)]);
    Object.assign(world, { chain: keep(chain), postfix: keep(postfix), relay: keep(relay), names: keep(names) });
  } catch (error) {
    await world.stop();
    throw error;
  }
  return world;
}
