#include "services/catalog/codes/code_cancellation_handlers.h"

#include <algorithm>
#include <string>

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/status/status_macros.h"
#include "services/catalog/codes/code_cancellation.h"
#include "services/catalog/codes/code_convert.h"
#include "services/catalog/codes/code_store.h"
#include "services/catalog/convert.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {
namespace {

absl::StatusOr<std::string> ReleaseId(const std::string& name) {
  return ParseName("name", "codeReleases/{release}", name);
}

// The release, when it is as the caller saw it; nobody imports meanwhile.
absl::StatusOr<CodeRelease> LockRelease(pqxx::transaction_base& tx, const std::string& id,
                                        const std::string& etag) {
  QINGQU_ASSIGN_OR_RETURN(CodeRelease release, LockCodeRelease(tx, id));
  if (!etag.empty() && etag != Etag(release)) {
    return EtagMismatch(CodeReleaseName(id), Etag(release));
  }
  return release;
}

v1::CodeRelease Record(pqxx::transaction_base& tx, const CallContext& call, std::string_view event,
                       const CodeRelease& release, const std::string& reason) {
  v1::CodeRelease message = ToProto(release);
  db::AppendJournal(tx, call,
                    {.event = std::string(event),
                     .resource = message.name(),
                     .reason = reason,
                     .details_json = ToJson(message)});
  return message;
}

}  // namespace

absl::StatusOr<v1::CodeRelease> CodeCancellationHandlers::ProposeCodeReleaseCancellation(
    const CallContext& call, const v1::ProposeCodeReleaseCancellationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ReleaseId(request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::CodeRelease>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CodeRelease> {
        QINGQU_ASSIGN_OR_RETURN(const CodeRelease present, LockRelease(tx, id, request.etag()));
        QINGQU_ASSIGN_OR_RETURN(
            const CodeRelease next,
            ProposeCancellation(present, auth::ActorOf(call.principal), reason));
        QINGQU_RETURN_IF_ERROR(CheckNotBuiltUpon(tx, present));
        KeepProposedCancellation(tx, next);
        return Record(tx, call, "code_release.cancellation_proposed", next, reason);
      });
}

absl::StatusOr<v1::CodeRelease> CodeCancellationHandlers::ApproveCodeReleaseCancellation(
    const CallContext& call, const v1::ApproveCodeReleaseCancellationRequest& request) {
  // It brings codes back, as RestorationIsTheCountys.
  QINGQU_RETURN_IF_ERROR(auth::RequireCountyScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ReleaseId(request.name()));
  return db::RunIdempotent<v1::CodeRelease>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CodeRelease> {
        QINGQU_ASSIGN_OR_RETURN(const CodeRelease present, LockRelease(tx, id, request.etag()));
        QINGQU_ASSIGN_OR_RETURN(
            const CodeRelease next,
            ApproveCancellation(present, auth::ActorOf(call.principal), call.received_at));
        QINGQU_RETURN_IF_ERROR(CheckNotBuiltUpon(tx, present));
        KeepCancellation(tx, next);
        // What was announced is taken back for the day for which it was.
        const CivilDate day = std::max(BusinessDay(call.received_at), next.effective_date);
        TellItemsOfCancellation(tx, call, next, day);
        return Record(tx, call, "code_release.cancelled", next, next.cancellation_reason);
      });
}

absl::StatusOr<v1::CodeRelease> CodeCancellationHandlers::RejectCodeReleaseCancellation(
    const CallContext& call, const v1::RejectCodeReleaseCancellationRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireCountyScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ReleaseId(request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::CodeRelease>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CodeRelease> {
        QINGQU_ASSIGN_OR_RETURN(const CodeRelease present, LockRelease(tx, id, request.etag()));
        QINGQU_ASSIGN_OR_RETURN(const CodeRelease next, RejectCancellation(present, reason));
        KeepRejectedCancellation(tx, next);
        return Record(tx, call, "code_release.cancellation_rejected", next, reason);
      });
}

}  // namespace qingqu::catalog
