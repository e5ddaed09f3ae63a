// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {Wallet} from "./Wallets.sol";

contract SignaturesTest is Fixture {
    bytes4 private constant MAGIC = 0x1626ba7e;
    bytes private constant DOC = "document";
    uint256 private number;

    function setUp() public override {
        super.setUp();
        number = mintTo(alice);
    }

    function test_TheDomainIsAsPublished() public {
        same(registry.DOMAIN_SEPARATOR(), domain("DMID", "1", block.chainid, address(registry)), "separator");
        (bytes1 fields, string memory name, string memory version, uint256 chain, address verifier, bytes32 salt,) =
            registry.eip712Domain();
        same(uint8(fields), 0x0f, "fields");
        same(domain(name, version, chain, verifier), registry.DOMAIN_SEPARATOR(), "fields give the separator");
        same(salt, 0, "salt");
        vm.chainId(99);
        same(registry.DOMAIN_SEPARATOR(), domain("DMID", "1", 99, address(registry)), "computed at the call");
    }

    function testFuzz_ASignatureForAnotherChainContractNameOrVersionIsRefused(uint8 which, uint64 otherChain) public {
        vm.assume(otherChain != block.chainid);
        bytes32[4] memory domains = [
            domain("DMID", "1", otherChain, address(registry)),
            domain("DMID", "1", block.chainid, address(this)),
            domain("DMID2", "1", block.chainid, address(registry)),
            domain("DMID", "2", block.chainid, address(registry))
        ];
        bytes32 message = keccak256(publishData(number, INBOX, DOC));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(ALICE_KEY, keccak256(abi.encodePacked(hex"1901", domains[which % 4], message)));
        refused(abi.encodePacked(r, s, v));
    }

    function test_ASignatureDiesWithAForkOfTheChain() public {
        bytes memory signature = sign(ALICE_KEY, publishData(number, INBOX, DOC));
        vm.chainId(1234);
        refused(signature);
    }

    function test_AnotherRegistryRefusesTheSameSignature() public {
        // The same number and owner in a second registry, by way of storage.
        IDmidRegistry second = deploy();
        bytes32 slot = keccak256(abi.encode(number, 0));
        vm.store(address(second), slot, vm.load(address(registry), slot));
        same(second.ownerOf(number), alice, "owner there");
        bytes memory signature = sign(ALICE_KEY, publishData(number, INBOX, DOC));
        expect(IDmidRegistry.BadSignature.selector);
        second.publishSigned(number, INBOX, DOC, LATER, signature);
    }

    function test_HighSIsRefusedInBothForms() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ALICE_KEY, digest(publishData(number, INBOX, DOC)));
        bytes32 high = bytes32(CURVE_ORDER - uint256(s));
        refused(abi.encodePacked(r, high, v == 27 ? uint8(28) : uint8(27)));
        accepted(abi.encodePacked(r, s, v));
    }

    function test_TheShortFormOf64BytesIsAccepted() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ALICE_KEY, digest(publishData(number, INBOX, DOC)));
        accepted(abi.encodePacked(r, bytes32(uint256(s) | uint256(v - 27) << 255)));
    }

    function testFuzz_GarbageIsRefused(bytes calldata garbage) public {
        refused(garbage);
    }

    function testFuzz_AFlippedBitIsRefused(uint256 bit) public {
        bytes memory signature = sign(ALICE_KEY, publishData(number, INBOX, DOC));
        bit %= signature.length * 8;
        signature[bit / 8] ^= bytes1(uint8(1 << bit % 8));
        refused(signature);
    }

    function test_ZeroSignaturesOfAnUnmintedNumberAreNobodys() public {
        expect(IDmidRegistry.NotMinted.selector);
        registry.transferSigned(1, eve, LATER, new bytes(65));
        expect(IDmidRegistry.NotMinted.selector);
        registry.permit(eve, 1, LATER, new bytes(65));
        expect(IDmidRegistry.NotMinted.selector);
        registry.transferAndPublishSigned(1, eve, INBOX, DOC, LATER, new bytes(65), new bytes(65));
    }

    // ---------------------------------------------------------------------------------- accounts

    function test_AContractAccountSignsByErc1271() public {
        number = mintTo(address(new Wallet(bob, MAGIC)));
        refused(sign(EVE_KEY, publishData(number, INBOX, DOC)));
        refused("");
        accepted(sign(BOB_KEY, publishData(number, INBOX, DOC)));
    }

    function test_AContractAccountThatAnswersAnythingElseHasNotSigned() public {
        number = mintTo(address(new Wallet(bob, 0x00000001)));
        refused(sign(BOB_KEY, publishData(number, INBOX, DOC)));
    }

    function test_AContractWithoutErc1271HasNotSigned() public {
        number = mintTo(address(this));
        refused(sign(BOB_KEY, publishData(number, INBOX, DOC)));
    }

    function test_AnAccountWithCodeStillSignsWithItsKey() public {
        // As EIP-7702 leaves it: code at an address whose key is still held. First code that refuses everything…
        vm.etch(alice, address(new Wallet(bob, 0xffffffff)).code);
        accepted(sign(ALICE_KEY, publishData(number, INBOX, DOC)));
        // …then code that lets another key sign.
        vm.etch(alice, address(new Wallet(bob, MAGIC)).code);
        accepted(sign(BOB_KEY, publishData(number, INBOX, DOC)));
        accepted(sign(ALICE_KEY, publishData(number, INBOX, DOC)));
        refused(sign(EVE_KEY, publishData(number, INBOX, DOC)));
    }

    function test_ADelegationDesignatorWithoutItsDelegateLeavesTheKeyInForce() public {
        vm.etch(alice, abi.encodePacked(hex"ef0100", address(0xdead)));
        accepted(sign(ALICE_KEY, publishData(number, INBOX, DOC)));
        refused(sign(EVE_KEY, publishData(number, INBOX, DOC)));
    }

    function test_ContractAccountsReceiveWithTheirSignature() public {
        address wallet = address(new Wallet(bob, MAGIC));
        unlockBy(alice, number);
        bytes memory byAlice = sign(ALICE_KEY, moveData(number, wallet, INBOX, DOC, LATER));
        bytes memory byBob = sign(BOB_KEY, publishData(number, INBOX, DOC, 2, 0));
        registry.transferAndPublishSigned(number, wallet, INBOX, DOC, LATER, byAlice, byBob);
        same(registry.ownerOf(number), wallet, "owner");
        same(registry.record(number).documentHash, keccak256(DOC), "hash");
    }

    // ------------------------------------------------------------------------------------ permit

    function test_APermitApprovesOnceWhileUnlocked() public {
        bytes memory signature = sign(ALICE_KEY, permitData(eve, number, LATER));
        expect(IDmidRegistry.IsLocked.selector);
        registry.permit(eve, number, LATER, signature);
        unlockBy(alice, number);
        registry.permit(eve, number, LATER, signature);
        same(registry.getApproved(number), eve, "approved");
        expect(IDmidRegistry.BadSignature.selector);
        registry.permit(eve, number, LATER, signature);
        vm.prank(eve);
        registry.transferFrom(alice, eve, number);
        same(registry.ownerOf(number), eve, "owner");
    }

    function test_NoPermitOutlivesATransferEvenIfTheNumberComesBack() public {
        unlockBy(alice, number);
        bytes memory signature = sign(ALICE_KEY, permitData(eve, number, LATER));
        uint256 before = registry.nonces(number);
        transfer(alice, bob, number);
        check(registry.nonces(number) > before, "raised");
        unlockBy(bob, number);
        transfer(bob, alice, number);
        unlockBy(alice, number);
        expect(IDmidRegistry.BadSignature.selector);
        registry.permit(eve, number, LATER, signature);
    }

    function test_ARevokedApprovalVoidsPermitsNotYetSent() public {
        unlockBy(alice, number);
        bytes memory signature = sign(ALICE_KEY, permitData(eve, number, LATER));
        vm.prank(alice);
        registry.approve(address(0), number);
        expect(IDmidRegistry.BadSignature.selector);
        registry.permit(eve, number, LATER, signature);
    }

    function test_APermitLapsesAndNamesItsSpender() public {
        unlockBy(alice, number);
        uint256 soon = registry.lockState(number).delay + 1_900_000_000;
        bytes memory signature = sign(ALICE_KEY, permitData(eve, number, soon));
        expect(IDmidRegistry.BadSignature.selector);
        registry.permit(bob, number, soon, signature);
        vm.warp(soon + 1);
        expect(IDmidRegistry.Expired.selector);
        registry.permit(eve, number, soon, signature);
    }

    function accepted(bytes memory signature) private {
        uint32 seq = registry.record(number).seq;
        registry.publishSigned(number, INBOX, DOC, LATER, signature);
        same(registry.record(number).seq, seq + 1, "seq");
    }

    function refused(bytes memory signature) private {
        expect(IDmidRegistry.BadSignature.selector);
        registry.publishSigned(number, INBOX, DOC, LATER, signature);
    }
}
