// SPDX-License-Identifier: Apache-2.0
// A double of Meta's Cloud API, written from developers.facebook.com (WhatsApp Cloud API reference, webhooks reference,
// error codes): messages with the 24 hours, templates, media, statuses, and a webhook that is verified, signed over its
// escaped bytes, batched and repeated until 200. The integration test has an independent client (whatsapp-api-js) speak
// to it and read its webhooks as well.
import { createHash, createHmac } from 'node:crypto';
import { createServer } from 'node:http';

const day = 24 * 3600 * 1000;

class Refusal extends Error {
  constructor(status, code, message, details = '') { super(message); Object.assign(this, { status, code, details }); }
}
const bad = (details) => new Refusal(400, 100, '(#100) Invalid parameter', details);

/** As Meta signs it: everything but ASCII escaped, in lower case. */
const escaped = (value) => JSON.stringify(value).replace(/[^\0-~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).replaceAll('/', '\\/');

/**
 * @param {{name, language, parameters}[]} templates that Meta approved
 * @returns {Promise<{url, token, appSecret, verifyToken, phoneId, calls, hooks, user(phone, name, more), refuseNext(…),
 *   setWebhook(url), batch(n), status(id, word, error), eager(flag), stop()}>}
 *   calls: requests as {method, path, body}; hooks: deliveries as {raw, signature, status}; eager: statuses go out
 *   before the answer that names their message.
 */
export async function startWhatsAppApi(templates = []) {
  const token = 'EAAGm0PX4ZCpsBAKTheTokenOfThisTest';
  const appSecret = '0f1e2d3c4b5a69788796a5b4c3d2e1f0';
  const verifyToken = 'verify-This_one.please';
  const phoneId = '106540352242922';
  const calls = [];
  const hooks = [];
  const users = new Map(); // by wa_id
  const sent = new Map(); // by wamid: {to, token}
  const media = new Map(); // by id: {type, bytes}
  let refusals = [];
  let queue = []; // values
  let hook;
  let busy = false;
  let batch = 1;
  let eager = false;
  let stopped = false;
  let next = 1;
  const fresh = () => { next += 1; return `wamid.HBgLMTY1MDM4Nzk0MzkVAgAS${Buffer.from(`${next}`).toString('base64')}`; };
  const seconds = () => `${Math.floor(Date.now() / 1000)}`;

  const deliver = async () => {
    if (busy || !hook) return;
    busy = true;
    while (queue.length > 0 && !stopped) {
      const values = queue.slice(0, batch);
      const changes = values.map((value) => ({
        value: { messaging_product: 'whatsapp', metadata: { display_phone_number: '15550783881', phone_number_id: phoneId }, ...value },
        field: 'messages',
      }));
      const raw = escaped({ object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes }] });
      const signature = `sha256=${createHmac('sha256', appSecret).update(raw).digest('hex')}`;
      const status = await fetch(hook, { method: 'POST', body: raw, headers: { 'Content-Type': 'application/json', 'X-Hub-Signature-256': signature } })
        .then((answer) => answer.status, () => 0);
      hooks.push({ raw, signature, status });
      if (status === 200) queue = queue.slice(values.length);
      else await new Promise((resolve) => { setTimeout(resolve, 100); });
    }
    busy = false;
  };
  const push = (value) => { queue.push(value); return deliver(); };
  const status = (id, word, error) => {
    const { to, token: callback } = sent.get(id);
    return push({
      statuses: [{
        id, status: word, timestamp: seconds(), ...(/^[A-Z]/.test(to) ? { recipient_user_id: to } : { recipient_id: to }),
        ...(callback ? { biz_opaque_callback_data: callback } : {}),
        ...(error ? { errors: [{ code: error.code, title: error.title, message: error.title, error_data: { details: error.details ?? error.title } }] } : {}),
      }],
    });
  };

  const content = {
    text: ({ text }) => {
      if (!text?.body) throw bad('text.body is required');
      if (text.body.length > 4096) throw bad('Param text[\'body\'] must be at most 4096 characters long.');
      return { text: text.body };
    },
    reaction: ({ reaction }) => {
      if (typeof reaction?.emoji !== 'string' || !reaction.message_id) throw bad('reaction.message_id and emoji are required');
      return { reaction };
    },
    template: ({ template }) => {
      const found = templates.find(({ name, language }) => name === template?.name && language === template.language?.code);
      if (!found) throw new Refusal(404, 132001, '(#132001) Template name does not exist in the translation');
      const parameters = template.components?.find(({ type }) => type === 'body')?.parameters ?? [];
      if (parameters.length !== found.parameters) throw new Refusal(400, 132000, '(#132000) Number of parameters does not match the expected number of params');
      for (const { text } of parameters) if (/[\n\t]| {5}/.test(text)) throw new Refusal(400, 132018, 'Param text cannot have new-line/tab characters or more than 4 consecutive spaces');
      return { template: template.name, parameters: parameters.map(({ text }) => text) };
    },
  };
  for (const kind of ['image', 'audio', 'video', 'document', 'sticker'])
    content[kind] = ({ [kind]: medium }) => {
      const file = media.get(medium?.id);
      if (!file) throw bad(`${kind}.id names no media`);
      if (kind === 'audio' && medium.caption) throw bad('audio has no caption');
      if (kind !== 'document' && file.type.split('/')[0] !== kind && kind !== 'sticker') throw new Refusal(400, 131053, 'Media upload error');
      return { [kind]: { ...medium, ...file } };
    };

  const send = async (request) => {
    if (request.messaging_product !== 'whatsapp') throw bad('messaging_product must be whatsapp');
    if (request.status === 'read') return { success: true };
    const to = (request.to ?? request.recipient ?? '').replace(/^\+/, '');
    const read = content[request.type];
    if (!to || !read) throw bad('to and a known type are required');
    const user = users.get(to);
    if (!user) throw new Refusal(400, 131026, '(#131026) Message undeliverable');
    const said = read(request);
    const id = fresh();
    sent.set(id, { to: user.id, token: request.biz_opaque_callback_data });
    // Meta takes it all the same, and says later that it failed.
    const closed = request.type !== 'template' && Date.now() - user.wrote > day;
    if (!closed) user.messages.push({ id, ...said, answers: request.context?.message_id });
    const tell = async () => {
      if (closed) return status(id, 'failed', { code: 131047, title: 'Re-engagement message', details: 'Message failed to send because more than 24 hours have passed since the customer last replied to this number.' });
      await status(id, 'sent');
      return status(id, 'delivered');
    };
    if (eager) { tell(); await new Promise((resolve) => { setTimeout(resolve, 200); }); } else setTimeout(tell, 20);
    return {
      messaging_product: 'whatsapp',
      contacts: [{ input: request.to ?? request.recipient, ...(request.to ? { wa_id: user.id } : { user_id: user.id }) }],
      messages: [{ id }],
    };
  };

  const upload = async (headers, body) => {
    const form = await new Response(body, { headers }).formData();
    const file = form.get('file');
    if (!file?.type) throw bad('file is required');
    if (/matroska/.test(file.type)) throw new Refusal(400, 131053, 'Media upload error', 'the type is not supported');
    const id = `${10 ** 14 + next}`;
    next += 1;
    media.set(id, { type: form.get('type') ?? file.type, bytes: Buffer.from(await file.arrayBuffer()), name: file.name });
    return { id };
  };

  const answer = async ({ method, headers }, url, body) => {
    if (headers.authorization !== `Bearer ${token}`) throw new Refusal(401, 190, 'Error validating access token: Session has expired');
    if (url.pathname === '/lookaside') {
      const file = media.get(url.searchParams.get('mid'));
      if (!file) throw new Refusal(404, 100, 'gone');
      return file.bytes;
    }
    const [, version, id, edge] = url.pathname.split('/');
    if (!/^v\d+\.\d+$/.test(version)) throw new Refusal(400, 2500, 'Unknown path components');
    calls.push({ method, path: `${id}${edge ? `/${edge}` : ''}`, body: body.toString() });
    if (refusals.length > 0 && method === 'POST') throw refusals.shift();
    if (method === 'POST' && id === phoneId && edge === 'messages') return send(JSON.parse(body));
    if (method === 'POST' && id === phoneId && edge === 'media') return upload(headers, body);
    if (method === 'GET' && id === phoneId) return { id, display_phone_number: '+1 555-078-3881' };
    const file = method === 'GET' && media.get(id);
    if (file) {
      return {
        messaging_product: 'whatsapp', url: `http://${headers.host}/lookaside?mid=${id}&ext=1`, mime_type: file.type, id,
        sha256: createHash('sha256').update(file.bytes).digest('hex'), file_size: `${file.bytes.length}`,
      };
    }
    throw new Refusal(400, 100, `Unsupported ${method.toLowerCase()} request. Object with ID '${id}' does not exist`);
  };

  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const url = new URL(request.url, 'http://127.0.0.1');
    try {
      const result = await answer(request, url, Buffer.concat(chunks));
      const bytes = Buffer.isBuffer(result) ? result : Buffer.from(escaped(result));
      response.writeHead(200, { 'Content-Type': Buffer.isBuffer(result) ? 'application/octet-stream' : 'application/json; charset=UTF-8', 'Content-Length': bytes.length });
      response.end(bytes);
    } catch (error) {
      if (!(error instanceof Refusal)) { response.destroy(error); return; }
      response.writeHead(error.status, { 'Content-Type': 'application/json; charset=UTF-8' });
      response.end(JSON.stringify({ error: { message: error.message, type: 'OAuthException', code: error.code, error_data: { messaging_product: 'whatsapp', details: error.details }, fbtrace_id: 'Az8or2yhqkZfEZ-_4Qn_Bam' } }));
    }
  });
  await new Promise((resolve) => { server.listen(0, '127.0.0.1', resolve); });

  /** Somebody with WhatsApp: a telephone number, or Meta's id for one who shows none. */
  const user = (id, name, { userId } = {}) => {
    const hidden = /^[A-Z]/.test(id);
    const account = { id, wrote: 0, messages: [] };
    users.set(id, account);
    const contact = { profile: { name }, ...(hidden ? { user_id: id } : { wa_id: id, ...(userId ? { user_id: userId } : {}) }) };
    const from = hidden ? { from_user_id: id } : { from: id, ...(userId ? { from_user_id: userId } : {}) };
    const write = (said, more = {}) => {
      const wamid = fresh();
      account.wrote = Date.now();
      push({ contacts: [contact], messages: [{ ...from, id: wamid, timestamp: seconds(), ...more, ...said }] });
      return wamid;
    };
    return {
      says: (text, answers) => write({ type: 'text', text: { body: text } }, answers ? { context: { from: '15550783881', id: answers } } : {}),
      sends: (kind, { name: filename, type, bytes }, caption) => {
        const media_id = `${10 ** 14 + next}`;
        next += 1;
        media.set(media_id, { type, bytes });
        return write({ type: kind, [kind]: { id: media_id, mime_type: type, sha256: createHash('sha256').update(bytes).digest('base64'), ...(kind === 'document' ? { filename } : {}), ...(caption ? { caption } : {}) } });
      },
      reacts: (id_, emoji) => write({ type: 'reaction', reaction: { message_id: id_, ...(emoji ? { emoji } : {}) } }),
      edits: (id_, text) => write({ type: 'edit', edit: { original_message_id: id_, message: { type: 'text', text: { body: text } } } }),
      revokes: (id_) => write({ type: 'revoke', revoke: { original_message_id: id_ } }),
      chooses: (title, answers) => write({ type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'b1', title } } }, { context: { from: '15550783881', id: answers } }),
      unsupported: () => write({ type: 'unsupported', errors: [{ code: 131051, title: 'Message type unknown', message: 'Message type unknown', error_data: { details: 'Message type is currently not supported.' } }] }),
      moves: (wa_id) => push({ messages: [{ ...from, id: fresh(), timestamp: seconds(), type: 'system', system: { body: `User ${name} changed from ${id} to ${wa_id}`, wa_id, type: 'user_changed_number' } }] }),
      reads: (id_) => status(id_, 'read'),
      ages: () => { account.wrote = 1; },
      messages: () => account.messages,
    };
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    token, appSecret, verifyToken, phoneId, calls, hooks, user, status,
    refuseNext: (...how) => { refusals = [...refusals, new Refusal(...how)]; },
    /** As the dashboard does it: the URL must answer the challenge first. */
    setWebhook: async (url) => {
      const challenge = '1158201444';
      const query = new URLSearchParams({ 'hub.mode': 'subscribe', 'hub.challenge': challenge, 'hub.verify_token': verifyToken });
      const said = await fetch(`${url}?${query}`).then((response) => response.text(), () => '');
      if (said !== challenge) throw new Error('The URL couldn\'t be validated.');
      hook = url;
      deliver();
    },
    batch: (count) => { batch = count; },
    hold: () => { const held = hook; hook = undefined; return () => { hook = held; deliver(); }; },
    eager: (flag) => { eager = flag; },
    waiting: () => queue.length,
    stop: () => new Promise((resolve) => { stopped = true; server.close(resolve); server.closeAllConnections(); }),
  };
}
