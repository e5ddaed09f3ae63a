// SPDX-License-Identifier: Apache-2.0
// A real XMPP server: prosody with its own configuration, accounts and ports, and one component's place in it.
// Prosody refuses to run as root: it is started as the user `prosody`, which Debian's package makes.
import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort, startAndWait, temporaryFolder } from './process.mjs';

const binary = '/usr/bin/prosody';
const host = 'localhost';
export const component = 'dmid.localhost';

/** Why prosody cannot run here, or undefined; a reason to skip. */
export function prosodyMissing() {
  if (!existsSync(binary)) return 'prosody is not installed';
  if (process.getuid() !== 0) return 'prosody is started as a user of its own, which needs root';
  return undefined;
}

const user = () => {
  const line = readFileSync('/etc/passwd', 'utf8').split('\n').find((entry) => entry.startsWith('prosody:')).split(':');
  return { uid: Number(line[2]), gid: Number(line[3]) };
};

const configuration = ({ folder, c2s, place, secret }) => `
pidfile = "${folder}/prosody.pid"
data_path = "${folder}/data"
plugin_paths = {}
interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { ${c2s} }
c2s_direct_tls_ports = {}
s2s_ports = {}
http_ports = {}
https_ports = {}
component_ports = { ${place} }
component_interfaces = { "127.0.0.1" }
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_plain"
storage = "internal"
modules_enabled = { "roster", "saslauth", "disco", "ping", "carbons", "presence", "message", "iq", "offline" }
modules_disabled = { "s2s", "tls" }
log = { debug = "${folder}/prosody.log" }
VirtualHost "${host}"
Component "${component}"
  component_secret = "${secret}"
`;

const answers = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  const end = (value) => { socket.destroy(); resolve(value); };
  socket.once('connect', () => end(true));
  socket.once('error', () => end(false));
});

/**
 * @param {object} accounts `{ alice: 'password' }`, at localhost.
 * @returns {Promise<{host, port, place, secret, secretFile, log(), kill(), restart(), stop()}>} port: for clients, plain
 *   text; place: for the component; kill(): at once and without a word; restart(): on the same ports.
 */
export async function startProsody(accounts) {
  const missing = prosodyMissing();
  if (missing) throw new Error(missing);
  const folder = temporaryFolder('prosody');
  const owner = user();
  const secret = 'c0mponent-s3cret';
  const [c2s, place] = [await freePort(), await freePort()];
  const file = join(folder.path, 'prosody.cfg.lua');
  writeFileSync(file, configuration({ folder: folder.path, c2s, place, secret }));
  const secretFile = join(folder.path, 'secret');
  const store = join(folder.path, 'data', host, 'accounts');
  mkdirSync(store, { recursive: true });
  for (const [name, password] of Object.entries(accounts)) {
    writeFileSync(join(store, `${name}.dat`), `return { ["password"] = "${password}"; };\n`);
  }
  execFileSync('chown', ['-R', `${owner.uid}:${owner.gid}`, folder.path]);
  chownSync(folder.path, owner.uid, owner.gid);
  // The node's copy, which is the node's own.
  writeFileSync(secretFile, `${secret}\n`, { mode: 0o600 });
  const argv = ['setpriv', '--reuid', String(owner.uid), '--regid', String(owner.gid), '--clear-groups', '--',
    'setpriv', '--pdeathsig', 'KILL', '--', binary, '--config', file, '-F'];
  const run = () => startAndWait(argv, async () => (await answers(c2s)) && answers(place), { cwd: folder.path });
  let server = await run();
  return {
    host, port: c2s, place, secret, secretFile,
    log: () => readFileSync(join(folder.path, 'prosody.log'), 'utf8'),
    kill: async () => { server.kill('SIGKILL'); await server.exited; },
    restart: async () => { server = await run(); },
    stop: async () => { await server.stop(); folder.remove(); },
  };
}
