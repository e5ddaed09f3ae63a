// SPDX-License-Identifier: Apache-2.0
// A node that looks after itself: health, metrics, SIGHUP, an orderly and a hasty end, no core file.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { WebSocket } from 'ws';
import { call } from '../e2e/lib/socket.mjs';
import { makeCertificate } from '../peers/certificate.mjs';
import { dmid, dmidMissing, startDmidNode } from '../peers/dmid_node.mjs';
import { freePort, sleep, start, temporaryFolder, until } from '../peers/process.mjs';

const skip = dmidMissing() ?? false;
const passphrase = 'the passphrase of nobody else';
let scratch, home, passphraseFile, metricsPort, node;

const configuration = ({ node: rows = '', rest = '', agree = 0 } = {}) => `[node]
listen = "127.0.0.1:0"
metrics = "127.0.0.1:${metricsPort}"
allow = ["127.0.0.1:1"]
${rows}
[chain]
registry = "0x5fbdb2315678afecb367f032d93f642f64180aa3"
agree = ${agree}
[[chain.endpoint]]
label = "nobody"
url = "http://127.0.0.1:1"
${rest}`;
const configure = (options) => writeFileSync(join(home, 'config.toml'), configuration(options));
const begin = (options = {}) => startDmidNode({ home, args: ['--passphrase-file', passphraseFile], ...options });
const owner = (path) => call({ socketPath: node.ready.socket, path });

before(async () => {
  if (skip) return;
  scratch = temporaryFolder('care');
  home = join(scratch.path, 'home');
  mkdirSync(home, { mode: 0o700 });
  passphraseFile = join(scratch.path, 'passphrase');
  writeFileSync(passphraseFile, `${passphrase}\n`, { mode: 0o600 });
  metricsPort = await freePort();
  configure();
  const made = await dmid(home, ['key', 'new', '--light', '--json', '--passphrase-file', passphraseFile]);
  assert.equal(made.status, 0, made.stderr);
  node = await begin();
}, { timeout: 60_000 });
after(async () => { await node?.stop(); scratch?.remove(); });

test('health lists each check with words and since when, and is 503 while one of them fails', { skip }, async () => {
  const answer = await until(async () => {
    const health = await call({ url: node.ready.http, path: '/healthz' });
    const looked = health.json.checks.map(({ name }) => name);
    return ['chain', 'disk'].every((name) => looked.includes(name)) ? health : undefined;
  }, 'a look at the chain and at the disk', 60);
  assert.equal(answer.status, 503, 'its only endpoint is dead');
  assert.equal(answer.json.status, 'ailing');
  for (const check of answer.json.checks) {
    assert.deepEqual(Object.keys(check), ['name', 'ok', 'words', 'since']);
    assert.ok(check.since > 1_600_000_000 && check.words.length > 3, JSON.stringify(check));
  }
  const named = Object.fromEntries(answer.json.checks.map(({ name, ok }) => [name, ok]));
  assert.equal(named.chain, false);
  assert.equal(named.disk, true, JSON.stringify(answer.json));
  assert.equal(answer.json.alarms, undefined, 'alarms are the owner\'s');
  assert.ok(Array.isArray((await owner('/healthz')).json.alarms));
});

