// SPDX-License-Identifier: Apache-2.0
// node nostr_tools_open.mjs SECRET PEER PAYLOAD SECONDS: CPU microseconds that nostr-tools takes to open the
// payload, and the SHA-256 of what it found. Started by nip44_bench, once per round.
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

const require = createRequire(new URL('../tests/package.json', import.meta.url));
const { v2 } = require('nostr-tools').nip44;
const [secret, peer, payload, seconds] = process.argv.slice(2);
const own = Uint8Array.from(Buffer.from(secret, 'hex'));
const { getConversationKey } = v2.utils;
const open = () => v2.decrypt(payload, getConversationKey(own, peer));

const plaintext = open();
// Until the compiler has seen enough of it.
for (const end = Date.now() + 1000 * Number(seconds); Date.now() < end;) open();
const start = process.cpuUsage();
let calls = 0;
for (const end = Date.now() + 1000 * Number(seconds); Date.now() < end; ++calls) open();
const { user, system } = process.cpuUsage(start);
console.log((user + system) / calls, createHash('sha256').update(plaintext).digest('hex'));
