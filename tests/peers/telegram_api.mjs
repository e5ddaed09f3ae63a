// SPDX-License-Identifier: Apache-2.0
// A double of the Bot API's server, written from core.telegram.org/bots/api: long poll, conflicts, 429, blocked and
// unopened chats, answers, edits, reactions, files, webhooks with their secret. The integration test has an independent
// client (grammY) speak to it as well.
import { createServer } from 'node:http';

const reactions = ['👍', '👎', '❤', '🔥', '🎉', '😁'];
const token = '110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw';

class Refusal extends Error {
  constructor(code, description, parameters) { super(description); Object.assign(this, { code, parameters }); }
}
const bad = (words) => new Refusal(400, `Bad Request: ${words}`);

/** The fields of a multipart form; files as {name, type, bytes}. */
function formOf(type, body) {
  const boundary = Buffer.from(`\r\n--${/boundary=([^;]+)/.exec(type)[1]}`);
  const all = Buffer.concat([Buffer.from('\r\n'), body]);
  const fields = {};
  for (let at = all.indexOf(boundary); ;) {
    const next = all.indexOf(boundary, at + 1);
    if (next < 0) return fields;
    const part = all.subarray(at + boundary.length + 2, next);
    const split = part.indexOf('\r\n\r\n');
    const head = part.subarray(0, split).toString();
    const bytes = part.subarray(split + 4);
    const file = /filename="?([^"\r;]*)/.exec(head)?.[1];
    fields[/name="([^"]*)"/.exec(head)[1]] = file === undefined ? bytes.toString() : { name: file, type: /Content-Type: *([^\r]*)/i.exec(head)?.[1], bytes };
    at = next;
  }
}

function parametersOf(type, body) {
  if (type.startsWith('multipart/')) {
    const fields = formOf(type, body);
    for (const [name, value] of Object.entries(fields)) if (`${value}`.startsWith('attach://')) fields[name] = fields[value.slice('attach://'.length)];
    if (typeof fields.reply_parameters === 'string') fields.reply_parameters = JSON.parse(fields.reply_parameters);
    return fields;
  }
  return body.length > 0 ? JSON.parse(body) : {};
}

/**
 * @returns {Promise<{url, token, calls, user(id, name), refuseNext(code, description, parameters), waiting(), webhook(), stop()}>}
 *   calls: [{method, parameters}]; waiting(): updates that nobody confirmed.
 */
