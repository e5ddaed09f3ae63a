// SPDX-License-Identifier: Apache-2.0
// A double of signal-cli's daemon, written from signal-cli-jsonrpc(5) and the JSON of its envelopes: there is nothing to
// run against without an account at Signal. Socket, TCP, and HTTP with server-sent events; one account or several; the
// receive modes `manual` and `on-start`. Signal itself is played too: it keeps what nobody takes.
import { createServer as createHttp } from 'node:http';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { temporaryFolder } from './process.mjs';

const kMaxEvents = 1000;

class RpcError extends Error {
  constructor(code, message, data = null) { super(message); Object.assign(this, { code, data }); }
}

const list = (params, one, many) => [params[many] ?? params[one] ?? []].flat();

/** RFC 2397 with the file name that signal-cli(1) adds. */
function readDataUri(uri) {
  const match = /^data:([^;,]+\/[^;,]+)?((?:;[^;,=]+=[^;,]+)*)(;base64)?,(.*)$/s.exec(uri);
  if (!match) throw new RpcError(-32603, 'Failed to send message: (AttachmentInvalidException)');
  const name = /;filename=([^;,]+)/.exec(match[2])?.[1];
  return { contentType: match[1], filename: name ?? null, bytes: Buffer.from(match[4], match[3] ? 'base64' : 'utf8') };
}

/**
 * @param {{way: 'socket'|'tcp'|'http', account?, several?: boolean, mode?: 'manual'|'on-start', version?, keepsEvents?: boolean}}
 * @returns {Promise<{place, path, port, calls, person(uuid, more), failNext(result), cut(), receivers(), stop()}>}
 */
