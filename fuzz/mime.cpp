// SPDX-License-Identifier: Apache-2.0
// A whole message, as a letter and as an owner's answer: limits hold, texts are UTF-8, files are as long as
// they say.
#include "channels/email/mail_in.hpp"
#include "model/envelope.hpp"

#include <cstdlib>

using namespace dmid;
using namespace dmid::channels::email;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto spool = Spool::of_text(as_text({data, size}));
    if (!spool)
        return 0;
    const auto mail = read_mail(*spool, false);
    if (mail && (!is_utf8(mail->text) || mail->text.size() > model::kMaxText || !is_utf8(mail->subject)))
        std::abort();
    for (const auto& file : mail ? mail->files : std::vector<channel::File>{})
        if (file.read(0, size + 1)->size() != file.size || file.size > size || !is_utf8(file.name))
            std::abort();
    const auto reply = read_reply(*spool, false, "dmid.example", {"alice@mail.example"});
    if (reply && reply->hold.empty() && reply->text.find("alice@mail.example") != std::string::npos)
        std::abort();
    return 0;
}
