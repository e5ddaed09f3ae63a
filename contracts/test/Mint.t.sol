// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DmidNumber} from "../src/DmidNumber.sol";
import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Fixture} from "./Fixture.sol";

contract MintTest is Fixture {
    bytes32 private constant SECRET = keccak256("a secret");

    function test_APublishedExampleHasItsCheckDigits() public pure {
        same(DmidNumber.fromPayload(123456789012), 8312345678901210, "number");
        check(keccak256(bytes(DmidNumber.inFours(8312345678901210))) == keccak256("8312 3456 7890 1210"), "fours");
    }

    function testFuzz_EveryPayloadGivesAValidNumber(uint256 payload) public pure {
        payload %= 10 ** 12;
        uint256 number = DmidNumber.fromPayload(payload);
        check(isNumber(number), "valid");
        same(number / 100 % 10 ** 12, payload, "payload");
    }

    function testFuzz_AWrongDigitIsNoNumber(uint256 payload, uint256 place, uint256 digit) public pure {
        uint256 number = DmidNumber.fromPayload(payload % 10 ** 12);
        uint256 unit = 10 ** (place % 16);
        uint256 old = number / unit % 10;
        digit %= 10;
        vm.assume(digit != old);
        check((number - old * unit + digit * unit) % 97 != 1, "caught");
    }

    function testFuzz_TwoSwappedDigitsAreNoNumber(uint256 payload, uint256 i, uint256 j) public pure {
        uint256 number = DmidNumber.fromPayload(payload % 10 ** 12);
        (uint256 a, uint256 b) = (10 ** (i % 16), 10 ** (j % 16));
        (uint256 x, uint256 y) = (number / a % 10, number / b % 10);
        vm.assume(x != y);
        check((number - x * a - y * b + y * a + x * b) % 97 != 1, "caught");
    }

    function test_CommitmentsAreBoundToChainRegistryRecipientAndSecret() public {
        bytes32 here = registry.commitmentFor(alice, SECRET);
        same(here, keccak256(abi.encode(block.chainid, address(registry), alice, SECRET)), "formula");
        check(here != registry.commitmentFor(bob, SECRET), "recipient");
        check(here != registry.commitmentFor(alice, INBOX), "secret");
        check(here != deploy().commitmentFor(alice, SECRET), "registry");
        vm.chainId(7);
        check(here != registry.commitmentFor(alice, SECRET), "chain");
    }

    function test_ACommitmentIsNeverOverwritten() public {
        bytes32 commitment = registry.commitmentFor(alice, SECRET);
        registry.commit(commitment);
        mine(1);
        expect(IDmidRegistry.AlreadyCommitted.selector);
        registry.commit(commitment);
        mine(1);
        registry.mint(alice, SECRET);
        (uint64 stored, bool minted) = registry.commitmentOf(commitment);
        same(stored, 1000, "block");
        check(minted, "minted");
        mine(1000);
        expect(IDmidRegistry.AlreadyCommitted.selector);
        registry.commit(commitment);
    }

    function test_ACommitmentGivesOneNumber() public {
        mintTo(alice, SECRET);
        expect(IDmidRegistry.AlreadyMinted.selector);
        registry.mint(alice, SECRET);
    }

    function test_NothingIsMintedWithoutACommitment() public {
        registry.commit(registry.commitmentFor(alice, SECRET));
        mine(2);
        expect(IDmidRegistry.NotCommitted.selector);
        registry.mint(eve, SECRET);
        expect(IDmidRegistry.NotCommitted.selector);
        registry.mint(alice, INBOX);
    }

    function testFuzz_MintIsPossibleInItsWindowOnly(uint256 blocks) public {
        blocks %= 600;
        registry.commit(registry.commitmentFor(alice, SECRET));
        mine(blocks);
        if (blocks < 2 || blocks > 256) {
            vm.expectRevert(abi.encodeWithSelector(IDmidRegistry.OutsideMintWindow.selector, 1002, 1256));
        } else {
            // The test machine's own block hashes may be absent that far back: give the one that counts.
            vm.setBlockhash(1001, keccak256("block 1001"));
        }
        registry.mint(alice, SECRET);
    }

    function test_TheWindowsEdgesAreAsWritten() public {
        for (uint256 i = 0; i < 4; ++i) {
            testFuzz_MintIsPossibleInItsWindowOnly([uint256(1), 2, 256, 257][i]);
            setUp();
        }
    }

    function test_TheDigitsComeFromSecretRecipientAndTheNextBlocksHash() public {
        registry.commit(registry.commitmentFor(alice, SECRET));
        mine(50);
        vm.setBlockhash(1001, keccak256("block 1001"));
        uint256 drawn = uint256(keccak256(abi.encode(SECRET, alice, keccak256("block 1001"), uint256(0)))) % 10 ** 12;
        same(registry.mint(alice, SECRET), DmidNumber.fromPayload(drawn), "number");
    }

    function test_ATakenNumberIsNotReissuedButTheNextDrawIs() public {
        registry.commit(registry.commitmentFor(alice, SECRET));
        mine(50);
        vm.setBlockhash(1001, keccak256("block 1001"));
        for (uint256 i = 0; i < 3; ++i) {
            take(DmidNumber.draw(SECRET, alice, keccak256("block 1001"), i), bob);
        }
        uint256 fourth = DmidNumber.draw(SECRET, alice, keccak256("block 1001"), 3);
        same(registry.mint(alice, SECRET), fourth, "number");
        same(registry.ownerOf(DmidNumber.draw(SECRET, alice, keccak256("block 1001"), 0)), bob, "owner");
    }

    function test_EightTakenDrawsEndTheCommitment() public {
        registry.commit(registry.commitmentFor(alice, SECRET));
        mine(50);
        vm.setBlockhash(1001, keccak256("block 1001"));
        for (uint256 i = 0; i < 8; ++i) {
            take(DmidNumber.draw(SECRET, alice, keccak256("block 1001"), i), bob);
        }
        expect(IDmidRegistry.NoFreeNumber.selector);
        registry.mint(alice, SECRET);
    }

    function testFuzz_WhatIsMintedIsLockedInEpochOneAndEmpty(bytes32 secret, address payer) public {
        registry.commit(registry.commitmentFor(alice, secret));
        mine(2);
        vm.prank(payer);
        uint256 number = registry.mint(alice, secret);
        check(isNumber(number), "valid");
        IDmidRegistry.Record memory r = registry.record(number);
        same(r.owner, alice, "owner");
        same(r.epoch, 1, "epoch");
        same(r.seq, 0, "seq");
        same(r.flags, 1, "flags");
        same(r.publishedBlock, 0, "block");
        same(r.inboxKey, 0, "key");
        same(r.documentHash, 0, "hash");
        same(registry.lockState(number).delay, 24 hours, "delay");
        same(registry.balanceOf(alice), 1, "balance");
    }

    function test_NobodyMintsToTheZeroAddressOrTheRegistry() public {
        expect(IDmidRegistry.BadRecipient.selector);
        registry.mint(address(0), SECRET);
        expect(IDmidRegistry.BadRecipient.selector);
        registry.mint(address(registry), SECRET);
    }

    /// @dev Writes an owner into word 0 as a mint would.
    function take(uint256 number, address owner) private {
        vm.store(address(registry), keccak256(abi.encode(number, 0)), bytes32(uint256(uint160(owner))));
    }
}
