// SPDX-License-Identifier: Apache-2.0
// The SMS channel before two services that this project did not write: npm's smpp and Perl's Net::SMPP.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeCertificate } from '../peers/certificate.mjs';
import { freePort, temporaryFolder } from '../peers/process.mjs';
import { netSmppMissing, smsHostMissing, startService, startSmsHost } from '../peers/sms_service.mjs';

const phone = '+491701234567';
const caller = { source_addr: '491701234567', source_addr_ton: 1, source_addr_npi: 1, destination_addr: '12345', dest_addr_ton: 3 };
const owls = 'Grüße, 你好, 🦉! '.repeat(12).trim();

const utf16 = (text) => Buffer.from(text, 'utf16le').swap16();
/** A text as a phone sends it in parts: UTF-16 with an 8- or 16-bit reference. */
function phoneParts(text, reference, wide = false) {
  const size = wide ? 132 : 134;
  const bytes = utf16(text);
  const total = Math.ceil(bytes.length / size);
  return Array.from({ length: total }, (_, i) => {
    const head = wide ? [6, 8, 4, reference >> 8, reference & 255, total, i + 1] : [5, 0, 3, reference, total, i + 1];
    return Buffer.concat([Buffer.from(head), bytes.subarray(i * size, (i + 1) * size)]).toString('hex');
  });
}
/** What a service's submits say when they are put together; one reads texts, the other gives bytes. */
function joined(submits) {
  const parts = submits.map((one) => {
    if (one.text !== undefined) return { at: one.udh[0] ? parseInt(one.udh[0].slice(-2), 16) : 1, text: one.text };
    const bytes = Buffer.from(one.bytes, 'hex');
    const head = (one.esm & 0x40) ? bytes[0] + 1 : 0;
    const rest = bytes.subarray(head);
    return { at: head ? bytes[head - 1] : 1, text: one.coding === 8 ? Buffer.from(rest).swap16().toString('utf16le') : rest.toString('latin1') };
  });
  return parts.sort((a, b) => a.at - b.at).map(({ text }) => text).join('');
}

for (const kind of ['npm', 'perl']) {
  const missing = smsHostMissing() ?? (kind === 'perl' ? netSmppMissing() : undefined);
  describe(`before ${kind}`, { skip: missing }, () => {
    let port;
    let service;
    let host;
    before(async () => {
      port = await freePort();
      service = await startService(kind, port);
      host = await startSmsHost({ services: [{ port, label: kind }] });
      await service.nth('bind', 0);
    });
    after(async () => {
      await host?.stop();
      await service?.stop();
    });
    const submits = (from) => service.all('submit').slice(from);
    const deliver = async (command) => {
      const reference = `${Math.random()}`;
      service.tell({ ...command, reference });
      return (await service.where('delivered', (one) => one.reference === reference)).status;
    };

    test('it binds as version 3.4', () => {
      const [bind] = service.all('bind');
      assert.deepEqual([bind.kind, bind.good, bind.version], ['bind_transceiver', true, 0x34]);
    });

    test('a short text goes in one message, from the address of the rule', async () => {
      const attempt = await host.send(phone, 'Hello {€}');
      assert.equal(attempt.outcome, 'accepted', attempt.detail);
      const [submit] = submits(0);
      assert.deepEqual([submit.source, submit.destination, submit.ton, submit.coding, submit.registered], ['DMID', phone.slice(1), 1, 0, 1]);
      assert.deepEqual(attempt.known_as, [`${kind}:${submit.id}`]);
      if (kind === 'npm') assert.equal(submit.text, 'Hello {€}'); // its own reading of the extension table
      await host.send('+12025550100', 'Hello');
      assert.equal(submits(1)[0].source, '15550100');
    });

    test('a long text in any script goes in parts that come together', async () => {
      const from = service.all('submit').length;
      const attempt = await host.send(phone, owls);
      assert.equal(attempt.outcome, 'accepted', attempt.detail);
      const parts = submits(from);
      assert.ok(parts.length >= 3);
      assert.equal(attempt.known_as.length, parts.length);
      assert.equal(joined(parts), owls);
    });

    test('a receipt is reported for the message that it is about', async () => {
      const attempt = await host.send(phone, 'receipt, please');
      const [known] = attempt.known_as;
      const id = known.slice(kind.length + 1);
      assert.equal(await deliver({ op: 'receipt', id, state: 'DELIVRD', message_state: 2, from: '491701234567' }), 0);
      // One names the id as it was, the other in decimal what it gave in hexadecimal.
      const reports = host.all('report');
      assert.equal(reports.at(-1).known_as, known);
      assert.equal(reports.at(-1).fate, 'delivered');
      assert.equal(reports.at(-1).account, phone);
    });

    test('messages of phones come in, long ones whole, and are acknowledged', async () => {
      assert.equal(await deliver({ op: 'deliver', ...caller, data_coding: 0, bytes: Buffer.from('Hello').toString('hex') }), 0);
      const line = host.all('line').at(-1);
      assert.deepEqual([line.account, line.text, line.proven, line.automatic], [phone, 'Hello', false, false]);
      for (const wide of [false, true]) {
        const parts = phoneParts(owls, wide ? 700 : 7, wide).reverse();
        const statuses = await Promise.all(parts.map((bytes) => deliver({ op: 'deliver', ...caller, esm_class: 0x40, data_coding: 8, bytes })));
        assert.deepEqual(new Set(statuses), new Set([0]));
        assert.equal(host.all('line').at(-1).text, owls);
      }
    });

    test('what is not durable yet is put off, and comes again under the same id', async () => {
      const hello = { op: 'deliver', ...caller, data_coding: 0, bytes: Buffer.from('again').toString('hex') };
      await host.answer('later');
      assert.equal(await deliver(hello), 0x64);
      await host.answer('yes', 'Words of the node.');
      const from = service.all('submit').length;
      assert.equal(await deliver(hello), 0);
      await host.answer('yes');
      const [one, two] = host.all('line').slice(-2);
      assert.equal(one.id, two.id);
      await service.nth('submit', from);
      assert.equal(joined(submits(from)), 'Words of the node.');
      assert.equal(submits(from)[0].source, '12345');
    });

    test('throttling defers, and the next message goes after the pause', async () => {
      service.tell({ op: 'status', list: [0x58] });
      const attempt = await host.send(phone, 'too fast');
      assert.deepEqual([attempt.outcome, attempt.code, attempt.detail, attempt.retry], ['deferred', 'channel.deferred', 'ESME_RTHROTTLED', true]);
      assert.equal((await host.send(phone, 'slower')).outcome, 'accepted');
      service.tell({ op: 'status', list: [0x0b] });
      assert.equal((await host.send(phone, 'nobody')).outcome, 'refused');
    });

    test('it answers enquire_link', async () => {
      service.tell({ op: 'enquire' });
      await service.nth('enquired', 0);
    });

    test('a service that is killed is found again, and nothing is called accepted meanwhile', async () => {
      await service.kill();
      assert.equal((await host.send(phone, 'nobody there', { within: 2000 })).outcome, 'unreachable');
      service = await startService(kind, port);
      await service.nth('bind', 0);
      assert.equal((await host.send(phone, 'here again')).outcome, 'accepted');
      assert.equal(await deliver({ op: 'deliver', ...caller, data_coding: 0, bytes: Buffer.from('and back').toString('hex') }), 0);
    });

    test('it unbinds in order', async () => {
      assert.equal(await host.stop(), 0);
      assert.equal(host.all('ended').length, 1);
      await service.nth('unbind', 0);
    });
  });
}

