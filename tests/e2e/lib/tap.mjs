// SPDX-License-Identifier: Apache-2.0
// A listening ear between two programs: passes every byte on and keeps it, with its direction and time.
import { connect, createServer } from 'node:net';

/**
 * @param {string} name for errors.
 * @returns {Promise<{port, url, aim(port), connections, in(), out(), cut(), stop()}>} aim(): where to pass on to, and may change;
 *   connections: [{opened, closed, in: [{at, data}], out: [{at, data}]}], `in` being what the caller sent;
 *   cut(): ends all connections; in(), out(): all bytes of one direction, connection after connection.
 */
export async function startTap(name) {
  const connections = [];
  const sockets = new Set();
  let target;
  const server = createServer((caller) => {
    const record = { opened: Date.now(), closed: undefined, in: [], out: [] };
    connections.push(record);
    const callee = target === undefined ? undefined : connect(target, '127.0.0.1');
    const end = () => { record.closed ??= Date.now(); caller.destroy(); callee?.destroy(); };
    if (callee === undefined) { end(); return; }
    for (const [from, to, kept] of [[caller, callee, record.in], [callee, caller, record.out]]) {
      sockets.add(from);
      from.on('data', (data) => { kept.push({ at: Date.now(), data }); if (!to.destroyed) to.write(data); });
      from.on('end', () => to.end());
      from.on('error', end);
      from.on('close', () => { sockets.delete(from); end(); });
    }
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  const all = (direction) => Buffer.concat(connections.flatMap((record) => record[direction].map(({ data }) => data)));
  return {
    name, port, url: `http://127.0.0.1:${port}`, connections,
    aim: (at) => { target = at; },
    cut: () => { for (const socket of sockets) socket.destroy(); },
    in: () => all('in'),
    out: () => all('out'),
    stop: () => new Promise((resolve) => { server.close(() => resolve()); for (const socket of sockets) socket.destroy(); }),
  };
}

/** Every way in which a text may hide in bytes: as it is, in hex, percent-encoded, quoted-printable, base64 at each offset. */
export function disguises(text) {
  const bytes = Buffer.from(text);
  const forms = new Set([text, encodeURIComponent(text), bytes.toString('hex'), text.replaceAll('@', '=40'), text.replaceAll('@', '\\u0040')]);
  for (let before = 0; before < 3; before += 1) {
    const all = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64').replace(/=+$/, '');
    // The first and last characters mix with the neighbours' bits.
    const inner = all.slice(before === 0 ? 0 : before + 1, (bytes.length + before) % 3 === 0 ? undefined : -1);
    forms.add(inner);
    forms.add(inner.replaceAll('+', '-').replaceAll('/', '_'));
  }
  return [...forms];
}

/** The disguises of `text` that occur in the bytes, whatever the case and however lines were broken. */
export function findIn(bytes, text) {
  const whole = bytes.toString('latin1').toLowerCase();
  const joined = whole.replace(/=?\r?\n/g, '');
  return disguises(text).filter((form) => whole.includes(form.toLowerCase()) || joined.includes(form.toLowerCase()));
}
