// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/http_client.hpp"
#include "seal/event.hpp"
#include "tool/invocation.hpp"

namespace dmid::tool
{
/// What a door said to a wrap.
struct DoorAnswer
{
    bool accepted = false;
    unsigned work = 0; ///< bits that it asks for, where that is why it refused
    std::string id;    ///< under which it was taken in
    Error error;       ///< why not
};

/// How long one door may take (design: "Defaults").
inline constexpr net::Millis kDoorDeadline{10'000};

/// The doors of others, dialled under the guard: https and wss, no inward addresses but those of [node]
/// allow.
class Doors
{
public:
    static Result<std::unique_ptr<Doors>> make(const Invocation& call);

    /// POST /v1/messages of a gateway. A refusal is an answer; what is no answer at all is its error.
    DoorAnswer post(const std::string& gateway, const seal::Event& wrap);
    /// EVENT to a relay, and its OK.
    DoorAnswer publish(const std::string& relay, const seal::Event& wrap);

private:
    explicit Doors(net::Dialer dialer)
        : dialer_{std::move(dialer)}
        , http_{dialer_}
    {
    }
    net::Dialer dialer_;
    net::HttpClient http_;
};
} // namespace dmid::tool