describe('by other means', { skip: smsHostMissing() }, () => {
  const running = [];
  const begin = async (options, tls) => {
    const port = await freePort();
    const service = await startService('npm', port, tls);
    const host = await startSmsHost({ ...options, services: options.services.map((one) => ({ ...one, port })) });
    running.push(host, service);
    return { service, host };
  };
  after(async () => { for (const one of running) await one.stop(); });

  test('over TLS, with the certificate checked', async () => {
    const folder = temporaryFolder('sms');
    const tls = makeCertificate(folder.path);
    const { service, host } = await begin({ services: [{ host: 'localhost', ca: tls.certFile }] }, tls);
    await service.nth('bind', 0);
    assert.equal((await host.send(phone, 'sealed on the way')).outcome, 'accepted');
    const other = makeCertificate(temporaryFolder('sms-other').path);
    const { host: stranger } = await begin({ services: [{ host: 'localhost', ca: other.certFile }] }, tls);
    const attempt = await stranger.send(phone, 'never');
    assert.equal(attempt.outcome, 'unreachable');
    assert.match(attempt.detail, /net\.tls/);
  });

  test('with one connection for each way', async () => {
    const { service, host } = await begin({ services: [{ binds: 'pair' }] });
    await service.nth('bind', 1);
    assert.deepEqual(new Set(service.all('bind').map(({ kind }) => kind)), new Set(['bind_transmitter', 'bind_receiver']));
    assert.equal((await host.send(phone, 'out')).outcome, 'accepted');
    service.tell({ op: 'deliver', ...caller, data_coding: 0, bytes: Buffer.from('in').toString('hex'), reference: 'in' });
    await service.where('delivered', ({ reference }) => reference === 'in');
    assert.equal(host.all('line').at(-1).text, 'in');
  });

  test('as one payload', async () => {
    const { service, host } = await begin({ services: [{}], long: 'payload' });
    const attempt = await host.send(phone, owls);
    assert.equal(attempt.known_as.length, 1);
    assert.equal(service.all('submit')[0].text, owls);
  });

  test('a wrong password is called so', async () => {
    const { host } = await begin({ services: [{ password: 'wrong' }] });
    const attempt = await host.send(phone, 'hello');
    assert.deepEqual([attempt.outcome, attempt.code], ['unreachable', 'channel.auth-failed']);
    assert.doesNotMatch(attempt.detail, /wrong/);
  });

  test('many at once, all of them accepted', async () => {
    const { service, host } = await begin({ services: [{ window: 50 }] });
    await service.nth('bind', 0);
    service.tell({ op: 'quiet', on: true });
    assert.equal((await host.burst(phone, 'hello', 2000)).accepted, 2000);
  });
});
