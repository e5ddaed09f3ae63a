// SPDX-License-Identifier: Apache-2.0
// P13: mail on its way out, held against postfix, on 8 sessions, into the same postfix smtp-sink.
//
//   out     the email channel / postfix smtp-source, which composes nothing and holds its sessions open (-d)
//   relay   a node: signed messages by HTTP, each durable, judged, fanned out, composed, handed over by SMTP, its receipt durable
//           / a postfix that accepts by SMTP from smtp-source, keeps each in its queue and relays it
//
// Messages per second by the wall clock; all of them share the machine with the sink. What arrived is counted by the sink.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { quick, report, rounds, row } from './frame.mjs';
import { answers, startPostfix } from '../tests/peers/postfix.mjs';
import { freePort, until } from '../tests/peers/process.mjs';

const sessions = 8;
const [outgoing, relayed] = quick ? [400, 128] : [8000, 1920];
const now = () => Number(process.hrtime.bigint()) / 1e9;

/** postfix's test server: takes everything, keeps nothing, counts. */
async function startSink() {
  const port = await freePort();
  // It refuses to stay root.
  const user = process.getuid() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn('/usr/sbin/smtp-sink', ['-c', ...user, `127.0.0.1:${port}`, '1024'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let messages = 0;
  child.stdout.on('data', (text) => {
    const counts = [...String(text).matchAll(/mesg=(\d+)/g)];
    if (counts.length > 0) messages = Number(counts.at(-1)[1]);
  });
  await until(() => answers(port, { greeting: true }), 'smtp-sink', 20);
  const running = () => { if (child.exitCode !== null) throw new Error('smtp-sink ended'); };
  /** Until it has `count` more messages than `before`, and no other ones. */
  const arrived = async (before, count) => {
    await until(() => { running(); return messages - before >= count; }, `${count} messages in the sink`, 120);
    if (messages - before !== count) throw new Error(`${messages - before} messages arrived, not ${count}`);
  };
  const stop = () => { child.kill('SIGTERM'); return new Promise((resolve) => { child.on('exit', resolve); }); };
  return { port, count: () => messages, arrived, stop };
}

/** bench/mail_host.cpp. */
async function startHost(port, folder, dkim) {
  const child = spawn(join(process.env.DMID_BUILD, 'bench/mail_host'), [String(port), folder, dkim], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('mail_host ended');
    return value;
  };
  await next();
  const ask = (line) => { child.stdin.write(`${line}\n`); return next(); };
  return { ask, stop: () => { child.stdin.end(); return ended; } };
}

/** Messages per second by smtp-source into a port; its CPU per message, in microseconds. */
function source(port, count, size) {
  const args = ['-d', '-s', sessions, '-m', count, '-l', size, '-f', 'b@dmid.example', '-t', 'owner@mail.example', `127.0.0.1:${port}`];
  const began = now();
  return new Promise((resolve, reject) => {
    execFile('/bin/bash', ['-c', '/usr/sbin/smtp-source "$@" && times', 'source', ...args.map(String)], (error, stdout) => {
      if (error) return void reject(error);
      const took = now() - began;
      const [user, kernel] = stdout.trim().split('\n').at(-1).split(' ').map((text) => { const [m, s] = text.split(/[ms]/); return m * 60 + Number(s); });
      resolve({ rate: count / took, took, cpu: ((user + kernel) / count) * 1e6 });
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'dmid-bench-mail-'));
const undo = [() => rmSync(folder, { recursive: true, force: true })];
try {
  const key = join(folder, 'dkim.pem');
  execFileSync('openssl', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', key], { stdio: 'ignore' });
  const sink = await startSink();
  undo.push(sink.stop);
  const plain = await startHost(sink.port, join(folder, 'plain'), '-');
  undo.push(plain.stop);
  const signing = await startHost(sink.port, join(folder, 'signing'), key);
  undo.push(signing.stop);
  const relay = { default_transport: 'smtp', relay_transport: 'smtp', relayhost: `[127.0.0.1]:${sink.port}` };
  const postfix = await startPostfix(['nobody@elsewhere.example'], { settings: relay });
  undo.push(postfix.stop);
  const size = Number(await plain.ask('size'));

  /** Runs one side and checks that exactly so much arrived. */
  const counted = async (count, work) => {
    const before = sink.count();
    const value = await work();
    await sink.arrived(before, count);
    return value;
  };
  const send = (host) => counted(outgoing, async () => {
    const [seconds, cpu] = (await host.ask(`send ${outgoing} ${sessions}`)).split(' ').map(Number);
    return { rate: outgoing / seconds, cpu };
  });
  const node = async () => {
    await plain.ask(`prepare ${relayed}`);
    return counted(relayed, async () => {
      const [accepted, all] = (await plain.ask('relay')).split(' ').map(Number);
      return { rate: relayed / all, accepted: relayed / accepted };
    });
  };
  const theirs = async () => {
    const began = now();
    let accepted;
    await counted(relayed, async () => { accepted = (await source(postfix.port, relayed, size)).rate; });
    return { rate: relayed / (now() - began), accepted };
  };
  const floor = () => counted(outgoing, () => source(sink.port, outgoing, size));

  for (const side of [() => send(plain), () => send(signing), floor, node, theirs]) if (!quick) await side();
  const seen = { ours: [], signed: [], floor: [], node: [], postfix: [] };
  for (let round = 0; round < rounds; ++round) {
    seen.ours.push(await send(plain));
    seen.floor.push(await floor());
    seen.signed.push(await send(signing));
    seen.node.push(await node());
    seen.postfix.push(await theirs());
  }
  const rates = (samples) => samples.map(({ rate }) => rate);
  const perSecond = { unit: 'per second', least: true };
  const bySource = { ...perSecond, floor: `postfix smtp-source, the same ${sessions} sessions`, reference: rates(seen.floor) };
  report([
    row('P13', `mail out on ${sessions} sessions, composed, ${size} bytes`, rates(seen.ours), { ...bySource, wanted: 0.8 }),
    row('P13', 'signed message by HTTP → durable → mail handed over', rates(seen.node), { ...perSecond, floor: 'postfix, accept and relay, same disk and sink',
      reference: rates(seen.postfix), wanted: 5, note: 'five durable steps for each message (envelope, claim, legs, claim, outcome) go through one writer' }),
    row('P13', 'of it: mail out, CPU for a message', seen.ours.map(({ cpu }) => cpu), { floor: bySource.floor, reference: seen.floor.map(({ cpu }) => cpu) }),
    row('P13', 'of it: mail out, signed by DKIM (RSA 2048)', rates(seen.signed), bySource),
    row('P13', 'of it: accepted and durable', seen.node.map(({ accepted }) => accepted),
      { ...perSecond, floor: 'postfix, accepted', reference: seen.postfix.map(({ accepted }) => accepted) }),
  ]);
} finally {
  for (const action of undo.reverse()) await action();
}