export async function startSignalCli({ way, account = '+4930999999', several = false, mode = 'manual', version = '0.13.18', keepsEvents = true }) {
  const calls = [];
  const people = new Map();
  const attachments = new Map();
  const receivers = new Set(); // { write(object), subscription? }
  const waiting = [];
  const events = [];
  const failures = [];
  const run = `${Date.now()}-`;
  let clock = 1_700_000_000_000;
  let nextSubscription = 0;

  // What comes from Signal is acknowledged there as soon as it was written to somebody.
  const bring = (object) => {
    if (way === 'http') {
      events.push({ id: `${run}${(events.at(-1)?.sequence ?? 0) + 1}`, sequence: (events.at(-1)?.sequence ?? 0) + 1, object });
      if (events.length > kMaxEvents) events.shift();
    }
    if (receivers.size === 0 && !(way === 'http' && keepsEvents)) waiting.push(object);
    else for (const receiver of receivers) receiver.write(object, events.at(-1)?.id);
  };
  const open = (receiver) => {
    receivers.add(receiver);
    for (const object of waiting.splice(0)) for (const one of receivers) one.write(object);
  };

  const find = (name) => [...people.values()].find((one) => one.uuid === name || one.number === name);
  const deliver = (params, write) => {
    const timestamp = ++clock;
    const person = find(list(params, 'recipient', 'recipients')[0]);
    const type = failures.shift() ?? (!person ? 'UNREGISTERED_FAILURE' : person.trusted ? 'SUCCESS' : 'IDENTITY_FAILURE');
    const result = { recipientAddress: { uuid: person?.uuid ?? null, number: person?.number ?? null }, ...(typeof type === 'string' ? { type } : type) };
    const response = { timestamp, results: [result] };
    if (result.type === 'SUCCESS') { write(person, timestamp); return response; }
    if (result.type === 'IDENTITY_FAILURE') throw new RpcError(-4, 'Failed to send message due to untrusted identities', { response });
    if (result.type === 'RATE_LIMIT_FAILURE') throw new RpcError(-5, 'Failed to send message due to rate limiting', { response });
    throw new RpcError(-1, 'Failed to send message', { response });
  };
  const standing = (person, timestamp) => {
    const message = person.messages.find((one) => one.timestamp === timestamp || one.revisions.includes(timestamp));
    if (!message) throw new RpcError(-1, `no message of ${timestamp}`);
    return message;
  };
  const methods = {
    version: () => ({ version }),
    listAccounts: several ? () => [{ number: '+4930111111' }, { number: account }] : undefined,
    send: (params) => deliver(params, (person, timestamp) => {
      const files = list(params, 'attachment', 'attachments').map(readDataUri);
      if (!params.message && files.length === 0) throw new RpcError(-1, 'Sending empty message is not allowed');
      if (params.editTimestamp) {
        const message = standing(person, params.editTimestamp);
        message.revisions.push(timestamp);
        message.text = params.message;
      } else {
        const quote = params.quoteTimestamp ? { id: params.quoteTimestamp, author: params.quoteAuthor } : undefined;
        person.messages.push({ timestamp, text: params.message, files, quote, revisions: [], reactions: [], gone: false });
      }
    }),
    remoteDelete: (params) => deliver(params, (person) => { standing(person, params.targetTimestamp).gone = true; }),
    sendReaction: (params) => deliver(params, (person) => {
      const reactions = params.targetAuthor === account ? standing(person, params.targetTimestamp).reactions : person.reactions;
      reactions.push({ emoji: params.remove ? '' : params.emoji, to: params.targetTimestamp });
    }),
    listIdentities: (params) => [...people.values()]
      .filter((one) => !params.number || one.uuid === params.number || one.number === params.number)
      .map((one) => ({ number: one.number, uuid: one.uuid, fingerprint: one.key, safetyNumber: '0', scannableSafetyNumber: null, trustLevel: one.trusted ? 'TRUSTED_UNVERIFIED' : 'UNTRUSTED', addedTimestamp: one.keyed })),
    trust: (params) => {
      const person = find(params.recipient);
      if (!person || !params.trustAllKnownKeys) throw new RpcError(-1, 'Failed to set the trust for this number');
      person.trusted = true;
      for (const object of person.kept.splice(0)) bring(object);
      return {};
    },
    getAttachment: (params) => {
      const bytes = attachments.get(params.id);
      if (!bytes) throw new RpcError(-1, `Could not find attachment with ID: ${params.id}`);
      return { data: bytes.toString('base64') };
    },
    getUserStatus: (params) => list(params, 'recipient', 'recipients').map((recipient) => {
      const person = find(recipient);
      return { recipient, number: person?.number ?? recipient, username: null, uuid: person?.uuid ?? null, isRegistered: person !== undefined };
    }),
  };
  const handle = (request, connection) => {
    const answer = (more) => ({ jsonrpc: '2.0', ...more, id: request?.id ?? null });
    if (request?.jsonrpc !== '2.0') return answer({ error: { code: -32600, message: 'only jsonrpc version 2.0 is supported', data: null } });
    if (!request.method) return answer({ error: { code: -32600, message: 'method field must be set', data: null } });
    calls.push(request);
    try {
      const params = request.params ?? {};
      const named = params.account === account || (several && params.account === '+4930111111');
      const ofOne = !['listAccounts', 'version'].includes(request.method);
      if (several && ofOne && !named) {
        throw new RpcError(-32602, params.account ? 'Specified account does not exist' : 'Method requires valid account parameter');
      }
      if (connection && request.method === 'subscribeReceive') {
        const subscription = nextSubscription++;
        connection.subscriptions.set(subscription, { write: (object) => connection.write({ jsonrpc: '2.0', method: 'receive', params: { subscription, result: object } }) });
        queueMicrotask(() => open(connection.subscriptions.get(subscription)));
        return answer({ result: subscription });
      }
      if (connection && request.method === 'unsubscribeReceive') {
        const receiver = connection.subscriptions.get(params.subscription);
        if (!receiver) throw new RpcError(-1, 'Unknown subscription id');
        receivers.delete(receiver);
        return answer({ result: {} });
      }
      if (!methods[request.method]) throw new RpcError(-32601, 'Method not implemented');
      return answer({ result: methods[request.method](params) });
    } catch (error) {
      if (!(error instanceof RpcError)) return answer({ error: { code: -32603, message: error.message, data: null } });
      return answer({ error: { code: error.code, message: error.message, data: error.data } });
    }
  };
  const parse = (text) => { try { return JSON.parse(text); } catch { return undefined; } };
  const parseError = { jsonrpc: '2.0', error: { code: -32700, message: 'no JSON', data: null }, id: null };

  const sockets = new Set();
  const track = (socket) => { sockets.add(socket); socket.on('error', () => {}); socket.on('close', () => sockets.delete(socket)); };
  const lines = createServer((socket) => {
    track(socket);
    const connection = { subscriptions: new Map(), write: (object) => socket.write(`${JSON.stringify(object)}\n`) };
    const unasked = { write: (object) => connection.write({ jsonrpc: '2.0', method: 'receive', params: object }) };
    if (mode === 'on-start') open(unasked);
    createInterface({ input: socket }).on('error', () => {}).on('line', (line) => {
      const request = parse(line);
      connection.write(request === undefined ? parseError : handle(request, connection));
    });
    socket.on('close', () => { receivers.delete(unasked); for (const one of connection.subscriptions.values()) receivers.delete(one); });
  });
  const web = createHttp((request, response) => {
    const url = new URL(request.url, 'http://x');
    if (url.pathname === '/api/v1/check') { response.writeHead(200).end(); return; }
    if (url.pathname === '/api/v1/events' && request.method === 'GET') {
      if (several && url.searchParams.get('account') !== account) { response.writeHead(400).end(); return; }
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write(':\n');
      const write = (object, id) => response.write(`${keepsEvents && id ? `id:${id}\n` : ''}event:receive\ndata:${JSON.stringify(object)}\n\n`);
      const last = request.headers['last-event-id'];
      const known = last?.startsWith(run) ? Number(last.slice(run.length)) : 0;
      if (keepsEvents && last !== undefined) for (const event of events) if (event.sequence > known) write(event.object, event.id);
      const receiver = { write };
      open(receiver);
      request.on('close', () => receivers.delete(receiver));
      response.on('close', () => receivers.delete(receiver));
      return;
    }
    if (url.pathname !== '/api/v1/rpc') { response.writeHead(404).end(); return; }
    if (request.method !== 'POST') { response.writeHead(405).end(); return; }
    if (!request.headers['content-type']?.startsWith('application/json')) { response.writeHead(415).end(); return; }
    const pieces = [];
    request.on('data', (piece) => pieces.push(piece)).on('end', () => {
      const asked = parse(Buffer.concat(pieces).toString());
      const said = asked === undefined ? parseError : Array.isArray(asked) ? asked.map((one) => handle(one)) : handle(asked);
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(said));
    });
  });
  web.on('connection', track);

  const folder = temporaryFolder('signal-cli');
  const path = join(folder.path, 'socket');
  const server = way === 'http' ? web : lines;
  await new Promise((resolve) => (way === 'socket' ? server.listen(path, resolve) : server.listen(0, '127.0.0.1', resolve)));
  const port = way === 'socket' ? undefined : server.address().port;

  /** Somebody at Signal; every act gives the timestamp by which Signal names it. */
  const person = (uuid, { name = null, number = null } = {}) => {
    const self = { uuid, number, name, key: '05 00', keyed: ++clock, trusted: true, messages: [], reactions: [], kept: [] };
    people.set(uuid, self);
    const act = (content, more = {}) => {
      const timestamp = ++clock;
      const made = typeof content === 'function' ? content(timestamp) : content;
      const envelope = { source: self.number ?? uuid, sourceNumber: self.number, sourceUuid: uuid, sourceName: self.name, sourceDevice: 1, timestamp, serverReceivedTimestamp: timestamp, serverDeliveredTimestamp: timestamp };
      const object = { account, envelope: { ...envelope, ...made }, ...more };
      if (self.trusted) bring(object);
      else {
        // signal-cli keeps what it cannot decrypt, and tries again once the key is trusted.
        self.kept.push(object);
        bring({ account, envelope, exception: { message: 'Untrusted identity', type: 'UntrustedIdentityException' } });
      }
      return timestamp;
    };
    const data = (timestamp, more) => ({ timestamp, message: null, expiresInSeconds: 0, viewOnce: false, ...more });
    const author = (ours) => ({ targetAuthor: ours ? account : uuid, targetAuthorNumber: ours ? account : self.number, targetAuthorUuid: ours ? null : uuid });
    const attach = ({ name: filename = null, type, bytes }) => {
      const id = `${++clock}${type === 'image/png' ? '.png' : ''}`;
      attachments.set(id, Buffer.from(bytes));
      return { contentType: type, filename, id, size: bytes.length, width: null, height: null, caption: null, uploadTimestamp: null };
    };
    return Object.assign(self, {
      says: (message, { quotes, files = [], ...more } = {}) => act((timestamp) => ({ dataMessage: data(timestamp, {
        message,
        ...(quotes ? { quote: { id: quotes.id, author: 'x', authorNumber: null, authorUuid: quotes.ours ? null : uuid, text: '', attachments: [] } } : {}),
        ...(files.length ? { attachments: files.map(attach) } : {}),
        ...more }) })),
      edits: (of, message) => act((timestamp) => ({ editMessage: { targetSentTimestamp: of, dataMessage: data(timestamp, { message }) } })),
      takesBack: (of) => act((timestamp) => ({ dataMessage: data(timestamp, { remoteDelete: { timestamp: of } }) })),
      reacts: (emoji, of, { ours = true, remove = false } = {}) => act((timestamp) => ({ dataMessage: data(timestamp, { reaction: { emoji, ...author(ours), targetSentTimestamp: of, isRemove: remove } }) })),
      receipts: (kind, timestamps) => act((when) => ({ receiptMessage: { when, isDelivery: kind === 'delivery', isRead: kind === 'read', isViewed: kind === 'viewed', timestamps } })),
      types: () => act((timestamp) => ({ typingMessage: { action: 'STARTED', timestamp } })),
      sends: (content, more) => act(content, more),
      changesNumber: (to) => { self.number = to; },
      changesKey: () => { self.key = `05 ${++clock}`; self.keyed = clock; self.trusted = false; },
      message: (timestamp) => self.messages.find((one) => one.timestamp === Number(timestamp)),
      last: () => self.messages.at(-1),
    });
  };
  return {
    place: way === 'socket' ? `unix:${path}` : way === 'tcp' ? `tcp://127.0.0.1:${port}` : `http://127.0.0.1:${port}`,
    path, port, account, calls, person,
    failNext: (result) => failures.push(result),
    receivers: () => receivers.size,
    // What is written to a connection that is gone would be lost: signal-cli has taken it from Signal by then.
    cut: () => { receivers.clear(); for (const socket of sockets) socket.destroy(); },
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      folder.remove();
    },
  };
}
