#include "common/db/sqlstate.h"

#include <string>

#include "pqxx/except"

#include "common/status/status.h"

namespace qingqu::db {
namespace {

DatabaseError Unavailable(std::string_view message, Failure failure) {
  return {WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "DATABASE_UNAVAILABLE",
                                   "the database cannot be reached at the moment; try again",
                                   {{"internal", std::string(message)}}),
                         absl::Seconds(1)),
          failure};
}

DatabaseError Internal(std::string_view sqlstate, std::string_view message) {
  return {MakeError(absl::StatusCode::kInternal, "DATABASE_ERROR", message,
                    {{"sqlstate", std::string(sqlstate)}}),
          Failure::kFinal};
}

}  // namespace

DatabaseError StatusFromSqlstate(std::string_view sqlstate, std::string_view message) {
  if (sqlstate == "40001" || sqlstate == "40P01") {
    return {MakeError(absl::StatusCode::kAborted, "CONCURRENT_CHANGE",
                      "others changed the same data at the same time; try again"),
            Failure::kRetryable};
  }
  if (sqlstate == "57014") {
    return {MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                      "the database did not answer in time; try again later"),
            Failure::kFinal};
  }
  if (sqlstate == "55P03") {
    return {WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "LOCK_TIMEOUT",
                                     "others hold the same data too long; try again"),
                           absl::Seconds(1)),
            Failure::kFinal};
  }
  const std::string_view error_class = sqlstate.substr(0, 2);
  if (error_class == "08" || sqlstate.substr(0, 3) == "57P") {
    return Unavailable(message, Failure::kBroken);
  }
  if (error_class == "53") return Unavailable(message, Failure::kFinal);
  return Internal(sqlstate, message);
}

DatabaseError StatusFromException(const std::exception& failure) {
  if (dynamic_cast<const pqxx::in_doubt_error*>(&failure) != nullptr ||
      dynamic_cast<const pqxx::statement_completion_unknown*>(&failure) != nullptr) {
    return {MakeError(
                absl::StatusCode::kUnknown, "COMMIT_IN_DOUBT",
                "the connection was lost during commit; repeat the call with the same request_id"),
            Failure::kInDoubt};
  }
  if (dynamic_cast<const pqxx::broken_connection*>(&failure) != nullptr) {
    return Unavailable(failure.what(), Failure::kBroken);
  }
  // In libpqxx 6 transaction_rollback and its children are not sql_error and carry no SQLSTATE.
  if (dynamic_cast<const pqxx::deadlock_detected*>(&failure) != nullptr) {
    return StatusFromSqlstate("40P01", failure.what());
  }
  if (dynamic_cast<const pqxx::transaction_rollback*>(&failure) != nullptr) {
    return StatusFromSqlstate("40001", failure.what());
  }
  if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&failure); sql != nullptr) {
    return StatusFromSqlstate(sql->sqlstate(), failure.what());
  }
  return Internal("", failure.what());
}

}  // namespace qingqu::db
