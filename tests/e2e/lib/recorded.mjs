// SPDX-License-Identifier: Apache-2.0
// What a tap has heard, in the words of the protocols: HTTP requests, WebSocket frames, mails.

/** Bytes of one direction of one connection. */
const bytesOf = (chunks) => Buffer.concat(chunks.map(({ data }) => data));

/** The HTTP messages of a stream, with bodies by Content-Length. */
export function httpMessages(bytes) {
  const out = [];
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf('\r\n\r\n', at);
    if (end < 0) break;
    const head = bytes.subarray(at, end).toString('latin1');
    const length = Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
    out.push({ head, body: bytes.subarray(end + 4, end + 4 + length), upgraded: /^upgrade:\s*websocket/im.test(head) });
    at = end + 4 + length;
    if (out.at(-1).upgraded) break;
  }
  return out;
}

/** The wraps that were put to a door over HTTP. */
export function postedWraps(tap) {
  return tap.connections.flatMap((record) => httpMessages(bytesOf(record.in))).flatMap(({ head, body }) => {
    if (!head.startsWith('POST /v1/messages')) return [];
    try { return [JSON.parse(body).wrap].filter(Boolean); } catch { return []; }
  });
}

/** The payloads of a stream of WebSocket frames, their masks taken off. */
function frames(bytes) {
  const out = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    let length = bytes[at + 1] & 127;
    const masked = (bytes[at + 1] & 128) !== 0;
    let next = at + 2;
    if (length === 126) { if (next + 2 > bytes.length) break; length = bytes.readUInt16BE(next); next += 2; }
    else if (length === 127) { if (next + 8 > bytes.length) break; length = Number(bytes.readBigUInt64BE(next)); next += 8; }
    const mask = masked ? bytes.subarray(next, next + 4) : undefined;
    if (masked) next += 4;
    const payload = Buffer.from(bytes.subarray(next, next + length));
    if (mask) for (let i = 0; i < payload.length; i += 1) payload[i] ^= mask[i & 3];
    out.push(payload);
    at = next + length;
  }
  return out;
}

/** All that went through a tap to a relay, as the relay read it. */
export function sentFrames(tap) {
  return Buffer.concat(tap.connections.flatMap((record) => {
    const bytes = bytesOf(record.in);
    const end = bytes.indexOf('\r\n\r\n');
    return end < 0 ? [bytes] : [bytes.subarray(0, end), ...frames(bytes.subarray(end + 4))];
  }));
}

/** The mails of one connection, several where it was kept: [{from, to, message, began, handedOver, answered}], times in ms. */
function transactions(record) {
  const text = bytesOf(record.in).toString('latin1');
  const timeOf = (offset) => { let seen = 0; return record.in.find(({ data }) => { seen += data.length; return seen > offset; })?.at; };
  const out = [];
  for (let at = 0; ;) {
    const rest = text.slice(at);
    const mail = /^mail from:<([^>]*)>/im.exec(rest);
    if (mail === null) return out;
    const begin = /^data\r\n/im.exec(rest);
    const body = begin === null ? rest.length : begin.index + begin[0].length;
    // An empty message ends with the dot alone.
    const dot = begin === null ? -1 : rest.indexOf('\r\n.\r\n', body - 2);
    const handedOver = dot < 0 ? undefined : timeOf(at + dot + 4);
    const answered = handedOver === undefined ? undefined : record.out.find(({ at: when, data }) => when >= handedOver && String(data).startsWith('250'))?.at;
    out.push({ from: mail[1], to: /^rcpt to:<([^>]+)>/im.exec(rest)?.[1], message: rest.slice(body, dot < 0 ? undefined : dot + 2).replace(/^\.\./gm, '.'),
      began: out.length === 0 ? record.opened : timeOf(at + mail.index), handedOver, answered });
    if (dot < 0) return out;
    at += dot + 5;
  }
}

/** The mails that went through a tap to a mail server: [{messageId, repeated, handedOver, answered, began, to}], times in ms. */
export function submissions(tap) {
  return tap.connections.flatMap(transactions).flatMap(({ message, ...rest }) => {
    const messageId = /^message-id:\s*(<[^>]+>)/im.exec(message)?.[1];
    return messageId === undefined ? [] : [{ messageId, repeated: /^x-dmid-repeated:\s*yes/im.test(message), ...rest }];
  });
}

/** The mails that were handed over whole: [{from, to, message}]. */
export const received = (tap) => tap.connections.flatMap(transactions).filter(({ to, handedOver }) => to !== undefined && handedOver !== undefined);
