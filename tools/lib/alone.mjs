// SPDX-License-Identifier: Apache-2.0
// Whether every file of the libraries and apps compiles from its own includes. The other builds compile several files as one
// (docs/decisions/0011), where a missing include goes unnoticed.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { root, run } from './command.mjs';
import { none } from './counts.mjs';
import { isTest } from './repo.mjs';

/** Syntax only, as many at a time as there are jobs. One test for each file. */
export async function compileAlone(jobs) {
  const configured = await run('configure dev', ['cmake', '--preset', 'dev']);
  if (configured.status !== 0) return { ...none(), failed: 1, status: configured.status, result: configured };
  const waiting = JSON.parse(readFileSync(join(root, 'build/dev/compile_commands.json'), 'utf8'))
    .map(({ directory, command, file }) => ({ directory, command, path: relative(root, file) }))
    .filter(({ path }) => /^(src|apps)\/.*\.cpp$/.test(path) && !isTest(path));
  const counts = { ...none(), status: 0 };
  const lane = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const command = one.command.replace(/^\S*ccache\s+/, '').replace(/\s-o\s+\S+/, ' -fsyntax-only');
      const result = await run(`alone ${one.path}`, ['/bin/sh', '-c', `cd '${one.directory}' && ${command}`]);
      if (result.status === 0) counts.passed += 1;
      else Object.assign(counts, { failed: counts.failed + 1, status: 1, result });
    }
  };
  await Promise.all(Array.from({ length: Number(jobs) }, lane));
  return counts;
}
