#pragma once

#include <string>

#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "services/identity/user.h"

namespace qingqu::identity {

// Appends that `event` ("user.created") happened to `user`, readable by those whom the user belongs
// to.
void JournalUser(pqxx::transaction_base& tx, const CallContext& call, const std::string& event,
                 const User& user);

}  // namespace qingqu::identity
