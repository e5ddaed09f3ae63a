// SPDX-License-Identifier: Apache-2.0
// A private anvil that always makes the same blocks, and the little of JSON-RPC and ABI encoding that measuring needs.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** The real binary: the npm shim in front of it would hide its process id. */
function anvilBinary() {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  const platform = `@foundry-rs/anvil-${process.platform}-${arch}`;
  return join(dirname(require.resolve(`${platform}/package.json`)), 'bin', 'anvil');
}

/** Starts anvil on a free loopback port. The same calls give the same block hashes, hence the same gas. */
export async function startChain() {
  const options = ['--port', '0', '--hardfork', 'prague', '--timestamp', '1800000000', '--chain-id', '31337'];
  const child = spawn(anvilBinary(), options, { stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /Listening on 127\.0\.0\.1:(\d+)/.exec(output);
      if (found) resolve(Number(found[1]));
    });
    child.once('exit', (code) => reject(new Error(`anvil ended with ${code}`)));
  });
  let id = 0;
  const rpc = async (method, ...params) => {
    const response = await fetch(`http://127.0.0.1:${port}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: ++id, method, params }),
    });
    const { result, error } = await response.json();
    if (error) throw new Error(`${method}: ${error.message} ${error.data ?? ''}`);
    return result;
  };
  await rpc('anvil_setBlockTimestampInterval', 1);
  return { rpc, stop: () => child.kill() };
}

/** Sends a transaction from an unlocked account and waits for its receipt; a revert is an error. */
export async function send(rpc, from, to, data) {
  const gasLimit = '0xe4e1c0'; // fixed: an estimate would cost time and change nothing
  const hash = await rpc('eth_sendTransaction', { from, to, data, gas: gasLimit });
  for (let tries = 0; tries < 500; ++tries) {
    const receipt = await rpc('eth_getTransactionReceipt', hash);
    if (receipt) {
      if (receipt.status !== '0x1') throw new Error(`reverted: ${data.slice(0, 10)}`);
      return { ...receipt, gas: Number(receipt.gasUsed) };
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('no receipt');
}

const word = (value) => BigInt(value).toString(16).padStart(64, '0');

/** ABI-encodes arguments: a number or 0x-hex of at most 32 bytes is one word, a Buffer is `bytes`. */
export function encode(args) {
  let head = '';
  let tail = '';
  for (const arg of args) {
    if (Buffer.isBuffer(arg)) {
      head += word(args.length * 32 + tail.length / 2);
      tail += word(arg.length) + arg.toString('hex').padEnd(Math.ceil(arg.length / 32) * 64, '0');
    } else {
      head += word(arg);
    }
  }
  return head + tail;
}
