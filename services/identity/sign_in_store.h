#pragma once

#include <string>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

namespace qingqu::identity {

// A try to prove who one is. `user_id` may be nobody's.
struct Attempt {
  std::string attempt_id;
  std::string user_id;
  std::string address;  // CallContext::client_address
  absl::Time tried_at;
};

// Notes the attempt as failed until ForgetAttempt says otherwise, so that callers who race get no
// extra try. Zero when it was noted; otherwise it was not, and this is how long to wait
// (sign_in_budget.h).
absl::Duration NoteAttempt(pqxx::transaction_base& tx, const Attempt& attempt);
void ForgetAttempt(pqxx::transaction_base& tx, const std::string& attempt_id);
// The account succeeded from this address, which is known from now on.
void RememberAddress(pqxx::transaction_base& tx, const std::string& user_id,
                     const std::string& address, absl::Time now);

}  // namespace qingqu::identity
