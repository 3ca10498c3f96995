// SPDX-License-Identifier: MIT
#include "ctl/completions.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <string_view>
#include <vector>

#include "config/key_registry.hpp"
#include "ctl/commands.hpp"

namespace poised::ctl {
namespace {

struct Word {
  std::string name;
  std::string what;
  bool takes_value = false;
};

/// What can follow one command.
struct Node {
  std::string path;  ///< "", " config", " config show"
  std::vector<Word> commands;
  std::vector<Word> options;
  std::vector<std::string> values;  ///< of its argument
  bool files = false;               ///< its argument, or an option's, is a file
};

std::vector<std::string> argument_values(const std::string& name) {
  if (name == "BREAK") return {"stretch", "micro", "rest"};
  std::vector<std::string> keys;
  if (name == "KEY")
    for (const auto& spec : config::key_registry())
      if (spec.path.find('<') == std::string::npos) keys.push_back(spec.path);
  return keys;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Node>& nodes) {
  Node node{path, {}, {}, {}, false};
  const auto commands =
      app.get_subcommands([](const CLI::App* command) { return !command->get_group().empty(); });
  for (const auto* command : commands)
    node.commands.push_back({command->get_name(), command->get_description()});
  for (const auto* option : app.get_options()) {
    if (option->get_positional()) {
      node.values = argument_values(option->get_name());
      node.files |= option->get_name() == "FILE";
      continue;
    }
    node.files |= option->get_type_name() == "DIR";
    for (const auto& name : option->get_lnames())
      node.options.push_back(
          {"--" + name, option->get_description(), option->get_items_expected_max() > 0});
  }
  nodes.push_back(node);
  for (const auto* command : commands) collect(*command, path + " " + command->get_name(), nodes);
}

std::string joined(const std::vector<Word>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : " ") + word.name;
  return all;
}

std::string shell_quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  }
  return result + "'";
}

/// Every command after its parents, as the patterns of a shell's case.
std::string known_paths(const std::vector<Node>& nodes) {
  std::string patterns;
  for (const auto& node : nodes)
    if (!node.path.empty()) patterns += (patterns.empty() ? "" : "|") + shell_quoted(node.path);
  return patterns;
}

std::string bash(const std::vector<Node>& nodes) {
  std::string script = fmt::format(R"(# bash completion for poisectl
_poisectl() {{
  local cur=${{COMP_WORDS[COMP_CWORD]}} trail= words= i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$trail ${{COMP_WORDS[i]}}" in
      {}) trail+=" ${{COMP_WORDS[i]}}" ;;
    esac
  done
  case $trail in
)",
                                   known_paths(nodes));
  for (const auto& node : nodes) {
    auto words = joined(node.commands) + " " + joined(node.options);
    for (const auto& value : node.values) words += " " + value;
    script += fmt::format("    {}) words={}", shell_quoted(node.path), shell_quoted(words));
    if (node.files) script += "; compopt -o default";
    script += " ;;\n";
  }
  return script + R"(  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$cur")
}
complete -F _poisectl poisectl
)";
}

/// "name:what" entries of _describe.
std::string described(const std::vector<Word>& words) {
  std::string entries;
  for (const auto& word : words) entries += " " + shell_quoted(word.name + ":" + word.what);
  return entries;
}

std::string zsh(const std::vector<Node>& nodes) {
  std::string script = fmt::format(R"(#compdef poisectl
local trail= i
local -a below flags answers
for ((i = 2; i < CURRENT; i++)); do
  case "$trail ${{words[i]}}" in
    {}) trail+=" ${{words[i]}}" ;;
  esac
done
case $trail in
)",
                                   known_paths(nodes));
  for (const auto& node : nodes) {
    script += fmt::format("  {})\n", shell_quoted(node.path));
    if (!node.commands.empty())
      script += fmt::format("    below=({})\n", described(node.commands).substr(1));
    if (!node.options.empty())
      script += fmt::format("    flags=({})\n", described(node.options).substr(1));
    if (!node.values.empty()) {
      script += "    answers=(";
      for (const auto& value : node.values)
        script += (script.back() == '(' ? "" : " ") + shell_quoted(value);
      script += ")\n";
    }
    if (node.files) script += "    _files\n";
    script += "    ;;\n";
  }
  return script + R"(esac
[[ $PREFIX == -* ]] && _describe -o option flags
(($#below)) && _describe command below
(($#answers)) && compadd -a answers
return 0
)";
}

std::string fish(const std::vector<Node>& nodes) {
  std::string script = R"(# fish completion for poisectl
function __poisectl_at
    set -l trail
    for word in (commandline -opc)[2..-1]
        if contains -- "$trail $word" $__poisectl_paths
            set trail "$trail $word"
        end
    end
    test "$trail" = "$argv[1]"
end
set -g __poisectl_paths)";
  for (const auto& node : nodes)
    if (!node.path.empty()) script += " " + shell_quoted(node.path);
  script += "\ncomplete -c poisectl -f\n";
  for (const auto& node : nodes) {
    const auto at = fmt::format("complete -c poisectl -n {}",
                                shell_quoted("__poisectl_at " + shell_quoted(node.path)));
    for (const auto& command : node.commands)
      script += fmt::format("{} -a {} -d {}\n", at, command.name, shell_quoted(command.what));
    for (const auto& option : node.options)
      script += fmt::format("{} -l {}{} -d {}\n", at, option.name.substr(2),
                            option.takes_value ? " -r" : "", shell_quoted(option.what));
    for (const auto& value : node.values) script += fmt::format("{} -a {}\n", at, value);
    if (node.files) script += at + " -F\n";
  }
  return script;
}

}  // namespace

std::string completions(const CLI::App& app, const std::string& shell) {
  std::vector<Node> nodes;
  collect(app, "", nodes);
  if (shell == "bash") return bash(nodes);
  return shell == "zsh" ? zsh(nodes) : fish(nodes);
}

Exit print_completions(const Options& options, Output& output) {
  Options unused;
  CLI::App app("", "poisectl");
  build_command_tree(app, unused);
  output.out << completions(app, options.shell);
  return Exit::done;
}

}  // namespace poised::ctl
