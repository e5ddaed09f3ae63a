// SPDX-License-Identifier: Apache-2.0
#include "store/body_cipher.hpp"

#include <conformance/mailbox_helpers.hpp>
#include <gtest/gtest.h>

namespace dmid::store
{
namespace
{
using namespace dmid::conformance;

BodyCipher cipher(std::uint8_t fill = 1)
{
    std::array<std::uint8_t, 32> bytes{};
    bytes.fill(fill);
    return BodyCipher{Secret32{bytes}};
}

Entry shell(const Entry& of)
{
    Entry out = of;
    out.meta.clear();
    out.body.clear();
    return out;
}

TEST(BodyCipher, OpensWhatItSealed)
{
    const auto key = BodyCipher::new_thread_key();
    for (const std::size_t size : {0U, 1U, 1000U, 65536U})
    {
        Entry e = entry(1, std::string(size, 'b'));
        e.meta = Bytes(size / 2, 9);
        const Bytes sealed = BodyCipher::seal_body(key, box(1), e);
        EXPECT_EQ(sealed.size(), 4 + size + size / 2 + BodyCipher::kOverhead);
        EXPECT_NE(sealed, BodyCipher::seal_body(key, box(1), e)) << "a fresh nonce each time";
        Entry back = shell(e);
        ASSERT_TRUE(BodyCipher::open_body(key, box(1), sealed, back));
        EXPECT_EQ(back, e);
    }
}

TEST(BodyCipher, RefusesEveryFlippedByte)
{
    const auto key = BodyCipher::new_thread_key();
    const Entry e = entry(1);
    const Bytes sealed = BodyCipher::seal_body(key, box(1), e);
    for (std::size_t i = 0; i < sealed.size(); ++i)
    {
        Bytes bad = sealed;
        bad[i] ^= 1U;
        Entry back = shell(e);
        EXPECT_EQ(error_of(BodyCipher::open_body(key, box(1), bad, back)), Errc::store_corrupt);
    }
    for (std::size_t length = 0; length < sealed.size(); ++length)
    {
        Entry back = shell(e);
        EXPECT_FALSE(BodyCipher::open_body(key, box(1), ByteView{sealed}.first(length), back));
    }
}

TEST(BodyCipher, BindsABodyToItsPlace)
{
    const auto key = BodyCipher::new_thread_key();
    const Entry e = entry(1);
    const Bytes sealed = BodyCipher::seal_body(key, box(1), e);
    const auto opens = [&](const MailboxId& mailbox, Entry as) -> bool
    { return BodyCipher::open_body(key, mailbox, sealed, as).has_value(); };
    EXPECT_TRUE(opens(box(1), shell(e)));
    EXPECT_FALSE(opens(box(2), shell(e)));
    Entry other = shell(e);
    other.id = id(2);
    EXPECT_FALSE(opens(box(1), other));
    other = shell(e);
    other.thread = id(3);
    EXPECT_FALSE(opens(box(1), other));
    other = shell(e);
    ++other.kind;
    EXPECT_FALSE(opens(box(1), other));
}

TEST(BodyCipher, WrapsThreadKeysForOnePlaceAndOneStorageKey)
{
    const auto key = BodyCipher::new_thread_key();
    const Bytes wrapped = cipher().wrap(key, box(1), id(1), 1);
    EXPECT_EQ(wrapped.size(), BodyCipher::kWrappedKey);
    const auto back = cipher().unwrap(wrapped, box(1), id(1), 1);
    ASSERT_TRUE(back);
    EXPECT_TRUE(constant_time_equal(back->view(), key.view()));
    EXPECT_FALSE(cipher().unwrap(wrapped, box(2), id(1), 1));
    EXPECT_FALSE(cipher().unwrap(wrapped, box(1), id(2), 1));
    EXPECT_FALSE(cipher().unwrap(wrapped, box(1), id(1), 2));
    EXPECT_FALSE(cipher(2).unwrap(wrapped, box(1), id(1), 1));
    EXPECT_FALSE(constant_time_equal(BodyCipher::new_thread_key().view(), key.view()));
}

TEST(BodyCipher, SealsValuesForOneName)
{
    const Bytes value{1, 2, 3};
    const Bytes sealed = cipher().seal_value(as_bytes("cell"), value);
    EXPECT_EQ(cipher().open_value(as_bytes("cell"), sealed).value(), value);
    EXPECT_FALSE(cipher().open_value(as_bytes("cells"), sealed));
    EXPECT_FALSE(cipher(2).open_value(as_bytes("cell"), sealed));
}

TEST(BodyCipher, DigestsDependOnContentAndStorageKeyAlone)
{
    Entry e = entry(1, "one");
    const auto digest = cipher().content_digest(e);
    Entry same = e;
    same.meta = Bytes{5};
    same.time = 1;
    same.thread = id(9);
    EXPECT_EQ(cipher().content_digest(same), digest);
    Entry other = entry(1, "two");
    EXPECT_NE(cipher().content_digest(other), digest);
    other = e;
    ++other.kind;
    EXPECT_NE(cipher().content_digest(other), digest);
    EXPECT_NE(cipher(2).content_digest(e), digest);
    EXPECT_NE(cipher().fingerprint(), cipher(2).fingerprint());
    // What a caller names never equals what was computed, even over the same bytes.
    Entry named = entry(1, "");
    named.content = id(4);
    Entry computed = entry(1, as_text(id(4).view()));
    EXPECT_NE(cipher().content_digest(named), cipher().content_digest(computed));
}
} // namespace
} // namespace dmid::store
