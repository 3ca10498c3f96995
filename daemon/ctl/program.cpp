// SPDX-License-Identifier: MIT
#include "ctl/program.hpp"

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/layers.hpp"
#include "config/text.hpp"
#include "ctl/commands.hpp"
#include "ctl/json.hpp"
#include "ctl/options.hpp"
#include "language/language.hpp"

namespace poised::ctl {
namespace {

Exit complain(std::string_view line, Exit exit) {
  std::cerr << "poisectl: " << printable(line) << '\n';
  return exit;
}

/// CLI11 would call a word that is no command an unexpected argument, or ask for a command first.
std::optional<std::string> unknown_command(const CLI::App& root, int argc, char** argv) {
  const CLI::App* app = &root;
  std::string path;
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (app == &root && word == "--json") continue;
    const auto commands = app->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty() || word.empty() || word[0] == '-') return std::nullopt;
    std::vector<std::string> names;
    const CLI::App* found = nullptr;
    for (const auto* command : commands) {
      if (command->get_name() == word) found = command;
      if (!command->get_group().empty()) names.push_back(command->get_name());
    }
    if (found == nullptr) {
      const auto meant = config::did_you_mean(word, names);
      return path + word + ": unknown command" +
             (meant ? "; did you mean " + path + *meant + "?" : "");
    }
    path += word + ' ';
    app = found;
  }
  return std::nullopt;
}

/// What a person reads is in the language that they configured; JSON needs none.
void use_configured_language(const Options& options) {
  if (options.json) return;
  const auto language = config::load(roots_of(options), {}).settings.language;
  if (!language.empty()) use_language(language);
}

Exit parse_and_act(int argc, char** argv) {
  Options options;
  use_language(session_language());
  CLI::App app(tr("Ask and tell poised, the daemon that offers stretches and sit-stand changes."),
               "poisectl");
  app.set_help_flag("-h,--help", tr("Print this help message and exit"));
  build_command_tree(app, options);
  if (const auto unknown = unknown_command(app, argc, argv)) return complain(*unknown, Exit::usage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {  // --help, --version
    app.exit(wanted);
    return Exit::done;
  } catch (const CLI::ParseError& error) {
    const auto context = options.command.empty() ? std::string() : options.command + ": ";
    return complain(context + error.what(), Exit::usage);
  }
  if (options.action == nullptr) {
    std::cerr << app.help();
    return Exit::usage;
  }

  use_configured_language(options);
  Output output{std::cout, Look::of_stdout()};
  const auto exit = options.action(options, output);
  if (!std::cout.flush())
    return complain(options.command + ": output: cannot be written", Exit::failed);
  return exit;
}

}  // namespace

Exit done(const Options& options, Output& output, const std::string& sentence) {
  if (options.json)
    output.out << Json{{"done", options.command}}.dump() << '\n';
  else
    output.out << sentence << '\n';
  return Exit::done;
}

int run(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return static_cast<int>(parse_and_act(argc, argv));
  } catch (const FileFailure& failure) {
    std::cerr << printable(failure.what()) << '\n';
    return static_cast<int>(failure.exit());
  } catch (const Failure& failure) {
    return static_cast<int>(complain(failure.what(), failure.exit()));
  } catch (const std::exception& error) {
    return static_cast<int>(complain(error.what(), Exit::failed));
  }
}

}  // namespace poised::ctl
