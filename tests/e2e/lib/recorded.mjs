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

/** The mails that went through a tap to a mail server: [{messageId, repeated, handedOver, answered, began}], times in ms. */
export function submissions(tap) {
  return tap.connections.flatMap((record) => {
    const text = bytesOf(record.in).toString('latin1');
    const messageId = /^message-id:\s*(<[^>]+>)/im.exec(text)?.[1];
    if (messageId === undefined) return [];
    const dot = text.indexOf('\r\n.\r\n');
    let seen = 0;
    const handedOver = dot < 0 ? undefined : record.in.find(({ data }) => { seen += data.length; return seen >= dot + 5; })?.at;
    const answered = handedOver === undefined ? undefined : record.out.find(({ at, data }) => at >= handedOver && String(data).startsWith('250'))?.at;
    return [{ messageId, repeated: /^x-dmid-repeated:\s*yes/im.test(text), began: record.opened, handedOver, answered, to: /^rcpt to:<([^>]+)>/im.exec(text)?.[1] }];
  });
}

/** The mails that went through a tap to a mail server in the clear: [{from, to, message}], one for each that was handed over whole. */
export function received(tap) {
  return tap.connections.flatMap((record) => {
    const text = bytesOf(record.in).toString('latin1');
    const from = /^mail from:<([^>]*)>/im.exec(text)?.[1];
    const to = /^rcpt to:<([^>]+)>/im.exec(text)?.[1];
    const begin = /^data\r\n/im.exec(text);
    const end = text.indexOf('\r\n.\r\n');
    if (from === undefined || to === undefined || begin === null || end < 0) return [];
    return [{ from, to, message: `${text.slice(begin.index + 6, end)}\r\n`.replace(/^\.\./gm, '.') }];
  });
}
