// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Fixture} from "./Fixture.sol";

/// @notice What readers prove with `eth_getProof` must be where they look.
contract StorageTest is Fixture {
    function test_TheRecordIsThreeWordsFromSlotZeroPackedAsDocumented() public {
        uint256 number = mintTo(alice);
        vm.prank(alice);
        registry.publish(number, INBOX, "document");
        uint256 slot = uint256(keccak256(abi.encode(number, uint256(0))));
        uint256 head = uint256(vm.load(address(registry), bytes32(slot)));
        same(head, uint256(uint160(alice)) | 1 << 160 | 1 << 184 | height << 216 | 1 << 248, "word 0");
        same(vm.load(address(registry), bytes32(slot + 1)), INBOX, "word 1");
        same(vm.load(address(registry), bytes32(slot + 2)), keccak256("document"), "word 2");
        same(vm.load(address(registry), bytes32(slot + 3)), 0, "word 3");
    }

    function testFuzz_TheReadersViewIsTheStoredWord(uint256 head, bytes32 key, bytes32 hash) public {
        uint256 slot = uint256(keccak256(abi.encode(uint256(83), uint256(0))));
        vm.store(address(registry), bytes32(slot), bytes32(head));
        vm.store(address(registry), bytes32(slot + 1), key);
        vm.store(address(registry), bytes32(slot + 2), hash);
        same(uint160(head), uint160(registry.record(83).owner), "owner");
        same(uint24(head >> 160), registry.record(83).epoch, "epoch");
        same(uint32(head >> 184), registry.record(83).seq, "seq");
        same(uint32(head >> 216), registry.record(83).publishedBlock, "publishedBlock");
        same(uint8(head >> 248), registry.record(83).flags, "flags");
        same(registry.record(83).inboxKey, key, "key");
        same(registry.record(83).documentHash, hash, "hash");
    }

    function test_EpochAndSeqNeverWrapAround() public {
        uint256 number = mintUnlocked(alice);
        bytes32 slot = keccak256(abi.encode(number, uint256(0)));
        vm.store(address(registry), slot, bytes32(uint256(uint160(alice)) | uint256(type(uint24).max) << 160));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        registry.transferFrom(alice, bob, number);
        vm.store(
            address(registry), slot, bytes32(uint256(uint160(alice)) | 1 << 160 | uint256(type(uint32).max) << 184)
        );
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        registry.publish(number, INBOX, "x");
    }

    function test_TheCodeHasNoRoomForAMetadataHash() public view {
        bytes memory code = address(registry).code;
        check(code.length < 24576, "size");
        check(code.length > 2 && !(code[code.length - 2] == 0x00 && code[code.length - 1] == 0x33), "no cbor tail");
    }
}
