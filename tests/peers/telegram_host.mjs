// SPDX-License-Identifier: Apache-2.0
// The Telegram channel without a node behind (tests/hosts/telegram_host.cpp).
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atExit, root, temporaryFolder, until } from './process.mjs';

const binary = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/telegram_host');

/** Why the channel cannot run here, or undefined; a reason to skip. */
export const telegramHostMissing = () => (existsSync(binary) ? undefined : `${binary} is not built`);

export const webhookSecret = 'hook-Secret_of-the-test';

/**
 * @param {{url, token}} api; @param {'poll'|'webhook'} mode
 * @returns {Promise<{port, said, wait(probe, what), ask(command), send(to, text, more), heard(), output(), stop()}>}
 *   send() gives the attempt; heard() the lines so far; output() all that it printed, for secrets.
 */
export async function startTelegramHost({ url, token }, mode) {
  const folder = temporaryFolder('telegram');
  writeFileSync(join(folder.path, 'token'), `${token}\n`, { mode: 0o600 });
  writeFileSync(join(folder.path, 'secret'), `${webhookSecret}\n`, { mode: 0o600 });
  const child = spawn(binary, [folder.path, url, mode], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const lines = [];
  const said = [];
  createInterface({ input: child.stdout }).on('line', (line) => { lines.push(line); said.push(JSON.parse(line)); });
  const wait = (probe, what) => until(() => said.find(probe), what);
  const ready = await wait(({ event }) => event === 'ready', 'the channel');
  const count = (name) => said.filter(({ event }) => event === name).length;
  const ask = async (command) => {
    const before = count('done');
    child.stdin.write(`${JSON.stringify(command)}\n`);
    await until(() => count('done') > before, command.op);
  };
  const send = async (to, text, more = {}) => {
    const before = count('attempt');
    await ask({ op: 'send', to: String(to), text, ...more });
    await until(() => count('attempt') > before, `the attempt of ${text.slice(0, 20)}`);
    return said.filter(({ event }) => event === 'attempt').at(-1);
  };
  const heard = () => said.filter(({ event }) => event === 'heard');
  const stop = async () => { child.stdin.end(); const code = await ended; forget(); folder.remove(); return code; };
  return { ...ready, said, wait, ask, send, heard, stop, output: () => lines.join('\n') };
}
