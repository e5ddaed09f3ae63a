// SPDX-License-Identifier: Apache-2.0
// Checks of the documentation: every link and path resolves, and what is generated is up to date.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { root } from '../command.mjs';
import { architecture, errors } from '../generate.mjs';
import { files, lineOf, text } from '../repo.mjs';

const pages = files.filter((path) => path.endsWith('.md'));
const tops = new RegExp(`^(${[...new Set(files.filter((path) => path.includes('/')).map((path) => path.split('/')[0]))]
  .map((name) => name.replace('.', '\\.')).join('|')})/`);

/** GitHub's anchors of a page's headings. */
function anchors(page) {
  const prose = text(page).replace(/^```[\s\S]*?^```/gm, '');
  return new Set([...prose.matchAll(/^#+\s+(.*)$/gm)].map(([, title]) => title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, '').trim().replace(/\s/g, '-')));
}

function* linkProblems(page) {
  for (const match of text(page).matchAll(/\]\(([^)\s]+)\)/g)) {
    const [target, anchor] = match[1].split('#');
    if (/^[a-z]+:/.test(target)) continue;
    const path = target === '' ? page : normalize(join(dirname(page), target));
    const where = `${page}:${lineOf(text(page), match.index)}`;
    if (!existsSync(join(root, path))) yield `${where}: ${match[1]} does not exist`;
    else if (anchor && path.endsWith('.md') && !anchors(path).has(anchor)) yield `${where}: ${path} has no heading #${anchor}`;
  }
}

/** A path in backticks that starts with a top folder must be there, from the root or from the page; patterns are no paths. */
function* pathProblems(page) {
  for (const match of text(page).matchAll(/`([^`\s]+)`/g)) {
    const path = match[1].replace(/[.,:]$/, '').replace(/:\d+$/, '');
    if (!tops.test(path) || /[*<>{}…$]|NAME|\.\.\./.test(path)) continue;
    if (existsSync(join(root, path)) || existsSync(join(root, dirname(page), path))) continue;
    yield `${page}:${lineOf(text(page), match.index)}: ${path} does not exist`;
  }
}

export function links() {
  return { problems: pages.flatMap((page) => [...linkProblems(page), ...pathProblems(page)]), note: `${pages.length} pages` };
}

export function generated() {
  const problems = [];
  for (const { path, make, tool } of [errors, architecture]) {
    if (!existsSync(join(root, path)) || text(path) !== make()) problems.push(`${path} is not what its source says; run ${tool}`);
  }
  return { problems, note: '2 pages' };
}
