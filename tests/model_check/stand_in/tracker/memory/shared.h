// Stands in for the tracker's own header of this name: a word whose every access is a point at which another
// process may go on (scheduler.h). The processes of a model take turns in one thread, so nothing here needs
// an atomic instruction; that the real ones are ordered as this model assumes is what ThreadSanitizer looks
// at.
#pragma once

#include <atomic>
#include <cstddef>
#include <type_traits>

namespace agent_sessions::model_check {

// A process of the model is about to read or write a word. Comes back when it is its turn.
void reach(const void* word, bool writes) noexcept;
// What stands there is put back before the next run.
void remember(void* word, std::size_t size) noexcept;

}  // namespace agent_sessions::model_check

namespace agent_sessions::tracker::memory {

template <typename T>
class Shared {
  public:
    static constexpr bool is_always_lock_free = std::atomic<T>::is_always_lock_free;

    Shared() noexcept = default;
    explicit Shared(T value) noexcept : value_(value) {}
    Shared(const Shared&) = delete;
    Shared& operator=(const Shared&) = delete;
    ~Shared() = default;

    T load(std::memory_order /*order*/ = std::memory_order_seq_cst) const noexcept {
        model_check::reach(this, false);
        return value_;
    }

    void store(T value, std::memory_order /*order*/ = std::memory_order_seq_cst) noexcept {
        model_check::reach(this, true);
        replace(value);
    }

    T fetch_add(std::type_identity_t<T> amount,
                std::memory_order /*order*/ = std::memory_order_seq_cst) noexcept {
        model_check::reach(this, true);
        const T before = value_;
        replace(static_cast<T>(before + amount));
        return before;
    }

    T fetch_or(std::type_identity_t<T> bits,
               std::memory_order /*order*/ = std::memory_order_seq_cst) noexcept {
        model_check::reach(this, true);
        const T before = value_;
        replace(static_cast<T>(before | bits));
        return before;
    }

    bool compare_exchange_strong(T& expected, T desired,
                                 std::memory_order /*order*/ = std::memory_order_seq_cst) noexcept {
        model_check::reach(this, true);
        if (value_ != expected) {
            expected = value_;
            return false;
        }
        replace(desired);
        return true;
    }

    // Never fails without a reason: whoever uses it tries again.
    template <typename... Orders>
    bool compare_exchange_weak(T& expected, T desired, Orders... /*orders*/) noexcept {
        return compare_exchange_strong(expected, desired);
    }

    operator T() const noexcept { return load(); }
    T operator=(T value) noexcept {
        store(value);
        return value;
    }

  private:
    void replace(T value) noexcept {
        model_check::remember(&value_, sizeof(value_));
        value_ = value;
    }

    T value_{};
};

}  // namespace agent_sessions::tracker::memory
