#include "services/catalog/registrations/registration_store.h"

#include "pqxx/pqxx"

#include "common/base/check.h"
#include "services/catalog/queries.h"
#include "services/catalog/registrations/registration_errors.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

std::string DateText(const std::optional<CivilDate>& date) { return date ? date->ToString() : ""; }

RegistrationContent ReadContent(const pqxx::row& row) {
  return {.product_name = row["product_name"].as<std::string>(),
          .registrant = row["registrant"].as<std::string>(),
          .organisation_id = row["organisation_id"].as<std::string>(""),
          .valid_from = ReadOptionalDate(row["valid_from"]),
          .expire_date = ReadOptionalDate(row["expire_date"]),
          .replaced_by = row["replaced_by"].as<std::string>("")};
}

RegistrationOrigin ReadOrigin(const std::string& name) {
  for (const RegistrationOrigin origin :
       {RegistrationOrigin::kImported, RegistrationOrigin::kSpecialRegion}) {
    if (RegistrationOriginName(origin) == name) return origin;
  }
  return RegistrationOrigin::kDomestic;
}

RegistrationNumber ReadNumber(const pqxx::row& row) {
  return {.text = row["registration_number"].as<std::string>(),
          .device_class = static_cast<DeviceClass>(row["device_class"].as<int>()),
          .origin = ReadOrigin(row["origin"].as<std::string>()),
          .is_filing = row["filing"].as<bool>()};
}

Registration ReadRegistration(const pqxx::row& row) {
  return {.number = ReadNumber(row),
          .content = ReadContent(row),
          .state = RegistrationStateFromName(row["state"].as<std::string>()),
          .state_reason = row["state_reason"].as<std::string>(""),
          .state_date = ReadOptionalDate(row["state_date"]),
          .as_told = row["as_told"].as<bool>(),
          .event = row["event"].as<std::string>(),
          .effective_date = ReadOptionalDate(row["effective_date"]),
          .reason = row["reason"].as<std::string>(),
          .proposer = {.user_id = row["proposer_id"].as<std::string>(),
                       .on_behalf_of = row["proposer_for_id"].as<std::string>("")},
          .approver = {.user_id = row["approver_id"].as<std::string>(""),
                       .on_behalf_of = row["approver_for_id"].as<std::string>("")},
          .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
          .updated_at = absl::FromUnixMicros(row["updated_us"].as<int64_t>()),
          .version = row["version"].as<int64_t>()};
}

RegistrationChange ReadChange(const pqxx::row& row) {
  return {.id = row["change_id"].as<std::string>(),
          .content = ReadContent(row),
          .resumes = row["resumes"].as<bool>(),
          .effective_date = ReadOptionalDate(row["effective_date"]),
          .reason = row["reason"].as<std::string>(),
          .proposer = {.user_id = row["proposer_id"].as<std::string>(),
                       .on_behalf_of = row["proposer_for_id"].as<std::string>("")},
          .proposed_at = absl::FromUnixMicros(row["proposed_us"].as<int64_t>()),
          .open = row["open"].as<bool>()};
}

absl::StatusOr<Registration> ReadOne(const pqxx::result& rows, std::string_view number) {
  if (rows.empty()) return RegistrationNotFound(RegistrationName(number));
  return ReadRegistration(rows[0]);
}

std::optional<RegistrationChange> ReadOptionalChange(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return ReadChange(rows[0]);
}

std::vector<Registration> ReadAll(const pqxx::result& rows) {
  std::vector<Registration> registrations;
  for (const auto& row : rows) registrations.push_back(ReadRegistration(row));
  return registrations;
}

}  // namespace

bool InsertRegistration(pqxx::transaction_base& tx, const Registration& registration) {
  const RegistrationContent& content = registration.content;
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertRegistration.name, registration.number.text,
      static_cast<int>(registration.number.device_class),
      std::string(RegistrationOriginName(registration.number.origin)), content.product_name,
      content.registrant, content.organisation_id, DateText(content.valid_from),
      DateText(content.expire_date), content.replaced_by,
      std::string(RegistrationStateName(registration.state)), registration.as_told,
      registration.event, DateText(registration.effective_date), registration.reason,
      registration.proposer.user_id, registration.proposer.on_behalf_of,
      TimestampText(registration.created_at), registration.approver.user_id,
      registration.approver.on_behalf_of);
  return inserted.affected_rows() == 1;
}

