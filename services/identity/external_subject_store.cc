#include "services/identity/external_subject_store.h"

#include "pqxx/pqxx"

#include "services/identity/external_token.h"
#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"

namespace qingqu::identity {

bool InsertExternalSubject(pqxx::transaction_base& tx, const ExternalSubject& subject,
                           const std::string& user_id, absl::Time now) {
  const pqxx::result inserted = tx.exec_prepared(queries::kLinkExternalSubject.name, subject.issuer,
                                                 subject.subject, user_id, InstantText(now));
  return inserted.affected_rows() == 1;
}

void RemoveExternalSubject(pqxx::transaction_base& tx, const ExternalSubject& subject) {
  tx.exec_prepared(queries::kUnlinkExternalSubject.name, subject.issuer, subject.subject);
}

std::string FindExternalSubject(pqxx::transaction_base& tx, const ExternalSubject& subject) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kFindExternalSubject.name, subject.issuer, subject.subject);
  return rows.empty() ? "" : rows[0]["user_id"].as<std::string>();
}

bool UseExternalToken(pqxx::transaction_base& tx, const std::string& token_hash, absl::Time now) {
  // Issued at most the leeway from now.
  const absl::Time ends_at = now + kExternalTokenAgeMax + 2 * kExternalClockLeeway;
  return tx.exec_prepared(queries::kUseExternalToken.name, token_hash, InstantText(ends_at),
                          InstantText(now))
             .affected_rows() == 1;
}

std::vector<ExternalSubject> ListExternalSubjects(pqxx::transaction_base& tx,
                                                  const std::string& user_id) {
  std::vector<ExternalSubject> subjects;
  for (const auto& row : tx.exec_prepared(queries::kListExternalSubjects.name, user_id)) {
    subjects.push_back(
        {.issuer = row["issuer"].as<std::string>(), .subject = row["subject"].as<std::string>()});
  }
  return subjects;
}

}  // namespace qingqu::identity
