// SPDX-License-Identifier: MIT
#include "config/toml_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <sstream>
#include <system_error>

#include "config/text.hpp"

// The library's own assertions abort on hostile input ("[\x01]", "[[[1]]]") where going on is safe
// and ends in a parse error: marzer/tomlplusplus#301.
#define TOML_ASSERT(condition) static_cast<void>(0)
#include <toml++/toml.h>

namespace poised::config {
namespace {

// Refuses what must never reach the parser: toml++ 3.3 and 3.4 run into __builtin_unreachable on
// some characters outside ASCII wherever they look for white space (a lone "Η" in a line), so those
// are let through in strings and comments only. What is a string is told as the parser tells it, at
// least up to the first thing that it refuses; where the two might differ, it is refused here.
class CharacterCheck {
 public:
  explicit CharacterCheck(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) i_ = 3;
  }

  std::optional<FileError> run() {
    while (i_ < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[i_]);
      const std::size_t length = utf8_length_at(text_, i_);
      if (byte == 0) return refused("a NUL byte: this is not a text file");
      if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7F)
        return refused(fmt::format("a control character (0x{:02X})", byte));
      if (length == 0) return refused(fmt::format("not UTF-8 (byte 0x{:02X})", byte));
      if (length > 1 && context_ == Context::plain)
        return refused(fmt::format("'{}' outside of a string or comment (write keys in quotes)",
                                   text_.substr(i_, length)));
      std::size_t step = length;
      const char* reason =
          context_ == Context::plain ? plain(text_[i_], step) : within(text_[i_], step);
      if (reason != nullptr) return refused(reason);
      if (byte == '\n') {
        ++at_.line;
        at_.column = 1;
      } else {
        at_.column += length > 1 ? 1 : static_cast<std::uint32_t>(step);
      }
      i_ += step;
    }
    return std::nullopt;
  }

 private:
  enum class Context { plain, comment, basic, literal, long_basic, long_literal };
  enum class Level { lines, header, array, table };

  FileError refused(std::string reason) const { return {at_, std::move(reason)}; }

  bool follows_one_of(std::string_view allowed) const {
    return i_ == 0 || allowed.find(text_[i_ - 1]) != std::string_view::npos;
  }

  bool in_value() const { return assigned_ || levels_.back() == Level::array; }

  std::size_t run_of(char quote, std::size_t most) const {
    std::size_t n = 0;
    while (n < most && i_ + n < text_.size() && text_[i_ + n] == quote) ++n;
    return n;
  }

  // Outside of strings and comments. Returns what is wrong, or null. `step`: bytes to go on.
  const char* plain(char c, std::size_t& step) {
    const bool begins_line = begins_line_;
    if (c != ' ' && c != '\t' && c != '\r') begins_line_ = false;
    switch (c) {
      case '#':
        context_ = Context::comment;
        break;
      case '"':
      case '\'':
        // After a word the parser would take it for a part of the word; so with the brackets.
        if (!follows_one_of(in_value() ? " \t\r\n=[," : " \t\r\n[{,.\xBF"))
          return "a quote in the middle of a word";
        if (run_of(c, 3) == 3) {
          step = 3;
          context_ = c == '"' ? Context::long_basic : Context::long_literal;
        } else {
          context_ = c == '"' ? Context::basic : Context::literal;
        }
        break;
      case '=':
        if (in_value() || levels_.back() == Level::header) return "an '=' where none can be";
        assigned_ = true;
        break;
      case '[':
        if (levels_.back() == Level::header) break;
        if (levels_.size() == 1 && begins_line) {
          levels_.push_back(Level::header);
          break;
        }
        if (!follows_one_of(" \t\r\n=[,")) return "a bracket in the middle of a word";
        levels_.push_back(Level::array);
        break;
      case '{':
        if (!follows_one_of(" \t\r\n=[,")) return "a brace in the middle of a word";
        levels_.push_back(Level::table);
        assigned_ = false;
        break;
      case ']':
        if (levels_.back() == Level::array) levels_.pop_back();
        break;
      case '}':
        if (levels_.back() == Level::table) levels_.pop_back();
        assigned_ = true;
        break;
      case ',':
        if (levels_.back() == Level::table) assigned_ = false;
        break;
      case '\n':
        end_line();
        break;
      default:
        break;
    }
    return nullptr;
  }

  void end_line() {
    begins_line_ = true;
    if (levels_.back() == Level::header) levels_.pop_back();
    if (levels_.size() == 1) assigned_ = false;
  }

  // In a string or comment; as plain().
  const char* within(char c, std::size_t& step) {
    const bool is_long = context_ == Context::long_basic || context_ == Context::long_literal;
    const bool is_basic = context_ == Context::basic || context_ == Context::long_basic;
    if (c == '\n' && !is_long) {
      context_ = Context::plain;
      end_line();
    } else if (context_ != Context::comment && c == (is_basic ? '"' : '\'')) {
      // Up to two quotes may stand before the three that end a long string.
      step = is_long ? run_of(c, 5) : 1;
      if (!is_long || step >= 3) context_ = Context::plain;
    } else if (c == '\\' && is_basic) {
      // Here too the parser looks for white space: after a line's last backslash it may go on long.
      const std::size_t next = text_.find_first_not_of(" \t\r\n", i_ + 1);
      if (next != std::string_view::npos && static_cast<unsigned char>(text_[next]) > 0x7F)
        return "a character outside ASCII right after a backslash";
      if (next == i_ + 1 && (text_[next] == '"' || text_[next] == '\\')) step = 2;
    }
    return nullptr;
  }

  std::string_view text_;
  std::size_t i_ = 0;
  Position at_{1, 1};
  Context context_ = Context::plain;
  std::vector<Level> levels_{Level::lines};
  bool assigned_ = false;  ///< there was the '=' of this line, or of this entry of an inline table
  bool begins_line_ = true;
};

