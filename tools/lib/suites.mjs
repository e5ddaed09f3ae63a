// SPDX-License-Identifier: Apache-2.0
// Every suite of tools/test, in the order in which they run: cheap and telling first.
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './command.mjs';
import { countsLine, ctest, filesIn, nodeTest, none } from './counts.mjs';
import { compileAlone } from './alone.mjs';
import { configureAndBuild } from './build.mjs';

const at = (...parts) => join(root, ...parts);
const jobs = process.env.DMID_JOBS ?? '2';

/** A build that others wait for; it counts no test of its own unless it fails. */
const build = (preset) => ({
  name: `build (${preset})`,
  builds: preset,
  run: () => configureAndBuild(preset, jobs),
});

/** The ctests of a preset: units (with their GoogleTest reports) or the replays of the fuzz corpora. */
function ctests(preset, kind, title) {
  // The oracles of the release have a suite of their own; under the sanitizers they run with the units.
  const others = preset === 'release' ? '^(fuzz|oracle)\\.' : '^fuzz\\.';
  const pick = kind === 'fuzz' ? ['-R', '^fuzz\\.'] : ['-E', others];
  // g++ 12's ThreadSanitizer cannot map its shadow where the kernel randomises too many address bits.
  const wrap = preset === 'tsan' ? ['setarch', '-R'] : [];
  return {
    name: `${title} (${preset})`,
    needs: preset,
    run: async () => {
      const reports = at('build', preset, 'reports');
      const junit = at('build', preset, `ctest-${kind}.xml`);
      if (kind === 'unit') rmSync(reports, { recursive: true, force: true });
      rmSync(junit, { force: true });
      mkdirSync(reports, { recursive: true });
      const result = await run(`${title} ${preset}`, [...wrap, 'ctest', '--test-dir', `build/${preset}`, ...pick, '-j', jobs,
        '--output-on-failure', '--output-junit', junit], { env: sanitizerOptions });
      return { ...ctest(junit, reports), status: result.status, result };
    },
  };
}

const sanitizerOptions = {
  ASAN_OPTIONS: 'detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1',
  TSAN_OPTIONS: 'halt_on_error=1:second_deadlock_stack=1',
};

/** Files run by `node --test`, one process each, one after another. */
const nodeTests = (name, files, { needs, limit } = {}) => ({
  name,
  needs,
  run: async () => {
    const list = files();
    if (list.length === 0) return { ...none(), status: 0 };
    const result = await run(name, ['node', '--test', '--test-concurrency=1', '--test-force-exit', '--test-timeout=1200000', '--test-reporter=./tools/lib/node_reporter.mjs',
      '--test-reporter-destination=stdout', ...list], { limit, env: { DMID_BUILD: at('build/release') } });
    return { ...nodeTest(result.output), status: result.status, result };
  },
});

/** A program of our own that prints one last line of counts. */
const program = (name, path, args = [], { needs, limit } = {}) => ({
  name,
  needs,
  run: async () => {
    if (!existsSync(at(path))) return { ...none(), status: 0 };
    const result = await run(name, [at(path), ...args], { limit });
    return { ...countsLine(result.output), status: result.status, result };
  },
});

/** Every target for a minute, as many at a time as there are jobs. */
async function fuzzAll() {
  const { output } = await run('list of fuzz targets', ['tools/fuzz', '--list']);
  const waiting = output.split('\n').filter(Boolean);
  const built = await configureAndBuild('fuzz', jobs, waiting.map((name) => `fuzz_${name}`));
  if (built.status !== 0) return { ...built, failed: 1 };
  const counts = { ...none(), status: 0 };
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const result = await run(`fuzz ${name}`, ['tools/fuzz', name, '60'], { limit: 900 });
      if (result.status === 0) counts.passed += 1;
      else Object.assign(counts, { failed: counts.failed + 1, status: 1, result });
    }
  };
  await Promise.all(Array.from({ length: Number(jobs) }, lane));
  return counts;
}

async function bench() {
  if (!existsSync(at('tools/bench'))) return { ...none(), status: 0 };
  const result = await run('bench', ['tools/bench'], { limit: 1800 });
  return { ...none(), passed: result.status === 0 ? 1 : 0, failed: result.status === 0 ? 0 : 1, status: result.status, result };
}

export function suites({ full }) {
  const quick = [
    program('checks', 'tools/check'),
    program('contracts', 'contracts/test-all'),
    build('release'),
    ctests('release', 'unit', 'unit'),
    ctests('release', 'fuzz', 'fuzz corpus'),
    nodeTests('vectors', () => filesIn(at('tests/vectors'), '.test.mjs')),
    nodeTests('tools', () => filesIn(at('tests/tools'), '.test.mjs')),
    nodeTests('oracles', () => filesIn(at('tests/oracle'), '.test.mjs'), { needs: 'release' }),
    nodeTests('integration', () => filesIn(at('tests/integration'), '.test.mjs'), { needs: 'release' }),
    nodeTests('end to end', () => filesIn(at('tests/e2e'), '.test.mjs'), { needs: 'release' }),
    program('documentation', 'tools/docs-test', [], { needs: 'release' }),
    build('asan'),
    ctests('asan', 'unit', 'unit'),
    ctests('asan', 'fuzz', 'fuzz corpus'),
  ];
  const slow = [
    { name: 'files by themselves', run: () => compileAlone(jobs) },
    build('tsan'),
    ctests('tsan', 'unit', 'unit'),
    { name: 'fuzzing, 60 s each', run: fuzzAll },
    { name: 'benchmarks', run: bench },
  ];
  return full ? [...quick, ...slow] : quick;
}
