// SPDX-License-Identifier: MIT
#include <glib-unix.h>
#include <glib.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <poised/plugin.hpp>
#include <random>
#include <string>
#include <vector>

#include "build_config.hpp"
#include "calendar/expander/calendar_text.hpp"
#include "calendar/sources/account.hpp"
#include "calendar/sources/caldav_source.hpp"
#include "calendar/sources/evolution_source.hpp"
#include "calendar/sources/file_source.hpp"
#include "calendar/sources/web_source.hpp"
#include "zones/zone_source.hpp"

// Busy times out of a person's calendars. Adapters fetch texts; a worker process without any rights
// reads them; what comes back are times.
namespace poised::calendar {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t one_second = 1'000'000'000;
constexpr std::int64_t most_worker_pause_s = 300;

std::int64_t number(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

class CalendarPlugin final : public poised::Plugin {
 public:
  explicit CalendarPlugin(const poised_host& host) : Plugin(host) {
    worker_.on_lost = [this] { worker_lost(); };
  }
  ~CalendarPlugin() override { worker_.on_lost = nullptr; }

  int run(const poised::Loop& loop) {
    struct Running {
      const poised::Loop& loop;
      GMainLoop* main;
    } running{loop, g_main_loop_new(nullptr, FALSE)};
    const auto ready = +[](gint, GIOCondition, gpointer data) noexcept -> gboolean {
      auto* self = static_cast<Running*>(data);
      if (self->loop.dispatch()) return G_SOURCE_CONTINUE;
      g_main_loop_quit(self->main);
      return G_SOURCE_REMOVE;
    };
    g_unix_fd_add(loop.fd(), static_cast<GIOCondition>(G_IO_IN | G_IO_HUP | G_IO_ERR), ready,
                  &running);
    g_main_loop_run(running.main);
    g_main_loop_unref(running.main);
    return 0;
  }

 private:
  void on_start(const poised::Settings& settings) override {
    configure(settings);
    ready(std::to_string(sources_.size()) + (sources_.size() == 1 ? " source" : " sources"));
  }
  void on_stop() override { sources_.clear(); }
  void on_config_changed(const poised::Settings& settings) override { configure(settings); }
  void on_refresh_availability() override { poll(); }

  void configure(const poised::Settings& settings) {
    const auto before = names();
    sources_.clear();
    problems_.clear();
    const auto json = Json::parse(settings.json, nullptr, false);
    const auto field = [&](const char* key) {
      return json.is_object() && json.contains(key) ? json[key] : Json();
    };
    std::vector<std::string> addresses;
    for (const auto& address : field("addresses"))
      if (address.is_string()) addresses.push_back(address.get<std::string>());
    const auto poll = field("poll");
    poll_ = poll.is_number_integer() ? poll.get<std::int64_t>() : 300 * one_second;

    std::size_t at = 0;
    for (const auto& table : field("calendars")) {
      try {
        auto account = account_of(table, at++);
        account.addresses.insert(account.addresses.end(), addresses.begin(), addresses.end());
        while (names().contains(account.name)) account.name += "'";
        add(std::move(account));
      } catch (const std::runtime_error& error) {
        log(LogPriority::error, error.what());
        problems_["calendars"] = error.what();
      }
    }
    if (field("evolution") != Json(false))
      sources_.push_back(std::make_unique<EvolutionSource>(
          desk_, "evolution", addresses,
          [this](const std::string& bus_name) { rest_until(bus_name); }));
    // A calendar that is configured no longer makes nobody busy.
    for (const auto& name : before) {
      worker_.ask({FrameKind::remove, {name}}, [](const Frame&, const std::string&) {});
      if (!names().contains(name)) availability(name, {});
    }
    tell_trouble();
    if (sources_.empty() && problems_.empty()) return resting("no calendar is configured");
    this->poll();
  }

  /// Evolution Data Server has nothing for us, until it takes `bus_name`.
  void rest_until(const std::string& bus_name) {
    if (sources_.size() > 1 || !problems_.empty()) return;
    resting("no calendar is known here", bus_name);
  }

  void add(Account account) {
    if (!account.path.empty())
      sources_.push_back(
          std::make_unique<FileSource>(desk_, account.name, account.addresses, account.path));
    else if (account.is_caldav)
      sources_.push_back(std::make_unique<CaldavSource>(desk_, std::move(account)));
    else
      sources_.push_back(std::make_unique<WebSource>(desk_, std::move(account)));
  }

  std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& source : sources_) names.insert(source->name());
    return names;
  }

