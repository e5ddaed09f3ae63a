// SPDX-License-Identifier: Apache-2.0
// A real name server (NLnet Labs' nsd) on a free port of 127.0.0.1, for zones that the test writes, signed by
// ldns-signzone where asked: what a validating resolver that is pointed at it takes for the whole of DNS.
import { execFileSync } from 'node:child_process';
import dgram from 'node:dgram';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startAndWait, temporaryFolder } from './process.mjs';

const nsd = '/usr/sbin/nsd';

/** Why no name server can run here, or undefined; a reason to skip. */
export function nsdMissing() {
  if (!existsSync(nsd)) return 'nsd is not installed';
  if (!existsSync('/usr/bin/ldns-signzone')) return 'ldnsutils is not installed';
  return undefined;
}

/** A TXT record as a line of a zone: any text or bytes, cut into strings of 255 bytes. */
export function txt(name, text) {
  const bytes = Buffer.from(text);
  const strings = [];
  for (let at = 0; at < Math.max(bytes.length, 1); at += 255) {
    const escaped = [...bytes.subarray(at, at + 255)].map((byte) => (
      byte < 0x20 || byte > 0x7e ? `\\${String(byte).padStart(3, '0')}` : byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte)));
    strings.push(`"${escaped.join('')}"`);
  }
  return `${name} TXT ${strings.join(' ')}`;
}

const dot = (zone) => (zone.endsWith('.') ? zone : `${zone}.`);
const isBelow = (zone, parent) => zone !== parent && zone.endsWith(`.${parent}`);

/** The zone's own records, and the delegations to those of its children that this server holds too. */
function zoneFile(zone, { records = [], ttl = 60 }, children) {
  const lines = [`$ORIGIN ${dot(zone)}`, `$TTL ${ttl}`, `@ SOA ns hostmaster 1 3600 600 86400 ${ttl}`, '@ NS ns', 'ns A 127.0.0.1', ...records];
  for (const { zone: child, ds } of children) lines.push(`${dot(child)} NS ns.${dot(child)}`, `ns.${dot(child)} A 127.0.0.1`, ...ds);
  return `${lines.join('\n')}\n`;
}

/** Another signature under every record but the keys themselves: the zone is found, and what it says is forged. */
function breakSignatures(text) {
  return text.split('\n').map((line) => {
    const parts = line.split('\t');
    if (!parts.includes('RRSIG') || /RRSIG\tDNSKEY/.test(line)) return line;
    const words = line.trimEnd().split(' ');
    const signature = words.pop();
    const middle = Math.floor(signature.length / 2);
    const other = signature[middle] === 'A' ? 'B' : 'A';
    return [...words, signature.slice(0, middle) + other + signature.slice(middle + 1)].join(' ');
  }).join('\n');
}

