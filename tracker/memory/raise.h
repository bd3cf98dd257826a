// A word that only rises, whoever else raises it at the same time.
#pragma once

#include "tracker/memory/shared.h"

namespace agent_sessions::tracker::memory {

// Never lowers it.
template <typename T>
void raise(Shared<T>& word, T value) noexcept {
    T current = word.load(std::memory_order_relaxed);
    while (current < value && !word.compare_exchange_weak(current, value, std::memory_order_acq_rel,
                                                          std::memory_order_relaxed)) {
    }
}

}  // namespace agent_sessions::tracker::memory
