// SPDX-License-Identifier: Apache-2.0
// What the differential tests share: the oracle as a child process, and seeded chance.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const program = process.env.DMID_ORACLE ?? new URL('../../build/release/tests/oracle/dmid_oracle', import.meta.url).pathname;

/// Starts dmid_oracle. ask(op, args) gives {ok} or {error, context}; answers come in the order of the questions.
export function startOracle() {
  const child = spawn(program, [], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  let broken = null;
  const fail = (why) => {
    broken ??= new Error(`dmid_oracle: ${why}`);
    for (const { reject } of waiting.splice(0)) reject(broken);
  };
  child.on('error', (error) => fail(error.message));
  child.on('exit', (code, signal) => fail(`ended with ${code ?? signal}`));
  child.stdin.on('error', (error) => fail(error.message));
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift().resolve(JSON.parse(line)));
  return {
    ask(op, args) {
      if (broken) return Promise.reject(broken);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        child.stdin.write(JSON.stringify({ op, args }) + '\n');
      });
    },
    stop: () => child.stdin.end(),
  };
}

/// Seeded chance (mulberry32). The seed is printed; DMID_SEED repeats a run.
export function chance(name) {
  const seed = Number(process.env.DMID_SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.log(`# ${name}: DMID_SEED=${seed}`);
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n) => Math.floor(next() * n);
  const bytes = (n) => Uint8Array.from({ length: n }, () => below(256));
  const letters = ['a', 'b', 'Z', '0', ' ', '"', '\\', '\n', 'é', 'ß', '中', '🙂', '\u0000', '\u{10ffff}'];
  return {
    seed,
    next,
    below,
    bytes,
    pick: (list) => list[below(list.length)],
    coin: (p = 0.5) => next() < p,
    hex: (n) => '0x' + Buffer.from(bytes(n)).toString('hex'),
    text: (max) => Array.from({ length: below(max + 1) }, () => letters[below(letters.length)]).join(''),
    /// A number of at most `bits` bits; short ones and the borders are as likely as long ones.
    big(bits) {
      const kind = below(8);
      if (kind === 0) return 0n;
      if (kind === 1) return (1n << BigInt(bits)) - 1n;
      const width = 1 + below(bits);
      let value = 0n;
      for (let i = 0; i < width; ++i) value = (value << 1n) | BigInt(below(2));
      return value;
    },
  };
}

export const hex = (bytes) => '0x' + Buffer.from(bytes).toString('hex');
export const unhex = (text) => Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
/// Number of cases; DMID_CASES multiplies it.
export const cases = (n) => Math.ceil(n * Number(process.env.DMID_CASES ?? 1));
