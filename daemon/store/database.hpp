// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

// SQLite with owners instead of handles: nothing but what the history needs of it.
namespace poised::store {

/// "history: FILE: reason". `damaged`: the file itself is no sound database any more.
class DatabaseError : public std::runtime_error {
 public:
  DatabaseError(const std::string& line, bool damaged)
      : std::runtime_error(line), damaged_(damaged) {}
  bool damaged() const noexcept { return damaged_; }

 private:
  bool damaged_;
};

class Statement;

/// One connection, used by one thread. Every function may throw DatabaseError.
class Database {
 public:
  enum class Access : std::uint8_t {
    read,      ///< changes nothing, not even beside the file
    write,     ///< the file must exist
    create,    ///< … or is made
    immutable  ///< read, of a file that nobody writes to: takes no lock
  };
  /// Waits up to 5 s for whoever holds a lock. ":memory:" is no file.
  Database(const std::filesystem::path& file, Access access);

  void run(const std::string& sql);
  Statement prepare(std::string_view sql);
  /// The first column of the only row.
  std::int64_t number(std::string_view sql);
  std::string text(std::string_view sql);
  /// Rows that the last statement inserted, changed or deleted.
  std::int64_t changes() const;

  const std::filesystem::path& file() const { return file_; }

 private:
  friend class Statement;
  void check(int code) const;

  struct Close {
    void operator()(sqlite3* connection) const;
  };
  std::filesystem::path file_;
  std::unique_ptr<sqlite3, Close> connection_;
};

/// A prepared statement. Parameters are bound in order; step() runs it to its next row.
class Statement {
 public:
  Statement& bind(std::int64_t value);
  Statement& bind(std::string_view value);
  Statement& bind(const std::optional<std::int64_t>& value);

  /// False at the end.
  bool step();
  /// Runs it to its end and makes it ready to be bound again.
  void run();

  std::int64_t number(int column) const;
  bool is_null(int column) const;
  std::string text(int column) const;

 private:
  friend class Database;
  Statement(Database& database, std::string_view sql);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int bound_ = 0;
};

/// Undone when it goes out of scope, unless committed. Takes the write lock at once.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace poised::store
