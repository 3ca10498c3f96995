// SPDX-License-Identifier: MIT
#include "shell/control_service.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "build_config.hpp"
#include "config/inspect.hpp"
#include "config/text.hpp"
#include "core/status.hpp"
#include "poised_adaptor.hpp"

namespace poised::shell {
namespace {

constexpr const char* refused_error = "org.poised.Error.Refused";
constexpr const char* invalid_args_error = "org.freedesktop.DBus.Error.InvalidArgs";
constexpr const char* limits_error = "org.freedesktop.DBus.Error.LimitsExceeded";
constexpr std::size_t longest_reason = 200;
constexpr std::size_t most_inhibitors_a_caller = 32;

[[noreturn]] void invalid(const std::string& text) {
  throw make_error(invalid_args_error, text);
}

void throw_if_refused(const ControlHandler::Refusal& refusal) {
  if (refusal) throw make_error(refused_error, *refusal);
}

void return_unless_refused(sdbus::Result<>& call, const char* context,
                           const ControlHandler::Refusal& why) {
  if (why)
    call.returnError(make_error(refused_error, context + *why));
  else
    call.returnResults();
}

std::optional<core::WallTime> instant(std::int64_t utc_seconds) {
  if (utc_seconds == 0) return std::nullopt;
  constexpr std::int64_t year_9999 = 253402300799;
  if (utc_seconds < 0 || utc_seconds > year_9999)
    invalid(fmt::format("pause: {}: not a UTC time", utc_seconds));
  return core::WallTime(std::chrono::seconds(utc_seconds));
}

/// 1.x gives a pointer to the message that is being served, 2.x the message.
template <typename Message>
std::string sender_of(const Message& message) {
  if constexpr (std::is_pointer_v<Message>)
    return message->getSender();
  else
    return message.getSender();
}

core::Answer parse_answer(const std::string& word) {
  using core::Answer;
  for (const auto answer : {Answer::start, Answer::done, Answer::snooze, Answer::skip,
                            Answer::dismiss, Answer::quiet_today})
    if (word == core::word(answer)) return answer;
  invalid(
      fmt::format("answer: {}: not one of start, done, snooze, skip, dismiss, quiet-today", word));
}

}  // namespace

// The generated adaptors call these from sd-bus's C frames: only sdbus::Error may leave them.
class ControlService::Object final
    : public sdbus::AdaptorInterfaces<
          org::poised::Poised1_adaptor, org::poised::Poised1::Prompt_adaptor,
          org::poised::Poised1::Posture_adaptor, org::poised::Poised1::Desk_adaptor,
          org::poised::Poised1::Control_adaptor> {
 public:
  Object(Bus& bus, ControlHandler& handler)
      : AdaptorInterfaces(bus.connection(), sdbus::ObjectPath{object_path}),
        bus_(bus),
        handler_(handler) {
    registerAdaptor();
  }
  ~Object() {
    unregisterAdaptor();
    for (const auto& each : unanswered_)
      if (const auto call = each.lock()) call->give_up();
  }

 private:
  struct Unanswered {
    virtual ~Unanswered() = default;
    virtual void give_up() = 0;
  };
  template <typename... Values>
  struct Call final : Unanswered {
    explicit Call(sdbus::Result<Values...>&& taken) : result(std::move(taken)) {}
    void give_up() override { result.reset(); }
    std::optional<sdbus::Result<Values...>> result;
  };

  /// A call that is answered later: what is returned takes the answer. Whoever keeps it may keep it
  /// longer than the connection lives, which the call itself may not.
  template <typename... Values>
  auto later(sdbus::Result<Values...>&& result) {
    auto call = std::make_shared<Call<Values...>>(std::move(result));
    std::erase_if(unanswered_, [](const auto& each) { return each.expired(); });
    unanswered_.push_back(call);
    return [this, call](const auto& answer) {
      if (!call->result) return;
      answer(*call->result);
      bus_.pump();
    };
  }

  struct Caller {
    std::map<std::uint32_t, std::string> keys;
    sdbus::Slot leaves;
  };

  template <typename Function>
  auto guarded(Function function) -> decltype(function()) {
    bus_.pump();
    try {
      return function();
    } catch (const sdbus::Error&) {
      throw;
    } catch (const std::exception& error) {
      throw make_error("org.freedesktop.DBus.Error.Failed", error.what());
    }
  }

  void act(core::Event event) {
    guarded([&] { throw_if_refused(handler_.act_on_programme(std::move(event))); });
  }

  std::string sender() { return sender_of(getObject().getCurrentlyProcessedMessage()); }

  void GetStatus(sdbus::Result<std::string>&& result) override {
    guarded([&] {
      handler_.status([reply = later(std::move(result))](const std::string& json) {
        reply([&](auto& call) { call.returnResults(json); });
      });
    });
  }
  void Pause(const std::int64_t& until) override {
    guarded([&] { throw_if_refused(handler_.pause(instant(until), "")); });
  }
  void Resume() override {
    guarded([&] { handler_.resume(); });
  }

  std::uint32_t Inhibit(const std::string& reason) override {
    return guarded([&] {
      if (reason.empty() || reason.size() > longest_reason)
        invalid(fmt::format("inhibit: reason: must be 1 to {} bytes", longest_reason));
      const auto name = sender();
      auto& caller = callers_[name];
      if (caller.keys.size() >= most_inhibitors_a_caller)
        throw make_error(limits_error, fmt::format("inhibit: {}: has {} inhibitors already", name,
                                                   caller.keys.size()));
      if (caller.keys.empty()) {
        // Only this caller's own departure wakes the daemon.
        const auto rule = fmt::format(
            "type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='"
            "NameOwnerChanged',"
            "arg0='{}'",
            name);
        caller.leaves = add_match(bus_.connection(), rule, [this, name](auto& message) {
          std::string who, before, after;
          message >> who >> before >> after;
          if (after.empty()) drop(name);
        });
      }
      const auto cookie = ++last_cookie_;
      const auto key = fmt::format("inhibitor-{}", cookie);
      caller.keys.emplace(cookie, key);
      handler_.inhibit(key, reason);
      return cookie;
    });
  }
  void Uninhibit(const std::uint32_t& cookie) override {
    guarded([&] {
      const auto caller = callers_.find(sender());
      if (caller == callers_.end() || !caller->second.keys.contains(cookie))
        invalid(fmt::format("uninhibit: {}: not a cookie of yours", cookie));
      handler_.uninhibit(caller->second.keys[cookie]);
      caller->second.keys.erase(cookie);
      if (caller->second.keys.empty()) callers_.erase(caller);
    });
  }
  void drop(const std::string& name) {
    const auto caller = callers_.find(name);
    if (caller == callers_.end()) return;
    // The slot must not be destroyed from inside its own callback, nor the key list change under
    // the handler.
    const auto keys = std::move(caller->second.keys);
    departed_ = std::move(caller->second.leaves);
    callers_.erase(caller);
    for (const auto& [cookie, key] : keys) handler_.uninhibit(key);
  }

  void Reload() override {
    guarded([&] { handler_.reload(); });
  }
  std::string Version() override { return build::version; }
  bool Managed() override {
    return guarded([&] { return handler_.managed(); });
  }
  std::string ManagedBy() override {
    return guarded([&] { return handler_.managed_by(); });
  }

  void Answer(const std::uint64_t& id, const std::string& answer) override {
    guarded([&] { throw_if_refused(handler_.answer(id, parse_answer(answer))); });
  }
  void Say(const std::string& posture) override {
    guarded([&] {
      if (posture != "sitting" && posture != "standing")
        invalid(fmt::format("posture: {}: not one of sitting, standing", posture));
      handler_.say_posture(posture == "sitting" ? core::Posture::sitting : core::Posture::standing);
    });
  }
  void Stop() override {
    guarded([&] { handler_.stop_desk(); });
  }

  void PauseWithReason(const std::int64_t& until, const std::string& reason) override {
    guarded([&] {
      if (reason.size() > longest_reason)
        invalid(fmt::format("pause: reason: longer than {} bytes", longest_reason));
      throw_if_refused(handler_.pause(instant(until), reason));
    });
  }
  void QuietToday() override {
    guarded([&] { throw_if_refused(handler_.quiet_today()); });
  }
  void Take(const std::string& break_id) override {
    guarded([&] { throw_if_refused(handler_.take(break_id)); });
  }
  std::string Programme() override {
    return guarded([&] { return handler_.programme(); });
  }
  void StartPlan(const std::string& plan) override { act(core::PlanStarted{plan}); }
  void StopPlan() override { act(core::PlanStopped{}); }
  void HoldPlan() override { act(core::PlanHeld{true}); }
  void ResumePlan() override { act(core::PlanHeld{false}); }
  void CheckIn(const std::uint32_t& discomfort, const std::uint32_t& stiffness,
               const bool& warning) override {
    act(core::CheckedIn{discomfort, stiffness, warning});
  }
  void ReportWarning(const std::string& sign) override { act(core::WarningReported{sign}); }
  void SayHurts(const std::string& exercise) override { act(core::ExerciseHurt{exercise}); }
  void SayCleared() override { act(core::Cleared{}); }
  std::string Catalogue(const std::string& language) override {
    return guarded([&] { return handler_.catalogue(language); });
  }
  std::string Guide(const std::string& what, const std::string& language) override {
    return guarded([&] {
      auto guide = handler_.guide(what, language);
      if (guide) return *std::move(guide);
      if (what.empty()) throw make_error(refused_error, "guide: break: none runs");
      invalid(fmt::format("guide: {}: no such routine or exercise", config::one_line(what, 64)));
    });
  }
  std::string Settings() override {
    return guarded([&] { return handler_.settings(); });
  }
  void Set(const std::string& key, const std::string& value) override {
    guarded([&] {
      if (!config::is_personal(key))
        invalid(fmt::format("set: {}: not a setting that can be changed here",
                            config::one_line(key, 64)));
      throw_if_refused(handler_.set(key, value));
    });
  }
  std::string Privacy() override {
    return guarded([&] { return handler_.privacy(); });
  }
  void Erase(sdbus::Result<>&& result) override {
    guarded([&] {
      handler_.erase([reply = later(std::move(result))](const ControlHandler::Refusal& why) {
        reply([&](auto& call) { return_unless_refused(call, "erase: ", why); });
      });
    });
  }
  std::string Next() override {
    return guarded([&] { return handler_.next(); });
  }
  std::string Doctor() override {
    return guarded([&] { return handler_.doctor(); });
  }
  std::string History() override {
    return guarded([&] { return handler_.history(); });
  }
  void Forget(sdbus::Result<>&& result, std::int64_t before) override {
    guarded([&] {
      handler_.forget(instant(before), [reply = later(std::move(result))] {
        reply([](auto& call) { call.returnResults(); });
      });
    });
  }
  void MoveDesk(sdbus::Result<>&& result, std::string desk, std::int32_t to_mm) override {
    guarded([&] {
      handler_.move_desk(desk, to_mm,
                         [reply = later(std::move(result))](const ControlHandler::Refusal& why) {
                           reply([&](auto& call) { return_unless_refused(call, "desk: ", why); });
                         });
    });
  }
  void RestartPlugin(const std::string& id) override {
    guarded([&] { throw_if_refused(handler_.restart_plugin(id)); });
  }

  Bus& bus_;
  ControlHandler& handler_;
  std::map<std::string, Caller> callers_;
  sdbus::Slot departed_;
  std::uint32_t last_cookie_ = 0;
  std::vector<std::weak_ptr<Unanswered>> unanswered_;
};

ControlService::ControlService(Bus& bus, ControlHandler& handler)
    : bus_(bus), object_(std::make_unique<Object>(bus, handler)) {
  bus.connection().requestName(ServiceName{bus_name});
  bus.pump();
}

ControlService::~ControlService() = default;

void ControlService::emit(const core::Fact& fact, const std::string& json) {
  using core::FactKind;
  object_->emitEvent(json);
  switch (fact.kind) {
    case FactKind::prompt:
      object_->emitPromptShown(fact.prompt_id, fact.break_id, core::word(fact.urgency),
                               core::word(fact.reason));
      break;
    case FactKind::completed:
      if (fact.prompt_id != 0) object_->emitPromptClosed(fact.prompt_id, core::word(fact.kind));
      object_->emitBreakCompleted(fact.break_id, core::word(fact.how));
      break;
    case FactKind::started:
    case FactKind::snoozed:
    case FactKind::skipped:
    case FactKind::withdrawn:
    case FactKind::expired:
    case FactKind::missed:
      object_->emitPromptClosed(fact.prompt_id, core::word(fact.kind));
      break;
    case FactKind::posture:
      object_->emitPostureChanged(core::word(fact.posture), fact.text);
      break;
    case FactKind::presence:
      object_->emitPresenceChanged(fact.text);
      break;
    default:
      break;
  }
  bus_.pump();
}

}  // namespace poised::shell
