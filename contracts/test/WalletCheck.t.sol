// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";
import {Factory, Wallet} from "./Wallets.sol";

/// @title A wallet that says yes to everything once somebody called `ready`
contract Unready {
    bool private done;

    function ready() external {
        done = true;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        require(done, "not ready");
        return 0x1626ba7e;
    }
}

/// @title Contracts that harm whoever asks them
contract Hostile {
    uint256 private immutable mood;

    constructor(uint256 mood_) {
        mood = mood_;
    }

    fallback() external {
        uint256 how = mood;
        assembly ("memory-safe") {
            switch how
            case 0 { for {} 1 {} {} } // burns all that it is given
            case 1 { revert(0, 1000000) } // a megabyte of reasons
            case 2 { return(0, 1000000) }
            case 3 {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 64) // a yes, and more
            }
            case 4 {
                mstore(0, or(shl(224, 0x1626ba7e), 1))
                return(0, 32) // a yes that is dirty
            }
            case 5 {
                mstore(0, shl(224, 0x1626ba7e))
                return(0, 4) // a yes that is short
            }
            default { invalid() }
        }
    }
}

contract WalletCheckTest {
    Vm private constant vm = Vm(0x7109709ECfa91a80626fF3989D68f67F5b1DD12D);
    uint256 private constant KEY = 0xa11ce;
    bytes32 private constant DIGEST = keccak256("what was signed");

    /// @dev Runs the creation code and reads the word that it leaves as code, as an eth_call would show it.
    function ask(address wallet, bytes32 digest, bytes memory signature, address first, bytes memory firstCall)
        private
        returns (uint256 word)
    {
        bytes memory code = bytes.concat(
            vm.getCode("out/WalletCheck.sol/WalletCheck.json"),
            abi.encode(wallet, digest, signature, first, firstCall)
        );
        address left;
        assembly ("memory-safe") {
            left := create(0, add(code, 32), mload(code))
        }
        require(left != address(0) && left.code.length == 32, "one word, whatever happens");
        return uint256(bytes32(left.code));
    }

    function plain(address wallet, bytes memory signature) private returns (bool) {
        return ask(wallet, DIGEST, signature, address(0), "") == 1;
    }

    function signed() private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(KEY, DIGEST);
        return abi.encodePacked(r, s, v);
    }

    function test_AWalletThatIsThereSaysYesToItsOwnKeyAlone() public {
        address mine = address(new Wallet(vm.addr(KEY), 0x1626ba7e));
        address other = address(new Wallet(vm.addr(KEY + 1), 0x1626ba7e));
        require(plain(mine, signed()), "its own");
        require(!plain(other, signed()), "another key's");
        require(ask(mine, ~DIGEST, signed(), address(0), "") == 0, "another digest");
        require(!plain(address(new Wallet(vm.addr(KEY), 0x20c13b0b)), signed()), "another magic value");
    }

    function test_AnAddressWithoutCodeSaysNothing() public {
        require(!plain(address(0x1234), signed()), "nobody");
        for (uint160 i = 1; i < 12; i++) {
            require(!plain(address(i), signed()), "a precompile");
        }
    }

    function test_AWalletThatIsNotThereYetIsDeployedFirst() public {
        Factory factory = new Factory();
        address place = factory.place(vm.addr(KEY));
        bytes memory make = abi.encodeCall(Factory.make, (vm.addr(KEY)));
        require(!plain(place, signed()), "without the factory");
        require(ask(address(0x1234), DIGEST, signed(), address(factory), make) == 0, "not what was deployed");
        require(ask(place, DIGEST, signed(), address(factory), make) == 1, "deployed");
        require(ask(place, DIGEST, signed(), address(factory), make) == 1, "there already");
    }

    function test_AWalletThatHasToBePreparedIsAskedTwice() public {
        Unready wallet = new Unready();
        require(!plain(address(wallet), ""), "not ready");
        require(ask(address(wallet), DIGEST, "", address(wallet), abi.encodeCall(Unready.ready, ())) == 1, "ready");
    }

    function test_NoContractKeepsItFromItsAnswer() public {
        for (uint256 mood = 0; mood < 7; mood++) {
            address hostile = address(new Hostile(mood));
            require(!plain(hostile, signed()), "asked");
            require(ask(hostile, DIGEST, signed(), hostile, "make") == 0, "prepared by itself");
            require(ask(address(0x1234), DIGEST, signed(), hostile, "make") == 0, "as a factory");
        }
    }
}
