#include "services/catalog/lists/application_handlers.h"

#include <string>
#include <vector>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/lists/application_errors.h"
#include "services/catalog/lists/application_store.h"
#include "services/catalog/lists/list_change_store.h"
#include "services/catalog/lists/list_store.h"

namespace qingqu::catalog {
namespace {

constexpr std::string_view kApplicationPattern = "applications/{application}";

v1::Application Record(pqxx::transaction_base& tx, const CallContext& call, std::string_view event,
                       const Application& application, std::string_view reason) {
  v1::Application message = ToProto(application, BusinessDay(call.received_at));
  db::AppendJournal(tx, call,
                    {.event = std::string(event),
                     .resource = message.name(),
                     .subjects = {message.approved_list(), message.item(), message.department()},
                     .institution_id = application.department.institution_id,
                     .alliance_id = application.department.alliance_id,
                     .reason = std::string(reason),
                     .details_json = ToJson(message)});
  return message;
}

// Locks what `request` names and runs `change` on it, once its etag fits.
template <typename Request, typename Change>
absl::StatusOr<v1::Application> ChangeApplication(db::ConnectionPool& pool, const CallContext& call,
                                                  const Request& request, const Change& change) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", kApplicationPattern, request.name()));
  return db::RunIdempotent<v1::Application>(
      pool, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Application> {
        QINGQU_ASSIGN_OR_RETURN(const Application present, LockApplication(tx, id));
        QINGQU_RETURN_IF_ERROR(CheckApplicationEtag(present, request.etag()));
        return change(tx, present);
      });
}

// The end of the route: the item is on the list that was asked for, from today on.
absl::Status PutOnList(pqxx::transaction_base& tx, const Application& application, CivilDate day) {
  QINGQU_ASSIGN_OR_RETURN(const ApprovedList list, LockList(tx, application.list_id));
  QINGQU_RETURN_IF_ERROR(CheckListAndItem(tx, application, day));
  ListChange wanted{.list_id = list.id, .start_date = day};
  wanted.additions = {application.item_id};
  const ListLineFacts facts = FindListLineFacts(tx, wanted).front();
  if (facts.stays || facts.ends_later) {
    return ItemAlreadyListed(fmt::format("items/{}", application.item_id), ListName(list.id));
  }
  AddEntries(tx, {.list_id = list.id,
                  .item_ids = {application.item_id},
                  .day = day,
                  .by = ApplicationName(application.id)});
  return absl::OkStatus();
}

// What the rpcs of all steps do.
template <typename Request>
absl::StatusOr<v1::Application> Decide(db::ConnectionPool& pool, const CallContext& call,
                                       const Request& request, int step) {
  QINGQU_ASSIGN_OR_RETURN(const Review review,
                          ParseReview(step, request.approve(), request.reason()));
  return ChangeApplication(
      pool, call, request,
      [&](pqxx::transaction_base& tx,
          const Application& present) -> absl::StatusOr<v1::Application> {
        QINGQU_ASSIGN_OR_RETURN(const Application next, Reviewed(present, review, call));
        AddDecision(tx, next);
        if (next.state == ApplicationState::kApproved) {
          QINGQU_RETURN_IF_ERROR(PutOnList(tx, next, BusinessDay(call.received_at)));
          return Record(tx, call, "application.approved", next, review.reason);
        }
        return Record(tx, call,
                      review.approves ? "application.step_approved" : "application.rejected", next,
                      review.reason);
      });
}

}  // namespace

absl::StatusOr<v1::Application> ApplicationHandlers::SubmitApplication(
    const CallContext& call, const v1::SubmitApplicationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Application wanted, ParseApplication(call, request));
  return db::RunIdempotent<v1::Application>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Application> {
        Application application = wanted;
        QINGQU_ASSIGN_OR_RETURN(
            application.department,
            FindHolder(tx, {.collection = "departments", .id = wanted.department.department_id}));
        QINGQU_RETURN_IF_ERROR(CheckListAndItem(tx, application, BusinessDay(call.received_at)));
        QINGQU_RETURN_IF_ERROR(InsertApplication(tx, application));
        return Record(tx, call, "application.submitted", application,
                      application.rounds.back().reason);
      });
}

