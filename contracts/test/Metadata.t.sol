// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {DmidNumber} from "../src/DmidNumber.sol";
import {Fixture} from "./Fixture.sol";

contract MetadataTest is Fixture {
    string private constant JSON = "data:application/json;base64,";
    string private constant SVG = "data:image/svg+xml;base64,";

    /// forge-config: default.fuzz.runs = 24
    /// forge-config: test.fuzz.runs = 24
    function testFuzz_TheMetadataIsJsonWithACardThatShowsTheNumber(
        uint256 payload,
        uint24 epoch,
        uint32 seq,
        bool published
    ) public {
        uint256 number = DmidNumber.fromPayload(payload % 10 ** 12);
        uint256 head = uint256(uint160(alice)) | uint256(epoch) << 160 | uint256(seq) << 184;
        if (published) head |= 1 << 216;
        vm.store(address(registry), keccak256(abi.encode(number, uint256(0))), bytes32(head | uint256(seq & 1) << 248));
        string memory json = decoded(registry.tokenURI(number), JSON);
        string memory fours = DmidNumber.inFours(number);
        check(equal(vm.parseJsonString(json, ".name"), string.concat("DMID ", fours)), "name");
        same(vm.parseJsonUint(json, ".attributes[0].value"), epoch, "epoch");
        same(vm.parseJsonUint(json, ".attributes[1].value"), seq, "seq");
        check(equal(vm.parseJsonString(json, ".attributes[2].value"), published ? "yes" : "no"), "published");
        check(equal(vm.parseJsonString(json, ".attributes[3].value"), seq & 1 == 1 ? "yes" : "no"), "locked");
        string memory svg = decoded(vm.parseJsonString(json, ".image"), SVG);
        check(contains(svg, string.concat(">", fours, "</text>")), "number in fours");
        check(contains(svg, string.concat(">EPOCH ", vm.toString(uint256(epoch)), "</text>")), "epoch shown");
        check(contains(svg, published ? ">PUBLISHED<" : ">NOT PUBLISHED<"), "published shown");
        check(contains(svg, seq & 1 == 1 ? ">LOCKED<" : ">UNLOCKED<"), "lock shown");
        wellFormed(bytes(svg));
    }

    /// @dev Every tag closes in order, every attribute is quoted, no stray `<`, `>` or `&`.
    function wellFormed(bytes memory svg) private pure {
        uint256 depth = 0;
        uint256 i = 0;
        while (i < svg.length) {
            check(svg[i] != ">" && svg[i] != "&", "no stray mark");
            if (svg[i] != "<") {
                ++i;
                continue;
            }
            bool closing = svg[i + 1] == "/";
            bool quoted = false;
            for (++i; quoted || svg[i] != ">"; ++i) {
                check(svg[i] != "<" && svg[i] != "&", "no mark inside a tag");
                if (svg[i] == '"') quoted = !quoted;
                if (svg[i] == "=" && !quoted) check(svg[i + 1] == '"', "quoted attribute");
            }
            if (closing) --depth;
            else if (svg[i - 1] != "/") ++depth;
            ++i;
            check(depth > 0 || i == svg.length, "one root");
        }
        same(depth, 0, "closed");
    }

    function equal(string memory a, string memory b) private pure returns (bool) {
        return keccak256(bytes(a)) == keccak256(bytes(b));
    }

    function contains(string memory text, string memory part) private pure returns (bool) {
        (bytes memory t, bytes memory p) = (bytes(text), bytes(part));
        for (uint256 i = 0; i + p.length <= t.length; ++i) {
            uint256 j = 0;
            while (j < p.length && t[i + j] == p[j]) ++j;
            if (j == p.length) return true;
        }
        return false;
    }

    /// @dev Cuts the prefix and decodes base64.
    function decoded(string memory uri, string memory prefix) private pure returns (string memory) {
        bytes memory text = bytes(uri);
        uint256 start = bytes(prefix).length;
        for (uint256 i = 0; i < start; ++i) {
            check(text[i] == bytes(prefix)[i], "prefix");
        }
        check((text.length - start) % 4 == 0, "padded");
        uint256 length = (text.length - start) / 4 * 3;
        if (text[text.length - 1] == "=") --length;
        if (text[text.length - 2] == "=") --length;
        bytes memory out = new bytes(length);
        uint256 bits = 0;
        uint256 held = 0;
        uint256 at = 0;
        for (uint256 i = start; i < text.length && text[i] != "="; ++i) {
            held = held << 6 | sextet(uint8(text[i]));
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                out[at++] = bytes1(uint8(held >> bits));
            }
        }
        same(at, length, "length");
        return string(out);
    }

    function sextet(uint8 c) private pure returns (uint256) {
        if (c >= 65 && c <= 90) return c - 65;
        if (c >= 97 && c <= 122) return c - 71;
        if (c >= 48 && c <= 57) return c + 4;
        if (c == 43) return 62;
        check(c == 47, "alphabet");
        return 63;
    }
}
