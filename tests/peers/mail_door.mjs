// SPDX-License-Identifier: Apache-2.0
// The mail door without a node behind (tests/hosts/mail_door_host.cpp), and programs that write to it.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeCertificate } from './certificate.mjs';
import { atExit, root, temporaryFolder, until } from './process.mjs';

const binary = join(process.env.DMID_BUILD ?? join(root, 'build/release'), 'tests/hosts/mail_door_host');

/** Why the door cannot run here, or undefined; a reason to skip. */
export const mailDoorMissing = () => (existsSync(binary) ? undefined : `${binary} is not built`);

/** @returns {Promise<{smtp, lmtp, pid, caFile, spool, mails(), answer(yes), load(), memory(), stop()}>} ports; mails(): what was taken in. */
export async function startMailDoor() {
  const folder = temporaryFolder('mail-door');
  const tls = makeCertificate(folder.path);
  const spool = join(folder.path, 'spool');
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', binary, spool, tls.certFile, tls.keyFile], { stdio: ['pipe', 'pipe', 'inherit'] });
  const forget = atExit(() => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const said = [];
  createInterface({ input: child.stdout }).on('line', (line) => said.push(JSON.parse(line)));
  const ready = await until(() => said.find(({ event }) => event === 'ready'), 'the mail door');
  const ask = async (command, event) => {
    const before = said.filter((one) => one.event === event).length;
    child.stdin.write(`${JSON.stringify(command)}\n`);
    return until(() => said.filter((one) => one.event === event)[before], command.op);
  };
  const mails = () => said.filter(({ event }) => event === 'mail');
  const stop = async () => {
    child.stdin.end();
    const code = await ended;
    forget();
    folder.remove();
    return code;
  };
  return {
    smtp: ready.smtp, lmtp: ready.lmtp, pid: child.pid, caFile: tls.certFile, spool, mails, stop,
    mail: (index) => until(() => mails()[index], `mail ${index}`),
    answer: (yes) => ask({ op: 'answer', yes }, 'done'), load: () => ask({ op: 'load' }, 'load'),
  };
}

/** Runs swaks against 127.0.0.1. @returns {Promise<{status, output}>} */
export function swaks(port, args) {
  return new Promise((resolve) => {
    execFile('swaks', ['--server', `127.0.0.1:${port}`, '--timeout', '20', ...args], { maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ status: error ? error.code : 0, output: stdout + stderr }));
  });
}
