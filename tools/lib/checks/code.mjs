// SPDX-License-Identifier: Apache-2.0
// Checks of source text: sizes, licence lines, forbidden coroutine forms, shell syntax.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../command.mjs';
import { cpp, files, isGenerated, isScript, isShell, isTest, lineOf, text, withoutComments } from '../repo.mjs';

const maxLines = 600;
const maxFunctionLines = 60;
const written = files.filter((path) => (/\.(cpp|hpp|mjs|js|ts|sol|cmake|sh|css|html)$|CMakeLists\.txt$/.test(path) || isScript(path)) && !isGenerated(path));

/** Rows of a table, which make no function harder to read. */
const row = /^\s*(case\b|default:|return "[^"]*";|\{*"|&?\w+\},?$)/;

/** Bodies at namespace scope: the house format puts their braces at column 0. */
function* longFunctions(path) {
  const lines = withoutComments(text(path)).split('\n');
  let start = -1;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('{')) {
      const head = lines[index - 1] ?? '';
      start = /^(namespace|class|struct|union|enum|extern)\b|=\s*$/.test(head) ? -1 : index;
    }
    if (line.startsWith('}') && start >= 0) {
      const length = lines.slice(start + 1, index).filter((body) => !row.test(body)).length;
      if (length > maxFunctionLines) yield `${path}:${start}: a function of ${length} lines; the limit is ${maxFunctionLines}`;
      start = -1;
    }
  }
}

export function sizes() {
  const counted = written.map((path) => ({ path, lines: text(path).split('\n').length - 1 })).sort((a, b) => a.lines - b.lines);
  const problems = counted.filter(({ lines }) => lines > maxLines).map(({ path, lines }) => `${path}: ${lines} lines; the limit is ${maxLines}`);
  for (const path of cpp.filter((name) => !isTest(name))) problems.push(...longFunctions(path));
  const at = (part) => counted[Math.min(counted.length - 1, Math.floor(counted.length * part))]?.lines ?? 0;
  return { problems, note: `${counted.length} files, median ${at(0.5)} lines, p90 ${at(0.9)}, largest ${at(1)}` };
}

export function licences() {
  const owed = [...written, ...files.filter((path) => /\.def$/.test(path))].filter((path) => text(path).trim() !== '');
  const problems = owed.filter((path) => !text(path).split('\n', 4).some((line) => line.includes('SPDX-License-Identifier: Apache-2.0')))
    .map((path) => `${path}: no SPDX line among the first four`);
  return { problems, note: `${owed.length} files` };
}

/** Types with constructors of their own, which g++ 12 handles. */
const harmless = /^(Bytes|ByteView|Hash32|Error|Secret32|Millis|Seconds)$/;

/** What stands in one statement after `co_await`. */
function* awaitProblems(path) {
  const raw = text(path).split('\n');
  const source = withoutComments(text(path));
  for (const match of source.matchAll(/\bco_await\b([^;]*);/g)) {
    const line = lineOf(source, match.index);
    const until = lineOf(source, match.index + match[0].length);
    if (raw.slice(line - 1, until).some((code) => code.includes('has a constructor'))) continue;
    // The statement ends where an `if (co_await …)` opens its block.
    const statement = match[1].replace(/\)\s*\{\s*\n[\s\S]*$/, ')').replace(/\)\n\s*\{[\s\S]*$/, ')');
    if (/(^|[\s(,{=])\[[^\][]+\]\s*(\(|\{|mutable)/.test(statement)) yield `${path}:${line}: a capturing lambda inside co_await`;
    if (/[(,]\s*\{/.test(statement)) yield `${path}:${line}: a braced list inside co_await; name it first`;
    for (const [, type] of statement.matchAll(/(?<![:\w])((?:\w+::)*[A-Z]\w*)\{/g)) {
      if (!harmless.test(type.split('::').at(-1)) && !type.startsWith('std::')) {
        yield `${path}:${line}: an aggregate temporary ${type}{…} inside co_await; name it first (or say: has a constructor)`;
      }
    }
  }
  for (const match of source.matchAll(/\[[^\][]+\]\s*\([^)]*\)\s*(mutable\s*)?(noexcept\s*)?->\s*(\w+::)*(Task|awaitable)</g)) {
    const line = lineOf(source, match.index);
    // In a test, a lambda with a name lives as long as the test that runs it to its end.
    if (isTest(path) && /\bauto&* \w+ = \[/.test(raw[line - 1])) continue;
    if (!raw[line - 1].includes('outlives')) yield `${path}:${line}: a lambda with captures is a coroutine; make it a function with arguments`;
  }
}

/** The forms that g++ 12 compiles wrongly; CONTRIBUTING.md has the rules. */
export function coroutines() {
  const users = cpp.filter((path) => /\bco_await\b/.test(text(path)));
  return { problems: users.flatMap((path) => [...awaitProblems(path)]), note: `${users.length} files` };
}

export function shell() {
  const scripts = files.filter((path) => isShell(path));
  const problems = [];
  for (const path of scripts) {
    try {
      execFileSync('bash', ['-n', join(root, path)], { stdio: ['ignore', 'ignore', 'pipe'] });
    } catch (error) {
      problems.push(`${path}: ${String(error.stderr).trim().split('\n')[0]}`);
    }
  }
  return { problems, note: `${scripts.length} scripts` };
}
