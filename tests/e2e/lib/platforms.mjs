// SPDX-License-Identifier: Apache-2.0
// The platforms around one node: prosody and npm smpp, doubles of the Bot API, signal-cli and the Cloud API, and programs
// with standardwebhooks.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { freePort } from '../../peers/process.mjs';
import { component, startProsody } from '../../peers/prosody.mjs';
import { startSignalCli } from '../../peers/signal_cli.mjs';
import { startService } from '../../peers/sms_service.mjs';
import { startTelegramApi } from '../../peers/telegram_api.mjs';
import { startWebhookServer } from '../../peers/webhook_server.mjs';
import { startWhatsAppApi } from '../../peers/whatsapp_api.mjs';

/** The short code of the node, and its number on Signal. */
export const smsNumber = '+4930123456';
const signalNumber = '+4930999999';

/**
 * Starts them. `folder`: for the node's secret files; `accounts`: of people at prosody, name to password; `tls`: a
 * certificate for the servers of programs.
 * @returns {Promise<{telegram, sms, signal, whatsapp, prosody, program, programSecret, hook, toml, fromPhone(phone, text,
 *   reference), post(url, body, secret), stop()}>} toml: the sections of the node's configuration.
 */
export async function startPlatforms(folder, { accounts, tls }) {
  const secretFile = (name, secret) => { const file = join(folder, name); writeFileSync(file, `${secret}\n`, { mode: 0o600 }); return file; };
  const telegram = await startTelegramApi();
  const smsPort = await freePort();
  const sms = await startService('npm', smsPort);
  const signal = await startSignalCli({ way: 'socket' });
  const whatsapp = await startWhatsAppApi();
  const prosody = await startProsody(accounts);
  const programSecret = `whsec_${randomBytes(32).toString('base64')}`;
  const program = await startWebhookServer(tls);
  program.trust(programSecret);
  const hook = await startWebhookServer(tls);
  const toml = `
[telegram]
token_file = "${secretFile('bot-token', telegram.token)}"
api_url = "${telegram.url}"

[sms]
sender = "${smsNumber}"

[[sms.service]]
server = "127.0.0.1:${smsPort}"
tls = "none"
system_id = "node"
password_file = "${secretFile('sms-password', 's3cret')}"

[signal]
daemon = "unix:${signal.path}"
account = "${signalNumber}"

[whatsapp]
phone_number_id = "${whatsapp.phoneId}"
token_file = "${secretFile('whatsapp-token', whatsapp.token)}"
app_secret_file = "${secretFile('whatsapp-app-secret', whatsapp.appSecret)}"
verify_token_file = "${secretFile('whatsapp-verify', whatsapp.verifyToken)}"
api_url = "${whatsapp.url}"

[xmpp]
server = "127.0.0.1:${prosody.place}"
domain = "${component}"
secret_file = "${secretFile('xmpp-secret', prosody.secret)}"

[webhook]
secret_file = "${secretFile('webhook-secret', randomBytes(32).toString('base64'))}"
ca_file = "${tls.certFile}"

[[webhook.program]]
name = "ci"
secret_file = "${secretFile('program-secret', programSecret)}"
url = "${program.url}"
senders = ["builds"]
`;
  const fromPhone = async (phone, text, reference) => {
    const [source, destination] = [phone.slice(1), smsNumber.slice(1)];
    sms.tell({ op: 'deliver', source_addr: source, source_addr_ton: 1, source_addr_npi: 1, destination_addr: destination, data_coding: 0, bytes: Buffer.from(text).toString('hex'), reference });
    await sms.where('delivered', (one) => one.reference === reference && one.status === 0);
  };
  /** To a node's door, as users of standardwebhooks sign. */
  const post = (url, body, secret = programSecret, id = `msg_${randomBytes(8).toString('hex')}`) => {
    const text = JSON.stringify(body);
    const at = new Date();
    return fetch(`${url}/v1/channels/webhook`, { method: 'POST', body: text, headers: {
      'webhook-id': id, 'webhook-timestamp': String(Math.floor(at / 1000)), 'webhook-signature': new Webhook(secret).sign(id, at, text) } });
  };
  const stop = async () => {
    for (const part of [sms, signal, prosody, telegram, whatsapp]) await part.stop();
    for (const part of [program, hook]) await part.close();
  };
  return { telegram, sms, signal, whatsapp, prosody, program, programSecret, hook, toml, fromPhone, post, stop };
}
