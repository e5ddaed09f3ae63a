// SPDX-License-Identifier: Apache-2.0
// Reads what the test runners say into one shape: {passed, failed, skipped: [{name, reason}], note}.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const none = () => ({ passed: 0, failed: 0, skipped: [], note: '' });

const entities = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&#x0A;': ' ', '&#x0a;': ' ', '&amp;': '&' };
const plain = (xml) => xml.replace(/&[#a-zA-Z0-9]+;/g, (entity) => entities[entity] ?? ' ');
const attribute = (tag, name) => plain(new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1] ?? '');

/** The testcase elements of a gtest or JUnit report, each with its opening tag and its inner text. */
function* testcases(xml) {
  for (const match of xml.matchAll(/<testcase\b([^>]*?)(?:\/>|>([\s\S]*?)<\/testcase>)/g)) {
    yield { tag: match[1], inner: match[2] ?? '' };
  }
}

/** One GoogleTest report. */
export function gtest(xml) {
  const counts = none();
  for (const { tag, inner } of testcases(xml)) {
    const name = `${attribute(tag, 'classname')}.${attribute(tag, 'name')}`;
    const skipped = /<skipped\b([^>]*)/.exec(inner);
    if (inner.includes('<failure')) counts.failed += 1;
    else if (skipped) counts.skipped.push({ name, reason: skipReason(attribute(skipped[1], 'message')) });
    else if (attribute(tag, 'status') === 'notrun') counts.skipped.push({ name, reason: 'disabled in the code' });
    else counts.passed += 1;
  }
  return counts;
}

/** GoogleTest puts "file:line" before the reason. */
const skipReason = (message) => message.replace(/^\S+:\d+\s*/, '').trim();

/**
 * A ctest run: its JUnit file, and the GoogleTest reports that its programs wrote. A program that failed without a
 * failing test in its report (a crash, a sanitizer's finding, a limit) counts as one failure.
 */
export function ctest(junitFile, reportsFolder) {
  const counts = none();
  if (!existsSync(junitFile)) return counts;
  for (const { tag, inner } of testcases(readFileSync(junitFile, 'utf8'))) {
    const name = attribute(tag, 'name');
    const ok = attribute(tag, 'status') === 'run';
    const report = join(reportsFolder, `${name.replace(/^unit\./, '')}.xml`);
    if (name.startsWith('unit.') && existsSync(report)) {
      const inside = gtest(readFileSync(report, 'utf8'));
      add(counts, inside);
      if (!ok && inside.failed === 0) counts.failed += 1;
    } else if (ok) {
      counts.passed += 1;
    } else {
      counts.failed += 1;
    }
    const replayed = /replayed (\d+) inputs/.exec(inner);
    if (replayed) counts.inputs = (counts.inputs ?? 0) + Number(replayed[1]);
  }
  if (counts.inputs !== undefined) counts.note = `${counts.inputs} inputs`;
  return counts;
}

/** What tools/lib/node_reporter.mjs wrote last. */
export function nodeTest(output) {
  const line = output.split('\n').findLast((text) => text.startsWith('#counts '));
  return line === undefined ? none() : { note: '', ...JSON.parse(line.slice('#counts '.length)) };
}

/** The last line of the form "12 passed, 0 failed, 1 skipped" (or "12 tests passed") in any output; skips are explained above it. */
export function countsLine(output) {
  const lines = output.split('\n').filter((text) => /\b\d+ (tests )?passed\b/.test(text));
  const last = lines.at(-1);
  if (last === undefined) return none();
  const number = (pattern) => Number(pattern.exec(last)?.[1] ?? 0);
  const reasons = [...output.matchAll(/^\s*skip(?:ped)?:? (.+?): (.+)$/gm)].map(([, name, reason]) => ({ name, reason }));
  const skipped = number(/(\d+) skipped/);
  while (reasons.length < skipped) reasons.push({ name: '(unnamed)', reason: '' });
  return { passed: number(/(\d+) (?:tests )?passed/), failed: number(/(\d+) failed/), skipped: reasons.slice(0, skipped), note: '' };
}

export function add(total, more) {
  total.passed += more.passed;
  total.failed += more.failed;
  total.skipped.push(...more.skipped);
}

/** Files of a folder with this ending, sorted, as paths. */
export function filesIn(folder, ending) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith(ending)).sort().map((name) => join(folder, name));
}
