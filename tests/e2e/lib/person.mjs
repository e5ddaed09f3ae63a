// SPDX-License-Identifier: Apache-2.0
// A person of the story: a home folder, keys, the command line, and in time a node.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dmid, startDmidNode } from '../../peers/dmid_node.mjs';
import { makeCertificate } from '../../peers/certificate.mjs';
import { until } from '../../peers/process.mjs';
import { call } from './socket.mjs';

/** A command that should have succeeded and did not, in its own words. */
const wrong = (argv, { status, stdout, stderr }) => new Error(`dmid ${argv.join(' ')}: status ${status}: ${(stderr || stdout).trim()}`);

export class Person {
  /**
   * @param {object} world what startWorld() gave. @param {string} name one letter or word.
   * @param {string} address the mailbox that will be bound, or undefined.
   * @param {Person} host whose node serves this person's number too, where it has no node of its own.
   */
  constructor(world, name, address, host) {
    Object.assign(this, { world, name, address, host, guests: [], home: join(world.folder, name.toLowerCase()), number: undefined, node: undefined, settings: {} });
    mkdirSync(this.home, { recursive: true, mode: 0o700 });
    this.passphraseFile = join(this.home, 'passphrase');
    writeFileSync(this.passphraseFile, `the passphrase of ${name}\n`, { mode: 0o600 });
  }

  /**
   * Runs a command of this person, told as it was typed (`more` only as an ellipsis: flags that say where things are).
   * @returns {Promise<{status, stdout, stderr, json}>}
   */
  async run(given, { told = true, input, seconds = 60, json = true, passphrase = false, more = [] } = {}) {
    const argv = [...given, ...more];
    const near = (word) => word.replaceAll(`${this.world.folder}/`, '');
    if (told) this.world.teller.command(this.name, ['dmid', ...given.map(near), ...(more.length > 0 ? ['…'] : [])]);
    const flags = [...(this.shared() && !argv.includes('--number') ? ['--number', this.number] : []), ...(json ? ['--json'] : []), ...(passphrase ? ['--passphrase-file', this.passphraseFile] : [])];
    return dmid(this.home, [...argv, ...flags], { input, seconds });
  }

  /** The node serves other numbers too: each call names the one that it is about. */
  shared() {
    return this.number !== undefined && (this.host !== undefined || this.guests.length > 0);
  }

  /** The same, where nothing but success will do; gives what it said. */
  async do(argv, options = {}) {
    const result = await this.run(argv, options);
    if (result.status !== 0) throw wrong(argv, result);
    return options.json === false ? result.stdout : (result.json ?? result.stdout.trim());
  }

  /** A command that changes the chain or needs a key. */
  sign(argv, options = {}) {
    return this.do(argv, { passphrase: true, seconds: 90, ...options });
  }

  /** Flags that name the chain where no configuration does. */
  chainFlags(rpc = [this.world.chain.url]) {
    return ['--registry', this.world.registry, '--chain-id', String(this.world.chain.chainId), ...rpc.flatMap((url) => ['--rpc', url])];
  }

