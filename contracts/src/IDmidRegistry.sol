// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title  The DMID registry
/// @notice A DMID is a 16-digit number that a person owns for good. This contract is the only
///         authority over it: who owns it, under which key it is reached (inbox key) and which
///         document describes it (document hash). There is no administrator, fee, expiry, pause,
///         proxy, upgrade or burn.
/// @dev    This file is the manual: it says what each function does, what each event lets an
///         indexer assume, and what exactly is signed.
///
///         NUMBER. `83 PPPPPPPPPPPP CC`, 16 digits, `number % 97 == 1`. The ERC-721 token id IS the number.
///
///         EPOCH. Counts from 1 at mint; every transfer raises it by one. An identity is always
///         (number, epoch). Whatever an owner set (approval, nonces, lock, delay, announcements)
///         belongs to one epoch and ends with it. EVERY EPOCH BEGINS LOCKED, WITH THE DEFAULT DELAY
///         OF 24 HOURS, whether by mint or by transfer. A contract that is to hold numbers and pass
///         them on must therefore be able to call `announceUnlock` and `executeUnlock`.
///
///         SEQ. Raised by one with every publish, never reset, not even across epochs.
///
///         WHO MAY WRITE. Publish, lock, unlock and delay: the owner's transaction, or the owner's
///         EIP-712 signature submitted by anyone (functions ending in `Signed`); never an operator
///         or an approved address. Transfer: the owner, an approved address, an operator, or the
///         owner's signature, and nobody while the number is locked.
///
///         SIGNATURES. 65 bytes (r, s, v) or 64 bytes (EIP-2098), low s only; ecrecover is tried first,
///         then ERC-1271 if the signer has code (so an EIP-7702 account signs either way). The domain is
///         {name: "DMID", version: "1", chainId, verifyingContract}, computed at every call. `epoch`, `seq`
///         and `nonce` are taken from the state, not from the caller: what was signed must be what is.
///         `BadSignature` therefore also means "signed for another epoch, seq or nonce". Types:
///
///         Publish(uint256 number,bytes32 inboxKey,bytes32 documentHash,uint24 epoch,uint32 seq,uint64 deadline)
///         Transfer(uint256 number,address to,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         TransferAndPublish(uint256 number,address to,bytes32 inboxKey,bytes32 documentHash,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         Lock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         AnnounceUnlock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         ExecuteUnlock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         CancelUnlock(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         LengthenDelay(uint256 number,uint32 delay,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         AnnounceDelay(uint256 number,uint32 delay,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         ExecuteDelay(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         CancelDelay(uint256 number,uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)
///         Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)          (ERC-4494)
///
///         `seq` is the record's seq as it stands before the call; `nonce` is `ownerNonce(number)`;
///         the `nonce` of Permit is `nonces(number)`; `documentHash` is keccak-256 of the document bytes.
///         Every message is good once: a publish raises seq, a transfer raises epoch, all others raise the
///         owner nonce. Doing anything of the same kind by transaction kills what was signed and not yet sent.
///
///         STORAGE. Slot 0 is `mapping(uint256 number => Record)`; readers prove it with `eth_getProof`:
///         words keccak256(abi.encode(number, 0)) + 0, 1, 2. See `Record`. This layout is final.
interface IDmidRegistry {
    // ------------------------------------------------------------------------------------- types

    /// @notice Three consecutive storage words. All zero: never minted.
    /// @param owner          word 0, bits 0..159
    /// @param epoch          word 0, bits 160..183; 1 at mint
    /// @param seq            word 0, bits 184..215; 0 = nothing was ever published
    /// @param publishedBlock word 0, bits 216..247: block of the present document's `Published` event, 0 = none
    /// @param flags          word 0, bits 248..255: 0 locked; 1 frozen, 2 recovery announced, 3 claim announced,
    ///                       4 silent are reserved and zero here; the rest is zero
    /// @param inboxKey       word 1: x-only secp256k1 public key, 0 = none
    /// @param documentHash   word 2: keccak-256 of the document, 0 = none
    struct Record {
        address owner;
        uint24 epoch;
        uint32 seq;
        uint32 publishedBlock;
        uint8 flags;
        bytes32 inboxKey;
        bytes32 documentHash;
    }

    /// @notice The lock of a number in its present epoch.
    /// @param locked          transfer, approve and permit revert
    /// @param delay           seconds that a weakening takes when it is announced now
    /// @param unlockReadyAt   time from which the announced unlock may be executed, 0 = none announced
    /// @param unlockExpiresAt last second at which it may be executed
    /// @param newDelay        the announced shorter delay, 0 = none announced
    /// @param delayReadyAt    time from which it may be executed
    /// @param delayExpiresAt  last second at which it may be executed
    struct LockState {
        bool locked;
        uint32 delay;
        uint64 unlockReadyAt;
        uint64 unlockExpiresAt;
        uint32 newDelay;
        uint64 delayReadyAt;
        uint64 delayExpiresAt;
    }

