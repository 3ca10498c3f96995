// SPDX-License-Identifier: MIT
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "connection.hpp"
#include "desk_settings.hpp"
#include "duty_file.hpp"
#include "unit.hpp"

namespace desk {

/// One desk of the settings with all that is its own: lock, driver under the rules of motion, duty,
/// and its place at Home Assistant. [loop-thread]
class ConfiguredDesk final : private SupervisorEvents {
 public:
  struct Host {
    boost::asio::io_context& loop;
    const char* state_directory;
    DeskUnit::Now now;
    std::function<void(const std::string& name, const DeskView& view)> view_changed;
    std::function<void(const Outcome& outcome)> move_ended;
    std::function<void()> deadline_changed;
    /// A move was asked for at the broker.
    std::function<void(ConfiguredDesk& desk, std::int32_t to_mm)> asked_from_afar;
    std::function<void(const std::string& problem)> failed;
  };
  /// Throws poised::Failure if the settings name no desk, or another process has it.
  ConfiguredDesk(const DeskSettings& settings, Host host);
  ~ConfiguredDesk() override;
  ConfiguredDesk(const ConfiguredDesk&) = delete;
  ConfiguredDesk& operator=(const ConfiguredDesk&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::string description() const { return connection_->description(); }
  [[nodiscard]] const std::optional<Publication>& publication() const { return publication_; }
  [[nodiscard]] const DeskView& view() const { return unit_->supervisor().view(); }
  [[nodiscard]] bool in_motion() const { return unit_->supervisor().in_motion(); }
  [[nodiscard]] std::optional<Instant> deadline() const { return unit_->deadline(); }

  void elapse() { unit_->elapse(); }
  void person(const Person& person) { unit_->person(person); }
  void move(const MoveRequest& request) { unit_->move(request); }
  void stop(const std::string& reason) { unit_->stop(reason); }

 private:
  void view_changed(const DeskView& view) override;
  void move_ended(const Outcome& outcome) override;
  void duty_changed() override;
  void keep_duty();
  [[nodiscard]] Clocks clocks() const;
  void guarded(const std::function<void()>& action) noexcept;

  const std::string name_;
  Host host_;
  const std::string boot_id_;
  std::unique_ptr<Connection> connection_;
  DeskLock lock_;
  std::unique_ptr<DutyFile> duty_;
  std::unique_ptr<DeskUnit> unit_;
  std::unique_ptr<HomeAssistant> home_assistant_;
  std::optional<Publication> publication_;
};

}  // namespace desk
