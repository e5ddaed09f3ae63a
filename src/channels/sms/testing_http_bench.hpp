// SPDX-License-Identifier: Apache-2.0
#pragma once

// For tests only: an operator's HTTP interface that misbehaves. sms_conformance.cpp puts it before the suite.
#include "channels/sms/phone.hpp"
#include "channels/sms/sms_http.hpp"
#include "codec/json.hpp"
#include "net/testing_peer.hpp"

#include <conformance/channel_suite.hpp>

#include <atomic>
#include <mutex>
#include <optional>

namespace dmid::conformance
{
namespace http_sms = channels::sms;

class SmsHttpBench final : public Bench
{
public:
    channel::Channel& start(Service behaviour) override
    {
        peer_.emplace([this, behaviour](const net::testing::RawSocket& socket) { serve(socket, behaviour); });
        http_sms::SmsHttpOptions options;
        options.shape.url = "http://" + before(peer_->authority()) + "/send";
        options.shape.headers = {{"Content-Type", "application/json"}, {"Authorization", "Bearer {secret}"}};
        options.shape.body = R"({"to":"{to}","from":"{from}","text":"{text}"})";
        options.shape.id_pointer = "/id";
        options.secret = "s3cret";
        options.sources = {{"", "DMID"}};
        if (behaviour == Service::is_gone)
            peer_.reset();
        channel_ =
            http_sms::make_sms_http_channel(std::move(options), clock_, std::make_shared<net::HttpClient>())
                .value();
        return *channel_;
    }
    std::string address() const override { return "+49 170 1234567"; }
    std::vector<std::string> bad_addresses() const override { return {"01701234567", "name:Bank"}; }
    channel::Leg leg() const override
    {
        channel::Leg leg;
        leg.address = "+491701234567";
        return leg;
    }
    channel::Outgoing message(const std::string& text) const override
    {
        channel::Outgoing message;
        message.sender = "8345 0000 0000 0015";
        message.text = text;
        return message;
    }
    unsigned connections() const override { return connections_; }
    std::vector<std::string> arrived() const override
    {
        const std::lock_guard lock{mutex_};
        return texts_;
    }
    std::vector<std::string> secrets() const override { return {"s3cret", "hello", "491701234567"}; }
    std::vector<Flood> floods() const override { return http_floods(); }
    std::optional<std::string> exempt(Demand demand) const override
    {
        if (demand == Demand::interference)
            return std::nullopt;
        return "an operator's HTTP interface is a way out alone: nothing comes in by it";
    }

private:
    void serve(const net::testing::RawSocket& socket, Service behaviour)
    {
        ++connections_;
        for (;;)
        {
            const auto head = socket.read_until("\r\n\r\n");
            if (head.empty())
                return;
            const auto length = head.find("Content-Length: ");
            if (length == std::string::npos || !head.ends_with("\r\n\r\n"))
                return;
            std::string body;
            while (body.size() < std::stoul(head.substr(length + 16)))
            {
                const auto more = socket.read_until("}");
                if (more.empty())
                    return;
                body += more;
            }
            if (behaviour == Service::hangs_up)
                return;
            if (behaviour == Service::is_silent)
            {
                (void)socket.read_until("");
                return;
            }
            if (behaviour == Service::babbles)
            {
                (void)socket.send("* OK IMAP4rev1 ready\r\n");
                return;
            }
            const auto value = codec::parse_json(body);
            if (value && head.find("Bearer s3cret") != std::string::npos)
            {
                const std::lock_guard lock{mutex_};
                texts_.emplace_back(value->at("text").as_string());
            }
            const auto* status = behaviour == Service::refuses  ? "400 Bad Request"
                                 : behaviour == Service::defers ? "503 Busy"
                                                                : "200 OK";
            if (!socket.send(std::string{"HTTP/1.1 "} + status + "\r\nContent-Length: 9\r\n\r\n{\"id\":42}"))
                return;
        }
    }
    SystemClock clock_;
    std::atomic<unsigned> connections_{0};
    mutable std::mutex mutex_;
    std::vector<std::string> texts_;
    std::optional<net::testing::ScriptedPeer> peer_;
    std::unique_ptr<channel::Channel> channel_;
};

inline std::unique_ptr<Bench> make_sms_http_bench()
{
    return std::make_unique<SmsHttpBench>();
}
} // namespace dmid::conformance
