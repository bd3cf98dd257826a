// Mutations of the table, the lock and the look-up: tracker/ without its history.
export const table = [
    {
        name: 'skip repair',
        file: 'tracker/memory/zone_lock.cpp',
        from: 'undo_unfinished(layout);\n    layout.recoveries',
        to: 'layout.recoveries',
        suite: 'multiprocess',
        filter: '*KilledAtEveryStep*begin:*KilledAtEveryStep*identify',
    },
    {
        name: 'repair what was complete',
        file: 'tracker/memory/transaction.cpp',
        from: 'load(std::memory_order_acquire) != 0 && !is_decided(layout)',
        to: 'load(std::memory_order_acquire) != 0 && !(is_decided(layout) && false)',
        suite: 'multiprocess',
        filter: '*KilledAtEveryStep*begin:*KilledAtEveryStep*forget:*KilledAtEveryStep*end',
    },
    {
        name: 'note the old value after the change',
        file: 'tracker/memory/transaction.h',
        from: `        record(&word, sizeof(T), static_cast<std::uint64_t>(word.load(std::memory_order_relaxed)));
        step();
        word.store(value, std::memory_order_release);
        step();`,
        to: `        const T before = word.load(std::memory_order_relaxed);
        word.store(value, std::memory_order_release);
        step();
        record(&word, sizeof(T), static_cast<std::uint64_t>(before));
        step();`,
        suite: 'model-check',
        filter: 'Repair.*',
    },
    {
        name: 'show the session before it is complete',
        file: 'tracker/memory/session_begin.cpp',
        from: '    fill_slot(layout, slot, request.key, request.started, request.lifetime, now);\n    hot.account',
        to: `    fill_slot(layout, slot, request.key, WallTime{}, request.lifetime, now);
    hot.word.store(SlotWord(next_generation(layout, slot), SlotState::live, EndReason::none, now.boot).bits());
    hot.started.store(request.started.time_since_epoch().count());
    hot.account`,
        suite: 'model-check',
        filter: 'Lookup.*',
    },
    {
        name: 'believe the key without a second look at the word',
        file: 'tracker/memory/index_search.h',
        from: 'const SlotWord after(hot.word.load(std::memory_order_relaxed));',
        to: 'const SlotWord after = before;',
        suite: 'model-check',
        filter: 'Lookup.*',
    },
    {
        name: 'look only at the tag',
        file: 'tracker/memory/index_search.h',
        from: 'if (!before.is_in_use() || !holds(hot, key)) {',
        to: 'if (!before.is_in_use() || (false && holds(hot, key))) {',
        suite: 'unit',
        filter: 'Index.*',
    },
    {
        name: 'a miss is not looked at again under the lock',
        file: 'tracker/request_path.cpp',
        from: '        located = locate(*layout_, key);\n    }\n    return located ? judge',
        to: '    }\n    return located ? judge',
        suite: 'model-check',
        filter: 'Lookup.ASessionThatGetsAnotherKeyIsFoundByEither',
    },
    {
        name: 'touch revives the ended',
        file: 'tracker/request_path.cpp',
        from: `    std::uint64_t bits = word.bits();
    return hot.word.compare_exchange_strong(bits, word.with_time(now.boot).bits(), std::memory_order_acq_rel);`,
        to: `    hot.word.store(word.with_time(now.boot).bits());
    return true;`,
        suite: 'model-check',
        filter: 'Lookup.*',
    },
    {
        name: 'touch acts on any state',
        file: 'tracker/request_path.cpp',
        from: `        if (word.generation() != handle.generation || word.state() != SlotState::live) {
            return false;
        }
        if (!needs_touch`,
        to: `        if (word.generation() != handle.generation) {
            return false;
        }
        if (!needs_touch`,
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'a handle is good for the next use of its slot',
        file: 'tracker/request_path.cpp',
        from: 'return word.generation() == handle.generation && word.state() == SlotState::live;',
        to: 'return word.state() == SlotState::live;',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'a slot keeps its generation',
        file: 'tracker/memory/session_end.cpp',
        from: 'SlotWord((word.generation() + 1) & SlotWord::kGenerationMask, SlotState::free',
        to: 'SlotWord(word.generation() & SlotWord::kGenerationMask, SlotState::free',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'evict the living when full',
        file: 'tracker/memory/slot_pool.cpp',
        from: 'if (word.state() != SlotState::ended) {\n        return false;',
        to: 'if (word.state() != SlotState::ended) {\n        return word.state() == SlotState::live;',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'evict what protects when full',
        file: 'tracker/memory/slot_pool.cpp',
        from: 'if (is_run_out(word.reason())) {',
        to: 'if (is_run_out(word.reason()) || is_told(word.reason())) {',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'a logout gives way at once',
        file: 'tracker/memory/slot_pool.cpp',
        from: '> last_seen + idle;',
        to: '> last_seen - idle;',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'more sessions than the capacity',
        file: 'tracker/memory/session_begin.cpp',
        from: 'load(std::memory_order_relaxed) >= layout.geometry.capacity',
        to: 'load(std::memory_order_relaxed) > layout.geometry.capacity',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'an end is not counted',
        file: 'tracker/memory/accounts.cpp',
        from: 'change.add(layout.account(account).current, kMinusOne);',
        to: '',
        suite: 'unit',
        filter: 'Sessions.*:Accounts.*',
    },
    {
        name: 'a count that is not undone',
        file: 'tracker/memory/accounts.cpp',
        from: 'change.add(layout.account(kOverall).current, std::uint32_t{1});',
        to: 'layout.account(kOverall).current.fetch_add(1);',
        suite: 'multiprocess',
        filter: '*KilledAtEveryStep*begin',
    },
    {
        name: 'an ended cookie is forgotten at its deadline',
        file: 'tracker/upkeep.cpp',
        from: 'constexpr std::chrono::hours kClockMargin{24};',
        to: 'constexpr std::chrono::hours kClockMargin{0};',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'the absolute limit moves with each touch',
        file: 'tracker/memory/session_table.h',
        from: 'if (now.boot > deadline) {',
        to: 'if (now.boot - word.time() > std::chrono::hours{12} && now.boot > deadline) {',
        suite: 'unit',
        filter: 'Sessions.*',
    },
    {
        name: 'a mark can be used twice',
        file: 'tracker/ending.cpp',
        from: 'change.set(cold.reactivations, reactivations + 1);',
        to: '',
        suite: 'unit',
        filter: 'Reactivation.*',
    },
    {
        name: 'what becomes free is not wiped',
        file: 'tracker/memory/transaction.cpp',
        from: '    committed_ = true;\n    wipe_freed_texts();',
        to: '    committed_ = true;',
        suite: 'unit',
        filter: 'Erasure.*',
    },
    {
        name: 'an undo record that reaches the sizes',
        file: 'tracker/memory/transaction.cpp',
        from: 'offset % size != 0 || offset < offsetof(Layout, totals) ||',
        to: 'offset % size != 0 ||',
        suite: 'unit',
        filter: 'Damage.*',
    },
    {
        name: 'a label is changed without the lock',
        file: 'tracker/request_path.cpp',
        from: '    const ZoneGuard guard(*layout_, waiting_);\n    if (!guard || !is_live(handle)) {\n        return false;\n    }\n    replace_label',
        to: '    if (!is_live(handle)) {\n        return false;\n    }\n    replace_label',
        suite: 'unit-threads',
        filter: 'Threads.MeetOnOneTableWithoutARace',
    },
    {
        name: 'an event is read as if nobody overwrote it',
        file: 'tracker/memory/event_ring.cpp',
        from: 'std::atomic_ref(word).load(std::memory_order_relaxed);',
        to: 'word;',
        suite: 'unit-threads',
        filter: 'Threads.AnEventThatIsOverwrittenWhileItIsReadIsNotBelieved',
    },
];
