// SPDX-License-Identifier: Apache-2.0
// Somebody with a wallet and nothing else: viem signs what is written, npm siwe what is signed in with.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { SiweMessage } from 'siwe';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { typedData } from '../../oracle/signed_text.mjs';

/**
 * @param {object} place chainId, registry, url: of the number's node.
 * @returns {{address, write(number, text), signIn(), messages(number), read(number, ids)}} write(): the node's answer.
 */
export function makeWallet({ chainId, registry, url }) {
  const account = privateKeyToAccount(generatePrivateKey());
  let token;
  const call = async (method, path, body) => {
    const answer = await fetch(`${url}${path}`, {
      method, body: body && JSON.stringify(body), headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    });
    return { http: answer.status, ...(await answer.json()) };
  };
  const digits = (number) => number.replaceAll(' ', '');
  return {
    address: account.address,
    write: async (number, text) => {
      const now = Math.floor(Date.now() / 1000);
      const signed = { number: digits(number), epoch: 1, text, nonce: `0x${randomBytes(32).toString('hex')}`, sentAt: now, deadline: now + 600 };
      return call('POST', '/v1/messages', { v: 1, signed, signature: await account.signTypedData(typedData(chainId, registry, signed)) });
    },
    signIn: async () => {
      const { nonce, domain, uri, chain } = await call('GET', '/v1/wallet/nonce');
      const message = new SiweMessage({ domain, address: account.address, statement: 'Read my messages.', uri, version: '1', chainId: chain, nonce, issuedAt: new Date().toISOString() }).prepareMessage();
      const session = await call('POST', '/v1/wallet/session', { message, signature: await account.signMessage({ message }) });
      assert.equal(session.http, 201, JSON.stringify(session));
      token = session.token;
      return message;
    },
    messages: async (number) => (await call('GET', `/v1/wallet/messages?number=${digits(number)}&wait=20`)).messages,
    read: (number, ids) => call('POST', `/v1/wallet/read?number=${digits(number)}`, { messages: ids }),
  };
}
