// SPDX-License-Identifier: Apache-2.0
// Completion in real shells, man pages under real checkers, colours on a real terminal.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { temporaryFolder } from '../peers/process.mjs';

const skip = dmidMissing();
const scratch = temporaryFolder('shells');
after(() => scratch.remove());
const env = { ...process.env, PATH: `${dirname(dmidBinary())}:${process.env.PATH}`, HOME: scratch.path, TERM: 'xterm', NO_COLOR: '' };
const run = (program, args, more = {}) => {
  const result = spawnSync(program, args, { env, encoding: 'utf8', timeout: 60_000, ...more });
  assert.equal(result.error, undefined, `${program}: ${result.error}`);
  return result;
};
const dmid = (...args) => run(dmidBinary(), args);

/** What each shell offers for a command line whose last word is being written. */
const shells = {
  bash: (line) => {
    const words = line.split(' ');
    const script = `eval "$(dmid completion bash)"; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _dmid; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', script], { cwd: scratch.path }).stdout.split('\n').filter(Boolean);
  },
  // The completion system wants a terminal; its own function is called with _describe and _files replaced.
  zsh: (line) => {
    const words = line.split(' ');
    const script = `compdef() { :; }; _describe() { local -a all; all=("\${(@P)2}"); print -rl -- "\${all[@]%%:*}"; }; _files() { print -rl -- *(N); };
eval "$(dmid completion zsh)"; words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=${words.length}; _dmid`;
    const result = run('zsh', ['-f', '-c', script], { cwd: scratch.path });
    assert.equal(result.stderr, '', 'zsh complains');
    return result.stdout.split('\n').filter(Boolean);
  },
  fish: (line) => run('fish', ['--no-config', '-c', `dmid completion fish | source; complete -C '${line}'`], { cwd: scratch.path }).stdout.split('\n').filter(Boolean)
    .map((text) => text.split('\t')[0]),
};

for (const [shell, offers] of Object.entries(shells)) {
  test(`${shell} completes commands, options, values and files from the parser's own table`, { skip, timeout: 120_000 }, () => {
    writeFileSync(join(scratch.path, 'bundle.file'), '');
    mkdirSync(join(scratch.path, 'folder'), { recursive: true });
    assert.deepEqual(offers('dmid pol'), ['policy']);
    assert.deepEqual(offers('dmid key n'), ['new']);
    assert.ok(offers('dmid mint --o').includes('--owner'), String(offers('dmid mint --o')));
    assert.deepEqual(offers('dmid --color al'), ['always']);
    assert.deepEqual(offers('dmid key new gu'), ['guard']);
    const files = offers('dmid verify bundle');
    assert.ok(files.some((name) => name.endsWith('bundle.file')), String(files));
    assert.deepEqual(offers('dmid send somebody pol'), [], 'a message is no command');
  });
}

test('every command has a man page that the checkers accept', { skip, timeout: 120_000 }, () => {
  const folder = join(scratch.path, 'man1');
  mkdirSync(folder);
  assert.equal(dmid('man', '--out', folder).status, 0);
  const pages = readdirSync(folder);
  assert.ok(pages.includes('dmid.1') && pages.includes('dmid-key-new.1'), String(pages));
  const lint = run('mandoc', ['-T', 'lint', '-W', 'warning', ...pages.map((page) => join(folder, page))]);
  assert.equal(lint.stdout + lint.stderr, '');
  for (const page of pages) {
    const shown = run('man', ['--warnings', '-l', join(folder, page)], { env: { ...env, MANPAGER: 'cat', PAGER: 'cat', MANROFFSEQ: '' } });
    assert.equal(shown.status, 0, `${page}: ${shown.stderr}`);
    assert.equal(shown.stderr, '', page);
  }
});

test('colours are on a terminal only, and by the word of --color', { skip, timeout: 60_000 }, () => {
  const escape = String.fromCharCode(27);
  const onTerminal = (args, more = {}) => run('script', ['-qec', `${dmidBinary()} ${args}`, '/dev/null'], { env: { ...env, ...more } }).stdout;
  assert.ok(onTerminal('status').includes(escape), 'on a terminal');
  assert.ok(!onTerminal('status', { NO_COLOR: '1' }).includes(escape), 'NO_COLOR');
  assert.ok(!onTerminal('status', { TERM: 'dumb' }).includes(escape), 'a dumb terminal');
  assert.ok(!onTerminal('--color never status').includes(escape), '--color never');
  assert.ok(!dmid('status').stdout.includes(escape), 'piped');
  assert.ok(dmid('--color', 'always', 'status').stdout.includes(escape), '--color always');
  const wrong = dmid('--color', 'sometimes', 'status');
  assert.equal(wrong.status, 2, wrong.stderr);
});

test('without arguments it says in an instant where one is and what comes next', { skip }, () => {
  const home = join(scratch.path, 'nobody');
  const text = execFileSync(dmidBinary(), ['--home', home], { env, encoding: 'utf8' });
  assert.match(text, new RegExp(`next: dmid --home ${home} key new`));
  assert.match(text, /dmid --home .* up/);
});
