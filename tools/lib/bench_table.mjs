// SPDX-License-Identifier: Apache-2.0
// The results of the benchmarks as a table, and its place in README.md.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';

export const results = 'bench/results';
const begin = '<!-- bench -->';
const end = '<!-- /bench -->';

/** Names the machine: `amd-epyc-2-cores`. */
export const slug = (list) => `${list[0].model.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '')}-${list.length}-cores`;

const number = (value) => (value >= 1000 ? Math.round(value).toLocaleString('en').replace(/,/g, ' ') : String(Number(value.toPrecision(3))));
const unit = (text) => text.replace(/^us\b/, 'µs').replace('per second', '/s');

/** How far a goal was met: in words. */
function outcome(row) {
  if (row.met) return 'met';
  const times = row.at_least ? row.wanted / row.ratio : row.ratio / row.wanted;
  return `missed ×${times.toFixed(2)}${row.note ? `: ${row.note}` : ''}`;
}

function line(row) {
  const goal = `${row.at_least ? '≥' : '≤'} ${number(row.wanted)}`;
  const absolute = row.reference === 0;
  const floor = absolute ? '—' : `${row.floor}: ${number(row.reference)} ${unit(row.unit)}`;
  const ratio = absolute ? number(row.ours) : row.ratio.toFixed(2);
  return `| ${row.goal} | ${row.what} | ${number(row.ours)} ${unit(row.unit)} | ${floor} | ${ratio} | ${goal} | ${outcome(row)} |`;
}

/** The goals of one result file as a table. */
export function table(path) {
  const all = JSON.parse(readFileSync(join(root, path), 'utf8'));
  const first = Object.values(all)[0];
  const load = Math.max(...Object.values(all).map((one) => one.load));
  const busy = load < first.cores ? '' : ` The machine was busy with other work (load ${load.toFixed(0)}): CPU times bear that, values per second suffer.`;
  const rows = Object.values(all).flatMap((one) => one.rows).filter(({ wanted }) => wanted !== 0);
  rows.sort((a, b) => Number(a.goal.slice(1)) - Number(b.goal.slice(1)));
  return [`Measured on ${first.cpu}, ${first.cores} cores, ${first.compiler}; each value beside its floor, in turn, in one run: medians, from`,
    `[${path}](${path}), which names the commit.${busy}`, '',
    '| | what | ours | floor | ratio | goal | |', '|---|---|---|---|---|---|---|', ...rows.map(line)].join('\n');
}

/** Writes the table between the markers of README.md. */
export function writeReadme() {
  const file = join(root, 'README.md');
  const text = readFileSync(file, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  const found = existsSync(join(root, results)) ? readdirSync(join(root, results)).filter((name) => name.endsWith('.json')) : [];
  if (from < 0 || to < from || found.length === 0) throw new Error(`README.md lacks ${begin} … ${end}, or ${results} has no result`);
  const blocks = found.sort().map((name) => table(`${results}/${name}`));
  writeFileSync(file, `${text.slice(0, from + begin.length)}\n${blocks.join('\n\n')}\n${text.slice(to)}`);
}
