// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Vm} from "./Vm.sol";

/// @title A registry, three people with keys, and messages signed independently of the contract's constants
abstract contract Fixture {
    Vm internal constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);

    uint256 internal constant ALICE_KEY = 0xa11ce;
    uint256 internal constant BOB_KEY = 0xb0b;
    uint256 internal constant EVE_KEY = 0xe5e;
    uint256 internal constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    bytes32 internal constant INBOX = keccak256("inbox key");
    uint64 internal constant LATER = 2_000_000_000;
    string internal constant TAIL = "uint24 epoch,uint32 seq,uint48 nonce,uint64 deadline)";
    string internal constant PUBLISH_TYPE =
        "Publish(uint256 number,bytes32 inboxKey,bytes32 documentHash,uint24 epoch,uint32 seq,uint64 deadline)";

    IDmidRegistry internal registry;
    address internal alice;
    address internal bob;
    address internal eve;
    /// @dev The compiler takes block.number for constant within a transaction, so the tests keep their own.
    uint256 internal height;
    uint256 private secrets;

    function setUp() public virtual {
        height = 0;
        mine(1000);
        vm.warp(1_800_000_000);
        registry = deploy();
        (alice, bob, eve) = (vm.addr(ALICE_KEY), vm.addr(BOB_KEY), vm.addr(EVE_KEY));
    }

    // ------------------------------------------------------------------------------- doing things

    /// @dev The released creation code, from the build of the default profile.
    function deploy() internal returns (IDmidRegistry deployed) {
        bytes memory code = vm.getCode("out/DmidRegistry.sol/DmidRegistry.json");
        assembly ("memory-safe") {
            deployed := create(0, add(code, 32), mload(code))
        }
        check(address(deployed) != address(0), "deployed");
    }

    function mintTo(address recipient) internal returns (uint256) {
        return mintTo(recipient, keccak256(abi.encode("secret", ++secrets)));
    }

    function mintTo(address recipient, bytes32 secret) internal returns (uint256) {
        registry.commit(registry.commitmentFor(recipient, secret));
        mine(2);
        return registry.mint(recipient, secret);
    }

    function mine(uint256 blocks) internal {
        height += blocks;
        vm.roll(height);
    }

    function unlockBy(address owner, uint256 number) internal {
        vm.prank(owner);
        registry.announceUnlock(number);
        vm.warp(registry.lockState(number).unlockReadyAt);
        vm.prank(owner);
        registry.executeUnlock(number);
    }

    function mintUnlocked(address owner) internal returns (uint256 number) {
        number = mintTo(owner);
        unlockBy(owner, number);
    }

    function transfer(address from, address to, uint256 number) internal {
        vm.prank(from);
        registry.transferFrom(from, to, number);
    }

    function expect(bytes4 selector) internal {
        vm.expectPartialRevert(selector);
    }

    // ------------------------------------------------------------------------------------ signing

    function domain(string memory name, string memory version, uint256 chain, address verifier)
        internal
        pure
        returns (bytes32)
    {
        bytes32 typeHash =
            keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(typeHash, keccak256(bytes(name)), keccak256(bytes(version)), chain, verifier));
    }

    function digest(bytes memory structData) internal view returns (bytes32) {
        bytes32 separator = domain("DMID", "1", block.chainid, address(registry));
        return keccak256(abi.encodePacked(hex"1901", separator, keccak256(structData)));
    }

    function sign(uint256 key, bytes memory structData) internal view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest(structData));
        return abi.encodePacked(r, s, v);
    }

    /// @dev epoch, seq, nonce, deadline as the chain has them now.
    function tail(uint256 number, uint64 deadline) internal view returns (bytes memory) {
        IDmidRegistry.Record memory r = registry.record(number);
        return abi.encode(r.epoch, r.seq, registry.ownerNonce(number), deadline);
    }

    function orderData(string memory kind, uint256 number, uint64 deadline) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256(bytes(string.concat(kind, "(uint256 number,", TAIL)));
        return bytes.concat(abi.encode(typeHash, number), tail(number, deadline));
    }

    function delayData(string memory kind, uint256 number, uint32 delay, uint64 deadline)
        internal
        view
        returns (bytes memory)
    {
        bytes32 typeHash = keccak256(bytes(string.concat(kind, "(uint256 number,uint32 delay,", TAIL)));
        return bytes.concat(abi.encode(typeHash, number, delay), tail(number, deadline));
    }

    function transferData(uint256 number, address to, uint64 deadline) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256(bytes(string.concat("Transfer(uint256 number,address to,", TAIL)));
        return bytes.concat(abi.encode(typeHash, number, to), tail(number, deadline));
    }

    function moveData(uint256 number, address to, bytes32 inboxKey, bytes memory document, uint64 deadline)
        internal
        view
        returns (bytes memory)
    {
        bytes32 typeHash = keccak256(
            bytes(
                string.concat(
                    "TransferAndPublish(uint256 number,address to,bytes32 inboxKey,bytes32 documentHash,", TAIL
                )
            )
        );
        return bytes.concat(abi.encode(typeHash, number, to, inboxKey, keccak256(document)), tail(number, deadline));
    }

    function publishData(uint256 number, bytes32 inboxKey, bytes memory document, uint24 epoch, uint32 seq)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encode(keccak256(bytes(PUBLISH_TYPE)), number, inboxKey, keccak256(document), epoch, seq, LATER);
    }

    function publishData(uint256 number, bytes32 inboxKey, bytes memory document) internal view returns (bytes memory) {
        IDmidRegistry.Record memory r = registry.record(number);
        return publishData(number, inboxKey, document, r.epoch, r.seq);
    }

    function permitData(address spender, uint256 number, uint256 deadline) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256("Permit(address spender,uint256 tokenId,uint256 nonce,uint256 deadline)");
        return abi.encode(typeHash, spender, number, registry.nonces(number), deadline);
    }

    // ---------------------------------------------------------------------------------- asserting

    error Unequal(string what, uint256 got, uint256 want);
    error Untrue(string what);

    function check(bool condition, string memory what) internal pure {
        require(condition, Untrue(what));
    }

    function same(uint256 got, uint256 want, string memory what) internal pure {
        require(got == want, Unequal(what, got, want));
    }

    function same(address got, address want, string memory what) internal pure {
        same(uint160(got), uint160(want), what);
    }

    function same(bytes32 got, bytes32 want, string memory what) internal pure {
        same(uint256(got), uint256(want), what);
    }

    /// @dev Length, lead 83, modulus, and check digits in the range that is computed.
    function isNumber(uint256 n) internal pure returns (bool) {
        return n / 10 ** 14 == 83 && n % 97 == 1 && n % 100 >= 2 && n % 100 <= 98;
    }
}
