// SPDX-License-Identifier: Apache-2.0
#include "prepared_wraps.hpp"

#include "crypto/secp256k1.hpp"
#include "crypto/sha256.hpp"
#include "seal/nip17.hpp"

namespace dmid::bench
{
namespace
{
/// Different for every wrap and use, the same in every run.
Hash32 drawn(std::string_view what, std::uint64_t number)
{
    const auto name = std::string{what} + " " + std::to_string(number);
    return crypto::sha256(as_bytes(name));
}
} // namespace

PreparedWraps::PreparedWraps(XOnlyKey reader, std::size_t senders, std::size_t text)
    : reader_{reader}
    , text_(text, 'x')
{
    for (std::size_t i = 0; i < senders; ++i)
        senders_.emplace_back(drawn("bench author", i).bytes);
}

std::vector<seal::Event> PreparedWraps::make(std::size_t count, UnixTime now)
{
    std::vector<seal::Event> out;
    for (std::size_t i = 0; i < count; ++i, ++next_)
    {
        const auto& author = senders_[next_ % senders_.size()];
        const auto rumor =
            seal::make_text(crypto::xonly_of(author).value(), reader_, now, text_ + std::to_string(next_));
        const seal::SealRandom for_seal{drawn("seal nonce", next_), drawn("seal aux", next_), 60};
        const auto sealed = seal::make_seal(rumor, author, reader_, now, for_seal).value();
        const seal::WrapRandom for_wrap{Secret32{drawn("one-time key", next_).bytes},
                                        drawn("wrap nonce", next_), drawn("wrap aux", next_), 60};
        out.push_back(seal::make_wrap(sealed, reader_, now, for_wrap).value());
    }
    return out;
}

std::string http_request(const seal::Event& wrap)
{
    const auto body = R"({"v":1,"wrap":)" + seal::to_json(wrap) + "}";
    return "POST /v1/messages HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}
} // namespace dmid::bench
