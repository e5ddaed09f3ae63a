// SPDX-License-Identifier: Apache-2.0
// A submission server that demands what real providers demand: STARTTLS or TLS, then a name and a password.
import { SMTPServer } from 'smtp-server';
import { makeCertificate } from './certificate.mjs';
import { temporaryFolder } from './process.mjs';

/**
 * @param {object} options
 *   mode: 'starttls' (default), 'tls' (from the first byte) or 'plain' (offers no encryption);
 *   user, password: demanded where given;
 *   answer(envelope): an Error with responseCode (say 451 or 550) to refuse with, or undefined; may be async (a slow server);
 *   size: the largest message in bytes.
 * @returns {Promise<{host, port, pid, caFile, messages, logins, stop()}>} messages: [{from, to, raw, secure, user}]
 */
export async function startSmtpServer({ mode = 'starttls', user, password, answer = () => undefined, size = 10 * 1024 * 1024 } = {}) {
  const folder = temporaryFolder('smtp');
  const tls = makeCertificate(folder.path);
  const messages = [];
  const logins = [];
  const server = new SMTPServer({
    key: tls.key, cert: tls.cert, secure: mode === 'tls', size, logger: false, closeTimeout: 500,
    authOptional: user === undefined,
    disabledCommands: [...(mode === 'starttls' ? [] : ['STARTTLS']), ...(user === undefined ? ['AUTH'] : [])],
    // Without encryption no password: a client that sends one anyway is at fault.
    allowInsecureAuth: false,
    onAuth({ username, password: given }, session, done) {
      const ok = username === user && given === password;
      logins.push({ username, ok, secure: session.secure });
      done(ok ? null : Object.assign(new Error('authentication failed'), { responseCode: 535 }), ok ? { user: username } : undefined);
    },
    onData(stream, session, done) {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', async () => {
        const envelope = { from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '', to: session.envelope.rcptTo.map(({ address }) => address) };
        const refusal = await answer(envelope);
        if (refusal) return done(refusal);
        messages.push({ ...envelope, raw: Buffer.concat(chunks), secure: session.secure, user: session.user });
        return done(null, 'accepted');
      });
    },
  });
  server.on('error', () => { /* a client that goes away in the middle is not the server's end */ });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: '127.0.0.1', port: server.server.address().port, pid: process.pid, caFile: tls.certFile, messages, logins,
    stop: () => new Promise((resolve) => server.close(() => { folder.remove(); resolve(); })),
  };
}
