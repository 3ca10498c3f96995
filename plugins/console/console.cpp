// SPDX-License-Identifier: MIT
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <nlohmann/json.hpp>
#include <optional>
#include <poised/plugin.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../common/plain_text.hpp"

// Prompts as lines on standard output, and a person who answers them by a list.
namespace console {
namespace {

using namespace std::chrono_literals;
using poised::Answer;
using poised::Duration;
using poised::PromptState;

constexpr std::size_t max_text = 200;

constexpr std::array<std::pair<std::string_view, Answer>, 6> answer_words{{
    {"start", Answer::start},
    {"done", Answer::done},
    {"snooze", Answer::snooze},
    {"skip", Answer::skip},
    {"dismiss", Answer::dismiss},
    {"quiet-today", Answer::quiet_today},
}};

std::optional<Answer> answer_of(std::string_view word) {
  for (const auto& [name, answer] : answer_words)
    if (name == word) return answer;
  return {};
}

/// Time of day at START.
Duration parse_start(const std::string& text) {
  int hour = 0, minute = 0;
  if (text.empty()) {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    localtime_r(&now, &local);
    return std::chrono::hours{local.tm_hour} + std::chrono::minutes{local.tm_min} +
           std::chrono::seconds{local.tm_sec};
  }
  const char* const end = text.data() + text.size();
  const auto [colon, hour_error] = std::from_chars(text.data(), end, hour);
  bool good = hour_error == std::errc{} && colon != end && *colon == ':';
  if (good) {
    const auto [rest, minute_error] = std::from_chars(colon + 1, end, minute);
    good = minute_error == std::errc{} && rest == end;
  }
  if (!good || hour < 0 || hour > 23 || minute < 0 || minute > 59)
    throw poised::Failure("console: start_at: \"" + text + "\" is not HH:MM", true);
  return std::chrono::hours{hour} + std::chrono::minutes{minute};
}

class Console final : public poised::Plugin {
 public:
  explicit Console(const poised_host& host)
      : Plugin(host), answer_timer_(*this, [this] { answer(); }) {}

 private:
  struct Open {
    std::uint64_t id;
    std::string word;  ///< what the person is going to answer
  };

  void on_start(const poised::Settings& settings) override {
    read(settings);
    started_ = now();
    ready("standard output");
  }

  void on_config_changed(const poised::Settings& settings) override { read(settings); }

  void on_prompt(const poised::Prompt& prompt) override { show(prompt); }
  void on_update_prompt(const poised::Prompt& prompt) override { show(prompt); }

  void on_withdraw_prompt(std::uint64_t id) override {
    if (open_ && open_->id == id) forget();
  }

  void read(const poised::Settings& settings) {
    const auto json = nlohmann::json::parse(settings.json);
    answers_ = json.value("answers", std::vector<std::string>{});
    answer_after_ = Duration(json.value("answer_after", std::int64_t{10'000'000'000}));
    start_at_ = parse_start(json.value("start_at", std::string{}));
  }

  void show(const poised::Prompt& prompt) {
    std::string line = plain_text::line(prompt.title, max_text);
    switch (prompt.state) {
      case PromptState::open:
        if (!prompt.body.empty()) line += " – " + plain_text::line(prompt.body, max_text);
        for (const poised::PromptAction& action : prompt.actions)
          line += "  [" + plain_text::line(action.label, max_text) + "]";
        print(line);
        return await_answer(prompt.id);
      case PromptState::running:
        line += ": " + left(prompt.ends - now());
        break;
      case PromptState::finished:
        if (line.empty()) line = "Done";
        break;
      case PromptState::note:
        if (!prompt.body.empty()) line += " – " + plain_text::line(prompt.body, max_text);
        break;
    }
    if (open_ && open_->id == prompt.id) forget();
    print(line);
  }

  static std::string left(Duration duration) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(duration).count();
    return seconds < 120 ? std::to_string(seconds) + " s to go"
                         : std::to_string((seconds + 59) / 60) + " min to go";
  }

  /// A prompt that is only shown again does not take another answer from the list.
  void await_answer(std::uint64_t id) {
    if (open_ && open_->id == id) return;
    forget();
    if (next_answer_ >= answers_.size()) return;
    open_ = Open{id, answers_[next_answer_++]};
    if (answer_of(open_->word)) answer_timer_.arm(now() + answer_after_);
  }

  void answer() {
    const Open open = *std::exchange(open_, std::nullopt);
    print("> " + open.word);
    prompt_answered(open.id, *answer_of(open.word));
  }

  void forget() {
    open_.reset();
    answer_timer_.disarm();
  }

  void print(const std::string& text) const {
    const auto minutes =
        std::chrono::duration_cast<std::chrono::minutes>(start_at_ + (now() - started_)).count();
    std::printf("[%02d:%02d] %s\n", static_cast<int>(minutes / 60 % 24),
                static_cast<int>(minutes % 60), text.c_str());
    std::fflush(stdout);
  }

  std::vector<std::string> answers_;
  std::size_t next_answer_ = 0;
  Duration answer_after_{};
  Duration start_at_{};
  poised::Instant started_;
  std::optional<Open> open_;
  poised::Timer answer_timer_;
};

}  // namespace

POISED_DEFINE_PLUGIN(Console, "console", "Prompts on the terminal", "0.1.0", "prompt");

}  // namespace console
