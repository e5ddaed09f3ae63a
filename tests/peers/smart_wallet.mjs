// SPDX-License-Identifier: Apache-2.0
// Smart accounts on a local chain: contracts/test/Wallets.sol, compiled with npm solc, and signed for with viem.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createPublicClient, encodeAbiParameters, encodeFunctionData, http, serializeErc6492Signature } from 'viem';
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
import { deploy } from './anvil.mjs';
import { root } from './process.mjs';

/** @returns {Record<string, {abi, bytecode}>} the contracts of the file, by name. */
function compiled() {
  const solc = createRequire(join(root, 'contracts/package.json'))('solc');
  const input = {
    language: 'Solidity', sources: { 'Wallets.sol': { content: readFileSync(join(root, 'contracts/test/Wallets.sol'), 'utf8') } },
    settings: { evmVersion: 'cancun', optimizer: { enabled: true }, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  };
  const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input)));
  const wrong = errors.filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Error(wrong[0].formattedMessage);
  return Object.fromEntries(Object.entries(contracts['Wallets.sol']).map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]));
}

/**
 * Accounts that are contracts, each with a key of its own. @returns {Promise<{viem, deployed(), undeployed()}>} viem: a client of the
 * chain, which checks signatures by itself; the others: {address, key, sign(typed), signMessage(message)}.
 */
export async function smartWallets(url) {
  const { Factory, Wallet } = compiled();
  const factory = (await deploy(url, Factory.bytecode)).address;
  const viem = createPublicClient({ transport: http(url) });
  return {
    viem,
    async deployed() {
      const key = privateKeyToAccount(generatePrivateKey());
      const arguments_ = encodeAbiParameters([{ type: 'address' }, { type: 'bytes4' }], [key.address, '0x1626ba7e']);
      const { address } = await deploy(url, Wallet.bytecode + arguments_.slice(2));
      return { address, key, sign: (typed) => key.signTypedData(typed), signMessage: (message) => key.signMessage({ message }) };
    },
    /** One that its factory could deploy: its signatures say how (ERC-6492). */
    async undeployed() {
      const key = privateKeyToAccount(generatePrivateKey());
      const address = await viem.readContract({ address: factory, abi: Factory.abi, functionName: 'place', args: [key.address] });
      const data = encodeFunctionData({ abi: Factory.abi, functionName: 'make', args: [key.address] });
      const wrap = (signature) => serializeErc6492Signature({ address: factory, data, signature });
      return { address, key, sign: async (typed) => wrap(await key.signTypedData(typed)), signMessage: async (message) => wrap(await key.signMessage({ message })) };
    },
  };
}
