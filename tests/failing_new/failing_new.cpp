// A library for LD_PRELOAD: allocations from C++ fail while the file exists that AGENT_SESSIONS_FAIL_NEW
// names at the start of the process. With a number in the file it is the allocation of this number alone,
// counted by each process from when it first saw the file; whoever fails it removes the file. Only in the
// thread that runs the event loop.
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
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

// When the file that was seen last was made, its number, and how many were counted. The number 0: each one
// fails. A file takes the inode of one that is gone, so that says nothing.
timespec seen{};
unsigned long wanted = 0;
unsigned long counted = 0;

void read_number() {
    wanted = 0;
    counted = 0;
    if (std::FILE* file = std::fopen(sign, "r")) {
        if (std::fscanf(file, "%lu", &wanted) != 1) {
            wanted = 0;
        }
        std::fclose(file);
    }
}

bool must_fail() {
    struct stat now {};
    if (sign == nullptr || gettid() != getpid() || stat(sign, &now) != 0) {
        return false;
    }
    if (now.st_ctim.tv_sec != seen.tv_sec || now.st_ctim.tv_nsec != seen.tv_nsec) {
        seen = now.st_ctim;
        read_number();
    }
    if (wanted == 0) {
        return true;
    }
    return ++counted == wanted && unlink(sign) == 0;
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
