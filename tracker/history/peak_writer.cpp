#include "tracker/history/peak_writer.h"

namespace agent_sessions::tracker::history {
namespace {

bool is_same(const std::optional<QuarterPeak>& a, const std::optional<QuarterPeak>& b) noexcept {
    if (!a || !b) {
        return a.has_value() == b.has_value();
    }
    return a->quarter == b->quarter && a->peak == b->peak && a->refused == b->refused;
}

bool is_same(const HistoryFeed::AccountState& a, const HistoryFeed::AccountState& b) noexcept {
    return a.total == b.total && a.time_zone == b.time_zone && is_same(a.quarter, b.quarter);
}

}  // namespace

PeakWriter::PeakWriter(Connection& connection, AccountIds& accounts)
    : accounts_(accounts),
      peak_(connection.prepare(R"sql(
INSERT INTO peak (account, quarter, peak, peak_at, peak_sequence, agents, refused) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (account, quarter) DO UPDATE SET
    peak_at = CASE WHEN excluded.peak > peak THEN excluded.peak_at ELSE peak_at END,
    peak_sequence = CASE WHEN excluded.peak > peak THEN excluded.peak_sequence ELSE peak_sequence END,
    agents = CASE WHEN excluded.peak > peak THEN excluded.agents ELSE agents END,
    peak = max(peak, excluded.peak),
    refused = max(refused, excluded.refused)
)sql")),
      zone_(connection.prepare("UPDATE account SET time_zone = ?2 WHERE id = ?1 AND time_zone <> ?2")),
      latest_license_(
          connection.prepare("SELECT total FROM license WHERE account = ? ORDER BY since DESC LIMIT 1")),
      license_(
          connection.prepare("INSERT OR REPLACE INTO license (account, since, total) VALUES (?, ?, ?)")) {}

void PeakWriter::write(std::string_view account, const QuarterPeak& peak, WallTime seen) {
    peak_
        .with(accounts_.id(account, seen), peak.quarter, peak.peak, peak.at, peak.sequence, peak.agents,
              peak.refused)
        .run();
}

bool PeakWriter::differs(const std::vector<HistoryFeed::AccountState>& accounts) const {
    if (accounts.size() != written_.size()) {
        return true;
    }
    for (std::size_t index = 0; index < accounts.size(); ++index) {
        if (!is_same(accounts[index], written_[index])) {
            return true;
        }
    }
    return false;
}

void PeakWriter::write_changed(const std::vector<HistoryFeed::AccountState>& accounts, WallTime now) {
    for (std::size_t index = 0; index < accounts.size(); ++index) {
        const HistoryFeed::AccountState& account = accounts[index];
        const bool is_known = index < written_.size();
        if (is_known && is_same(account, written_[index])) {
            continue;
        }
        const std::int64_t id = accounts_.id(account.name, now);
        if (account.quarter) {
            write(account.name, *account.quarter, now);
        }
        if (!is_known || account.time_zone != written_[index].time_zone) {
            zone_.with(id, account.time_zone).run();
        }
        if (!is_known || account.total != written_[index].total) {
            write_license(id, account.total, now);
        }
    }
    written_ = accounts;
}

void PeakWriter::write_license(std::int64_t account, std::optional<std::uint32_t> total, WallTime now) {
    std::optional<std::int64_t> before;
    if (latest_license_.with(account).step()) {
        before = latest_license_.integer_or_null(0);
    }
    latest_license_.reset();
    if (before != (total ? std::optional<std::int64_t>(*total) : std::nullopt)) {
        license_.with(account, now, total).run();
    }
}

}  // namespace agent_sessions::tracker::history
