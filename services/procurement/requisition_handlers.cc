#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/procurement/convert.h"
#include "services/procurement/errors.h"
#include "services/procurement/fact_store.h"
#include "services/procurement/journal_entries.h"
#include "services/procurement/procurement_handlers.h"
#include "services/procurement/purchase_check.h"
#include "services/procurement/requests.h"
#include "services/procurement/requisition_store.h"

namespace qingqu::procurement {
namespace {

constexpr std::string_view kRequisitionPattern = "requisitions/{requisition}";
// A document and its lines are read by two statements that must see the same.
constexpr db::TransactionOptions kOneSnapshot{.snapshot_read = true};

std::vector<std::string> ItemIds(const std::vector<RequisitionLine>& lines) {
  std::vector<std::string> ids;
  for (const RequisitionLine& line : lines) ids.push_back(line.item_id);
  return ids;
}

std::vector<PurchaseLine> PurchaseLines(const Requisition& requisition) {
  std::vector<PurchaseLine> lines;
  for (const RequisitionLine& line : requisition.lines) {
    lines.push_back({.field = fmt::format("requisition.lines[{}].item", line.line_number - 1),
                     .institution_id = requisition.institution_id,
                     .department_id = requisition.department_id,
                     .item_id = line.item_id});
  }
  return lines;
}

// The requisition, locked, with its lines, if the caller may decide it so.
absl::StatusOr<Requisition> LockForDecision(pqxx::transaction_base& tx, const CallContext& call,
                                            const std::string& id, std::string_view etag,
                                            RequisitionState decision) {
  std::optional<Requisition> requisition = LockRequisition(tx, id);
  if (!requisition) return RequisitionNotFound(id);
  QINGQU_RETURN_IF_ERROR(CheckEtag(etag, requisition->version));
  QINGQU_RETURN_IF_ERROR(CheckDecision(*requisition, decision, auth::ActorOf(call.principal)));
  requisition->lines = ReadRequisitionLines(tx, id);
  requisition->state = decision;
  requisition->approver_id = call.principal.user_id;
  ++requisition->version;
  return *std::move(requisition);
}

std::string StateFilter(v1::RequisitionState state) {
  if (state == v1::REQUISITION_STATE_UNSPECIFIED) return "";
  return std::string(StateName(static_cast<RequisitionState>(state)));
}

}  // namespace

absl::StatusOr<v1::Requisition> ProcurementHandlers::CreateRequisition(
    const CallContext& call, const v1::CreateRequisitionRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const Requisition parsed, ParseNewRequisition(call, request));
  return db::RunIdempotent<v1::Requisition>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Requisition> {
        Requisition requisition = parsed;
        const std::optional<Owner> owner = FindDepartment(tx, requisition.department_id);
        if (!owner) return DepartmentNotFound(requisition.department_id);
        requisition.institution_id = owner->institution_id;
        requisition.alliance_id = owner->alliance_id;
        const CivilDate day = BusinessDay(call.received_at);
        QINGQU_RETURN_IF_ERROR(
            CheckItemsBuyable(requisition.lines, ReadItems(tx, ItemIds(requisition.lines)), day));
        QINGQU_RETURN_IF_ERROR(CheckPurchase(tx, PurchaseLines(requisition), "", day));
        if (!InsertRequisition(tx, requisition)) {
          return RequisitionExists(requisition.requisition_id);
        }
        db::AppendJournal(tx, call, RequisitionSubmitted(requisition));
        return ToProto(requisition);
      });
}

absl::StatusOr<v1::Requisition> ProcurementHandlers::ApproveRequisition(
    const CallContext& call, const v1::ApproveRequisitionRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseId(kRequisitionPattern, request.name(), "name"));
  const std::vector<LineReduction> reductions = ParseReductions(request);
  return db::RunIdempotent<v1::Requisition>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Requisition> {
        QINGQU_ASSIGN_OR_RETURN(
            Requisition requisition,
            LockForDecision(tx, call, id, request.etag(), RequisitionState::kApproved));
        QINGQU_RETURN_IF_ERROR(ApproveLines(reductions, requisition));
        WriteDecision(tx, requisition);
        db::AppendJournal(tx, call, RequisitionDecided(requisition));
        return ToProto(requisition);
      });
}

absl::StatusOr<v1::Requisition> ProcurementHandlers::RejectRequisition(
    const CallContext& call, const v1::RejectRequisitionRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseId(kRequisitionPattern, request.name(), "name"));
  QINGQU_ASSIGN_OR_RETURN(const std::string reason, ParseReason(request.reason()));
  return db::RunIdempotent<v1::Requisition>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Requisition> {
        QINGQU_ASSIGN_OR_RETURN(
            Requisition requisition,
            LockForDecision(tx, call, id, request.etag(), RequisitionState::kRejected));
        requisition.rejection_reason = reason;
        WriteDecision(tx, requisition);
        db::AppendJournal(tx, call, RequisitionDecided(requisition));
        return ToProto(requisition);
      });
}

absl::StatusOr<v1::Requisition> ProcurementHandlers::GetRequisition(
    const CallContext& call, const v1::GetRequisitionRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id,
                          ParseId(kRequisitionPattern, request.name(), "name"));
  return db::RunTransaction(*pool_, call, kOneSnapshot,
                            [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Requisition> {
                              std::optional<Requisition> requisition = ReadRequisition(tx, id);
                              if (!requisition) return RequisitionNotFound(id);
                              requisition->lines = ReadRequisitionLines(tx, id);
                              return ToProto(*requisition);
                            });
}

absl::StatusOr<v1::ListRequisitionsResponse> ProcurementHandlers::ListRequisitions(
    const CallContext& call, const v1::ListRequisitionsRequest& request) {
  if (!v1::RequisitionState_IsValid(request.state())) {
    return InvalidField("state", "is none of the states of a requisition");
  }
  const std::string filter = fmt::format("requisitions {}", static_cast<int>(request.state()));
  QINGQU_ASSIGN_OR_RETURN(NewestFirstPage page,
                          ParseNewestFirstPage(request.page_size(), request.page_token(), filter));
  page.filter = StateFilter(request.state());
  if (call.principal.scope == auth::Scope::kDepartment) {
    page.department_id = call.principal.department_id;
  }
  return db::RunRead(
      *pool_, call,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListRequisitionsResponse> {
        std::vector<Requisition> requisitions = procurement::ListRequisitions(tx, page);
        v1::ListRequisitionsResponse response;
        if (requisitions.size() == static_cast<size_t>(page.limit)) {
          requisitions.pop_back();
          const Requisition& last = requisitions.back();
          response.set_next_page_token(
              NewestFirstToken(last.created_at, last.requisition_id, filter));
        }
        for (const Requisition& requisition : requisitions) {
          *response.add_requisitions() = ToProto(requisition);
        }
        return response;
      });
}

}  // namespace qingqu::procurement
