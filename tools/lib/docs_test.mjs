// SPDX-License-Identifier: Apache-2.0
// The documentation's examples are commands that run. In every .md file of the checkout,
//
//   ```console            runs its `$ ` lines one after another in one bash, in an empty folder, with the release
//   $ dmid number check … build's dmid on the PATH, HOME that folder, DMID_ROOT the checkout; what follows a command is
//   ok                    its expected output (`...` stands for anything, also over several lines), `$ ` lines alone
//   ```                   need only end with status 0; a last line `[exit 1]` names another status.
//   ```console norun WHY  is not run, and is counted as skipped with its reason.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './command.mjs';
import { files, lineOf, text } from './repo.mjs';

/** [{page, line, norun, steps: [{command, expected: [], status}]}] */
function blocks(page) {
  return [...text(page).matchAll(/^```console(.*)\n([\s\S]*?)^```/gm)].map((match) => {
    const steps = [];
    for (const line of match[2].split('\n').slice(0, -1)) {
      const status = /^\[exit (\d+)\]$/.exec(line);
      if (line.startsWith('$ ')) steps.push({ command: line.slice(2), expected: [], status: 0 });
      else if (steps.length === 0) continue;
      else if (/^>( |$)/.test(line) && steps.at(-1).expected.length === 0) steps.at(-1).command += `\n${line.slice(2)}`;
      else if (status) steps.at(-1).status = Number(status[1]);
      else steps.at(-1).expected.push(line);
    }
    const norun = /^\s+norun\b\s*(.*)$/.exec(match[1]);
    return { page, line: lineOf(text(page), match.index), norun: norun?.[1] ?? (norun ? '' : undefined), steps };
  });
}

/** The expected text as a pattern: `...` on a line of its own is any number of lines, within a line any characters. */
function pattern(expected) {
  const escape = (part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const lines = expected.map((line) => (line.trim() === '...' ? '(?:.*\\n)*?' : `${line.trimEnd().split('...').map(escape).join('.*')}\\n`));
  return new RegExp(`^${lines.join('')}$`);
}

const build = process.env.DMID_BUILD ?? join(root, 'build/release');

/** HOME alone says where things are: what the caller's own environment says of it counts for nothing. */
function environment(folder) {
  const env = { ...process.env, HOME: folder, DMID_ROOT: root, PATH: `${build}:${root}:${process.env.PATH}` };
  for (const name of ['XDG_CONFIG_HOME', 'XDG_DATA_HOME', 'XDG_STATE_HOME']) delete env[name];
  return env;
}

const marker = '\u0001dmid-docs-step\u0001';

/** Runs a block's commands in one shell, so that variables and folders carry over. @returns problems */
function runBlock({ page, line, steps }) {
  const folder = mkdtempSync(join(tmpdir(), 'dmid-docs-'));
  try {
    const script = steps.map(({ command }) => `${command}\nprintf '%s%s\\n' '${marker}' "$?"`).join('\n');
    const result = spawnSync('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: folder, encoding: 'utf8', timeout: 120_000,
      env: environment(folder),
    });
    const outputs = result.stdout.split(new RegExp(`${marker}(\\d+)\\n`));
    return steps.flatMap(({ command, expected, status }, index) => {
      const output = (outputs[index * 2] ?? '').split('\n').map((text) => text.trimEnd()).join('\n');
      const got = outputs[index * 2 + 1];
      const where = `${page}:${line}: $ ${command.split('\n')[0]}`;
      if (got === undefined) return [`${where}: did not end`];
      if (Number(got) !== status) return [`${where}: exit ${got} instead of ${status}; it said: ${output.trim()}`];
      if (expected.length > 0 && !pattern(expected).test(output.endsWith('\n') ? output : `${output}\n`)) {
        return [`${where}: said\n${output}instead of\n${expected.join('\n')}`];
      }
      return [];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!existsSync(join(build, 'dmid'))) {
  console.log(`${build}/dmid is not built: cmake --preset release && cmake --build build/release --target dmid`);
  process.exit(3);
}
let [passed, failed, skipped] = [0, 0, 0];
for (const block of files.filter((path) => path.endsWith('.md')).flatMap(blocks)) {
  const where = `${block.page}:${block.line}`;
  if (block.norun !== undefined) {
    skipped += 1;
    console.log(`skipped ${where}: ${block.norun || ''}`);
    continue;
  }
  const problems = block.steps.length === 0 ? [`${where}: a console block without a command`] : runBlock(block);
  if (problems.length === 0) passed += 1;
  else failed += 1;
  for (const problem of problems) console.log(`FAIL ${problem}`);
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 ? 1 : 0);
