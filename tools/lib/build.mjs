// SPDX-License-Identifier: Apache-2.0
// Configures a preset where needed and builds it; used by tools/test and tools/demo.
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './command.mjs';
import { none } from './counts.mjs';

/** CMake configures again by itself when a CMakeLists.txt changes, but it does not watch the presets. */
function mustConfigure(preset) {
  const cache = join(root, 'build', preset, 'CMakeCache.txt');
  if (!existsSync(cache) || !existsSync(join(root, 'build', preset, 'build.ninja'))) return true;
  return statSync(join(root, 'CMakePresets.json')).mtimeMs > statSync(cache).mtimeMs;
}

/** Resolves with the shape of a suite: no tests, a status, and the failed command's result if there is one. */
export async function configureAndBuild(preset, jobs, targets = []) {
  if (mustConfigure(preset)) {
    const result = await run(`configure ${preset}`, ['cmake', '--preset', preset]);
    if (result.status !== 0) return { ...none(), status: result.status, result };
  }
  const target = targets.length > 0 ? ['--target', ...targets] : [];
  const result = await run(`build ${preset}`, ['cmake', '--build', join('build', preset), '-j', String(jobs), ...target], { limit: 3600 });
  return { ...none(), status: result.status, result };
}

// node tools/lib/build.mjs PRESET [TARGET…]: the same from a shell, with its own line of outcome.
if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [preset, ...targets] = process.argv.slice(2);
  const { status, result } = await configureAndBuild(preset, process.env.DMID_JOBS ?? 2, targets);
  if (status !== 0) console.error(result.output.split('\n').slice(-60).join('\n'));
  console.log(`  ${status === 0 ? 'ok ' : 'FAILED'} build (${preset})  ${result.seconds}s`);
  process.exit(status);
}
