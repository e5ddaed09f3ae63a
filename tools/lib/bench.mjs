// SPDX-License-Identifier: Apache-2.0
// Builds and runs the benchmarks, prints their table, keeps their results. Started by tools/bench.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { configureAndBuild } from './build.mjs';
import { results, slug, writeReadme } from './bench_table.mjs';
import { root } from './command.mjs';

const build = join(root, 'build/bench');
const program = (name) => ({ name, targets: [`${name}_bench`], argv: [join(build, 'bench', `${name}_bench`)] });
const script = (name, targets) => ({ name, targets, argv: ['node', join(root, 'bench', `${name}_bench.mjs`)], build });

const benchmarks = [
  program('proof'), program('accept'), program('cores'), program('nip44'), program('policy'), program('mailbox'),
  script('nostr', ['nostr_host']), script('mail', ['mail_host']), script('sms', ['sms_host']), script('resolve', ['resolve_host', 'dmid']), script('node', ['dmid']),
  program('owners'), script('bridge', ['dmid']),
  { ...script('servers', ['mailbox_bench']), only: '--with-servers' },
];

function parse(argv) {
  const options = { names: [], pass: [], flags: new Set() };
  for (let i = 0; i < argv.length; ++i) {
    if (argv[i] === '--rounds') options.pass.push('--rounds', argv[++i] ?? '');
    else if (argv[i].startsWith('--')) options.flags.add(argv[i]);
    else options.names.push(argv[i]);
  }
  const known = new Set(['--quick', '--with-servers', '--gate', '--no-build', '--readme']);
  const names = new Set(benchmarks.map(({ name }) => name));
  const wrong = [...[...options.flags].filter((flag) => !known.has(flag)), ...options.names.filter((name) => !names.has(name))];
  if (wrong.length > 0) {
    console.error(`tools/bench: what is ${wrong.join(', ')}? It takes ${[...known].join(' ')} --rounds N and names: ${[...names].join(' ')}`);
    process.exit(2);
  }
  if (options.flags.has('--quick')) options.pass.push('--quick');
  return options;
}

/** The commit that is measured; marked where sources differ from it. */
function commit() {
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'src', 'apps', 'bench/*.cpp', 'bench/*.hpp', 'bench/*.mjs', 'cmake', 'CMakeLists.txt');
  return git('rev-parse', '--short=12', 'HEAD') + (changed ? ' and changes' : '');
}

/** Runs one benchmark with its output on the terminal; its result, or undefined where it failed. */
function measure({ name, argv }, pass, env) {
  const file = join(root, '.cache/bench', `${name}.json`);
  mkdirSync(join(root, '.cache/bench'), { recursive: true });
  rmSync(file, { force: true });
  return new Promise((resolve) => {
    const child = spawn(argv[0], [...argv.slice(1), ...pass, '--json', file], { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    child.on('error', () => resolve(undefined));
    child.on('close', (status) => resolve(status === 0 && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined));
  });
}

function keep(measured) {
  const file = join(root, results, `${slug(cpus())}.json`);
  const all = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
  Object.assign(all, measured);
  const ordered = Object.fromEntries(benchmarks.filter(({ name }) => all[name]).map(({ name }) => [name, all[name]]));
  mkdirSync(join(root, results), { recursive: true });
  writeFileSync(file, `${JSON.stringify(ordered, null, 1)}\n`);
  console.log(`written to ${file.slice(root.length + 1)}`);
}

const options = parse(process.argv.slice(2));
if (options.flags.has('--readme')) {
  writeReadme();
  process.exit(0);
}
const chosen = benchmarks.filter(({ name, only }) =>
  (options.names.length > 0 ? options.names.includes(name) : !only) || (only && options.flags.has(only)));
if (!options.flags.has('--no-build')) {
  const built = await configureAndBuild('bench', Number(process.env.DMID_JOBS ?? 2), [...new Set(chosen.flatMap(({ targets }) => targets))]);
  if (built.status !== 0) {
    console.error(built.result.output.split('\n').slice(-40).join('\n'));
    process.exit(built.status);
  }
}
const missing = [...new Set(chosen.flatMap(({ targets }) => targets))].filter((target) => !existsSync(join(build, target === 'dmid' ? target : `bench/${target}`)));
if (missing.length > 0) {
  console.error(`tools/bench: ${missing.join(', ')} not built; run it without --no-build`);
  process.exit(2);
}
const measured = {};
const failed = [];
for (const benchmark of chosen) {
  const result = await measure(benchmark, options.pass, { DMID_COMMIT: commit(), DMID_BUILD: build });
  if (result) measured[benchmark.name] = result;
  else failed.push(benchmark.name);
}
if (!options.flags.has('--quick')) keep(measured);
const goals = Object.values(measured).flatMap(({ rows }) => rows).filter(({ wanted }) => wanted !== 0);
const missed = goals.filter(({ met }) => !met);
const words = failed.length > 0 ? `; FAILED: ${failed.join(', ')}` : '';
console.log(`benchmarks: ${Object.keys(measured).length} ran, ${goals.length - missed.length} of ${goals.length} goals met${words}`);
process.exit(failed.length > 0 || (options.flags.has('--gate') && missed.length > 0) ? 1 : 0);
