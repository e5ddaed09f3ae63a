// SPDX-License-Identifier: Apache-2.0
// What the benchmarks in JavaScript share: options, medians, rows, and the result that tools/bench reads (as frame.cpp's).
import { writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';

export const argument = (name) => { const i = process.argv.indexOf(name); return i < 0 ? undefined : process.argv[i + 1]; };
export const quick = process.argv.includes('--quick');
export const rounds = Number(argument('--rounds') ?? (quick ? 1 : 7));
export const median = (list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)];

/**
 * A row of ours against a floor, both measured once a round. The ratio is ours / floor, or floor / ours where `inverse` (less of it
 * is better, and the goal counts how much); a goal of 0 is none. Without a floor `ours` is held against the goal itself.
 */
export function row(goal, what, ours, { floor = '', reference, unit = 'us CPU', wanted = 0, least = false, inverse = false, note } = {}) {
  const ratio = reference === undefined ? median(ours) : median(ours.map((value, i) => (inverse ? reference[i] / value : value / reference[i])));
  return { goal, what, floor, unit, ours: median(ours), reference: reference === undefined ? 0 : median(reference), ratio, wanted,
    at_least: least, met: wanted === 0 || (least ? ratio >= wanted : ratio <= wanted), ...(note ? { note } : {}) };
}

/** Prints the rows and, with --json FILE, writes them there. */
export function report(rows) {
  for (const { goal, what, ours, unit, floor, reference, ratio, wanted, at_least: least, met } of rows) {
    const verdict = wanted ? `goal at ${least ? 'least' : 'most'} ${wanted}: ${met ? 'met' : 'missed'}` : '';
    const first = `${goal.padEnd(4)} ${what.padEnd(58)} ${ours.toFixed(3).padStart(10)} ${unit}`;
    if (!floor) {
      console.log(`${first}${verdict && `   ${verdict}`}`);
      continue;
    }
    console.log(first);
    console.log(`     / ${floor.padEnd(56)} ${reference.toFixed(3).padStart(10)} ${unit}   ratio ${ratio.toFixed(3)}`);
    if (verdict) console.log(`     ${verdict}`);
  }
  const file = argument('--json');
  if (file) {
    writeFileSync(file, JSON.stringify({ cpu: cpus()[0].model, cores: cpus().length, kernel: release(), load: loadavg()[0],
      compiler: `node ${process.version}`, commit: process.env.DMID_COMMIT ?? 'unknown', rounds, quick, rows }));
  }
}