    // ------------------------------------------------------------------------------------ errors

    /// @notice The number was never minted (or is no number).
    error NotMinted(uint256 number);
    /// @notice The caller is not the owner. Operators and approved addresses do not count here.
    error NotOwner(uint256 number, address caller);
    /// @notice The caller is neither owner, nor approved, nor an operator.
    error NotAuthorised(uint256 number, address caller);
    /// @notice `from` does not own the number.
    error WrongFrom(uint256 number, address from);
    /// @notice The zero address, the registry itself, or the present owner.
    error BadRecipient(address to);
    /// @notice A contract at `to` did not answer with the ERC-721 receiver's magic value.
    error UnsafeRecipient(address to);
    /// @notice Zero is no address of an owner (ERC-721 `balanceOf`).
    error ZeroAddress();
    /// @notice The number is locked: announce an unlock, wait for the delay, execute.
    error IsLocked(uint256 number);
    /// @notice The number is not locked: there is nothing to unlock.
    error NotLocked(uint256 number);
    /// @notice Nothing of this kind is announced.
    error NotAnnounced(uint256 number);
    /// @notice Announced, but not before `readyAt`.
    error TooEarly(uint256 number, uint64 readyAt);
    /// @notice Announced, but it lapsed at `expiresAt`: announce again.
    error TooLate(uint256 number, uint64 expiresAt);
    /// @notice Outside 1 hour … 90 days, or not longer (`lengthenDelay`), or not shorter (`announceDelay`).
    error BadDelay(uint32 delay);
    /// @notice The inbox key is zero.
    error ZeroInboxKey();
    /// @notice The document is empty or longer than 8192 bytes.
    error BadDocumentLength(uint256 length);
    /// @notice The message's deadline has passed.
    error Expired(uint256 deadline);
    /// @notice Not a signature of the owner over the state as it is: wrong key, wrong domain, high s, or
    ///         signed for another epoch, seq or nonce.
    error BadSignature();
    /// @notice The commitment is stored already; a commitment is never overwritten.
    error AlreadyCommitted(bytes32 commitment);
    /// @notice Nobody committed to this recipient and secret.
    error NotCommitted(bytes32 commitment);
    /// @notice The commitment has produced its number already.
    error AlreadyMinted(bytes32 commitment);
    /// @notice Mint is possible in blocks `first` … `last` only; after `last` the commitment is dead.
    error OutsideMintWindow(uint256 first, uint256 last);
    /// @notice All eight draws hit numbers that are taken: commit anew with another secret.
    error NoFreeNumber();

    // ------------------------------------------------------------------------------------ events

    /// @notice ERC-721. An indexer may assume: `from` is zero exactly once per number (its mint). The n-th
    ///         Transfer of a number starts its epoch n: so `epoch` is the count of Transfer events. Each of
    ///         them leaves the record locked, with inboxKey, documentHash and publishedBlock zero, seq
    ///         unchanged, approval cleared, nonces zero, delay 24 h and nothing announced; no other event
    ///         says so. `from` and `to` are never equal, `to` is never zero.
    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

