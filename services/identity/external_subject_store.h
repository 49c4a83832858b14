#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::identity {

// Somebody as a hospital's own sign-in knows them.
struct ExternalSubject {
  std::string issuer;
  std::string subject;
};

// False when it is linked already.
bool InsertExternalSubject(pqxx::transaction_base& tx, const ExternalSubject& subject,
                           const std::string& user_id, absl::Time now);
void RemoveExternalSubject(pqxx::transaction_base& tx, const ExternalSubject& subject);
// "" when it is linked to nobody.
std::string FindExternalSubject(pqxx::transaction_base& tx, const ExternalSubject& subject);
// False when somebody has signed in with this token before. It is remembered until it is too old;
// what is, is forgotten.
bool UseExternalToken(pqxx::transaction_base& tx, const std::string& token_hash, absl::Time now);
std::vector<ExternalSubject> ListExternalSubjects(pqxx::transaction_base& tx,
                                                  const std::string& user_id);

}  // namespace qingqu::identity
