// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title The 16 digits: `83`, twelve drawn digits, two check digits (ISO 7064 MOD 97-10)
library DmidNumber {
    uint256 private constant LEAD = 83;
    uint256 private constant PAYLOADS = 10 ** 12;

    /// @notice The i-th number that a commitment draws. The bias of the modulo is below 2^-216.
    function draw(bytes32 secret, address recipient, bytes32 blockHash, uint256 i) internal pure returns (uint256) {
        return fromPayload(uint256(keccak256(abi.encode(secret, recipient, blockHash, i))) % PAYLOADS);
    }

    /// @notice The number with these twelve digits; `payload` < 10^12. Check digits are 02 to 98.
    function fromPayload(uint256 payload) internal pure returns (uint256) {
        unchecked {
            uint256 body = (LEAD * PAYLOADS + payload) * 100; // below 2^53
            return body + 98 - body % 97;
        }
    }

    /// @notice `8312 3456 7890 1210`. `number` has sixteen digits.
    function inFours(uint256 number) internal pure returns (string memory) {
        bytes memory text = new bytes(19);
        for (uint256 i = 19; i > 0; --i) {
            if (i % 5 == 0) {
                text[i - 1] = " ";
            } else {
                text[i - 1] = bytes1(uint8(48 + number % 10));
                number /= 10;
            }
        }
        return string(text);
    }
}