  /**
   * Writes config.toml: the chain, the mail, the relay, and the number once there is one. `platforms`: sections of the
   * chat platforms, as TOML.
   */
  configure(settings = {}) {
    Object.assign(this.settings, settings);
    const { world } = this;
    const list = (values) => `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
    const endpoints = this.settings.rpc ?? [world.chain.url];
    const node = Object.entries(this.settings.node ?? {}).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join('');
    const mail = Object.entries(this.settings.mail ?? {}).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`).join('');
    const served = [this, ...this.guests].filter(({ number }) => number !== undefined).map((person) => (
      `[[number]]\nnumber = "${person.number}"\npassphrase_file = "${person.passphraseFile}"\n${person === this ? '' : `keys = "${join(person.home, 'keys')}"\n`}`));
    const chain = `[chain]
id = ${world.chain.chainId}
registry = "${world.registry}"
${endpoints.map((url, index) => `\n[[chain.endpoint]]\nlabel = "local-${index + 1}"\nurl = "${url}"\n`).join('')}`;
    if (this.host !== undefined) {
      writeFileSync(join(this.home, 'config.toml'), `[node]\nsocket = "${this.host.socket}"\n\n${chain}\n${served.join('\n')}`);
      return;
    }
    const tls = this.certificate();
    writeFileSync(join(this.home, 'config.toml'), `[node]
listen = "127.0.0.1:0"
url = "${this.door.url}"
allow = ${list(world.allowed())}
${node}
${chain}
${served.join('\n')}
[mail]
server = "127.0.0.1:${this.mailTap.port}"
tls = "none"
domain = "${this.mailDomain}"
dkim_key_file = "${this.dkimKeyFile()}"
listen_smtp = "127.0.0.1:0"
listen_lmtp = "127.0.0.1:0"
certificate_file = "${tls.certFile}"
key_file = "${tls.keyFile}"
${mail}
[dns]
servers = ["${world.names.address}"]
trust_anchor_file = "${world.names.anchorFile}"

[nostr]
relays = ${list([this.relayUrl])}
${this.settings.platforms ?? ''}${this.settings.log === undefined ? '' : `\n[log]\nlevel = "${this.settings.log}"\n`}`);
  }

  /** For the mail door: app passwords go over TLS alone. */
  certificate() {
    if (!this.tls) {
      const folder = join(this.home, 'tls');
      mkdirSync(folder, { mode: 0o700 });
      this.tls = makeCertificate(folder);
    }
    return this.tls;
  }

  dkimKeyFile() {
    const file = join(this.home, 'dkim.pem');
    if (!this.dkim) {
      this.dkim = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
      writeFileSync(file, this.dkim, { mode: 0o600 });
    }
    return file;
  }

  /** Of the node's own mail addresses. */
  get mailDomain() { return this.host?.mailDomain ?? `${this.name.toLowerCase()}-node.test`; }

  get relayUrl() { return `ws://127.0.0.1:${this.relayTap.port}`; }

  /** Starts the node and turns the tap at its door to it. `env` for the points at which tests end it. */
  async startNode({ env = {}, seconds = 30 } = {}) {
    this.node = await startDmidNode({ home: this.home, env, seconds });
    this.socket = this.node.ready.socket;
    this.door.aim(Number(new URL(this.node.ready.http).port));
    this.mailDoor.aim(Number(this.node.ready.smtp.split(':').at(-1)));
    return this.node;
  }

  /** Waits until the node has read its number from the chain. */
  serving(seconds = 20) {
    const all = 1 + this.guests.length;
    return until(async () => (await this.ask('/v1/node')).json.numbers.length === all, `${this.name}'s node serving what it is to serve`, seconds);
  }

  async restartNode(options = {}) {
    if (this.node?.running()) await this.node.stop();
    await this.startNode(options);
    await this.serving();
  }

  async stopNode() {
    await this.node?.stop();
  }

  /** The owner's socket. */
  ask(path, { method = 'GET', body } = {}) {
    const named = this.shared() ? `${path}${path.includes('?') ? '&' : '?'}number=${this.number.replaceAll(' ', '')}` : path;
    return call({ socketPath: this.host?.socket ?? this.socket, path: named, method, body });
  }

  async inbox({ requests = false } = {}) {
    const { messages } = await this.do(['inbox', ...(requests ? ['--requests'] : [])], { told: false });
    return messages;
  }

  /** Everything that the node shows, page by page, without the command line's limits. */
  async allMessages() {
    const all = [];
    for (let after = 0; after !== null;) {
      const { status, json } = await this.ask(`/v1/inbox?after=${after}&limit=500`);
      assert.equal(status, 200);
      all.push(...json.messages);
      after = json.next;
    }
    return all;
  }

  /** Waits for a message that fits, as the node shows it. */
  message(fits, what, seconds = 20, options = {}) {
    return until(async () => (await this.inbox(options)).find(fits), `${what} at ${this.name}`, seconds);
  }

  /** Makes the keys, cheap to open: the story is about other things than scrypt. */
  makeKeys() {
    return this.sign(['key', 'new', '--light']);
  }

  async keyOf(role) {
    const { keys } = await this.do(['key', 'show', role], { told: false });
    return keys.find((one) => one.role === role && one.label === '');
  }
}
