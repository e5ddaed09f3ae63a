// SPDX-License-Identifier: Apache-2.0
// The `signed` message as a wallet knows it (docs/protocol/envelope.md): what viem is told to sign.
export const types = {
  Message: [
    { name: 'number', type: 'uint256' },
    { name: 'epoch', type: 'uint24' },
    { name: 'text', type: 'string' },
    { name: 'nonce', type: 'bytes32' },
    { name: 'sentAt', type: 'uint64' },
    { name: 'deadline', type: 'uint64' },
  ],
};

/// `signed` as in the JSON of POST /v1/messages.
export function typedData(chain, registry, signed) {
  return {
    domain: { name: 'DMID Message', version: '1', chainId: chain, verifyingContract: registry },
    types,
    primaryType: 'Message',
    message: {
      ...signed,
      number: BigInt(signed.number),
      sentAt: BigInt(signed.sentAt),
      deadline: BigInt(signed.deadline),
    },
  };
}
