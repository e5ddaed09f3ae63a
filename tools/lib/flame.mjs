// SPDX-License-Identifier: Apache-2.0
// Draws what `perf script` says as a flame graph: reads it on standard input, writes an SVG on standard output.
//   node tools/lib/flame.mjs TITLE [MAIN_PID] < samples > graph.svg
// Width is CPU time, height the call stack, lowest the outermost. Threads whose id is MAIN_PID (the benchmark's client)
// are left out; so is the plumbing between the project's own functions, which would only be in the way.
import { createInterface } from 'node:readline';

const [title = 'flame graph', mainPid] = process.argv.slice(2);

const plumbing = /^(std::|__gnu|boost::asio::|boost::system|boost::core|boost::intrusive|__libc_start|_start|start_thread|clone|__clone|\[unknown\]|_Z|entry_SYSCALL|do_syscall|x64_sys_call|asm_)/;

/** Without parameters, template arguments and the marks of a coroutine's parts. */
export function short(name) {
  let out = '';
  let depth = 0;
  for (const c of name.replace(/\s\[clone [^\]]*\]/g, '').replace(/operator(<=>|<<|>>|<|>|\(\))/g, 'operator')
    .replace(/\(anonymous namespace\)::/g, '')) {
    if (c === '<' || c === '(') depth += 1;
    if (depth === 0) out += c;
    if (c === '>' || c === ')') depth -= 1;
  }
  return out.replace(/\s+const$|\.(actor|part|cold|isra|constprop)[.\d]*/g, '').replace(/^.* (?=\S)/, '').trim();
}

/** The name under which a frame is drawn; undefined where it is left out. */
function frame(line) {
  const [, symbol, object] = /^\s*[0-9a-f]+ (.*) \(([^)]*)\)$/.exec(line) ?? [];
  if (symbol === undefined) return undefined;
  const library = object.split('/').at(-1).replace(/\.so[.\d]*$/, '');
  if (object.includes('kernel') || object === '[kernel.kallsyms]') return /^(__x64_)?sys_|^__x64_sys_/.test(symbol) ? `kernel: ${symbol.replace(/^__x64_sys_/, '').replace(/\+0x.*/, '')}` : 'kernel';
  const name = symbol.replace(/\+0x[0-9a-f]+$/, '');
  if (/^(libsecp256k1|libcrypto|liblmdb|libsodium)/.test(library) && (name === '[unknown]' || plumbing.test(name))) return library;
  if (plumbing.test(name)) return undefined;
  return short(name) || undefined;
}

async function* stacks(lines) {
  let thread;
  let frames = [];
  for await (const line of lines) {
    if (line.trim() === '') {
      if (thread !== undefined) yield { thread, frames };
      thread = undefined;
      frames = [];
    } else if (thread === undefined) thread = /(\d+)\/(\d+)/.exec(line)?.[2] ?? '';
    else frames.push(line);
  }
  if (thread !== undefined) yield { thread, frames };
}

const node = (name) => ({ name, count: 0, children: new Map() });
const root = node('all');
for await (const { thread, frames } of stacks(createInterface({ input: process.stdin }))) {
  if (thread === mainPid) continue;
  const names = frames.map(frame).filter((name, i, all) => name !== undefined && name !== all[i - 1]).reverse()
    .filter((name, i, all) => name !== all[i - 1]);
  root.count += 1;
  let at = root;
  for (const name of names) {
    if (!at.children.has(name)) at.children.set(name, node(name));
    at = at.children.get(name);
    at.count += 1;
  }
}

const wide = 1200;
const high = 17;
const least = 1.5; // narrower ones are not drawn
const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
const colours = [[/^kernel/, '#c9b8a8'], [/secp256k1/, '#e0604c'], [/crypto|nip44|sha|keccak|ecdh|schnorr/i, '#ee8f5a'], [/^mdb_|lmdb|^(md|fd)sync/, '#6fa7d8'],
  [/store::/, '#8fbce6'], [/json|Json/, '#d9c94f'], [/seal::/, '#e9b44c'], [/gateway::|policy::/, '#86c06c'], [/net::|beast/, '#b59be0'], [/api::/, '#b5d99c']];
const colour = (name) => colours.find(([pattern]) => pattern.test(name))?.[1] ?? '#dcdcdc';

const boxes = [];
let deepest = 0;
function draw(of, x, depth) {
  const width = (of.count / root.count) * wide;
  if (width < least) return;
  deepest = Math.max(deepest, depth);
  boxes.push({ name: of.name, x, depth, width, share: of.count / root.count });
  let left = x;
  for (const child of [...of.children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    draw(child, left, depth + 1);
    left += (child.count / root.count) * wide;
  }
}
draw(root, 0, 0);
const height = (deepest + 1) * high + 40;
const out = [`<svg xmlns="http://www.w3.org/2000/svg" width="${wide}" height="${height}" viewBox="0 0 ${wide} ${height}" font-family="monospace" font-size="11">`,
  `<rect width="100%" height="100%" fill="#ffffff"/><text x="8" y="20" font-size="14">${escape(title)} (${root.count} samples)</text>`];
for (const { name, x, depth, width, share } of boxes) {
  const y = height - (depth + 1) * high - 6;
  const fits = Math.floor((width - 6) / 6.7);
  const label = fits < 3 ? '' : name.length <= fits ? name : `${name.slice(0, fits - 1)}…`;
  out.push(`<g><title>${escape(name)} ${(share * 100).toFixed(1)} %</title><rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, width - 0.5).toFixed(1)}" height="${high - 1}" fill="${colour(name)}"/>${label ? `<text x="${(x + 3).toFixed(1)}" y="${y + 12}">${escape(label)}</text>` : ''}</g>`);
}
out.push('</svg>');
console.log(out.join('\n'));
// The same as a list, for a terminal: the share of each function itself, without what it calls.
const own = new Map();
(function walk(of) {
  let rest = of.count;
  for (const child of of.children.values()) { rest -= child.count; walk(child); }
  own.set(of.name, (own.get(of.name) ?? 0) + rest);
})(root);
for (const [name, count] of [...own].sort((a, b) => b[1] - a[1]).slice(0, 45)) console.error(`${((count / root.count) * 100).toFixed(1).padStart(6)} %  ${name}`);
