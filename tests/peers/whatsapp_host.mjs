// SPDX-License-Identifier: Apache-2.0
// The WhatsApp channel without a node behind (tests/hosts/whatsapp_host.cpp).
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atExit, root, temporaryFolder, until } from './process.mjs';

const binary = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/whatsapp_host');

/** Why the channel cannot run here, or undefined; a reason to skip. */
export const whatsappHostMissing = () => (existsSync(binary) ? undefined : `${binary} is not built`);

/**
 * @param {{url, token, appSecret, verifyToken, phoneId}} api; @param {string} template its name, `-` for none;
 * @param folder of an earlier host, to begin again on its memory
 * @returns {Promise<{port, folder, said, wait(probe, what), ask(command), send(to, text, more), heard(), output(), stop(keep)}>}
 *   send() gives the attempt; heard() the lines so far; output() all that it printed, for secrets.
 */
export async function startWhatsAppHost({ url, token, appSecret, verifyToken, phoneId }, template = '-', folder = temporaryFolder('whatsapp')) {
  for (const [name, secret] of [['token', token], ['app', appSecret], ['verify', verifyToken]])
    writeFileSync(join(folder.path, name), `${secret}\n`, { mode: 0o600 });
  const child = spawn(binary, [folder.path, url, phoneId, template], { stdio: ['pipe', 'pipe', 'inherit'] });
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
  const stop = async (keep = false) => { child.stdin.end(); const code = await ended; forget(); if (!keep) folder.remove(); return code; };
  return { ...ready, folder, said, wait, ask, send, heard, stop, output: () => lines.join('\n') };
}
