#include "services/procurement/agreement.h"

#include "services/procurement/errors.h"

namespace qingqu::procurement {

absl::Status CheckApproval(const Agreement& agreement, const auth::Actor& approver, CivilDate day) {
  if (!MayChange(agreement.state, AgreementState::kApproved)) {
    return AgreementNotProposed(agreement.agreement_id, StateName(agreement.state));
  }
  if (auth::ShareAPerson(approver, {.user_id = agreement.proposer_id,
                                    .on_behalf_of = agreement.proposer_for_id})) {
    return SamePerson("who proposed an agreement may not approve it");
  }
  if (agreement.end_date < day) {
    return AgreementEnded(agreement.agreement_id, agreement.end_date);
  }
  return absl::OkStatus();
}

}  // namespace qingqu::procurement
