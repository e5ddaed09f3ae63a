// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DmidCard} from "./DmidCard.sol";
import {DmidLock} from "./DmidLock.sol";
import {DmidNumber} from "./DmidNumber.sol";
import {DmidSignatures} from "./DmidSignatures.sol";
import {IDmidRegistry} from "./IDmidRegistry.sol";

interface IERC721Receiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
}

/// @title  The DMID registry
/// @notice The manual is `IDmidRegistry`.
/// @dev    No constructor, no immutables: one runtime code hash on every chain. State and authority are in
///         `DmidState`, the lock in `DmidLock`. Every write goes through `mint`, `_publish`, `_transfer`,
///         `_approve` or one of the lock's private functions, whose callers have established who acts.
contract DmidRegistry is DmidLock {
    uint256 private constant MAX_DOCUMENT = 8192;
    uint256 private constant DRAWS = 8;
    /// @dev The EVM remembers 256 block hashes; the hash used is that of c + 1.
    uint256 private constant LAST_MINT_BLOCK = 256;

    // --------------------------------------------------------------------------------- allotment

    /// @inheritdoc IDmidRegistry
    function commit(bytes32 commitment) external {
        Commitment storage stored = _commitments[commitment];
        require(stored.blockNumber == 0, AlreadyCommitted(commitment));
        stored.blockNumber = uint64(block.number);
    }

    /// @inheritdoc IDmidRegistry
    function mint(address recipient, bytes32 secret) external returns (uint256 number) {
        _checkRecipient(recipient);
        bytes32 drawHash = _useCommitment(commitmentFor(recipient, secret));
        for (uint256 i = 0; i < DRAWS; ++i) {
            number = DmidNumber.draw(secret, recipient, drawHash, i);
            Record storage r = _records[number];
            if (r.owner == address(0)) {
                (r.owner, r.epoch, r.flags) = (recipient, 1, FLAG_LOCKED);
                unchecked {
                    ++_balances[recipient]; // bounded by 10^12 numbers
                }
                emit Transfer(address(0), recipient, number);
                return number;
            }
        }
        revert NoFreeNumber();
    }

    /// @inheritdoc IDmidRegistry
    function commitmentFor(address recipient, bytes32 secret) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), recipient, secret));
    }

    /// @inheritdoc IDmidRegistry
    function commitmentOf(bytes32 commitment) external view returns (uint64 blockNumber, bool minted) {
        Commitment storage stored = _commitments[commitment];
        return (stored.blockNumber, stored.minted);
    }

    /// @dev Marks the commitment as used and returns the block hash that its draws depend on.
    function _useCommitment(bytes32 commitment) private returns (bytes32) {
        Commitment storage stored = _commitments[commitment];
        uint256 c = stored.blockNumber;
        require(c != 0, NotCommitted(commitment));
        require(!stored.minted, AlreadyMinted(commitment));
        unchecked {
            // In blocks c and c + 1 the difference wraps around and is too large, as it should be.
            require(block.number - c - 2 <= LAST_MINT_BLOCK - 2, OutsideMintWindow(c + 2, c + LAST_MINT_BLOCK));
            stored.minted = true;
            return blockhash(c + 1);
        }
    }

    // ------------------------------------------------------------------------------------ record

    /// @inheritdoc IDmidRegistry
    function record(uint256 number) external view returns (Record memory) {
        return _records[number];
    }

    /// @inheritdoc IDmidRegistry
    function publish(uint256 number, bytes32 inboxKey, bytes calldata document) external {
        _requireOwner(number);
        _publish(number, inboxKey, document, keccak256(document));
    }

    /// @inheritdoc IDmidRegistry
    function publishSigned(
        uint256 number,
        bytes32 inboxKey,
        bytes calldata document,
        uint64 deadline,
        bytes calldata signature
    ) public {
        Record storage r = _minted(number);
        bytes32 documentHash = keccak256(document);
        _requireSigned(
            r.owner,
            keccak256(abi.encode(DmidSignatures.PUBLISH, number, inboxKey, documentHash, r.epoch, r.seq, deadline)),
            deadline,
            signature
        );
        _publish(number, inboxKey, document, documentHash);
    }

    function _publish(uint256 number, bytes32 inboxKey, bytes calldata document, bytes32 documentHash) private {
        require(inboxKey != 0, ZeroInboxKey());
        require(document.length != 0 && document.length <= MAX_DOCUMENT, BadDocumentLength(document.length));
        Record storage r = _records[number];
        (uint24 epoch, uint32 seq) = (r.epoch, r.seq + 1);
        // A block number beyond 2^32 would be cut, which is better than an owner who cannot publish.
        (r.seq, r.publishedBlock) = (seq, uint32(block.number));
        r.inboxKey = inboxKey;
        r.documentHash = documentHash;
        emit Published(number, epoch, seq, inboxKey, documentHash, document);
    }

    // ---------------------------------------------------------------------------------- transfer

    /// @inheritdoc IDmidRegistry
    function transferFrom(address from, address to, uint256 tokenId) public {
        Record storage r = _minted(tokenId);
        require(r.owner == from, WrongFrom(tokenId, from));
        _requireMayTransfer(tokenId, r);
        _transfer(tokenId, to);
    }

    /// @inheritdoc IDmidRegistry
    function safeTransferFrom(address from, address to, uint256 tokenId) external {
        transferFrom(from, to, tokenId);
        _checkReceiver(from, to, tokenId, "");
    }

    /// @inheritdoc IDmidRegistry
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes calldata data) external {
        transferFrom(from, to, tokenId);
        _checkReceiver(from, to, tokenId, data);
    }

    /// @inheritdoc IDmidRegistry
    function transferSigned(uint256 number, address to, uint64 deadline, bytes calldata signature) external {
        Record storage r = _minted(number);
        bytes32 structHash = keccak256(
            abi.encode(DmidSignatures.TRANSFER, number, to, r.epoch, r.seq, _ownership(number).ownerNonce, deadline)
        );
        _requireSigned(r.owner, structHash, deadline, signature);
        _transfer(number, to);
    }

    /// @inheritdoc IDmidRegistry
    function transferAndPublish(
        uint256 number,
        address to,
        bytes32 inboxKey,
        bytes calldata document,
        uint64 deadline,
        bytes calldata recipientSignature
    ) external {
        _requireMayTransfer(number, _minted(number));
        _transfer(number, to);
        if (msg.sender == to) {
            _publish(number, inboxKey, document, keccak256(document));
        } else {
            publishSigned(number, inboxKey, document, deadline, recipientSignature);
        }
    }

    /// @inheritdoc IDmidRegistry
    function transferAndPublishSigned(
        uint256 number,
        address to,
        bytes32 inboxKey,
        bytes calldata document,
        uint64 deadline,
        bytes calldata ownerSignature,
        bytes calldata recipientSignature
    ) external {
        Record storage r = _minted(number);
        bytes32 structHash = keccak256(
            abi.encode(
                DmidSignatures.TRANSFER_AND_PUBLISH,
                number,
                to,
                inboxKey,
                keccak256(document),
                r.epoch,
                r.seq,
                _ownership(number).ownerNonce,
                deadline
            )
        );
        _requireSigned(r.owner, structHash, deadline, ownerSignature);
        _transfer(number, to);
        // The record is the recipient's now: this asks for the recipient's signature over the new epoch.
        publishSigned(number, inboxKey, document, deadline, recipientSignature);
    }

    /// @dev The only way a number moves. All that the old owner set is keyed by the old epoch, so it is
    ///      gone when the epoch rises; the new epoch begins as a mint does.
    function _transfer(uint256 number, address to) private {
        Record storage r = _records[number];
        address from = r.owner;
        require(r.flags & FLAG_LOCKED == 0, IsLocked(number));
        _checkRecipient(to);
        require(to != from, BadRecipient(to));
        (r.owner, r.epoch, r.publishedBlock, r.flags) = (to, r.epoch + 1, 0, FLAG_LOCKED);
        r.inboxKey = 0;
        r.documentHash = 0;
        unchecked {
            --_balances[from];
            ++_balances[to];
        }
        emit Transfer(from, to, number);
    }

    function _checkRecipient(address to) private view {
        require(to != address(0) && to != address(this), BadRecipient(to));
    }

    function _checkReceiver(address from, address to, uint256 tokenId, bytes memory data) private {
        if (to.code.length == 0) return;
        try IERC721Receiver(to).onERC721Received(msg.sender, from, tokenId, data) returns (bytes4 answer) {
            require(answer == IERC721Receiver.onERC721Received.selector, UnsafeRecipient(to));
        } catch (bytes memory reason) {
            require(reason.length != 0, UnsafeRecipient(to));
            assembly ("memory-safe") {
                revert(add(reason, 32), mload(reason))
            }
        }
    }

    // --------------------------------------------------------------- ERC-721, 4494, 165 and 5267

    /// @inheritdoc IDmidRegistry
    function balanceOf(address owner) external view returns (uint256) {
        require(owner != address(0), ZeroAddress());
        return _balances[owner];
    }

    /// @inheritdoc IDmidRegistry
    function ownerOf(uint256 tokenId) external view returns (address) {
        return _minted(tokenId).owner;
    }

    /// @inheritdoc IDmidRegistry
    function approve(address approved, uint256 tokenId) external {
        address owner = _minted(tokenId).owner;
        require(msg.sender == owner || _operators[owner][msg.sender], NotAuthorised(tokenId, msg.sender));
        _approve(tokenId, approved);
    }

    /// @inheritdoc IDmidRegistry
    function getApproved(uint256 tokenId) external view returns (address) {
        _minted(tokenId);
        return _ownership(tokenId).approved;
    }

    /// @inheritdoc IDmidRegistry
    function setApprovalForAll(address operator, bool approved) external {
        require(operator != address(0), ZeroAddress());
        _operators[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    /// @inheritdoc IDmidRegistry
    function isApprovedForAll(address owner, address operator) external view returns (bool) {
        return _operators[owner][operator];
    }

    /// @inheritdoc IDmidRegistry
    function permit(address spender, uint256 tokenId, uint256 deadline, bytes calldata signature) external {
        address owner = _minted(tokenId).owner;
        _requireSigned(
            owner,
            keccak256(abi.encode(DmidSignatures.PERMIT, spender, tokenId, nonces(tokenId), deadline)),
            deadline,
            signature
        );
        _approve(tokenId, spender);
    }

    /// @inheritdoc IDmidRegistry
    function nonces(uint256 tokenId) public view returns (uint256) {
        return uint256(_minted(tokenId).epoch) << 48 | _ownership(tokenId).permitNonce;
    }

    /// @inheritdoc IDmidRegistry
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return DmidSignatures.domainSeparator();
    }

    /// @inheritdoc IDmidRegistry
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name_,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        )
    {
        // 0x0f: name, version, chainId, verifyingContract; no salt.
        return (hex"0f", DmidSignatures.NAME, DmidSignatures.VERSION, block.chainid, address(this), 0, new uint256[](0));
    }

    /// @inheritdoc IDmidRegistry
    function name() external pure returns (string memory) {
        return "DMID";
    }

    /// @inheritdoc IDmidRegistry
    function symbol() external pure returns (string memory) {
        return "DMID";
    }

    /// @inheritdoc IDmidRegistry
    function tokenURI(uint256 tokenId) external view returns (string memory) {
        Record storage r = _minted(tokenId);
        return DmidCard.uri(tokenId, r.epoch, r.seq, r.publishedBlock != 0, r.flags & FLAG_LOCKED != 0);
    }

    /// @inheritdoc IDmidRegistry
    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        return interfaceId == 0x01ffc9a7 // ERC-165
            || interfaceId == 0x80ac58cd // ERC-721
            || interfaceId == 0x5b5e139f // ERC-721 Metadata
            || interfaceId == 0x5604e225 // ERC-4494
            || interfaceId == 0x84b0196e; // ERC-5267
    }

    function _approve(uint256 tokenId, address approved) private {
        Record storage r = _records[tokenId];
        Ownership storage o = _ownership(tokenId);
        require(r.flags & FLAG_LOCKED == 0, IsLocked(tokenId));
        (o.approved, o.permitNonce) = (approved, o.permitNonce + 1);
        emit Approval(r.owner, approved, tokenId);
    }
}
