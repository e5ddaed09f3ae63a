// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "seal/event.hpp"

#include <memory>

struct secp256k1_context_struct;

namespace dmid::bench
{
/// What accepting a gift wrap cannot do without, of the library alone: the signatures of wrap and seal, and
/// the keys that open the two (parsed, and one multiplication each).
class WrapFloor
{
public:
    WrapFloor(const seal::Event& wrap, const Secret32& reader);
    ~WrapFloor();

    /// CPU microseconds of 2 verifications and 2 openings.
    double operator()(double seconds) const;
    /// Of one verification alone: what a relay must do.
    double one_signature(double seconds) const;

private:
    struct Parts;
    void verify_once() const;
    void open_once() const;
    std::unique_ptr<Parts> parts_;
};
} // namespace dmid::bench
