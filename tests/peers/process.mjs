// SPDX-License-Identifier: Apache-2.0
// What every peer needs: free ports, folders that go away, and processes that never outlive the test.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Things to undo if the test ends without doing so itself: functions that need no event loop. */
const undo = new Set();

export function atExit(action) {
  undo.add(action);
  return () => undo.delete(action);
}

process.on('exit', () => { for (const action of [...undo].reverse()) { try { action(); } catch { /* it is gone */ } } });
for (const [signal, status] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]]) {
  process.on(signal, () => {
    // A program with its own handler (the demo) ends by itself.
    if (process.listenerCount(signal) === 1) process.exit(status);
  });
}

/** A port of 127.0.0.1 that nobody had a moment ago. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A folder of its own under the system's temporary one; remove() or the end of the process deletes it. */
export function temporaryFolder(name) {
  const path = mkdtempSync(join(tmpdir(), `dmid-${name}-`));
  const remove = () => rmSync(path, { recursive: true, force: true });
  const done = atExit(remove);
  return { path, remove: () => { done(); remove(); } };
}

export const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Polls until `probe` gives something true; fails with `what` after `seconds`. */
export async function until(probe, what, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await Promise.resolve().then(probe).catch(() => undefined);
    if (value) return value;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await sleep(20);
  }
}

/**
 * Starts a program, its output in `log`. The kernel ends it if this process dies, however that happens.
 * @returns {{pid, exited: Promise<{code, signal}>, running(), log, output(), kill(signal), stop()}}
 */
export function start(argv, { cwd = root, env = {}, log, death = 'KILL' } = {}) {
  const folder = log === undefined ? temporaryFolder('log') : undefined;
  const path = log ?? join(folder.path, 'output.log');
  const fd = openSync(path, 'a');
  const child = spawn('setpriv', ['--pdeathsig', death, '--', ...argv], { cwd, env: { ...process.env, ...env }, stdio: ['ignore', fd, fd] });
  closeSync(fd);
  const state = { ended: undefined };
  const exited = new Promise((resolve) => {
    const end = (code, signal) => { state.ended = { code, signal }; forget(); resolve(state.ended); };
    child.once('error', () => end(127, null));
    child.once('exit', end);
  });
  const kill = (signal = 'SIGTERM') => { if (!state.ended && child.pid) process.kill(child.pid, signal); };
  const forget = atExit(() => kill('SIGKILL'));
  const output = () => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  /** Asks it to end, insists after 5 s, and resolves when it is gone. */
  const stop = async () => {
    kill('SIGTERM');
    const insist = setTimeout(() => kill('SIGKILL'), 5000);
    const how = await exited;
    clearTimeout(insist);
    folder?.remove();
    return how;
  };
  return { pid: child.pid, exited, running: () => !state.ended, log: path, output, kill, stop };
}

/** start(), then wait for `probe`; a program that ends first fails with what it said. */
export async function startAndWait(argv, probe, options = {}) {
  const { seconds = 15, ...rest } = options;
  const server = start(argv, rest);
  try {
    await until(() => {
      if (!server.running()) return 'ended';
      return probe(server);
    }, argv[0], seconds);
    if (!server.running()) throw new Error(`${argv[0]} ended at once`);
  } catch (error) {
    const said = server.output().slice(-4000);
    await server.stop();
    throw new Error(`${error.message}; it said:\n${said}`);
  }
  return server;
}
