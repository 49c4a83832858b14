#include "services/catalog/organisations/qualification_store.h"

#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/base/business_day.h"
#include "common/db/array.h"
#include "common/status/status.h"
#include "services/catalog/organisations/organisation_errors.h"
#include "services/catalog/organisations/organisation_store.h"
#include "services/catalog/organisations/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

namespace queries = organisation_queries;

std::string ProfileToJson(const Profile& profile) {
  return nlohmann::json{{"display_name", profile.display_name},
                        {"address", profile.address},
                        {"phone", profile.phone},
                        {"legal_representative", profile.legal_representative},
                        {"contacts", nlohmann::json::parse(ContactsToJson(profile.contacts))}}
      .dump();
}

Profile ProfileFromJson(const std::string& text) {
  if (text.empty()) return {};
  const nlohmann::json json = nlohmann::json::parse(text);
  return {.display_name = json.value("display_name", ""),
          .address = json.value("address", ""),
          .phone = json.value("phone", ""),
          .legal_representative = json.value("legal_representative", ""),
          .contacts = ContactsFromJson(json.at("contacts").dump())};
}

std::vector<std::string> TextsIn(const std::string& json) {
  if (json.empty()) return {};
  return nlohmann::json::parse(json).get<std::vector<std::string>>();
}

std::optional<bool> OptionalBool(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return field.as<bool>();
}

std::string BoolText(std::optional<bool> value) {
  if (!value.has_value()) return "";
  return *value ? "true" : "false";
}

std::string DateText(std::optional<CivilDate> date) {
  return date.has_value() ? date->ToString() : "";
}

Qualification ReadQualification(const pqxx::row& row) {
  const auto text = [&](const char* column) { return row[column].as<std::string>(""); };
  std::optional<DeviceClass> device_class;
  if (!row["device_class"].is_null()) {
    device_class = static_cast<DeviceClass>(row["device_class"].as<int>());
  }
  return {.id = text("qualification_id"),
          .organisation_id = text("organisation_id"),
          .kind = QualificationKindFromName(text("kind")),
          .number = text("number"),
          .valid_from = ReadDate(row["valid_from"]),
          .expire_date = ReadOptionalDate(row["expire_date"]),
          .device_class = device_class,
          .reagents = OptionalBool(row["reagents"]),
          .cold_chain = OptionalBool(row["cold_chain"]),
          .profile = ProfileFromJson(text("profile")),
          .authorisation = {.giver_id = text("giver_id"),
                            .manufacturer_id = text("manufacturer_id"),
                            .exclusive = row["exclusive"].as<bool>(false),
                            .registration_numbers = TextsIn(text("registration_numbers")),
                            .item_ids = TextsIn(text("item_ids"))},
          .person_name = text("person_name"),
          .person_phone = text("person_phone"),
          .founding = row["founding"].as<bool>(),
          .renews_id = text("renews_id"),
          .state = QualificationStateFromName(text("state")),
          .reason = text("reason"),
          .superseded_from = ReadOptionalDate(row["superseded_from"]),
          .suspended_from = ReadOptionalDate(row["suspended_from"]),
          .submitter = {.user_id = text("submitter_id"), .on_behalf_of = text("submitter_for_id")},
          .equipment_reviewer = {.user_id = text("equipment_reviewer_id"),
                                 .on_behalf_of = text("equipment_reviewer_for_id")},
          .infection_control_reviewer = {.user_id = text("infection_control_reviewer_id"),
                                         .on_behalf_of = text("infection_control_reviewer_for_id")},
          .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
          .updated_at = absl::FromUnixMicros(row["updated_us"].as<int64_t>()),
          .version = row["version"].as<int64_t>()};
}

std::vector<Qualification> ReadAll(const pqxx::result& rows) {
  std::vector<Qualification> qualifications;
  for (const auto& row : rows) qualifications.push_back(ReadQualification(row));
  return qualifications;
}

absl::StatusOr<Qualification> ReadOne(const pqxx::result& rows, const std::string& id) {
  if (rows.empty()) return QualificationNotFound(QualificationName(id));
  return ReadQualification(rows[0]);
}

absl::Status CheckNames(pqxx::transaction_base& tx, const Authorisation& authorisation) {
  FieldViolations violations;
  for (const auto& row :
       tx.exec_prepared(queries::kFindUnknownNames.name,
                        db::TextArray({authorisation.giver_id, authorisation.manufacturer_id}),
                        db::TextArray(authorisation.item_ids))) {
    const auto kind = row["kind"].as<std::string>();
    violations.Add(
        kind == "item" ? "qualification.authorisation.items" : "qualification.authorisation",
        fmt::format("there is no {}s/{}", kind, row["id"].as<std::string>()));
  }
  return violations.ToStatus();
}

}  // namespace