absl::StatusOr<Registration> GetRegistration(pqxx::transaction_base& tx, std::string_view number) {
  return ReadOne(tx.exec_prepared(queries::kGetRegistration.name, std::string(number)), number);
}

absl::StatusOr<Registration> LockRegistration(pqxx::transaction_base& tx, std::string_view number) {
  return ReadOne(tx.exec_prepared(queries::kLockRegistration.name, std::string(number)), number);
}

absl::StatusOr<Registration> GetRegistrationAsOf(pqxx::transaction_base& tx,
                                                 std::string_view number, absl::Time instant) {
  return ReadOne(tx.exec_prepared(queries::kGetRegistrationAsOf.name, std::string(number),
                                  TimestampText(instant)),
                 number);
}

void UpdateRegistration(pqxx::transaction_base& tx, const Registration& registration) {
  const RegistrationContent& content = registration.content;
  tx.exec_prepared(queries::kUpdateRegistration.name, registration.number.text,
                   content.product_name, content.registrant, content.organisation_id,
                   DateText(content.valid_from), DateText(content.expire_date), content.replaced_by,
                   std::string(RegistrationStateName(registration.state)),
                   registration.state_reason, DateText(registration.state_date),
                   registration.as_told, registration.event, DateText(registration.effective_date),
                   registration.reason, registration.proposer.user_id,
                   registration.proposer.on_behalf_of, registration.approver.user_id,
                   registration.approver.on_behalf_of, TimestampText(registration.updated_at),
                   registration.version);
}

std::vector<Registration> ListRegistrations(pqxx::transaction_base& tx,
                                            const RegistrationListOptions& options) {
  const std::string state(options.state ? RegistrationStateName(*options.state) : "");
  return ReadAll(tx.exec_prepared(queries::kListRegistrations.name, options.after_number, state,
                                  DateText(options.expire_by), options.limit));
}

std::vector<Registration> ListRegistrationVersions(pqxx::transaction_base& tx,
                                                   std::string_view number, int64_t before_version,
                                                   int limit) {
  return ReadAll(tx.exec_prepared(queries::kListRegistrationVersions.name, std::string(number),
                                  before_version, limit));
}

bool InsertRegistrationChange(pqxx::transaction_base& tx, std::string_view number,
                              const RegistrationChange& change) {
  const RegistrationContent& content = change.content;
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertRegistrationChange.name, change.id, std::string(number),
                       content.product_name, content.registrant, content.organisation_id,
                       DateText(content.valid_from), DateText(content.expire_date),
                       content.replaced_by, change.resumes, DateText(change.effective_date),
                       change.reason, change.proposer.user_id, TimestampText(change.proposed_at));
  return inserted.affected_rows() == 1;
}

std::optional<RegistrationChange> FindOpenRegistrationChange(pqxx::transaction_base& tx,
                                                             std::string_view number) {
  return ReadOptionalChange(
      tx.exec_prepared(queries::kFindOpenRegistrationChange.name, std::string(number)));
}

std::optional<RegistrationChange> GetRegistrationChange(pqxx::transaction_base& tx,
                                                        std::string_view number,
                                                        std::string_view change_id) {
  return ReadOptionalChange(tx.exec_prepared(queries::kGetRegistrationChange.name,
                                             std::string(number), std::string(change_id)));
}

void DecideRegistrationChange(pqxx::transaction_base& tx, std::string_view change_id,
                              const RegistrationDecision& decision) {
  const pqxx::result decided =
      tx.exec_prepared(queries::kDecideRegistrationChange.name, std::string(change_id),
                       std::string(decision.approved ? "approved" : "rejected"),
                       decision.decider_id, TimestampText(decision.decided_at), decision.reason);
  QINGQU_CHECK(decided.affected_rows() == 1);
}

}  // namespace qingqu::catalog
