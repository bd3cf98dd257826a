#include "tests/model_check/scheduler.h"

#include <ucontext.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>

#include "tests/model_check/lock.h"
#include "tests/model_check/stand_in/tracker/memory/shared.h"

namespace agent_sessions::model_check {
namespace {

constexpr std::size_t kMostProcesses = 4;
constexpr std::size_t kStackBytes = 256 * 1024;
constexpr std::size_t kMostSteps = 100'000;
// The choice that is none of the processes: the victim dies.
constexpr std::size_t kKill = kMostProcesses;

enum class Kind : std::uint8_t { start, read, write, lock, unlock };

struct Step {
    Kind kind = Kind::start;
    const void* word = nullptr;

    bool is_of_lock() const { return kind == Kind::lock || kind == Kind::unlock; }
    bool changes() const { return kind != Kind::read && kind != Kind::start; }
};

struct Process {
    ucontext_t context{};
    std::unique_ptr<char[]> stack = std::make_unique<char[]>(kStackBytes);
    const std::function<void()>* work = nullptr;
    Step next;
    bool is_over = false;
};

// One point of choice on the way that is being tried.
struct Node {
    std::array<Step, kMostProcesses + 1> steps;
    std::uint32_t enabled = 0;
    // Choices that lead nowhere new: tried already, here or further up.
    std::uint32_t asleep = 0;
    std::size_t chosen = 0;
};

// Who uses a word, one bit for each process.
struct Users {
    std::uint8_t readers = 0;
    std::uint8_t writers = 0;

    bool conflict() const {
        const std::uint8_t others = readers | writers;
        return writers != 0 && (others & (others - 1)) != 0;
    }
};

struct Change {
    char* word;
    std::uint64_t before;
    std::size_t size;
};

struct Search {
    const Model* model = nullptr;
    std::array<Process, kMostProcesses> processes;
    ucontext_t outside{};
    std::size_t current = kKill;  // kKill: nobody, we are outside of a run
    bool is_running = false;
    bool victim_is_dead = false;
    bool is_pruned = false;
    bool is_stuck = false;
    bool has_learned = false;
    std::vector<Node> path;
    std::size_t depth = 0;
    std::size_t lock_owner = kKill;
    bool owner_died = false;
    std::vector<Change> changes;

