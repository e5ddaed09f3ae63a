// SPDX-License-Identifier: Apache-2.0
#pragma once

// What every channel must do, whatever service is behind it. A channel describes its service's misbehaviour
// once, in a Bench, and instantiates the suite with one line:
//
//     INSTANTIATE_TEST_SUITE_P(Nostr, ChannelSuite, testing::Values(&make_nostr_bench));
//
// Where a demand cannot be put to a channel, its bench says why (Bench::exempt()), and the test is skipped
// with that reason.
#include "conformance/channel_suite_inward.hpp"
#include "conformance/channel_suite_sending.hpp"
#include "conformance/channel_suite_wire.hpp"
