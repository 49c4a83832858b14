#include "services/identity/proof.h"

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"
#include "spdlog/spdlog.h"

#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/identity/errors.h"
#include "services/identity/sign_in_store.h"

namespace qingqu::identity {
namespace {

constexpr absl::Duration kForgetTimeMax = absl::Seconds(2);

absl::Status Note(pqxx::transaction_base& tx, const CallContext& call, const std::string& user_id,
                  const std::string& attempt_id) {
  const absl::Duration wait = NoteAttempt(tx, {.attempt_id = attempt_id,
                                               .user_id = user_id,
                                               .address = call.client_address,
                                               .tried_at = call.received_at});
  return wait > absl::ZeroDuration() ? SignInThrottled(wait) : absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> NoteTry(const HandlerDependencies& dependencies,
                                    const CallContext& call, const std::string& user_id) {
  const std::string attempt_id = NewUuidV7(*dependencies.clock).ToString();
  QINGQU_RETURN_IF_ERROR(db::RunTransaction(
      *dependencies.pool, call,
      [&](pqxx::transaction_base& tx) { return Note(tx, call, user_id, attempt_id); }));
  return attempt_id;
}

void ForgetTry(const HandlerDependencies& dependencies, const CallContext& call,
               const std::string& attempt_id) {
  // What was waited for has used up the time of the call.
  CallContext own = call;
  own.deadline = absl::Now() + kForgetTimeMax;
  const absl::Status forgotten =
      db::RunTransaction(*dependencies.pool, own, [&](pqxx::transaction_base& tx) {
        ForgetAttempt(tx, attempt_id);
        return absl::OkStatus();
      });
  if (!forgotten.ok()) spdlog::warn("sign-in budget: {}", ToStd(forgotten.message()));
}

absl::StatusOr<Proof> ProvePassword(const HandlerDependencies& dependencies,
                                    const CallContext& call, const std::string& user_id,
                                    const std::string& password) {
  Proof proof;
  proof.attempt_id = NewUuidV7(*dependencies.clock).ToString();
  QINGQU_RETURN_IF_ERROR(
      db::RunTransaction(*dependencies.pool, call, [&](pqxx::transaction_base& tx) -> absl::Status {
        const absl::Status noted = Note(tx, call, user_id, proof.attempt_id);
        if (noted.ok()) proof.account = ReadUser(tx, user_id);
        return noted;
      }));
  // No connection is held while this computes.
  const bool usable = proof.account.has_value() && !proof.account->user.disabled;
  const absl::StatusOr<bool> fits = dependencies.hasher->Verify(
      usable ? proof.account->password_hash : "", password, call.deadline);
  if (!fits.ok()) {
    ForgetTry(dependencies, call, proof.attempt_id);
    return fits.status();
  }
  proof.fits = *fits;
  return proof;
}

absl::Status JournalFailure(const HandlerDependencies& dependencies, const CallContext& call,
                            const std::string& user_id, std::string_view what) {
  return db::RunTransaction(*dependencies.pool, call, [&](pqxx::transaction_base& tx) {
    db::AppendJournal(tx, call,
                      {.event = "user.sign_in_failed",
                       .resource = "users/" + user_id,
                       .details_json = fmt::format(R"({{"address": "{}", "wrong": "{}"}})",
                                                   call.client_address, what)});
    return absl::OkStatus();
  });
}

}  // namespace qingqu::identity
