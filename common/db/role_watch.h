#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/role_table.h"
#include "common/base/background_loop.h"
#include "common/db/connection_pool.h"

namespace qingqu::db {

// Keeps a process's copy of the table of roles as the database has it: looks at its version at each
// interval and reads it again when that moved. While the database cannot be read, the copy stays as
// it is.
class RoleWatch {
 public:
  struct Options {
    std::string service;  // who asks: "catalog"
    absl::Duration interval = absl::Seconds(1);
  };

  // `pool` and `source` outlive the object.
  RoleWatch(ConnectionPool* pool, auth::RoleSource* source, Options options)
      : pool_(pool), source_(source), options_(std::move(options)) {}
  ~RoleWatch() { Stop(); }

  void Start();
  void Stop() { loop_.Stop(); }

  // One look. For Start's thread, for the start of a process, and for tests; not from two threads
  // at once.
  absl::Status Look();

 private:
  ConnectionPool* const pool_;
  auth::RoleSource* const source_;
  const Options options_;
  int64_t version_ = -1;  // of the copy
  BackgroundLoop loop_;
};

}  // namespace qingqu::db
