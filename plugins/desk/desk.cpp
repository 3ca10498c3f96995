// SPDX-License-Identifier: MIT
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <csignal>
#include <exception>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <poised/plugin.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "configured_desk.hpp"
#include "publications.hpp"

// Desks in a process of their own. When the daemon goes, for whatever reason, they are told to stop
// before it ends.
namespace desk {
namespace {

using namespace std::chrono_literals;

constexpr auto farewell = 300ms;  // for what is told last to reach the desk
constexpr auto begins_within = 5s;
constexpr std::uint64_t consent_of_others = std::uint64_t{1} << 60;  // no consent of the daemon's

class Desk final : public poised::Plugin {
 public:
  explicit Desk(const poised_host& host) : Plugin(host), deadline_(*this, [this] { elapse(); }) {}

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
    introduce();
  }

  void on_config_changed(const poised::Settings& settings) override {
    stop_and_wait("its settings were changed");
    for (const auto& each : desks_) desk_state(poised::DeskStatus::absent, {}, each->name());
    configure(settings);
    introduce();
  }

  void on_stop() override { stop_all("the daemon ends"); }

  void on_person(const poised::Person& person) override {
    // The same words in the same order.
    person_ = {static_cast<Person::Presence>(person.presence), person.last_input};
    for (const auto& each : desks_) each->person(person_);
  }

  void on_move_desk(const poised::MoveDesk& move) override {
    auto* const found = named(move.desk);
    if (found == nullptr)
      return desk_move_ended(move.consent, poised::MoveResult::refused,
                             "no such desk is configured");
    this->move(*found, {move.to_mm, move.consent, move.expires});
  }

  void on_stop_desk() override {
    for (const auto& each : desks_) each->stop("stopped");
  }

  // ---------------------------------------------------------------- the desks

  /// A desk that cannot be had does not keep the others from being driven.
  void configure(const poised::Settings& settings) {
    const auto all = desks_of(nlohmann::json::parse(settings.json));
    desks_.clear();
    std::string problems;
    std::exception_ptr first;
    for (const auto& each : all) try {
        desks_.push_back(std::make_unique<ConfiguredDesk>(each, host_of_desks()));
        desks_.back()->person(person_);
      } catch (const poised::Failure& failure) {
        if (!first) first = std::current_exception();
        problems += (problems.empty() ? "" : "; ") + each.name + ": " + failure.what();
      }
    if (desks_.empty()) std::rethrow_exception(first);
    if (!publications_)
      publications_ =
          std::make_unique<Publications>(loop_, extension<char>(POISED_STATE_DIRECTORY));
    std::vector<Publication> published;
    for (const auto& each : desks_)
      if (each->publication()) published.push_back(*each->publication());
    publications_->are(std::move(published));
    degraded(problems);
    rearm();
  }

  ConfiguredDesk::Host host_of_desks() {
    return {
        .loop = loop_,
        .state_directory = extension<char>(POISED_STATE_DIRECTORY),
        .now = [this] { return now(); },
        .view_changed =
            [this](const std::string& name, const DeskView& view) {
              desk_state(view.status, view.height_mm, name);
            },
        .move_ended = [this](const Outcome& outcome) { tell(outcome); },
        .deadline_changed = [this] { rearm(); },
        .asked_from_afar =
            [this](ConfiguredDesk& desk, std::int32_t to_mm) {
              log(poised::LogPriority::info, "desk: a move was asked for over MQTT");
              guarded([&] { move(desk, {to_mm, consent_of_others, now() + begins_within, true}); });
            },
        .failed =
            [this](const std::string& problem) {
              log(poised::LogPriority::error, "desk: " + problem);
            }};
  }

  ConfiguredDesk* named(std::string_view name) {
    if (name.empty() && desks_.size() == 1) return desks_.front().get();
    const auto found = std::ranges::find(desks_, name, &ConfiguredDesk::name);
    return found == desks_.end() ? nullptr : found->get();
  }

  /// Nobody can watch two desks.
  void move(ConfiguredDesk& desk, const MoveRequest& request) {
    const bool another = std::ranges::any_of(
        desks_, [&](const auto& each) { return each.get() != &desk && each->in_motion(); });
    if (another)
      return desk_move_ended(request.consent, poised::MoveResult::refused,
                             "another desk is moving");
    desk.move(request);
  }

  void tell(const Outcome& outcome) {
    static constexpr poised::MoveResult results[] = {
        poised::MoveResult::arrived, poised::MoveResult::stopped, poised::MoveResult::refused};
    desk_move_ended(outcome.consent, results[static_cast<std::size_t>(outcome.kind)],
                    outcome.reason);
  }

  /// With READY the daemon forgets the desks it knew: one may have been taken out of the settings.
  void introduce() {
    std::string description;
    for (const auto& each : desks_)
      description += (description.empty() ? "" : ", ") + each->description();
    ready(description);
    for (const auto& each : desks_)
      desk_state(each->view().status, each->view().height_mm, each->name());
  }

  void rearm() {
    std::optional<Instant> first;
    for (const auto& each : desks_)
      if (const auto at = each->deadline(); at && (!first || *at < *first)) first = at;
    if (first)
      deadline_.arm(*first);
    else
      deadline_.disarm();
  }

  void elapse() {
    for (const auto& each : desks_)
      if (const auto at = each->deadline(); at && *at <= now()) guarded([&] { each->elapse(); });
    rearm();
  }

  void stop_all(const std::string& reason) {
    for (const auto& each : desks_) guarded([&] { each->stop(reason); });
  }

  /// Before they are given up: a stop must have left by then.
  void stop_and_wait(const std::string& reason) {
    const bool moving = std::ranges::any_of(desks_, &ConfiguredDesk::in_motion);
    stop_all(reason);
    if (moving) loop_.run_for(farewell);
  }

  /// D7: the daemon has gone, or this process is asked to go.
  void leave() {
    loop_.restart();
    stop_and_wait("the daemon has gone");
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
  Person person_;
  poised::Timer deadline_;
  std::vector<std::unique_ptr<ConfiguredDesk>> desks_;
  std::unique_ptr<Publications> publications_;
};

}  // namespace

POISED_DEFINE_PLUGIN(Desk, "desk", "Standing desk", "0.1.0", "desk");

}  // namespace desk
