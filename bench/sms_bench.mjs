// SPDX-License-Identifier: Apache-2.0
// P13: short messages by SMPP on one connection, at a window of 10 and of 100, into a service of npm's smpp, held against the least
// that can submit (bench/smpp_floor.cpp). Messages per second by the wall clock; the service shares the machine with both.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { quick, report, rounds, row } from './frame.mjs';

const count = quick ? 500 : 20_000;

/** A program that answers a line with a line. */
async function converse(...argv) {
  const child = spawn(argv[0], argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => { child.on('close', resolve); });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${argv[0]} ended`);
    return value;
  };
  const first = await next();
  return { first, ask: (line) => { child.stdin.write(`${line}\n`); return next(); }, stop: () => { child.stdin.end(); return ended; } };
}

const service = await converse(process.execPath, join(import.meta.dirname, '../tests/peers/sms_sink.mjs'));
const host = await converse(join(process.env.DMID_BUILD, 'bench/sms_host'), service.first);
try {
  /** One side; the service must have accepted exactly so many. */
  const side = async (op, window) => {
    if (op === 'send') await host.ask(`send 1 ${window}`); // a connection that was idle is made anew
    const before = Number(await service.ask(''));
    const [seconds, cpu] = (await host.ask(`${op} ${count} ${window}`)).split(' ').map(Number);
    const came = Number(await service.ask('')) - before;
    if (came !== count) throw new Error(`${came} messages arrived, not ${count}`);
    return { rate: count / seconds, cpu };
  };
  const rows = [];
  for (const window of [10, 100]) {
    if (!quick) { await side('send', window); await side('floor', window); }
    const seen = { ours: [], floor: [] };
    for (let round = 0; round < rounds; ++round) {
      seen.ours.push(await side('send', window));
      seen.floor.push(await side('floor', window));
    }
    const floor = 'the least that can submit, same service';
    const of = (samples, what) => samples.map((sample) => sample[what]);
    rows.push(row('P13', `short messages by SMPP, window ${window}`, of(seen.ours, 'rate'), { unit: 'per second', least: true, floor, reference: of(seen.floor, 'rate'), wanted: 0.8 }),
      row('P13', `of it: CPU for a message, window ${window}`, of(seen.ours, 'cpu'), { floor, reference: of(seen.floor, 'cpu') }));
  }
  report(rows);
} finally {
  await host.stop();
  await service.stop();
}
