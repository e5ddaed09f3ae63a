// SPDX-License-Identifier: Apache-2.0
// The webhook channel without a node behind (tests/hosts/webhook_host.cpp).
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { atExit, root, temporaryFolder, until } from './process.mjs';

const binary = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/webhook_host');

/** Why the channel cannot run here, or undefined; a reason to skip. */
export const webhookHostMissing = () => (existsSync(binary) ? undefined : `${binary} is not built`);

/**
 * @param {{allowed: string[], ca: string, programUrl?, secret, token}} options ca: PEM; secret: the program's, whsec_…
 * @returns {Promise<{url, wait(probe, what), ask(command), send(to, text, more), secretOf(url), heard(), events(name), output(), stop()}>}
 */
export async function startWebhookHost({ allowed, ca, programUrl = '-', secret, token }) {
  const folder = temporaryFolder('webhook');
  const nodeSecret = 'a secret of the node with forty characters';
  for (const [name, text] of Object.entries({ node: nodeSecret, token, secret, 'ca.pem': ca })) {
    writeFileSync(join(folder.path, name), `${text}\n`, { mode: 0o600 });
  }
  const child = spawn(binary, [folder.path, allowed.join(','), programUrl], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const lines = [];
  const said = [];
  createInterface({ input: child.stdout }).on('line', (line) => { lines.push(line); said.push(JSON.parse(line)); });
  const wait = (probe, what) => until(() => said.find(probe), what);
  const { port } = await wait(({ event }) => event === 'ready', 'the channel');
  const events = (name) => said.filter(({ event }) => event === name);
  const ask = async (command) => {
    const before = events('done').length;
    child.stdin.write(`${JSON.stringify(command)}\n`);
    await until(() => events('done').length > before, command.op);
  };
  const send = async (to, text, more = {}) => {
    const before = events('attempt').length;
    await ask({ op: 'send', leg: 7, to, text, ...more });
    await until(() => events('attempt').length > before, `the attempt of ${text.slice(0, 20)}`);
    return events('attempt').at(-1);
  };
  const secretOf = async (url) => { await ask({ op: 'secret', of: url }); return events('secret').at(-1).secret; };
  const stop = async () => { child.stdin.end(); const code = await ended; forget(); folder.remove(); return code; };
  return { url: `http://127.0.0.1:${port}/webhook`, wait, ask, send, secretOf, events, heard: () => events('heard'), stop,
    output: () => lines.filter((line) => !line.includes('"event":"secret"')).join('\n'), nodeSecret };
}
