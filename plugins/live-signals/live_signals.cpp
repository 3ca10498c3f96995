// SPDX-License-Identifier: MIT
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <poised/plugin.hpp>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "live-signals/desktop_bus.hpp"
#include "live-signals/fusion.hpp"
#include "live-signals/media_graph.hpp"
#include "live-signals/sound_server.hpp"
#include "live-signals/windows.hpp"

// Whether somebody is in a call, watches a video or wants no disturbance, out of what PipeWire, the
// session bus and the X server tell of themselves. That something is used is all that is kept of
// it; nothing is asked for again and again, and nothing listens to or looks at what is used.
namespace live_signals {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds tells_all_within{2};

class LiveSignals final : public poised::Plugin {
 public:
  using Plugin::Plugin;

 private:
  void on_start(const poised::Settings& settings) override {
    if (!configure(settings)) return;
    ready(what_is_seen());
    tell_trouble();
  }
  void on_config_changed(const poised::Settings& settings) override {
    if (configure(settings)) tell_trouble();
  }
  void on_stop() override { forget(); }
  void on_refresh_availability() override {}

  void forget() {
    media_.reset();
    leave_sound_server();
    desktop_.reset();
    windows_.reset();
  }

  /// False: there is nothing to watch.
  bool configure(const poised::Settings& settings) {
    forget();
    connected_ = false;
    use_ = {};
    desktop_seen_ = {};
    front_ = {};
    const auto json = Json::parse(settings.json);
    const auto is_on = [&](const char* key) { return json.value(key, true); };
    microphone_ = is_on("microphone");
    camera_ = is_on("camera");
    screen_share_ = is_on("screen_share");
    video_ = is_on("video");
    full_screen_ = is_on("full_screen");
    const poised::Duration release{json.value("release", std::int64_t{20'000'000'000})};
    if (!fusion_ || release != release_)
      fusion_ = std::make_unique<Fusion>(
          release_ = release,
          [this](poised::LiveSignal signal, bool on) { live_signal(signal, on); });

    ignored_ = json.value("ignore", std::vector<std::string>());
    if (microphone_ || camera_ || screen_share_)
      media_ = std::make_unique<MediaGraph>(
          *this, ignored_,
          MediaGraph::Events{.changed =
                                 [this](const MediaGraph::Use& use) {
                                   use_ = use;
                                   if (use.sound) leave_sound_server();
                                   look();
                                 },
                             .connected =
                                 [this](bool connected) {
                                   const bool before = std::exchange(connected_, connected);
                                   if (!connected) use_sound_server();
                                   if (before == connected) return;
                                   // PipeWire may be there for pictures alone: it has told all
                                   // that it has by then.
                                   if (connected) sound_server_timer_.arm(now() + tells_all_within);
                                   if (media_) tell_trouble();
                                 }});
    do_not_disturb_ = is_on("do_not_disturb");
    mirrored_display_ = is_on("mirrored_display");
    if (do_not_disturb_ || mirrored_display_ || video_) listen_to_the_bus();
    if (full_screen_ || video_) watch_windows();
    if (!media_ && !desktop_ && !windows_) {
      resting("there is nothing to watch here");
      return false;
    }
    look();
    return true;
  }

  void use_sound_server() {
    if (!microphone_ || sound_server_ || (connected_ && use_.sound)) return;
    sound_server_ = std::make_unique<SoundServer>(
        *this, ignored_,
        SoundServer::Events{.changed =
                                [this](const SoundServer::Use& use) {
                                  sound_use_ = use;
                                  look();
                                },
                            .connected =
                                [this](bool connected) {
                                  if (std::exchange(sound_connected_, connected) == connected)
                                    return;
                                  if (media_) tell_trouble();
                                }});
  }

  void leave_sound_server() {
    sound_server_timer_.disarm();
    sound_server_.reset();
    sound_use_ = {};
    sound_connected_ = false;
  }

  void listen_to_the_bus() {
    try {
      desktop_ = std::make_unique<DesktopBus>(
          *this,
          DesktopBus::Wanted{
              .do_not_disturb = do_not_disturb_, .players = video_, .displays = mirrored_display_},
          DesktopBus::Events{
              .changed =
                  [this](const DesktopBus::Seen& seen) {
                    desktop_seen_ = seen;
                    look();
                  },
              .lost = [this] { failed("live-signals: session bus: connection lost"); }});
    } catch (const poised::Failure&) {
      // Without a bus there is nobody to be heard on it.
    }
  }

  void watch_windows() {
    try {
      windows_ = std::make_unique<Windows>(
          *this, Windows::Events{.changed =
                                     [this](const Windows::Front& front) {
                                       front_ = front;
                                       look();
                                     },
                                 .lost = [this] { failed("live-signals: X server: lost"); }});
    } catch (const poised::Failure&) {
      // Not a session of X11.
    }
  }

  void look() {
    Evidence evidence;
    evidence.microphone = microphone_ && (use_.microphone || sound_use_.microphone);
    evidence.conversation = microphone_ && (use_.conversation || sound_use_.conversation);
    evidence.camera = camera_ && use_.camera;
    evidence.screen_share = screen_share_ && use_.screen;
    evidence.do_not_disturb = desktop_seen_.do_not_disturb;
    evidence.mirrored_display = desktop_seen_.mirrored;
    evidence.full_screen = full_screen_ && front_.full_screen;
    evidence.video =
        video_ && (desktop_seen_.full_screen_player ||
                   (front_.full_screen && desktop_seen_.playing.contains(front_.process)));
    fusion_->see(evidence, now());
    settle();
  }

  void settle() {
    if (const auto next = fusion_->settle(now()))
      release_timer_.arm(*next);
    else
      release_timer_.disarm();
  }

  [[nodiscard]] std::string what_is_seen() const {
    std::string text;
    const auto add = [&](const char* what) {
      if (!text.empty()) text += "; ";
      text += what;
    };
    if (media_ && connected_) add("microphone, camera and shared screen by PipeWire");
    if (sound_connected_) add("microphone by PulseAudio");
    if (desktop_) add("players and Do Not Disturb by the session bus");
    if (windows_) add("full-screen windows by X11");
    return text.empty() ? "waits for PipeWire" : text;
  }

  void tell_trouble() {
    std::string unseen;
    const auto add = [&](bool wanted, const char* what) {
      if (wanted) unseen += (unseen.empty() ? "" : ", ") + std::string(what);
    };
    add(microphone_ && !sound_connected_, "microphone");
    add(camera_, "camera");
    add(screen_share_, "shared screen");
    degraded(media_ && !connected_ && !unseen.empty()
                 ? "live-signals: PipeWire: not running; not seen: " + unseen
                 : "");
    tell_what_is_seen();
  }

  /// How each signal stands that can be seen at present; of the others nothing is told.
  void tell_what_is_seen() const {
    using poised::LiveSignal;
    const auto tell = [this](LiveSignal signal, bool seen) {
      if (seen) live_signal(signal, fusion_->is_on(signal));
    };
    const bool heard = media_ && connected_;
    tell(LiveSignal::call, (heard || sound_connected_) && microphone_);
    tell(LiveSignal::mic, (heard || sound_connected_) && microphone_);
    tell(LiveSignal::camera, heard && camera_);
    tell(LiveSignal::screen_share, heard && screen_share_);
    tell(LiveSignal::dnd, desktop_ && do_not_disturb_);
    tell(LiveSignal::video, video_ && (desktop_ || windows_));
    tell(LiveSignal::full_screen, full_screen_ && windows_);
  }

  bool microphone_ = false, camera_ = false, screen_share_ = false, video_ = false,
       full_screen_ = false, do_not_disturb_ = false, mirrored_display_ = false, connected_ = false;
  poised::Duration release_{};
  std::unique_ptr<Fusion> fusion_;
  poised::Timer release_timer_{*this, [this] { settle(); }};
  poised::Timer sound_server_timer_{*this, [this] { use_sound_server(); }};
  std::vector<std::string> ignored_;
  bool sound_connected_ = false;
  MediaGraph::Use use_;
  SoundServer::Use sound_use_;
  DesktopBus::Seen desktop_seen_;
  Windows::Front front_;
  std::unique_ptr<MediaGraph> media_;
  std::unique_ptr<SoundServer> sound_server_;
  std::unique_ptr<DesktopBus> desktop_;
  std::unique_ptr<Windows> windows_;
};

}  // namespace
}  // namespace live_signals

POISED_DEFINE_PLUGIN(live_signals::LiveSignals, "live-signals", "Calls, videos and Do Not Disturb",
                     "0.1.0", "availability");
