#pragma once

#include <exception>
#include <string_view>

#include "absl/status/status.h"

namespace qingqu::db {

// What to do after a database failure.
enum class Failure {
  kFinal,      // the same again would fail the same
  kRetryable,  // serialization failure, deadlock: the same again may succeed
  kBroken,     // the connection is lost before commit: nothing was changed
  kInDoubt,    // the connection was lost during commit
};

struct DatabaseError {
  absl::Status status;
  Failure failure = Failure::kFinal;
};

// The one place where SQLSTATE codes become statuses (PostgreSQL 15, appendix A).
DatabaseError StatusFromSqlstate(std::string_view sqlstate, std::string_view message);

// The one place where libpqxx's exceptions become statuses.
DatabaseError StatusFromException(const std::exception& failure);

}  // namespace qingqu::db
