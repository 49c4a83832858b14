#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/auth/call_context.h"
#include "qingqu/identity/v1/identity_service.pb.h"
#include "services/identity/handler_dependencies.h"
#include "services/identity/second_factor_check.h"
#include "services/identity/session.h"
#include "services/identity/user.h"

namespace qingqu::identity {

// Nobody has signed in yet when these methods are called; the platform itself acts.
CallContext AsPlatform(const CallContext& call);
// The same call of somebody who has proved who they are.
CallContext AsUser(const CallContext& call, const User& user);

// Which of a user's posts they act in: "" is any; or, with a delegation, in whose they stand in.
// With an institution it is one there, and the user is confined to it.
struct PostChoice {
  std::string post_id = {};
  std::string delegation_id = {};
  std::string institution_id = {};
};
// `placed` becomes `user` in the post that ChoosePost finds among those, or by the delegation:
// NOT_FOUND DELEGATION_NOT_FOUND (also somebody else's), FAILED_PRECONDITION POST_NOT_IN_FORCE.
absl::Status PutInPost(pqxx::transaction_base& tx, const User& user, const PostChoice& wanted,
                       absl::Time now, User& placed);

// Somebody whose first proof (password, token of their hospital) was right.
struct Candidate {
  User user;         // in the post
  std::string code;  // of the second factor
  const RefreshToken& token;
  std::string attempt_id;                // sign_in_store.h; forgotten unless the code is wrong
  std::string only_institution_id = {};  // the session stays in its posts; "" is everywhere
};
struct Admission {
  User user;
  FactorCheck factor;
};
// Whether somebody got in, if only to enrol a second factor.
bool IsAdmitted(const Admission& admission);
// Looks at the second factor and begins the session of `token` when all is right, with the
// journal's entries. To be committed whatever the outcome. `call` is the candidate's.
Admission Admit(pqxx::transaction_base& tx, const HandlerDependencies& dependencies,
                const CallContext& call, const Candidate& candidate);

// What the caller gets to hear of it.
absl::StatusOr<v1::SignInResponse> AnswerAdmission(const HandlerDependencies& dependencies,
                                                   const CallContext& call,
                                                   const Admission& admission,
                                                   const RefreshToken& token);

// Why somebody whose password was right gets in nowhere (`why`) is told to who knows the code too,
// which stays good; others hear what is wrong with the code. `call` is the platform's.
absl::Status RefuseOnceProved(const HandlerDependencies& dependencies, const CallContext& call,
                              const std::string& user_id, const std::string& code,
                              const std::string& attempt_id, const absl::Status& why);

// An access token for 10 minutes or until the post ends, without anything for the time after.
absl::StatusOr<v1::SignInResponse> IssueAccessToken(const HandlerDependencies& dependencies,
                                                    const CallContext& call, const User& user);
// The same, and `token`.
absl::StatusOr<v1::SignInResponse> IssueTokens(const HandlerDependencies& dependencies,
                                               const CallContext& call, const User& user,
                                               const RefreshToken& token);

}  // namespace qingqu::identity
