// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title A contract account that signs by ERC-1271 when its key has signed
contract Wallet {
    address private immutable signer;
    bytes4 private immutable answer;

    constructor(address signer_, bytes4 answer_) {
        (signer, answer) = (signer_, answer_);
    }

    function isValidSignature(bytes32 digest, bytes calldata signature) external view returns (bytes4) {
        if (signature.length != 65) return 0xffffffff;
        (bytes32 r, bytes32 s) = abi.decode(signature[:64], (bytes32, bytes32));
        return ecrecover(digest, uint8(signature[64]), r, s) == signer ? answer : bytes4(0xffffffff);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external pure returns (bytes4) {
        return this.onERC721Received.selector;
    }
}

/// @title A factory that deploys a wallet at an address that is known before
contract Factory {
    function make(address signer) external returns (Wallet) {
        return new Wallet{salt: 0}(signer, 0x1626ba7e);
    }

    function place(address signer) external view returns (address) {
        bytes memory code = abi.encodePacked(type(Wallet).creationCode, abi.encode(signer, bytes4(0x1626ba7e)));
        bytes32 hash = keccak256(abi.encodePacked(hex"ff", address(this), bytes32(0), keccak256(code)));
        return address(uint160(uint256(hash)));
    }
}

/// @title A receiver that answers as told, and tries to act while it is called
contract Receiver {
    enum Mood {
        Accept,
        Refuse,
        Silent,
        Reason,
        Reenter
    }

    error Unwelcome(bytes data);

    Mood private mood;
    bytes public seen;
    address public operator;
    address public from;

    constructor(Mood mood_) {
        mood = mood_;
    }

    function onERC721Received(address operator_, address from_, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4)
    {
        (operator, from, seen) = (operator_, from_, data);
        if (mood == Mood.Refuse) return 0xdeadbeef;
        if (mood == Mood.Reason) revert Unwelcome(data);
        if (mood == Mood.Silent) {
            assembly {
                revert(0, 0)
            }
        }
        if (mood == Mood.Reenter) {
            // It owns the number now, and may lock it, but it is locked: it cannot pass it on.
            (bool moved,) = msg.sender
                .call(abi.encodeWithSignature("transferFrom(address,address,uint256)", address(this), from_, tokenId));
            require(!moved, "moved");
            (bool locked,) = msg.sender.call(abi.encodeWithSignature("lock(uint256)", tokenId));
            require(locked, "not its owner");
        }
        return this.onERC721Received.selector;
    }
}
