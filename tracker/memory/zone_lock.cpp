#include "tracker/memory/zone_lock.h"

#include <cerrno>
#include <chrono>

#include "tracker/memory/transaction.h"

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::chrono::microseconds kLongestSpin{50};

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

int spin(pthread_mutex_t& lock) noexcept {
    int error = pthread_mutex_trylock(&lock);
    if (error != EBUSY) {
        return error;
    }
    const auto deadline = std::chrono::steady_clock::now() + kLongestSpin;
    do {
        for (int i = 0; i < 16; ++i) {
            pause();
        }
        error = pthread_mutex_trylock(&lock);
    } while (error == EBUSY && std::chrono::steady_clock::now() < deadline);
    return error;
}

}  // namespace

void make_lock(Layout& layout) noexcept {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&layout.lock, &attributes);
    pthread_mutex_init(&layout.history.load_lock, &attributes);
    pthread_mutexattr_destroy(&attributes);
}

void recover(Layout& layout) noexcept {
    undo_unfinished(layout);
    layout.recoveries.fetch_add(1, std::memory_order_relaxed);
}

ZoneGuard::ZoneGuard(Layout& layout, Waiting waiting) noexcept : layout_(layout) {
    const int error = waiting == Waiting::patient ? pthread_mutex_lock(&layout.lock) : spin(layout.lock);
    if (error == EOWNERDEAD) {
        recover(layout);
        pthread_mutex_consistent(&layout.lock);
    }
    held_ = error == 0 || error == EOWNERDEAD;
}

ZoneGuard::~ZoneGuard() {
    if (held_) {
        layout_.visible_events.store(layout_.totals.next_event.load(std::memory_order_relaxed),
                                     std::memory_order_release);
        pthread_mutex_unlock(&layout_.lock);
    }
}

}  // namespace agent_sessions::tracker::memory
