// SPDX-License-Identifier: Apache-2.0
// The tables of docs/protocol/policy.md say what the tables of the code say: numbers, names, what is implemented.
import { text } from '../repo.mjs';

const page = 'docs/protocol/policy.md';
const usable = (flag) => (flag === 'true' ? 'yes' : 'reserved');
const settable = (flag, name) => (flag === 'false' && name === 'rate-limited' ? 'outcome only' : usable(flag));
const quoted = (name) => `\`${name}\``;

// heading, file, macro, and a row of the page from (number, name, the rest)
const tables = [
  ['Classes', 'src/model/classes.def', 'DMID_CLASS', (number, name, flag, words) => [number, quoted(name), usable(flag), words]],
  ['Actions', 'src/policy/tables.def', 'DMID_ACTION', (number, name, flag, words) => [number, quoted(name), settable(flag, name), words]],
  ['Keys', 'src/policy/tables.def', 'DMID_KEY', (number, name, place, flag) => [number, quoted(name), place, usable(flag)]],
  ['Values of `channel`', 'src/policy/tables.def', 'DMID_DOOR', (number, name, flag) => [number, quoted(name), usable(flag)]],
  ['Values of `kind`', 'src/policy/tables.def', 'DMID_KIND', (number, name) => [number, quoted(name)]],
  ['Values of `addressed`', 'src/policy/tables.def', 'DMID_ADDRESSED', (number, name, flag) => [number, quoted(name), usable(flag)]],
];

/** The rows that the code's table asks for: `MACRO(enumerator, number, "name", …)` lines. */
function coded(file, macro, row) {
  const lines = text(file).matchAll(new RegExp(`^${macro}\\(\\w+, (\\d+), (.*)\\);?$`, 'gm'));
  return [...lines].map(([, number, rest]) => row(number, ...[...rest.matchAll(/"([^"]*)"|(\w+)/g)].map(([, words, word]) => words ?? word)));
}

/** The rows of the table below a heading. */
function written(heading) {
  const after = text(page).split(`\n### ${heading}\n`)[1] ?? '';
  const lines = after.split(/\n#/)[0].split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}

export function wordTables() {
  const problems = [];
  let count = 0;
  for (const [heading, file, macro, row] of tables) {
    const expected = coded(file, macro, row).map((cells) => `| ${cells.join(' | ')} |`);
    const found = written(heading).map((cells) => `| ${cells.join(' | ')} |`);
    count += expected.length;
    if (expected.length === 0) problems.push(`${file}: no ${macro} was found`);
    for (const line of expected.filter((each) => !found.includes(each))) problems.push(`${page}, ${heading}: ${file} says ${line}`);
    for (const line of found.filter((each) => !expected.includes(each))) problems.push(`${page}, ${heading}: not in ${file}: ${line}`);
    if (problems.length === 0 && expected.join() !== found.join()) problems.push(`${page}, ${heading}: another order than in ${file}`);
  }
  return { problems, note: `${count} words` };
}
