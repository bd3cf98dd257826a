// What the linker puts in the place of the C library's functions for locks: those in the memory of a model
// are the model's.
#include "tests/model_check/lock.h"

#include <pthread.h>

using namespace agent_sessions::model_check;

extern "C" {

int __real_pthread_mutex_lock(pthread_mutex_t* lock);
int __real_pthread_mutex_trylock(pthread_mutex_t* lock);
int __real_pthread_mutex_unlock(pthread_mutex_t* lock);
int __real_pthread_mutex_consistent(pthread_mutex_t* lock);

int __wrap_pthread_mutex_lock(pthread_mutex_t* lock) {
    return is_in_the_model(lock) ? take_lock(lock, true) : __real_pthread_mutex_lock(lock);
}

int __wrap_pthread_mutex_trylock(pthread_mutex_t* lock) {
    return is_in_the_model(lock) ? take_lock(lock, false) : __real_pthread_mutex_trylock(lock);
}

int __wrap_pthread_mutex_unlock(pthread_mutex_t* lock) {
    if (!is_in_the_model(lock)) {
        return __real_pthread_mutex_unlock(lock);
    }
    give_lock_back(lock);
    return 0;
}

int __wrap_pthread_mutex_consistent(pthread_mutex_t* lock) {
    return is_in_the_model(lock) ? 0 : __real_pthread_mutex_consistent(lock);
}
}
