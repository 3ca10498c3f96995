// SPDX-License-Identifier: MIT
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace poised::ctl {

/// The completion script of `app` for bash, zsh or fish.
std::string completions(const CLI::App& app, const std::string& shell);

}  // namespace poised::ctl
