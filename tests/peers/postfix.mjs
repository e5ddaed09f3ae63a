// SPDX-License-Identifier: Apache-2.0
// A private postfix: its own configuration, queue and ports, delivering to Maildirs of the given addresses.
// Needs root (or sudo without a question), as every postfix does; the machine's own postfix is not touched.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { makeCertificate } from './certificate.mjs';
import { atExit, freePort, temporaryFolder, until } from './process.mjs';

const sudo = process.getuid() === 0 ? [] : ['sudo', '-n'];
const asRoot = (argv, options = {}) => execFileSync([...sudo, ...argv][0], [...sudo, ...argv].slice(1),
  { stdio: 'pipe', env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` }, ...options });

/** Why postfix cannot run here, or undefined; a reason to skip. */
export function postfixMissing() {
  if (!existsSync('/usr/sbin/postfix')) return 'postfix is not installed';
  try {
    asRoot(['true']);
  } catch {
    return 'postfix needs root, or sudo that asks nothing';
  }
  return undefined;
}

function mainCf({ folder, domains, late, uid, tls, settings }) {
  return Object.entries({
    compatibility_level: '3.7',
    queue_directory: join(folder, 'queue'),
    data_directory: join(folder, 'data'),
    command_directory: '/usr/sbin',
    daemon_directory: '/usr/lib/postfix/sbin',
    mail_owner: 'postfix',
    setgid_group: 'postdrop',
    maillog_file: join(folder, 'mail.log'),
    maillog_file_prefixes: folder,
    myhostname: 'mail.test',
    mydestination: '',
    inet_interfaces: '127.0.0.1',
    inet_protocols: 'ipv4',
    // Nothing of a test may leave the machine: the only way on is the error transport.
    default_transport: 'error:this test server relays nothing',
    relay_transport: 'error:this test server relays nothing',
    mynetworks: '127.0.0.0/8',
    alias_maps: '',
    alias_database: '',
    local_recipient_maps: '',
    virtual_mailbox_domains: domains.join(', '),
    virtual_mailbox_base: join(folder, 'mail'),
    virtual_mailbox_maps: `hash:${join(folder, 'etc/mailboxes')}`,
    transport_maps: `hash:${join(folder, 'etc/transport')}`,
    virtual_alias_maps: `hash:${join(folder, 'etc/forwards')}`,
    virtual_uid_maps: `static:${uid}`,
    virtual_gid_maps: `static:${uid}`,
    virtual_minimum_uid: '1',
    // A server that takes all mail of some domains, and finds out behind its door whether there is a mailbox.
    smtpd_reject_unlisted_recipient: 'no',
    smtpd_recipient_restrictions: `${late.length > 0 ? `check_recipient_access inline:{ ${late.map((domain) => `{ ${domain} = OK }`).join(', ')} }, ` : ''}`
      + 'reject_unlisted_recipient, permit_mynetworks, reject_unauth_destination',
    smtpd_tls_cert_file: tls.certFile,
    smtpd_tls_key_file: tls.keyFile,
    smtpd_tls_security_level: 'may',
    smtpd_client_connection_rate_limit: '0',
    enable_long_queue_ids: 'yes',
    biff: 'no',
    // 25 MiB in base64 and what goes with it.
    message_size_limit: '40000000',
    ...settings,
  }).map(([key, value]) => `${key} = ${value}\n`).join('');
}

/** Only the services that this server needs; no chroot, no pickup of the machine's local mail. */
function masterCf({ port, tlsPort }) {
  return [`127.0.0.1:${port} inet n - n - - smtpd`,
    `127.0.0.1:${tlsPort} inet n - n - - smtpd`, '  -o smtpd_tls_wrappermode=yes',
    'cleanup unix n - n - 0 cleanup', 'qmgr unix n - n 300 1 qmgr', 'tlsmgr unix - - n 1000? 1 tlsmgr',
    'rewrite unix - - n - - trivial-rewrite', 'bounce unix - - n - 0 bounce', 'defer unix - - n - 0 bounce',
    'trace unix - - n - 0 bounce', 'verify unix - - n - 1 verify', 'flush unix n - n 1000? 0 flush',
    'proxymap unix - - n - - proxymap', 'proxywrite unix - - n - 1 proxymap', 'smtp unix - - n - - smtp', 'lmtp unix - - n - - lmtp',
    'error unix - - n - - error', 'retry unix - - n - - error', 'discard unix - - n - - discard',
    'virtual unix - n n - - virtual', 'anvil unix - - n - 1 anvil', 'scache unix - - n - 1 scache',
    'postlog unix-dgram n - n - 1 postlogd', ''].join('\n');
}

/** Whether the port answers: with a greeting, or (TLS from the first byte) by accepting. */
export function answers(port, { greeting }) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const end = (value) => { socket.destroy(); resolve(value); };
    socket.once('connect', () => { if (!greeting) end(true); });
    socket.once('data', (data) => end(String(data).startsWith('220')));
    socket.once('error', () => end(false));
    socket.setTimeout(2000, () => end(false));
  });
}

/** Tables that postfix reads again by itself when they change. */
function makeTables(configuration, addresses) {
  const mailboxes = new Map(addresses.map((address) => [address, `${address}/`]));
  const routes = new Map();
  const forwards = new Map();
  const scratch = temporaryFolder('postfix-tables');
  const write = (name, table) => {
    const file = join(scratch.path, name);
    writeFileSync(file, [...table].map(([key, value]) => `${key} ${value}\n`).join(''));
    asRoot(['cp', file, join(configuration, name)]);
    asRoot(['postmap', '-c', configuration, `hash:${join(configuration, name)}`]);
  };
  const writeAll = () => { write('mailboxes', mailboxes); write('transport', routes); write('forwards', forwards); };
  return {
    writeAll, remove: scratch.remove,
    close: (address) => { mailboxes.delete(address); write('mailboxes', mailboxes); },
    forward: (address, to) => { forwards.set(address, to.join(', ')); write('forwards', forwards); },
    route: (domain, port) => { routes.set(domain, `smtp:[127.0.0.1]:${port}`); write('transport', routes); },
  };
}

/**
 * @param {string[]} addresses the mailboxes that exist; any other address of their domains is refused with 550.
 * @param {object} options settings: more lines of main.cf; late: domains of which everything is taken, and what has no
 *   mailbox is returned to its envelope sender with a report (RFC 3464).
 * @returns {Promise<{host, port, tlsPort, pid, caFile, mail(address), route(domain, port), close(address), forward(address, to), log(), stop()}>} port:
 *   SMTP with STARTTLS, tlsPort: TLS from the first byte; mail(): the messages in a mailbox, oldest first, as [{file, raw}];
 *   route(): mail to that domain goes on by SMTP to a port of this machine; close(): the mailbox is no more; forward(): what comes to
 *   an address goes to these.
 */
export async function startPostfix(addresses, { settings = {}, late = [] } = {}) {
  const missing = postfixMissing();
  if (missing) throw new Error(missing);
  const folder = temporaryFolder('postfix');
  // postfix's own users must be able to walk in; what is private below (the key) is not readable to them anyway.
  chmodSync(folder.path, 0o755);
  const configuration = join(folder.path, 'etc');
  const uid = process.getuid() === 0 ? 65534 : process.getuid();
  for (const name of ['etc', 'queue', 'data', 'mail', 'tls']) mkdirSync(join(folder.path, name));
  const tls = makeCertificate(join(folder.path, 'tls'));
  const [port, tlsPort] = [await freePort(), await freePort()];
  const domains = [...new Set(addresses.map((address) => address.split('@')[1]))];
  writeFileSync(join(configuration, 'main.cf'), mainCf({ folder: folder.path, domains, late, uid, tls, settings }));
  writeFileSync(join(configuration, 'master.cf'), masterCf({ port, tlsPort }));
  asRoot(['chown', '-R', 'root:root', configuration, join(folder.path, 'queue')]);
  const tables = makeTables(configuration, addresses);
  tables.writeAll();
  asRoot(['chown', 'postfix', join(folder.path, 'data')]);
  asRoot(['chown', `${uid}:${uid}`, join(folder.path, 'mail')]);

  const logFile = join(folder.path, 'mail.log');
  const log = () => { try { return asRoot(['cat', logFile], { encoding: 'utf8' }); } catch { return ''; } };
  const stopNow = () => { try { asRoot(['postfix', '-c', configuration, 'stop']); } catch { /* it was not running */ } };
  const remove = () => { stopNow(); asRoot(['rm', '-rf', '--one-file-system', folder.path]); };
  const done = atExit(remove);
  const stop = async () => { done(); remove(); folder.remove(); tables.remove(); };
  try {
    asRoot(['postfix', '-c', configuration, 'start']);
    await until(async () => await answers(port, { greeting: true }) && await answers(tlsPort, { greeting: false }), 'postfix', 20);
  } catch (error) {
    const said = `${error.stderr ?? ''}${log()}`;
    await stop();
    throw new Error(`${error.message}; it said:\n${said.slice(-3000)}`);
  }
  const pid = Number(asRoot(['cat', join(folder.path, 'queue/pid/master.pid')], { encoding: 'utf8' }).trim());
  const { route, close, forward } = tables;
  return { host: '127.0.0.1', port, tlsPort, pid, caFile: tls.certFile, mail: (address) => maildir(join(folder.path, 'mail', address)), route, close, forward, log, stop };
}

/** The messages of a Maildir in the order of arrival. */
function maildir(path) {
  const list = [];
  for (const part of ['new', 'cur']) {
    const folder = join(path, part);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) list.push({ file: join(folder, name), raw: readFileSync(join(folder, name)), name });
  }
  // postfix names a file by time: "1700000000.Vfe01I25M123456.host", seconds first and microseconds after M.
  const key = ({ name }) => Number(name.split('.')[0]) * 1e6 + Number(/M(\d+)/.exec(name)?.[1] ?? 0);
  return list.sort((a, b) => key(a) - key(b));
}
