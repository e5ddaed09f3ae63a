// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A resolver that speaks for every name below its own (ENSIP-10): all of them have one text.
contract Wildcard {
    string private value;

    constructor(string memory text) {
        value = text;
    }

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x9061b923;
    }

    function resolve(bytes calldata, bytes calldata data) external view returns (bytes memory) {
        require(bytes4(data) == 0x59d1d43c, "text alone");
        return abi.encode(value);
    }
}

/// @title A resolver whose records are kept by a server (ERC-3668).
contract OffChain {
    error OffchainLookup(address sender, string[] urls, bytes callData, bytes4 callbackFunction, bytes extraData);

    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x9061b923;
    }

    function resolve(bytes calldata, bytes calldata data) external view returns (bytes memory) {
        string[] memory urls = new string[](1);
        urls[0] = "http://127.0.0.1:9/{sender}/{data}";
        revert OffchainLookup(address(this), urls, data, this.resolve.selector, "");
    }
}