    char* memory = nullptr;
    std::vector<Users> users;
};

Search search;

std::uint32_t bit(std::size_t choice) {
    return 1U << choice;
}

bool is_ours(const void* word) {
    const char* const place = static_cast<const char*>(word);
    return search.memory != nullptr && place >= search.memory && place < search.memory + search.users.size();
}

bool is_victim(std::size_t process) {
    return search.model->victim == process;
}

bool are_independent(std::size_t one, const Step& step, std::size_t other, const Step& other_step) {
    if (one == kKill || other == kKill) {
        const std::size_t living = one == kKill ? other : one;
        const Step& its = one == kKill ? other_step : step;
        return !is_victim(living) && !its.is_of_lock();
    }
    return step.word != other_step.word || (!step.changes() && !other_step.changes());
}

bool may_go_on(std::size_t process) {
    const Process& it = search.processes[process];
    if (it.is_over || (is_victim(process) && search.victim_is_dead)) {
        return false;
    }
    return it.next.kind != Kind::lock || search.lock_owner == kKill;
}

// Before a read, being killed is the same as before the next write.
bool may_be_killed() {
    if (!search.model->victim || search.victim_is_dead) {
        return false;
    }
    const Process& victim = search.processes[*search.model->victim];
    return !victim.is_over && victim.next.changes();
}

std::uint32_t enabled_choices() {
    std::uint32_t enabled = may_be_killed() ? bit(kKill) : 0;
    for (std::size_t process = 0; process < search.model->processes.size(); ++process) {
        enabled |= may_go_on(process) ? bit(process) : 0;
    }
    return enabled;
}

// Going on with the same process costs no switch.
std::size_t first_of(std::uint32_t choices) {
    if (search.current != kKill && (choices & bit(search.current)) != 0) {
        return search.current;
    }
    return static_cast<std::size_t>(__builtin_ctz(choices));
}

// What was asleep one step earlier sleeps on, unless the step that was taken makes a difference to it.
std::uint32_t still_asleep(const Node& before) {
    std::uint32_t asleep = 0;
    for (std::size_t choice = 0; choice <= kKill; ++choice) {
        if ((before.asleep & bit(choice)) != 0 &&
            are_independent(choice, before.steps[choice], before.chosen, before.steps[before.chosen])) {
            asleep |= bit(choice);
        }
    }
    return asleep;
}

// The next choice, made anew or repeated; kMostProcesses + 1 = there is none.
constexpr std::size_t kNone = kMostProcesses + 1;

std::size_t choose() {
    const std::uint32_t enabled = enabled_choices();
    if ((enabled & ~bit(kKill)) == 0) {
        search.is_stuck =
            std::any_of(search.processes.begin(), search.processes.begin() + search.model->processes.size(),
                        [](const Process& it) {
                            const auto index = static_cast<std::size_t>(&it - search.processes.data());
                            return !it.is_over && !(is_victim(index) && search.victim_is_dead);
                        });
        return kNone;
    }
    if (search.depth == search.path.size()) {
        Node node;
        node.enabled = enabled;
        for (std::size_t process = 0; process < search.model->processes.size(); ++process) {
            node.steps[process] = search.processes[process].next;
        }
        node.asleep = search.depth == 0 ? 0 : still_asleep(search.path[search.depth - 1]);
        if ((enabled & ~node.asleep) == 0 || search.depth >= kMostSteps) {
            search.is_pruned = true;
            return kNone;
        }
        node.chosen = first_of(enabled & ~node.asleep);
        search.path.push_back(node);
    }
    if (search.path[search.depth].enabled != enabled) {
        std::abort();  // a run that is repeated takes the same way, or the model has a memory of its own
    }
    return search.path[search.depth++].chosen;
}

void leave_run() {
    search.is_running = false;
    setcontext(&search.outside);
}

// Gives the word to whoever is chosen; comes back when it is the caller's turn.
void hand_over() {
    const std::size_t from = search.current;
    std::size_t chosen = choose();
    while (chosen == kKill) {
        search.victim_is_dead = true;
        search.owner_died = search.lock_owner == *search.model->victim;
        search.lock_owner = search.owner_died ? kKill : search.lock_owner;
        chosen = choose();
    }
    if (chosen == kNone) {
        leave_run();
    }
    if (chosen == from) {
        return;
    }
    search.current = chosen;
    if (from == kKill || search.processes[from].is_over) {
        setcontext(&search.processes[chosen].context);
    }
    swapcontext(&search.processes[from].context, &search.processes[chosen].context);
}

void run_process(unsigned int index) {
    Process& process = search.processes[index];
    (*process.work)();
    process.is_over = true;
    hand_over();
}

void put_back_changes() {
    for (auto change = search.changes.rbegin(); change != search.changes.rend(); ++change) {
        std::memcpy(change->word, &change->before, change->size);
    }
    search.changes.clear();
}

void run_once() {
    search.depth = 0;
    search.victim_is_dead = search.is_pruned = search.is_stuck = search.owner_died = false;
    search.lock_owner = kKill;
    for (std::size_t i = 0; i < search.model->processes.size(); ++i) {
        Process& process = search.processes[i];
        process.work = &search.model->processes[i];
        process.next = {};
        process.is_over = false;
        getcontext(&process.context);
        process.context.uc_stack.ss_sp = process.stack.get();
        process.context.uc_stack.ss_size = kStackBytes;
        process.context.uc_link = nullptr;
        makecontext(&process.context, reinterpret_cast<void (*)()>(run_process), 1,
                    static_cast<unsigned int>(i));
    }
    search.current = kKill;
    search.is_running = true;
    getcontext(&search.outside);
    // Comes here a second time when the run has been left.
    if (search.is_running) {
        hand_over();
    }
    search.current = kKill;
}

// The last point at which there is another choice. false: everything was tried.
bool backtrack() {
    while (!search.path.empty()) {
        Node& node = search.path.back();
        node.asleep |= bit(node.chosen);
        if (const std::uint32_t left = node.enabled & ~node.asleep; left != 0) {
            node.chosen = static_cast<std::size_t>(__builtin_ctz(left));
            return true;
        }
        search.path.pop_back();
    }
    return false;
}

std::string order_of_steps() {
    static constexpr const char* kNames[] = {"starts", "reads", "writes", "locks", "unlocks"};
    std::string text;
    for (std::size_t i = 0; i < search.depth; ++i) {
        const Node& node = search.path[i];
        if (node.chosen == kKill) {
            text += "\n  the victim is killed";
            continue;
        }
        const Step& step = node.steps[node.chosen];
        text += "\n  process " + std::to_string(node.chosen) + ' ' + kNames[static_cast<int>(step.kind)];
        if (step.word != nullptr) {
            text += ' ' + std::to_string(static_cast<const char*>(step.word) - search.memory);
        }
    }
    return text;
}

void note_user(const void* word, bool writes) {
    Users& users = search.users[static_cast<std::size_t>(static_cast<const char*>(word) - search.memory)];
    const bool was_known = users.conflict();
    (writes ? users.writers : users.readers) |= static_cast<std::uint8_t>(bit(search.current));
    search.has_learned = search.has_learned || (!was_known && users.conflict());
}

bool is_point_of_choice(const void* word, bool writes) {
    const Users& users =
        search.users[static_cast<std::size_t>(static_cast<const char*>(word) - search.memory)];
    return users.conflict() || (writes && is_victim(search.current));
}

bool is_in_a_process() {
    return search.is_running && search.current != kKill;
}

}  // namespace

void reach(const void* word, bool writes) noexcept {
    if (!is_in_a_process() || !is_ours(word)) {
        return;
    }
    note_user(word, writes);
    if (is_point_of_choice(word, writes)) {
        search.processes[search.current].next = {writes ? Kind::write : Kind::read, word};
        hand_over();
    }
}

void remember(void* word, std::size_t size) noexcept {
    if (search.model != nullptr && is_ours(word)) {
        Change change{static_cast<char*>(word), 0, size};
        std::memcpy(&change.before, word, size);
        search.changes.push_back(change);
    }
}

void use_memory(void* start, std::size_t bytes) {
    search.memory = static_cast<char*>(start);
    search.users.assign(bytes, {});
}

Outcome explore(const Model& model, std::uint64_t most_runs) {
    if (model.processes.size() > kMostProcesses) {
        std::abort();
    }
    Outcome outcome;
    search.model = &model;
    search.path.clear();
    search.changes.clear();
    std::fill(search.users.begin(), search.users.end(), Users{});
    while (outcome.runs < most_runs) {
        model.prepare();
        search.has_learned = false;
        run_once();
        ++outcome.runs;
        if (!search.is_pruned) {
            outcome.fault = search.is_stuck ? "nobody can go on" : model.judge();
        }
        if (!outcome.fault.empty()) {
            outcome.fault += order_of_steps();
            break;
        }
        put_back_changes();
        if (search.has_learned) {
            search.path.clear();
        } else if (!backtrack()) {
            outcome.is_complete = true;
            break;
        }
    }
    put_back_changes();
    search.model = nullptr;
    return outcome;
}

bool is_in_the_model(const void* word) noexcept {
    return is_ours(word);
}

int take_lock(const void* lock, bool waits) noexcept {
    if (is_in_a_process()) {
        // One that does not wait is a step that changes the lock, and may always be made.
        search.processes[search.current].next = {waits ? Kind::lock : Kind::unlock, lock};
        hand_over();
        if (search.lock_owner != kKill) {
            return EBUSY;
        }
    }
    search.lock_owner = search.current;
    const bool died = search.owner_died;
    search.owner_died = false;
    return died ? EOWNERDEAD : 0;
}

void give_lock_back(const void* lock) noexcept {
    if (is_in_a_process()) {
        search.processes[search.current].next = {Kind::unlock, lock};
        hand_over();
    }
    search.lock_owner = kKill;
}

}  // namespace agent_sessions::model_check
