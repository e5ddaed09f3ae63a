// SPDX-License-Identifier: Apache-2.0
// A Nostr relay that this project did not write (npm @nostr-relay), with its events in memory.
import common from '@nostr-relay/common';
import core from '@nostr-relay/core';
import validation from '@nostr-relay/validator';
import { WebSocketServer } from 'ws';

const { EventRepository, EventUtils } = common;
const { NostrRelay } = core;
const { Validator } = validation;

/** NIP-01: an event of these kinds replaces the older one of the same author (and kind, and "d" for addressable ones). */
function replaceKey({ kind, pubkey, tags }) {
  if (kind === 0 || kind === 3 || (kind >= 10000 && kind < 20000)) return `${kind}:${pubkey}`;
  if (kind >= 30000 && kind < 40000) return `${kind}:${pubkey}:${tags.find(([name]) => name === 'd')?.[1] ?? ''}`;
  return undefined;
}

class MemoryEvents extends EventRepository {
  events = new Map();

  isSearchSupported() { return false; }

  upsert(event) {
    if (this.events.has(event.id)) return { isDuplicate: true };
    const key = replaceKey(event);
    if (key !== undefined) {
      for (const old of this.events.values()) {
        if (replaceKey(old) !== key) continue;
        if (old.created_at > event.created_at || (old.created_at === event.created_at && old.id < event.id)) return { isDuplicate: true };
        this.events.delete(old.id);
      }
    }
    this.events.set(event.id, event);
    return { isDuplicate: false };
  }

  find(filter) {
    const found = [...this.events.values()].filter((event) => EventUtils.isMatchingFilter(event, filter))
      .sort((a, b) => b.created_at - a.created_at || (a.id < b.id ? -1 : 1));
    return found.slice(0, filter.limit ?? found.length);
  }

  async destroy() { this.events.clear(); }
}

/**
 * @param {object} options auth: demand NIP-42 for gift wraps; port: another than a free one (to start again at the same place).
 * @returns {Promise<{url, port, pid, events(), drop(), stop()}>} events(): what it holds; drop(): cuts every connection.
 */
export async function startNostrRelay({ auth = false, port = 0 } = {}) {
  const server = new WebSocketServer({ host: '127.0.0.1', port, maxPayload: 1 << 20 });
  await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
  const url = `ws://127.0.0.1:${server.address().port}`;
  const store = new MemoryEvents();
  const relay = new NostrRelay(store, auth ? { hostname: '127.0.0.1' } : {});
  const validator = new Validator();
  server.on('connection', (socket) => {
    relay.handleConnection(socket, '127.0.0.1');
    socket.on('error', () => {});
    socket.on('close', () => relay.handleDisconnect(socket));
    socket.on('message', async (data) => {
      try {
        await relay.handleMessage(socket, await validator.validateIncomingMessage(data));
      } catch (error) {
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(['NOTICE', `invalid: ${error.message}`]));
      }
    });
  });
  const drop = () => { for (const socket of server.clients) socket.terminate(); };
  const stop = async () => {
    drop();
    await new Promise((resolve) => server.close(resolve));
    await relay.destroy();
  };
  return { url, port: server.address().port, pid: process.pid, events: () => [...store.events.values()], drop, stop };
}
