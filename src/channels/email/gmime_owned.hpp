// SPDX-License-Identifier: Apache-2.0
// Private to channels/email.
#pragma once

#include <gmime/gmime.h>

#include <memory>

namespace dmid::channels::email
{
struct UnrefObject
{
    void operator()(gpointer object) const noexcept { g_object_unref(object); }
};
/// An object of GMime that is given back at the end.
template <class T> using Owned = std::unique_ptr<T, UnrefObject>;
} // namespace dmid::channels::email
