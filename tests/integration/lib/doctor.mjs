// SPDX-License-Identifier: Apache-2.0
// Asks `dmid doctor` as its tests do, and mends what it found as a person would.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { dmid, dmidBinary } from '../../peers/dmid_node.mjs';
import { freePort, start, until } from '../../peers/process.mjs';

export const said = ({ status, stdout, stderr }) => `status ${status}\n${stdout}\n${stderr}`;
const order = ['ok', 'warning', 'problem'];

/** Reads an answer of `dmid doctor --json`. @returns the whole answer; all(code): its findings, find(code): the worst of them. */
export function read(result) {
  assert.ok(result.json, said(result));
  const all = (code) => result.json.findings.filter((finding) => finding.code === code).sort((a, b) => order.indexOf(b.level) - order.indexOf(a.level));
  assert.equal(result.status, result.json.problems === 0 ? 0 : 1, said(result));
  for (const { level, mend, words } of result.json.findings) {
    assert.ok(words.length > 5);
    assert.equal(mend.length > 0, level !== 'ok', words);
  }
  return { ...result.json, all, find: (code) => all(code)[0], said: said(result) };
}

/** Looks at a home. */
export const look = async (home, args = [], options = {}) => read(await dmid(home, ['doctor', '--json', ...args], options));

/** Looks, and demands that the worst finding of the code is of that level. @returns that finding */
export async function finds(code, level, home, args, options) {
  const report = await look(home, args, options);
  assert.equal(report.find(code)?.level, level, `${code}\n${report.said}`);
  return report.find(code);
}

/** Runs what was advised, as a person would. */
export const mend = (command) => execFileSync('bash', ['-c', command], { env: { ...process.env, PATH: `${dirname(dmidBinary())}:${process.env.PATH}` }, encoding: 'utf8', timeout: 60_000 });

/** Starts `dmid up`, and waits for its account. */
export async function startUp(home, ports) {
  const flags = ports ? ['--chain-port', String(ports[0]), '--node-port', String(ports[1])] : [];
  const server = start([dmidBinary(), 'up', '--json', '--home', home, ...flags]);
  const account = JSON.parse(await until(() => {
    if (!server.running()) throw new Error(server.output());
    return server.output().split('\n').find((text) => text.startsWith('{'));
  }, 'dmid up', 120));
  return { ...server, account, passphrase: join(home, 'state/up/passphrase') };
}
export const twoPorts = async () => [await freePort(), await freePort()];
