// SPDX-License-Identifier: Apache-2.0
// Measures whole transactions (21000, calldata with the floor of EIP-7623, execution) on a real chain.
import { encode, send, startChain } from './chain.mjs';

/** Goals for transactions sent by the owner. */
export const goals = { mint: 75000, 'publish first 500 B': 95000, 'publish later 500 B': 60000, 'publish first 8 KiB': 380000 };

/** Bytes without a zero: the dearest calldata there is. */
function document(length, seed) {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let i = 0; i < length; ++i) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = 1 + ((state >>> 16) % 255);
  }
  return bytes;
}

const key = (seed) => '0x' + document(32, seed).toString('hex');

class Bench {
  constructor(rpc, artifact, eip712) {
    Object.assign(this, { rpc, selectors: artifact.methodIdentifiers, bytecode: artifact.bytecode.object, eip712 });
    this.gas = {};
  }

  data(signature, ...args) {
    return '0x' + this.selectors[signature] + encode(args);
  }

  async call(signature, ...args) {
    return this.rpc('eth_call', { to: this.registry, data: this.data(signature, ...args) }, 'latest');
  }

  /** Sends and, where a name is given, notes the gas under it. */
  async send(name, from, signature, ...args) {
    const receipt = await send(this.rpc, from, this.registry, this.data(signature, ...args));
    if (name) this.gas[name] = receipt.gas;
    return receipt;
  }

  async sign(signer, primaryType, fields) {
    const { domain, types } = this.eip712;
    const domainNow = { ...domain, chainId: 31337, verifyingContract: this.registry };
    const message = { primaryType, domain: domainNow, types: { EIP712Domain: types.EIP712Domain, [primaryType]: types[primaryType] } };
    const signature = await this.rpc('eth_signTypedData_v4', signer, { ...message, message: fields });
    return Buffer.from(signature.slice(2), 'hex');
  }

  /** The common tail of every signed message, as the chain has it now. */
  async state(number) {
    const words = (await this.call('record(uint256)', number)).slice(2).match(/.{64}/g);
    const nonce = await this.call('ownerNonce(uint256)', number);
    return { epoch: Number('0x' + words[1]), seq: Number('0x' + words[2]), nonce: Number(nonce), deadline: 1900000000 };
  }

  async mint(name, payer, recipient, secret) {
    const commitment = await this.call('commitmentFor(address,bytes32)', recipient, secret);
    await this.send(name ? 'commit' : null, payer, 'commit(bytes32)', commitment);
    await this.rpc('anvil_mine', '0x2');
    const receipt = await this.send(name, payer, 'mint(address,bytes32)', recipient, secret);
    return BigInt(receipt.logs[0].topics[3]);
  }

  /** By an absolute time: relative jumps do nothing where blocks have a fixed interval. */
  async passDay() {
    const { timestamp } = await this.rpc('eth_getBlockByNumber', 'latest', false);
    await this.rpc('evm_setNextBlockTimestamp', Number(timestamp) + 86401);
  }

  async unlock(owner, number, names = []) {
    await this.send(names[0], owner, 'announceUnlock(uint256)', number);
    await this.passDay();
    await this.send(names[1], owner, 'executeUnlock(uint256)', number);
  }
}

async function measurePublish(bench, owner, payer, number, other) {
  const plain = 'publish(uint256,bytes32,bytes)';
  await bench.send('publish first 500 B', owner, plain, number, key(1), document(500, 1));
  await bench.send('publish later 500 B', owner, plain, number, key(2), document(500, 2));
  await bench.send('publish later 8 KiB', owner, plain, number, key(3), document(8192, 3));
  await bench.send('publish first 8 KiB', owner, plain, other, key(4), document(8192, 4));
  for (const [name, length, seed] of [['publish later 500 B, signed', 500, 5], ['publish later 8 KiB, signed', 8192, 6]]) {
    const doc = document(length, seed);
    const documentHash = await bench.rpc('web3_sha3', '0x' + doc.toString('hex'));
    const { nonce: _, ...state } = await bench.state(number);
    const fields = { number: String(number), inboxKey: key(seed), documentHash, ...state };
    const signature = await bench.sign(owner, 'Publish', fields);
    const form = 'publishSigned(uint256,bytes32,bytes,uint64,bytes)';
    await bench.send(name, payer, form, number, key(seed), doc, state.deadline, signature);
  }
}

