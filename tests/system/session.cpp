// SPDX-License-Identifier: MIT
#include "session.hpp"

#include <chrono>
#include <csignal>
#include <fstream>
#include <stdexcept>

namespace poised::test {

const char* const short_intervals = R"(
[activity]
idle_after = "4s"
[breaks.stretch]
interval = "5s"
duration = "4s"
routine = ""
natural = "5s"
[prompt]
gap = "1s"
gap_max = "2s"
snooze = "4s"
min_gap = "1s"
[schedule]
enabled = false
)";

Decisions::Decisions(const std::string& bus_address) {
  peer_ =
      std::make_unique<rig::BusPeer>(bus_address, [this](GDBusConnection&, GDBusMessage& message) {
        const char* member = g_dbus_message_get_member(&message);
        GVariant* body = g_dbus_message_get_body(&message);
        if (!member || std::string(member) != "Event" || !body) return;
        const char* text = nullptr;
        g_variant_get(body, "(&s)", &text);
        const std::lock_guard lock(mutex_);
        waiting_.push_back(Json::parse(text));
        ++came_;
        arrived_.notify_all();
      });
  peer_->call_bus(
      "org.freedesktop.DBus", "AddMatch",
      g_variant_new("(s)", "type='signal',interface='org.poised.Poised1.Control',member='Event'"));
}

std::optional<Json> Decisions::next(milliseconds deadline) {
  std::unique_lock lock(mutex_);
  if (!arrived_.wait_for(lock, deadline, [this] { return !waiting_.empty(); })) return std::nullopt;
  auto decision = std::move(waiting_.front());
  waiting_.pop_front();
  return decision;
}

void Decisions::wait(milliseconds time) {
  std::unique_lock lock(mutex_);
  arrived_.wait_for(lock, time, [this] { return came_ != seen_; });
  seen_ = came_;
}

void Session::TearDown() {
  if (daemon_) {
    EXPECT_EQ(stop_daemon(), 0);
  }
}

void Session::start_desktop() {
  x_server_ = std::make_unique<rig::XServer>(display());
  bus_ = std::make_unique<rig::SessionBus>();
  dunst_ = std::make_unique<rig::Dunst>(*bus_);
  notifications_ = std::make_unique<rig::NotifyMonitor>(bus_->address());
  decisions_ = std::make_unique<Decisions>(bus_->address());
}

std::filesystem::path Session::config_file() const {
  return home_.path() / ".config/poised/poised.toml";
}

std::filesystem::path Session::state_file() const {
  return home_.path() / ".local/state/poised/state.json";
}

void Session::write_config(const std::string& toml) {
  std::filesystem::create_directories(config_file().parent_path());
  const auto fresh = config_file().string() + ".new";
  std::ofstream(fresh) << toml;
  std::filesystem::rename(fresh, config_file());
}

void Session::skip_welcome() {
  std::filesystem::create_directories(state_file().parent_path());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  std::ofstream(state_file()) << Json{
      {"schema", 1},
      {"welcomed", true},
      {"utc", std::chrono::duration_cast<std::chrono::nanoseconds>(now).count()}};
}

rig::Program::Options Session::environment(bool read_output) const {
  rig::Program::Options options;
  options.environment = {{"HOME", home_.path().string()},
                         {"XDG_CONFIG_HOME", std::nullopt},
                         {"XDG_STATE_HOME", std::nullopt},
                         {"JOURNAL_STREAM", std::nullopt},
                         {"NOTIFY_SOCKET", std::nullopt}};
  options.read_output = read_output;
  return options;
}

void Session::start_daemon(const std::vector<std::string>& arguments) {
  std::vector<std::string> command{poised_program};
  command.insert(command.end(), arguments.begin(), arguments.end());
  daemon_ = std::make_unique<rig::Program>(command, environment(true));
  if (bus_) rig::wait_for_name(bus_->address(), "org.poised.Poised1");
}

int Session::stop_daemon() {
  const auto daemon = std::move(daemon_);
  daemon->signal(SIGTERM);
  return daemon->wait();
}

int Session::stop_wrapped_daemon(const std::string& bus) {
  const auto reply = rig::BusPeer(bus).call("org.freedesktop.DBus", "/", "org.freedesktop.DBus",
                                            "GetConnectionUnixProcessID",
                                            g_variant_new("(s)", "org.poised.Poised1"));
  std::uint32_t pid = 0;
  g_variant_get(reply.get(), "(u)", &pid);
  ::kill(static_cast<pid_t>(pid), SIGTERM);
  const auto wrapper = std::move(daemon_);
  return wrapper->wait();
}

std::string Session::poisectl(std::vector<std::string> words) const {
  words.insert(words.begin(), poisectl_program);
  return rig::run(words, environment(true));
}

std::string Session::poisectl_that_may_fail(std::vector<std::string> words) const {
  words.insert(words.begin(), poisectl_program);
  rig::Program program(words, environment(true));
  auto output = program.read_all();
  program.wait();
  return output;
}

Json Session::status() const {
  std::string answer;
  for (int attempt = 0; attempt < 3; ++attempt) {
    answer = poisectl_that_may_fail({"status", "--json"});
    if (auto status = Json::parse(answer, nullptr, false); status.is_object()) return status;
    if (answer.find("no answer within") == std::string::npos) break;
  }
  throw std::runtime_error("status: " + answer);
}

Json Session::plugin(const std::string& id) const {
  const auto report = status();
  for (const auto& entry : report["plugins"])
    if (entry["id"] == id) return entry;
  return {};
}

Json Session::the_break(const std::string& id) const {
  const auto report = status();
  for (const auto& entry : report["breaks"])
    if (entry["id"] == id) return entry;
  throw std::runtime_error("status: " + id + ": no such break");
}

Json Session::work_until(const std::string& event, milliseconds deadline) {
  return until(event, deadline, true);
}

Json Session::rest_until(const std::string& event, milliseconds deadline) {
  return until(event, deadline, false);
}

Json Session::until(const std::string& event, milliseconds deadline, bool typing) {
  const auto end = rig::Clock::now() + deadline;
  std::string seen;
  while (rig::Clock::now() < end) {
    if (typing) rig::Person::press("a");
    while (const auto decision = decisions_->next(milliseconds(300))) {
      if ((*decision)["event"] == event) return *decision;
      seen += " " + decision->at("event").get<std::string>();
    }
  }
  throw std::runtime_error("no " + event + " by the deadline; seen:" + seen);
}

bool Session::wait_for(const std::function<bool()>& condition, milliseconds deadline) {
  const auto end = rig::Clock::now() + deadline;
  while (!condition()) {
    if (rig::Clock::now() > end) return false;
    decisions_->wait(milliseconds(100));
  }
  return true;
}

bool Session::presence_is(const std::string& word) {
  return wait_for([&] { return (presence_ = status()["presence"]) == word; });
}

bool Session::presence_stays(const std::string& word) {
  let_pass(milliseconds(1500));
  return (presence_ = status()["presence"]) == word;
}

bool Session::is_seen_typing() {
  return wait_for([&] {
    rig::Person::press("a");
    return (presence_ = status()["presence"]) == "active";
  });
}

void Session::let_pass(milliseconds time) {
  const auto end = rig::Clock::now() + time;
  for (auto left = time; left > milliseconds(0);
       left = std::chrono::ceil<milliseconds>(end - rig::Clock::now()))
    decisions_->wait(left);
}

}  // namespace poised::test
