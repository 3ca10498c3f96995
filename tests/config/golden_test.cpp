// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <algorithm>

#include "config/inspect.hpp"
#include "config_fixture.hpp"

// Whole machines' configurations: each directory of golden/ is a root, and its `expected` says
// which problems it has and which values differ from the defaults.
namespace poised::config {
namespace {

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(POISED_GOLDEN_DIR))
    names.push_back(entry.path().filename());
  std::ranges::sort(names);
  return names;
}

std::string without(std::string text, const std::string& prefix) {
  for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos;)
    text.erase(at, prefix.size());
  return text;
}

class Golden : public testing::TestWithParam<std::string> {};

TEST_P(Golden, ReadsAsExpected) {
  const auto root = std::filesystem::path(POISED_GOLDEN_DIR) / GetParam();
  const std::vector<PluginSettingSpecs> plugins{
      {"notify",
       {{"sound", "bool", "true", "", "", {}, "Play a sound."},
        {"linger", "duration", "\"30s\"", "\"1s\"", "\"1h\"", {}, "How long it stays."}}}};
  const Roots roots{.system_root = root,
                    .config_home = "/home/me/.config",
                    .data_dir = "/usr/share/poised",
                    .home = "/home/me"};
  const Loaded loaded = load(roots, plugins);
  std::string actual;
  for (const auto& problem : check(roots, plugins))
    actual += fmt::format("{}: {}\n", problem.severity == Severity::error ? "error" : "warning",
                          problem.text());
  for (const auto& effective : loaded.effective) {
    const Source& source = effective.setting.source;
    if (source.layer == Layer::built_in) continue;
    actual += fmt::format("{} = {}  # {}, {}:{}:{}\n", effective.key, effective.setting.value,
                          layer_name(source.layer), source.file.native(), source.at.line,
                          source.at.column);
  }
  actual = without(actual, root.native());
  const auto kept = std::filesystem::current_path() / (GetParam() + ".actual");
  const std::string expected =
      std::filesystem::exists(root / "expected") ? read_text(root / "expected") : "";
  if (actual != expected) write_file(kept, actual);
  EXPECT_EQ(actual, expected) << "cp " << kept.native() << " " << (root / "expected").native();
}

INSTANTIATE_TEST_SUITE_P(Machines, Golden, testing::ValuesIn(cases()), [](const auto& parameter) {
  std::string name = parameter.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST(GoldenCases, AreThere) {
  EXPECT_GE(cases().size(), 5U);
}

}  // namespace
}  // namespace poised::config
