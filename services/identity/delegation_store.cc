#include "services/identity/delegation_store.h"

#include <sstream>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/identity/queries.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

std::vector<std::string> WordsIn(const pqxx::field& field) {
  std::vector<std::string> words;
  std::istringstream text(field.as<std::string>());
  for (std::string word; text >> word;) words.push_back(word);
  return words;
}

absl::Time InstantIn(const pqxx::field& micros) {
  return absl::FromUnixMicros(micros.as<int64_t>());
}

Delegation DelegationIn(const pqxx::row& row) {
  return {.delegation_id = row["delegation_id"].as<std::string>(),
          .post_id = row["post_id"].as<std::string>(),
          .holder_id = row["holder_id"].as<std::string>(),
          .delegate_id = row["delegate_id"].as<std::string>(),
          .roles = WordsIn(row["roles"]),
          .permissions = WordsIn(row["permissions"]),
          .starts_at = InstantIn(row["delegated_from_us"]),
          .ends_at = InstantIn(row["delegated_until_us"]),
          .effective_ends_at = InstantIn(row["ends_us"]),
          .version = row["version"].as<int64_t>(),
          .created_at = InstantIn(row["created_us"]),
          .institution_id = row["institution_id"].as<std::string>(),
          .alliance_id = row["alliance_id"].as<std::string>(),
          .supplier_id = row["supplier_id"].as<std::string>()};
}

std::vector<Delegation> DelegationsIn(const pqxx::result& rows) {
  std::vector<Delegation> delegations;
  for (const auto& row : rows) delegations.push_back(DelegationIn(row));
  return delegations;
}

}  // namespace

void InsertDelegation(pqxx::transaction_base& tx, const Delegation& delegation) {
  tx.exec_prepared(queries::kInsertDelegation.name, delegation.delegation_id, delegation.post_id,
                   delegation.holder_id, delegation.delegate_id, db::TextArray(delegation.roles),
                   db::TextArray(delegation.permissions), InstantText(delegation.starts_at),
                   InstantText(delegation.ends_at), InstantText(delegation.created_at));
}

std::optional<Delegation> ReadDelegation(pqxx::transaction_base& tx,
                                         const std::string& delegation_id, absl::Time now) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kReadDelegation.name, delegation_id, InstantText(now));
  if (rows.empty()) return std::nullopt;
  return DelegationIn(rows[0]);
}

std::optional<Delegation> LockDelegation(pqxx::transaction_base& tx,
                                         const std::string& delegation_id, absl::Time now) {
  tx.exec_prepared(queries::kLockDelegation.name, delegation_id);
  return ReadDelegation(tx, delegation_id, now);
}

void EndDelegation(pqxx::transaction_base& tx, const std::string& delegation_id,
                   absl::Time ends_at) {
  tx.exec_prepared(queries::kEndDelegation.name, delegation_id, InstantText(ends_at));
}

std::vector<Delegation> DelegationsOfUser(pqxx::transaction_base& tx, const std::string& user_id,
                                          absl::Time now) {
  return DelegationsIn(
      tx.exec_prepared(queries::kListDelegationsOfUser.name, user_id, InstantText(now)));
}

std::vector<Delegation> ListDelegations(pqxx::transaction_base& tx, const PageOf& page,
                                        const std::string& user_id, absl::Time now) {
  return DelegationsIn(tx.exec_prepared(queries::kListDelegations.name, page.after, page.rows_max,
                                        user_id, InstantText(now)));
}

std::optional<Post> StandInPost(pqxx::transaction_base& tx, const std::string& delegate_id,
                                const std::string& delegation_id, absl::Time now) {
  const pqxx::result rows =
      tx.exec_prepared(queries::kReadDelegation.name, delegation_id, InstantText(now));
  if (rows.empty()) return std::nullopt;
  const Delegation delegation = DelegationIn(rows[0]);
  if (delegation.delegate_id != delegate_id) return std::nullopt;
  return Post{.post_id = delegation.post_id,
              .user_id = delegate_id,
              .roles = delegation.roles,
              .scope = ScopeOfName(rows[0]["scope"].as<std::string>()),
              .institution_id = delegation.institution_id,
              .alliance_id = delegation.alliance_id,
              .supplier_id = delegation.supplier_id,
              .department_id = rows[0]["department_id"].as<std::string>(),
              .starts_at = InstantIn(rows[0]["starts_us"]),
              .ends_at = delegation.effective_ends_at,
              .created_at = delegation.created_at,
              .delegation_id = delegation.delegation_id,
              .on_behalf_of = delegation.holder_id,
              .only_permissions = delegation.permissions};
}

}  // namespace qingqu::identity
