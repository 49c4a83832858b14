#include "services/identity/organisation_change_store.h"

#include "pqxx/pqxx"

#include "services/identity/errors.h"
#include "services/identity/organisation_errors.h"
#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"

namespace qingqu::identity {
namespace {

absl::Time InstantIn(const pqxx::field& micros) {
  return micros.is_null() ? absl::InfiniteFuture() : absl::FromUnixMicros(micros.as<int64_t>());
}

std::vector<std::string> NamesIn(const pqxx::result& rows) {
  std::vector<std::string> names;
  for (const auto& row : rows) names.push_back(row["name"].as<std::string>());
  return names;
}

bool IsClosed(const pqxx::result& rows) { return !rows.empty() && rows[0]["closed"].as<bool>(); }

}  // namespace

std::optional<Alliance> LockAlliance(pqxx::transaction_base& tx, const std::string& alliance_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kLockAlliance.name, alliance_id);
  if (rows.empty()) return std::nullopt;
  return Alliance{.alliance_id = alliance_id,
                  .display_name = rows[0]["display_name"].as<std::string>(),
                  .created_at = InstantIn(rows[0]["created_us"]),
                  .version = rows[0]["version"].as<int64_t>()};
}

std::optional<Institution> LockInstitution(pqxx::transaction_base& tx,
                                           const std::string& institution_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kLockInstitution.name, institution_id);
  if (rows.empty()) return std::nullopt;
  return Institution{.institution_id = institution_id,
                     .alliance_id = rows[0]["alliance_id"].as<std::string>(),
                     .display_name = rows[0]["display_name"].as<std::string>(),
                     .lead = rows[0]["lead"].as<bool>(),
                     .created_at = InstantIn(rows[0]["created_us"]),
                     .closed_at = InstantIn(rows[0]["closed_us"]),
                     .version = rows[0]["version"].as<int64_t>()};
}

std::optional<Department> LockDepartment(pqxx::transaction_base& tx,
                                         const std::string& department_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kLockDepartment.name, department_id);
  if (rows.empty()) return std::nullopt;
  return Department{.department_id = department_id,
                    .institution_id = rows[0]["institution_id"].as<std::string>(),
                    .alliance_id = rows[0]["alliance_id"].as<std::string>(),
                    .display_name = rows[0]["display_name"].as<std::string>(),
                    .created_at = InstantIn(rows[0]["created_us"]),
                    .closed_at = InstantIn(rows[0]["closed_us"]),
                    .version = rows[0]["version"].as<int64_t>()};
}

void Rename(pqxx::transaction_base& tx, const std::string& display_name, Alliance& alliance) {
  tx.exec_prepared(queries::kRenameAlliance.name, alliance.alliance_id, display_name);
  alliance.display_name = display_name;
  ++alliance.version;
}

void Rename(pqxx::transaction_base& tx, const std::string& display_name, Institution& institution) {
  tx.exec_prepared(queries::kRenameInstitution.name, institution.institution_id, display_name);
  institution.display_name = display_name;
  ++institution.version;
}

void Rename(pqxx::transaction_base& tx, const std::string& display_name, Department& department) {
  tx.exec_prepared(queries::kRenameDepartment.name, department.department_id, display_name);
  department.display_name = display_name;
  ++department.version;
}

void Close(pqxx::transaction_base& tx, absl::Time now, Institution& institution) {
  tx.exec_prepared(queries::kCloseInstitution.name, institution.institution_id, InstantText(now));
  institution.closed_at = now;
  ++institution.version;
}

void Close(pqxx::transaction_base& tx, absl::Time now, Department& department) {
  tx.exec_prepared(queries::kCloseDepartment.name, department.department_id, InstantText(now));
  department.closed_at = now;
  ++department.version;
}

void SetLead(pqxx::transaction_base& tx, bool lead, Institution& institution) {
  tx.exec_prepared(queries::kSetLead.name, institution.institution_id, lead);
  institution.lead = lead;
  ++institution.version;
}

void Touch(pqxx::transaction_base& tx, Alliance& alliance) {
  tx.exec_prepared(queries::kTouchAlliance.name, alliance.alliance_id);
  ++alliance.version;
}

std::string FindLead(pqxx::transaction_base& tx, const std::string& alliance_id) {
  return tx.exec_prepared(queries::kFindLead.name, alliance_id)[0]["institution_id"]
      .as<std::string>();
}

std::vector<std::string> OpenIn(pqxx::transaction_base& tx, const Institution& institution,
                                const OpenOptions& options) {
  return NamesIn(tx.exec_prepared(queries::kListOpenInInstitution.name, institution.institution_id,
                                  InstantText(options.now), options.names_max));
}

std::vector<std::string> OpenIn(pqxx::transaction_base& tx, const Department& department,
                                const OpenOptions& options) {
  return NamesIn(tx.exec_prepared(queries::kListOpenInDepartment.name, department.department_id,
                                  InstantText(options.now), options.names_max));
}

absl::Status HoldOpen(pqxx::transaction_base& tx, const std::string& institution_id,
                      const std::string& department_id) {
  if (IsClosed(tx.exec_prepared(queries::kHoldInstitution.name, institution_id))) {
    return UnitClosed("institutions/" + institution_id);
  }
  if (!department_id.empty() &&
      IsClosed(tx.exec_prepared(queries::kHoldDepartment.name, department_id))) {
    return UnitClosed("departments/" + department_id);
  }
  return absl::OkStatus();
}

}  // namespace qingqu::identity