absl::Status InsertQualification(pqxx::transaction_base& tx, const Qualification& qualification) {
  const bool is_authorisation = qualification.kind == QualificationKind::kAuthorisation;
  const Authorisation& authorisation = qualification.authorisation;
  if (is_authorisation) {
    const absl::Status known = CheckNames(tx, authorisation);
    if (!known.ok()) return known;
  }
  const bool is_profile = qualification.kind == QualificationKind::kBusinessLicence;
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertQualification.name, qualification.id, qualification.organisation_id,
      std::string(QualificationKindName(qualification.kind)), qualification.number,
      qualification.valid_from.ToString(), DateText(qualification.expire_date),
      qualification.device_class ? static_cast<int>(*qualification.device_class) : 0,
      BoolText(qualification.reagents), BoolText(qualification.cold_chain), authorisation.giver_id,
      authorisation.manufacturer_id,
      is_authorisation ? BoolText(authorisation.exclusive) : std::string(),
      qualification.person_name, qualification.person_phone,
      is_profile ? ProfileToJson(qualification.profile) : std::string(), qualification.renews_id,
      qualification.submitter.user_id, TimestampText(qualification.created_at));
  if (inserted.affected_rows() == 0) return QualificationSubmitted(qualification.number);
  if (is_authorisation) {
    tx.exec_prepared(
        queries::kInsertAuthorisationScopes.name, qualification.id, qualification.organisation_id,
        db::TextArray(authorisation.registration_numbers), db::TextArray(authorisation.item_ids));
  }
  return absl::OkStatus();
}

std::vector<Qualification> GetQualifications(pqxx::transaction_base& tx,
                                             const std::vector<std::string>& ids) {
  return ReadAll(tx.exec_prepared(queries::kGetQualifications.name, db::TextArray(ids)));
}

absl::StatusOr<Qualification> GetQualification(pqxx::transaction_base& tx, const std::string& id) {
  return ReadOne(tx.exec_prepared(queries::kGetQualifications.name, db::TextArray({id})), id);
}

absl::StatusOr<Qualification> LockQualification(pqxx::transaction_base& tx, const std::string& id) {
  return ReadOne(tx.exec_prepared(queries::kLockQualifications.name, db::TextArray({id})), id);
}

std::vector<Qualification> LockQualifications(pqxx::transaction_base& tx,
                                              const std::vector<std::string>& ids) {
  return ReadAll(tx.exec_prepared(queries::kLockQualifications.name, db::TextArray(ids)));
}

bool LeadsAlliance(pqxx::transaction_base& tx, const std::string& institution_id) {
  return tx.exec_prepared(queries::kLeadsAlliance.name, institution_id)[0]["leads"].as<bool>();
}

bool HasRenewal(pqxx::transaction_base& tx, const std::string& id) {
  return tx.exec_prepared(queries::kHasRenewal.name, id)[0]["found"].as<bool>();
}

std::vector<Qualification> ListQualifications(pqxx::transaction_base& tx,
                                              const QualificationListOptions& options) {
  return ReadAll(tx.exec_prepared(queries::kListQualifications.name, options.after_id,
                                  options.limit, options.organisation_id, options.kind,
                                  options.state, options.day.ToString()));
}

absl::Status UpdateQualification(pqxx::transaction_base& tx, const Qualification& qualification) {
  const bool is_approved = qualification.state == QualificationState::kApproved;
  if (is_approved && qualification.kind == QualificationKind::kAuthorisation) {
    const auto refusal =
        tx.exec_prepared(queries::kFindAuthorisationRefusal.name, qualification.id)[0]["reason"]
            .as<std::string>();
    if (!refusal.empty()) {
      return AuthorisationRefused(refusal, QualificationName(qualification.id));
    }
  }
  const auto& equipment = qualification.equipment_reviewer;
  const auto& infection_control = qualification.infection_control_reviewer;
  const std::string now = TimestampText(qualification.updated_at);
  tx.exec_prepared(queries::kUpdateQualification.name, qualification.id,
                   std::string(QualificationStateName(qualification.state)), qualification.reason,
                   DateText(qualification.suspended_from), equipment.user_id,
                   equipment.on_behalf_of, infection_control.user_id,
                   infection_control.on_behalf_of, now);
  if (!is_approved) return absl::OkStatus();
  tx.exec_prepared(queries::kSupersedeQualifications.name, qualification.id,
                   BusinessDay(qualification.updated_at).ToString(), now);
  if (qualification.kind == QualificationKind::kBusinessLicence) {
    TakeOnProfile(tx, qualification.id, qualification.updated_at);
  }
  if (qualification.kind == QualificationKind::kProductionLicence) {
    BecomeManufacturer(tx, qualification.organisation_id, qualification.updated_at);
  }
  return absl::OkStatus();
}

}  // namespace qingqu::catalog