  void poll() {
    look_at_zone();
    for (const auto& source : sources_) source->poll();
    // Not every machine of an office in the same second.
    std::uniform_real_distribution<double> spread(0.9, 1.1);
    const auto pause = static_cast<std::int64_t>(static_cast<double>(poll_) * spread(random_));
    if (!sources_.empty()) poll_timer_.arm(now() + Duration{pause});
  }

  void worker_lost() {
    // Each time later: a text that is not found to be the culprit must not keep a processor busy.
    worker_pause_s_ = std::min(worker_pause_s_ * 2 + 1, most_worker_pause_s);
    worker_timer_.arm(now() + std::chrono::seconds(worker_pause_s_));
  }

  Frame local_zone() {
    const auto text = zones::zone_text("");
    if (!text && zone_.empty())
      log(LogPriority::warning, "calendar: time zone: not known; UTC counts");
    zone_ = text.value_or("UTC0");
    return {FrameKind::local_zone, {zone_}};
  }

  /// Days, and times that name no zone, are those of wherever the machine is now.
  void look_at_zone() {
    if (zone_.empty()) return;  // no worker has been told one yet
    const auto before = zone_;
    auto zone = local_zone();
    if (zone_ == before) return;
    worker_.ask(std::move(zone), [](const Frame&, const std::string&) {});
    for (const auto& source : sources_) source->publish();
  }

  void publish(const std::string& source, const Frame& frame) {
    std::vector<poised_interval> intervals;
    for (std::size_t i = 1; i + 4 <= frame.texts.size(); i += 4) {
      const auto busy_class = static_cast<BusyClass>(number(frame.text(i + 2)));
      if (busy_class < BusyClass::tentative) continue;
      if (intervals.size() == POISED_MAX_INTERVALS) break;
      const std::uint32_t told = busy_class == BusyClass::tentative ? POISED_BUSY_TENTATIVE
                                 : busy_class == BusyClass::busy    ? POISED_BUSY
                                                                    : POISED_BUSY_OUT_OF_OFFICE;
      intervals.push_back({number(frame.text(i)), number(frame.text(i + 1)), told,
                           frame.text(i + 3).empty() ? 0U : 1U});
    }
    availability(source, intervals);
    worker_pause_s_ = 0;
    set_problem(source + " (2)", std::string(frame.text(0)));
  }

  void set_problem(const std::string& source, const std::string& problem) {
    if (problem.empty() ? problems_.erase(source) == 0
                        : std::exchange(problems_[source], problem) == problem)
      return;
    if (!problem.empty())
      log(LogPriority::warning,
          "calendar: " + source.substr(0, source.find(" (2)")) + ": " + problem);
    tell_trouble();
  }

  void tell_trouble() {
    std::string all;
    for (const auto& [source, problem] : problems_) {
      if (!all.empty()) all += "; ";
      all += source.substr(0, source.find(" (2)")) + ": " + problem;
    }
    if (all.size() > 1000) all.resize(1000);
    degraded(all.empty() ? "" : "calendar: " + all);
  }

  Worker worker_{std::string(build::libexec_dir) + "/poised-calendar-worker",
                 [this] { return local_zone(); }};
  Fetcher fetcher_;
  Desk desk_{worker_, fetcher_,
             [this](const std::string& source, const Frame& frame) { publish(source, frame); },
             [this](const std::string& source, const std::string& problem) {
               set_problem(source, problem);
             }};
  std::vector<std::unique_ptr<Source>> sources_;
  std::map<std::string, std::string> problems_;
  std::string zone_;  ///< as the worker was told it last
  std::int64_t poll_ = 0, worker_pause_s_ = 0;
  std::minstd_rand random_{std::random_device{}()};
  poised::Timer poll_timer_{*this, [this] { poll(); }};
  poised::Timer worker_timer_{*this, [this] {
                                for (const auto& source : sources_) source->forget();
                              }};
};

}  // namespace
}  // namespace poised::calendar

POISED_DEFINE_PLUGIN(poised::calendar::CalendarPlugin, "calendar", "Calendars", "0.1.0",
                     "availability");
