// SPDX-License-Identifier: Apache-2.0
// Names in anonymous namespaces differ within a folder: the builds compile several of its files as one
// (docs/decisions/0011).
import { dirname } from 'node:path';
import { cpp, lineOf, text, withoutComments } from '../repo.mjs';

// What dmid_compile_together() takes.
const together = cpp.filter((path) => /\.cpp$/.test(path) && /^(tests\/oracle|src|apps)\//.test(path));

/** Where the bracket at `from` ends. */
function closing(source, from, [open, close]) {
  let depth = 0;
  for (let i = from; i < source.length; i += 1) {
    if (source[i] === open) depth += 1;
    if (source[i] === close && (depth -= 1) === 0) return i;
  }
  return source.length;
}

/** The text with the template arguments and whatever else stands in brackets blanked: what is left is the outermost. */
function outermost(head) {
  let depth = 0;
  return [...head].map((c, i) => {
    const closes = c === ')' || c === ']' || (c === '>' && head[i - 1] !== '-');
    if (closes) depth -= 1;
    const shown = depth > 0 ? ' ' : c;
    if (c === '(' || c === '[' || c === '<') depth += 1;
    return shown;
  }).join('');
}

/** A parameter's type: without its name, default value and outer const, and with one word for what is one type. */
function typeOf(parameter) {
  let type = parameter.replace(/=.*$/s, '').replace(/\bstd::|\[\[\w+\]\]/g, '').replace(/\s+/g, ' ').trim();
  type = type.replace(/^(.*[\s&*>])\w+(\[\w*\])?$/, (whole, before) => (/^(const|struct|enum) ?$/.test(before) || /^unsigned (int|long|short|char)$/.test(whole) ? whole : before));
  if (!/[&*]/.test(type)) type = type.replace(/^const\b/, '');
  return type.replace(/\bsize_t\b/g, 'uint64_t').replace(/\s+/g, '');
}

/** Types that one argument may stand for: a call meant for one function would find the other, without a word. */
const families = [
  ['text', /^(const)?(char\*|(dmid::)?(string|string_view|StringView)&{0,2}|ByteView|span<.*>)$/],
  ['number', /^(const)?(bool|char|u?int(8|16|32|64)?(_t)?|unsigned(int|long|short|char)?|long(long|int|unsigned)?|short|double|float|UnixTime|UnixMillis|Position)&?$/],
];
function familyOf(type) {
  const bare = type.replace(/^const/, '').replace(/&+$/, '');
  return families.find(([, pattern]) => pattern.test(type))?.[0] ?? bare;
}

/** Whether some list of arguments fits both lists of parameters. */
function callsFitBoth(a, b) {
  const length = Math.max(a.least, b.least);
  if (length > Math.min(a.types.length, b.types.length)) return false;
  return a.types.slice(0, length).every((type, i) => familyOf(type) === familyOf(b.types[i]));
}

/** The parameters in order, and how many of them have no default. */
function listOf(head, open) {
  const list = head.slice(open + 1, closing(head, open, '()'));
  if (list.trim() === '') return { types: [], least: 0 };
  const shown = outermost(list);
  const ends = [...shown].flatMap((c, i) => (c === ',' ? [i] : []));
  const parts = [-1, ...ends].map((from, i) => list.slice(from + 1, ends[i] ?? list.length));
  return { types: parts.map(typeOf), least: parts.filter((part) => !/=/.test(outermost(part))).length };
}

function parametersOf(head, open) {
  const list = head.slice(open + 1, closing(head, open, '()'));
  const shown = outermost(list);
  const ends = [...shown].flatMap((c, i) => (c === ',' ? [i] : []));
  const parts = [-1, ...ends].map((from, i) => list.slice(from + 1, ends[i] ?? list.length));
  return parts.map(typeOf).join(',');
}

/** What a declaration at namespace scope defines: {name, kind, parameters}; nothing for using, forward ones and members. */
function definition(declaration, body) {
  let head = declaration.replace(/^\s*#.*$/gm, '').replace(/\[\[[^\]]*\]\]/g, '').trim();
  let template = '';
  while (/^template\s*</.test(head)) {
    const end = closing(head, head.indexOf('<'), '<>');
    template += head.slice(0, end + 1).replace(/\s+/g, ' ');
    head = head.slice(end + 1).trim();
  }
  if (/^(using|static_assert|extern|friend|namespace)\b/.test(head) || head === '') return undefined;
  const shown = outermost(head.replace(/\boperator\s*[^\s\w(]+/g, (sign) => sign.replace(/[<>=]/g, '_')));
  const type = /^(?:struct|class|union|enum(?:\s+class|\s+struct)?)\s+(\w+)\s*(?:final\s*)?(?::[^(=]*)?$/.exec(shown);
  if (type) return body ? { name: type[1], kind: 'type' } : undefined;
  const sign = shown.search(/[=(]/);
  if (shown[sign] === '(') {
    const named = /([\w:~]+)\s*$/.exec(shown.slice(0, sign));
    if (!body || !named || named[1].includes('::')) return undefined;
    return { name: named[1], kind: 'function', parameters: template + parametersOf(head, sign), list: listOf(head, sign), template };
  }
  const named = /(\w+)\s*(?:\[\s*\]\s*)*$/.exec(sign < 0 ? shown : shown.slice(0, sign));
  return named ? { name: named[1], kind: 'variable' } : undefined;
}

/** What the anonymous namespaces of a source define: [{name, kind, parameters, scope, line}]. */
function definitions(raw) {
  const source = withoutComments(raw);
  const found = [];
  const scopes = [];
  let from = 0;
  for (let i = 0; i < source.length; i += 1) {
    const c = source[i];
    if (c === '(' ) i = closing(source, i, '()');
    if (c !== '{' && c !== '}' && c !== ';') continue;
    const head = source.slice(from, i);
    const space = /(?:^|\s)(?:inline\s+)?namespace(\s+[\w:]+)?\s*$/.exec(head);
    if (c === '}') scopes.pop();
    else if (c === '{' && space) scopes.push(space[1]?.trim() ?? '');
    else {
      const first = from + (head.length - head.trimStart().length);
      if (c === '{') i = closing(source, i, '{}');
      if (scopes.includes('')) {
        const what = definition(head, c === '{');
        if (what) found.push({ ...what, scope: scopes.join('::'), line: lineOf(source, first) });
      }
      // A function ends with its body; what else has braces goes on to its semicolon.
      const isFunction = c === '{' && /\)[\w\s]*(->[^;{}]*)?$/.test(outermost(head)) && !/=\s*\[|=[^=]*$/.test(outermost(head));
      if (c === '{' && !isFunction) while (i < source.length && source[i] !== ';') i = '{(['.includes(source[i]) ? closing(source, i, { '{': '{}', '(': '()', '[': '[]' }[source[i]]) + 1 : i + 1;
    }
    from = i + 1;
  }
  return found;
}

const same = (a, b) => a.scope === b.scope && (a.kind !== 'function' || b.kind !== 'function' || a.parameters === b.parameters
  || (a.template === '' && b.template === '' && callsFitBoth(a.list, b.list)));

/** The collisions of the sources of one folder, [{path, source}]: a line for each name. */
export function collisions(sources) {
  const byName = new Map();
  for (const { path, source } of sources) {
    for (const each of definitions(source)) byName.set(each.name, [...(byName.get(each.name) ?? []), { ...each, path }]);
  }
  const problems = [];
  for (const [name, all] of byName) {
    const clash = all.filter((one) => all.some((other) => other.path !== one.path && same(one, other)));
    if (clash.length > 0) problems.push(`${clash.map(({ path, line }) => `${path}:${line}`).join(' and ')}: each defines ${name}, and the builds compile them as one file`);
    if (!/^k[A-Z]/.test(name)) continue;
    // -Wshadow, as soon as they are one file.
    const local = new RegExp(`^\\s+const(?:expr)?\\s[^;=(){}]*\\b${name}\\b\\s*(?:\\[\\w*\\])?\\s*[={]`, 'm');
    for (const { path, source } of sources.filter(({ path: other }) => !all.some((one) => one.path === other))) {
      const at = source.search(local);
      if (at >= 0) problems.push(`${path}:${lineOf(source, at + 1)}: ${name} hides that of ${all[0].path}:${all[0].line} where both are compiled as one file`);
    }
  }
  return problems;
}

export function names() {
  const folders = new Map();
  for (const path of together) folders.set(dirname(path), [...(folders.get(dirname(path)) ?? []), { path, source: text(path) }]);
  return { problems: [...folders.values()].flatMap(collisions), note: `${together.length} files of ${folders.size} folders` };
}