    /// @notice ERC-721. Emitted by `approve`, `permit`, and by a lock that clears an approval (`approved` zero).
    ///         Not emitted by a transfer, which clears it too.
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);

    /// @notice ERC-721. Operators belong to an owner's address, not to a number or epoch; none of them can
    ///         move a locked number or write a record.
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);

    /// @notice A new document is in force. An indexer may assume: `seq` is the previous Published event's
    ///         seq of this number plus one, across epochs; `epoch` is the present epoch; `documentHash` is
    ///         keccak-256 of `document`; 1 ≤ length ≤ 8192; `inboxKey` is not zero; the record's
    ///         publishedBlock is this log's block. Several may share a block: the highest seq counts. The contract
    ///         does not look into the document: whether it is well formed, or the key's holder agreed,
    ///         is for the reader to check. In `transferAndPublish` it follows the Transfer.
    event Published(
        uint256 indexed number, uint24 epoch, uint32 seq, bytes32 inboxKey, bytes32 documentHash, bytes document
    );

    /// @notice The number is locked by its owner; every announced unlock or shorter delay of it is
    ///         cancelled (no event says so apart), the approval cleared, outstanding permits and signed messages
    ///         with a nonce are void. Also emitted where it was locked already. Not emitted by mint or
    ///         transfer, after which a number is locked in any case.
    event Locked(uint256 indexed number, uint24 epoch);

    /// @notice An unlock may be executed by the owner from `readyAt` to `expiresAt`. Replaces an earlier one.
    ///         Whoever watches over a number should alarm its owner now.
    event UnlockAnnounced(uint256 indexed number, uint24 epoch, uint64 readyAt, uint64 expiresAt);

    /// @notice The announced unlock is void.
    event UnlockCancelled(uint256 indexed number, uint24 epoch);

    /// @notice The number is unlocked until the next Locked or Transfer.
    event Unlocked(uint256 indexed number, uint24 epoch);

    /// @notice A shorter delay may be executed by the owner from `readyAt` to `expiresAt`. Replaces an earlier one.
    event DelayAnnounced(uint256 indexed number, uint24 epoch, uint32 delay, uint64 readyAt, uint64 expiresAt);

    /// @notice The announced shorter delay is void.
    event DelayCancelled(uint256 indexed number, uint24 epoch);

    /// @notice `delay` is in force for what is announced from now on; a pending shorter delay is void.
    ///         What was announced before keeps its time.
    event DelayChanged(uint256 indexed number, uint24 epoch, uint32 delay);

    // --------------------------------------------------------------------------------- allotment

    /// @notice Stores `commitment` with the present block. Anyone may commit for anyone.
    /// @param  commitment keccak256(abi.encode(chainId, registry, recipient, secret)), see `commitmentFor`
    function commit(bytes32 commitment) external;

    /// @notice Mints one number to `recipient`, locked, in epoch 1. Anyone may call and pay: the recipient
    ///         is bound by the commitment. Possible in blocks c+2 … c+256 of a commitment stored in block c.
    /// @dev    P = keccak256(abi.encode(secret, recipient, blockhash(c + 1), i)) % 10^12 with the first i of 0..7
    ///         that gives a free number. No ERC-721 receiver call is made.
    function mint(address recipient, bytes32 secret) external returns (uint256 number);

    /// @notice What to commit for `recipient` and `secret` here. Compute it locally: an endpoint
    ///         that is asked learns the secret (it can then only mint to the same recipient).
    function commitmentFor(address recipient, bytes32 secret) external view returns (bytes32);

    /// @notice The block in which `commitment` was stored (0: not stored), and whether it produced its number.
    function commitmentOf(bytes32 commitment) external view returns (uint64 blockNumber, bool minted);

    // ------------------------------------------------------------------------------------ record

    /// @notice The record; all zero where the number was never minted.
    function record(uint256 number) external view returns (Record memory);

    /// @notice Puts a document and its inbox key in force. Locked or not. Only the owner.
    /// @param  inboxKey x-only secp256k1 key, not zero
    /// @param  document 1 … 8192 bytes, emitted in `Published`, kept as hash
    function publish(uint256 number, bytes32 inboxKey, bytes calldata document) external;

    /// @notice `publish` by the owner's signature over `Publish`.
    function publishSigned(
        uint256 number,
        bytes32 inboxKey,
        bytes calldata document,
        uint64 deadline,
        bytes calldata signature
    ) external;

    // ---------------------------------------------------------------------------------- transfer

    /// @notice ERC-721 transfer without a receiver call. Starts a new epoch: see `Transfer`.
    function transferFrom(address from, address to, uint256 tokenId) external;

    /// @notice ERC-721 transfer; a contract at `to` must answer `onERC721Received`.
    function safeTransferFrom(address from, address to, uint256 tokenId) external;

    /// @notice ERC-721 transfer with data for the receiver.
    function safeTransferFrom(address from, address to, uint256 tokenId, bytes calldata data) external;

    /// @notice Transfer by the owner's signature over `Transfer`; no receiver call.
    function transferSigned(uint256 number, address to, uint64 deadline, bytes calldata signature) external;

    /// @notice Transfer and publish in one step, so that the number is never without a document.
    ///         Called by whoever may transfer. The document is the new owner's, so the new owner must have
    ///         signed it: `recipientSignature` is `to`'s over `Publish` with the NEW epoch (present epoch + 1),
    ///         the present seq and `deadline`. It may be empty where `to` itself is the caller.
    function transferAndPublish(
        uint256 number,
        address to,
        bytes32 inboxKey,
        bytes calldata document,
        uint64 deadline,
        bytes calldata recipientSignature
    ) external;

    /// @notice The same, submitted by anyone: `ownerSignature` is the present owner's over `TransferAndPublish`
    ///         (it cannot be taken apart into a bare transfer), `recipientSignature` as above; one deadline for both.
    function transferAndPublishSigned(
        uint256 number,
        address to,
        bytes32 inboxKey,
        bytes calldata document,
        uint64 deadline,
        bytes calldata ownerSignature,
        bytes calldata recipientSignature
    ) external;

    // -------------------------------------------------------------------------------------- lock

    /// @notice The lock, its delay and what is announced. Reverts where the number was never minted.
    function lockState(uint256 number) external view returns (LockState memory);

    /// @notice Locks at once, clears the approval, raises both nonces, cancels what is announced. Works on a
    ///         locked number too. Only the owner.
    function lock(uint256 number) external;

    /// @notice `lock` by the owner's signature over `Lock`.
    function lockSigned(uint256 number, uint64 deadline, bytes calldata signature) external;

    /// @notice Announces an unlock: executable after the delay in force now, for 14 days. Again: starts anew.
    function announceUnlock(uint256 number) external;

    /// @notice `announceUnlock` by the owner's signature over `AnnounceUnlock`.
    function announceUnlockSigned(uint256 number, uint64 deadline, bytes calldata signature) external;

    /// @notice Unlocks, if announced, ready and not lapsed.
    function executeUnlock(uint256 number) external;

    /// @notice `executeUnlock` by the owner's signature over `ExecuteUnlock`.
    function executeUnlockSigned(uint256 number, uint64 deadline, bytes calldata signature) external;

    /// @notice Takes an announced unlock back.
    function cancelUnlock(uint256 number) external;

    /// @notice `cancelUnlock` by the owner's signature over `CancelUnlock`.
    function cancelUnlockSigned(uint256 number, uint64 deadline, bytes calldata signature) external;

    /// @notice Sets a longer delay (≤ 90 days) at once; voids an announced shorter one.
    function lengthenDelay(uint256 number, uint32 delay) external;

    /// @notice `lengthenDelay` by the owner's signature over `LengthenDelay`.
    function lengthenDelaySigned(uint256 number, uint32 delay, uint64 deadline, bytes calldata signature) external;

    /// @notice Announces a shorter delay (≥ 1 hour): executable after the delay in force now, for 14 days.
    function announceDelay(uint256 number, uint32 delay) external;

    /// @notice `announceDelay` by the owner's signature over `AnnounceDelay`.
    function announceDelaySigned(uint256 number, uint32 delay, uint64 deadline, bytes calldata signature) external;

    /// @notice Puts the announced shorter delay in force.
    function executeDelay(uint256 number) external;

    /// @notice `executeDelay` by the owner's signature over `ExecuteDelay`.
    function executeDelaySigned(uint256 number, uint64 deadline, bytes calldata signature) external;

    /// @notice Takes an announced shorter delay back.
    function cancelDelay(uint256 number) external;

    /// @notice `cancelDelay` by the owner's signature over `CancelDelay`.
    function cancelDelaySigned(uint256 number, uint64 deadline, bytes calldata signature) external;

    /// @notice The nonce that owner messages name; raised by every lock, unlock and delay call and zero in a new epoch.
    function ownerNonce(uint256 number) external view returns (uint48);

    // --------------------------------------------------------------- ERC-721, 4494, 165 and 5267

    /// @notice How many numbers `owner` holds.
    function balanceOf(address owner) external view returns (uint256);

    /// @notice The owner; reverts where the number was never minted.
    function ownerOf(uint256 tokenId) external view returns (address);

    /// @notice Lets `approved` transfer the number once. By owner or operator; reverts while locked.
    ///         Raises the permit nonce, so `approve(0, n)` also voids permits not yet sent.
    function approve(address approved, uint256 tokenId) external;

    /// @notice The approved address; zero while locked.
    function getApproved(uint256 tokenId) external view returns (address);

    /// @notice Lets `operator` transfer and approve every unlocked number of the caller.
    function setApprovalForAll(address operator, bool approved) external;

    /// @notice Whether `operator` is one of `owner`.
    function isApprovedForAll(address owner, address operator) external view returns (bool);

    /// @notice ERC-4494: `approve` by the owner's signature over `Permit`; reverts while locked.
    function permit(address spender, uint256 tokenId, uint256 deadline, bytes calldata signature) external;

    /// @notice ERC-4494: the permit nonce, `epoch << 48 | counter`: it rises with every transfer, permit,
    ///         approve and lock, so no permit outlives its owner or works for the next one.
    function nonces(uint256 tokenId) external view returns (uint256);

    /// @notice The EIP-712 domain separator of this chain and contract, computed at the call.
    function DOMAIN_SEPARATOR() external view returns (bytes32);

    /// @notice ERC-5267: the fields of the EIP-712 domain.
    function eip712Domain()
        external
        view
        returns (
            bytes1 fields,
            string memory name,
            string memory version,
            uint256 chainId,
            address verifyingContract,
            bytes32 salt,
            uint256[] memory extensions
        );

    /// @notice "DMID".
    function name() external view returns (string memory);

    /// @notice "DMID".
    function symbol() external view returns (string memory);

    /// @notice ERC-721 metadata as a data: URI (JSON with an SVG card), drawn on the chain from the record.
    function tokenURI(uint256 tokenId) external view returns (string memory);

    /// @notice ERC-165: true for ERC-165, 721, 721 Metadata, 4494 and 5267.
    function supportsInterface(bytes4 interfaceId) external view returns (bool);
}
