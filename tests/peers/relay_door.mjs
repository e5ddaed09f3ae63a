// SPDX-License-Identifier: Apache-2.0
// The Nostr channel and its relay door without a node behind (tests/hosts/relay_door_host.cpp).
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { generateSecretKey, nip17 } from 'nostr-tools';
import { Relay, useWebSocketImplementation } from 'nostr-tools/relay';
import WebSocket from 'ws';
import { atExit, root, until } from './process.mjs';

const binary = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/relay_door_host');

/** Why the door cannot run here, or undefined; a reason to skip. */
export const relayDoorMissing = () => (existsSync(binary) ? undefined : `${binary} is not built`);

/**
 * @param {string[]} relays outside relays; @param {string[]} allowed host:port that may be dialled.
 * @returns {Promise<{port, key, secret, connections, pid, url, ask(command), wait(probe, what), said, texts(), publish(text), stop()}>}
 *   publish(): one letter by a stock client over a connection of its own; '' where the door said OK.
 */
export async function startRelayDoor(relays = [], allowed = []) {
  useWebSocketImplementation(WebSocket);
  const child = spawn(binary, [...relays, '--', ...allowed], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => { child.once('exit', resolve); });
  const said = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
  const wait = (probe, what) => until(() => said.find(probe), what);
  const ready = await wait(({ event }) => event === 'ready', 'the door');
  const url = `ws://127.0.0.1:${ready.port}`;
  let asked = 0;
  const ask = async (command) => {
    child.stdin.write(`${JSON.stringify(command)}\n`);
    asked += 1;
    await until(() => said.filter(({ event }) => event === 'done').length >= asked, command.op);
  };
  const publish = async (text) => {
    const relay = await Relay.connect(url);
    try {
      return await relay.publish(nip17.wrapEvent(generateSecretKey(), { publicKey: ready.key }, text));
    } finally {
      relay.close();
    }
  };
  const stop = async () => { child.stdin.end(); const code = await ended; forget(); return code; };
  return { ...ready, pid: child.pid, url, ask, wait, said, stop, publish, texts: () => said.filter(({ event }) => event === 'received').map(({ text }) => text) };
}
