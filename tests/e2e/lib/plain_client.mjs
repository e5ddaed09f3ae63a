// SPDX-License-Identifier: Apache-2.0
// Somebody with a Nostr key and nostr-tools, who has never heard of this project.
import { finalizeEvent, generateSecretKey, getEventHash, getPublicKey, nip44 } from 'nostr-tools';
import * as nip13 from 'nostr-tools/nip13';
import * as nip17 from 'nostr-tools/nip17';
import * as nip19 from 'nostr-tools/nip19';
import { Relay, useWebSocketImplementation } from 'nostr-tools/relay';
import WebSocket from 'ws';
import { until } from '../../peers/process.mjs';

useWebSocketImplementation(WebSocket);

const now = () => Math.floor(Date.now() / 1000);

/** @param {string} relayUrl where this person is reached. */
export async function startPlainClient(relayUrl) {
  const secret = generateSecretKey();
  const key = getPublicKey(secret);
  const home = await Relay.connect(relayUrl);
  const letters = [];
  home.subscribe([{ kinds: [1059], '#p': [key] }], { onevent: (wrap) => letters.push(nip17.unwrapEvent(wrap, secret)) });
  /** Says where answers go (NIP-17, kind 10050). */
  const announce = () => home.publish(finalizeEvent({ kind: 10050, created_at: now(), tags: [['relay', relayUrl]], content: '' }, secret));
  return {
    secret, key, npub: nip19.npubEncode(key), letters, announce,
    wrap: (to, text) => nip17.wrapEvent(secret, { publicKey: to }, text),
    /** Waits for an answer and gives its text. */
    answer: (seconds = 20) => until(() => letters[0]?.content, 'the answer in the plain client', seconds),
    stop: () => home.close(),
  };
}

/** The relays on which a key wants its mail, as any client finds them. */
export async function relaysOf(relayUrl, key) {
  const relay = await Relay.connect(relayUrl);
  const found = await new Promise((resolve) => {
    const events = [];
    relay.subscribe([{ kinds: [10050], authors: [key] }], { onevent: (event) => events.push(event), oneose: () => resolve(events) });
  });
  relay.close();
  return found.flatMap(({ tags }) => tags.filter(([name]) => name === 'relay').map(([, url]) => url));
}

/** Publishes to a relay; gives '' where it said OK, else its reason. */
export async function publish(relayUrl, event) {
  const relay = await Relay.connect(relayUrl);
  try {
    await relay.publish(event);
    return '';
  } catch (error) {
    return error.message;
  } finally {
    relay.close();
  }
}

/**
 * A gift wrap made by hand of nip44, nip13 and finalizeEvent.
 * @param {object} options from: secret key of the writer; to: the reader's key; work: bits; sealBy: another key that makes the seal.
 */
export function composeWrap({ from, to, text, work = 0, sealBy = from, tags = [] }) {
  const rumor = { kind: 14, pubkey: getPublicKey(from), created_at: now(), tags: [['p', to], ...tags], content: text };
  rumor.id = getEventHash(rumor);
  const hide = (value, secret) => nip44.encrypt(JSON.stringify(value), nip44.getConversationKey(secret, to));
  const seal = finalizeEvent({ kind: 13, created_at: now(), tags: [], content: hide(rumor, sealBy) }, sealBy);
  const once = generateSecretKey();
  const wrap = { kind: 1059, pubkey: getPublicKey(once), created_at: now(), tags: [['p', to]], content: hide(seal, once) };
  if (work === 0) return finalizeEvent(wrap, once);
  const mined = nip13.minePow(wrap, work);
  return finalizeEvent({ kind: 1059, created_at: mined.created_at, tags: mined.tags, content: mined.content }, once);
}
