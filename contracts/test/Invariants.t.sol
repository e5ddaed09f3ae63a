// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDmidRegistry} from "../src/IDmidRegistry.sol";
import {Fixture} from "./Fixture.sol";

/// @notice Does random things as random people and keeps its own idea of what every record must be.
/// @dev    Whatever the registry allows or refuses is compared with what this model allows.
contract Model is Fixture {
    struct Expected {
        address owner;
        uint24 epoch;
        uint32 seq;
        bool locked;
        bytes32 documentHash;
        bool approvedAny;
        address approved;
        uint64 readyAt;
        uint32 delay;
    }

    uint256[] public numbers;
    mapping(uint256 number => Expected) private expected;
    mapping(address owner => mapping(address operator => bool)) private operators;
    mapping(address owner => uint256) private holdings;
    bytes[] private usedSignatures;
    uint256[] private usedNumbers;
    bytes[] private usedDocuments;
    uint256 private time = 1_800_000_000;
    uint256 private salt;
    mapping(string action => uint256) public counts;

    constructor() {
        super.setUp();
    }

    /// @dev Public, so the random caller finds it: nothing may start anew.
    function setUp() public override {}

    function theRegistry() external view returns (IDmidRegistry) {
        return registry;
    }

    function expectedOf(uint256 number) external view returns (Expected memory) {
        return expected[number];
    }

    function holdingsOf(uint256 i) external view returns (address, uint256) {
        return (person(i), holdings[person(i)]);
    }

    function person(uint256 i) internal view returns (address) {
        return [alice, bob, eve][i % 3];
    }

    function keyOf(uint256 i) internal pure returns (uint256) {
        return [ALICE_KEY, BOB_KEY, EVE_KEY][i % 3];
    }

    function pick(uint256 i) internal view returns (uint256) {
        return numbers[i % numbers.length];
    }

    function count() external view returns (uint256) {
        return numbers.length;
    }

    /// @dev The owner more often than not, or nothing would ever get anywhere.
    function actor(uint256 who, address owner) internal view returns (uint256) {
        if (who % 4 != 0) {
            for (uint256 i = 0; i < 3; ++i) {
                if (person(i) == owner) return i;
            }
        }
        return who / 4 % 3;
    }

    modifier withNumbers() {
        if (numbers.length == 0) return;
        _;
    }

    function mint(uint256 who) external {
        if (numbers.length >= 3) return;
        uint256 number = mintTo(person(who), keccak256(abi.encode(++salt)));
        check(expected[number].owner == address(0), "a number is never reissued");
        numbers.push(number);
        expected[number] = Expected(person(who), 1, 0, true, 0, false, address(0), 0, 1 days);
        ++holdings[person(who)];
    }

    function pass(uint32 secondsToPass) external {
        time += secondsToPass % 3 days;
        vm.warp(time);
        mine(1);
    }

    function publish(uint256 who, uint256 which, bytes32 text) external withNumbers {
        Expected storage e = expected[pick(which)];
        bool allowed = e.owner == person(who);
        bytes memory call = abi.encodeCall(registry.publish, (pick(which), INBOX, abi.encode(text)));
        if (act("publish", person(who), call, allowed)) {
            (e.seq, e.documentHash) = (e.seq + 1, keccak256(abi.encode(text)));
        }
    }

    function publishSigned(uint256 who, uint256 payer, uint256 which, bytes32 text) external withNumbers {
        uint256 number = pick(which);
        Expected storage e = expected[number];
        bytes memory document = abi.encode(text);
        bytes memory signature = sign(keyOf(who), publishData(number, INBOX, document));
        bytes memory call = abi.encodeCall(registry.publishSigned, (number, INBOX, document, LATER, signature));
        if (act("publishSigned", person(payer), call, e.owner == person(who))) {
            (e.seq, e.documentHash) = (e.seq + 1, keccak256(document));
            usedSignatures.push(signature);
            usedNumbers.push(number);
            usedDocuments.push(document);
        }
    }

    function replay(uint256 who, uint256 which) external {
        if (usedSignatures.length == 0) return;
        which %= usedSignatures.length;
        bytes memory call = abi.encodeCall(
            registry.publishSigned, (usedNumbers[which], INBOX, usedDocuments[which], LATER, usedSignatures[which])
        );
        act("replay", person(who), call, false);
    }

    function transfer(uint256 who, uint256 to, uint256 which) external withNumbers {
        Expected storage e = expected[pick(which)];
        address sender = person(who);
        bool may = sender == e.owner || operators[e.owner][sender] || e.approved == sender;
        bool allowed = may && !e.locked && person(to) != e.owner;
        bytes memory call = abi.encodeCall(registry.transferFrom, (e.owner, person(to), pick(which)));
        if (act("transfer", sender, call, allowed)) moved(e, person(to));
    }

    function transferSigned(uint256 who, uint256 to, uint256 payer, uint256 which) external withNumbers {
        uint256 number = pick(which);
        Expected storage e = expected[number];
        who = actor(who, e.owner);
        bool allowed = person(who) == e.owner && !e.locked && person(to) != e.owner;
        bytes memory signature = sign(keyOf(who), transferData(number, person(to), LATER));
        bytes memory call = abi.encodeCall(registry.transferSigned, (number, person(to), LATER, signature));
        if (act("transferSigned", person(payer), call, allowed)) moved(e, person(to));
    }

    function approve(uint256 who, uint256 to, uint256 which) external withNumbers {
        Expected storage e = expected[pick(which)];
        bool allowed = (person(who) == e.owner || operators[e.owner][person(who)]) && !e.locked;
        bytes memory call = abi.encodeCall(registry.approve, (person(to), pick(which)));
        if (act("approve", person(who), call, allowed)) e.approved = person(to);
    }

    function setOperator(uint256 who, uint256 operator, bool on) external {
        act("operator", person(who), abi.encodeCall(registry.setApprovalForAll, (person(operator), on)), true);
        operators[person(who)][person(operator)] = on;
    }

    function lock(uint256 who, uint256 which) external withNumbers {
        if (which % 4 != 0) return;
        which /= 4;
        Expected storage e = expected[pick(which)];
        if (act("lock", person(who), abi.encodeCall(registry.lock, (pick(which))), person(who) == e.owner)) {
            (e.locked, e.approved, e.readyAt) = (true, address(0), 0);
        }
    }

    function announce(uint256 who, uint256 which) external withNumbers {
        Expected storage e = expected[pick(which)];
        who = actor(who, e.owner);
        bytes memory call = abi.encodeCall(registry.announceUnlock, (pick(which)));
        if (act("announce", person(who), call, person(who) == e.owner && e.locked)) {
            e.readyAt = uint64(time + e.delay);
        }
    }

    function execute(uint256 who, uint256 which, bool wait) external withNumbers {
        Expected storage e = expected[pick(which)];
        address sender = person(actor(who, e.owner));
        if (wait && e.readyAt > time) {
            time = e.readyAt;
            vm.warp(time);
        }
        bool allowed = sender == e.owner && e.readyAt != 0 && time >= e.readyAt && time <= e.readyAt + 14 days;
        if (act("execute", sender, abi.encodeCall(registry.executeUnlock, (pick(which))), allowed)) {
            (e.locked, e.readyAt) = (false, 0);
        }
    }

    function cancel(uint256 who, uint256 which) external withNumbers {
        Expected storage e = expected[pick(which)];
        bytes memory call = abi.encodeCall(registry.cancelUnlock, (pick(which)));
        if (act("cancel", person(who), call, person(who) == e.owner && e.readyAt != 0)) e.readyAt = 0;
    }

    function lengthen(uint256 who, uint256 which, uint32 delay) external withNumbers {
        Expected storage e = expected[pick(which)];
        delay %= 4 days;
        bytes memory call = abi.encodeCall(registry.lengthenDelay, (pick(which), delay));
        if (act("lengthen", person(who), call, person(who) == e.owner && delay > e.delay)) e.delay = delay;
    }

    function moved(Expected storage e, address to) private {
        --holdings[e.owner];
        ++holdings[to];
        (e.owner, e.epoch, e.locked, e.documentHash) = (to, e.epoch + 1, true, 0);
        (e.approved, e.readyAt, e.delay) = (address(0), 0, 1 days);
    }

    function act(string memory name, address sender, bytes memory call, bool allowed) private returns (bool done) {
        vm.prank(sender);
        (done,) = address(registry).call(call);
        check(done == allowed, string.concat(name, allowed ? " must be allowed" : " must be refused"));
        if (done) ++counts[name];
    }
}

