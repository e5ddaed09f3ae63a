// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Asks a wallet's contract whether it signed, deployed or not (ERC-1271, ERC-6492)
/// @notice Never deployed: a node runs it as the creation code of one `eth_call`, so that what the factory does is
/// simulated and forgotten. It always ends with one word, 1 for yes and 0 for no, whatever the contracts that it calls
/// do: no return data of theirs is copied beyond a word, no revert of theirs passes, and the gas that each may burn is
/// bounded. A node that gets anything else was therefore failed by its endpoint, not by the wallet.
contract WalletCheck {
    /// @dev Of a factory that deploys a wallet; enough for 20 KB of code.
    uint256 private constant FACTORY_GAS = 5_000_000;
    /// @dev Of one `isValidSignature`; several times what passkey curves take without a precompile.
    uint256 private constant CHECK_GAS = 2_000_000;
    /// @dev `isValidSignature(bytes32,bytes)`: what to call, and what a yes looks like.
    bytes4 private constant MAGIC = 0x1626ba7e;

    /// @param first whom to call before, as an ERC-6492 wrapper names it; zero where there is none
    constructor(address wallet, bytes32 digest, bytes memory signature, address first, bytes memory firstCall) {
        bytes memory question = abi.encodeWithSelector(MAGIC, digest, signature);
        bool wrapped = first != address(0);
        bool there = wallet.code.length != 0;
        if (wrapped && !there) act(first, firstCall);
        bool yes = says(wallet, question);
        if (!yes && wrapped && there) {
            act(first, firstCall);
            yes = says(wallet, question);
        }
        assembly ("memory-safe") {
            mstore(0, yes)
            return(0, 32)
        }
    }

    function act(address target, bytes memory data) private {
        assembly ("memory-safe") {
            // What came of it shows in what the wallet says.
            pop(call(FACTORY_GAS, target, 0, add(data, 32), mload(data), 0, 0))
        }
    }

    function says(address wallet, bytes memory question) private view returns (bool yes) {
        bytes32 wanted = MAGIC;
        assembly ("memory-safe") {
            let done := staticcall(CHECK_GAS, wallet, add(question, 32), mload(question), 0, 32)
            yes := and(and(done, eq(returndatasize(), 32)), eq(mload(0), wanted))
        }
    }
}
