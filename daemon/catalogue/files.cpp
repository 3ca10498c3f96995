// SPDX-License-Identifier: MIT
#include <algorithm>
#include <array>
#include <cstddef>
#include <system_error>

#include "build_config.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/links.hpp"
#include "catalogue/read_entries.hpp"

namespace poised::catalogue {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> directories{"exercises", "programmes"};
// Room for far more than ten thousand exercises.
constexpr std::size_t max_bytes = std::size_t{32} << 20;

fs::path below(const fs::path& root, const fs::path& path) {
  return root.empty() ? path : root / path.relative_path();
}

// A prefix that holds only the files under trial is tried with the product's own catalogue.
fs::path product_directory(const config::Roots& roots) {
  const auto named = below(roots.system_root, roots.data_dir);
  std::error_code error;
  if (build::development && !fs::is_directory(named / directories[0], error))
    return build::data_dir;
  return named;
}

class Files {
 public:
  explicit Files(const config::Roots& roots) : product_(product_directory(roots)) {}

  void read_product() { read_below(product_); }

  void read_below(const fs::path& directory) {
    for (const auto* name : directories) {
      watch_.push_back(directory / name);
      read_directory(directory / name);
    }
  }

  void read_file(const fs::path& file) {
    const FileProblems problems{file, &problems_};
    const auto content = config::read_toml(file, max_bytes);
    if (!content) {
      problems.add({}, {}, "there is no such file");
    } else if (const auto* error = std::get_if<config::FileError>(&*content)) {
      problems_.push_back({config::Severity::error,
                           config::ProblemKind::file,
                           file,
                           error->at,
                           {},
                           error->reason + "; the file is left out"});
    } else {
      read_entries(std::get<config::Table>(*content),
                   {file.parent_path().parent_path() / "pictures", product_ / "pictures"}, problems,
                   entries_);
    }
  }

  LoadedCatalogue finish() && {
    auto out = link(std::move(entries_));
    problems_.insert(problems_.end(), out.problems.begin(), out.problems.end());
    out.problems = std::move(problems_);
    out.watch = std::move(watch_);
    return out;
  }

 private:
  void read_directory(const fs::path& directory) {
    std::error_code error;
    std::vector<fs::path> files;
    fs::directory_iterator it(directory, error);
    for (; !error && it != fs::directory_iterator(); it.increment(error)) {
      const auto name = it->path().filename().native();
      if (it->path().extension() == ".toml" && !name.starts_with('.')) files.push_back(it->path());
    }
    if (error == std::errc::no_such_file_or_directory) return;
    if (error)
      problems_.push_back({config::Severity::error,
                           config::ProblemKind::file,
                           directory,
                           {},
                           {},
                           "cannot be read: " + error.message()});
    std::ranges::sort(files, {}, [](const fs::path& file) { return file.native(); });
    for (const auto& file : files) read_file(file);
  }

  fs::path product_;
  std::vector<Read> entries_;
  std::vector<fs::path> watch_;
  std::vector<config::Problem> problems_;
};

}  // namespace

LoadedCatalogue load(const config::Roots& roots) {
  Files files(roots);
  files.read_product();
  files.read_below(below(roots.system_root, "/etc/poised"));
  files.read_below(below(roots.system_root, roots.config_home) / "poised");
  return std::move(files).finish();
}

LoadedCatalogue load_files(const std::vector<fs::path>& paths, const config::Roots& roots) {
  Files files(roots);
  files.read_product();
  for (const auto& path : paths) files.read_file(path);
  return std::move(files).finish();
}

bool is_catalogue_file(const fs::path& file) {
  const auto content = config::read_toml(file, max_bytes);
  if (!content) return false;
  const auto* table = std::get_if<config::Table>(&*content);
  if (table == nullptr) {
    const auto directory = file.parent_path().filename();
    return directory == directories[0] || directory == directories[1];
  }
  return std::ranges::any_of(table->entries, [](const config::Entry& entry) {
    return is_kind(entry.key) && std::holds_alternative<config::Array>(entry.value.data);
  });
}

}  // namespace poised::catalogue
