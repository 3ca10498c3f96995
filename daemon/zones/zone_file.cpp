// SPDX-License-Identifier: MIT
#include "zones/zone_file.hpp"

#include <algorithm>
#include <chrono>

namespace poised::zones {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t max_count = 10000;

class RuleParser {
 public:
  explicit RuleParser(std::string_view text) : text_(text) {}

  std::optional<Rule> parse() {
    Rule rule;
    std::int64_t west = 0;
    if (!take_name() || !take_time(24, west)) return std::nullopt;
    rule.standard = -west;
    if (done()) return rule;
    if (!take_name()) return std::nullopt;
    rule.has_summer = true;
    rule.summer = rule.standard + 3600;
    if (!done() && text_[at_] != ',') {
      if (!take_time(24, west)) return std::nullopt;
      rule.summer = -west;
    }
    if (done()) {
      // What the C library takes where no dates are given.
      rule.begins = {.month = 3, .week = 2};
      rule.ends = {.month = 11, .week = 1};
      return rule;
    }
    if (!take(',') || !take_date(rule.begins) || !take(',') || !take_date(rule.ends) || !done())
      return std::nullopt;
    return rule;
  }

 private:
  bool done() const { return at_ == text_.size(); }
  bool take(char c) {
    if (done() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take_number(int most, int& out) {
    const std::size_t begin = at_;
    out = 0;
    while (!done() && text_[at_] >= '0' && text_[at_] <= '9' && at_ - begin < 4)
      out = out * 10 + (text_[at_++] - '0');
    return at_ > begin && out <= most;
  }
  bool take_name() {
    const std::size_t begin = at_;
    const bool quoted = take('<');
    while (!done()) {
      const char c = text_[at_];
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      const bool sign = (c >= '0' && c <= '9') || c == '+' || c == '-';
      if (!letter && !(quoted && sign)) break;
      ++at_;
    }
    const std::size_t length = at_ - begin - (quoted ? 1 : 0);
    return length >= 3 && (!quoted || take('>'));
  }
  bool take_time(int most_hours, std::int64_t& out) {
    const bool negative = take('-');
    if (!negative) take('+');
    int hours = 0;
    int minutes = 0;
    int secs = 0;
    if (!take_number(most_hours, hours)) return false;
    if (take(':') && !take_number(59, minutes)) return false;
    if (take(':') && !take_number(59, secs)) return false;
    out = hours * 3600 + minutes * 60 + secs;
    if (negative) out = -out;
    return true;
  }
  bool take_date(RuleDate& date) {
    if (take('M')) {
      date.form = RuleDate::Form::weekday;
      if (!take_number(12, date.month) || date.month < 1 || !take('.')) return false;
      if (!take_number(5, date.week) || date.week < 1 || !take('.')) return false;
      if (!take_number(6, date.weekday)) return false;
    } else if (take('J')) {
      date.form = RuleDate::Form::julian;
      if (!take_number(365, date.day) || date.day < 1) return false;
    } else {
      date.form = RuleDate::Form::day_of_year;
      if (!take_number(365, date.day)) return false;
    }
    return !take('/') || take_time(167, date.time);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Local seconds since 1970 at which `date` comes in `year`.
std::int64_t local_seconds(const RuleDate& date, std::chrono::year year) {
  using namespace std::chrono;
  const sys_days new_year = year / January / 1;
  sys_days day = new_year;
  switch (date.form) {
    case RuleDate::Form::julian:
      day = new_year + days(date.day - 1 + (year.is_leap() && date.day >= 60 ? 1 : 0));
      break;
    case RuleDate::Form::day_of_year:
      day = new_year + days(date.day);
      break;
    case RuleDate::Form::weekday: {
      const std::chrono::month month(static_cast<unsigned>(date.month));
      const std::chrono::weekday weekday(static_cast<unsigned>(date.weekday));
      day = date.week == 5 ? sys_days(year / month / weekday[last])
                           : sys_days(year / month / weekday[static_cast<unsigned>(date.week)]);
      break;
    }
  }
  return duration_cast<seconds>(day.time_since_epoch()).count() + date.time;
}

std::chrono::year year_of(UtcSeconds time) {
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(seconds(time)));
  return std::chrono::year_month_day(day).year();
}

/// RFC 8536, version 2 and later.
class ZoneFile {
 public:
  explicit ZoneFile(std::string_view bytes) : bytes_(bytes) {}

  std::variant<Zone, std::string> parse() {
    Header header;
    if (!take_header(header)) return "not a zone file of version 2 or later";
    if (!skip(header.transitions * 5 + header.types * 6 + header.characters + header.leaps * 8 +
              header.standards + header.universals) ||
        !take_header(header))
      return "the file is cut short";
    if (header.leaps != 0) return "zones with leap seconds are not those of the wall clock";
    if (header.types == 0) return "the file names no offset";
    Zone zone;
    const std::string_view times = take(header.transitions * 8);
    const std::string_view indices = take(header.transitions);
    const std::string_view types = take(header.types * 6);
    if (!skip(header.characters + header.standards + header.universals) || failed_)
      return "the file is cut short";
    std::vector<std::int64_t> offsets;
    for (std::size_t i = 0; i < header.types; ++i) {
      const auto offset = static_cast<std::int32_t>(number(types.substr(i * 6, 4)));
      if (offset < -89999 || offset > 93599) return "an offset is beyond a day";
      offsets.push_back(offset);
    }
    zone.first_offset = offsets[0];
    for (std::size_t i = 0; i < header.transitions; ++i) {
      const auto at = static_cast<std::int64_t>(number(times.substr(i * 8, 8)));
      const auto index = static_cast<unsigned char>(indices[i]);
      if (index >= offsets.size()) return "a change names an offset that is not there";
      if (i > 0 && at <= zone.changes.back().at) return "the changes are out of order";
      zone.changes.push_back({at, offsets[index]});
    }
    const std::size_t end = rest().size() < 2 ? std::string_view::npos : rest().find('\n', 1);
    if (rest().empty() || rest()[0] != '\n' || end == std::string_view::npos)
      return "the rule for later years is missing";
    if (const std::string_view text = rest().substr(1, end - 1); !text.empty()) {
      zone.rule = RuleParser(text).parse();
      if (!zone.rule)
        return "the rule for later years is not understood: " + std::string(text.substr(0, 60));
    }
    return zone;
  }

 private:
  struct Header {
    std::size_t universals = 0;
    std::size_t standards = 0;
    std::size_t leaps = 0;
    std::size_t transitions = 0;
    std::size_t types = 0;
    std::size_t characters = 0;
  };

  std::string_view rest() const { return bytes_.substr(at_); }
  bool skip(std::size_t n) {
    take(n);
    return !failed_;
  }
  std::string_view take(std::size_t n) {
    if (n > bytes_.size() - at_) {
      failed_ = true;
      return {};
    }
    at_ += n;
    return bytes_.substr(at_ - n, n);
  }
  static std::uint64_t number(std::string_view big_endian) {
    std::uint64_t value = 0;
    for (const char c : big_endian) value = (value << 8U) | static_cast<unsigned char>(c);
    return value;
  }
  bool take_header(Header& header) {
    const std::string_view head = take(44);
    if (head.empty() || !head.starts_with("TZif") || head[4] < '2') return false;
    std::size_t at = 20;
    for (auto* count : {&header.universals, &header.standards, &header.leaps, &header.transitions,
                        &header.types, &header.characters}) {
      *count = number(head.substr(at, 4));
      if (*count > max_count) return false;
      at += 4;
    }
    return true;
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  bool failed_ = false;
};

}  // namespace

std::variant<Zone, std::string> parse_zone_file(std::string_view bytes) {
  return ZoneFile(bytes).parse();
}

std::optional<Rule> parse_rule(std::string_view text) {
  return RuleParser(text).parse();
}

std::vector<Change> rule_changes(const Rule& rule, UtcSeconds from, UtcSeconds to) {
  if (!rule.has_summer) return {{from, rule.standard}};
  std::vector<Change> changes;
  // The year before the first gives the offset that `from` finds.
  for (auto year = year_of(from) - std::chrono::years(2); year <= year_of(to); ++year) {
    changes.push_back({local_seconds(rule.ends, year) - rule.summer, rule.standard});
    changes.push_back({local_seconds(rule.begins, year) - rule.standard, rule.summer});
  }
  // Summer all year ends and begins at one instant: the beginning, pushed later, wins.
  std::ranges::stable_sort(changes, {}, &Change::at);
  return changes;
}

bool is_zone_name(std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '/';
  });
  return plain && !name.empty() && name.size() <= 128 && !name.starts_with('/');
}

}  // namespace poised::zones
