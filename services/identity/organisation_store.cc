#include "services/identity/organisation_store.h"

#include "absl/time/time.h"
#include "pqxx/pqxx"

#include "services/identity/errors.h"
#include "services/identity/queries.h"

namespace qingqu::identity {
namespace {

absl::Time ClosedIn(const pqxx::row& row) {
  const auto micros = row["closed_us"];
  return micros.is_null() ? absl::InfiniteFuture() : absl::FromUnixMicros(micros.as<int64_t>());
}

}  // namespace

std::string InstantText(absl::Time instant) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%E6S+00", instant, absl::UTCTimeZone());
}

absl::Time StoredInstant(absl::Time instant) {
  return absl::FromUnixMicros(absl::ToUnixMicros(instant));
}

absl::Status InsertAlliance(pqxx::transaction_base& tx, const Alliance& alliance) {
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertAlliance.name, alliance.alliance_id, alliance.display_name,
                       InstantText(alliance.created_at));
  if (inserted.affected_rows() == 0) return AllianceExists(alliance.alliance_id);
  return absl::OkStatus();
}

bool AllianceIsThere(pqxx::transaction_base& tx, const std::string& alliance_id) {
  return !tx.exec_prepared(queries::kFindAlliance.name, alliance_id).empty();
}

std::vector<Alliance> ListAlliances(pqxx::transaction_base& tx, const PageOf& page) {
  std::vector<Alliance> alliances;
  for (const auto& row :
       tx.exec_prepared(queries::kListAlliances.name, page.after, page.rows_max)) {
    alliances.push_back({.alliance_id = row["alliance_id"].as<std::string>(),
                         .display_name = row["display_name"].as<std::string>(),
                         .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
                         .version = row["version"].as<int64_t>()});
  }
  return alliances;
}

absl::Status InsertInstitution(pqxx::transaction_base& tx, const Institution& institution) {
  if (!AllianceIsThere(tx, institution.alliance_id))
    return AllianceNotFound(institution.alliance_id);
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertInstitution.name, institution.institution_id, institution.alliance_id,
      institution.display_name, institution.lead, InstantText(institution.created_at));
  if (inserted.affected_rows() > 0) return absl::OkStatus();
  if (FindAllianceOfInstitution(tx, institution.institution_id).has_value()) {
    return InstitutionExists(institution.institution_id);
  }
  return LeadExists(institution.alliance_id);
}

std::vector<Institution> ListInstitutions(pqxx::transaction_base& tx, const PageOf& page,
                                          const std::string& alliance_id) {
  std::vector<Institution> institutions;
  for (const auto& row :
       tx.exec_prepared(queries::kListInstitutions.name, page.after, page.rows_max, alliance_id)) {
    institutions.push_back({.institution_id = row["institution_id"].as<std::string>(),
                            .alliance_id = row["alliance_id"].as<std::string>(),
                            .display_name = row["display_name"].as<std::string>(),
                            .lead = row["lead"].as<bool>(),
                            .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
                            .closed_at = ClosedIn(row),
                            .version = row["version"].as<int64_t>()});
  }
  return institutions;
}

std::optional<std::string> FindAllianceOfInstitution(pqxx::transaction_base& tx,
                                                     const std::string& institution_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindInstitution.name, institution_id);
  if (rows.empty()) return std::nullopt;
  return rows[0]["alliance_id"].as<std::string>();
}

absl::Status InsertDepartment(pqxx::transaction_base& tx, const Department& department) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertDepartment.name, department.department_id, department.institution_id,
      department.alliance_id, department.display_name, InstantText(department.created_at));
  if (inserted.affected_rows() == 0) return DepartmentExists(department.department_id);
  return absl::OkStatus();
}

std::vector<Department> ListDepartments(pqxx::transaction_base& tx, const PageOf& page,
                                        const std::string& institution_id) {
  std::vector<Department> departments;
  for (const auto& row : tx.exec_prepared(queries::kListDepartments.name, page.after, page.rows_max,
                                          institution_id)) {
    departments.push_back({.department_id = row["department_id"].as<std::string>(),
                           .institution_id = row["institution_id"].as<std::string>(),
                           .alliance_id = row["alliance_id"].as<std::string>(),
                           .display_name = row["display_name"].as<std::string>(),
                           .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
                           .closed_at = ClosedIn(row),
                           .version = row["version"].as<int64_t>()});
  }
  return departments;
}

}  // namespace qingqu::identity
