// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DmidSignatures} from "./DmidSignatures.sol";
import {IDmidRegistry} from "./IDmidRegistry.sol";

/// @title What the registry stores, and who may act on it
abstract contract DmidState is IDmidRegistry {
    // ----------------------------------------------------------------------------------- storage

    /// @dev What an owner set, for one (number, epoch). Two words.
    /// @param delay 0 = DEFAULT_DELAY
    struct Ownership {
        address approved;
        uint48 permitNonce;
        uint48 ownerNonce;
        uint32 delay;
        uint64 unlockReadyAt;
        uint32 newDelay;
        uint64 delayReadyAt;
    }

    struct Commitment {
        uint64 blockNumber;
        bool minted;
    }

    mapping(uint256 number => Record) internal _records;
    mapping(uint256 numberAndEpoch => Ownership) internal _ownerships;
    mapping(address owner => uint256) internal _balances;
    mapping(address owner => mapping(address operator => bool)) internal _operators;
    mapping(bytes32 commitment => Commitment) internal _commitments;

    uint8 internal constant FLAG_LOCKED = 1 << 0;

    // -------------------------------------------------------------------------------- who may act

    function _minted(uint256 number) internal view returns (Record storage r) {
        r = _records[number];
        require(r.owner != address(0), NotMinted(number));
    }

    /// @dev A number is below 2^54 and an epoch below 2^24: the key is one-to-one.
    function _ownership(uint256 number) internal view returns (Ownership storage) {
        return _ownerships[number << 24 | _records[number].epoch];
    }

    function _requireOwner(uint256 number) internal view {
        require(_minted(number).owner == msg.sender, NotOwner(number, msg.sender));
    }

    function _requireMayTransfer(uint256 number, Record storage r) internal view {
        address owner = r.owner;
        if (msg.sender == owner || _operators[owner][msg.sender]) return;
        // No transaction comes from the zero address, but a simulated call may: nobody approved is not it.
        require(
            msg.sender != address(0) && msg.sender == _ownership(number).approved, NotAuthorised(number, msg.sender)
        );
    }

    function _requireSigned(address signer, bytes32 structHash, uint256 deadline, bytes calldata signature)
        internal
        view
    {
        require(block.timestamp <= deadline, Expired(deadline));
        require(DmidSignatures.isSignedBy(signer, structHash, signature), BadSignature());
    }

    /// @dev For the messages that say nothing but their kind. The act itself raises the nonce.
    function _requireOrder(bytes32 typeHash, uint256 number, uint64 deadline, bytes calldata signature) internal view {
        Record storage r = _minted(number);
        bytes32 structHash =
            keccak256(abi.encode(typeHash, number, r.epoch, r.seq, _ownership(number).ownerNonce, deadline));
        _requireSigned(r.owner, structHash, deadline, signature);
    }

    function _requireDelayOrder(
        bytes32 typeHash,
        uint256 number,
        uint32 delay,
        uint64 deadline,
        bytes calldata signature
    ) internal view {
        Record storage r = _minted(number);
        bytes32 structHash =
            keccak256(abi.encode(typeHash, number, delay, r.epoch, r.seq, _ownership(number).ownerNonce, deadline));
        _requireSigned(r.owner, structHash, deadline, signature);
    }
}