test('metrics are at the socket and at a listener of their own, never on the public port', { skip }, async () => {
  assert.equal((await call({ url: node.ready.http, path: '/metrics' })).status, 404);
  const watcher = { url: `http://127.0.0.1:${metricsPort}` };
  const page = await until(async () => {
    const found = await call({ ...watcher, path: '/metrics' });
    return found.body.includes('dmid_endpoint_up{endpoint="nobody"} 0') ? found : undefined;
  }, 'the endpoint in the metrics', 60);
  assert.match(page.headers['content-type'], /^text\/plain; version=0\.0\.4/);
  for (const line of page.body.split('\n').filter((one) => one !== '' && !one.startsWith('#'))) {
    assert.match(line, /^[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [-+0-9.eInfNa]+$/, 'the text format');
  }
  const value = (name) => Number(new RegExp(`^${name} (.*)$`, 'm').exec(page.body)?.[1]);
  assert.ok(value('process_open_fds') > 5 && value('process_open_fds') < value('process_max_fds'));
  assert.ok(value('process_resident_memory_bytes') > 1e6);
  assert.ok(value('dmid_disk_free_bytes') > 0);
  assert.ok(value('dmid_store_used_bytes') > 0);
  for (const name of ['dmid_accepted_total', 'dmid_refused_total', 'dmid_leg_attempts_total', 'dmid_append_seconds', 'dmid_queue_depth']) {
    assert.match(page.body, new RegExp(`^# TYPE ${name} `, 'm'));
  }
  assert.equal((await call({ ...watcher, path: '/healthz' })).status, 503);
  assert.equal((await call({ ...watcher, path: '/v1/node' })).status, 404);
  assert.equal((await owner('/metrics')).status, 200);
  const refused = await call({ url: node.ready.http, method: 'POST', path: '/v1/messages', body: { v: 1, wrap: {} } });
  assert.ok(refused.status >= 400);
});

test('SIGHUP takes over what it may and names what waits for a restart', { skip }, async () => {
  configure({ node: 'open_per_minute = 7\nthreads = 3', rest: '[log]\nlevel = "debug"\n[store]\nstranger_quota_mb = 5\n' });
  node.kill('SIGHUP');
  await until(() => node.output().includes('config taken over changes=4'), 'the line of the log');
  for (const key of ['[node] open_per_minute', '[log] level', '[store] stranger_quota_mb']) {
    assert.ok(node.output().includes(`config key="${key}" taken over`), node.output());
  }
  assert.ok(node.output().includes('config key="[node] threads" needs a restart'));
  node.kill('SIGHUP');
  await until(() => node.output().includes('config taken over changes=1'), 'only what waits is still named');
});

test('a broken file at SIGHUP changes nothing and raises an alarm until it is mended', { skip }, async () => {
  const failing = async () => (await call({ url: node.ready.http, path: '/healthz' })).json.checks.find(({ name }) => name === 'config');
  for (const broken of [{ rest: 'nonsense = [' }, { agree: 5 }]) {
    configure(broken);
    node.kill('SIGHUP');
    const check = await until(failing, 'the alarm', 10);
    assert.equal(check.ok, false);
    assert.ok(node.running());
    configure();
    node.kill('SIGHUP');
    await until(async () => (await failing()) === undefined, 'the end of the alarm', 10);
  }
});

test('node --check finds what config check finds, and the files besides, and opens nothing', { skip }, async () => {
  const other = join(scratch.path, 'other');
  mkdirSync(other, { mode: 0o700 });
  const check = async (text) => {
    writeFileSync(join(other, 'config.toml'), text);
    return (await dmid(other, ['node', '--check', '--json'])).json;
  };
  assert.deepEqual(await check(configuration()), { valid: true });
  for (const [text, code] of [
    ['[node]\nlistn = "x"\n', 'config.unknown-key'],
    ['[node]\nlisten = 5\n', 'config.value'],
    ['[node\n', 'config.syntax'],
    [configuration({ agree: 2 }), 'config.value'],
    [configuration({ rest: '[[number]]\nnumber = "8312 3456 7890 1211"\n' }), 'number.checksum'],
    [configuration({ rest: '[[number]]\nnumber = "8312 3456 7890 1210"\npassphrase_file = "/nowhere"\n' }), 'config.unreadable'],
  ]) {
    const said = await check(text);
    assert.equal(said.code, code, `${text}\n${JSON.stringify(said)}`);
  }
  assert.equal((await dmid(other, ['config', 'check', '--json'])).status, 0, 'the last file parses; what it names is for --check');
  assert.deepEqual(readdirSync(other), ['config.toml'], 'nothing was made');
});

/** The certificate that the mail door shows at this moment. */
async function shownCertificate(where, whole = false) {
  const [host, port] = where.split(':');
  const socket = connect(Number(port), host);
  const lines = [];
  socket.on('data', (data) => lines.push(String(data)));
  const say = async (line, answer) => {
    const before = lines.length;
    if (line !== undefined) socket.write(`${line}\r\n`);
    await until(() => answer.test(lines.slice(line === undefined ? 0 : before).join('')), `the answer to ${line}`);
  };
  await say(undefined, /^220 /m);
  await say('EHLO test.example', /^250 /m);
  await say('STARTTLS', /^220 /m);
  socket.removeAllListeners('data');
  const secured = tlsConnect({ socket, rejectUnauthorized: false });
  await new Promise((resolve, reject) => secured.once('secureConnect', resolve).once('error', reject));
  const certificate = secured.getPeerCertificate(whole);
  secured.destroy();
  return whole ? certificate : certificate.fingerprint256;
}

test('a renewed certificate is shown after SIGHUP; one that does not fit its key is refused', { skip, timeout: 60_000 }, async () => {
  await node.stop();
  const folder = join(scratch.path, 'certificates');
  mkdirSync(folder);
  const first = makeCertificate(folder);
  configure({ rest: `[mail]\ndomain = "node.test"\nlisten_smtp = "127.0.0.1:0"\nlisten_lmtp = ""\ncertificate_file = "${first.certFile}"\nkey_file = "${first.keyFile}"\n` });
  node = await begin();
  const before = await shownCertificate(node.ready.smtp);
  assert.equal(before, new X509Certificate(first.cert).fingerprint256);
  const { cert } = makeCertificate(folder);
  const renewed = new X509Certificate(cert).fingerprint256;
  assert.notEqual(renewed, before);
  assert.equal(await shownCertificate(node.ready.smtp), before, 'nothing changes by itself');
  node.kill('SIGHUP');
  await until(async () => (await shownCertificate(node.ready.smtp)) === renewed, 'the renewed certificate', 10);
  writeFileSync(first.keyFile, first.key);
  node.kill('SIGHUP');
  await until(async () => (await owner('/healthz')).json.alarms.some(({ what }) => what === 'config'), 'the alarm', 10);
  assert.equal(await shownCertificate(node.ready.smtp), renewed, 'the former one stays');
  configure();
});

test('a certificate with another subject and a longer chain is taken over too', { skip, timeout: 60_000 }, async () => {
  const folder = join(scratch.path, 'chain');
  mkdirSync(folder);
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const own = (name, days) => openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', days, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-subj', `/O=${name}/CN=${name}.test`);
  const signed = (name, by, extension) => {
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}.test`);
    writeFileSync(join(folder, `${name}.ext`), extension);
    openssl('x509', '-req', '-in', `${name}.csr`, '-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '30', '-extfile', `${name}.ext`, '-out', `${name}.pem`);
  };
  own('root', '90');
  signed('middle', 'root', 'basicConstraints=critical,CA:true\n');
  signed('renamed', 'middle', 'subjectAltName=DNS:renamed.test\n');
  const read = (name) => readFileSync(join(folder, name));
  const { certFile, keyFile } = makeCertificate(join(scratch.path, 'certificates'));
  configure({ rest: `[mail]\ndomain = "node.test"\nlisten_smtp = "127.0.0.1:0"\nlisten_lmtp = ""\ncertificate_file = "${certFile}"\nkey_file = "${keyFile}"\n` });
  await node.stop();
  node = await begin();
  assert.equal(await shownCertificate(node.ready.smtp), new X509Certificate(readFileSync(certFile)).fingerprint256);
  // In place, as certbot writes it: another key, another kind of key, another name, another issuer, a chain.
  writeFileSync(keyFile, read('renamed.key'));
  writeFileSync(certFile, Buffer.concat([read('renamed.pem'), read('middle.pem')]));
  node.kill('SIGHUP');
  const renamed = new X509Certificate(read('renamed.pem')).fingerprint256;
  await until(async () => (await shownCertificate(node.ready.smtp)) === renamed, 'the renamed certificate', 10);
  const { issuerCertificate } = await shownCertificate(node.ready.smtp, true);
  assert.equal(issuerCertificate.fingerprint256, new X509Certificate(read('middle.pem')).fingerprint256, 'the chain comes along');
  // And by other paths.
  own('moved', '30');
  configure({ rest: `[mail]\ndomain = "node.test"\nlisten_smtp = "127.0.0.1:0"\nlisten_lmtp = ""\ncertificate_file = "${join(folder, 'moved.pem')}"\nkey_file = "${join(folder, 'moved.key')}"\n` });
  node.kill('SIGHUP');
  const moved = new X509Certificate(read('moved.pem')).fingerprint256;
  await until(async () => (await shownCertificate(node.ready.smtp)) === moved, 'the one of the other file', 10);
  assert.equal((await owner('/healthz')).json.alarms.filter(({ what }) => what === 'config').length, 0);
  configure();
});

/** A socket of systemd's kind, read by perl: datagrams, one a line, their own line ends as `|`. */
async function startManager() {
  const path = join(scratch.path, 'notify');
  const script = 'use Socket; socket(S,AF_UNIX,SOCK_DGRAM,0) or die; bind(S,pack_sockaddr_un($ARGV[0])) or die; $|=1; while (defined recv(S,$b,4096,0)) { $b =~ tr/\n/|/; print "$b\n"; }';
  const perl = start(['perl', '-e', script, path]);
  await until(() => existsSync(path), 'the manager');
  return { path, said: () => perl.output().split('\n').filter(Boolean), stop: perl.stop };
}

test('a service manager is told of readiness, of every beat, of a reload and of the end', { skip, timeout: 60_000 }, async () => {
  await node.stop();
  const manager = await startManager();
  node = await begin({ env: { NOTIFY_SOCKET: manager.path, WATCHDOG_USEC: '400000' } });
  await until(() => manager.said().length > 0, 'READY');
  assert.match(manager.said()[0], /^READY=1\|STATUS=serving at 127\.0\.0\.1:\d+$/);
  await until(() => manager.said().filter((line) => line === 'WATCHDOG=1').length >= 3, 'three beats');
  node.kill('SIGHUP');
  await until(() => manager.said().some((line) => /^RELOADING=1\|MONOTONIC_USEC=\d+$/.test(line)), 'RELOADING');
  const readyAgain = await until(() => manager.said().findLastIndex((line) => line === 'READY=1') + 1, 'READY again');
  assert.ok(readyAgain > manager.said().findIndex((line) => line.startsWith('RELOADING')));
  node.kill('SIGSTOP');
  await sleep(300);
  const beats = manager.said().length;
  await sleep(800);
  assert.equal(manager.said().length, beats, 'who hangs does not beat');
  node.kill('SIGCONT');
  await until(() => manager.said().length > beats, 'the next beat');
  assert.deepEqual(await node.stop(), { code: 0, signal: null });
  assert.equal(manager.said().at(-1), 'STOPPING=1|STATUS=stopping');
  await manager.stop();
  node = await begin();
});

/** Clients that keep a node from ending: half a body that drips in, half a request, and silence. */
async function clutter(url) {
  const port = Number(new URL(url).port);
  const sockets = await Promise.all(Array.from({ length: 30 }, (_, i) => new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      if (i % 3 === 0) socket.write('POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{');
      if (i % 3 === 1) socket.write('GET /healthz HTT');
      resolve(socket);
    });
    socket.on('error', reject);
  })));
  for (const socket of sockets) socket.removeAllListeners('error').on('error', () => {});
  const drip = setInterval(() => sockets.forEach((socket, i) => { if (i % 3 === 0 && !socket.destroyed) socket.write('x'); }), 100);
  return { end: () => { clearInterval(drip); sockets.forEach((socket) => socket.destroy()); } };
}

test('SIGTERM ends it in order, whatever hangs at its doors; WebSockets are told 1001', { skip, timeout: 60_000 }, async () => {
  const port = Number(new URL(node.ready.http).port);
  const closed = [];
  for (let i = 0; i < 3; i += 1) {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/`);
    await new Promise((resolve, reject) => ws.once('open', resolve).once('error', reject));
    closed.push(new Promise((resolve) => ws.once('close', resolve)));
  }
  const { end } = await clutter(node.ready.http);
  const how = await node.stop(); // kills after five seconds
  end();
  assert.deepEqual(how, { code: 0, signal: null });
  assert.deepEqual(await Promise.all(closed), [1001, 1001, 1001]);
  assert.ok(!existsSync(node.ready.socket), 'the socket is gone');
});

