// SPDX-License-Identifier: MIT
#include "fake_daemon.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "poised_adaptor.hpp"
#include "shell/bus.hpp"

namespace poised::test {

using Adaptors =
    sdbus::AdaptorInterfaces<org::poised::Poised1_adaptor, org::poised::Poised1::Prompt_adaptor,
                             org::poised::Poised1::Posture_adaptor,
                             org::poised::Poised1::Desk_adaptor,
                             org::poised::Poised1::Control_adaptor>;

class FakeDaemon::Object final : public Adaptors {
 public:
  explicit Object(sdbus::IConnection& connection)
      : AdaptorInterfaces(connection, sdbus::ObjectPath{"/org/poised/Poised1"}) {
    registerAdaptor();
  }
  ~Object() { unregisterAdaptor(); }

  std::optional<std::string> refusal;
  bool silent = false;
  std::string status = "{}", doctor = "{}";
  std::string programme =
      R"({"plan":"progressive","phase":"mobility","routine":"breathing","day":10,"phase_day":3,"phase_days":7,
          "paused":false,"held":null,"stopped":false,"questions_wait":true,"sessions_last_week":4})";
  std::vector<sdbus::Result<std::string>> unanswered;

  mutable std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> calls;

 private:
  void note(const std::string& call) {
    const std::lock_guard lock(mutex);
    calls.push_back(call);
    changed.notify_all();
    if (const auto line = std::exchange(refusal, std::nullopt))
      throw shell::make_error("org.poised.Error.Refused", *line);
  }

  void GetStatus(sdbus::Result<std::string>&& result) override {
    note("GetStatus");
    const std::lock_guard lock(mutex);
    if (silent)
      unanswered.push_back(std::move(result));
    else
      result.returnResults(status);
  }
  void Pause(const std::int64_t& until) override { note("Pause " + std::to_string(until)); }
  void Resume() override { note("Resume"); }
  std::uint32_t Inhibit(const std::string& reason) override {
    note("Inhibit " + reason);
    return 1;
  }
  void Uninhibit(const std::uint32_t& cookie) override {
    note("Uninhibit " + std::to_string(cookie));
  }
  void Reload() override { note("Reload"); }
  std::string Version() override {
    note("Version");
    return "9.8.7";
  }
  bool Managed() override { return false; }
  std::string ManagedBy() override { return {}; }
  void Answer(const std::uint64_t& id, const std::string& answer) override {
    note("Answer " + std::to_string(id) + " " + answer);
  }
  void Say(const std::string& posture) override { note("Say " + posture); }
  void Stop() override { note("Stop"); }
  void PauseWithReason(const std::int64_t& until, const std::string& reason) override {
    note("PauseWithReason " + std::to_string(until) + " " + reason);
  }
  void QuietToday() override { note("QuietToday"); }
  void Take(const std::string& break_id) override { note("Take " + break_id); }
  std::string Programme() override {
    note("Programme");
    const std::lock_guard lock(mutex);
    return programme;
  }
  void StartPlan(const std::string& plan) override { note("StartPlan " + plan); }
  void StopPlan() override { note("StopPlan"); }
  void HoldPlan() override { note("HoldPlan"); }
  void ResumePlan() override { note("ResumePlan"); }
  void CheckIn(const std::uint32_t& discomfort, const std::uint32_t& stiffness,
               const bool& warning) override {
    note("CheckIn " + std::to_string(discomfort) + " " + std::to_string(stiffness) +
         (warning ? " warning" : ""));
  }
  void ReportWarning(const std::string& sign) override { note("ReportWarning " + sign); }
  void SayHurts(const std::string& exercise) override { note("SayHurts " + exercise); }
  void SayCleared() override { note("SayCleared"); }
  // The window's, which poisectl does not call.
  std::string Catalogue(const std::string&) override { return "{}"; }
  std::string Guide(const std::string&, const std::string&) override { return "{}"; }
  std::string Settings() override { return "{}"; }
  void Set(const std::string&, const std::string&) override {}
  std::string Privacy() override { return "{}"; }
  void Erase(sdbus::Result<>&& result) override { result.returnResults(); }
  std::string Next() override {
    note("Next");
    return R"({"next":[{"id":"stretch","title":"Stretch","state":"held","held_by":["call"],"at":null}]})";
  }
  std::string Doctor() override {
    note("Doctor");
    const std::lock_guard lock(mutex);
    return doctor;
  }
  std::string History() override {
    note("History");
    return R"({"problem":"","entries":[["decision",1772438400,"{\"event\":\"skipped\",\"break\":\"rest\"}"],
               ["today",1772438400,"{\"date\":\"2026-03-02\",\"skipped\":1}"]]})";
  }
  void Forget(sdbus::Result<>&& result, std::int64_t before) override {
    note("Forget " + std::to_string(before));
    result.returnResults();
  }
  void MoveDesk(sdbus::Result<>&& result, std::string desk, std::int32_t to_mm) override {
    note("MoveDesk " + (desk.empty() ? "" : desk + " ") + std::to_string(to_mm));
    result.returnResults();
  }
  void RestartPlugin(const std::string& id) override { note("RestartPlugin " + id); }
};

FakeDaemon::FakeDaemon(const rig::SessionBus& bus)
    : connection_(sdbus::createSessionBusConnectionWithAddress(bus.address())),
      object_(std::make_unique<Object>(*connection_)) {
  connection_->requestName(shell::ServiceName{"org.poised.Poised1"});
  loop_ = std::thread([this] {
    try {
      connection_->enterEventLoop();
    } catch (const sdbus::Error&) {  // the bus is gone: some tests end it
    }
  });
}

FakeDaemon::~FakeDaemon() {
  connection_->leaveEventLoop();
  loop_.join();
}

void FakeDaemon::refuse(const std::string& line) {
  const std::lock_guard lock(object_->mutex);
  object_->refusal = line;
}
void FakeDaemon::fall_silent() {
  const std::lock_guard lock(object_->mutex);
  object_->silent = true;
}
void FakeDaemon::set_status(const std::string& json) {
  const std::lock_guard lock(object_->mutex);
  object_->status = json;
}
void FakeDaemon::set_doctor(const std::string& json) {
  const std::lock_guard lock(object_->mutex);
  object_->doctor = json;
}
void FakeDaemon::set_programme(const std::string& json) {
  const std::lock_guard lock(object_->mutex);
  object_->programme = json;
}
void FakeDaemon::emit_event(const std::string& json) {
  object_->emitEvent(json);
}
void FakeDaemon::stop_serving() {
  object_.reset();
}

void FakeDaemon::leave() {
  connection_->releaseName(shell::ServiceName{"org.poised.Poised1"});
}

void FakeDaemon::wait_for(const std::string& call) {
  std::unique_lock lock(object_->mutex);
  const bool came = object_->changed.wait_for(lock, std::chrono::seconds(20), [&] {
    return std::find(object_->calls.begin(), object_->calls.end(), call) != object_->calls.end();
  });
  if (!came) throw std::runtime_error("the daemon was not called: " + call);
}

std::vector<std::string> FakeDaemon::calls() const {
  const std::lock_guard lock(object_->mutex);
  return object_->calls;
}

}  // namespace poised::test
