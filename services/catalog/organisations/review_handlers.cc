#include <map>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/organisations/organisation_convert.h"
#include "services/catalog/organisations/organisation_errors.h"
#include "services/catalog/organisations/qualification_handlers.h"
#include "services/catalog/organisations/qualification_journal.h"
#include "services/catalog/organisations/qualification_store.h"

// The rpcs with which two offices review documents, one or many at a time.

namespace qingqu::catalog {
namespace {

constexpr int kReviewsMax = 1'000;

struct Asked {
  std::string id;
  std::string etag;
  ReviewVerdict verdict;
};

Asked ReadReview(std::string_view path, const CallContext& call, ReviewOffice office,
                 const v1::Review& review, FieldViolations& violations) {
  const auto id = ParseResourceId("qualifications/{qualification}", review.name());
  violations.AddIfError(fmt::format("{}.name", path), id.status());
  const int reason_min = review.reject() ? 1 : 0;
  return {.id = id.value_or(""),
          .etag = review.etag(),
          .verdict = {.office = office,
                      .reviewer = auth::ActorOf(call.principal),
                      .reject = review.reject(),
                      .reason = CheckText(fmt::format("{}.reason", path), review.reason(),
                                          {reason_min, 500}, violations)}};
}

std::string_view EventOf(const Qualification& reviewed) {
  switch (reviewed.state) {
    case QualificationState::kApproved:
      return "qualification.approved";
    case QualificationState::kRejected:
      return "qualification.rejected";
    default:
      return "qualification.reviewed";
  }
}

// Documents count for the whole alliance, so its approvers review them. Infection control is an
// office of hospitals: that of the lead hospital reviews for its alliance.
absl::Status CheckOffice(pqxx::transaction_base& tx, const CallContext& call, ReviewOffice office) {
  const auth::Principal& principal = call.principal;
  const bool of_hospital =
      office == ReviewOffice::kInfectionControl && principal.scope == auth::Scope::kInstitution;
  if (of_hospital && LeadsAlliance(tx, principal.institution_id)) return absl::OkStatus();
  return auth::RequireAllianceScope(principal);
}

// Reviews a document that is locked.
absl::StatusOr<v1::Qualification> ReviewLocked(pqxx::transaction_base& tx, const CallContext& call,
                                               const Qualification& present, const Asked& asked) {
  const std::string etag = std::to_string(present.version);
  if (!asked.etag.empty() && asked.etag != etag) {
    return EtagMismatch(QualificationName(asked.id), etag);
  }
  QINGQU_ASSIGN_OR_RETURN(const Qualification reviewed,
                          Reviewed(present, asked.verdict, call.received_at));
  QINGQU_RETURN_IF_ERROR(UpdateQualification(tx, reviewed));
  JournalQualification(tx, call, EventOf(reviewed), reviewed, asked.verdict.reason);
  return ToProto(reviewed, BusinessDay(call.received_at));
}

template <typename Request>
absl::StatusOr<v1::Qualification> ReviewOne(db::ConnectionPool& pool, const CallContext& call,
                                            const Request& request, ReviewOffice office) {
  FieldViolations violations;
  const Asked asked = ReadReview("review", call, office, request.review(), violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return db::RunIdempotent<v1::Qualification>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Qualification> {
        QINGQU_RETURN_IF_ERROR(CheckOffice(tx, call, office));
        QINGQU_ASSIGN_OR_RETURN(const Qualification present, LockQualification(tx, asked.id));
        return ReviewLocked(tx, call, present, asked);
      });
}

absl::StatusOr<std::vector<Asked>> ReadReviews(
    const CallContext& call, ReviewOffice office,
    const google::protobuf::RepeatedPtrField<v1::Review>& reviews) {
  if (reviews.empty() || reviews.size() > kReviewsMax) {
    return InvalidField("reviews", "must be 1 to 1,000");
  }
  FieldViolations violations;
  std::vector<Asked> asked;
  std::set<std::string> ids;
  for (int index = 0; index < reviews.size(); ++index) {
    const std::string path = fmt::format("reviews[{}]", index);
    asked.push_back(ReadReview(path, call, office, reviews[index], violations));
    if (!ids.insert(asked.back().id).second) violations.Add(path, "must name each document once");
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return asked;
}

void SetResult(absl::StatusOr<v1::Qualification> reviewed, v1::ReviewResult& result) {
  if (reviewed.ok()) {
    *result.mutable_qualification() = *std::move(reviewed);
    return;
  }
  v1::ReviewError& error = *result.mutable_error();
  error.set_code(static_cast<int>(reviewed.status().code()));
  error.set_reason(ErrorReason(reviewed.status()));
  error.set_message(std::string(ToStd(reviewed.status().message())));
}

template <typename Request>
absl::StatusOr<v1::BatchReviewResponse> ReviewMany(db::ConnectionPool& pool,
                                                   const CallContext& call, const Request& request,
                                                   ReviewOffice office) {
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Asked> all,
                          ReadReviews(call, office, request.reviews()));
  std::vector<std::string> ids;
  for (const Asked& asked : all) ids.push_back(asked.id);
  return db::RunIdempotent<v1::BatchReviewResponse>(
      pool, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::BatchReviewResponse> {
        QINGQU_RETURN_IF_ERROR(CheckOffice(tx, call, office));
        std::map<std::string, Qualification> present;
        for (Qualification& qualification : LockQualifications(tx, ids)) {
          present.emplace(qualification.id, std::move(qualification));
        }
        v1::BatchReviewResponse response;
        for (const Asked& asked : all) {
          const auto found = present.find(asked.id);
          if (found == present.end()) {
            SetResult(QualificationNotFound(QualificationName(asked.id)), *response.add_results());
            continue;
          }
          SetResult(ReviewLocked(tx, call, found->second, asked), *response.add_results());
        }
        return response;
      });
}

}  // namespace

absl::StatusOr<v1::Qualification> QualificationHandlers::ReviewAsEquipment(
    const CallContext& call, const v1::ReviewAsEquipmentRequest& request) {
  return ReviewOne(*pool_, call, request, ReviewOffice::kEquipment);
}

absl::StatusOr<v1::Qualification> QualificationHandlers::ReviewAsInfectionControl(
    const CallContext& call, const v1::ReviewAsInfectionControlRequest& request) {
  return ReviewOne(*pool_, call, request, ReviewOffice::kInfectionControl);
}

absl::StatusOr<v1::BatchReviewResponse> QualificationHandlers::BatchReviewAsEquipment(
    const CallContext& call, const v1::BatchReviewAsEquipmentRequest& request) {
  return ReviewMany(*pool_, call, request, ReviewOffice::kEquipment);
}

absl::StatusOr<v1::BatchReviewResponse> QualificationHandlers::BatchReviewAsInfectionControl(
    const CallContext& call, const v1::BatchReviewAsInfectionControlRequest& request) {
  return ReviewMany(*pool_, call, request, ReviewOffice::kInfectionControl);
}

}  // namespace qingqu::catalog
