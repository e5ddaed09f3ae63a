// SPDX-License-Identifier: Apache-2.0
// Copies tools/lib/channel_template under a channel's name and registers it with the build. Started by tools/new_channel.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from './command.mjs';

const template = join(root, 'tools/lib/channel_template');
const at = (path) => join(root, path);
const read = (path) => readFileSync(at(path), 'utf8');

/** Schemes of other identifiers, which no platform in a party may be called (src/model/names.cpp), and words of C++. */
const reserved = new Set(['did', 'tel', 'mailto', 'http', 'https', 'channel', 'channels', 'test', 'testing', 'conformance', 'net', 'std', 'model', 'base', 'codec',
  ...('and asm auto bool break case catch char class const constexpr continue default delete do double else enum explicit export extern '
    + 'false float for friend goto if inline int long mutable namespace new not operator or private protected public register return short '
    + 'signed sizeof static struct switch template this throw true try typedef union unsigned using virtual void volatile while xor').split(' ')]);

function refuse(words) {
  console.error(words);
  process.exit(2);
}

/** Where each file of the template goes, [{from, to}]. */
function plan(name) {
  return readdirSync(template).sort().map((from) => {
    const file = from.replace('NAME', name);
    const to = from.startsWith('fuzz') ? `fuzz/${file.replace('fuzz_', '')}` : from === 'seed' ? `fuzz/corpus/${name}_wire/account` : `src/channels/${name}/${file}`;
    return { from, to };
  });
}

const filled = (text, name) => text.replaceAll('@name@', name).replaceAll('@Name@', name[0].toUpperCase() + name.slice(1));

/** The text with a block of its own for the folder, in the order of the alphabet among the channels. */
function withLibrary(cmake, name) {
  const block = `dmid_library(channels/${name}\n  DEPENDS base model net channel\n  TEST_LIBRARIES rapidcheck)\n\n`;
  const later = [...cmake.matchAll(/^dmid_library\(channels\/(\w+)/gm)].find(([, other]) => !['nostr', 'email'].includes(other) && other > name);
  const index = later?.index ?? cmake.search(/^dmid_library\(gateway/m);
  if (index < 0) throw new Error('src/CMakeLists.txt has no block of the gateway, before which channels stand');
  return cmake.slice(0, index) + block + cmake.slice(index);
}

const withFuzzer = (cmake, name) => `${cmake.trimEnd()}\ndmid_fuzz(${name}_wire DEPENDS base channel channels/${name})\n`;

function format(paths) {
  const sources = paths.filter((path) => /\.(cpp|hpp)$/.test(path));
  try {
    execFileSync('clang-format-14', ['-i', ...sources], { cwd: root, stdio: 'ignore' });
  } catch {
    console.log('clang-format-14 is missing: tools/check will say what it would have changed');
  }
}

function nextSteps(name) {
  return `
It compiles, and its suite is red:

  cmake --preset dev && cmake --build build/dev --target dmid_channels_${name}_test
  build/dev/src/dmid_channels_${name}_test

Next, in this order (docs/adding-a-channel.md says how):
  1. src/channels/${name}/wire.*: the service's format, pure; fuzz/${name}_wire.cpp keeps its promises
  2. src/channels/${name}/${name}_conformance.cpp: the scripted service, until the suite is green
  3. src/channels/${name}/README.md: every line in brackets
  4. a server that others wrote in tests/peers, and a test in tests/integration
  5. its section in src/config, its lines in apps/dmid/node/chat_channels.cpp
  6. its door in src/policy/tables.def and docs/protocol/policy.md`;
}

function main(args) {
  const dry = args[0] === '--dry-run';
  const [name, ...more] = dry ? args.slice(1) : args;
  if (name === undefined || more.length > 0 || name.startsWith('-')) refuse('usage: tools/new_channel [--dry-run] NAME');
  if (!/^[a-z]{2,16}$/.test(name)) refuse(`"${name}" is no name of a channel: 2 to 16 small letters, as policies and commands will say it`);
  if (reserved.has(name)) refuse(`"${name}" is taken: it means something else in identifiers or in C++`);
  const files = plan(name);
  for (const taken of [`src/channels/${name}`, `src/${name}`, ...files.map(({ to }) => to)]) {
    if (existsSync(at(taken))) refuse(`"${name}" is taken: ${taken} is there already`);
  }
  if (dry) {
    for (const { to } of files) console.log(`new      ${to}`);
    console.log('changed  src/CMakeLists.txt\nchanged  fuzz/CMakeLists.txt\nchanged  docs/architecture.md');
    return;
  }
  const cmake = withLibrary(read('src/CMakeLists.txt'), name);
  for (const { from, to } of files) {
    mkdirSync(dirname(at(to)), { recursive: true });
    writeFileSync(at(to), filled(readFileSync(join(template, from), 'utf8'), name), { flag: 'wx' });
    console.log(`new      ${to}`);
  }
  format(files.map(({ to }) => to));
  writeFileSync(at('src/CMakeLists.txt'), cmake);
  writeFileSync(at('fuzz/CMakeLists.txt'), withFuzzer(read('fuzz/CMakeLists.txt'), name));
  execFileSync(at('tools/gen-architecture'), { cwd: root, stdio: 'ignore' });
  console.log('changed  src/CMakeLists.txt\nchanged  fuzz/CMakeLists.txt\nchanged  docs/architecture.md');
  console.log(nextSteps(name));
}

main(process.argv.slice(2));
