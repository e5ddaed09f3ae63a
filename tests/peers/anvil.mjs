// SPDX-License-Identifier: Apache-2.0
// A real local chain: anvil of the locked Foundry packages, called as the binary itself, whose pid is the chain's.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, root, startAndWait, until } from './process.mjs';

const binary = join(root, 'contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil');

/** One JSON-RPC call; throws the endpoint's own words. */
export async function rpc(url, method, params = []) {
  const answer = await fetch(url, {
    method: 'POST', headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), signal: AbortSignal.timeout(20_000),
  });
  const { result, error } = await answer.json();
  if (error) throw new Error(`${method}: ${error.message}`);
  return result;
}

/**
 * Starts a chain that forgets everything when it stops.
 * @param {object} options blockTime: seconds between blocks (0: a block for each transaction); chainId; port; slots: in an epoch,
 *   finalized is two epochs behind the head;
 *   state: a file that keeps the chain; args: more of anvil's own.
 * @returns {Promise<{url, port, pid, chainId, accounts, rpc(method, params), mine(n), deploy(bytecode), stop()}>}
 */
export async function startAnvil({ blockTime = 0, chainId = 31337, port, slots = 1, state, args = [] } = {}) {
  const chosen = port ?? await freePort();
  const url = `http://127.0.0.1:${chosen}`;
  const argv = [binary, '--host', '127.0.0.1', '--port', String(chosen), '--chain-id', String(chainId), '--slots-in-an-epoch', String(slots),
    ...(blockTime > 0 ? ['--block-time', String(blockTime)] : []), ...(state ? ['--state', state, '--state-interval', '5'] : []), ...args];
  // HOME: anvil keeps a cache below it, and a test leaves nothing behind.
  const server = await startAndWait(argv, () => rpc(url, 'eth_chainId'), { env: { FOUNDRY_DISABLE_NIGHTLY_WARNING: '1' } });
  const call = (method, params) => rpc(url, method, params);
  return {
    url, port: chosen, pid: server.pid, chainId, accounts: await call('eth_accounts'), rpc: call, output: server.output,
    mine: (count = 1) => call('anvil_mine', [`0x${count.toString(16)}`]),
    deploy: (bytecode) => deploy(url, bytecode),
    stop: server.stop,
  };
}

/** Deploys creation code from anvil's first, unlocked account. @returns {Promise<{address, blockNumber, blockHash, codeHash?}>} */
export async function deploy(url, bytecode) {
  const [from] = await rpc(url, 'eth_accounts');
  const hash = await rpc(url, 'eth_sendTransaction', [{ from, data: bytecode.startsWith('0x') ? bytecode : `0x${bytecode}` }]);
  const receipt = await until(() => rpc(url, 'eth_getTransactionReceipt', [hash]), 'the receipt of the deployment', 60);
  if (receipt.status !== '0x1') throw new Error('the deployment reverted');
  return { address: receipt.contractAddress, blockNumber: Number(receipt.blockNumber), blockHash: receipt.blockHash };
}

/** Deploys the registry from its committed bytecode. */
export function deployRegistry(url) {
  return deploy(url, readFileSync(join(root, 'contracts/abi/DmidRegistry.bin'), 'utf8').trim());
}

/** Sends ether from anvil's first account and waits until it is there. */
export async function fund(url, address, wei = 10n ** 18n) {
  const [from] = await rpc(url, 'eth_accounts');
  const hash = await rpc(url, 'eth_sendTransaction', [{ from, to: address, value: `0x${wei.toString(16)}` }]);
  return until(() => rpc(url, 'eth_getTransactionReceipt', [hash]), 'the receipt of the transfer', 60);
}
