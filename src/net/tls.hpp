// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.hpp"

#include <memory>
#include <string>

namespace dmid::net
{
/// Certificates and settings for many connections; immutable once made, shared between threads.
/// TLS 1.2 with forward secrecy at least, and 1.3.
class TlsContext;
using TlsContextPtr = std::shared_ptr<TlsContext>;

/// For clients: the peer's certificate must chain to the system's authorities, or to those in `ca_file` (PEM)
/// alone if it is given. net.tls when the file does not load.
Result<TlsContextPtr> make_tls_client(const std::string& ca_file = {});

/// For servers. net.tls when certificate chain or key (PEM files) do not load or do not belong together.
Result<TlsContextPtr> make_tls_server(const std::string& certificate_file, const std::string& key_file);
} // namespace dmid::net
