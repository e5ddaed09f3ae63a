// SPDX-License-Identifier: Apache-2.0
// Every error says what to do next: the table of codes, and every way to call a command wrongly.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { dmid, dmidMissing } from '../peers/dmid_node.mjs';
import { root, temporaryFolder } from '../peers/process.mjs';

const skip = dmidMissing();
const scratch = temporaryFolder('errors');
after(() => scratch.remove());

test('every code of the table has an advice, a sentence of its own', () => {
  const rows = [...readFileSync(join(root, 'src/base/errc.def'), 'utf8').matchAll(/^DMID_ERRC\(\w+, "([^"]+)", \w+, \d+,\s*"((?:[^"\\]|\\.)*)"\)/gm)];
  assert.ok(rows.length > 100, `${rows.length} codes`);
  for (const [, name, advice] of rows) {
    assert.match(advice, /^[A-Z`0-9].*[.?]$/, name);
    assert.ok(advice.split(' ').length >= 4, `${name}: ${advice}`);
  }
});

test('every command, called wrongly, names its own form', { skip, timeout: 300_000 }, async () => {
  const help = await dmid(scratch.path, ['help']);
  const commands = [...help.stdout.matchAll(/^ {2}dmid ((?:[a-z]+ )*[a-z]+) {2}/gm)].map(([, path]) => path);
  assert.ok(commands.length > 30, String(commands));
  for (const path of commands) {
    const wrong = await dmid(scratch.path, [...path.split(' '), '--no-such-flag', '--json']);
    // What a command passes on as text may begin like a flag.
    assert.equal(wrong.status, 2, `${path}: ${wrong.stdout} ${wrong.stderr}`);
    assert.equal(wrong.json.code, 'input.usage', path);
    assert.ok(wrong.json.next.startsWith(`dmid ${path}`), `${path}: ${wrong.json.next}`);
    assert.match(wrong.stderr, /^next: dmid /m);
  }
});

test('what needs a number, a key, a node or a registry says how to get one', { skip, timeout: 60_000 }, async () => {
  for (const [args, code, next] of [[['show'], 'config.missing', /setting/], [['inbox'], 'gateway.not-running', /dmid node/], [['key', 'show'], 'key.not-found', /dmid key new/],
    [['completion', 'csh'], 'input.usage', /help/], [['man', 'nothing'], 'input.usage', /help/]]) {
    const result = await dmid(scratch.path, [...args, '--json']);
    assert.equal(result.json?.code, code, `${args}: ${result.stdout} ${result.stderr}`);
    assert.match(result.json.next, next, String(args));
  }
});
