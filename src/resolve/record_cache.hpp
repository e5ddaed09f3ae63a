// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "chain/reader.hpp"
#include "model/document.hpp"

#include <list>
#include <memory>
#include <optional>
#include <unordered_map>

namespace dmid::resolve
{
/// A proven reading, and the document that it names, decoded and held against it: absent where none is
/// published or nobody had the bytes, an error where it breaks its own promises.
struct Answer
{
    chain::Reading reading;
    Result<std::optional<model::Document>> document;
};
using AnswerPtr = std::shared_ptr<const Answer>;

/// Answers of one block and of the one before it, the least recently used dropped first. An answer is used
/// for its own block alone: with the next block all of them become earlier ones, which only help to prove
/// again. Look-up, insertion and the change of block take constant time. Not thread-safe.
class RecordCache
{
public:
    /// At most `capacity` answers of a block; 0 keeps none.
    explicit RecordCache(std::size_t capacity)
        : capacity_{capacity}
    {
    }

    /// The answer for this number in this block; nullptr where there is none.
    AnswerPtr find(const proof::AgreedBlock& block, model::Number number);
    /// The answer of an earlier block, for the same question at another one.
    AnswerPtr earlier(const proof::AgreedBlock& block, model::Number number) const;
    /// Keeps an answer. One of another block than the newest that was asked for is dropped.
    void put(const proof::AgreedBlock& block, model::Number number, AnswerPtr answer);
    void clear();
    std::size_t size() const noexcept { return present_.places.size(); }

private:
    struct Kept
    {
        std::uint64_t number;
        AnswerPtr answer;
    };
    struct Shelf
    {
        std::optional<proof::AgreedBlock> block;
        std::list<Kept> order; // most recently used first
        std::unordered_map<std::uint64_t, std::list<Kept>::iterator> places;
    };
    void turn_to(const proof::AgreedBlock& block);

    std::size_t capacity_;
    Shelf present_;
    Shelf before_;
};
} // namespace dmid::resolve