test('a second SIGTERM ends it at once, and the store opens again', { skip, timeout: 60_000 }, async () => {
  // An endpoint that takes the question and never answers: a resolution is under way for as long as the node waits.
  const asked = [];
  const silent = createServer((socket) => { asked.push(socket); socket.on('error', () => {}); });
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address();
  writeFileSync(join(home, 'config.toml'), configuration().replaceAll('127.0.0.1:1"', `127.0.0.1:${port}"`));
  node = await begin();
  const stops = () => node.output().split('stopping').length;
  const before = stops();
  const pending = call({ url: node.ready.http, path: '/v1/resolve/8312%203456%207890%201210' }).catch(() => undefined);
  await until(() => asked.length > 0, 'the question');
  await sleep(200);
  node.kill('SIGTERM');
  await until(() => stops() > before, 'the beginning of the end');
  await sleep(100);
  assert.ok(node.running(), 'it waits for the answer under way');
  node.kill('SIGTERM');
  assert.deepEqual(await node.exited, { code: 143, signal: null });
  await pending;
  for (const socket of asked) socket.destroy();
  silent.close();
  configure();
  node = await begin();
  assert.equal((await owner('/v1/node')).status, 200);
});

test('a node that crashes leaves no core file, where another program does', { skip, timeout: 60_000 }, async (t) => {
  await node.stop();
  const crash = async (name, argv, ready) => {
    const cwd = join(scratch.path, name);
    mkdirSync(cwd);
    const program = start(['prlimit', '--core=unlimited:unlimited', '--', ...argv], { cwd });
    await until(() => ready(program), `${name} running`);
    program.kill('SIGABRT');
    const how = await program.exited;
    assert.equal(how.signal, 'SIGABRT');
    return readdirSync(cwd).filter((file) => file.startsWith('core'));
  };
  const control = await crash('control', ['sleep', '60'], async () => { await sleep(300); return true; });
  // Where cores go to a pipe or nowhere, an empty folder shows nothing.
  if (control.length === 0) { t.skip('this machine writes no core files into the folder of a program'); return; }
  const folder = join(scratch.path, 'crash');
  mkdirSync(folder);
  const crashed = await begin({ wrap: ['sh', '-c', 'cd "$0" && ulimit -c unlimited && exec "$@"', folder] });
  crashed.kill('SIGABRT');
  assert.equal((await crashed.exited).signal, 'SIGABRT');
  assert.deepEqual(readdirSync(folder), []);
  node = undefined;
});
