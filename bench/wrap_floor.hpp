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
    /// What comes to that before it: the author's key parsed, the event's JSON read and its text hashed,
    /// each once, by Boost.JSON and the libraries of curve and hash.
    double one_reading(double seconds) const;
    /// What comes to the first beside the curve: wrap, seal and rumor read and hashed, both contents
    /// decrypted with the conversation key at hand.
    double all_readings(double seconds) const;

private:
    struct Parts;
    void verify_once() const;
    void open_once() const;
    void read_once(std::string_view json) const;
    std::unique_ptr<Parts> parts_;
};
} // namespace dmid::bench