absl::StatusOr<v1::Application> ApplicationHandlers::ResubmitApplication(
    const CallContext& call, const v1::ResubmitApplicationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckNeed("reason", request.reason()));
  return ChangeApplication(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx,
          const Application& present) -> absl::StatusOr<v1::Application> {
        QINGQU_ASSIGN_OR_RETURN(const Application next, Resubmitted(present, reason, call));
        QINGQU_RETURN_IF_ERROR(CheckListAndItem(tx, next, BusinessDay(call.received_at)));
        QINGQU_RETURN_IF_ERROR(AddRound(tx, next));
        return Record(tx, call, "application.resubmitted", next, reason);
      });
}

absl::StatusOr<v1::Application> ApplicationHandlers::WithdrawApplication(
    const CallContext& call, const v1::WithdrawApplicationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, CheckReason(request.reason()));
  return ChangeApplication(*pool_, call, request,
                           [&](pqxx::transaction_base& tx,
                               const Application& present) -> absl::StatusOr<v1::Application> {
                             QINGQU_ASSIGN_OR_RETURN(const Application next,
                                                     Withdrawn(present, reason, call));
                             WithdrawRound(tx, next);
                             return Record(tx, call, "application.withdrawn", next, reason);
                           });
}

absl::StatusOr<v1::Application> ApplicationHandlers::ReviewForDepartment(
    const CallContext& call, const v1::ReviewForDepartmentRequest& request) {
  return Decide(*pool_, call, request, v1::APPLICATION_STEP_DEPARTMENT);
}

absl::StatusOr<v1::Application> ApplicationHandlers::ReviewForPharmacy(
    const CallContext& call, const v1::ReviewForPharmacyRequest& request) {
  return Decide(*pool_, call, request, v1::APPLICATION_STEP_PHARMACY);
}

absl::StatusOr<v1::Application> ApplicationHandlers::ReviewForInfectionControl(
    const CallContext& call, const v1::ReviewForInfectionControlRequest& request) {
  return Decide(*pool_, call, request, v1::APPLICATION_STEP_INFECTION_CONTROL);
}

absl::StatusOr<v1::Application> ApplicationHandlers::ReviewForAlliance(
    const CallContext& call, const v1::ReviewForAllianceRequest& request) {
  return Decide(*pool_, call, request, v1::APPLICATION_STEP_ALLIANCE);
}

absl::StatusOr<v1::Application> ApplicationHandlers::GetApplication(
    const CallContext& call, const v1::GetApplicationRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseName("name", kApplicationPattern, request.name()));
  return db::RunTransaction(*pool_, call, db::TransactionOptions{.snapshot_read = true},
                            [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Application> {
                              QINGQU_ASSIGN_OR_RETURN(const Application application,
                                                      catalog::GetApplication(tx, id));
                              return ToProto(application, BusinessDay(call.received_at));
                            });
}

absl::StatusOr<v1::ListApplicationsResponse> ApplicationHandlers::ListApplications(
    const CallContext& call, const v1::ListApplicationsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  ApplicationListOptions options{.limit = page_size + 1};
  QINGQU_ASSIGN_OR_RETURN(options.state, ApplicationStateFilter(request.state()));
  if (request.step() < 0 || request.step() > kLastStep) {
    return InvalidField("step", "is no step of an application");
  }
  options.step = request.step();
  const CivilDate today = BusinessDay(call.received_at);
  if (request.overdue_only()) options.overdue_on = today;
  const std::string filter =
      fmt::format("applications state={} step={} overdue={}", static_cast<int>(request.state()),
                  options.step, request.overdue_only());
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 1));
  if (!key.empty()) options.after_id = key[0];
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListApplicationsResponse> {
        std::vector<Application> applications = catalog::ListApplications(tx, options);
        v1::ListApplicationsResponse response;
        if (applications.size() > static_cast<size_t>(page_size)) {
          applications.pop_back();
          response.set_next_page_token(EncodePageToken({applications.back().id}, filter));
        }
        for (const Application& application : applications) {
          v1::Application& message = *response.add_applications() = ToProto(application, today);
          message.clear_rounds();
        }
        return response;
      });
}

}  // namespace qingqu::catalog
