// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace dmid::codec
{
/// Reads a JSON text once and in order, building nothing: for messages of a known form that come often. What
/// it takes is what parse_json() takes, keys that occur twice and numbers beyond a double included
/// (fuzz/json_reader.cpp holds the two together). It says no reason: parse_json() does, for texts that fail.
///
/// After the first failure every call fails. One thread at a time.
class JsonReader
{
public:
    /// `text` must live as long as the reader; the caller bounds its size.
    explicit JsonReader(std::string_view text, unsigned max_depth = 32);

    bool ok() const noexcept { return ok_; }
    /// The first byte of the next value, which tells its kind; 0 at the end.
    char peek() noexcept;
    /// Where it stands: before the next value once peek() was called.
    std::size_t at() const noexcept { return at_; }

    bool begin_object() { return begin('{'); }
    /// The next member's key, which lives until the next call; false at the object's end, which it passes.
    bool next_key(std::string_view& key);
    bool begin_array() { return begin('['); }
    /// Whether another item follows; false at the array's end, which it passes.
    bool next_item();

    /// A string, unescaped; it lives until the next call.
    bool text(std::string_view& out);
    /// A whole number of 64 bits; one with a fraction or an exponent fails.
    bool integer(std::int64_t& out);
    /// Whatever value comes next, checked.
    bool skip();
    /// Whether all went well, and nothing but white space is left.
    bool finish() noexcept;

private:
    /// The keys of one open object.
    struct Keys
    {
        std::size_t first = 0;                     ///< of its own in `keys_`
        std::unordered_set<std::string_view> many; ///< once they are more than a look at each bears
    };

    bool fail() noexcept;
    bool begin(char bracket);
    bool ends_here(char bracket);
    bool separator();
    bool take(std::string_view word) noexcept;
    bool add_key(std::string_view key);
    bool unescape(std::size_t from);
    bool escape();
    bool hex4(std::uint32_t& out) noexcept;
    std::string_view number() noexcept;
    bool skip_number();
    bool skip_object();
    bool skip_array();

    std::string_view text_;
    std::size_t at_ = 0;
    unsigned depth_left_;
    bool ok_ = true;
    bool first_ = true; ///< nothing was read yet of the innermost array or object
    std::string scratch_;
    std::vector<Keys> open_;
    std::vector<std::string_view> keys_;
    std::vector<std::unique_ptr<std::string>> unescaped_; ///< keys that are not in the text as they read
};
} // namespace dmid::codec
