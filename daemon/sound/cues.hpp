// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <memory>

// The short sounds of a guided run, for who faces away from the screen.
namespace poised::sound {

enum class Cue : std::uint8_t {
  step,  ///< the next movement; softer than the others
  side,  ///< other side, rest, next exercise
  end
};

/// The XDG sound theme's name of it.
const char* theme_name(Cue cue);

/// Plays the sounds of the person's theme on their sound server. Nothing is connected before the
/// first one. [one thread]
class Cues {
 public:
  Cues();
  ~Cues();
  Cues(const Cues&) = delete;
  Cues& operator=(const Cues&) = delete;

  /// Begins to play it and returns. False if nothing plays sounds here.
  bool play(Cue cue);
  /// The same for a sound of the theme by its name.
  bool play(const char* theme_name);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace poised::sound
