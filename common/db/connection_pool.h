#pragma once

#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "pqxx/connection"

#include "common/db/query.h"

namespace qingqu::db {

// What a session's settings say of its caller, in the order in which transaction.cc names them.
using CallerSettings = std::array<std::string, 10>;

// A connection and what is known of its session.
struct Connection {
  std::unique_ptr<pqxx::connection> session;
  // What EnterScope wrote last: the next call writes what differs. Nothing is known of a new
  // session.
  std::optional<CallerSettings> entered_scope;
};

// A fixed number of connections to PostgreSQL, opened when first needed, each with the service's
// statements prepared. A broken connection is thrown away and never used again. Thread-safe.
class ConnectionPool {
 public:
  struct Options {
    // libpq connection string. The pool appends its timeouts.
    std::string conninfo;
    int connections_max = 4;
    std::vector<const Query*> queries;
  };

  // Exclusive use of one connection; goes back to the pool at destruction.
  class Lease {
   public:
    Lease(ConnectionPool* pool, std::unique_ptr<Connection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease();
    Connection& connection() { return *connection_; }
    // Closes the connection instead of returning it.
    void Discard();

   private:
    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  explicit ConnectionPool(Options options);
  ConnectionPool(const ConnectionPool&) = delete;
  ConnectionPool& operator=(const ConnectionPool&) = delete;

  // Waits for a free connection until `deadline` (system clock). DEADLINE_EXCEEDED when none was
  // free, UNAVAILABLE DATABASE_UNAVAILABLE when PostgreSQL cannot be reached. Of several that are
  // free it is one whose session knows `caller` already, or else the one that rested longest, so
  // that those who come often find theirs as they left it.
  absl::StatusOr<Lease> Acquire(absl::Time deadline, const CallerSettings* caller = nullptr);

  const std::string& conninfo() const { return options_.conninfo; }

 private:
  std::unique_ptr<Connection> TakeIdle(const CallerSettings* caller);
  void Return(std::unique_ptr<Connection> connection);
  absl::StatusOr<std::unique_ptr<Connection>> Open() const;

  Options options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  // Guarded by mutex_; the one that rested longest comes first.
  std::vector<std::unique_ptr<Connection>> idle_;
  int open_count_ = 0;  // guarded by mutex_; leased and idle together
};

// Asks PostgreSQL to end the statement that runs on a connection, from another thread than the one
// that runs it; its transaction then fails with DEADLINE_EXCEEDED. Changes nothing when none runs.
absl::Status CancelStatement(pqxx::connection_base& session);

}  // namespace qingqu::db
