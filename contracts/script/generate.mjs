// SPDX-License-Identifier: Apache-2.0
// Writes abi/, storage-layout.json, gas.json, the gas table of README.md and the code that the node asks wallets with from
// the sources; --check compares instead.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { goals, measure } from './gas.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const run = (tool, ...args) => execFileSync(bin(tool), args, { cwd: root, encoding: 'utf8' });
const json = (value) => JSON.stringify(value, null, 2) + '\n';
const keccak = (text) => run('cast', 'keccak', text).trim();

/** The types as EIP-712 tools want them, read from the strings whose hashes the contract compiles in. */
function eip712Types() {
  const source = readFileSync(join(root, 'src/DmidSignatures.sol'), 'utf8');
  const types = {};
  const typeHashes = {};
  for (const [, name, members] of source.matchAll(/"([A-Z]\w*)\(([\w ,]+)\)"/g)) {
    types[name] = members.split(',').map((member) => {
      const [type, field] = member.split(' ');
      return { name: field, type };
    });
    typeHashes[name] = keccak(`${name}(${members})`);
  }
  const constant = (name) => new RegExp(`${name} = "([^"]+)"`).exec(source)[1];
  return { domain: { name: constant('NAME'), version: constant('VERSION') }, types, typeHashes };
}

/** Selectors and topics, so that no reader needs keccak to find an event. */
function selectors(abi, artifact) {
  const canonical = (item) => `${item.name}(${item.inputs.map((input) => input.type).join(',')})`;
  const hashed = (type, length) =>
    Object.fromEntries(
      abi.filter((item) => item.type === type).map((item) => [canonical(item), keccak(canonical(item)).slice(0, length)]),
    );
  const functions = Object.fromEntries(Object.entries(artifact.methodIdentifiers).map(([k, v]) => [k, '0x' + v]));
  return { functions, events: hashed('event', 66), errors: hashed('error', 10) };
}

/** The compiler's layout without the syntax-tree ids that change with every edit. */
function storageLayout(layout) {
  const text = JSON.stringify(layout).replaceAll(/(t_struct\(\w+\))\d+/g, '$1');
  const strip = (key, value) => (key === 'astId' || key === 'contract' ? undefined : value);
  return JSON.parse(text, strip);
}

function gasTable(gas) {
  const rows = Object.entries(gas).map(([name, used]) => {
    const plain = gas[name.replace(/, signed$/, '')];
    const added = name.endsWith(', signed') ? `+${used - plain}` : '';
    return `| ${name} | ${used} | ${goals[name] ? `≤ ${goals[name]}` : ''} | ${added} |`;
  });
  return ['| transaction | gas | goal | a signature adds |', '|---|---:|---:|---:|', ...rows].join('\n');
}

function readme(gas) {
  const path = join(root, 'README.md');
  if (!existsSync(path)) return '';
  const marks = /(<!-- gas -->\n)[\s\S]*?(<!-- \/gas -->)/;
  return readFileSync(path, 'utf8').replace(marks, (_, open, close) => open + gasTable(gas) + '\n' + close);
}

/** The creation code of WalletCheck, compiled into the node. */
function walletCheck(artifact) {
  const lines = artifact.bytecode.object.slice(2).match(/.{1,96}/g);
  return `// SPDX-License-Identifier: Apache-2.0
// Made by contracts/generate from contracts/src/WalletCheck.sol; do not edit.
#pragma once

#include <string_view>

namespace dmid::chain
{
/// Creation code in hex; its arguments (address,bytes32,bytes,address,bytes) follow it.
inline constexpr std::string_view kWalletCheckCode =
${lines.map((line) => `    "${line}"`).join('\n')};
} // namespace dmid::chain
`;
}

async function generate() {
  run('forge', 'build', '--skip', 'test');
  const check = JSON.parse(readFileSync(join(root, 'out/WalletCheck.sol/WalletCheck.json'), 'utf8'));
  const artifact = JSON.parse(readFileSync(join(root, 'out/DmidRegistry.sol/DmidRegistry.json'), 'utf8'));
  const eip712 = eip712Types();
  const { gas, codeHash } = await measure(artifact, eip712);
  return {
    'abi/DmidRegistry.json': json(artifact.abi),
    'abi/DmidRegistry.bin': artifact.bytecode.object.slice(2) + '\n',
    'abi/runtime-code-hash.txt': codeHash + '\n',
    'abi/eip712.json': json(eip712),
    'abi/selectors.json': json(selectors(artifact.abi, artifact)),
    'storage-layout.json': json(storageLayout(artifact.storageLayout)),
    'gas.json': json({ goals, gas }),
    'README.md': readme(gas),
    '../src/chain/wallet_check_code.hpp': walletCheck(check),
  };
}

const check = process.argv.includes('--check');
const files = await generate();
const stale = Object.entries(files).filter(([name, text]) => {
  const path = join(root, name);
  return !existsSync(path) || readFileSync(path, 'utf8') !== text;
});
if (!check) for (const [name, text] of stale) writeFileSync(join(root, name), text);
for (const [name] of stale) console.log(`${check ? 'stale' : 'wrote'}: contracts/${name}`);
const { gas } = JSON.parse(files['gas.json']);
const missed = Object.entries(goals).filter(([name, goal]) => gas[name] > goal);
for (const [name, goal] of missed) console.log(`gas goal missed: ${name} takes ${gas[name]}, goal ${goal}`);
if (check && stale.length > 0) {
  console.log('run contracts/generate and commit what it writes');
  process.exit(1);
}
