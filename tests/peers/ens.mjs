// SPDX-License-Identifier: Apache-2.0
// The ENS registry and public resolver on a local chain, as their authors compiled them, and two resolvers of contracts/test/Names.sol
// for what those lack: one that speaks for the names below it (ENSIP-10), and one that names a server off the chain (ERC-3668).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { encodeAbiParameters, encodeFunctionData, keccak256, toBytes } from 'viem';
import { namehash } from 'viem/ens';
import { deploy, rpc } from './anvil.mjs';
import { root, until } from './process.mjs';

const artifact = (folder, name) => JSON.parse(readFileSync(join(root, 'tests/node_modules/@ensdomains', folder, 'build/contracts', `${name}.json`), 'utf8'));

function ours() {
  const solc = createRequire(join(root, 'contracts/package.json'))('solc');
  const input = {
    language: 'Solidity', sources: { 'Names.sol': { content: readFileSync(join(root, 'contracts/test/Names.sol'), 'utf8') } },
    settings: { evmVersion: 'cancun', optimizer: { enabled: true }, outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } } },
  };
  const { contracts, errors = [] } = JSON.parse(solc.compile(JSON.stringify(input)));
  const wrong = errors.filter(({ severity }) => severity === 'error');
  if (wrong.length > 0) throw new Error(wrong[0].formattedMessage);
  return Object.fromEntries(Object.entries(contracts['Names.sol']).map(([name, { abi, evm }]) => [name, { abi, bytecode: `0x${evm.bytecode.object}` }]));
}

/**
 * Deploys them; anvil's first account owns every name.
 * @returns {Promise<{registry, take(name), leads(name, value), wildcard(name, value), offChain(name)}>} take: `name` with the public
 *   resolver; leads: sets its record; wildcard: below `name` every name has the value; offChain: whoever asks for `name` is sent away.
 */
export async function startEns(url) {
  const [from] = await rpc(url, 'eth_accounts');
  const send = async (to, abi, functionName, args) => {
    const hash = await rpc(url, 'eth_sendTransaction', [{ from, to, data: encodeFunctionData({ abi, functionName, args }) }]);
    const receipt = await until(() => rpc(url, 'eth_getTransactionReceipt', [hash]), functionName, 60);
    if (receipt.status !== '0x1') throw new Error(`${functionName} reverted`);
  };
  const ens = artifact('ens', 'ENSRegistry');
  const open = artifact('resolver', 'PublicResolver');
  const registry = (await deploy(url, ens.bytecode)).address;
  const resolver = (await deploy(url, open.bytecode + encodeAbiParameters([{ type: 'address' }], [registry]).slice(2))).address;
  const contracts = ours();
  const own = async (name, by) => {
    const labels = name.split('.');
    for (let i = labels.length - 1; i >= 0; --i) {
      const parent = namehash(labels.slice(i + 1).join('.'));
      if (BigInt(await rpc(url, 'eth_call', [{ to: registry, data: encodeFunctionData({ abi: ens.abi, functionName: 'owner', args: [namehash(labels.slice(i).join('.'))] }) }, 'latest'])) === 0n)
        await send(registry, ens.abi, 'setSubnodeOwner', [parent, keccak256(toBytes(labels[i])), from]);
    }
    await send(registry, ens.abi, 'setResolver', [namehash(name), by]);
  };
  return {
    registry,
    take: (name) => own(name, resolver),
    leads: (name, value) => send(resolver, open.abi, 'setText', [namehash(name), 'org.dmid.number', value]),
    async wildcard(name, value) {
      const { address } = await deploy(url, contracts.Wildcard.bytecode + encodeAbiParameters([{ type: 'string' }], [value]).slice(2));
      await own(name, address);
    },
    async offChain(name) { await own(name, (await deploy(url, contracts.OffChain.bytecode)).address); },
  };
}
