// SPDX-License-Identifier: Apache-2.0
// Mail from the outside world to an owner's inbox: a real chain, a node, a name server, and mail programs.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createTransport } from 'nodemailer';
import { silentTeller } from '../e2e/lib/teller.mjs';
import { stack } from '../e2e/steps/1_stack.mjs';
import { owner } from '../e2e/steps/2_owner.mjs';
import { dmidMissing } from '../peers/dmid_node.mjs';
import { swaks } from '../peers/mail_door.mjs';
import { nsdMissing } from '../peers/nsd.mjs';
import { postfixMissing } from '../peers/postfix.mjs';

const skip = dmidMissing() ?? postfixMissing() ?? nsdMissing() ?? false;
const story = { teller: silentTeller() };
const address = () => `${story.a.number.replaceAll(' ', '')}@a-node.test`;
const port = (name) => Number(story.a.node.ready[name].split(':')[1]);

before(async () => {
  if (skip) return;
  await stack(story);
  await owner(story);
});
after(() => story.world?.stop());

test('mail that proves nothing is refused in the dialogue, with what suffices and where', { skip, timeout: 120_000 }, async () => {
  const { status, output } = await swaks(port('smtp'), ['--helo', 'mx.sender.test', '--from', 'alice@sender.test', '--to', address(), '--h-Subject', 'forged', '--body', 'x']);
  assert.notEqual(status, 0);
  assert.match(output, /550[- ]5\.7\.1 /);
  assert.match(output, new RegExp(`550 5\\.7\\.1 See http\\S+/n/${story.a.number.replaceAll(' ', '')}`), output);
});

test('mail with an aligned signature becomes a request that names its sender', { skip, timeout: 120_000 }, async () => {
  const transport = createTransport({ host: '127.0.0.1', port: port('smtp'), ignoreTLS: true, dkim: story.world.domains.sender.dkim });
  const sent = await transport.sendMail({ from: 'Alice <alice@sender.test>', to: address(), subject: 'Hello', text: 'From the old world' });
  assert.match(sent.response, /^250 2\.0\.0 Accepted as [0-9a-f]{64}$/);
  const message = await story.a.message(({ text }) => text.includes('From the old world'), 'the request', 20, { requests: true });
  assert.match(JSON.stringify(message.with), /alice@sender\.test/);
});

test('LMTP answers for each recipient, and unknown numbers are not there', { skip, timeout: 120_000 }, async () => {
  const { output } = await swaks(port('lmtp'), ['--protocol', 'LMTP', '--from', 'bob@sender.test', '--to', `${address()},8399000000000032@a-node.test,x@elsewhere.test`, '--body', 'x']);
  assert.match(output, /550 5\.1\.1/);
  assert.match(output, /550 5\.7\.1 No mail for this domain here/);
});
