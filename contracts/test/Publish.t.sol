// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Fixture} from "./Fixture.sol";

contract PublishTest is Fixture {
    uint256 private number;

    function setUp() public override {
        super.setUp();
        number = mintTo(alice);
    }

    function testFuzz_PublishStoresKeyAndHashAndEmitsTheBytes(bytes32 inboxKey, bytes calldata document) public {
        vm.assume(inboxKey != 0 && document.length != 0 && document.length <= 8192);
        vm.expectEmit(address(registry));
        emit IDmidRegistry.Published(number, 1, 1, inboxKey, keccak256(document), document);
        vm.prank(alice);
        registry.publish(number, inboxKey, document);
        IDmidRegistry.Record memory r = registry.record(number);
        same(r.owner, alice, "owner");
        same(r.seq, 1, "seq");
        same(r.publishedBlock, height, "block");
        same(r.flags, 1, "flags");
        same(r.inboxKey, inboxKey, "key");
        same(r.documentHash, keccak256(document), "hash");
    }

    function test_SeqRisesByOneWithEveryPublishAndOverEpochs() public {
        for (uint32 i = 1; i <= 3; ++i) {
            vm.prank(alice);
            registry.publish(number, INBOX, abi.encode(i));
            same(registry.record(number).seq, i, "seq");
        }
        unlockBy(alice, number);
        transfer(alice, bob, number);
        same(registry.record(number).seq, 3, "kept");
        vm.prank(bob);
        registry.publish(number, INBOX, "bob");
        same(registry.record(number).seq, 4, "raised");
    }

    function testFuzz_OnlyTheOwnerPublishes(address other) public {
        vm.assume(other != alice);
        vm.prank(other);
        expect(IDmidRegistry.NotOwner.selector);
        registry.publish(number, INBOX, "x");
    }

    function test_OperatorsAndApprovedAddressesCannotPublishOrLock() public {
        unlockBy(alice, number);
        vm.prank(alice);
        registry.setApprovalForAll(eve, true);
        vm.prank(alice);
        registry.approve(bob, number);
        for (uint256 i = 0; i < 2; ++i) {
            address who = i == 0 ? eve : bob;
            vm.prank(who);
            expect(IDmidRegistry.NotOwner.selector);
            registry.publish(number, INBOX, "x");
            vm.prank(who);
            expect(IDmidRegistry.NotOwner.selector);
            registry.lock(number);
        }
    }

    function test_ADocumentHasOneTo8192Bytes() public {
        vm.prank(alice);
        expect(IDmidRegistry.BadDocumentLength.selector);
        registry.publish(number, INBOX, "");
        vm.prank(alice);
        expect(IDmidRegistry.BadDocumentLength.selector);
        registry.publish(number, INBOX, new bytes(8193));
        vm.prank(alice);
        registry.publish(number, INBOX, new bytes(8192));
    }

    function test_TheInboxKeyIsNotZero() public {
        vm.prank(alice);
        expect(IDmidRegistry.ZeroInboxKey.selector);
        registry.publish(number, 0, "x");
    }

    function test_NothingIsPublishedForANumberThatNobodyOwns() public {
        vm.prank(alice);
        expect(IDmidRegistry.NotMinted.selector);
        registry.publish(number + 97, INBOX, "x");
        vm.prank(address(0));
        expect(IDmidRegistry.NotMinted.selector);
        registry.publish(number + 97, INBOX, "x");
        expect(IDmidRegistry.NotMinted.selector);
        registry.publishSigned(number + 97, INBOX, "x", LATER, new bytes(65));
    }

    function testFuzz_AnyoneMaySubmitTheOwnersSignature(bytes32 inboxKey, bytes calldata document, address payer)
        public
    {
        vm.assume(inboxKey != 0 && document.length != 0 && document.length <= 8192);
        bytes memory signature = sign(ALICE_KEY, publishData(number, inboxKey, document));
        vm.prank(payer);
        registry.publishSigned(number, inboxKey, document, LATER, signature);
        same(registry.record(number).documentHash, keccak256(document), "hash");
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, inboxKey, document, LATER, signature);
    }

    function testFuzz_ASignedPublishIsBoundToWhatWasSigned(uint8 field, uint256 difference) public {
        vm.assume(difference != 0);
        bytes memory signature = sign(ALICE_KEY, publishData(number, INBOX, "doc"));
        bytes32 key = INBOX;
        bytes memory document = "doc";
        uint64 deadline = LATER;
        if (field % 3 == 0) key = bytes32(uint256(INBOX) ^ difference);
        else if (field % 3 == 1) document = abi.encode(difference);
        else deadline = uint64(block.timestamp + 1 + difference % 1e8);
        vm.assume(key != 0 && !(field % 3 == 2 && deadline == LATER));
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, key, document, deadline, signature);
    }

    function test_TheSignatureOfAnotherIsRefused() public {
        bytes memory signature = sign(EVE_KEY, publishData(number, INBOX, "doc"));
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, INBOX, "doc", LATER, signature);
    }

    function test_ASignatureLapsesAfterItsDeadline() public {
        bytes memory signature = sign(ALICE_KEY, publishData(number, INBOX, "doc"));
        vm.warp(LATER + 1);
        expect(IDmidRegistry.Expired.selector);
        registry.publishSigned(number, INBOX, "doc", LATER, signature);
        vm.warp(LATER);
        registry.publishSigned(number, INBOX, "doc", LATER, signature);
    }

    function test_APublishByTransactionKillsASignedOneNotYetSent() public {
        bytes memory signature = sign(ALICE_KEY, publishData(number, INBOX, "doc"));
        vm.prank(alice);
        registry.publish(number, INBOX, "newer");
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, INBOX, "doc", LATER, signature);
    }

    function test_NoSignedPublishOutlivesATransferEvenIfTheNumberComesBack() public {
        unlockBy(alice, number);
        bytes memory signature = sign(ALICE_KEY, publishData(number, INBOX, "doc"));
        transfer(alice, bob, number);
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, INBOX, "doc", LATER, signature);
        unlockBy(bob, number);
        transfer(bob, alice, number);
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, INBOX, "doc", LATER, signature);
    }

    function test_LockedNumbersPublishAsUnlockedOnesDo() public {
        vm.prank(alice);
        registry.publish(number, INBOX, "locked");
        unlockBy(alice, number);
        vm.prank(alice);
        registry.publish(number, INBOX, "unlocked");
        same(registry.record(number).flags, 0, "flags");
    }
}
