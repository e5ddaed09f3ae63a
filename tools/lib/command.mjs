// SPDX-License-Identifier: Apache-2.0
// Runs commands with their whole output in a log file and a sign of life on the terminal.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const logs = join(root, '.cache', 'log');

const running = new Set();

/** Ends the process groups that run() started; nothing else. */
export function stopAll() {
  for (const pid of running) {
    try { process.kill(-pid, 'SIGTERM'); } catch { /* it ended meanwhile */ }
  }
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => { stopAll(); process.exit(130); });
}

/**
 * Runs a command in the checkout's root and resolves with {status, output, log, seconds}; never rejects.
 * Standard output and error go to .cache/log/NAME.log. Every 20 s (1 s on a terminal) the newest line is shown as
 * progress. After `limit` seconds the command's own process group is ended and the status is 124.
 */
export function run(name, argv, { limit = 1800, env = {} } = {}) {
  mkdirSync(logs, { recursive: true });
  const log = join(logs, `${name.replace(/[^a-zA-Z0-9]+/g, '-').replace(/-$/, '')}.log`);
  const file = createWriteStream(log);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), {
      cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'], detached: true,
    });
    let output = '';
    let newest = '';
    let timedOut = false;
    running.add(child.pid);
    const take = (chunk) => {
      file.write(chunk);
      output += chunk;
      newest = output.slice(-400).trimEnd().split('\n').at(-1);
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    const alive = setInterval(() => progress(`${name} ${seconds()}s  ${newest.slice(0, 70)}`), process.stdout.isTTY ? 1000 : 20_000);
    const killer = setTimeout(() => {
      timedOut = true;
      try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it ended meanwhile */ }
    }, limit * 1000);
    const end = (status) => {
      clearInterval(alive);
      clearTimeout(killer);
      running.delete(child.pid);
      clearProgress();
      if (timedOut) output += `\nended after its limit of ${limit} s\n`;
      file.end(() => resolve({ status: timedOut ? 124 : status, output, log, seconds: seconds() }));
    };
    child.on('error', (error) => { take(`${error.message}\n`); end(127); });
    child.on('close', (code, signal) => end(code ?? (signal ? 128 : 1)));
  });
}

function progress(text) {
  if (process.stdout.isTTY) process.stdout.write(`\r\x1b[K  ... ${text}`);
  else console.log(`  ... ${text}`);
}

function clearProgress() {
  if (process.stdout.isTTY) process.stdout.write('\r\x1b[K');
}
