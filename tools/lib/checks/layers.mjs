// SPDX-License-Identifier: Apache-2.0
// The arrows: every #include of src/ and apps/ is held against the DEPENDS of its folder.
import { cpp, folders, isTest, lineOf, text, withoutComments } from '../repo.mjs';

/** What a folder without I/O, clock, randomness, files and logs has no business including. */
const impure = /^<(fstream|iostream|filesystem|random|thread|future|ctime|cstdio|boost\/asio.*|boost\/beast.*|spdlog\/.*|lmdb\.h|sys\/.*|unistd\.h|fcntl\.h|netdb\.h|openssl\/(ssl|bio|rand)\.h)>$/;

function* cycles(list) {
  const arrows = new Map(list.map(({ folder, depends }) => [folder, depends]));
  const done = new Set();
  const path = [];
  function* visit(folder) {
    if (path.includes(folder)) yield [...path.slice(path.indexOf(folder)), folder].join(' → ');
    else if (!done.has(folder)) {
      path.push(folder);
      for (const next of arrows.get(folder) ?? []) yield* visit(next);
      path.pop();
      done.add(folder);
    }
  }
  for (const { folder } of list) yield* visit(folder);
}

/** The rules that the list of arrows itself must obey. */
function* listProblems(list) {
  const known = new Map(list.map((entry) => [entry.folder, entry]));
  for (const { folder, pure, depends, testDepends } of list) {
    for (const name of [...depends, ...testDepends]) {
      if (!known.has(name)) yield `src/CMakeLists.txt: ${folder} depends on ${name}, which is no folder`;
    }
    for (const name of depends) {
      if (pure && known.get(name)?.pure === false) yield `src/CMakeLists.txt: ${folder} is PURE and depends on ${name}, which is not`;
      if (name.startsWith('channels/')) yield `src/CMakeLists.txt: ${folder} sees ${name}; only apps may see a channel`;
    }
  }
  for (const cycle of cycles(list)) yield `src/CMakeLists.txt: a cycle: ${cycle}`;
}

function* includesOf(path) {
  for (const match of text(path).matchAll(/^\s*#\s*include\s+(["<][^">]+[">])/gm)) {
    yield { name: match[1], line: lineOf(text(path), match.index) };
  }
}

/** The folder that a path below src/ belongs to: the longest known one. */
const owner = (list, path) => list.map(({ folder }) => folder).filter((folder) => path.startsWith(`${folder}/`))
  .sort((a, b) => b.length - a.length)[0];

function* includeProblems(list) {
  const known = new Map(list.map((entry) => [entry.folder, entry]));
  for (const path of cpp.filter((name) => name.startsWith('src/'))) {
    const entry = known.get(owner(list, path.slice(4)));
    if (!entry) {
      yield `${path}: its folder has no dmid_library() in src/CMakeLists.txt`;
      continue;
    }
    const allowed = new Set([entry.folder, ...entry.depends, ...(isTest(path) ? entry.testDepends : [])]);
    for (const { name, line } of includesOf(path)) {
      if (name.startsWith('<')) {
        if (entry.pure && !isTest(path) && impure.test(name)) yield `${path}:${line}: ${entry.folder} is PURE and includes ${name}`;
        continue;
      }
      const target = owner(list, name.slice(1, -1));
      if (!target) yield `${path}:${line}: ${name} is not included by its folder path`;
      else if (!allowed.has(target)) yield `${path}:${line}: ${entry.folder} includes ${target}, which is not in its DEPENDS`;
    }
  }
}

/** Boost.Beast costs half a minute a file to compile: four .cpp files of net/ hold all of it. */
function* beastProblems() {
  const users = cpp.filter((path) => !isTest(path) && /#\s*include\s+<boost\/beast/.test(text(path)));
  for (const path of users) {
    if (!/^src\/net\/[^/]+\.cpp$/.test(path)) yield `${path}: Boost.Beast belongs into src/net/*.cpp alone`;
  }
  if (users.length > 4) yield `Boost.Beast is included by ${users.length} files; four are the limit: ${users.join(' ')}`;
}

/** A channel's name decides nothing outside its own folder and apps; what the flow must know is in traits(). */
function* channelNameProblems(list) {
  const names = list.map(({ folder }) => folder).filter((folder) => folder.startsWith('channels/')).map((folder) => folder.slice(9));
  if (names.length === 0) return;
  const any = `(${names.join('|')})`;
  const forms = new RegExp([`[=!]=\\s*"${any}"`, `"${any}"(sv)?\\s*[=!]=`, `\\b(if|while|switch)\\s*\\(.*"${any}"`,
    `\\bcase\\s+\\w*[Cc]hannel\\w*::${any}\\b`, `[=!]=\\s*\\w*[Cc]hannel\\w*::${any}\\b`, `\\bstarts_with\\("${any}`].join('|'));
  for (const path of cpp.filter((name) => name.startsWith('src/') && !name.startsWith('src/channels/') && !isTest(name))) {
    const raw = text(path).split('\n');
    const code = withoutComments(text(path), { keepStrings: true }).split('\n');
    for (const [index, line] of code.entries()) {
      // A word can be a channel and something else (a URI's scheme, a class of proof); such a line says `not a channel`.
      if (!forms.test(line) || raw[index].includes('not a channel') || /\bscheme\s*[=!]=/.test(line)) continue;
      yield `${path}:${index + 1}: a channel's name decides something here; use its traits()`;
    }
  }
}

export function layers() {
  const list = folders();
  const found = [...listProblems(list), ...includeProblems(list), ...beastProblems(), ...channelNameProblems(list)];
  const arrows = list.reduce((sum, { depends }) => sum + depends.length, 0);
  return { problems: found, note: `${list.length} folders, ${arrows} arrows` };
}
