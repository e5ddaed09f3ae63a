// SPDX-License-Identifier: Apache-2.0
// Runs the suites one after another and ends with one line of counts. Started by tools/test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './command.mjs';
import { add, none } from './counts.mjs';
import { suites } from './suites.mjs';

const started = Number(process.env.DMID_TEST_STARTED ?? Date.now() / 1000);

function duration(seconds) {
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole}s` : `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
}

/** The suites that may still be empty, with the reason of each. */
function absentYet() {
  const lines = readFileSync(join(root, 'tools/lib/absent.txt'), 'utf8').split('\n').filter((line) => line && !line.startsWith('#'));
  return new Map(lines.map((line) => { const [name, ...reason] = line.split(':'); return [name, reason.join(':').trim()]; }));
}

/** What a person needs of a failed suite's output: everything but the lines of what passed, the last 80 of them, cut at 400 characters. */
function showFailure(outcome) {
  const noise = /^(ok |\s*ok\s|.*\.+\s+Passed\s|#counts |\[ +OK +\]|\[ RUN)/;
  const lines = (outcome.result?.output ?? '').split('\n').filter((line) => !noise.test(line)).slice(-80);
  console.log(lines.map((line) => `    | ${line.length > 400 ? `${line.slice(0, 400)} …` : line}`).join('\n'));
  if (outcome.result?.log) console.log(`    (all of it: ${outcome.result.log})`);
}

/** Turns a status without a failing test, a missing suite and a skip without a reason into failures. */
function judge(suite, outcome, absent) {
  const problems = [];
  if (outcome.status !== 0 && outcome.failed === 0) {
    outcome.failed += 1;
    problems.push(`it ended with status ${outcome.status}`);
  }
  for (const skip of outcome.skipped.filter(({ reason }) => !reason)) {
    outcome.failed += 1;
    problems.push(`${skip.name} was skipped without a reason`);
  }
  outcome.skipped = outcome.skipped.filter(({ reason }) => reason);
  const empty = outcome.passed + outcome.failed + outcome.skipped.length === 0;
  if (empty && !suite.builds && !absent.has(suite.name)) {
    outcome.failed += 1;
    problems.push('the suite has no tests');
  }
  return { problems, empty };
}

function print(suite, outcome, { problems, empty }, absent, seconds) {
  const word = outcome.failed > 0 ? 'FAILED' : empty && !suite.builds ? 'absent' : 'ok    ';
  const counts = suite.builds ? '' : empty && outcome.failed === 0 ? absent.get(suite.name)
    : `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped.length} skipped${outcome.note ? `, ${outcome.note}` : ''}`;
  console.log(`  ${word}  ${suite.name.padEnd(24)} ${counts.padEnd(44)} ${duration(seconds)}`);
  for (const { name, reason } of outcome.skipped) console.log(`          skipped ${name}: ${reason}`);
  for (const problem of problems) console.log(`          ${problem}`);
  if (outcome.failed > 0) showFailure(outcome);
}

async function main() {
  const { values } = parseArgs({ options: { full: { type: 'boolean' }, only: { type: 'string', multiple: true } } });
  const wanted = (suite) => !values.only || values.only.some((text) => suite.name.includes(text));
  const all = suites({ full: values.full });
  const chosen = all.filter(wanted);
  if (chosen.length === 0) {
    console.log(`no suite's name contains ${values.only.join(' or ')}; there are: ${all.map(({ name }) => name).join(', ')}`);
    process.exit(2);
  }
  // A suite that is asked for alone brings the build that it needs.
  const needed = new Set(chosen.map(({ needs }) => needs).filter(Boolean));
  const list = all.filter((suite) => chosen.includes(suite) || needed.has(suite.builds));
  const absent = absentYet();
  const total = none();
  const broken = new Set();
  for (const suite of list) {
    const before = Date.now();
    const outcome = broken.has(suite.needs)
      ? { ...none(), failed: 1, status: 1, result: { output: 'not run: its build failed', log: '' } }
      : await suite.run().catch((error) => ({ ...none(), failed: 1, status: 1, result: { output: String(error.stack), log: '' } }));
    const verdict = judge(suite, outcome, absent);
    if (suite.builds && outcome.failed > 0) broken.add(suite.builds);
    print(suite, outcome, verdict, absent, (Date.now() - before) / 1000);
    add(total, outcome);
  }
  const reasons = total.skipped.length > 0 ? ' (reasons above)' : '';
  console.log(`tests: ${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped${reasons} in ${duration(Date.now() / 1000 - started)}`);
  process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
}

await main();
