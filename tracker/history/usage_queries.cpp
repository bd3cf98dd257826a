#include "tracker/history/usage_queries.h"

#include <algorithm>

#include "tracker/history/schema.h"

namespace agent_sessions::tracker::history {
namespace {

using std::chrono::days;

struct Quarters {
    std::int64_t from = 0;
    std::int64_t to = 0;  // behind the last one
};

Quarters quarters_of(const TimeZone& zone, const Window& window) {
    return {quarter_of(zone.start_of(window.from)), quarter_of(zone.start_of(window.to + days{1}))};
}

std::vector<QuarterPeak> stored_peaks(Connection& connection, const std::string& account, Quarters quarters) {
    std::vector<QuarterPeak> peaks;
    const auto row = account_row(connection, account);
    if (!row) {
        return peaks;
    }
    Statement query = connection.prepare(
        "SELECT quarter, peak, peak_at, peak_sequence, agents, refused FROM peak "
        "WHERE account = ? AND quarter >= ? AND quarter < ? ORDER BY quarter");
    query.with(*row, quarters.from, quarters.to);
    while (query.step()) {
        QuarterPeak peak;
        peak.quarter = query.integer(0);
        peak.peak = static_cast<std::uint32_t>(query.integer(1));
        peak.at = query.instant(2);
        peak.sequence = static_cast<std::uint64_t>(query.integer(3));
        peak.agents = static_cast<std::uint32_t>(query.integer(4));
        peak.refused = static_cast<std::uint32_t>(query.integer(5));
        peaks.push_back(peak);
    }
    return peaks;
}

// The quarter hours of one question, each read once.
class QuestionReader {
  public:
    QuestionReader(Connection& connection, const UsageQuestion& question, const TimeZone& zone,
                   const Window& window)
        : connection_(connection),
          question_(question),
          zone_(zone),
          window_(window),
          quarters_(quarters_of(zone, window)) {
        for (const QuarterPeak& peak : peaks_of(std::string(kAllAccounts))) {
            measured_.push_back(peak.quarter);
        }
    }

    const std::vector<std::int64_t>& measured() const { return measured_; }
    Quarters quarters() const { return quarters_; }

    std::vector<QuarterPeak> peaks_of(const std::string& account) {
        const auto recent = question_.recent.find(account);
        return merge_peaks(stored_peaks(connection_, account, quarters_),
                           recent == question_.recent.end() ? std::vector<QuarterPeak>{} : recent->second);
    }

    // Of one account or of all.
    std::vector<QuarterPeak> peaks() {
        return peaks_of(question_.accounts.all ? std::string(kAllAccounts)
                                               : question_.accounts.names.front());
    }

    // The maxima of periods, counted from the sessions themselves.
    std::vector<Maximum> recount(std::vector<WallTime> starts, WallTime end) {
        const std::string alive =
            "FROM session WHERE began_at < ?2 AND (ended_at IS NULL OR ended_at >= ?1)" +
            account_condition(connection_, question_.accounts);
        Statement query =
            connection_.prepare("SELECT began_sequence, began_at, 1, account, agent " + alive +
                                " UNION ALL SELECT ended_sequence, ended_at, -1, account, agent " + alive +
                                " AND ended_at IS NOT NULL ORDER BY 1");
        query.with(starts.front(), end);
        Maxima maxima(std::move(starts), end);
        Change change;
        while (query.step()) {
            change.sequence = static_cast<std::uint64_t>(query.integer(0));
            change.at = query.instant(1);
            change.difference = static_cast<int>(query.integer(2));
            change.agent.clear();
            if (!query.is_null(4)) {
                change.agent = std::to_string(query.integer(3)) + "\n" + query.text(4);
            }
            maxima.add(change);
        }
        return maxima.take();
    }

    std::vector<DayFigures> days() {
        if (!question_.accounts.is_sum()) {
            return days_from_peaks(zone_, window_, question_.now, peaks(), measured_);
        }
        std::vector<DayFigures> days =
            days_from_peaks(zone_, window_, question_.now, recounted_quarters(), measured_);
        forget_pruned(days);
        for (const std::string& account : question_.accounts.names) {
            add_refused(days, peaks_of(account));
        }
        return days;
    }

