// SPDX-License-Identifier: MIT
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <poised/plugin.hpp>
#include <string>
#include <utility>

#include "connection.hpp"
#include "duty_file.hpp"
#include "unit.hpp"

// The desk in its own process. When the daemon goes, for whatever reason, the desk is told to stop
// before this process ends.
namespace desk {
namespace {

using namespace std::chrono_literals;

constexpr auto farewell = 300ms;  // for what is told last to reach the desk
constexpr auto begins_within = 5s;
constexpr std::uint64_t consent_of_others = std::uint64_t{1} << 60;  // no consent of the daemon's

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return id;
}

class Desk final : public poised::Plugin, private SupervisorEvents {
 public:
  explicit Desk(const poised_host& host)
      : Plugin(host), deadline_(*this, [this] { guarded([this] { unit_->elapse(); }); }) {}

  int run(const poised::Loop& loop) {
    boost::asio::posix::stream_descriptor daemon(loop_, loop.fd());
    const auto wait = [&](const auto& self) -> void {
      daemon.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                        [&, self](boost::system::error_code error) {
                          if (error || !loop.dispatch()) return loop_.stop();
                          self(self);
                        });
    };
    wait(wait);
    boost::asio::signal_set signals(loop_, SIGTERM, SIGINT);
    signals.async_wait([this](boost::system::error_code error, int) {
      if (!error) loop_.stop();
    });
    loop_.run();
    daemon.release();
    leave();
    return 0;
  }

 private:
  // ---------------------------------------------------------------- messages

  void on_start(const poised::Settings& settings) override {
    configure(settings);
    ready(connection_->description());
  }

  void on_config_changed(const poised::Settings& settings) override {
    if (unit_) unit_->stop("its settings were changed");
    configure(settings);
  }

  void on_stop() override { stop_desk("the daemon ends"); }

  void on_person(const poised::Person& person) override {
    // The same words in the same order.
    person_ = {static_cast<Person::Presence>(person.presence), person.last_input};
    if (unit_) unit_->person(person_);
  }

  void on_move_desk(const poised::MoveDesk& move) override {
    if (!unit_)
      return desk_move_ended(move.consent, poised::MoveResult::refused, "no desk is configured");
    unit_->move({move.to_mm, move.consent, move.expires});
  }

  void on_stop_desk() override {
    if (unit_) unit_->stop();
  }

  // ---------------------------------------------------------------- the desk

  void configure(const poised::Settings& settings) {
    const auto json = nlohmann::json::parse(settings.json);
    home_assistant_.reset();
    unit_.reset();
    connection_.reset();
    connection_ = make_connection(json, loop_);
    lock_.take(connection_->address());
    duty_ =
        std::make_unique<DutyFile>(extension<char>(POISED_STATE_DIRECTORY), connection_->address());
    auto options = bounds_and_presets(json);
    const auto kept = duty_->read();
    options.duty = DutyMeter::restored(kept.runs_at(clocks()));
    options.was_moving = kept.moving;
    unit_ = std::make_unique<DeskUnit>(
        [this](DriverEvents& events, DeskUnit::Now clock) {
          return connection_->make_driver(events, std::move(clock));
        },
        static_cast<SupervisorEvents&>(*this), std::move(options), [this] { return now(); },
        [this] { rearm(); });
    duty_changed();
    home_assistant_ =
        make_home_assistant(json, loop_, connection_->address(), unit_->supervisor().bounds(),
                            {.move = [this](std::int32_t to_mm) { move_for_others(to_mm); },
                             .stop = [this] { stop_desk("it was stopped from afar"); }});
    unit_->person(person_);
    view_changed(unit_->supervisor().view());
  }

  void rearm() {
    if (!unit_) return;
    if (const auto at = unit_->deadline())
      deadline_.arm(*at);
    else
      deadline_.disarm();
  }

  void view_changed(const DeskView& view) override {
    guarded([&] {
      desk_state(view.status, view.height_mm);
      if (home_assistant_) home_assistant_->show(view);
    });
  }

  void move_ended(const Outcome& outcome) override {
    static constexpr poised::MoveResult results[] = {
        poised::MoveResult::arrived, poised::MoveResult::stopped, poised::MoveResult::refused};
    guarded([&] {
      desk_move_ended(outcome.consent, results[static_cast<std::size_t>(outcome.kind)],
                      outcome.reason);
    });
  }

  void duty_changed() override {
    guarded([&] { keep_duty(); });
  }

  void keep_duty() {
    if (!unit_) return;
    const auto& supervisor = unit_->supervisor();
    duty_->write({clocks(), supervisor.duty().runs(now()), supervisor.may_move()});
  }

  [[nodiscard]] Clocks clocks() const {
    return {
        now(),
        std::chrono::duration_cast<Duration>(std::chrono::system_clock::now().time_since_epoch())
            .count(),
        boot_id_};
  }

  void move_for_others(std::int32_t to_mm) {
    log(poised::LogPriority::info, "desk: a move was asked for over MQTT");
    guarded([&] { unit_->move({to_mm, consent_of_others, now() + begins_within}); });
  }

  void stop_desk(const std::string& reason) {
    if (!unit_) return;
    guarded([&] { unit_->stop(reason); });
  }

  /// D7: the daemon has gone, or this process is asked to go.
  void leave() {
    const bool moving = unit_ && unit_->supervisor().in_motion();
    stop_desk("the daemon has gone");
    if (!moving) return;
    loop_.restart();
    loop_.run_for(farewell);
  }

  template <class Action>
  void guarded(Action&& action) noexcept {
    try {
      action();
    } catch (const std::exception& error) {
      log(poised::LogPriority::error, std::string("desk: ") + error.what());
    }
  }

  boost::asio::io_context loop_;
  const std::string boot_id_ = boot_id();
  DeskLock lock_;
  std::unique_ptr<Connection> connection_;
  std::unique_ptr<DutyFile> duty_;
  Person person_;
  poised::Timer deadline_;
  std::unique_ptr<DeskUnit> unit_;
  std::unique_ptr<HomeAssistant> home_assistant_;
};

}  // namespace

POISED_DEFINE_PLUGIN(Desk, "desk", "Standing desk", "0.1.0", "desk");

}  // namespace desk
