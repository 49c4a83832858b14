#include "services/cli/trace_view.h"

#include <array>
#include <cstdint>
#include <string_view>

#include "google/protobuf/struct.pb.h"

#include "services/cli/arguments.h"
#include "services/cli/message_view.h"

namespace qingqu::cli {
namespace {

using google::protobuf::Struct;
using google::protobuf::Value;

constexpr int64_t kQuantityMax = 1'000'000'000'000'000;

// Each event that a service writes; a test looks for them in the sources.
constexpr std::array kEventNames = std::to_array<EventName>({
    {"supplier.proposed", Message::kEventSupplierProposed},
    {"supplier.approved", Message::kEventSupplierApproved},
    {"supplier.suspended", Message::kEventSupplierSuspended},
    {"supplier.reinstatement_proposed", Message::kEventSupplierReinstatementProposed},
    {"supplier.reinstated", Message::kEventSupplierReinstated},
    {"organisation.created", Message::kEventOrganisationCreated},
    {"organisation.suspended", Message::kEventOrganisationSuspended},
    {"organisation.blacklisted", Message::kEventOrganisationBlacklisted},
    {"organisation.reinstatement_proposed", Message::kEventOrganisationReinstatementProposed},
    {"organisation.reinstated", Message::kEventOrganisationReinstated},
    {"qualification.submitted", Message::kEventQualificationSubmitted},
    {"qualification.reviewed", Message::kEventQualificationReviewed},
    {"qualification.approved", Message::kEventQualificationApproved},
    {"qualification.rejected", Message::kEventQualificationRejected},
    {"qualification.withdrawn", Message::kEventQualificationWithdrawn},
    {"qualification.suspended", Message::kEventQualificationSuspended},
    {"qualification.expiry_announced", Message::kEventQualificationExpiryAnnounced},
    {"registration.expiry_announced", Message::kEventRegistrationExpiryAnnounced},
    {"qualification_policy.changed", Message::kEventQualificationPolicyChanged},
    {"item.proposed", Message::kEventItemProposed},
    {"item.approved", Message::kEventItemApproved},
    {"item.suspended", Message::kEventItemSuspended},
    {"item.reinstatement_proposed", Message::kEventItemReinstatementProposed},
    {"item.reinstated", Message::kEventItemReinstated},
    {"item.drafted", Message::kEventItemDrafted},
    {"item.draft_changed", Message::kEventItemDraftChanged},
    {"item.submitted", Message::kEventItemSubmitted},
    {"item.returned", Message::kEventItemReturned},
    {"item.withdrawn", Message::kEventItemWithdrawn},
    {"item.change_proposed", Message::kEventItemChangeProposed},
    {"item.changed", Message::kEventItemChanged},
    {"item.change_rejected", Message::kEventItemChangeRejected},
    {"item.change_retracted", Message::kEventItemChangeRetracted},
    {"registration.proposed", Message::kEventRegistrationProposed},
    {"registration.approved", Message::kEventRegistrationApproved},
    {"registration.change_proposed", Message::kEventRegistrationChangeProposed},
    {"registration.changed", Message::kEventRegistrationChanged},
    {"registration.change_rejected", Message::kEventRegistrationChangeRejected},
    {"registration.suspended", Message::kEventRegistrationSuspended},
    {"registration.resumed", Message::kEventRegistrationResumed},
    {"registration.cancelled", Message::kEventRegistrationCancelled},
    {"class.imported", Message::kEventClassesImported},
    {"item.imported", Message::kEventItemsImported},
    {"purchase_rule.changed", Message::kEventPurchaseRuleSet},
    {"prices.changed", Message::kEventPricesSet},
    {"price.closed", Message::kEventPriceClosed},
    {"list.proposed", Message::kEventListProposed},
    {"list.approved", Message::kEventListApproved},
    {"list.rejected", Message::kEventListRejected},
    {"list.withdrawn", Message::kEventListWithdrawn},
    {"list_change.proposed", Message::kEventListChangeProposed},
    {"list_change.approved", Message::kEventListChangeApproved},
    {"list_change.rejected", Message::kEventListChangeRejected},
    {"list_change.withdrawn", Message::kEventListChangeWithdrawn},
    {"application.submitted", Message::kEventApplicationSubmitted},
    {"application.resubmitted", Message::kEventApplicationResubmitted},
    {"application.step_approved", Message::kEventApplicationStepApproved},
    {"application.approved", Message::kEventApplicationApproved},
    {"application.rejected", Message::kEventApplicationRejected},
    {"application.withdrawn", Message::kEventApplicationWithdrawn},
    {"code_release.imported", Message::kEventCodeReleaseImported},
    {"code_release.cancellation_proposed", Message::kEventCodeReleaseCancellationProposed},
    {"code_release.cancellation_rejected", Message::kEventCodeReleaseCancellationRejected},
    {"code_release.cancelled", Message::kEventCodeReleaseCancelled},
    {"item_code.withdrawn", Message::kEventItemCodeWithdrawn},
    {"item_code.transcoded", Message::kEventItemCodeTranscoded},
    {"item_code.restored", Message::kEventItemCodeRestored},
    {"item_code.reverted", Message::kEventItemCodeReverted},
    {"code_purchase_rule.changed", Message::kEventCodePurchaseRuleChanged},
    {"local_list.uploaded", Message::kEventLocalListUploaded},
    {"local_list.reopened", Message::kEventLocalListReopened},
    {"mapping.proposed", Message::kEventMappingsProposed},
    {"mapping.decided", Message::kEventMappingsDecided},
    {"mapping.repointed", Message::kEventMappingsRepointed},
    {"item_merge.proposed", Message::kEventItemMergeProposed},
    {"item_merge.approved", Message::kEventItemMergeApproved},
    {"item_merge.rejected", Message::kEventItemMergeRejected},
    {"device_records.imported", Message::kEventDeviceRecordsImported},
    {"agreement.proposed", Message::kEventAgreementProposed},
    {"agreement.approved", Message::kEventAgreementApproved},
    {"requisition.submitted", Message::kEventRequisitionSubmitted},
    {"requisition.approved", Message::kEventRequisitionApproved},
    {"requisition.rejected", Message::kEventRequisitionRejected},
    {"requisition.ordered", Message::kEventRequisitionOrdered},
    {"requisition.returned", Message::kEventRequisitionReturned},
    {"order.placed", Message::kEventOrderPlaced},
    {"order.answered", Message::kEventOrderAnswered},
    {"order.received", Message::kEventOrderReceived},
    {"order.completed", Message::kEventOrderCompleted},
    {"despatch.announced", Message::kEventDespatchAnnounced},
    {"despatch.withdrawn", Message::kEventDespatchWithdrawn},
    {"history.imported", Message::kEventHistoryImported},
    {"location.created", Message::kEventLocationCreated},
    {"receipt.posted", Message::kEventReceiptPosted},
    {"transfer.sent", Message::kEventTransferSent},
    {"transfer.received", Message::kEventTransferReceived},
    {"stock.consumed", Message::kEventStockConsumed},
    {"stock.reserved", Message::kEventStockReserved},
    {"movements.posted", Message::kEventMovementsPosted},
    {"stock.expiry_overridden", Message::kEventExpiryOverridden},
    {"lot.corrected", Message::kEventLotCorrected},
    {"lot.expiry_extended", Message::kEventLotExpiryExtended},
    {"period.closed", Message::kEventPeriodClosed},
    {"ledger.archived", Message::kEventLedgerArchived},
    {"use.recorded", Message::kEventUseRecorded},
    {"use.posted", Message::kEventUsePosted},
    {"use.refused", Message::kEventUseRefused},
    {"alliance.created", Message::kEventAllianceCreated},
    {"institution.created", Message::kEventInstitutionCreated},
    {"department.created", Message::kEventDepartmentCreated},
    {"alliance.renamed", Message::kEventAllianceRenamed},
    {"alliance.lead_changed", Message::kEventAllianceLeadChanged},
    {"institution.renamed", Message::kEventInstitutionRenamed},
    {"institution.closed", Message::kEventInstitutionClosed},
    {"department.renamed", Message::kEventDepartmentRenamed},
    {"department.closed", Message::kEventDepartmentClosed},
    {"location.changed", Message::kEventLocationChanged},
    {"location.closed", Message::kEventLocationClosed},
    {"post.created", Message::kEventPostCreated},
    {"post.ended", Message::kEventPostEnded},
    {"delegation.created", Message::kEventDelegationCreated},
    {"delegation.ended", Message::kEventDelegationEnded},
    {"session.post_switched", Message::kEventSessionPostSwitched},
    {"roles.seeded", Message::kEventRolesSeeded},
    {"role.permissions_changed", Message::kEventRolePermissionsChanged},
    {"user.created", Message::kEventUserCreated},
    {"user.disabled", Message::kEventUserDisabled},
    {"user.signed_in", Message::kEventUserSignedIn},
    {"user.sign_in_failed", Message::kEventUserSignInFailed},
    {"user.signed_out", Message::kEventUserSignedOut},
    {"user.password_changed", Message::kEventUserPasswordChanged},
    {"user.sessions_ended", Message::kEventUserSessionsEnded},
    {"user.second_factor_enrolled", Message::kEventUserSecondFactorEnrolled},
    {"user.second_factor_removed", Message::kEventUserSecondFactorRemoved},
    {"user.recovery_codes_renewed", Message::kEventUserRecoveryCodesRenewed},
    {"user.recovery_code_used", Message::kEventUserRecoveryCodeUsed},
    {"signing_key.rotated", Message::kEventSigningKeyRotated},
    {"user.machine_client_created", Message::kEventUserMachineClientCreated},
    {"user.certificates_changed", Message::kEventUserCertificatesChanged},
    {"api_key.created", Message::kEventApiKeyCreated},
    {"api_key.revoked", Message::kEventApiKeyRevoked},
    {"external_subject.linked", Message::kEventExternalSubjectLinked},
    {"external_subject.unlinked", Message::kEventExternalSubjectUnlinked},
    {"session.token_reused", Message::kEventSessionTokenReused},
    {"question.asked", Message::kEventQuestionAsked},
    {"question.refused", Message::kEventQuestionRefused},
    {"question.people_asked", Message::kEventQuestionPeopleAsked},
    {"question.people_refused", Message::kEventQuestionPeopleRefused},
    {"question.people_sent", Message::kEventQuestionPeopleSent},
});

// The member `name`, which may also be written in camel case; nullptr when there is none.
const Value* Find(const Struct& object, std::string_view name) {
  const auto found = object.fields().find(std::string(name));
  if (found != object.fields().end()) return &found->second;
  std::string camel;
  for (size_t index = 0; index < name.size(); ++index) {
    if (name[index] == '_' && index + 1 < name.size()) {
      camel += static_cast<char>(name[++index] - 'a' + 'A');
    } else {
      camel += name[index];
    }
  }
  const auto other = object.fields().find(camel);
  return other == object.fields().end() ? nullptr : &other->second;
}

std::string TextOf(const Struct& object, std::string_view name) {
  const Value* value = Find(object, name);
  return value == nullptr ? "" : value->string_value();
}

// int64 is a string in proto3 JSON, and a number in JSON that others write.
int64_t NumberOf(const Struct& object, std::string_view name) {
  const Value* value = Find(object, name);
  if (value == nullptr) return 0;
  if (value->kind_case() == Value::kNumberValue) return static_cast<int64_t>(value->number_value());
  return ParseNumber(value->string_value(), {.max = kQuantityMax}).value_or(0);
}

struct LotQuantities {
  int64_t moved = 0;
  int64_t accepted = 0;
  int64_t rejected = 0;
};

bool IsOther(const Struct& line, std::string_view name, std::string_view expected) {
  return Find(line, name) != nullptr && TextOf(line, name) != expected;
}

// Adds up the lines about the lot. A line that names no lot says it in its allocations.
void AddLines(const Value& lines, const TracedLot& traced, LotQuantities& quantities) {
  for (const Value& value : lines.list_value().values()) {
    const Struct& line = value.struct_value();
    if (IsOther(line, "item", traced.item) || IsOther(line, "lot", traced.lot)) continue;
    const Value* allocations = Find(line, "allocations");
    if (allocations != nullptr) {
      AddLines(*allocations, traced, quantities);
      continue;
    }
    if (Find(line, "lot") == nullptr) continue;
    quantities.moved += NumberOf(line, "quantity");
    quantities.accepted += NumberOf(line, "quantity_accepted");
    quantities.rejected += NumberOf(line, "quantity_rejected");
  }
}

std::string QuantityText(const Struct& details, const TracedLot& traced,
                         const Catalogue& catalogue) {
  LotQuantities quantities;
  const Value* lines = Find(details, "lines");
  if (lines != nullptr) AddLines(*lines, traced, quantities);
  if (quantities.rejected > 0) {
    return catalogue.Format(Message::kQuantityWithRejected, quantities.accepted,
                            quantities.rejected);
  }
  const int64_t quantity = quantities.moved > 0 ? quantities.moved : quantities.accepted;
  return quantity == 0 ? "" : fmt::format("{}", quantity);
}

std::string WhereAndWhy(const supervision::v1::Entry& entry) {
  const std::string from = TextOf(entry.details(), "from_location");
  const std::string to = TextOf(entry.details(), "to_location");
  std::string text =
      from.empty() ? TextOf(entry.details(), "location") : fmt::format("{} → {}", from, to);
  if (!entry.reason().empty()) text += (text.empty() ? "" : "; ") + entry.reason();
  return text;
}

// An entry made by a delegation names the holder of the post, too.
std::string WhoText(const supervision::v1::Entry& entry, const Catalogue& catalogue) {
  std::string who = entry.actor();
  const std::string holder = TextOf(entry.details(), "on_behalf_of");
  if (!holder.empty()) who = catalogue.Format(Message::kActsFor, who, holder);
  if (!entry.actor_institution().empty()) who += fmt::format(" ({})", entry.actor_institution());
  return who;
}

std::string EventText(const std::string& event, const Catalogue& catalogue) {
  for (const EventName& known : kEventNames) {
    if (known.event == event) return std::string(catalogue.Text(known.message));
  }
  return event;
}

}  // namespace

std::span<const EventName> AllEventNames() { return kEventNames; }

std::vector<std::string> TraceRow(const supervision::v1::Entry& entry, const TracedLot& traced,
                                  const Catalogue& catalogue) {
  return {LocalTime(entry.entry_time().seconds()),
          EventText(entry.event(), catalogue),
          WhoText(entry, catalogue),
          entry.resource(),
          QuantityText(entry.details(), traced, catalogue),
          WhereAndWhy(entry)};
}

}  // namespace qingqu::cli