    void set_totals(std::span<DayFigures> days) {
        if (!question_.accounts.is_sum() && !question_.accounts.all) {
            const auto row = account_row(connection_, question_.accounts.names.front());
            if (row) {
                history::set_totals(days, zone_, question_.now, licenses_of(*row));
            }
            return;
        }
        set_sum_of_totals(days);
    }

    // The history may hear of an account later than of its first session.
    std::optional<Day> first_day(std::span<const DayFigures> days) {
        const std::optional<WallTime> seen = first_seen(connection_, question_.accounts);
        std::optional<Day> first = seen ? std::optional(zone_.day_of(*seen)) : std::nullopt;
        const auto used = std::find_if(days.begin(), days.end(),
                                       [](const DayFigures& day) { return day.max.value_or(0) > 0; });
        if (used != days.end() && (!first || used->date < *first)) {
            first = used->date;
        }
        return first;
    }

  private:
    std::vector<QuarterPeak> recounted_quarters() {
        std::vector<WallTime> starts;
        const std::int64_t end = std::min(quarters_.to, quarter_of(question_.now) + 1);
        for (std::int64_t quarter = quarters_.from; quarter < end; ++quarter) {
            starts.push_back(start_of_quarter(quarter));
        }
        std::vector<QuarterPeak> peaks;
        if (starts.empty()) {
            return peaks;
        }
        std::int64_t quarter = quarters_.from;
        for (const Maximum& maximum : recount(std::move(starts), start_of_quarter(end))) {
            if (std::binary_search(measured_.begin(), measured_.end(), quarter)) {
                peaks.push_back({quarter, maximum.count, maximum.at, maximum.sequence, maximum.agents, 0});
            }
            ++quarter;
        }
        return peaks;
    }

    void forget_pruned(std::span<DayFigures> days) {
        const WallTime pruned = pruned_until(connection_);
        for (DayFigures& day : days) {
            if (zone_.start_of(day.date) < pruned) {
                DayFigures nothing;
                nothing.date = day.date;
                day = nothing;
            }
        }
    }

    void add_refused(std::span<DayFigures> days, std::span<const QuarterPeak> peaks) const {
        for (const QuarterPeak& peak : peaks) {
            const Day date = zone_.day_of(start_of_quarter(peak.quarter));
            if (peak.refused != 0 && date >= window_.from && date <= window_.to) {
                days[static_cast<std::size_t>((date - window_.from).count())].refused += peak.refused;
            }
        }
    }

    std::vector<LicenseChange> licenses_of(std::int64_t account) {
        std::vector<LicenseChange> changes;
        Statement query =
            connection_.prepare("SELECT since, total FROM license WHERE account = ? ORDER BY since");
        query.with(account);
        while (query.step()) {
            LicenseChange change{query.instant(0), std::nullopt};
            if (!query.is_null(1)) {
                change.total = static_cast<std::uint64_t>(query.integer(1));
            }
            changes.push_back(change);
        }
        return changes;
    }

    std::vector<std::int64_t> summed_accounts() {
        if (!question_.accounts.all) {
            return account_rows(connection_, question_.accounts);
        }
        std::vector<std::int64_t> rows;
        Statement query = connection_.prepare("SELECT id FROM account WHERE name <> ?");
        query.with(kAllAccounts);
        while (query.step()) {
            rows.push_back(query.integer(0));
        }
        return rows;
    }

    // As the sum now is told: nothing where an account without a total had sessions.
    void set_sum_of_totals(std::span<DayFigures> days) {
        std::vector<bool> is_open_ended(days.size());
        Statement had_any = connection_.prepare(
            "SELECT 1 FROM peak WHERE account = ? AND quarter >= ? AND quarter < ? AND peak > 0 LIMIT 1");
        std::vector<DayFigures> of_account(days.size());
        for (const std::int64_t account : summed_accounts()) {
            for (std::size_t index = 0; index < days.size(); ++index) {
                of_account[index] = DayFigures{};
                of_account[index].date = days[index].date;
            }
            history::set_totals(of_account, zone_, question_.now, licenses_of(account));
            for (std::size_t index = 0; index < days.size(); ++index) {
                if (const auto total = of_account[index].total) {
                    days[index].total = days[index].total.value_or(0) + *total;
                } else if (!is_open_ended[index]) {
                    const Quarters day = quarters_of(zone_, {days[index].date, days[index].date});
                    is_open_ended[index] = had_any.with(account, day.from, day.to).step();
                }
            }
        }
        for (std::size_t index = 0; index < days.size(); ++index) {
            if (is_open_ended[index]) {
                days[index].total.reset();
            }
        }
    }