/** Signs the zone file in place. @returns its DS record */
function sign(folder, zone, file, { nsec3, expired }) {
  const run = (argv) => execFileSync(argv[0], argv.slice(1), { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const key = run(['ldns-keygen', '-a', 'ECDSAP256SHA256', '-k', dot(zone)]);
  const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
  const dates = expired ? ['-i', day(-30), '-e', day(-3)] : ['-i', day(-2), '-e', day(30)];
  run(['ldns-signzone', ...(nsec3 ? ['-n'] : []), ...dates, '-o', dot(zone), '-f', file, file, key]);
  return readFileSync(join(folder, `${key}.ds`), 'utf8').trim();
}

/** Signs from the leaves to the roots, so that parents hold the DS records of their children. */
function writeZones(folder, zones) {
  const anchors = [];
  const made = [];
  const deepestFirst = Object.keys(zones).sort((a, b) => b.split('.').length - a.split('.').length);
  for (const zone of deepestFirst) {
    const options = zones[zone];
    const children = made.filter((other) => isBelow(other.zone, zone) && !other.parent);
    for (const child of children) child.parent = zone;
    const file = join(folder, `${zone}.zone`);
    writeFileSync(file, zoneFile(zone, options, children));
    const entry = { zone, file, ds: options.signed ? [sign(folder, zone, file, options)] : [] };
    if (options.breakSignatures) writeFileSync(file, breakSignatures(readFileSync(file, 'utf8')));
    made.push(entry);
  }
  for (const { parent, ds } of made) if (!parent || zones[parent].signed !== true) anchors.push(...ds);
  return { made, anchors };
}

const configuration = (folder, port, zones) => `server:
  ip-address: 127.0.0.1@${port}
  username: ""
  chroot: ""
  zonesdir: "${folder}"
  pidfile: ""
  database: ""
  zonelistfile: "${folder}/zones.list"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  server-count: 1
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
  verbosity: 1
remote-control:
  control-enable: no
${zones.map(({ zone, file }) => `zone:\n  name: "${zone}"\n  zonefile: "${file}"\n`).join('')}`;

/** A process and all that it started: nsd answers in processes of its own. */
function family(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
  return [pid, ...children.flatMap((child) => family(Number(child)))];
}

/** One question over UDP, as a server that is up answers it. */
function answers(port, zone) {
  const labels = zone.split('.').map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]));
  const question = Buffer.concat([Buffer.from('123400000001000000000000', 'hex'), ...labels, Buffer.from('0000060001', 'hex')]);
  return new Promise((resolve) => {
    const socket = dgram.createSocket('udp4');
    const end = (value) => { clearTimeout(timer); socket.close(); resolve(value); };
    const timer = setTimeout(() => end(false), 300);
    socket.once('error', () => end(false));
    socket.once('message', () => end(true));
    socket.send(question, port, '127.0.0.1');
  });
}

/**
 * @param {object} options zones: `{ 'example.test': { records, signed, breakSignatures, expired, nsec3, ttl } }`.
 *   records: lines of a zone file relative to the zone (`'www A 192.0.2.1'`, `txt('@', 'v=spf1 -all')`); SOA and NS come
 *   by themselves. signed: by a key of its own; a zone below another one of this server is delegated there, with its DS if
 *   both are signed. breakSignatures: every signature but those of the keys is wrong. expired: signed, up to three days ago.
 * @returns {Promise<{address, port, pid, anchorFile, log(), pause(), resume(), stop()}>} address: as `[dns] servers` takes it; anchorFile: for
 *   `[dns] trust_anchor_file`: the DS records of the topmost signed zones, or undefined when none is signed. pause(): it
 *   is there and answers nothing, until resume().
 */
export async function startNameServer({ zones }) {
  const missing = nsdMissing();
  if (missing) throw new Error(missing);
  const folder = temporaryFolder('nsd');
  mkdirSync(join(folder.path, 'zones'));
  const { made, anchors } = writeZones(join(folder.path, 'zones'), zones);
  const anchorFile = join(folder.path, 'anchors.ds');
  if (anchors.length > 0) writeFileSync(anchorFile, `${anchors.join('\n')}\n`);
  const port = await freePort();
  const file = join(folder.path, 'nsd.conf');
  writeFileSync(file, configuration(folder.path, port, made));
  const first = made[0]?.zone ?? 'test';
  const server = await startAndWait([nsd, '-d', '-c', file], () => answers(port, first), { log: join(folder.path, 'nsd.log'), death: 'TERM' });
  const signal = (name) => family(server.pid).forEach((pid) => process.kill(pid, name));
  const [pause, resume] = [() => signal('SIGSTOP'), () => signal('SIGCONT')];
  const stop = async () => { resume(); await server.stop(); folder.remove(); };
  return { address: `127.0.0.1@${port}`, port, pid: server.pid, anchorFile: anchors.length > 0 ? anchorFile : undefined, log: server.output, pause, resume, stop };
}

/** A name server that is there and never says anything. @returns {Promise<{address, questions(), stop()}>} */
export async function startSilentNameServer() {
  const socket = dgram.createSocket('udp4');
  let questions = 0;
  socket.on('message', () => { questions += 1; });
  await new Promise((resolve, reject) => { socket.once('error', reject).bind(0, '127.0.0.1', resolve); });
  return { address: `127.0.0.1@${socket.address().port}`, questions: () => questions, stop: () => new Promise((resolve) => { socket.close(resolve); }) };
}
