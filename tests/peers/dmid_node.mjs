// SPDX-License-Identifier: Apache-2.0
// The program under test: a node in a home of its own, and its command line.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, startAndWait } from './process.mjs';

export const dmidBinary = () => join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'dmid');

/** Why the node cannot run here, or undefined; a reason to skip. */
export const dmidMissing = () => (existsSync(dmidBinary()) ? undefined : `${dmidBinary()} is not built`);

const parsed = (text) => { try { return JSON.parse(text); } catch { return text.trim(); } };

/**
 * Starts `dmid node --home HOME` and waits until it says that its doors are open.
 * @param {object} options home: its folder; args: more arguments; env: more environment; wrap: a command before it (faketime);
 *   seconds: how long it may take.
 * @returns {Promise<{pid, ready, home, log, output(), running(), exited, kill(signal), stop()}>} ready: the ready file's content.
 */
export async function startDmidNode({ home, args = [], env = {}, wrap = [], seconds = 20 }) {
  const readyFile = join(home, 'ready');
  rmSync(readyFile, { force: true });
  const content = () => (existsSync(readyFile) ? readFileSync(readyFile, 'utf8') : '');
  const server = await startAndWait([...wrap, dmidBinary(), 'node', '--home', home, '--ready-file', readyFile, ...args],
    () => content().endsWith('\n') || content().endsWith('}'), { env, seconds, log: join(home, 'node.log') });
  return { ...server, home, ready: parsed(content()) };
}

/**
 * Runs `dmid ARGS --home HOME` once. @returns {Promise<{status, stdout, stderr, json}>} json: stdout where it parses.
 */
export function dmid(home, args, { input, env = {}, seconds = 60 } = {}) {
  return new Promise((resolve) => {
    const child = execFile(dmidBinary(), [...args, '--home', home], { env: { ...process.env, ...env }, timeout: seconds * 1000, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const status = error ? (typeof error.code === 'number' ? error.code : 128) : 0;
        resolve({ status, stdout, stderr, json: typeof parsed(stdout) === 'object' ? parsed(stdout) : undefined });
      });
    child.stdin.on('error', () => {});
    child.stdin.end(input ?? '');
  });
}
