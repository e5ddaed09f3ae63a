// SPDX-License-Identifier: Apache-2.0
// tools/new_channel in a copy of what it reads: the folder that it makes is whole, compiles, and passes the fast checks.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { root, temporaryFolder } from '../peers/process.mjs';

const folder = temporaryFolder('new-channel');
after(() => folder.remove());

/** A checkout with the build's lists, the made page and the tools, and no source. */
for (const path of ['tools', 'src/CMakeLists.txt', 'fuzz/CMakeLists.txt', 'docs/architecture.md', '.clang-format']) {
  mkdirSync(dirname(join(folder.path, path)), { recursive: true });
  cpSync(join(root, path), join(folder.path, path), { recursive: true });
}
execFileSync('git', ['init', '-q', folder.path]);

const tool = (...args) => spawnSync(join(folder.path, 'tools/new_channel'), args, { encoding: 'utf8', timeout: 60_000 });
const read = (path) => readFileSync(join(folder.path, path), 'utf8');
const headings = (page) => [...page.matchAll(/^## (.*)$/gm)].map(([, title]) => title);

test('refuses what is no name of a channel, and says why', () => {
  for (const [name, why] of [['Pigeon', /small letters/], ['pigeon-post', /small letters/], ['x', /2 to 16/], ['', /small letters/],
    ['../up', /small letters/], ['mailto', /taken/], ['namespace', /taken/]]) {
    const { status, stderr } = tool(name);
    assert.equal(status, 2, name);
    assert.match(stderr, why, name);
  }
  assert.equal(tool().status, 2);
  assert.equal(tool('one', 'two').status, 2);
  assert.ok(!existsSync(join(folder.path, 'src/channels')));
});

test('only says what it would make where that is asked', () => {
  const { status, stdout } = tool('--dry-run', 'pigeon');
  assert.equal(status, 0);
  assert.match(stdout, /^new +src\/channels\/pigeon\/pigeon_channel\.cpp$/m);
  assert.ok(!existsSync(join(folder.path, 'src/channels')));
});

test('makes the folder, registers it with the build, and says what is next', () => {
  const before = { src: read('src/CMakeLists.txt'), fuzz: read('fuzz/CMakeLists.txt') };
  const { status, stdout, stderr } = tool('pigeon');
  assert.equal(status, 0, stderr);
  const made = readdirSync(join(folder.path, 'src/channels/pigeon')).sort();
  assert.deepEqual(made, ['README.md', 'pigeon_channel.cpp', 'pigeon_channel.hpp', 'pigeon_conformance.cpp', 'wire.cpp', 'wire.hpp', 'wire_test.cpp']);
  for (const file of made) assert.doesNotMatch(read(`src/channels/pigeon/${file}`), /@\w+@|NAME/, file);
  assert.deepEqual(readdirSync(join(folder.path, 'fuzz/corpus/pigeon_wire')), ['account']);
  assert.deepEqual(headings(read('src/channels/pigeon/README.md')),
    ['What proves the sender', 'What a receipt means', 'Limits', 'Where encryption ends', 'Setting it up']);
  const block = 'dmid_library(channels/pigeon\n  DEPENDS base model net channel\n  TEST_LIBRARIES rapidcheck)\n\n';
  assert.equal(read('src/CMakeLists.txt').replace(block, ''), before.src);
  assert.equal(read('fuzz/CMakeLists.txt').replace('dmid_fuzz(pigeon_wire DEPENDS base channel channels/pigeon)\n', ''), before.fuzz);
  assert.match(read('docs/architecture.md'), /channels_pigeon --> channel\n/);
  assert.match(stdout, /its suite is red[\s\S]*docs\/adding-a-channel\.md/);
});

test('refuses a name that is taken and leaves everything as it is', () => {
  const before = read('src/CMakeLists.txt');
  const { status, stderr } = tool('pigeon');
  assert.equal(status, 2);
  assert.match(stderr, /src\/channels\/pigeon is there already/);
  assert.equal(read('src/CMakeLists.txt'), before);
});

test('what it makes compiles with the warnings of the build', () => {
  const made = join(folder.path, 'src/channels/pigeon');
  const sources = readdirSync(made).filter((file) => file.endsWith('.cpp')).map((file) => join(made, file));
  for (const source of [...sources, join(folder.path, 'fuzz/pigeon_wire.cpp')]) {
    const { status, stderr } = spawnSync('g++', ['-std=c++20', '-fsyntax-only', '-Wall', '-Wextra', '-Wpedantic', '-Wconversion', '-Wshadow', '-Werror',
      `-I${folder.path}/src`, `-I${root}/src`, `-I${root}/tests`, source], { encoding: 'utf8', timeout: 300_000 });
    assert.equal(status, 0, stderr);
  }
});
