// SPDX-License-Identifier: Apache-2.0
#include "channels/sms/smpp_status.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace dmid::channels::sms
{
namespace
{
struct StatusRow
{
    std::uint32_t status;
    const char* words;
    Meaning meaning;
};

/// SMPP 3.4, table 5-2.
constexpr std::array kStatuses{
    StatusRow{0x00, "ESME_ROK", Meaning::good},
    StatusRow{0x01, "ESME_RINVMSGLEN", Meaning::refused},
    StatusRow{0x02, "ESME_RINVCMDLEN", Meaning::misread},
    StatusRow{0x03, "ESME_RINVCMDID", Meaning::misread},
    StatusRow{0x04, "ESME_RINVBNDSTS", Meaning::unbound},
    StatusRow{0x05, "ESME_RALYBND", Meaning::deferred},
    StatusRow{0x06, "ESME_RINVPRTFLG", Meaning::refused},
    StatusRow{0x07, "ESME_RINVREGDLVFLG", Meaning::refused},
    StatusRow{0x08, "ESME_RSYSERR", Meaning::deferred},
    StatusRow{0x0a, "ESME_RINVSRCADR", Meaning::refused},
    StatusRow{0x0b, "ESME_RINVDSTADR", Meaning::refused},
    StatusRow{0x0c, "ESME_RINVMSGID", Meaning::refused},
    StatusRow{0x0d, "ESME_RBINDFAIL", Meaning::denied},
    StatusRow{0x0e, "ESME_RINVPASWD", Meaning::denied},
    StatusRow{0x0f, "ESME_RINVSYSID", Meaning::denied},
    StatusRow{0x11, "ESME_RCANCELFAIL", Meaning::refused},
    StatusRow{0x13, "ESME_RREPLACEFAIL", Meaning::refused},
    StatusRow{0x14, "ESME_RMSGQFUL", Meaning::throttled},
    StatusRow{0x15, "ESME_RINVSERTYP", Meaning::refused},
    StatusRow{0x33, "ESME_RINVNUMDESTS", Meaning::refused},
    StatusRow{0x34, "ESME_RINVDLNAME", Meaning::refused},
    StatusRow{0x40, "ESME_RINVDESTFLAG", Meaning::refused},
    StatusRow{0x42, "ESME_RINVSUBREP", Meaning::refused},
    StatusRow{0x43, "ESME_RINVESMCLASS", Meaning::refused},
    StatusRow{0x44, "ESME_RCNTSUBDL", Meaning::refused},
    StatusRow{0x45, "ESME_RSUBMITFAIL", Meaning::refused},
    StatusRow{0x48, "ESME_RINVSRCTON", Meaning::refused},
    StatusRow{0x49, "ESME_RINVSRCNPI", Meaning::refused},
    StatusRow{0x50, "ESME_RINVDSTTON", Meaning::refused},
    StatusRow{0x51, "ESME_RINVDSTNPI", Meaning::refused},
    StatusRow{0x53, "ESME_RINVSYSTYP", Meaning::denied},
    StatusRow{0x54, "ESME_RINVREPFLAG", Meaning::refused},
    StatusRow{0x55, "ESME_RINVNUMMSGS", Meaning::refused},
    StatusRow{0x58, "ESME_RTHROTTLED", Meaning::throttled},
    StatusRow{0x61, "ESME_RINVSCHED", Meaning::refused},
    StatusRow{0x62, "ESME_RINVEXPIRY", Meaning::refused},
    StatusRow{0x63, "ESME_RINVDFTMSGID", Meaning::refused},
    StatusRow{0x64, "ESME_RX_T_APPN", Meaning::deferred},
    StatusRow{0x65, "ESME_RX_P_APPN", Meaning::refused},
    StatusRow{0x66, "ESME_RX_R_APPN", Meaning::refused},
    StatusRow{0x67, "ESME_RQUERYFAIL", Meaning::refused},
    StatusRow{0xc0, "ESME_RINVOPTPARSTREAM", Meaning::refused},
    StatusRow{0xc1, "ESME_ROPTPARNOTALLWD", Meaning::refused},
    StatusRow{0xc2, "ESME_RINVPARLEN", Meaning::refused},
    StatusRow{0xc3, "ESME_RMISSINGOPTPARAM", Meaning::refused},
    StatusRow{0xc4, "ESME_RINVOPTPARAMVAL", Meaning::refused},
    StatusRow{0xfe, "ESME_RDELIVERYFAILURE", Meaning::refused},
    StatusRow{0xff, "ESME_RUNKNOWNERR", Meaning::deferred},
};

const StatusRow* row_of(std::uint32_t status)
{
    const auto* const at = std::find_if(kStatuses.begin(), kStatuses.end(),
                                        [status](const StatusRow& row) { return row.status == status; });
    return at == kStatuses.end() ? nullptr : at;
}
} // namespace

std::string status_words(std::uint32_t status)
{
    if (const auto* row = row_of(status))
        return row->words;
    std::array<char, 12> text{};
    std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(status));
    return text.data();
}

Meaning meaning_of(std::uint32_t status)
{
    const auto* row = row_of(status);
    return row != nullptr ? row->meaning : Meaning::deferred;
}
} // namespace dmid::channels::sms
