// SPDX-License-Identifier: Apache-2.0
// The Signal channel without a node behind (tests/hosts/signal_host.cpp).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atExit, root, temporaryFolder, until } from './process.mjs';

const binary = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/signal_host');

/** Why the channel cannot run here, or undefined; a reason to skip. */
export const signalHostMissing = () => (existsSync(binary) ? undefined : `${binary} is not built`);

/**
 * @param {{place, account}} daemon
 * @returns {Promise<{said, wait(probe, what), ask(command), send(to, text, more), heard(), trouble(), output(), stop()}>}
 *   send() gives the attempt; heard() the lines so far; output() all that it printed, for secrets.
 */
export async function startSignalHost({ place, account }) {
  const folder = temporaryFolder('signal');
  const child = spawn(binary, [folder.path, place, account], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const lines = [];
  const said = [];
  createInterface({ input: child.stdout }).on('line', (line) => { lines.push(line); said.push(JSON.parse(line)); });
  const wait = (probe, what) => until(() => said.find(probe), what);
  const ready = await wait(({ event }) => event === 'ready', 'the channel');
  const of = (name) => said.filter(({ event }) => event === name);
  const ask = async (command) => {
    const before = of('done').length;
    child.stdin.write(`${JSON.stringify(command)}\n`);
    await until(() => of('done').length > before, command.op);
  };
  const answer = async (command, event) => {
    const before = of(event).length;
    await ask(command);
    await until(() => of(event).length > before, `${event} of ${command.op}`);
    return of(event).at(-1);
  };
  const send = (to, text, more = {}) => answer({ op: 'send', to, text, ...more }, 'attempt');
  const resolve = async (to) => (await answer({ op: 'resolve', to }, 'resolved')).address;
  const trouble = async () => (await answer({ op: 'trouble' }, 'trouble')).words;
  const stop = async () => { child.stdin.end(); const code = await ended; forget(); folder.remove(); return code; };
  return { ...ready, said, wait, ask, send, resolve, trouble, heard: () => of('heard'), events: of, stop, output: () => lines.join('\n') };
}
