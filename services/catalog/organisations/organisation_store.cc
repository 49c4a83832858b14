#include "services/catalog/organisations/organisation_store.h"

#include <sstream>

#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/organisations/organisation_errors.h"
#include "services/catalog/organisations/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

namespace queries = organisation_queries;

std::vector<OrganisationKind> KindsIn(const std::string& text) {
  std::vector<OrganisationKind> kinds;
  std::istringstream words(text);
  for (std::string word; words >> word;) kinds.push_back(OrganisationKindFromName(word));
  return kinds;
}

Organisation ReadOrganisation(const pqxx::row& row) {
  const auto text = [&](const char* column) { return row[column].as<std::string>(""); };
  return {
      .id = text("organisation_id"),
      .kinds = KindsIn(text("kinds")),
      .credit_code = text("credit_code"),
      .country = text("country"),
      .profile = {.display_name = text("display_name"),
                  .address = text("address"),
                  .phone = text("phone"),
                  .legal_representative = text("legal_representative"),
                  .contacts = ContactsFromJson(text("contacts"))},
      .admitted = row["admitted"].as<bool>(),
      .standing = StandingFromName(text("standing")),
      .standing_reason = text("standing_reason"),
      .reinstatement_proposer = {.user_id = text("reinstatement_proposer_id"),
                                 .on_behalf_of = text("reinstatement_proposer_for_id")},
      .reinstater = {.user_id = text("reinstater_id"), .on_behalf_of = text("reinstater_for_id")},
      .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
      .updated_at = absl::FromUnixMicros(row["updated_us"].as<int64_t>()),
      .version = row["version"].as<int64_t>()};
}

std::vector<Organisation> ReadAll(const pqxx::result& rows) {
  std::vector<Organisation> organisations;
  for (const auto& row : rows) organisations.push_back(ReadOrganisation(row));
  return organisations;
}

absl::StatusOr<Organisation> ReadOne(const pqxx::result& rows, const std::string& id) {
  if (rows.empty()) return OrganisationNotFound(OrganisationName(id));
  return ReadOrganisation(rows[0]);
}

}  // namespace

std::string ContactsToJson(const std::vector<Contact>& contacts) {
  nlohmann::json json = nlohmann::json::array();
  for (const Contact& contact : contacts) {
    json.push_back(
        {{"display_name", contact.display_name}, {"phone", contact.phone}, {"duty", contact.duty}});
  }
  return json.dump();
}

std::vector<Contact> ContactsFromJson(const std::string& json) {
  std::vector<Contact> contacts;
  for (const auto& contact : nlohmann::json::parse(json)) {
    contacts.push_back({.display_name = contact.value("display_name", ""),
                        .phone = contact.value("phone", ""),
                        .duty = contact.value("duty", "")});
  }
  return contacts;
}

absl::Status InsertOrganisation(pqxx::transaction_base& tx, const Organisation& organisation) {
  db::ArrayBuilder kinds;
  for (const OrganisationKind kind : organisation.kinds) kinds.AddText(OrganisationKindName(kind));
  const Profile& profile = organisation.profile;
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertOrganisation.name, organisation.id, profile.display_name,
                       kinds.Build(), organisation.credit_code, organisation.country,
                       profile.address, profile.phone, profile.legal_representative,
                       ContactsToJson(profile.contacts), TimestampText(organisation.created_at));
  if (inserted.affected_rows() == 0) return OrganisationExists(OrganisationName(organisation.id));
  return absl::OkStatus();
}

std::vector<Organisation> GetOrganisations(pqxx::transaction_base& tx,
                                           const std::vector<std::string>& ids) {
  return ReadAll(tx.exec_prepared(queries::kGetOrganisations.name, db::TextArray(ids)));
}

absl::StatusOr<Organisation> GetOrganisation(pqxx::transaction_base& tx, const std::string& id) {
  return ReadOne(tx.exec_prepared(queries::kGetOrganisations.name, db::TextArray({id})), id);
}

absl::StatusOr<Organisation> LockOrganisation(pqxx::transaction_base& tx, const std::string& id) {
  return ReadOne(tx.exec_prepared(queries::kLockOrganisation.name, id), id);
}

std::vector<Organisation> ListOrganisations(pqxx::transaction_base& tx,
                                            const OrganisationListOptions& options) {
  return ReadAll(tx.exec_prepared(queries::kListOrganisations.name, options.after_id, options.kind,
                                  options.state, options.limit));
}

void UpdateStanding(pqxx::transaction_base& tx, const Organisation& organisation) {
  tx.exec_prepared(queries::kUpdateOrganisationStanding.name, organisation.id,
                   std::string(StandingName(organisation.standing)), organisation.standing_reason,
                   organisation.reinstatement_proposer.user_id,
                   organisation.reinstatement_proposer.on_behalf_of,
                   organisation.reinstater.user_id, organisation.reinstater.on_behalf_of,
                   TimestampText(organisation.updated_at));
}

void TakeOnProfile(pqxx::transaction_base& tx, const std::string& qualification_id,
                   absl::Time now) {
  tx.exec_prepared(queries::kTakeOnProfile.name, qualification_id, TimestampText(now));
}

void BecomeManufacturer(pqxx::transaction_base& tx, const std::string& organisation_id,
                        absl::Time now) {
  tx.exec_prepared(queries::kBecomeManufacturer.name, organisation_id, TimestampText(now));
}

}  // namespace qingqu::catalog
