#include "services/catalog/mapping/mapping_decision.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/item.h"
#include "services/catalog/mapping/mapping_errors.h"

namespace qingqu::catalog {
namespace {

using Kind = LocalCodeDecision::Kind;

bool IsDecided(LocalCodeState state) {
  return state == LocalCodeState::kMapped || state == LocalCodeState::kNotInCatalogue ||
         state == LocalCodeState::kPostponed;
}

// Whether the decider saw what is there now.
absl::Status CheckSeen(const LocalCode& code, const std::string& etag) {
  if (etag == Etag(code)) return absl::OkStatus();
  const bool same_row = etag.starts_with(fmt::format("{}-", code.row_version));
  if (same_row && IsDecided(code.state) && code.decided_at.has_value()) {
    return AlreadyDecided(code.row.local_code, code.decider_id, *code.decided_at);
  }
  return LocalCodeChanged(code.row.local_code);
}

// Proposals were made for the row as it is only once it was compared.
const KeptProposal* ProposalFor(const LocalCode& code, std::string_view item_id) {
  if (code.state == LocalCodeState::kAwaiting) return nullptr;
  const auto found = std::ranges::find(code.proposals, item_id, &KeptProposal::item_id);
  return found == code.proposals.end() ? nullptr : &*found;
}

absl::StatusOr<DecisionEffect> DecideItem(const LocalCode& code, const LocalCodeDecision& decision,
                                          const MappingTargets& targets, CivilDate today) {
  const std::string item_id = TargetOf(code, decision);
  if (item_id.empty()) return ProposalNotFound(code.row.local_code, decision.proposal);
  const auto target = targets.find(item_id);
  if (target == targets.end()) return ItemNotFound(ItemName(item_id));
  if (!target->second.approved) return TargetNotApproved(item_id);
  const std::optional<int64_t> factor = decision.unit_factor != 0
                                            ? std::optional(decision.unit_factor)
                                            : UnitFactorOf(code.row, target->second);
  if (!factor.has_value()) return UnitFactorUnknown(code.row.local_code, item_id);
  DecisionEffect effect{.state = LocalCodeState::kMapped, .reason = decision.reason};
  const std::optional<OpenMapping>& present = code.mapping;
  if (present.has_value() && present->item_id == item_id && present->unit_factor == *factor) {
    return effect;
  }
  const CivilDate valid_from = decision.valid_from.value_or(today);
  const std::optional<CivilDate> free_from =
      present.has_value() ? std::optional(present->valid_from) : code.free_from;
  if (free_from.has_value() && valid_from < *free_from) {
    return ValidFromTooEarly(code.row.local_code, *free_from);
  }
  if (present.has_value()) {
    if (decision.reason.empty()) return ReasonMissing(code.row.local_code);
    effect.end = MappingEnd{present->mapping_id, valid_from, decision.reason};
  }
  const KeptProposal* const proposal = ProposalFor(code, item_id);
  effect.begin = NewMapping{
      .item_id = item_id,
      .unit_factor = *factor,
      .valid_from = valid_from,
      .score = proposal == nullptr ? 0 : proposal->score,
      .evidence = proposal == nullptr ? std::vector<MappingEvidence>() : proposal->evidence};
  return effect;
}

}  // namespace

std::string TargetOf(const LocalCode& code, const LocalCodeDecision& decision) {
  if (decision.kind == Kind::kItem) return decision.item_id;
  const bool there = decision.kind == Kind::kProposal && code.state != LocalCodeState::kAwaiting &&
                     decision.proposal >= 1 &&
                     static_cast<size_t>(decision.proposal) <= code.proposals.size();
  return there ? code.proposals[static_cast<size_t>(decision.proposal) - 1].item_id : "";
}

absl::StatusOr<DecisionEffect> Decide(const LocalCode& code, const LocalCodeDecision& decision,
                                      const MappingTargets& targets, CivilDate today) {
  QINGQU_RETURN_IF_ERROR(CheckSeen(code, decision.etag));
  if (decision.kind == Kind::kProposal || decision.kind == Kind::kItem) {
    return DecideItem(code, decision, targets, today);
  }
  if (decision.kind == Kind::kPostpone) {
    if (IsDecided(code.state) && code.state != LocalCodeState::kPostponed) {
      return AlreadyDecided(code.row.local_code, code.decider_id, *code.decided_at);
    }
    return DecisionEffect{.state = LocalCodeState::kPostponed, .reason = decision.reason};
  }
  const bool reopens = decision.kind == Kind::kReopen;
  if (reopens && !IsDecided(code.state)) return NothingDecided(code.row.local_code);
  if (decision.reason.empty()) return ReasonMissing(code.row.local_code);
  DecisionEffect effect{
      .state = reopens ? LocalCodeState::kReview : LocalCodeState::kNotInCatalogue,
      .reason = decision.reason};
  if (code.mapping.has_value()) {
    effect.end = MappingEnd{code.mapping->mapping_id, std::max(today, code.mapping->valid_from),
                            decision.reason};
  }
  return effect;
}

PlatformJudgement Judge(const LocalCode& code, const MappingDecision& compared,
                        const MappingTargets& targets, CivilDate today) {
  PlatformJudgement judgement{.review_group = std::string(kNothingFoundGroup)};
  if (compared.proposals.empty()) return judgement;
  for (const MappingProposal& proposal : compared.proposals) {
    judgement.proposals.push_back(Kept(proposal));
  }
  const KeptProposal& best = judgement.proposals.front();
  const auto target = targets.find(best.item_id);
  QINGQU_CHECK(target != targets.end());
  judgement.score = best.score;
  judgement.review_group = ReviewGroupOf(target->second);
  const std::optional<int64_t> factor = UnitFactorOf(code.row, target->second);
  if (!compared.unambiguous || !target->second.approved || !factor.has_value()) return judgement;
  if (code.mapping.has_value()) {
    // The row is another than the one that was mapped; the same answer again needs nobody.
    const bool same = code.mapping->item_id == best.item_id && code.mapping->unit_factor == *factor;
    if (same) judgement.state = LocalCodeState::kMapped;
    return judgement;
  }
  if (!code.decider_id.empty()) return judgement;
  judgement.state = LocalCodeState::kMapped;
  judgement.begin = NewMapping{.item_id = best.item_id,
                               .unit_factor = *factor,
                               .valid_from = today,
                               .score = best.score,
                               .evidence = best.evidence};
  return judgement;
}

std::string ReviewGroupOf(const MappingTarget& target) {
  return fmt::format("{}/{}", target.class_code, target.item_id);
}

std::string ItemOfReviewGroup(std::string_view group) {
  const size_t slash = group.find('/');
  return slash == group.npos ? "" : std::string(group.substr(slash + 1));
}

}  // namespace qingqu::catalog