async function measureOrders(bench, owner, payer, number) {
  const signed = async (name, type, form) => {
    const state = await bench.state(number);
    const signature = await bench.sign(owner, type, { number: String(number), ...state });
    await bench.send(name, payer, `${form}(uint256,uint64,bytes)`, number, state.deadline, signature);
  };
  await bench.unlock(owner, number, ['announce unlock, first act of the epoch']);
  await bench.send(null, owner, 'lock(uint256)', number);
  await bench.unlock(owner, number, ['announce unlock', 'execute unlock']);
  await bench.send('approve', owner, 'approve(address,uint256)', payer, number);
  await bench.send('lock', owner, 'lock(uint256)', number);
  await signed('announce unlock, signed', 'AnnounceUnlock', 'announceUnlockSigned');
  await bench.passDay();
  await signed('execute unlock, signed', 'ExecuteUnlock', 'executeUnlockSigned');
  await signed('lock, signed', 'Lock', 'lockSigned');
}

async function measureTransfer(bench, owner, payer, other, number) {
  await bench.unlock(owner, number);
  await bench.send('transfer', owner, 'transferFrom(address,address,uint256)', owner, other, number);
  await bench.send(null, other, 'publish(uint256,bytes32,bytes)', number, key(7), document(500, 7));
  await bench.unlock(other, number);
  let state = await bench.state(number);
  const signature = await bench.sign(other, 'Transfer', { number: String(number), to: owner, ...state });
  const form = 'transferSigned(uint256,address,uint64,bytes)';
  await bench.send('transfer, signed', payer, form, number, owner, state.deadline, signature);

  await bench.send(null, owner, 'publish(uint256,bytes32,bytes)', number, key(7), document(500, 7));
  await bench.unlock(owner, number);
  const doc = document(500, 8);
  const documentHash = await bench.rpc('web3_sha3', '0x' + doc.toString('hex'));
  state = await bench.state(number);
  const content = { number: String(number), inboxKey: key(8), documentHash };
  const byOwner = await bench.sign(owner, 'TransferAndPublish', { ...content, to: other, ...state });
  const { nonce: _, ...rest } = state;
  const byRecipient = await bench.sign(other, 'Publish', { ...content, ...rest, epoch: state.epoch + 1 });
  const both = 'transferAndPublishSigned(uint256,address,bytes32,bytes,uint64,bytes,bytes)';
  await bench.send('transfer and publish 500 B, signed by both', payer, both, number, other, key(8), doc, state.deadline, byOwner, byRecipient);
}

/** Deploys and uses the registry; returns gas by name, and the hash of the code that the chain holds. */
export async function measure(artifact, eip712) {
  const chain = await startChain();
  try {
    const [deployer, owner, payer, other] = await chain.rpc('eth_accounts');
    const bench = new Bench(chain.rpc, artifact, eip712);
    const deployment = await send(chain.rpc, deployer, undefined, bench.bytecode);
    bench.registry = deployment.contractAddress;
    bench.gas.deploy = deployment.gas;
    const number = await bench.mint('mint', owner, owner, key(100));
    const second = await bench.mint(null, owner, owner, key(101));
    await bench.mint(null, other, other, key(102)); // so that no transfer empties or opens a balance
    await measurePublish(bench, owner, payer, number, second);
    await measureOrders(bench, owner, payer, number);
    await measureTransfer(bench, owner, payer, other, number);
    const { codeHash } = await chain.rpc('eth_getProof', bench.registry, [], 'latest');
    return { gas: bench.gas, codeHash };
  } finally {
    chain.stop();
  }
}