export async function startTelegramApi() {
  const calls = [];
  const chats = new Map(); // by user id: {user, open, blocked, messages: Map}
  const files = new Map(); // by path: Buffer
  let updates = [];
  let hook;
  let poller; // the getUpdates that waits
  let refusals = [];
  let nextUpdate = 500;
  let nextMessage = 1;

  const now = () => Math.floor(Date.now() / 1000);
  const bot = { id: 110201543, is_bot: true, first_name: 'Node', username: 'node_bot' };
  const chatOf = (id) => {
    const chat = chats.get(Number(id));
    if (!chat || !chat.open) throw bad('chat not found');
    if (chat.blocked) throw new Refusal(403, 'Forbidden: bot was blocked by the user');
    return chat;
  };
  const messageOf = (chat, id, words) => chat.messages.get(Number(id)) ?? (() => { throw bad(words); })();
  const shown = (chat, from) => ({ from, chat: { id: chat.user.id, type: 'private', first_name: chat.user.first_name }, date: now() });
  const keep = (chat, message) => { chat.messages.set(message.message_id, message); return message; };

  const deliver = async () => {
    if (poller && updates.length > 0) poller.answer();
    while (hook && !hook.busy && updates.length > 0) {
      hook.busy = true;
      const [update] = updates;
      const done = await fetch(hook.url, {
        method: 'POST', body: JSON.stringify(update), headers: { 'Content-Type': 'application/json', 'X-Telegram-Bot-Api-Secret-Token': hook.secret },
      }).then(({ ok }) => ok, () => false);
      if (done) updates = updates.filter((one) => one !== update);
      else await new Promise((resolve) => { setTimeout(resolve, 100); });
      if (hook) hook.busy = false;
    }
  };
  const push = (kind, content) => { nextUpdate += 1; updates.push({ update_id: nextUpdate, [kind]: content }); deliver(); };

  const answered = (chat, { reply_parameters: reply }) => {
    if (!reply) return {};
    const message = chat.messages.get(Number(reply.message_id));
    if (!message && !reply.allow_sending_without_reply) throw bad('message to be replied not found');
    return message ? { reply_to_message: message } : {};
  };
  const post = (parameters, content) => {
    const chat = chatOf(parameters.chat_id);
    const replies = answered(chat, parameters);
    const message = { message_id: nextMessage, ...shown(chat, bot), ...content, ...replies };
    nextMessage += 1;
    return keep(chat, message);
  };
  const checkText = (text, max, empty) => {
    if (!text?.trim()) throw bad(empty);
    if (text.length > max) throw bad('message is too long');
  };
  const store = (file) => {
    const path = `documents/file_${files.size}`;
    files.set(path, file.bytes);
    return { file_id: path.replace('/', ':'), file_unique_id: path, file_name: file.name, mime_type: file.type, file_size: file.bytes.length };
  };
  const methods = {
    getMe: () => bot,
    sendMessage: (p) => { checkText(p.text, 4096, 'message text is empty'); return post(p, { text: p.text }); },
    sendDocument: (p) => post(p, { document: store(p.document), caption: p.caption }),
    sendPhoto: (p) => {
      if (p.photo.bytes.subarray(1, 4).toString() !== 'PNG') throw bad('IMAGE_PROCESS_FAILED');
      return post(p, { photo: [{ ...store(p.photo), width: 1, height: 1 }], caption: p.caption });
    },
    editMessageText: (p) => {
      const message = messageOf(chatOf(p.chat_id), p.message_id, 'message to edit not found');
      if (message.text === undefined) throw bad('there is no text in the message to edit');
      checkText(p.text, 4096, 'message text is empty');
      if (message.text === p.text) throw bad('message is not modified: specified new message content is exactly the same');
      return Object.assign(message, { text: p.text, edit_date: now() });
    },
    editMessageCaption: (p) => Object.assign(messageOf(chatOf(p.chat_id), p.message_id, 'message to edit not found'), { caption: p.caption }),
    deleteMessage: (p) => {
      const chat = chatOf(p.chat_id);
      if (messageOf(chat, p.message_id, 'message to delete not found').old) throw bad("message can't be deleted for everyone");
      return chat.messages.delete(Number(p.message_id));
    },
    setMessageReaction: (p) => {
      const message = messageOf(chatOf(p.chat_id), p.message_id, 'message to react not found');
      if (p.reaction.some(({ emoji }) => !reactions.includes(emoji))) throw bad('REACTION_INVALID');
      message.reaction = p.reaction.map(({ emoji }) => emoji);
      return true;
    },
    getFile: ({ file_id: id }) => {
      const path = id.replace(':', '/');
      if (!files.has(path)) throw bad('invalid file_id');
      if (files.get(path).length > 20_000_000) throw bad('file is too big');
      return { file_id: id, file_unique_id: path, file_size: files.get(path).length, file_path: path };
    },
    setWebhook: (p) => { hook = { url: p.url, secret: p.secret_token, busy: false }; deliver(); return true; },
    deleteWebhook: () => { hook = undefined; return true; },
    getUpdates: (p) => new Promise((resolve, reject) => {
      if (hook) throw new Refusal(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
      poller?.end(new Refusal(409, 'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running'));
      updates = updates.filter(({ update_id: id }) => id >= (p.offset ?? 0));
      const finish = (how, value) => { clearTimeout(timer); poller = undefined; how(value); };
      const page = () => updates.slice(0, p.limit ?? 100);
      const timer = setTimeout(() => finish(resolve, page()), (p.timeout ?? 0) * 1000);
      poller = { answer: () => finish(resolve, page()), end: (error) => finish(reject, error) };
      deliver();
    }),
  };

  const handle = async (method, parameters) => {
    calls.push({ method, parameters });
    if (!methods[method]) throw new Refusal(404, 'Not Found');
    const refusal = method.startsWith('get') ? undefined : refusals.shift();
    if (refusal) throw refusal;
    return methods[method](parameters);
  };
  const server = createServer(async (request, response) => {
    const [, kind, which, rest] = /^\/(bot|file\/bot)([^/]+)\/(.*)$/.exec(request.url) ?? [];
    const answer = (status, content) => { response.writeHead(status, { 'Content-Type': 'application/json' }); response.end(JSON.stringify(content)); };
    if (which !== token) return answer(401, { ok: false, error_code: 401, description: 'Unauthorized' });
    if (kind === 'file/bot') {
      const bytes = files.get(rest);
      response.writeHead(bytes ? 200 : 404, { 'Content-Length': bytes?.length ?? 0 });
      return response.end(bytes);
    }
    try {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      return answer(200, { ok: true, result: await handle(rest, parametersOf(request.headers['content-type'] ?? '', Buffer.concat(chunks))) });
    } catch (error) {
      const code = error.code > 0 ? error.code : 500;
      return answer(code, { ok: false, error_code: code, description: error.message, ...(error.parameters ? { parameters: error.parameters } : {}) });
    }
  });
  await new Promise((resolve, reject) => { server.once('error', reject).listen(0, '127.0.0.1', resolve); });

  /** A person with a client: what they do becomes updates, what they see is in messages(). */
  const user = (id, name) => {
    const chat = { user: { id, is_bot: false, first_name: name }, open: false, blocked: false, messages: new Map() };
    chats.set(id, chat);
    const write = (content) => {
      chat.open = true;
      const message = keep(chat, { message_id: nextMessage, ...shown(chat, chat.user), ...content });
      nextMessage += 1;
      push('message', message);
      return message.message_id;
    };
    return {
      /** The id of the first message in the chat whose text fits. */
      find: (fits) => [...chat.messages.values()].find(({ text }) => text && fits(text))?.message_id,
      says: (text, answers) => write({ text, ...(answers ? { reply_to_message: chat.messages.get(answers) } : {}) }),
      sends: (file, caption) => write({ document: store(file), caption }),
      edits: (message, text) => push('edited_message', { ...Object.assign(chat.messages.get(message), { text }), edit_date: now() }),
      reacts: (message, emoji) => push('message_reaction', {
        chat: { id, type: 'private' }, message_id: message, user: chat.user, date: now(), old_reaction: [], new_reaction: emoji ? [{ type: 'emoji', emoji }] : [],
      }),
      blocks: () => { chat.blocked = true; },
      ages: (message) => { chat.messages.get(Number(message)).old = true; },
      messages: () => [...chat.messages.values()],
      message: (message) => chat.messages.get(Number(message)),
    };
  };
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    token,
    calls,
    user,
    refuseNext: (...how) => { refusals = [...refusals, new Refusal(...how)]; },
    waiting: () => updates,
    webhook: () => hook,
    stop: () => new Promise((resolve) => { poller?.end(new Refusal(500, 'stopping')); server.close(resolve); server.closeAllConnections(); }),
  };
}
