// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests: a component port that misbehaves as told. It opens the stream, takes the handshake, and shows
// every stanza that comes to a script.
#include "channels/xmpp/handshake.hpp"
#include "channels/xmpp/namespaces.hpp"
#include "net/testing_peer.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace dmid::channels::xmpp::test
{
using net::testing::RawSocket;

inline const std::string kServerOpens =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='3BF96D32' from='dmid.example'>";

/// What a server says to a stanza: text to send. `cut` after it ends the connection.
struct Says
{
    std::string text;
    bool cut = false;
};

/// A ping to itself comes back, as servers do it; other stanzas get nothing.
inline std::string echo(const Element& stanza)
{
    return stanza.name == "iq" ? to_xml(stanza, kComponentNs) : std::string{};
}

class ComponentPeer
{
public:
    using Script = std::function<Says(const Element&)>;

    explicit ComponentPeer(Script script, std::string hello = kServerOpens,
                           std::string shaken = "<handshake/>")
        : script_{std::move(script)}
        , hello_{std::move(hello)}
        , shaken_{std::move(shaken)}
        , peer_{[this](const RawSocket& socket) { serve(socket); }}
    {
    }
    std::uint16_t port() const { return peer_.port(); }
    unsigned connections() const { return connections_; }
    unsigned proofs() const { return proofs_; }
    /// The stanzas of this name that came so far.
    std::vector<Element> came(const std::string& name) const
    {
        const std::lock_guard lock{mutex_};
        std::vector<Element> out;
        for (const auto& stanza : came_)
            if (stanza.name == name)
                out.push_back(stanza);
        return out;
    }
    /// Waits up to 5 s for so many of them.
    std::vector<Element> wait_for(const std::string& name, std::size_t count) const
    {
        for (int i = 0; i < 500 && came(name).size() < count; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds{10});
        return came(name);
    }
    /// Says it on the newest open stream; false where there is none.
    bool say(const std::string& words) const
    {
        const std::lock_guard lock{mutex_};
        return open_ != nullptr && open_->send(words);
    }
    /// Says it once, right behind the next handshake.
    void say_first(std::string words)
    {
        const std::lock_guard lock{mutex_};
        first_words_ = std::move(words);
    }

private:
    struct Opened
    {
        Opened(ComponentPeer& peer, const RawSocket& socket)
            : of{peer}
        {
            const std::lock_guard lock{of.mutex_};
            of.open_ = &socket;
        }
        ~Opened()
        {
            const std::lock_guard lock{of.mutex_};
            of.open_ = nullptr;
        }
        Opened(const Opened&) = delete;
        Opened& operator=(const Opened&) = delete;
        ComponentPeer& of;
    };
    std::string take_first_words()
    {
        const std::lock_guard lock{mutex_};
        return std::exchange(first_words_, {});
    }
    void serve(const RawSocket& socket)
    {
        ++connections_;
        StreamReader reader;
        if (!reader.feed(socket.read_until(">")) || !reader.feed(socket.read_until(">")))
            return;
        (void)reader.next();
        socket.send(hello_);
        const auto proof = socket.read_until("</handshake>");
        if (proof.find(component_proof("3BF96D32", "s3cret")) != std::string::npos)
            ++proofs_;
        if (!reader.feed(proof))
            return;
        (void)reader.next();
        socket.send(shaken_ + take_first_words());
        const Opened opened{*this, socket};
        for (;;)
        {
            const auto some = socket.read_until(">");
            if (some.empty() || !reader.feed(some))
                return;
            while (auto event = reader.next())
            {
                const auto* arrived = std::get_if<Arrived>(&*event);
                if (arrived == nullptr)
                    return;
                {
                    const std::lock_guard lock{mutex_};
                    came_.push_back(arrived->element);
                }
                const auto says = script_(arrived->element);
                if (!says.text.empty())
                    socket.send(says.text);
                if (says.cut)
                    return;
            }
        }
    }
    Script script_;
    std::string hello_;
    std::string shaken_;
    std::atomic<unsigned> connections_{0};
    std::atomic<unsigned> proofs_{0};
    mutable std::mutex mutex_;
    std::vector<Element> came_;
    std::string first_words_;
    const RawSocket* open_ = nullptr;
    net::testing::ScriptedPeer peer_;
};
} // namespace dmid::channels::xmpp::test
