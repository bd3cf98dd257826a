// What an admin did, recorded for the audit, and whether it is on disk yet.
//
// A task records its act once the sessions have ended: at the end of its first slice, where it has more of
// them (or, where it ends all of an account or agent, before it begins). It then waits for the disk as long
// as kPatience: the effect in memory does not depend on it. Thread safety: none; belongs to one task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "admin/access.h"
#include "admin/handle.h"
#include "tracker/tracker.h"

namespace agent_sessions::admin {

// Who did it and what it was about; owns its texts, since a task outlives its request.
struct ActFacts {
    ActFacts(const Request& request, const Access& access, tracker::ActKind given);

    tracker::ActKind kind;
    std::string user;
    std::string role;
    std::string address;
    std::string accounts;  // each with a line feed behind it
    std::string what;
    std::string agent;
    std::string reason;
    std::string message;
    std::string pseudonym;
};

class DurableAct {
  public:
    DurableAct(tracker::Tracker tracker, ActFacts facts);

    ActFacts& facts() { return facts_; }

    // The act goes on in another slice, and is recorded, or has not done anything yet.
    void hold(tracker::Now now) { tracker_.hold_history(now); }
    // Some of it is done, and the rest follows in other slices: records what is being done, so that it is in
    // the audit if this worker dies; record() then tells how much it was. As few commits as can be are to
    // hold what it does (Tracker::hold_history()).
    void go_on(tracker::Now now);
    // The task ends before its act: tells how much was done until the last go_on(), as good as it goes.
    void abandon(std::uint64_t ended);
    // Records what was done, or finishes what go_on() has recorded. true: done, or given up since the table
    // stayed busy or keeps no more acts.
    bool record(std::uint64_t ended, tracker::Now now);
    // Records, before it is done, that everything of the account ("*" = all; and of `agent`, where given)
    // that has begun by now ends. That is written at once, unless it is durable only with what follows.
    bool record_sweeping(std::string_view account, std::string_view agent, tracker::Now now);
    bool is_recorded() const { return ticket_.has_value(); }
    // The event that tells apart what had begun by the act. REQUIRES: record_sweeping() has just said true.
    std::uint64_t boundary() const { return sequence_; }
    // Adds how many an act ended that was recorded before. A sweeping one about an agent is durable only with
    // the rows of its sessions: those that the history must not know by name could not be told from the act
    // alone. true: done, or given up since the table stayed busy.
    bool finish(std::uint64_t ended, tracker::Now now);
    // Nothing was done now, but what was asked for may have been done a moment ago.
    void record_nothing();
    // Keeps what the same caller asked for and was refused, as good as record_refused().
    void record_refused(std::string_view what, tracker::Now now);

    // Whether all that has happened so far is on disk. nullopt: not yet, ask again later. Never waits where
    // the disk is known to refuse. REQUIRES: one of the calls above said true.
    std::optional<bool> is_durable(tracker::Now now);
    // Where the act could not be recorded, at least the error log tells so.
    void tell_loss(Response& response) const;
    // The last call of is_durable() is waiting for the disk.
    bool is_waiting() const { return is_waiting_; }

    static constexpr tracker::Millis kPatience{2'000};

  private:
    bool record(const tracker::ActRequest& request, tracker::Now now);
    tracker::ActRequest request() const;
    // See finish().
    bool needs_rows() const { return is_begun_ || !facts_.agent.empty(); }

    tracker::Tracker tracker_;
    ActFacts facts_;
    std::optional<tracker::ActTicket> ticket_;
    std::uint64_t sequence_ = 0;
    bool is_lost_ = false;
    bool is_begun_ = false;
    bool is_finished_ = false;
    bool is_waiting_ = false;
    std::optional<tracker::BootTime> waiting_since_;
    std::optional<tracker::Now> went_on_;
};

// The names of a scope as an act keeps them: each with a line feed behind it, "*" for all.
std::string account_lines(const Scope& scope);

// Keeps a refused attempt to change something for the audit (RELIABILITY S24). As good as it goes: where the
// table is busy it is left out.
void record_refused(tracker::Tracker tracker, const Request& request, tracker::ActKind kind,
                    std::string_view what);

}  // namespace agent_sessions::admin
