// SPDX-License-Identifier: Apache-2.0
// Completion in real shells, man pages under real checkers, colours on a real terminal.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { dmidBinary, dmidMissing } from '../peers/dmid_node.mjs';
import { root, temporaryFolder } from '../peers/process.mjs';

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

/** The offers of zsh's own completion system, on a terminal of its own. */
function zshOffers(line, setup, more = {}) {
  const result = run('zsh', ['-f', join(root, 'tests/integration/lib/zsh_offers.zsh'), setup, line, join(scratch.path, 'offers')], { cwd: scratch.path, ...more });
  assert.equal(result.status, 0, result.stderr);
  return result.stdout.split('\n').filter(Boolean);
}

/** What each shell offers for a command line whose last word is being written. */
const shells = {
  bash: (line) => {
    const words = line.split(' ');
    const script = `eval "$(dmid completion bash)"; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _dmid; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return run('bash', ['--norc', '-c', script], { cwd: scratch.path }).stdout.split('\n').filter(Boolean);
  },
  zsh: (line) => zshOffers(line, 'compinit -u -D; eval "$(dmid completion zsh)"'),
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

test('cmake --install copies the program, its pages, completions that load, and a unit that systemd accepts', { skip, timeout: 120_000 }, (t) => {
  const prefix = join(scratch.path, 'usr');
  const installed = run('cmake', ['--install', dirname(dmidBinary()), '--prefix', prefix]);
  assert.equal(installed.status, 0, installed.stderr);
  const program = join(prefix, 'bin/dmid');
  assert.equal(run(program, ['version']).stdout, dmid('version').stdout);
  const found = run('man', ['-M', join(prefix, 'share/man'), '-w', 'dmid-key-new']);
  assert.equal(found.stdout.trim(), join(prefix, 'share/man/man1/dmid-key-new.1'), found.stderr);
  const inside = { env: { ...env, PATH: `${join(prefix, 'bin')}:${process.env.PATH}` }, cwd: scratch.path };
  const bash = run('bash', ['--norc', '-c', `. '${join(prefix, 'share/bash-completion/completions/dmid')}'; complete -p dmid`], inside);
  assert.equal(bash.stdout.trim(), 'complete -F _dmid dmid');
  const fish = run('fish', ['--no-config', '-c', `source '${join(prefix, 'share/fish/vendor_completions.d/dmid.fish')}'; complete -C 'dmid pol'`], inside);
  assert.match(fish.stdout, /^policy/);
  const zsh = zshOffers('dmid pol', `fpath=(${join(prefix, 'share/zsh/site-functions')} $fpath); compinit -u -D`, inside);
  assert.deepEqual(zsh, ['policy']);
  const unit = readFileSync(join(prefix, 'lib/systemd/system/dmid.service'), 'utf8');
  const documented = /```ini\n(\[Unit\][^`]*)```/.exec(readFileSync(join(root, 'docs/operations.md'), 'utf8'))[1];
  assert.equal(unit.replaceAll(`${prefix}/bin`, '/usr/bin'), documented, 'the page shows the unit');
  const verify = spawnSync('systemd-analyze', ['verify', join(prefix, 'lib/systemd/system/dmid.service')], { encoding: 'utf8' });
  if (verify.error) { t.diagnostic('systemd-analyze is not here'); return; }
  assert.equal(verify.stderr.split('\n').filter((line) => line.includes('dmid.service')).join('\n'), '', verify.stderr);
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