Position position(const toml::source_position& at) {
  return {at.line, at.column};
}

template <typename T>
std::string streamed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

Value convert(const toml::node& node);

Table convert_table(const toml::table& table) {
  Table result;
  result.entries.reserve(table.size());
  for (const auto& [key, node] : table)
    result.entries.push_back({std::string(key.str()), position(key.source().begin), convert(node)});
  std::ranges::stable_sort(result.entries, {}, &Entry::at);
  return result;
}

Value convert(const toml::node& node) {
  Value value;
  value.at = position(node.source().begin);
  value.end = position(node.source().end);
  switch (node.type()) {
    case toml::node_type::boolean:
      value.data = node.as_boolean()->get();
      break;
    case toml::node_type::integer:
      value.data = node.as_integer()->get();
      break;
    case toml::node_type::floating_point:
      value.data = node.as_floating_point()->get();
      break;
    case toml::node_type::string: {
      const std::string& text = node.as_string()->get();
      value.plain_string = value.at.line == value.end.line &&
                           value.end.column == value.at.column + count_characters(text) + 2;
      value.data = text;
      break;
    }
    case toml::node_type::date:
      value.data = DateTimeText{streamed(node.as_date()->get()), false};
      break;
    case toml::node_type::time:
      value.data = DateTimeText{streamed(node.as_time()->get()), true};
      break;
    case toml::node_type::date_time:
      value.data = DateTimeText{streamed(node.as_date_time()->get()), false};
      break;
    case toml::node_type::array: {
      Array items;
      items.reserve(node.as_array()->size());
      for (const auto& item : *node.as_array()) items.push_back(convert(item));
      value.data = std::move(items);
      break;
    }
    case toml::node_type::table:
      value.data = convert_table(*node.as_table());
      break;
    case toml::node_type::none:
      break;
  }
  return value;
}

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

FileError unreadable(int error) {
  return {{}, "cannot be read: " + std::generic_category().message(error)};
}

}  // namespace

bool Table::operator==(const Table& other) const {
  return entries == other.entries;
}

std::variant<Table, FileError> parse_toml(std::string_view text, std::size_t max_bytes) {
  if (text.size() > max_bytes)
    return FileError{
        {}, fmt::format("larger than {} KiB: no configuration needs that", max_bytes / 1024)};
  if (auto refused = CharacterCheck(text).run()) return *refused;
  try {
    return convert_table(toml::parse(text));
  } catch (const toml::parse_error& error) {
    return FileError{position(error.source().begin), one_line(error.description())};
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& error) {
    return FileError{{}, one_line(error.what())};
  }
}

std::optional<std::variant<Table, FileError>> read_toml(const std::filesystem::path& file,
                                                        std::size_t max_bytes) {
  const FileDescriptor descriptor{
      ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)};
  if (descriptor.get() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return unreadable(errno);
  }
  struct stat status {};
  if (::fstat(descriptor.get(), &status) != 0) return unreadable(errno);
  if (S_ISDIR(status.st_mode)) return FileError{{}, "is a directory, not a file"};
  if (!S_ISREG(status.st_mode)) return FileError{{}, "is not a regular file"};
  std::string text;
  // One byte more than it had tells a file that has grown since; one more than allowed, one that is
  // too large.
  text.resize(std::min(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)), max_bytes) +
              1);
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t n = ::read(descriptor.get(), text.data() + size, text.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unreadable(errno);
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  text.resize(size);
  return parse_toml(text, max_bytes);
}

std::string to_toml(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
          out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
        else
          out += c;
    }
  }
  out += '"';
  return out;
}

std::string to_toml(const Value& value) {
  struct Writer {
    std::string operator()(bool v) const { return v ? "true" : "false"; }
    std::string operator()(std::int64_t v) const { return std::to_string(v); }
    std::string operator()(double v) const {
      if (std::isnan(v)) return "nan";
      if (std::isinf(v)) return v < 0 ? "-inf" : "inf";
      std::string text = fmt::format("{}", v);
      if (text.find_first_of(".e") == std::string::npos) text += ".0";
      return text;
    }
    std::string operator()(const std::string& v) const { return to_toml(std::string_view(v)); }
    std::string operator()(const DateTimeText& v) const { return v.text; }
    std::string operator()(const Array& v) const {
      std::string out = "[";
      for (const auto& item : v) out += (out.size() > 1 ? ", " : "") + to_toml(item);
      return out + "]";
    }
    std::string operator()(const Table& v) const {
      std::string out = "{";
      for (const auto& [key, at, item] : v.entries)
        out += (out.size() > 1 ? ", " : " ") + toml_key(key) + " = " + to_toml(item);
      return out + (v.entries.empty() ? "}" : " }");
    }
  };
  return std::visit(Writer{}, value.data);
}

std::string_view kind_name(const Value& value) {
  struct Namer {
    std::string_view operator()(bool) const { return "a boolean"; }
    std::string_view operator()(std::int64_t) const { return "an integer"; }
    std::string_view operator()(double) const { return "a fraction"; }
    std::string_view operator()(const std::string&) const { return "a string"; }
    std::string_view operator()(const DateTimeText&) const { return "a date or time"; }
    std::string_view operator()(const Array&) const { return "a list"; }
    std::string_view operator()(const Table&) const { return "a table"; }
  };
  return std::visit(Namer{}, value.data);
}

}  // namespace poised::config
