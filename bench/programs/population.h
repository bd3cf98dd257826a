// The sessions that the benchmarks work on: session number N looks the same in every run.
// Thread safety: values.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "tracker/types.h"

namespace agent_sessions::bench {

inline constexpr std::array<std::string_view, 8> kInteractions{
    "invoice", "new_contract", "cancellation", "address_change", "complaint", "tariff", "callback", "order"};

// What is stored of one session: name, address and one open interaction, no browser.
struct Person {
    std::string account;
    std::string agent;
    std::string address;
    std::string_view interaction;
    tracker::Millis age{};  // how long ago the session began
};

class Population {
  public:
    explicit Population(std::uint64_t accounts) : accounts_(accounts) {}

    // Consecutive numbers get names, addresses and ages in no order, so that a sort has work to do.
    Person person(std::uint64_t number) const {
        const std::uint64_t mixed = mix(number);
        Person person;
        person.account = "account-" + std::to_string(number % accounts_);
        person.agent = text("agent-%010llu", static_cast<std::uint32_t>(mixed));
        person.address = "10." + std::to_string(number >> 16 & 255) + "." +
                         std::to_string(number >> 8 & 255) + "." + std::to_string(number & 255);
        person.interaction = kInteractions[mixed % kInteractions.size()];
        person.age = tracker::Millis{static_cast<std::int64_t>(mixed >> 40 & 0x1fffff)};
        return person;
    }

    static std::uint64_t mix(std::uint64_t number) noexcept {
        number = (number ^ (number >> 30)) * 0xbf58476d1ce4e5b9;
        number = (number ^ (number >> 27)) * 0x94d049bb133111eb;
        return number ^ (number >> 31);
    }

  private:
    static std::string text(const char* format, unsigned long long number) {
        std::array<char, 40> buffer{};
        const int length = std::snprintf(buffer.data(), buffer.size(), format, number);
        return {buffer.data(), static_cast<std::size_t>(length)};
    }

    std::uint64_t accounts_;
};

inline tracker::BeginRequest begin_request(const Person& person, tracker::SessionKey key,
                                           tracker::WallTime started, const tracker::Lifetime& lifetime) {
    tracker::BeginRequest request;
    request.key = key;
    request.started = started;
    request.account = person.account;
    request.agent = person.agent;
    request.address = person.address;
    request.lifetime = lifetime;
    request.confirmed = true;
    return request;
}

}  // namespace agent_sessions::bench
