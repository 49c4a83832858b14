#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/quantity.h"
#include "services/procurement/catalog_facts.h"
#include "services/procurement/document_state.h"

namespace qingqu::procurement {

// What one document holds at most.
inline constexpr int kLinesMax = 5'000;

struct RequisitionLine {
  int line_number = 0;
  std::string item_id;
  Quantity quantity_requested;
  Quantity quantity_approved;
  Quantity quantity_ordered;
};

// What a department asks for (申领).
struct Requisition {
  std::string requisition_id;
  std::string department_id;
  std::string institution_id;
  std::string alliance_id;
  std::vector<RequisitionLine> lines;
  RequisitionState state = RequisitionState::kSubmitted;
  std::string requester_id;
  std::string requester_for_id;  // whom they stood in for; empty: nobody
  std::string approver_id;       // who approved or rejected; empty before
  std::string approver_for_id;
  std::string rejection_reason;
  int line_count = 0;
  absl::Time created_at;
  int64_t version = 1;
};

// OK when `approver` may approve or reject it now: REQUISITION_NOT_SUBMITTED, SAME_PERSON.
absl::Status CheckDecision(const Requisition& requisition, RequisitionState decision,
                           const auth::Actor& approver);

// Who asked for it, and who decided.
auth::Actor Requester(const Requisition& requisition);
auth::Actor Approver(const Requisition& requisition);

struct LineReduction {
  int line_number = 0;
  int64_t quantity_approved = 0;
};

// Approves every line in full but those in `reductions`. INVALID_ARGUMENT for a line that is
// unknown or named twice, and for more than asked.
absl::Status ApproveLines(const std::vector<LineReduction>& reductions, Requisition& requisition);

// ITEM_NOT_BUYABLE naming every line whose item may not be bought on `day`.
absl::Status CheckItemsBuyable(const std::vector<RequisitionLine>& lines,
                               const ItemFactsById& items, const CivilDate& day);

}  // namespace qingqu::procurement
