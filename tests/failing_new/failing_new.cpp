// A library for LD_PRELOAD: allocations from C++ fail while the file exists that AGENT_SESSIONS_FAIL_NEW
// names at the start of the process. Only in the thread that runs the event loop.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <new>

namespace {

// A copy: nginx writes its title over the environment.
const char* find_sign() {
    const char* named = std::getenv("AGENT_SESSIONS_FAIL_NEW");
    return named != nullptr ? strdup(named) : nullptr;
}

const char* const sign = find_sign();

bool must_fail() {
    return sign != nullptr && gettid() == getpid() && access(sign, F_OK) == 0;
}

}  // namespace

void* operator new(std::size_t size) {
    void* memory = must_fail() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
    std::free(memory);
}
