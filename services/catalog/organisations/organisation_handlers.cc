#include "services/catalog/organisations/organisation_handlers.h"

#include <map>
#include <string>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/organisations/batch_names.h"
#include "services/catalog/organisations/organisation_convert.h"
#include "services/catalog/organisations/organisation_errors.h"
#include "services/catalog/organisations/organisation_store.h"
#include "services/catalog/organisations/qualification_journal.h"
#include "services/catalog/organisations/qualification_store.h"
#include "services/catalog/organisations/queries.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kPattern = "organisations/{organisation}";

v1::Organisation Record(pqxx::transaction_base& tx, const CallContext& call, std::string event,
                        const Organisation& organisation, std::string_view reason = "") {
  v1::Organisation message = ToProto(organisation);
  db::AppendJournal(tx, call,
                    {.event = std::move(event),
                     .resource = message.name(),
                     .subjects = {"suppliers/" + organisation.id},
                     .supplier_id = organisation.id,
                     .reason = std::string(reason),
                     .details_json = ToJson(message)});
  return message;
}

// Changes the standing of what `request` names, in one transaction with the journal's entry.
// `change` makes the next state of the present one and of the reason.
template <typename Request, typename Change>
absl::StatusOr<v1::Organisation> ChangeStanding(db::ConnectionPool& pool, const CallContext& call,
                                                const Request& request, const char* event,
                                                const Change& change) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kPattern, request.name()));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::Organisation>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Organisation> {
        QINGQU_ASSIGN_OR_RETURN(const Organisation present, LockOrganisation(tx, id));
        const std::string etag = std::to_string(present.version);
        if (!request.etag().empty() && request.etag() != etag) {
          return EtagMismatch(request.name(), etag);
        }
        QINGQU_ASSIGN_OR_RETURN(const Organisation changed, change(present, reason));
        UpdateStanding(tx, changed);
        return Record(tx, call, event, changed, reason);
      });
}

v1::QualificationPolicy PolicyIn(const pqxx::row& row) {
  v1::QualificationPolicy policy;
  policy.set_authorisation_demanded(row["authorisation_demanded"].as<bool>());
  policy.set_mandate_demanded(row["mandate_demanded"].as<bool>());
  policy.set_integrity_pledge_demanded(row["integrity_pledge_demanded"].as<bool>());
  policy.set_etag(std::to_string(row["version"].as<int64_t>()));
  return policy;
}

}  // namespace

absl::StatusOr<v1::Organisation> OrganisationHandlers::CreateOrganisation(
    const CallContext& call, const v1::CreateOrganisationRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const NewOrganisation made, ReadNewOrganisation(call, request));
  return db::RunIdempotent<v1::Organisation>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Organisation> {
        QINGQU_RETURN_IF_ERROR(InsertOrganisation(tx, made.organisation));
        QINGQU_RETURN_IF_ERROR(InsertQualification(tx, made.licence));
        JournalQualification(tx, call, "qualification.submitted", made.licence);
        return Record(tx, call, "organisation.created", made.organisation);
      });
}

absl::StatusOr<v1::Organisation> OrganisationHandlers::GetOrganisation(
    const CallContext& call, const v1::GetOrganisationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseName("name", kPattern, request.name()));
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Organisation> {
        QINGQU_ASSIGN_OR_RETURN(const Organisation organisation, catalog::GetOrganisation(tx, id));
        return ToProto(organisation);
      });
}

absl::StatusOr<v1::BatchGetOrganisationsResponse> OrganisationHandlers::BatchGetOrganisations(
    const CallContext& call, const v1::BatchGetOrganisationsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                          IdsOfNames(kPattern, request.names()));
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchGetOrganisationsResponse> {
        std::map<std::string, Organisation> found;
        for (Organisation& organisation : GetOrganisations(tx, ids)) {
          found.emplace(organisation.id, std::move(organisation));
        }
        v1::BatchGetOrganisationsResponse response;
        for (const std::string& id : ids) {
          const auto organisation = found.find(id);
          if (organisation == found.end()) return OrganisationNotFound(OrganisationName(id));
          *response.add_organisations() = ToProto(organisation->second);
        }
        return response;
      });
}

