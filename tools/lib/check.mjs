// SPDX-License-Identifier: Apache-2.0
// The fast checks, a line each, and one last line of counts. Started by tools/check; needs no build.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { root } from './command.mjs';
import { coroutines, licences, shell, sizes } from './checks/code.mjs';
import { generated, links } from './checks/docs.mjs';
import { layers } from './checks/layers.mjs';
import { names } from './checks/names.mjs';
import { wordTables } from './checks/tables.mjs';
import { cpp, files, isGenerated } from './repo.mjs';

const call = promisify(execFile);

/** Runs a program over many files in two halves at once; whatever it prints is a problem. */
async function over(list, argv) {
  const half = Math.ceil(list.length / 2);
  const parts = [list.slice(0, half), list.slice(half)].filter((part) => part.length > 0);
  const outputs = await Promise.all(parts.map((part) => call(argv[0], [...argv.slice(1), ...part], { cwd: root, maxBuffer: 1 << 26 })
    .then(({ stdout, stderr }) => stdout + stderr, (error) => `${error.stdout ?? ''}${error.stderr ?? ''}` || error.message)));
  return outputs.join('').split('\n').filter(Boolean);
}

async function format() {
  const lines = await over(cpp, ['clang-format-14', '--dry-run', '-Werror']);
  const where = lines.filter((line) => /: error: /.test(line)).map((line) => line.replace(/: error:.*/, ''));
  const bad = [...new Set(where.map((line) => line.split(':')[0]))];
  const problems = bad.map((path) => `${path}: not in the house format (${where.filter((line) => line.startsWith(`${path}:`)).length} places); run clang-format-14 -i on it`);
  return { problems: problems.length === 0 ? lines.filter((line) => /rror/.test(line)) : problems, note: `${cpp.length} files` };
}

async function spelling() {
  const list = files.filter((path) => !isGenerated(path) && !/LICENSE$|\.(png|svg|bin|cbor|hex)$|tools\/lib\/spelling\.txt$/.test(path));
  return { problems: await over(list, ['codespell', '-I', 'tools/lib/spelling.txt']), note: `${list.length} files` };
}

const checks = [['format', format], ['spelling', spelling], ['layers', layers], ['sizes', sizes], ['licence lines', licences],
  ['coroutine forms', coroutines], ['private names', names], ['generated pages', generated], ['tables of words', wordTables], ['links and paths', links], ['shell syntax', shell]];

const started = Date.now();
let failed = 0;
const outcomes = await Promise.all(checks.map(async ([name, check]) => {
  try {
    return { name, ...(await check()) };
  } catch (error) {
    return { name, problems: [error.message], note: '' };
  }
}));
for (const { name, problems, note } of outcomes) {
  failed += problems.length > 0 ? 1 : 0;
  console.log(`  ${problems.length > 0 ? 'FAILED' : 'ok    '}  ${name.padEnd(18)} ${note}`);
  for (const problem of problems.slice(0, 40)) console.log(`          ${problem}`);
  if (problems.length > 40) console.log(`          … and ${problems.length - 40} more`);
}
console.log(`checks: ${checks.length - failed} passed, ${failed} failed in ${((Date.now() - started) / 1000).toFixed(1)}s`);
process.exit(failed > 0 ? 1 : 0);
