// Attaching to the named segment of a zone: who may, and what is done first.
//
// REQUIRES: called by the nginx master (or a test) before it forks workers, never under `nginx -t`.
// Process safety: guarded by a lock file beside the segment. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tracker/tracker.h"

namespace agent_sessions::tracker {

struct AttachOptions {
    std::string
        directory;     // of the segment and its lock file; made (0700) where only the last part is missing
    std::string name;  // of the zone: NAME.segment, NAME.lock
    std::uint64_t capacity = kMinCapacity;
    std::optional<uid_t>
        owner;  // who the workers run as; files are given to this user where the caller is root
    std::optional<gid_t> group;
    bool inherited = false;  // the caller is the child of a binary upgrade (USR2)
};

// A mapping of the segment. Kept by the process (and inherited by its children) until destroyed.
class Attachment {
  public:
    struct Outcome {
        std::unique_ptr<Attachment> attachment;  // null: refused
        std::string error;                       // why; names the file; without a full stop, as nginx logs it
        std::vector<std::string> warnings;       // what an operator should know though it works
        bool in_use = false;                     // refused for the sake of others that use the segment
    };

    // Creates the segment, or takes up the one that is there:
    // nobody else attached: locks are made anew, half-done changes undone, and the content is checked. A
    // segment of another layout or of a foreign owner, or that is none, is refused and left as it is. One
    // whose content is damaged is set aside, as NAME.segment.damaged-TIME, and an empty one made. Somebody
    // attached: only the child of a binary upgrade of that very master may join, and that master itself,
    // whose last workers may outlive a configuration without the zone. For others it is waited up to a
    // second, since a process that was killed takes a moment to end.
    static Outcome open(const AttachOptions& options, Now now);

    ~Attachment();
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

    Tracker tracker(Waiting waiting = Waiting::event_loop) const noexcept;
    const std::string& path() const noexcept;
    // What the segment was made for; differs from the options' where a reload changed it.
    std::uint64_t capacity() const noexcept;
    // true: this open() made the segment, since it found none, or none of this boot that is sound: what was
    // issued before it is unknown here.
    bool created() const noexcept;

    // Called by each worker after the fork: who its master is, so that a binary upgrade can tell its parent.
    void stamp_master(pid_t master, Now now) noexcept;
    // Claims the database of the zone's history for this family, by a lock file beside it (DATABASE.lock),
    // for as long as anybody of the family lives. Called at each (re)load; what is claimed already stays so.
    // Waits as open() does. Empty = ours, or nobody can use that directory, which the workers find out and
    // say; else who has it.
    std::string claim_history(const std::string& database, std::optional<uid_t> owner,
                              std::optional<gid_t> group);
    // The open files that show that a process of the family lives. A child that closes its files keeps these,
    // or the next nginx would take the segment for left while the child still uses it.
    std::vector<int> lock_files() const;

    // For a reload that finds the attachment it already has: is the segment still what it was? Empty = yes,
    // else why not.
    std::string check() const;
    // false: the file was unlinked or replaced under us (st_nlink, inode). A system call; for a timer.
    bool file_is_in_place() const noexcept;

  private:
    struct State;
    explicit Attachment(std::unique_ptr<State> state) noexcept;
    static Outcome try_to_open(const AttachOptions& options, Now now);
    std::unique_ptr<State> state_;
};

}  // namespace agent_sessions::tracker
