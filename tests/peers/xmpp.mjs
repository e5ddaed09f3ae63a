// SPDX-License-Identifier: Apache-2.0
// The XMPP channel without a node behind (tests/hosts/xmpp_host.cpp), and people with a stock client.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { client, xml } from '@xmpp/client';
import { atExit, root, until } from './process.mjs';

const binary = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/xmpp_host');

/** Why the channel cannot run here, or undefined; a reason to skip. */
export const xmppHostMissing = () => (existsSync(binary) ? undefined : `${binary} is not built`);

/** @returns {Promise<{ask(command), wait(probe, what), send(command), said, stop()}>} send(): what came of the attempt. */
export async function startXmppHost(place, domain, secretFile) {
  const child = spawn(binary, [String(place), domain, secretFile], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const said = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
  const wait = (probe, what) => until(() => said.find(probe), what);
  await wait(({ event }) => event === 'ready', 'the channel');
  let asked = 0;
  const ask = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    asked += 1;
    await until(() => said.filter(({ event }) => event === 'done').length >= asked, command.op);
  };
  let sent = 0;
  const send = async (command) => {
    const tag = String(sent += 1);
    await ask({ op: 'send', tag, leg: tag.padStart(2, '0').repeat(32), ...command });
    return wait((line) => line.event === 'attempt' && line.tag === tag, `the attempt ${tag}`);
  };
  const stop = async () => { child.stdin.end(); const code = await ended; forget(); return code; };
  return { ask, wait, send, said, stop };
}

/**
 * A person with @xmpp/client, online.
 * @returns {Promise<{jid, got, say(to, text, children, attributes), stanza(name, attributes, children), wait(probe, what), stop()}>}
 *   got: the stanzas that came, as @xmpp/xml elements.
 */
export async function startPerson(server, name, password) {
  const xmpp = client({ service: `xmpp://127.0.0.1:${server.port}`, domain: server.host, username: name, password, resource: 'phone' });
  const got = [];
  xmpp.on('error', () => {});
  xmpp.on('stanza', (stanza) => got.push(stanza));
  const jid = String(await xmpp.start());
  // As every program for people does: without it the server tells nothing of answers to subscriptions.
  await xmpp.iqCaller.get(xml('query', 'jabber:iq:roster'));
  await xmpp.send(xml('presence'));
  const stanza = (kind, attributes, children = []) => xmpp.send(xml(kind, attributes, ...children));
  const say = (to, text, children = [], attributes = {}) => stanza('message', { to, type: 'chat', ...attributes },
    [...(text === undefined ? [] : [xml('body', {}, text)]), ...children]);
  const wait = (probe, what) => until(() => got.find(probe), `${name}: ${what}`);
  return { jid, got, say, stanza, wait, xmpp, stop: () => xmpp.stop() };
}

export { xml };
