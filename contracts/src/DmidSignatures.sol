// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title The EIP-712 domain and types, and who has signed
/// @notice The types are explained in `IDmidRegistry`; `abi/eip712.json` holds them for tools.
library DmidSignatures {
    string internal constant NAME = "DMID";
    string internal constant VERSION = "1";

    bytes32 internal constant DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 internal constant PUBLISH = keccak256(
        "Publish(uint256 number,bytes32 inboxKey,bytes32 documentHash,uint24 epoch,uint32 seq,uint64 deadline)"
    );
    bytes32 internal constant TRANSFER =
        keccak256("Transfer(uint256 number,address to,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant TRANSFER_AND_PUBLISH = keccak256(
        "TransferAndPublish(uint256 number,address to,bytes32 inboxKey,bytes32 documentHash,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)"
    );
    bytes32 internal constant LOCK =
        keccak256("Lock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant ANNOUNCE_UNLOCK =
        keccak256("AnnounceUnlock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant EXECUTE_UNLOCK =
        keccak256("ExecuteUnlock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant CANCEL_UNLOCK =
        keccak256("CancelUnlock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant LENGTHEN_DELAY =
        keccak256("LengthenDelay(uint256 number,uint32 delay,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant ANNOUNCE_DELAY =
        keccak256("AnnounceDelay(uint256 number,uint32 delay,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant EXECUTE_DELAY =
        keccak256("ExecuteDelay(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant CANCEL_DELAY =
        keccak256("CancelDelay(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)");
    bytes32 internal constant PERMIT =
        keccak256("Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)");

    /// @notice Computed at every call: a chain that forks gives the copy another domain.
    function domainSeparator() internal view returns (bytes32) {
        return
            keccak256(
                abi.encode(DOMAIN, keccak256(bytes(NAME)), keccak256(bytes(VERSION)), block.chainid, address(this))
            );
    }

    /// @notice Whether `signer` signed this struct here. ecrecover first (low s; 65 bytes, or 64 by EIP-2098), so
    ///         that an account with EIP-7702 code can sign with its key; then ERC-1271 where there is code.
    function isSignedBy(address signer, bytes32 structHash, bytes calldata signature) internal view returns (bool) {
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domainSeparator(), structHash));
        address recovered;
        ECDSA.RecoverError failure = ECDSA.RecoverError.InvalidSignatureLength;
        if (signature.length == 64) {
            (recovered, failure,) = ECDSA.tryRecover(digest, bytes32(signature[:32]), bytes32(signature[32:]));
        } else if (signature.length == 65) {
            (recovered, failure,) =
                ECDSA.tryRecover(digest, uint8(signature[64]), bytes32(signature[:32]), bytes32(signature[32:64]));
        }
        if (failure == ECDSA.RecoverError.NoError && recovered == signer) return true;
        return signer.code.length != 0 && SignatureChecker.isValidERC1271SignatureNow(signer, digest, signature);
    }
}
