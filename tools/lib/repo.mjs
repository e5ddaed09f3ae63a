// SPDX-License-Identifier: Apache-2.0
// What is in the checkout: tracked (and not yet added, not ignored) files, and the folders with their arrows.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './command.mjs';

const texts = new Map();

/** The text of a file, by its path from the root; read once. */
export function text(path) {
  if (!texts.has(path)) texts.set(path, readFileSync(join(root, path), 'utf8'));
  return texts.get(path);
}

/** All files of the checkout that git knows or would add, sorted. */
export const files = (() => {
  const list = execFileSync('git', ['-c', 'safe.directory=*', 'ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
  return [...new Set(list.split('\0'))].filter((path) => path && existsSync(join(root, path))).sort();
})();

export const cpp = files.filter((path) => /^(src|apps|fuzz|bench|tests)\/.*\.(cpp|hpp)$/.test(path));
export const isTest = (path) => /_(test|bench|conformance)\.(cpp|hpp)$|^tests\/|^fuzz\/|^bench\//.test(path);
/** Bytes that a program wrote or that are data: no style is asked of them. */
export const isGenerated = (path) => /package-lock\.json$|^contracts\/abi\/|\/vectors\/|^fuzz\/corpus\/|^bench\/results\//.test(path);

/** First lines of the scripts, which have no ending. */
export const isScript = (path) => /\.sh$/.test(path) || (/^(tools|\.ci|contracts)\/[^.]+$/.test(path) && text(path).startsWith('#!'));
export const isShell = (path) => /\.sh$/.test(path) || (isScript(path) && /^#!.*\b(ba)?sh\b/.test(text(path).split('\n', 1)[0]));

/**
 * The folders of src/CMakeLists.txt in order: [{folder, pure, depends, testDepends}]. The same blocks that CMake builds
 * from, so that a drawing or a check can never tell another story than the build.
 */
export function folders() {
  const source = text('src/CMakeLists.txt').replace(/#.*$/gm, '');
  return [...source.matchAll(/dmid_library\(([^)]*)\)/g)].map(([, body]) => {
    const words = body.trim().split(/\s+/);
    const lists = { DEPENDS: [], TEST_DEPENDS: [], LIBRARIES: [], TEST_LIBRARIES: [], HEAVY: [] };
    let list = [];
    for (const word of words.slice(1)) {
      if (word in lists) list = lists[word];
      else if (word !== 'PURE') list.push(word);
    }
    return { folder: words[0], pure: words.includes('PURE'), depends: lists.DEPENDS, testDepends: lists.TEST_DEPENDS };
  });
}

/** Source text without comments and without what stands inside string literals; line breaks stay. */
export function withoutComments(source, { keepStrings = false } = {}) {
  const pattern = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|R"(\w*)\(([\s\S]*?)\)\1"|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.){1,8}'/g;
  return source.replace(pattern, (match) => {
    const blank = match.replace(/[^\n]/g, ' ');
    if (match.startsWith('//') || match.startsWith('/*')) return blank;
    return keepStrings ? match : `"${blank.slice(1, -1)}"`;
  });
}

export const lineOf = (source, index) => source.slice(0, index).split('\n').length;
