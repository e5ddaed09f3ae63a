// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DmidSignatures} from "./DmidSignatures.sol";
import {IDmidRegistry} from "./IDmidRegistry.sol";
import {DmidState} from "./DmidState.sol";

/// @title The lock of a number
/// @dev   Strengthening (lock, longer delay) is immediate; weakening (unlock, shorter delay) takes the delay in
///        force when it is announced. Each act raises the owner nonce, which makes signed orders single-use.
abstract contract DmidLock is DmidState {
    uint32 private constant DEFAULT_DELAY = 24 hours;
    uint32 private constant MIN_DELAY = 1 hours;
    uint32 private constant MAX_DELAY = 90 days;
    /// @dev A ready weakening lapses, so that a forgotten one is not a door left open for a thief.
    uint64 private constant EXECUTION_WINDOW = 14 days;

    /// @inheritdoc IDmidRegistry
    function lockState(uint256 number) external view returns (LockState memory state) {
        Record storage r = _minted(number);
        Ownership storage o = _ownership(number);
        state.locked = r.flags & FLAG_LOCKED != 0;
        state.delay = _delay(o);
        (state.unlockReadyAt, state.newDelay, state.delayReadyAt) = (o.unlockReadyAt, o.newDelay, o.delayReadyAt);
        if (state.unlockReadyAt != 0) state.unlockExpiresAt = state.unlockReadyAt + EXECUTION_WINDOW;
        if (state.delayReadyAt != 0) state.delayExpiresAt = state.delayReadyAt + EXECUTION_WINDOW;
    }

    /// @inheritdoc IDmidRegistry
    function lock(uint256 number) external {
        _requireOwner(number);
        _lock(number);
    }

    /// @inheritdoc IDmidRegistry
    function lockSigned(uint256 number, uint64 deadline, bytes calldata signature) external {
        _requireOrder(DmidSignatures.LOCK, number, deadline, signature);
        _lock(number);
    }

    /// @inheritdoc IDmidRegistry
    function announceUnlock(uint256 number) external {
        _requireOwner(number);
        _announceUnlock(number);
    }

    /// @inheritdoc IDmidRegistry
    function announceUnlockSigned(uint256 number, uint64 deadline, bytes calldata signature) external {
        _requireOrder(DmidSignatures.ANNOUNCE_UNLOCK, number, deadline, signature);
        _announceUnlock(number);
    }

    /// @inheritdoc IDmidRegistry
    function executeUnlock(uint256 number) external {
        _requireOwner(number);
        _executeUnlock(number);
    }

    /// @inheritdoc IDmidRegistry
    function executeUnlockSigned(uint256 number, uint64 deadline, bytes calldata signature) external {
        _requireOrder(DmidSignatures.EXECUTE_UNLOCK, number, deadline, signature);
        _executeUnlock(number);
    }

    /// @inheritdoc IDmidRegistry
    function cancelUnlock(uint256 number) external {
        _requireOwner(number);
        _cancelUnlock(number);
    }

    /// @inheritdoc IDmidRegistry
    function cancelUnlockSigned(uint256 number, uint64 deadline, bytes calldata signature) external {
        _requireOrder(DmidSignatures.CANCEL_UNLOCK, number, deadline, signature);
        _cancelUnlock(number);
    }

    /// @inheritdoc IDmidRegistry
    function lengthenDelay(uint256 number, uint32 delay) external {
        _requireOwner(number);
        _lengthenDelay(number, delay);
    }

    /// @inheritdoc IDmidRegistry
    function lengthenDelaySigned(uint256 number, uint32 delay, uint64 deadline, bytes calldata signature) external {
        _requireDelayOrder(DmidSignatures.LENGTHEN_DELAY, number, delay, deadline, signature);
        _lengthenDelay(number, delay);
    }

    /// @inheritdoc IDmidRegistry
    function announceDelay(uint256 number, uint32 delay) external {
        _requireOwner(number);
        _announceDelay(number, delay);
    }

    /// @inheritdoc IDmidRegistry
    function announceDelaySigned(uint256 number, uint32 delay, uint64 deadline, bytes calldata signature) external {
        _requireDelayOrder(DmidSignatures.ANNOUNCE_DELAY, number, delay, deadline, signature);
        _announceDelay(number, delay);
    }

    /// @inheritdoc IDmidRegistry
    function executeDelay(uint256 number) external {
        _requireOwner(number);
        _executeDelay(number);
    }

    /// @inheritdoc IDmidRegistry
    function executeDelaySigned(uint256 number, uint64 deadline, bytes calldata signature) external {
        _requireOrder(DmidSignatures.EXECUTE_DELAY, number, deadline, signature);
        _executeDelay(number);
    }

    /// @inheritdoc IDmidRegistry
    function cancelDelay(uint256 number) external {
        _requireOwner(number);
        _cancelDelay(number);
    }

    /// @inheritdoc IDmidRegistry
    function cancelDelaySigned(uint256 number, uint64 deadline, bytes calldata signature) external {
        _requireOrder(DmidSignatures.CANCEL_DELAY, number, deadline, signature);
        _cancelDelay(number);
    }

    /// @inheritdoc IDmidRegistry
    function ownerNonce(uint256 number) external view returns (uint48) {
        _minted(number);
        return _ownership(number).ownerNonce;
    }

    function _lock(uint256 number) private {
        Record storage r = _records[number];
        Ownership storage o = _ownership(number);
        address approved = o.approved;
        (o.approved, o.permitNonce, o.ownerNonce) = (address(0), o.permitNonce + 1, o.ownerNonce + 1);
        (o.unlockReadyAt, o.newDelay, o.delayReadyAt) = (0, 0, 0);
        r.flags |= FLAG_LOCKED;
        if (approved != address(0)) emit Approval(r.owner, address(0), number);
        emit Locked(number, r.epoch);
    }

    function _announceUnlock(uint256 number) private {
        Record storage r = _records[number];
        Ownership storage o = _ownership(number);
        require(r.flags & FLAG_LOCKED != 0, NotLocked(number));
        uint64 readyAt = uint64(block.timestamp) + _delay(o);
        (o.ownerNonce, o.unlockReadyAt) = (o.ownerNonce + 1, readyAt);
        emit UnlockAnnounced(number, r.epoch, readyAt, readyAt + EXECUTION_WINDOW);
    }

    function _executeUnlock(uint256 number) private {
        Record storage r = _records[number];
        Ownership storage o = _ownership(number);
        _requireReady(number, o.unlockReadyAt);
        (o.ownerNonce, o.unlockReadyAt) = (o.ownerNonce + 1, 0);
        r.flags &= ~FLAG_LOCKED;
        emit Unlocked(number, r.epoch);
    }

    function _cancelUnlock(uint256 number) private {
        Ownership storage o = _ownership(number);
        require(o.unlockReadyAt != 0, NotAnnounced(number));
        (o.ownerNonce, o.unlockReadyAt) = (o.ownerNonce + 1, 0);
        emit UnlockCancelled(number, _records[number].epoch);
    }

    function _lengthenDelay(uint256 number, uint32 delay) private {
        Ownership storage o = _ownership(number);
        require(delay > _delay(o) && delay <= MAX_DELAY, BadDelay(delay));
        _setDelay(number, o, delay);
    }

    function _announceDelay(uint256 number, uint32 delay) private {
        Ownership storage o = _ownership(number);
        uint32 current = _delay(o);
        require(delay >= MIN_DELAY && delay < current, BadDelay(delay));
        uint64 readyAt = uint64(block.timestamp) + current;
        (o.ownerNonce, o.newDelay, o.delayReadyAt) = (o.ownerNonce + 1, delay, readyAt);
        emit DelayAnnounced(number, _records[number].epoch, delay, readyAt, readyAt + EXECUTION_WINDOW);
    }

    function _executeDelay(uint256 number) private {
        Ownership storage o = _ownership(number);
        _requireReady(number, o.delayReadyAt);
        _setDelay(number, o, o.newDelay);
    }

    function _cancelDelay(uint256 number) private {
        Ownership storage o = _ownership(number);
        require(o.delayReadyAt != 0, NotAnnounced(number));
        (o.ownerNonce, o.newDelay, o.delayReadyAt) = (o.ownerNonce + 1, 0, 0);
        emit DelayCancelled(number, _records[number].epoch);
    }

    function _setDelay(uint256 number, Ownership storage o, uint32 delay) private {
        (o.ownerNonce, o.delay, o.newDelay, o.delayReadyAt) = (o.ownerNonce + 1, delay, 0, 0);
        emit DelayChanged(number, _records[number].epoch, delay);
    }

    function _delay(Ownership storage o) private view returns (uint32) {
        uint32 delay = o.delay;
        return delay == 0 ? DEFAULT_DELAY : delay;
    }

    function _requireReady(uint256 number, uint64 readyAt) private view {
        require(readyAt != 0, NotAnnounced(number));
        require(block.timestamp >= readyAt, TooEarly(number, readyAt));
        require(block.timestamp <= readyAt + EXECUTION_WINDOW, TooLate(number, readyAt + EXECUTION_WINDOW));
    }
}
