// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Fixture} from "./Fixture.sol";

contract LockTest is Fixture {
    uint256 private number;
    uint64 private constant START = 1_800_000_000;

    function setUp() public override {
        super.setUp();
        number = mintTo(alice);
    }

    function test_AnUnlockTakesTheDelay() public {
        vm.expectEmit(address(registry));
        emit IDmidRegistry.UnlockAnnounced(number, 1, START + 1 days, START + 15 days);
        vm.prank(alice);
        registry.announceUnlock(number);
        vm.warp(START + 1 days - 1);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IDmidRegistry.TooEarly.selector, number, START + 1 days));
        registry.executeUnlock(number);
        check(registry.lockState(number).locked, "still locked");
        vm.warp(START + 1 days);
        vm.expectEmit(address(registry));
        emit IDmidRegistry.Unlocked(number, 1);
        vm.prank(alice);
        registry.executeUnlock(number);
        check(!registry.lockState(number).locked, "unlocked");
        same(registry.record(number).flags, 0, "flags");
        vm.prank(alice);
        expect(IDmidRegistry.NotAnnounced.selector);
        registry.executeUnlock(number);
        vm.prank(alice);
        expect(IDmidRegistry.NotLocked.selector);
        registry.announceUnlock(number);
    }

    function testFuzz_AnAnnouncementIsGoodFromReadyToExpiryOnly(uint32 wait) public {
        vm.prank(alice);
        registry.announceUnlock(number);
        vm.warp(uint256(START) + wait);
        if (wait < 1 days) expect(IDmidRegistry.TooEarly.selector);
        else if (wait > 15 days) expect(IDmidRegistry.TooLate.selector);
        vm.prank(alice);
        registry.executeUnlock(number);
    }

    function test_ALapsedAnnouncementIsMadeAnew() public {
        vm.prank(alice);
        registry.announceUnlock(number);
        vm.warp(START + 15 days + 1);
        vm.prank(alice);
        expect(IDmidRegistry.TooLate.selector);
        registry.executeUnlock(number);
        unlockBy(alice, number);
        check(!registry.lockState(number).locked, "unlocked");
    }

    function test_ACancelledUnlockIsGone() public {
        vm.prank(alice);
        registry.announceUnlock(number);
        vm.expectEmit(address(registry));
        emit IDmidRegistry.UnlockCancelled(number, 1);
        vm.prank(alice);
        registry.cancelUnlock(number);
        vm.warp(START + 2 days);
        vm.prank(alice);
        expect(IDmidRegistry.NotAnnounced.selector);
        registry.executeUnlock(number);
        vm.prank(alice);
        expect(IDmidRegistry.NotAnnounced.selector);
        registry.cancelUnlock(number);
    }

    function test_LockClearsTheApprovalVoidsPermitsAndCancelsAnnouncements() public {
        unlockBy(alice, number);
        bytes memory permission = sign(ALICE_KEY, permitData(eve, number, LATER));
        uint256 before = registry.nonces(number);
        vm.prank(alice);
        registry.approve(eve, number);
        vm.prank(alice);
        registry.announceDelay(number, 2 hours);
        vm.expectEmit(address(registry));
        emit IDmidRegistry.Approval(alice, address(0), number);
        vm.expectEmit(address(registry));
        emit IDmidRegistry.Locked(number, 1);
        vm.prank(alice);
        registry.lock(number);
        same(registry.getApproved(number), address(0), "approval");
        same(registry.nonces(number), before + 2, "permit nonce");
        same(registry.lockState(number).newDelay, 0, "announcement");
        expect(IDmidRegistry.BadSignature.selector);
        registry.permit(eve, number, LATER, permission);
        permission = sign(ALICE_KEY, permitData(eve, number, LATER));
        expect(IDmidRegistry.IsLocked.selector);
        registry.permit(eve, number, LATER, permission);
    }

    function test_LockOfALockedNumberStopsItsUnlock() public {
        vm.prank(alice);
        registry.announceUnlock(number);
        vm.prank(alice);
        registry.lock(number);
        vm.warp(START + 2 days);
        vm.prank(alice);
        expect(IDmidRegistry.NotAnnounced.selector);
        registry.executeUnlock(number);
    }

    function testFuzz_OnlyTheOwnerTouchesTheLock(address other, uint8 which) public {
        vm.assume(other != alice);
        bytes[8] memory calls = [
            abi.encodeCall(registry.lock, (number)),
            abi.encodeCall(registry.announceUnlock, (number)),
            abi.encodeCall(registry.executeUnlock, (number)),
            abi.encodeCall(registry.cancelUnlock, (number)),
            abi.encodeCall(registry.lengthenDelay, (number, 2 days)),
            abi.encodeCall(registry.announceDelay, (number, 2 hours)),
            abi.encodeCall(registry.executeDelay, (number)),
            abi.encodeCall(registry.cancelDelay, (number))
        ];
        vm.prank(alice);
        registry.announceUnlock(number);
        vm.prank(alice);
        registry.announceDelay(number, 1 hours);
        vm.warp(START + 2 days);
        vm.prank(other);
        (bool done, bytes memory reason) = address(registry).call(calls[which % 8]);
        check(!done, "refused");
        same(bytes32(bytes4(reason)), bytes32(IDmidRegistry.NotOwner.selector), "reason");
    }

    // ------------------------------------------------------------------------------------- delay

    function testFuzz_ALongerDelayIsImmediateAShorterOneWaits(uint32 delay) public {
        vm.prank(alice);
        if (delay <= 1 days || delay > 90 days) {
            expect(IDmidRegistry.BadDelay.selector);
            registry.lengthenDelay(number, delay);
        } else {
            registry.lengthenDelay(number, delay);
            same(registry.lockState(number).delay, delay, "longer");
            return;
        }
        vm.prank(alice);
        if (delay < 1 hours || delay >= 1 days) {
            expect(IDmidRegistry.BadDelay.selector);
            registry.announceDelay(number, delay);
            return;
        }
        registry.announceDelay(number, delay);
        same(registry.lockState(number).delay, 1 days, "not yet");
        vm.warp(START + 1 days - 1);
        vm.prank(alice);
        expect(IDmidRegistry.TooEarly.selector);
        registry.executeDelay(number);
        vm.warp(START + 1 days);
        vm.prank(alice);
        registry.executeDelay(number);
        same(registry.lockState(number).delay, delay, "shorter");
    }

    function test_ALongerDelayVoidsAShorterOneAndLeavesAnnouncedUnlocksTheirTime() public {
        vm.prank(alice);
        registry.announceUnlock(number);
        vm.prank(alice);
        registry.announceDelay(number, 1 hours);
        vm.prank(alice);
        registry.lengthenDelay(number, 90 days);
        vm.warp(START + 1 days);
        vm.prank(alice);
        expect(IDmidRegistry.NotAnnounced.selector);
        registry.executeDelay(number);
        vm.prank(alice);
        registry.executeUnlock(number);
        check(!registry.lockState(number).locked, "unlocked");
    }

    function test_AShorterDelayAnnouncedIsNotInForceForAnUnlock() public {
        vm.prank(alice);
        registry.announceDelay(number, 1 hours);
        vm.prank(alice);
        registry.announceUnlock(number);
        same(registry.lockState(number).unlockReadyAt, START + 1 days, "old delay");
        vm.warp(START + 1 days);
        vm.prank(alice);
        registry.executeDelay(number);
        vm.prank(alice);
        registry.announceUnlock(number);
        same(registry.lockState(number).unlockReadyAt, START + 1 days + 1 hours, "new delay");
    }

    function test_ACancelledDelayIsGoneAndALapsedOneToo() public {
        vm.prank(alice);
        registry.announceDelay(number, 1 hours);
        vm.prank(alice);
        registry.cancelDelay(number);
        vm.prank(alice);
        expect(IDmidRegistry.NotAnnounced.selector);
        registry.cancelDelay(number);
        vm.prank(alice);
        registry.announceDelay(number, 1 hours);
        vm.warp(START + 15 days + 1);
        vm.prank(alice);
        expect(IDmidRegistry.TooLate.selector);
        registry.executeDelay(number);
    }

    // ------------------------------------------------------------------------------------ signed

    function test_EveryOrderCanBeSignedAndIsGoodOnce() public {
        order("AnnounceUnlock", registry.announceUnlockSigned);
        order("CancelUnlock", registry.cancelUnlockSigned);
        order("AnnounceUnlock", registry.announceUnlockSigned);
        vm.warp(START + 1 days);
        order("ExecuteUnlock", registry.executeUnlockSigned);
        check(!registry.lockState(number).locked, "unlocked");
        order("Lock", registry.lockSigned);
        check(registry.lockState(number).locked, "locked");
        delayOrder("LengthenDelay", 3 days, registry.lengthenDelaySigned);
        delayOrder("AnnounceDelay", 2 hours, registry.announceDelaySigned);
        order("CancelDelay", registry.cancelDelaySigned);
        delayOrder("AnnounceDelay", 2 hours, registry.announceDelaySigned);
        vm.warp(START + 5 days);
        order("ExecuteDelay", registry.executeDelaySigned);
        same(registry.lockState(number).delay, 2 hours, "delay");
        same(registry.ownerNonce(number), 10, "each raised it");
    }

    function test_AnOrderIsNotAnotherOrder() public {
        bytes memory signature = sign(ALICE_KEY, orderData("Lock", number, LATER));
        expect(IDmidRegistry.BadSignature.selector);
        registry.announceUnlockSigned(number, LATER, signature);
        signature = sign(ALICE_KEY, delayData("LengthenDelay", number, 2 days, LATER));
        expect(IDmidRegistry.BadSignature.selector);
        registry.lengthenDelaySigned(number, 3 days, LATER, signature);
        expect(IDmidRegistry.BadSignature.selector);
        registry.announceDelaySigned(number, 2 days, LATER, signature);
    }

    function test_ACancelKillsASignedAnnouncementNotYetSent() public {
        bytes memory first = sign(ALICE_KEY, orderData("AnnounceUnlock", number, LATER));
        registry.announceUnlockSigned(number, LATER, first);
        bytes memory spare = sign(ALICE_KEY, orderData("AnnounceUnlock", number, LATER));
        vm.prank(alice);
        registry.cancelUnlock(number);
        expect(IDmidRegistry.BadSignature.selector);
        registry.announceUnlockSigned(number, LATER, first);
        expect(IDmidRegistry.BadSignature.selector);
        registry.announceUnlockSigned(number, LATER, spare);
    }

    function test_OrdersLapseAndBindToSeq() public {
        bytes memory signature = sign(ALICE_KEY, orderData("Lock", number, LATER));
        vm.prank(alice);
        registry.publish(number, INBOX, "x");
        expect(IDmidRegistry.BadSignature.selector);
        registry.lockSigned(number, LATER, signature);
        signature = sign(ALICE_KEY, orderData("Lock", number, LATER));
        vm.warp(LATER + 1);
        expect(IDmidRegistry.Expired.selector);
        registry.lockSigned(number, LATER, signature);
    }

    function test_TheLockOfANumberThatNobodyOwnsHasNoState() public {
        expect(IDmidRegistry.NotMinted.selector);
        registry.lockState(1);
        expect(IDmidRegistry.NotMinted.selector);
        registry.ownerNonce(1);
        expect(IDmidRegistry.NotMinted.selector);
        registry.lock(1);
        expect(IDmidRegistry.NotMinted.selector);
        registry.lockSigned(1, LATER, new bytes(65));
    }

    function order(string memory kind, function(uint256, uint64, bytes memory) external call) private {
        bytes memory byEve = sign(EVE_KEY, orderData(kind, number, LATER));
        bytes memory byAlice = sign(ALICE_KEY, orderData(kind, number, LATER));
        expect(IDmidRegistry.BadSignature.selector);
        call(number, LATER, byEve);
        call(number, LATER, byAlice);
        expect(IDmidRegistry.BadSignature.selector);
        call(number, LATER, byAlice);
    }

    function delayOrder(string memory kind, uint32 delay, function(uint256, uint32, uint64, bytes memory) external call)
        private
    {
        bytes memory byAlice = sign(ALICE_KEY, delayData(kind, number, delay, LATER));
        call(number, delay, LATER, byAlice);
        expect(IDmidRegistry.BadSignature.selector);
        call(number, delay, LATER, byAlice);
    }
}
