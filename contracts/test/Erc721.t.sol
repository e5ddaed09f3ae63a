// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Fixture} from "./Fixture.sol";
import {Vm} from "./Vm.sol";

contract Erc721Test is Fixture {
    uint256 private number;

    function setUp() public override {
        super.setUp();
        number = mintUnlocked(alice);
    }

    function test_TheInterfacesAreClaimedAndNoOthers() public view {
        check(registry.supportsInterface(type(IERC165).interfaceId), "165");
        check(registry.supportsInterface(type(IERC721).interfaceId), "721");
        check(registry.supportsInterface(type(IERC721Metadata).interfaceId), "metadata");
        check(registry.supportsInterface(type(IERC5267).interfaceId), "5267");
        check(
            registry.supportsInterface(
                registry.permit.selector ^ registry.nonces.selector ^ registry.DOMAIN_SEPARATOR.selector
            ),
            "4494"
        );
        check(!registry.supportsInterface(0xffffffff), "none");
        check(!registry.supportsInterface(0x780e9d63), "enumerable");
        check(!registry.supportsInterface(0xb45a3c0e), "5192");
    }

    function test_ItAnswersAsTheStandardInterfacesDeclareIt() public {
        IERC721Metadata token = IERC721Metadata(address(registry));
        same(token.ownerOf(number), alice, "owner");
        same(token.balanceOf(alice), 1, "balance");
        check(keccak256(bytes(token.name())) == keccak256("DMID"), "name");
        check(keccak256(bytes(token.symbol())) == keccak256("DMID"), "symbol");
        vm.recordLogs();
        vm.prank(alice);
        token.approve(bob, number);
        vm.prank(alice);
        token.setApprovalForAll(eve, true);
        check(token.isApprovedForAll(alice, eve), "operator");
        vm.prank(bob);
        token.transferFrom(alice, bob, number);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        same(logs.length, 3, "logs");
        same(logs[0].topics[0], IERC721.Approval.selector, "Approval");
        same(logs[1].topics[0], IERC721.ApprovalForAll.selector, "ApprovalForAll");
        same(logs[2].topics[0], IERC721.Transfer.selector, "Transfer");
        same(logs[2].topics.length, 4, "indexed");
        same(uint256(logs[2].topics[3]), number, "token");
    }

    function testFuzz_WhatWasNeverMintedHasNoOwner(uint256 other) public {
        vm.assume(other != number);
        expect(IDmidRegistry.NotMinted.selector);
        registry.ownerOf(other);
        expect(IDmidRegistry.NotMinted.selector);
        registry.getApproved(other);
        expect(IDmidRegistry.NotMinted.selector);
        registry.tokenURI(other);
        expect(IDmidRegistry.NotMinted.selector);
        registry.nonces(other);
        expect(IDmidRegistry.NotMinted.selector);
        registry.approve(bob, other);
        same(registry.record(other).owner, address(0), "no record");
    }

    function test_TheZeroAddressHasNoBalance() public {
        expect(IDmidRegistry.ZeroAddress.selector);
        registry.balanceOf(address(0));
        vm.prank(alice);
        expect(IDmidRegistry.ZeroAddress.selector);
        registry.setApprovalForAll(address(0), true);
    }

    function testFuzz_OnlyOwnerAndOperatorsApprove(address other) public {
        vm.assume(other != alice && other != eve);
        vm.prank(alice);
        registry.setApprovalForAll(eve, true);
        vm.prank(other);
        expect(IDmidRegistry.NotAuthorised.selector);
        registry.approve(other, number);
        vm.prank(eve);
        registry.approve(other, number);
        same(registry.getApproved(number), other, "approved");
    }

    function test_AnApprovedAddressCannotApprove() public {
        vm.prank(alice);
        registry.approve(bob, number);
        vm.prank(bob);
        expect(IDmidRegistry.NotAuthorised.selector);
        registry.approve(eve, number);
    }

    function test_AnOperatorTakenBackIsNone() public {
        vm.prank(alice);
        registry.setApprovalForAll(eve, true);
        vm.prank(alice);
        registry.setApprovalForAll(eve, false);
        vm.prank(eve);
        expect(IDmidRegistry.NotAuthorised.selector);
        registry.transferFrom(alice, eve, number);
    }
}
