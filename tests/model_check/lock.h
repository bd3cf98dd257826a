// The one lock of a model: robust, and held by one of its processes.
#pragma once

namespace agent_sessions::model_check {

bool is_in_the_model(const void* word) noexcept;

// 0, EOWNERDEAD where its owner was killed, EBUSY where somebody has it and the caller does not wait.
int take_lock(const void* lock, bool waits) noexcept;
void give_lock_back(const void* lock) noexcept;

}  // namespace agent_sessions::model_check
