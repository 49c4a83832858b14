#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pqxx/transaction_base"

#include "services/identity/delegation.h"
#include "services/identity/organisation_store.h"

namespace qingqu::identity {

void InsertDelegation(pqxx::transaction_base& tx, const Delegation& delegation);
std::optional<Delegation> ReadDelegation(pqxx::transaction_base& tx,
                                         const std::string& delegation_id, absl::Time now);
// The same, and no other transaction changes it until this one ends.
std::optional<Delegation> LockDelegation(pqxx::transaction_base& tx,
                                         const std::string& delegation_id, absl::Time now);
void EndDelegation(pqxx::transaction_base& tx, const std::string& delegation_id,
                   absl::Time ends_at);

// Given by this user and to them, those that are not over at `now`, in the order of their begin.
std::vector<Delegation> DelegationsOfUser(pqxx::transaction_base& tx, const std::string& user_id,
                                          absl::Time now);
// Of this user, or of all with "".
std::vector<Delegation> ListDelegations(pqxx::transaction_base& tx, const PageOf& page,
                                        const std::string& user_id, absl::Time now);

// The post of somebody else as it is for the delegate at `now`; none when this is no delegation to
// them.
std::optional<Post> StandInPost(pqxx::transaction_base& tx, const std::string& delegate_id,
                                const std::string& delegation_id, absl::Time now);

}  // namespace qingqu::identity
