#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/business_day.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/procurement/agreement_store.h"
#include "services/procurement/convert.h"
#include "services/procurement/errors.h"
#include "services/procurement/fact_store.h"
#include "services/procurement/journal_entries.h"
#include "services/procurement/procurement_handlers.h"
#include "services/procurement/purchase_check.h"
#include "services/procurement/requests.h"

namespace qingqu::procurement {
namespace {

constexpr std::string_view kAgreementPattern = "agreements/{agreement}";

absl::Status CheckParties(pqxx::transaction_base& tx, const Agreement& agreement,
                          const CivilDate& day) {
  if (!SeesAlliance(tx, agreement.alliance_id)) return AllianceNotFound(agreement.alliance_id);
  const std::optional<SupplierFacts> supplier = ReadSupplier(tx, agreement.supplier_id);
  if (!supplier) return SupplierNotFound(agreement.supplier_id);
  const ItemFactsById items = ReadItems(tx, {agreement.item_id});
  if (items.empty()) return ItemNotFound(agreement.item_id);
  const ItemFacts& item = items.begin()->second;
  if (const std::string why = WhyNotBuyable(item, day); !why.empty()) {
    FieldViolations problem;
    problem.Add("agreement.item", why);
    return ItemNotBuyable(problem);
  }
  if (const std::string why = WhyNotBuyable(*supplier, item.device_class, day); !why.empty()) {
    return SupplierNotBuyable(agreement.supplier_id, why);
  }
  return CheckPurchase(tx, {{.field = "agreement.item", .item_id = agreement.item_id}},
                       agreement.supplier_id, day);
}

}  // namespace

absl::StatusOr<v1::Agreement> ProcurementHandlers::CreateAgreement(
    const CallContext& call, const v1::CreateAgreementRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const Agreement agreement, ParseNewAgreement(call, request));
  return db::RunIdempotent<v1::Agreement>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Agreement> {
        QINGQU_RETURN_IF_ERROR(CheckParties(tx, agreement, BusinessDay(call.received_at)));
        if (!InsertAgreement(tx, agreement)) return AgreementExists(agreement.agreement_id);
        db::AppendJournal(tx, call, AgreementProposed(agreement));
        return ToProto(agreement);
      });
}

absl::StatusOr<v1::Agreement> ProcurementHandlers::ApproveAgreement(
    const CallContext& call, const v1::ApproveAgreementRequest& request) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(call.principal));
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseId(kAgreementPattern, request.name(), "name"));
  return db::RunIdempotent<v1::Agreement>(
      *pool_, call, request, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Agreement> {
        std::optional<Agreement> agreement = LockAgreement(tx, id);
        if (!agreement) return AgreementNotFound(id);
        QINGQU_RETURN_IF_ERROR(CheckEtag(request.etag(), agreement->version));
        const CivilDate day = BusinessDay(call.received_at);
        QINGQU_RETURN_IF_ERROR(CheckApproval(*agreement, auth::ActorOf(call.principal), day));
        // They were in order when it was proposed, which may be months ago.
        QINGQU_RETURN_IF_ERROR(CheckParties(tx, *agreement, day));
        LockPeriod(tx, *agreement);
        if (const auto other = FindOverlap(tx, *agreement)) return AgreementOverlaps(id, *other);
        MarkApproved(tx, id, call.principal.user_id);
        agreement->state = AgreementState::kApproved;
        agreement->approver_id = call.principal.user_id;
        ++agreement->version;
        db::AppendJournal(tx, call, AgreementApproved(*agreement));
        return ToProto(*agreement);
      });
}

absl::StatusOr<v1::Agreement> ProcurementHandlers::GetAgreement(
    const CallContext& call, const v1::GetAgreementRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseId(kAgreementPattern, request.name(), "name"));
  return db::RunRead(*pool_, call,
                     [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::Agreement> {
                       const std::optional<Agreement> agreement = ReadAgreement(tx, id);
                       if (!agreement) return AgreementNotFound(id);
                       return ToProto(*agreement);
                     });
}

absl::StatusOr<v1::ListAgreementsResponse> ProcurementHandlers::ListAgreements(
    const CallContext& call, const v1::ListAgreementsRequest& request) {
  AgreementPage page;
  QINGQU_ASSIGN_OR_RETURN(page.supplier_id,
                          ParseOptionalId("suppliers/{supplier}", request.supplier(), "supplier"));
  QINGQU_ASSIGN_OR_RETURN(page.item_id, ParseOptionalId("items/{item}", request.item(), "item"));
  QINGQU_ASSIGN_OR_RETURN(const int size, ParsePageSize(request.page_size()));
  const std::string filter = fmt::format("agreements {} {}", page.supplier_id, page.item_id);
  QINGQU_ASSIGN_OR_RETURN(const std::vector<std::string> key,
                          ParsePageToken(request.page_token(), filter, 1));
  if (!key.empty()) page.after_id = key[0];
  page.limit = size + 1;
  return db::RunRead(
      *pool_, call, [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListAgreementsResponse> {
        std::vector<Agreement> agreements = procurement::ListAgreements(tx, page);
        v1::ListAgreementsResponse response;
        if (agreements.size() > static_cast<size_t>(size)) {
          agreements.pop_back();
          response.set_next_page_token(EncodePageToken({agreements.back().agreement_id}, filter));
        }
        for (const Agreement& agreement : agreements) {
          *response.add_agreements() = ToProto(agreement);
        }
        return response;
      });
}

}  // namespace qingqu::procurement
