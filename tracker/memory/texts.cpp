#include "tracker/memory/texts.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace agent_sessions::tracker::memory {
namespace {

constexpr std::size_t kLongestText = 512;
// More texts than any bucket of keyed hashes has, and than a text has blocks: what keeps damage from leading
// round in circles.
constexpr std::uint32_t kLongestBucket = 4096;
constexpr std::uint32_t kMostBlocks = 1 + kLongestText / kTailBytes;

std::size_t length_of(std::uint32_t account_and_length) noexcept {
    return account_and_length & 0xffff;
}

std::size_t tails_for(std::size_t bytes) noexcept {
    return bytes <= kHeadBytes ? 0 : (bytes - kHeadBytes + kTailBytes - 1) / kTailBytes;
}

// Fills all the room, so that nothing of an earlier text stays behind a shorter one.
void store_bytes(Shared<std::uint32_t>* words, std::size_t room, std::string_view bytes) noexcept {
    bytes = bytes.substr(0, room);
    for (std::size_t position = 0; position < room; position += 4) {
        std::uint32_t word = 0;
        if (position < bytes.size()) {
            std::memcpy(&word, bytes.data() + position, std::min<std::size_t>(4, bytes.size() - position));
        }
        words[position / 4].store(word, std::memory_order_relaxed);
    }
}

void load_bytes(const Shared<std::uint32_t>* words, char* out, std::size_t bytes) noexcept {
    for (std::size_t position = 0; position < bytes; position += 4) {
        const std::uint32_t word = words[position / 4].load(std::memory_order_relaxed);
        std::memcpy(out + position, &word, std::min<std::size_t>(4, bytes - position));
    }
}

// As store_bytes() left them: the last word is filled up with zeros.
bool holds(const Shared<std::uint32_t>* words, std::string_view bytes) noexcept {
    for (; bytes.size() >= sizeof(std::uint32_t); bytes.remove_prefix(sizeof(std::uint32_t)), ++words) {
        std::uint32_t word = 0;
        std::memcpy(&word, bytes.data(), sizeof(word));
        if (words->load(std::memory_order_relaxed) != word) {
            return false;
        }
    }
    if (bytes.empty()) {
        return true;
    }
    std::array<char, sizeof(std::uint32_t)> rest{};
    for (std::size_t position = 0; position < bytes.size(); ++position) {
        rest[position] = bytes[position];
    }
    return words->load(std::memory_order_relaxed) == std::bit_cast<std::uint32_t>(rest);
}

// Copies to `out` (kLongestText bytes of room). Returns the length, or -1 where the chain is not sound.
long copy(Layout& layout, TextIndex text, char* out) noexcept {
    if (text == 0 || text >= layout.geometry.texts) {
        return -1;
    }
    TextBlock* block = &layout.text(text);
    const std::size_t length = length_of(block->head.account_and_length.load(std::memory_order_relaxed));
    if (length > kLongestText) {
        return -1;
    }
    std::size_t done = std::min(length, kHeadBytes);
    load_bytes(block->head.bytes, out, done);
    while (done < length) {
        const TextIndex next = block->next.load(std::memory_order_relaxed);
        if (next == 0 || next >= layout.geometry.texts) {
            return -1;
        }
        block = &layout.text(next);
        const std::size_t part = std::min(length - done, kTailBytes);
        load_bytes(block->bytes, out + done, part);
        done += part;
    }
    return static_cast<long>(length);
}

TextIndex take_block(Transaction& change) noexcept {
    Totals& totals = change.layout().totals;
    const TextIndex free = totals.free_texts.load(std::memory_order_relaxed);
    if (free != 0 && free < change.layout().geometry.texts) {
        change.set(totals.free_texts, change.layout().text(free).link.load(std::memory_order_relaxed));
        change.add(totals.free_text_count, ~std::uint32_t{0});
        return free;
    }
    const std::uint32_t fresh = totals.fresh_texts.load(std::memory_order_relaxed);
    if (fresh >= change.layout().geometry.texts) {
        return 0;
    }
    change.set(totals.fresh_texts, fresh + 1);
    return fresh;
}

void give_block(Transaction& change, TextIndex block) noexcept {
    Totals& totals = change.layout().totals;
    change.set(change.layout().text(block).link, totals.free_texts.load(std::memory_order_relaxed));
    change.set(totals.free_texts, block);
    change.add(totals.free_text_count, std::uint32_t{1});
    change.note_freed_text();
}

std::uint64_t available_blocks(Layout& layout) noexcept {
    return layout.totals.free_text_count.load(std::memory_order_relaxed) + layout.geometry.texts -
           layout.totals.fresh_texts.load(std::memory_order_relaxed);
}

// REQUIRES: enough blocks are available.
TextIndex store_text(Transaction& change, std::string_view text, AccountIndex account,
                     std::uint32_t hash) noexcept {
    Layout& layout = change.layout();
    const TextIndex first = take_block(change);
    TextBlock& head = layout.text(first);
    store_bytes(head.head.bytes, kHeadBytes, text);
    head.head.hash.store(hash, std::memory_order_relaxed);
    head.head.account_and_length.store(std::uint32_t{account} << 16 | static_cast<std::uint32_t>(text.size()),
                                       std::memory_order_relaxed);
    head.head.live.store(0, std::memory_order_relaxed);
    TextBlock* last = &head;
    for (std::size_t done = kHeadBytes; done < text.size(); done += kTailBytes) {
        const TextIndex next = take_block(change);
        store_bytes(layout.text(next).bytes, kTailBytes, text.substr(done));
        last->next.store(next, std::memory_order_relaxed);
        last = &layout.text(next);
    }
    last->next.store(0, std::memory_order_relaxed);
    return first;
}

}  // namespace