contract InvariantTest is Fixture {
    Model private model;
    mapping(uint256 number => uint256) private lastSeq;
    mapping(uint256 number => uint256) private lastEpoch;

    function setUp() public override {
        model = new Model();
        registry = model.theRegistry();
    }

    /// @notice A model that never gets anywhere would prove nothing: 3000 random acts succeed at each kind.
    function test_TheModelReachesEveryKindOfAct() public {
        for (uint256 i = 0; i < 3000; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(i)));
            (uint256 a, uint256 b, uint256 c) = (uint32(dice >> 32), uint32(dice >> 64), uint32(dice >> 96));
            roll(dice % 14, a, b, c);
        }
        string[10] memory kinds = [
            "publish",
            "publishSigned",
            "transfer",
            "transferSigned",
            "approve",
            "lock",
            "announce",
            "execute",
            "cancel",
            "lengthen"
        ];
        for (uint256 i = 0; i < kinds.length; ++i) {
            check(model.counts(kinds[i]) >= 5, kinds[i]);
        }
        check(model.counts("replay") == 0, "replay");
        invariant_EveryRecordIsWhatTheRulesMadeIt();
        invariant_BalancesCountTheNumbers();
    }

    function roll(uint256 kind, uint256 a, uint256 b, uint256 c) private {
        if (kind == 0) model.mint(a);
        else if (kind == 1) model.pass(uint32(a));
        else if (kind == 2) model.publish(a, b, bytes32(c));
        else if (kind == 3) model.publishSigned(a, b, c, bytes32(a));
        else if (kind == 4) model.replay(a, b);
        else if (kind == 5) model.transfer(a, b, c);
        else if (kind == 6) model.transferSigned(a, b, c, a ^ b);
        else if (kind == 7) model.approve(a, b, c);
        else if (kind == 8) model.setOperator(a, b, c % 2 == 0);
        else if (kind == 9) model.lock(a, b);
        else if (kind == 10) model.announce(a, b);
        else if (kind == 11) model.execute(a, b, c % 2 == 0);
        else if (kind == 12) model.cancel(a, b);
        else model.lengthen(a, b, uint32(c));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(model);
    }

    /// @notice Only what the rules allow has ever changed a record, and it changed exactly what it should.
    function invariant_EveryRecordIsWhatTheRulesMadeIt() public view {
        for (uint256 i = 0; i < model.count(); ++i) {
            uint256 number = model.numbers(i);
            Model.Expected memory e = model.expectedOf(number);
            IDmidRegistry.Record memory r = registry.record(number);
            check(isNumber(number), "checksum");
            same(r.owner, e.owner, "owner");
            same(r.epoch, e.epoch, "epoch");
            same(r.seq, e.seq, "seq");
            same(r.flags, e.locked ? 1 : 0, "flags");
            same(r.documentHash, e.documentHash, "document");
            same(r.inboxKey, e.documentHash == 0 ? bytes32(0) : INBOX, "key");
            check((r.publishedBlock == 0) == (e.documentHash == 0), "published block");
            same(registry.getApproved(number), e.approved, "approved");
            same(registry.lockState(number).unlockReadyAt, e.readyAt, "announced");
            same(registry.lockState(number).delay, e.delay, "delay");
        }
    }

    function invariant_BalancesCountTheNumbers() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < 3; ++i) {
            (address who, uint256 holding) = model.holdingsOf(i);
            same(registry.balanceOf(who), holding, "balance");
            sum += holding;
        }
        same(sum, model.count(), "sum");
    }

    function invariant_ALockedNumberHasNoApproval() public view {
        for (uint256 i = 0; i < model.count(); ++i) {
            uint256 number = model.numbers(i);
            if (registry.lockState(number).locked) same(registry.getApproved(number), address(0), "approval");
        }
    }

    function invariant_EpochAndSeqNeverFall() public {
        for (uint256 i = 0; i < model.count(); ++i) {
            uint256 number = model.numbers(i);
            IDmidRegistry.Record memory r = registry.record(number);
            check(r.seq >= lastSeq[number] && r.epoch >= lastEpoch[number], "monotone");
            (lastSeq[number], lastEpoch[number]) = (r.seq, r.epoch);
        }
    }
}
