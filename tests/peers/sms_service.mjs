// SPDX-License-Identifier: Apache-2.0
// Services for short messages that this project did not write, and the SMS channel before them
// (tests/hosts/sms_host.cpp). All are programs that speak lines of JSON.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { atExit, root, until } from './process.mjs';

const host = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/sms_host');
const script = (name) => join(root, 'tests/peers', name);

/** Why the channel cannot run here, or undefined; a reason to skip. */
export const smsHostMissing = () => (existsSync(host) ? undefined : `${host} is not built`);
export function netSmppMissing() {
  try {
    execFileSync('perl', ['-MNet::SMPP', '-MJSON::PP', '-e', '1'], { stdio: 'ignore' });
    return undefined;
  } catch { return 'Net::SMPP is not installed'; }
}

/** A program, and what it said so far. */
function converse(argv) {
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', (code) => { forget(); resolve(code); }));
  const said = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
  child.stdin.on('error', () => { /* it is gone */ });
  const all = (event) => said.filter((one) => one.event === event);
  return {
    all,
    tell: (command) => child.stdin.write(`${JSON.stringify(command)}\n`),
    /** The index-th of an event. */
    nth: (event, index, seconds) => until(() => all(event)[index], `${event} ${index}`, seconds),
    where: (event, fits) => until(() => all(event).find(fits), event),
    kill: async () => { child.kill('SIGKILL'); await ended; },
    stop: async () => { child.stdin.end(); return ended; },
  };
}

/** A service on this port: `npm` or `perl`; with a certificate only the first. */
export async function startService(kind, port, tls) {
  const argv = kind === 'perl' ? ['perl', script('sms_net_smpp.pl'), `${port}`]
    : [process.execPath, script('sms_smpp_server.mjs'), `${port}`, ...(tls ? [tls.certFile, tls.keyFile] : [])];
  const it = converse(argv);
  await it.nth('ready', 0);
  return it;
}

/** The channel, receiving. `options` as sms_host.cpp says. */
export async function startSmsHost(options) {
  const it = converse([host]);
  it.tell(options);
  await it.nth('ready', 0);
  let ids = 0;
  return {
    ...it,
    /** One attempt and what came of it. */
    send: (to, text, more = {}) => {
      const id = more.id ?? ++ids;
      const before = it.all('attempt').length;
      it.tell({ op: 'send', to, text, ...more, id });
      return until(() => it.all('attempt').slice(before).find((one) => one.id === id), `attempt ${id}`);
    },
    answer: async (yes, words = '') => {
      const before = it.all('done').length;
      it.tell({ op: 'answer', yes, say: words });
      await it.nth('done', before);
    },
    burst: async (to, text, count, within = 60_000) => {
      const before = it.all('burst').length;
      it.tell({ op: 'burst', to, text, count, within });
      return it.nth('burst', before, 60);
    },
  };
}