std::string_view cut(std::string_view text, std::size_t bytes) noexcept {
    if (text.size() <= bytes) {
        return text;
    }
    std::size_t end = bytes;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
        --end;
    }
    // A run of continuation bytes that long is no UTF-8 at all: then any cut is as good.
    return text.substr(0, end == 0 ? bytes : end);
}

std::uint32_t name_hash(const Layout& layout, std::string_view name) noexcept {
    if (name.empty()) {
        return 0;
    }
    const auto hash = static_cast<std::uint32_t>(keyed_hash(layout.hash_key, name));
    return hash == 0 ? 1 : hash;
}

TextIndex refer(Transaction& change, std::string_view text, AccountIndex account) noexcept {
    if (text.empty()) {
        return 0;
    }
    Layout& layout = change.layout();
    text = cut(text, kLongestText);
    const auto hash = static_cast<std::uint32_t>(keyed_hash(layout.hash_key, text)) ^ account;
    auto& bucket = layout.text_bucket(hash & (layout.geometry.text_buckets - 1));
    const std::uint32_t wanted = std::uint32_t{account} << 16 | static_cast<std::uint32_t>(text.size());
    std::uint32_t steps = 0;
    for (TextIndex index = bucket.load(std::memory_order_relaxed); index != 0 && ++steps < kLongestBucket;
         index = layout.text(index).link.load(std::memory_order_relaxed)) {
        TextBlock::Head& head = layout.text(index).head;
        if (head.hash.load(std::memory_order_relaxed) == hash &&
            head.account_and_length.load(std::memory_order_relaxed) == wanted &&
            equals(layout, index, text)) {
            change.add(head.references, std::uint32_t{1});
            return index;
        }
    }
    if (available_blocks(layout) < 1 + tails_for(text.size())) {
        layout.dropped_details.fetch_add(1, std::memory_order_relaxed);
        return 0;
    }
    const TextIndex stored = store_text(change, text, account, hash);
    change.set(layout.text(stored).head.references, std::uint32_t{1});
    change.set(layout.text(stored).link, bucket.load(std::memory_order_relaxed));
    change.set(bucket, stored);
    return stored;
}

void release(Transaction& change, TextIndex text) noexcept {
    Layout& layout = change.layout();
    if (text == 0 || text >= layout.geometry.texts) {
        return;
    }
    TextBlock& first = layout.text(text);
    const std::uint32_t references = first.head.references.load(std::memory_order_relaxed);
    if (references > 1) {
        change.set(first.head.references, references - 1);
        return;
    }
    if (references == 0) {
        return;  // damage: free already
    }
    change.set(first.head.references, std::uint32_t{0});
    const std::uint32_t hash = first.head.hash.load(std::memory_order_relaxed);
    Shared<TextIndex>* link = &layout.text_bucket(hash & (layout.geometry.text_buckets - 1));
    for (std::uint32_t steps = 0; link->load(std::memory_order_relaxed) != text; ++steps) {
        if (link->load(std::memory_order_relaxed) == 0 || steps == kLongestBucket) {
            return;  // damage: what nobody finds is better lost than free and in use
        }
        link = &layout.text(link->load(std::memory_order_relaxed)).link;
    }
    change.set(*link, first.link.load(std::memory_order_relaxed));
    std::uint32_t blocks = 0;
    for (TextIndex block = text; block != 0 && block < layout.geometry.texts && blocks < kMostBlocks;
         ++blocks) {
        const TextIndex next = layout.text(block).next.load(std::memory_order_relaxed);
        give_block(change, block);
        block = next;
    }
}

bool read_text(Layout& layout, TextIndex text, std::string& out) {
    if (text == 0) {
        return true;
    }
    char bytes[kLongestText];
    const long length = copy(layout, text, bytes);
    if (length < 0) {
        return false;
    }
    out.append(bytes, static_cast<std::size_t>(length));
    return true;
}

std::string_view text_view(Layout& layout, TextIndex text, char* buffer, std::size_t size) noexcept {
    char bytes[kLongestText];
    const long length = copy(layout, text, bytes);
    if (length <= 0) {
        return {};
    }
    const std::size_t copied = std::min(static_cast<std::size_t>(length), size);
    std::memcpy(buffer, bytes, copied);
    return {buffer, copied};
}

bool equals(Layout& layout, TextIndex text, std::string_view bytes) noexcept {
    if (text == 0 || text >= layout.geometry.texts) {
        return false;
    }
    TextBlock* block = &layout.text(text);
    if (length_of(block->head.account_and_length.load(std::memory_order_relaxed)) != bytes.size()) {
        return false;
    }
    if (!holds(block->head.bytes, bytes.substr(0, kHeadBytes))) {
        return false;
    }
    bytes.remove_prefix(std::min(bytes.size(), kHeadBytes));
    while (!bytes.empty()) {
        const TextIndex next = block->next.load(std::memory_order_relaxed);
        if (next == 0 || next >= layout.geometry.texts) {
            return false;
        }
        block = &layout.text(next);
        if (!holds(block->bytes, bytes.substr(0, kTailBytes))) {
            return false;
        }
        bytes.remove_prefix(std::min(bytes.size(), kTailBytes));
    }
    return true;
}

}  // namespace agent_sessions::tracker::memory