absl::StatusOr<v1::ListOrganisationsResponse> OrganisationHandlers::ListOrganisations(
    const CallContext& call, const v1::ListOrganisationsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const std::string kind, KindFilter(request.kind()));
  QINGQU_ASSIGN_OR_RETURN(const std::string state, StateFilter(request.state()));
  const std::string filter = fmt::format("organisations kind={} state={}", kind, state);
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  const OrganisationListOptions options{
      .after_id = key.empty() ? "" : key[0], .kind = kind, .state = state, .limit = page_size + 1};
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListOrganisationsResponse> {
        v1::ListOrganisationsResponse response;
        std::string last_id;
        for (const Organisation& organisation : catalog::ListOrganisations(tx, options)) {
          if (response.organisations_size() == page_size) {
            response.set_next_page_token(EncodePageToken({last_id}, filter));
            break;
          }
          *response.add_organisations() = ToProto(organisation);
          last_id = organisation.id;
        }
        return response;
      });
}

absl::StatusOr<v1::Organisation> OrganisationHandlers::SuspendOrganisation(
    const CallContext& call, const v1::SuspendOrganisationRequest& request) {
  return ChangeStanding(*pool_, call, request, "organisation.suspended",
                        [&](const Organisation& present, const std::string& reason) {
                          return SuspendedOrganisation(present, reason, call.received_at);
                        });
}

absl::StatusOr<v1::Organisation> OrganisationHandlers::BlacklistOrganisation(
    const CallContext& call, const v1::BlacklistOrganisationRequest& request) {
  return ChangeStanding(*pool_, call, request, "organisation.blacklisted",
                        [&](const Organisation& present, const std::string& reason) {
                          return BlacklistedOrganisation(present, reason, call.received_at);
                        });
}

absl::StatusOr<v1::Organisation> OrganisationHandlers::ProposeOrganisationReinstatement(
    const CallContext& call, const v1::ProposeOrganisationReinstatementRequest& request) {
  return ChangeStanding(*pool_, call, request, "organisation.reinstatement_proposed",
                        [&](const Organisation& present, const std::string& /*reason*/) {
                          return ProposedForReinstatement(present, auth::ActorOf(call.principal),
                                                          call.received_at);
                        });
}

absl::StatusOr<v1::Organisation> OrganisationHandlers::ReinstateOrganisation(
    const CallContext& call, const v1::ReinstateOrganisationRequest& request) {
  return ChangeStanding(*pool_, call, request, "organisation.reinstated",
                        [&](const Organisation& present, const std::string& /*reason*/) {
                          return ReinstatedOrganisation(present, auth::ActorOf(call.principal),
                                                        call.received_at);
                        });
}

absl::StatusOr<v1::QualificationPolicy> OrganisationHandlers::GetQualificationPolicy(
    const CallContext& call, const v1::GetQualificationPolicyRequest& /*request*/) {
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::QualificationPolicy> {
        return PolicyIn(tx.exec_prepared(organisation_queries::kReadQualificationPolicy.name)[0]);
      });
}

absl::StatusOr<v1::QualificationPolicy> OrganisationHandlers::UpdateQualificationPolicy(
    const CallContext& call, const v1::UpdateQualificationPolicyRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return db::RunIdempotent<v1::QualificationPolicy>(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::QualificationPolicy> {
        const v1::QualificationPolicy before =
            PolicyIn(tx.exec_prepared(organisation_queries::kLockQualificationPolicy.name)[0]);
        if (!request.etag().empty() && request.etag() != before.etag()) {
          return EtagMismatch("qualificationPolicy", before.etag());
        }
        const v1::QualificationPolicy& policy = request.policy();
        tx.exec_prepared(organisation_queries::kUpdateQualificationPolicy.name,
                         policy.authorisation_demanded(), policy.mandate_demanded(),
                         policy.integrity_pledge_demanded());
        const v1::QualificationPolicy after =
            PolicyIn(tx.exec_prepared(organisation_queries::kReadQualificationPolicy.name)[0]);
        db::AppendJournal(tx, call,
                          {.event = "qualification_policy.changed",
                           .resource = "qualificationPolicy",
                           .reason = reason,
                           .details_json = fmt::format(R"({{"before":{},"after":{}}})",
                                                       ToJson(before), ToJson(after))});
        return after;
      });
}

}  // namespace qingqu::catalog
