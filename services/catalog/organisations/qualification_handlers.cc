#include "services/catalog/organisations/qualification_handlers.h"

#include <map>
#include <string>

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/organisations/batch_names.h"
#include "services/catalog/organisations/organisation_convert.h"
#include "services/catalog/organisations/organisation_errors.h"
#include "services/catalog/organisations/organisation_store.h"
#include "services/catalog/organisations/qualification_journal.h"
#include "services/catalog/organisations/qualification_store.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kPattern = "qualifications/{qualification}";

// Ends what `request` names, in one transaction with the journal's entry.
template <typename Request, typename Change>
absl::StatusOr<v1::Qualification> End(db::ConnectionPool& pool, const CallContext& call,
                                      const Request& request, std::string_view event,
                                      const Change& change) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kPattern, request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::Qualification>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Qualification> {
        QINGQU_ASSIGN_OR_RETURN(const Qualification present, LockQualification(tx, id));
        const std::string etag = std::to_string(present.version);
        if (!request.etag().empty() && request.etag() != etag) {
          return EtagMismatch(request.name(), etag);
        }
        QINGQU_ASSIGN_OR_RETURN(const Qualification changed,
                                change(present, reason, call.received_at));
        QINGQU_RETURN_IF_ERROR(UpdateQualification(tx, changed));
        JournalQualification(tx, call, event, changed, reason);
        return ToProto(changed, BusinessDay(call.received_at));
      });
}

absl::Status CheckRenewed(pqxx::transaction_base& tx, const Qualification& submitted) {
  if (submitted.renews_id.empty()) return absl::OkStatus();
  QINGQU_ASSIGN_OR_RETURN(const Qualification old, LockQualification(tx, submitted.renews_id));
  if (old.organisation_id != submitted.organisation_id || old.kind != submitted.kind) {
    return InvalidField("qualification.renews", "must be of the same organisation and kind");
  }
  QINGQU_RETURN_IF_ERROR(CheckRenewable(old));
  if (HasRenewal(tx, old.id)) return QualificationNotRenewable(QualificationName(old.id));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::Qualification> QualificationHandlers::SubmitQualification(
    const CallContext& call, const v1::SubmitQualificationRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const Qualification submitted,
                          ReadQualification(call, request.qualification()));
  return db::RunIdempotent<v1::Qualification>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Qualification> {
        QINGQU_RETURN_IF_ERROR(GetOrganisation(tx, submitted.organisation_id).status());
        QINGQU_RETURN_IF_ERROR(CheckRenewed(tx, submitted));
        QINGQU_RETURN_IF_ERROR(InsertQualification(tx, submitted));
        JournalQualification(tx, call, "qualification.submitted", submitted);
        return ToProto(submitted, BusinessDay(call.received_at));
      });
}

absl::StatusOr<v1::Qualification> QualificationHandlers::WithdrawQualification(
    const CallContext& call, const v1::WithdrawQualificationRequest& request) {
  return End(*pool_, call, request, "qualification.withdrawn",
             [](const auto&... arguments) { return Withdrawn(arguments...); });
}

absl::StatusOr<v1::Qualification> QualificationHandlers::SuspendQualification(
    const CallContext& call, const v1::SuspendQualificationRequest& request) {
  return End(*pool_, call, request, "qualification.suspended", SuspendedFromToday);
}

absl::StatusOr<v1::Qualification> QualificationHandlers::GetQualification(
    const CallContext& call, const v1::GetQualificationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kPattern, request.name()));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Qualification> {
                       QINGQU_ASSIGN_OR_RETURN(const Qualification qualification,
                                               catalog::GetQualification(tx, id));
                       return ToProto(qualification, BusinessDay(call.received_at));
                     });
}

absl::StatusOr<v1::BatchGetQualificationsResponse> QualificationHandlers::BatchGetQualifications(
    const CallContext& call, const v1::BatchGetQualificationsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                          IdsOfNames(kPattern, request.names()));
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchGetQualificationsResponse> {
        std::map<std::string, Qualification> found;
        for (Qualification& qualification : GetQualifications(tx, ids)) {
          found.emplace(qualification.id, std::move(qualification));
        }
        v1::BatchGetQualificationsResponse response;
        for (const std::string& id : ids) {
          const auto qualification = found.find(id);
          if (qualification == found.end()) return QualificationNotFound(QualificationName(id));
          *response.add_qualifications() =
              ToProto(qualification->second, BusinessDay(call.received_at));
        }
        return response;
      });
}

absl::StatusOr<v1::ListQualificationsResponse> QualificationHandlers::ListQualifications(
    const CallContext& call, const v1::ListQualificationsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::string kind, KindFilter(request.kind()));
  QINGQU_ASSIGN_OR_RETURN(const std::string state, StateFilter(request.state()));
  std::string organisation_id;
  if (!request.organisation().empty()) {
    QINGQU_ASSIGN_OR_RETURN(
        organisation_id,
        ParseName("organisation", "organisations/{organisation}", request.organisation()));
  }
  const std::string filter =
      fmt::format("qualifications of={} kind={} state={}", organisation_id, kind, state);
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const CivilDate day = BusinessDay(call.received_at);
  const QualificationListOptions options{.after_id = key.empty() ? "" : key[0],
                                         .organisation_id = organisation_id,
                                         .kind = kind,
                                         .state = state,
                                         .day = day,
                                         .limit = page_size + 1};
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListQualificationsResponse> {
        v1::ListQualificationsResponse response;
        std::string last_id;
        for (const Qualification& qualification : catalog::ListQualifications(tx, options)) {
          if (response.qualifications_size() == page_size) {
            response.set_next_page_token(EncodePageToken({last_id}, filter));
            break;
          }
          *response.add_qualifications() = ToProto(qualification, day);
          last_id = qualification.id;
        }
        return response;
      });
}

}  // namespace qingqu::catalog
