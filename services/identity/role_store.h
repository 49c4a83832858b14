#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::identity {

// A role as it is kept.
struct StoredRole {
  std::string role_id;  // "department_nurse"
  std::set<std::string> permissions;
  int64_t version = 1;
  absl::Time updated_at;
};

// A role and a permission.
struct Grant {
  std::string role_id;
  std::string permission;
};

// Those that there are, in no order; with an id that one, or none.
std::vector<StoredRole> ReadRoles(pqxx::transaction_base& tx, const std::string& role_id = "");
// The permissions that the table decides.
std::set<std::string> KnownPermissions(pqxx::transaction_base& tx);

void InsertMissingRoles(pqxx::transaction_base& tx, const std::vector<std::string>& role_ids,
                        absl::Time now);
// Makes the table `separation` hold those of auth::Separations() and no others; whether that
// changed it.
bool PutSeparations(pqxx::transaction_base& tx);
void InsertPermissions(pqxx::transaction_base& tx, const std::vector<std::string>& permissions);
void InsertGrants(pqxx::transaction_base& tx, const std::vector<Grant>& grants);
void RemoveGrants(pqxx::transaction_base& tx, const std::string& role_id,
                  const std::vector<std::string>& permissions);
// The role's next version.
void TouchRole(pqxx::transaction_base& tx, const std::string& role_id, absl::Time now);

}  // namespace qingqu::identity
