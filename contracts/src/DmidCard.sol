// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {DmidNumber} from "./DmidNumber.sol";

/// @title The metadata of a number: JSON with a drawn card, both as data: URIs
/// @dev   Everything inserted is made of digits, spaces and fixed words, so nothing needs escaping.
library DmidCard {
    function uri(uint256 number, uint24 epoch, uint32 seq, bool published, bool locked)
        internal
        pure
        returns (string memory)
    {
        string memory fours = DmidNumber.inFours(number);
        bytes memory json = abi.encodePacked(
            '{"name":"DMID ',
            fours,
            '","description":"A messaging number owned for good. Write to it from any channel; its owner decides who gets through. As an identity it is this number in this epoch.","image":"data:image/svg+xml;base64,',
            Base64.encode(svg(number, fours, epoch, published, locked)),
            '","attributes":[{"trait_type":"Epoch","value":',
            decimal(epoch),
            '},{"trait_type":"Documents published","value":',
            decimal(seq),
            '},{"trait_type":"Published","value":"',
            published ? "yes" : "no",
            '"},{"trait_type":"Locked","value":"',
            locked ? "yes" : "no",
            '"}]}'
        );
        return string.concat("data:application/json;base64,", Base64.encode(json));
    }

    /// @notice A card with a rosette that the number's twelve drawn digits shape and colour.
    function svg(uint256 number, string memory fours, uint24 epoch, bool published, bool locked)
        internal
        pure
        returns (bytes memory)
    {
        uint256 payload = number / 100 % 10 ** 12;
        uint256 hue = payload % 360;
        return bytes.concat(frame(hue, fours), rosette(payload, hue), labels(epoch, published, locked));
    }

    function frame(uint256 hue, string memory fours) private pure returns (bytes memory) {
        return abi.encodePacked(
            '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 400" role="img" aria-label="DMID ',
            fours,
            '"><defs><linearGradient id="b" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(',
            decimal(hue),
            ',42%,22%)"/><stop offset="1" stop-color="hsl(',
            decimal((hue + 48) % 360),
            ',55%,9%)"/></linearGradient><clipPath id="c"><rect width="640" height="400" rx="28"/></clipPath></defs><g clip-path="url(#c)" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,monospace" fill="#fff"><rect width="640" height="400" fill="url(#b)"/><text x="48" y="84" font-size="30" font-weight="700" letter-spacing="9">DMID</text><text x="48" y="268" font-size="46" textLength="544">',
            fours,
            "</text>"
        );
    }

    /// @dev Twelve ellipses, one per digit, each turned by 15 degrees; the digit is its width.
    function rosette(uint256 payload, uint256 hue) private pure returns (bytes memory drawn) {
        drawn = abi.encodePacked('<g fill="none" stroke="hsl(', decimal(hue), ',80%,78%)" stroke-opacity=".34">');
        for (uint256 i = 0; i < 12; ++i) {
            drawn = abi.encodePacked(
                drawn,
                '<ellipse cx="500" cy="116" rx="190" ry="',
                decimal(24 + payload % 10 * 16),
                '" transform="rotate(',
                decimal(i * 15),
                ' 500 116)"/>'
            );
            payload /= 10;
        }
        drawn = bytes.concat(drawn, "</g>");
    }

    function labels(uint24 epoch, bool published, bool locked) private pure returns (bytes memory) {
        return abi.encodePacked(
            '<path d="M48 304H592" stroke="#fff" stroke-opacity=".22"/><g font-size="17" letter-spacing="2"><text x="48" y="350" fill-opacity=".8">EPOCH ',
            decimal(epoch),
            published
                ? '</text><circle cx="262" cy="344" r="6" fill="#6ee7a8"/><text x="278" y="350">PUBLISHED'
                : '</text><circle cx="262" cy="344" r="5" fill="none" stroke="#fff" stroke-width="2"/><text x="278" y="350" fill-opacity=".8">NOT PUBLISHED',
            '</text><text x="592" y="350" text-anchor="end" fill-opacity=".8">',
            locked ? "LOCKED" : "UNLOCKED",
            "</text></g></g></svg>"
        );
    }

    /// @dev Ten digits hold the largest uint32.
    function decimal(uint256 value) private pure returns (string memory) {
        bytes memory text = new bytes(10);
        uint256 start = 10;
        do {
            text[--start] = bytes1(uint8(48 + value % 10));
            value /= 10;
        } while (value != 0);
        bytes memory trimmed = new bytes(10 - start);
        for (uint256 i = 0; i < trimmed.length; ++i) {
            trimmed[i] = text[start + i];
        }
        return string(trimmed);
    }
}