    Connection& connection_;
    const UsageQuestion& question_;
    const TimeZone& zone_;
    Window window_;
    Quarters quarters_;
    std::vector<std::int64_t> measured_;
};

TimeZone zone_of(Connection& connection, const UsageQuestion& question) {
    if (question.prefers_stored_zone && question.accounts.names.size() == 1) {
        const std::string stored = stored_time_zone(connection, question.accounts.names.front());
        return TimeZone(stored.empty() ? question.time_zone : stored);
    }
    return TimeZone(question.time_zone);
}

constexpr std::chrono::minutes kMinute{1};
constexpr std::chrono::minutes kQuarter{15};

std::vector<std::optional<std::uint32_t>> minutes_of(QuestionReader& reader, WallTime start, WallTime end) {
    std::vector<WallTime> starts;
    for (WallTime minute = start; minute < end; minute += kMinute) {
        starts.push_back(minute);
    }
    std::vector<std::optional<std::uint32_t>> max;
    if (starts.empty()) {
        return max;
    }
    for (const Maximum& maximum : reader.recount(std::move(starts), end)) {
        max.emplace_back(maximum.count);
    }
    return max;
}

std::vector<std::optional<std::uint32_t>> quarters_from_peaks(QuestionReader& reader, bool is_sum) {
    const Quarters quarters = reader.quarters();
    std::vector<std::optional<std::uint32_t>> max(static_cast<std::size_t>(quarters.to - quarters.from));
    if (is_sum) {
        return max;
    }
    std::fill(max.begin(), max.end(), 0);
    for (const QuarterPeak& peak : reader.peaks()) {
        if (peak.quarter >= quarters.from && peak.quarter < quarters.to) {
            max[static_cast<std::size_t>(peak.quarter - quarters.from)] = peak.peak;
        }
    }
    return max;
}

}  // namespace

UsageAnswer read_usage(Connection& connection, const UsageQuestion& question) {
    const TimeZone zone = zone_of(connection, question);
    UsageAnswer answer;
    answer.time_zone = zone.name();
    answer.today = zone.day_of(question.now);
    const Window window = question.window.value_or(days_until(zone, question.now, kWindowDays));
    QuestionReader reader(connection, question, zone, window);
    answer.days = reader.days();
    reader.set_totals(answer.days);
    answer.summary = summarise(answer.days, answer.today, reader.first_day(answer.days));
    return answer;
}

CurveAnswer read_curve(Connection& connection, const UsageQuestion& question, Day day) {
    const TimeZone zone = zone_of(connection, question);
    QuestionReader reader(connection, question, zone, {day, day});
    CurveAnswer answer;
    answer.time_zone = zone.name();
    answer.start = zone.start_of(day);
    const WallTime end = zone.start_of(day + days{1});
    if (answer.start < pruned_until(connection)) {
        answer.step = kQuarter;
        answer.max = quarters_from_peaks(reader, question.accounts.is_sum());
    } else {
        answer.step = kMinute;
        answer.max = minutes_of(reader, answer.start, end);
    }
    WallTime start = answer.start;
    for (auto& max : answer.max) {
        const auto& measured = reader.measured();
        if (start > question.now ||
            !std::binary_search(measured.begin(), measured.end(), quarter_of(start))) {
            max.reset();
        }
        start += answer.step;
    }
    std::vector<DayFigures> totals(1);
    totals.front().date = day;
    reader.set_totals(totals);
    answer.total = totals.front().total;
    return answer;
}

}  // namespace agent_sessions::tracker::history
