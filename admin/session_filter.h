// Which sessions a list or a termination is about. The same names and rules in the query of the list and in
// the member "filter" of a termination.
//
//   account      exact; handled by ScopedAccounts, kept here for the digest
//   agent        exact; empty (or null in a body) = Guests, so "Guest" is only a user of that name
//   label        exact; empty or null = none
//   interaction  exact name of an open interaction
//   address      exact; empty or null = none was recorded
//   q            part of the agent (or "Guest"), an interaction, the label, the address or the account; case
//                ignored
//   idle_gt      longer ago than this: seconds, or a number with s, m, h or d
//   multiple     1 = sessions of agents with more than one live session in the account; 0 = all
//   state        "active", or "ending" = those that are to end when their agents have finished
//
// Thread safety: values.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin/problem.h"
#include "tracker/row_walk.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

class SessionFilter {
  public:
    static constexpr std::array<std::string_view, 9> kNames{
        "q", "agent", "account", "label", "interaction", "address", "idle_gt", "multiple", "state"};

    // REQUIRES: name is one of kNames and set once, value is valid UTF-8. nullopt = null.
    // Throws Refusal invalid_parameter or invalid_member. `field` is the name that an error tells.
    void set(Source source, std::string_view field, std::string_view name,
             std::optional<std::string_view> value);

    const std::optional<std::string>& account() const { return account_; }
    // The exact agent; an empty one = Guests.
    const std::optional<std::string>& agent() const { return agent_; }

    // The number of conditions, the account included.
    int conditions() const;
    // Does anything but the account narrow the sessions?
    bool narrows() const { return conditions() > (account_ ? 1 : 0); }
    bool needs_row() const;
    // What the conditions look at.
    tracker::RowParts parts() const;

    // The conditions that a glance can judge; then, where needs_row(), the rest.
    bool accepts(const tracker::Tracker::Glance& glance, tracker::Now now) const;
    bool accepts(const tracker::Row& row, std::string_view account) const;

    // The conditions in words, for the audit: see FilterDescription.
    std::string description(std::size_t most = tracker::kMaxActTextBytes) const;

    // The same for the same conditions, in every process and version.
    std::uint64_t digest() const;

  private:
    std::optional<std::string> account_;
    std::optional<std::string> agent_;
    std::optional<std::string> label_;
    std::optional<std::string> interaction_;
    std::optional<std::string> address_;
    std::optional<std::string> words_;   // as they were searched for
    std::optional<std::string> search_;  // folded
    std::optional<std::chrono::seconds> idle_longer_than_;
    bool multiple_ = false;
    std::optional<std::string> state_;
};

// "600", "600s", "10m", "2h", "1d"; at most a year.
std::optional<std::chrono::seconds> parse_duration(std::string_view text) noexcept;

// Whether a session goes on, as the API says it.
std::string_view state_of(const tracker::Row& row);

// The word that stands for an agent who is not logged in.
inline constexpr std::string_view kGuest = "Guest";

}  // namespace agent_sessions::admin
