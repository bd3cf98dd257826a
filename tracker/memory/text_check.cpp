#include "tracker/memory/text_check.h"

#include <algorithm>

namespace agent_sessions::tracker::memory {
namespace {

// So many buckets ahead, their first texts are fetched.
constexpr std::uint64_t kAhead = 16;

}  // namespace

TextCheck::TextCheck(Layout& layout, FaultList& faults)
    : layout_(layout),
      faults_(faults),
      tallies_(layout.totals.fresh_texts),
      links_(layout.totals.fresh_texts),
      is_used_(layout.totals.fresh_texts),
      is_in_bucket_(layout.totals.fresh_texts),
      agents_(layout.geometry.accounts) {}

std::vector<std::uint32_t> TextCheck::run() {
    check_named_texts();
    check_buckets();
    check_free_blocks();
    return std::move(agents_);
}

// In the order of their addresses.
void TextCheck::check_named_texts() {
    for (TextIndex text = 1; text < tallies_.size(); ++text) {
        if (tallies_[text].references != 0) {
            ++named_;
            check_counts(text);
            check_blocks(text);
        }
    }
}

void TextCheck::check_counts(TextIndex text) {
    const TextBlock& block = layout_.text(text);
    const Tally tally = tallies_[text];
    faults_.expect(block.head.references, tally.references, Subject{"the references of text", text});
    faults_.expect(block.head.live, tally.live, Subject{"the live sessions of text", text});
    const std::uint32_t account = block.head.account_and_length.load(std::memory_order_relaxed) >> 16;
    if (tally.live != 0 && account < agents_.size()) {
        ++agents_[account];
    }
    links_[text] = {
        block.link.load(std::memory_order_relaxed),
        static_cast<std::uint32_t>(block.head.hash.load(std::memory_order_relaxed) &
                                   (layout_.geometry.text_buckets - 1)),
    };
}

void TextCheck::check_blocks(TextIndex text) {
    for (TextIndex block = text; block != 0;
         block = layout_.text(block).next.load(std::memory_order_relaxed)) {
        if (block >= is_used_.size() || is_used_[block]) {
            faults_.add({"text", text}, "is not a chain of its own");
            return;
        }
        is_used_[block] = true;
        ++blocks_;
    }
}

void TextCheck::check_buckets() {
    const auto buckets = static_cast<std::uint32_t>(layout_.geometry.text_buckets);
    std::uint64_t found = 0;
    for (std::uint32_t bucket = 0; bucket < buckets; ++bucket) {
        const TextIndex later = layout_.text_bucket(std::min(bucket + kAhead, buckets - std::uint64_t{1}));
        if (later < links_.size()) {
            __builtin_prefetch(&links_[later]);
        }
        if (!check_chain(bucket, found)) {
            faults_.add({"the chain of text bucket", bucket}, "is broken");
            return;
        }
    }
    faults_.expect(found, named_, "the number of texts in buckets");
}

bool TextCheck::check_chain(std::uint32_t bucket, std::uint64_t& found) {
    for (TextIndex text = layout_.text_bucket(bucket); text != 0; text = links_[text].next) {
        if (text >= links_.size() || is_in_bucket_[text]) {
            return false;
        }
        is_in_bucket_[text] = true;
        ++found;
        if (links_[text].bucket == kNoBucket) {
            faults_.add({"text", text}, "is in a bucket, and nobody names it");
            return true;
        }
        if (links_[text].bucket != bucket) {
            faults_.add({"text", text}, "stands in a bucket that is not its own");
        }
    }
    return true;
}

void TextCheck::check_free_blocks() {
    std::uint64_t free = 0;
    for (TextIndex block = layout_.totals.free_texts; block != 0;
         block = layout_.text(block).link.load(std::memory_order_relaxed), ++free) {
        if (block >= is_used_.size() || is_used_[block]) {
            faults_.add({"the list of free text blocks, at", block}, "is broken");
            return;
        }
        is_used_[block] = true;
    }
    faults_.expect(layout_.totals.free_text_count, free, "the number of free text blocks");
    faults_.expect(blocks_ + free + 1, is_used_.size(), "the number of text blocks");
}

}  // namespace agent_sessions::tracker::memory
