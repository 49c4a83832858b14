#include "common/rpc/doctor_level.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/strings.h"
#include "common/db/core_queries.h"
#include "common/db/transaction.h"
#include "common/privacy/pseudonym.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::rpc {
namespace {

constexpr int kPurposeMin = 5;
constexpr int kPurposeMax = 200;

}  // namespace

absl::Status CheckPurpose(const std::string& purpose) {
  const bool said = CodePointCount(TrimAsciiSpace(purpose)) >= kPurposeMin;
  const bool fits = said && CodePointCount(purpose) <= kPurposeMax;
  if (fits && !privacy::MentionsPerson(purpose)) return absl::OkStatus();
  FieldViolations violations;
  violations.Add("purpose", "must say in 5 to 200 characters why you ask, and name nobody");
  return violations.ToStatus(absl::StatusCode::kInvalidArgument, "PURPOSE_REQUIRED");
}

absl::Status CountDoctorLevel(db::ConnectionPool& pool, const CallContext& call, int weight,
                              const DoctorLevelLimits& limits) {
  // One statement, which commits by itself. To count twice when a connection is lost does no harm.
  QINGQU_ASSIGN_OR_RETURN(
      const int wait_seconds,
      db::RunTransaction(pool, call, db::TransactionOptions{.single_read = true},
                         [&](pqxx::transaction_base& tx) -> absl::StatusOr<int> {
                           return tx
                               .exec_prepared(db::kCountDoctorLevel.name, weight, limits.per_user,
                                              limits.per_institution)[0][0]
                               .as<int>();
                         }));
  if (wait_seconds == 0) return absl::OkStatus();
  return WithRetryDelay(
      MakeError(absl::StatusCode::kResourceExhausted, "DOCTOR_LEVEL_LIMIT",
                fmt::format("you or your institution asked too often for what tells of patients "
                            "and doctors; try again in {} seconds",
                            wait_seconds)),
      absl::Seconds(wait_seconds));
}

}  // namespace qingqu::rpc
