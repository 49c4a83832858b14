#include "services/catalog/row_values.h"

#include "absl/status/statusor.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/base/strings.h"

namespace qingqu::catalog {

Approval ReadApproval(const pqxx::row& row) {
  return {.state = ApprovalStateFromName(row["state"].as<std::string>()),
          .proposer_id = row["proposer_id"].as<std::string>(),
          .approver_id = row["approver_id"].as<std::string>(""),
          .reinstatement_proposer_id = row["reinstatement_proposer_id"].as<std::string>(""),
          .reinstater_id = row["reinstater_id"].as<std::string>(""),
          .proposer_for_id = row["proposer_for_id"].as<std::string>(""),
          .reinstatement_proposer_for_id = row["reinstatement_proposer_for_id"].as<std::string>(""),
          .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
          .updated_at = absl::FromUnixMicros(row["updated_us"].as<int64_t>()),
          .version = row["version"].as<int64_t>()};
}

CivilDate ReadDate(const pqxx::field& field) {
  const absl::StatusOr<CivilDate> date = CivilDate::Parse(field.as<std::string>());
  QINGQU_CHECK(date.ok());
  return *date;
}

std::optional<CivilDate> ReadOptionalDate(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return ReadDate(field);
}

std::string TimestampText(absl::Time time) {
  return absl::FormatTime("%E4Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

}  // namespace qingqu::catalog
