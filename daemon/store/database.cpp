// SPDX-License-Identifier: MIT
#include "store/database.hpp"

#include <sqlite3.h>

#include <string>
#include <system_error>

namespace poised::store {
namespace {

constexpr int patience_ms = 5000;

int flags_of(Database::Access access) {
  switch (access) {
    case Database::Access::create:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case Database::Access::write:
      return SQLITE_OPEN_READWRITE;
    case Database::Access::read:
    case Database::Access::immutable:
      break;
  }
  return SQLITE_OPEN_READONLY;
}

/// As a file: URI, for what only its parameters can say.
std::string uri_of(const std::filesystem::path& file, bool immutable) {
  if (file == ":memory:") return file.string();
  std::string uri = "file:";
  for (const char c : file.string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.';
    constexpr const char* digits = "0123456789ABCDEF";
    if (plain) {
      uri += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      uri += '%';
      uri += digits[byte >> 4U];
      uri += digits[byte & 15U];
    }
  }
  return immutable ? uri + "?immutable=1" : uri;
}

DatabaseError error_of(const std::filesystem::path& file, int code, sqlite3* connection) {
  const int kind = code & 0xFF;
  std::string reason = sqlite3_errstr(kind);
  // The message says more, where there is one of this very error.
  if (connection && sqlite3_errcode(connection) == kind) reason = sqlite3_errmsg(connection);
  const int system = connection ? sqlite3_system_errno(connection) : 0;
  if (system != 0 && (kind == SQLITE_CANTOPEN || kind == SQLITE_IOERR))
    reason += " (" + std::generic_category().message(system) + ")";
  return {"history: " + file.string() + ": " + reason,
          kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB};
}

}  // namespace

void Database::Close::operator()(sqlite3* connection) const {
  sqlite3_close_v2(connection);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Database::Database(const std::filesystem::path& file, Access access) : file_(file) {
  sqlite3* connection = nullptr;
  const int code =
      sqlite3_open_v2(uri_of(file, access == Access::immutable).c_str(), &connection,
                      flags_of(access) | SQLITE_OPEN_URI | SQLITE_OPEN_NOFOLLOW |
                          SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE,
                      nullptr);
  connection_.reset(connection);
  check(code);
  check(sqlite3_busy_timeout(connection, patience_ms));
  check(sqlite3_db_config(connection, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr));
  check(sqlite3_db_config(connection, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr));
}

void Database::check(int code) const {
  if (code != SQLITE_OK && code != SQLITE_ROW && code != SQLITE_DONE)
    throw error_of(file_, code, connection_.get());
}

void Database::run(const std::string& sql) {
  check(sqlite3_exec(connection_.get(), sql.c_str(), nullptr, nullptr, nullptr));
}

Statement Database::prepare(std::string_view sql) {
  return {*this, sql};
}

std::int64_t Database::number(std::string_view sql) {
  auto statement = prepare(sql);
  return statement.step() ? statement.number(0) : 0;
}

std::string Database::text(std::string_view sql) {
  auto statement = prepare(sql);
  return statement.step() ? statement.text(0) : std::string();
}

std::int64_t Database::changes() const {
  return sqlite3_changes64(connection_.get());
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database.connection_.get(), sql.data(),
                                      static_cast<int>(sql.size()), &statement, nullptr);
  statement_.reset(statement);
  database.check(code);
}

Statement& Statement::bind(std::int64_t value) {
  database_.check(sqlite3_bind_int64(statement_.get(), ++bound_, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  // Its own copy: SQLITE_TRANSIENT is an integer cast to a pointer, by SQLite's own definition.
  database_.check(sqlite3_bind_text64(statement_.get(), ++bound_, value.data(), value.size(),
                                      SQLITE_TRANSIENT,  // NOLINT(performance-no-int-to-ptr)
                                      SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind(const std::optional<std::int64_t>& value) {
  if (value) return bind(*value);
  database_.check(sqlite3_bind_null(statement_.get(), ++bound_));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  database_.check(code);
  return code == SQLITE_ROW;
}

void Statement::run() {
  while (step()) {
  }
  sqlite3_reset(statement_.get());
  bound_ = 0;
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::string Statement::text(int column) const {
  const auto* text = sqlite3_column_text(statement_.get(), column);
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return text ? std::string(reinterpret_cast<const char*>(text), size) : std::string();
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const DatabaseError&) {
    // SQLite has rolled it back already, or will when the connection closes.
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  open_ = false;
}

}  // namespace poised::store
