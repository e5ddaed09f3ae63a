// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {Receiver} from "./Wallets.sol";

contract Nothing {}

contract TransferTest is Fixture {
    uint256 private number;

    function setUp() public override {
        super.setUp();
        number = mintUnlocked(alice);
        vm.prank(alice);
        registry.publish(number, INBOX, "alice");
    }

    function test_ATransferStartsANewLockedEmptyEpoch() public {
        vm.prank(alice);
        registry.approve(eve, number);
        vm.prank(alice);
        registry.lengthenDelay(number, 90 days);
        vm.prank(alice);
        registry.announceDelay(number, 1 hours);
        vm.expectEmit(address(registry));
        emit IDmidRegistry.Transfer(alice, bob, number);
        transfer(alice, bob, number);
        IDmidRegistry.Record memory r = registry.record(number);
        same(r.owner, bob, "owner");
        same(r.epoch, 2, "epoch");
        same(r.seq, 1, "seq kept");
        same(r.publishedBlock, 0, "block");
        same(r.flags, 1, "locked");
        same(r.inboxKey, 0, "key");
        same(r.documentHash, 0, "hash");
        IDmidRegistry.LockState memory l = registry.lockState(number);
        same(l.delay, 24 hours, "delay");
        same(l.delayReadyAt | l.newDelay | l.unlockReadyAt, 0, "nothing announced");
        same(registry.getApproved(number), address(0), "approval");
        same(registry.ownerNonce(number), 0, "nonce");
        same(registry.balanceOf(alice), 0, "alice");
        same(registry.balanceOf(bob), 1, "bob");
    }

    function test_NothingOfAnOldEpochIsThereWhenTheNumberComesBack() public {
        vm.prank(alice);
        registry.lengthenDelay(number, 2 days);
        vm.prank(alice);
        registry.approve(eve, number);
        transfer(alice, bob, number);
        unlockBy(bob, number);
        transfer(bob, alice, number);
        same(registry.lockState(number).delay, 24 hours, "delay");
        same(registry.getApproved(number), address(0), "approval");
        unlockBy(alice, number);
        vm.prank(eve);
        expect(IDmidRegistry.NotAuthorised.selector);
        registry.transferFrom(alice, eve, number);
    }

    function test_ATransferToThePresentOwnerReverts() public {
        vm.prank(alice);
        expect(IDmidRegistry.BadRecipient.selector);
        registry.transferFrom(alice, alice, number);
        bytes memory signature = sign(ALICE_KEY, transferData(number, alice, LATER));
        expect(IDmidRegistry.BadRecipient.selector);
        registry.transferSigned(number, alice, LATER, signature);
    }

    function test_ATransferToNobodyOrTheRegistryReverts() public {
        vm.prank(alice);
        expect(IDmidRegistry.BadRecipient.selector);
        registry.transferFrom(alice, address(0), number);
        vm.prank(alice);
        expect(IDmidRegistry.BadRecipient.selector);
        registry.transferFrom(alice, address(registry), number);
    }

    function test_FromMustBeTheOwner() public {
        vm.prank(alice);
        expect(IDmidRegistry.WrongFrom.selector);
        registry.transferFrom(bob, eve, number);
        expect(IDmidRegistry.NotMinted.selector);
        registry.transferFrom(address(0), eve, number + 97);
    }

    function testFuzz_StrangersDoNotTransfer(address stranger) public {
        vm.assume(stranger != alice);
        vm.prank(stranger);
        expect(IDmidRegistry.NotAuthorised.selector);
        registry.transferFrom(alice, eve, number);
    }

    function test_OperatorsAndApprovedAddressesTransferWhatIsUnlocked() public {
        vm.prank(alice);
        registry.approve(eve, number);
        vm.prank(eve);
        registry.transferFrom(alice, bob, number);
        unlockBy(bob, number);
        vm.prank(bob);
        registry.setApprovalForAll(eve, true);
        vm.prank(eve);
        registry.transferFrom(bob, alice, number);
        same(registry.ownerOf(number), alice, "owner");
    }

    function test_WhileLockedNothingTransfers() public {
        vm.prank(alice);
        registry.setApprovalForAll(eve, true);
        bytes memory signature = sign(ALICE_KEY, transferData(number, bob, LATER));
        vm.prank(alice);
        registry.lock(number);
        for (uint256 i = 0; i < 2; ++i) {
            address who = i == 0 ? alice : eve;
            vm.prank(who);
            expect(IDmidRegistry.IsLocked.selector);
            registry.transferFrom(alice, bob, number);
            vm.prank(who);
            expect(IDmidRegistry.IsLocked.selector);
            registry.safeTransferFrom(alice, bob, number);
            vm.prank(who);
            expect(IDmidRegistry.IsLocked.selector);
            registry.transferAndPublish(number, bob, INBOX, "x", LATER, "");
            vm.prank(who);
            expect(IDmidRegistry.IsLocked.selector);
            registry.approve(bob, number);
        }
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferSigned(number, bob, LATER, signature);
        signature = sign(ALICE_KEY, transferData(number, bob, LATER));
        expect(IDmidRegistry.IsLocked.selector);
        registry.transferSigned(number, bob, LATER, signature);
    }

    function testFuzz_AnyoneMaySubmitASignedTransferOnce(address payer) public {
        bytes memory signature = sign(ALICE_KEY, transferData(number, bob, LATER));
        vm.prank(payer);
        registry.transferSigned(number, bob, LATER, signature);
        same(registry.ownerOf(number), bob, "owner");
        unlockBy(bob, number);
        transfer(bob, alice, number);
        unlockBy(alice, number);
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferSigned(number, bob, LATER, signature);
    }

    function test_ASignedTransferGoesWhereItWasSignedFor() public {
        bytes memory signature = sign(ALICE_KEY, transferData(number, bob, LATER));
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferSigned(number, eve, LATER, signature);
    }

    function test_ALockInBetweenKillsASignedTransferForGood() public {
        bytes memory signature = sign(ALICE_KEY, transferData(number, bob, LATER));
        vm.prank(alice);
        registry.lock(number);
        unlockBy(alice, number);
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferSigned(number, bob, LATER, signature);
    }

    // ----------------------------------------------------------------------- transferAndPublish

    function test_TransferAndPublishNeedsTheRecipientsSignature() public {
        bytes memory byBob = sign(BOB_KEY, publishData(number, INBOX, "bob", 2, 1));
        bytes memory byAlice = sign(ALICE_KEY, publishData(number, INBOX, "bob", 2, 1));
        vm.prank(alice);
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferAndPublish(number, bob, INBOX, "bob", LATER, byAlice);
        vm.prank(alice);
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferAndPublish(number, bob, INBOX, "bob", LATER, "");
        vm.prank(alice);
        registry.transferAndPublish(number, bob, INBOX, "bob", LATER, byBob);
        IDmidRegistry.Record memory r = registry.record(number);
        same(r.owner, bob, "owner");
        same(r.epoch, 2, "epoch");
        same(r.seq, 2, "seq");
        same(r.flags, 1, "locked");
        same(r.inboxKey, INBOX, "key");
        same(r.documentHash, keccak256("bob"), "hash");
        same(r.publishedBlock, height, "block");
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, INBOX, "bob", LATER, byBob);
    }

    function test_AnApprovedRecipientTakesAndPublishesWithoutASignature() public {
        vm.prank(alice);
        registry.approve(bob, number);
        vm.prank(bob);
        registry.transferAndPublish(number, bob, INBOX, "bob", 0, "");
        same(registry.record(number).documentHash, keccak256("bob"), "hash");
    }

    function testFuzz_StrangersDoNotTransferAndPublish(address stranger) public {
        vm.assume(stranger != alice);
        vm.prank(stranger);
        expect(IDmidRegistry.NotAuthorised.selector);
        registry.transferAndPublish(number, bob, INBOX, "x", LATER, "");
    }

    function test_BothSignaturesAreNeededAndAnyoneSubmits() public {
        bytes memory byAlice = sign(ALICE_KEY, moveData(number, bob, INBOX, "bob", LATER));
        bytes memory byBob = sign(BOB_KEY, publishData(number, INBOX, "bob", 2, 1));
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferAndPublishSigned(number, bob, INBOX, "bob", LATER, byBob, byBob);
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferAndPublishSigned(number, bob, INBOX, "bob", LATER, byAlice, byAlice);
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferSigned(number, bob, LATER, byAlice);
        vm.prank(eve);
        registry.transferAndPublishSigned(number, bob, INBOX, "bob", LATER, byAlice, byBob);
        same(registry.record(number).documentHash, keccak256("bob"), "hash");
        expect(IDmidRegistry.BadSignature.selector);
        registry.transferAndPublishSigned(number, bob, INBOX, "bob", LATER, byAlice, byBob);
    }

    // ------------------------------------------------------------------------------ safeTransfer

    function test_AReceiverIsCalledAfterTheNumberIsItsOwn() public {
        Receiver receiver = new Receiver(Receiver.Mood.Reenter);
        vm.prank(alice);
        registry.approve(eve, number);
        vm.prank(eve);
        registry.safeTransferFrom(alice, address(receiver), number, "hello");
        same(registry.ownerOf(number), address(receiver), "owner");
        same(receiver.operator(), eve, "operator");
        same(receiver.from(), alice, "from");
        same(keccak256(receiver.seen()), keccak256("hello"), "data");
    }

    function test_AReceiverThatRefusesKeepsTheNumberWhereItIs() public {
        address notAReceiver = address(new Nothing());
        Receiver refusing = new Receiver(Receiver.Mood.Refuse);
        Receiver silent = new Receiver(Receiver.Mood.Silent);
        Receiver reasoning = new Receiver(Receiver.Mood.Reason);
        vm.prank(alice);
        expect(IDmidRegistry.UnsafeRecipient.selector);
        registry.safeTransferFrom(alice, address(refusing), number);
        vm.prank(alice);
        expect(IDmidRegistry.UnsafeRecipient.selector);
        registry.safeTransferFrom(alice, address(silent), number);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Receiver.Unwelcome.selector, bytes("why")));
        registry.safeTransferFrom(alice, address(reasoning), number, "why");
        vm.prank(alice);
        expect(IDmidRegistry.UnsafeRecipient.selector);
        registry.safeTransferFrom(alice, notAReceiver, number);
        same(registry.ownerOf(number), alice, "owner");
        transfer(alice, address(refusing), number);
    }

    function test_SafeTransferToAPersonNeedsNoReceiver() public {
        vm.prank(alice);
        registry.safeTransferFrom(alice, bob, number);
        same(registry.ownerOf(number), bob, "owner");
    }
}
