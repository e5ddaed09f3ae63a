// SPDX-License-Identifier: Apache-2.0
// What tools/check says of private names that files of one folder share: the builds compile several files as one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collisions } from '../../tools/lib/checks/names.mjs';

const file = (path, body) => ({ path, source: `namespace dmid\n{\nnamespace\n{\n${body}\n} // namespace\n} // namespace dmid\n` });
const of = (one, other) => collisions([file('a.cpp', one), file('b.cpp', other)]);

test('one name twice is told', () => {
  assert.match(of('int f(int x)\n{\n    return x;\n}', 'int f(int y)\n{\n    return y;\n}').join(), /each defines f/);
  assert.match(of('struct S\n{\n};', 'struct S\n{\n    int x;\n};').join(), /each defines S/);
});

test('functions that one call would fit both are told: nothing else would say which one it found', () => {
  assert.match(of('Error syntax(std::string what)\n{\n}', 'Error syntax(const char* what)\n{\n}').join(), /each defines syntax/);
  assert.match(of('int f(std::uint64_t x)\n{\n}', 'int f(unsigned x)\n{\n}').join(), /each defines f/);
  assert.match(of('int f(int x, std::string_view s = {})\n{\n}', 'int f(bool x)\n{\n}').join(), /each defines f/);
});

test('functions of different things are not', () => {
  assert.deepEqual(of('int f(const Leg& leg)\n{\n}', 'int f(const Message& message)\n{\n}'), []);
  assert.deepEqual(of('int f(int x)\n{\n}', 'int f(int x, int y)\n{\n}'), []);
});
