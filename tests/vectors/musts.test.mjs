// SPDX-License-Identifier: Apache-2.0
// The protocol documents as law: every numbered rule is shown by a vector that names it (`musts`) or by a test that
// does, in the comment `// MUST ABC-01, ABC-02` right above it; and nothing names a rule that does not exist.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { root } from '../peers/process.mjs';

const protocol = join(root, 'docs/protocol');
const text = (...parts) => readFileSync(join(...parts), 'utf8');
const skipped = new Set(['node_modules', 'build', '.git']);
function* walk(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!skipped.has(entry.name)) yield* walk(path);
    } else yield path;
  }
}
const ids = (words) => [...words.matchAll(/\b[A-Z]{2,6}-\d{2}\b/g)].map(([id]) => id);

/** The rules of one document in the order in which they stand, and its lines with MUST outside of any. */
function rulesOf(name) {
  const rules = [];
  const loose = [];
  let inside = false;
  for (const [index, line] of text(protocol, name).split('\n').entries()) {
    const id = line.match(/^(?:\* |\d+\. )?\*\*([A-Z]+-\d{2})\*\* /)?.[1];
    if (id) rules.push(id);
    if (id || !/^\s+\S/.test(line)) inside = Boolean(id);
    if (/\bMUST\b/.test(line) && !inside) loose.push(`docs/protocol/${name}:${index + 1}`);
  }
  return { rules, loose };
}
const documents = readdirSync(protocol).filter((name) => name.endsWith('.md')).map((name) => ({ name, ...rulesOf(name) }));
const rules = documents.flatMap((document) => document.rules);
const known = new Set(rules);

/** Where each rule is named: id → paths. */
const shown = new Map();
const note = (id, path) => shown.set(id, [...(shown.get(id) ?? []), relative(root, path)]);
for (const path of walk(join(protocol, 'vectors')))
  if (path.endsWith('.json')) for (const id of JSON.parse(text(path)).musts ?? []) note(id, path);

const marker = /^ *\/\/ MUST (.+)$/;
const loneMarkers = [];
const sources = [...walk(join(root, 'src')), ...walk(join(root, 'tests')), ...walk(join(root, 'contracts/test'))];
for (const path of sources.filter((name) => /(_test\.cpp|_conformance\.cpp|_suite\.hpp|\.mjs|\.t\.sol)$/.test(name))) {
  const lines = text(path).split('\n');
  for (const [index, line] of lines.entries()) {
    const named = line.match(marker)?.[1];
    if (!named) continue;
    const next = lines.slice(index + 1).find((other) => !/^ *\/\//.test(other)) ?? '';
    if (!/^ *(TEST|TEST_F|TEST_P|test|await t\.test|function test\w*|.*teller\.promise)\b/.test(next)) loneMarkers.push(`${relative(root, path)}:${index + 1}`);
    for (const id of ids(named)) note(id, path);
  }
}

test('each rule has its own number', () => assert.deepEqual(rules.filter((id, at) => rules.indexOf(id) !== at), []));

test('no document says MUST outside of a numbered rule', () => {
  assert.deepEqual(documents.flatMap(({ loose }) => loose), []);
});

test('every rule is shown by a vector or by a test', () => {
  assert.ok(rules.length > 60, `only ${rules.length} rules were found`);
  assert.deepEqual(rules.filter((id) => !shown.has(id)), []);
});

test('vectors and tests name rules that exist, and every vector names one', () => {
  assert.deepEqual([...shown].filter(([id]) => !known.has(id)).map(([id, where]) => `${id} in ${where[0]}`), []);
  for (const path of walk(join(protocol, 'vectors')))
    if (path.endsWith('.json')) assert.ok(JSON.parse(text(path)).musts?.length > 0, `${relative(root, path)} names none`);
});

test('a marker stands right above its test', () => assert.deepEqual(loneMarkers, []));
