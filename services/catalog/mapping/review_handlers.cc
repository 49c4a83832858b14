#include <map>
#include <set>
#include <string>
#include <vector>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include "common/base/business_day.h"
#include "common/base/strings.h"
#include "common/db/idempotency.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/rpc/timestamp.h"
#include "common/status/page.h"
#include "common/status/status_macros.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/item.h"
#include "services/catalog/mapping/mapping_convert.h"
#include "services/catalog/mapping/mapping_errors.h"
#include "services/catalog/mapping/mapping_handlers.h"
#include "services/catalog/mapping/mapping_rows.h"

namespace qingqu::catalog {
namespace {

constexpr int kDecisionsMax = 1'000;

absl::StatusOr<std::vector<LocalCodeDecision>> ReadDecisions(
    const v1::DecideMappingsRequest& request, CivilDate today) {
  if (request.decisions().empty() || request.decisions_size() > kDecisionsMax) {
    return InvalidField("decisions", fmt::format("must be 1 to {}", kDecisionsMax));
  }
  FieldViolations violations;
  std::vector<LocalCodeDecision> decisions;
  std::set<std::string> seen;
  for (int index = 0; index < request.decisions_size(); ++index) {
    const std::string field = fmt::format("decisions[{}]", index);
    decisions.push_back(ReadDecision(request.decisions(index), field, today, violations));
    if (!seen.insert(decisions.back().local_code).second) {
      violations.Add(field + ".local_code", "stands twice; decide once");
    }
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return decisions;
}

std::vector<std::string> TargetsOf(const LocalCodes& codes,
                                   const std::vector<LocalCodeDecision>& decisions) {
  std::set<std::string> items;
  for (const LocalCodeDecision& decision : decisions) {
    const auto code = codes.find(decision.local_code);
    if (code != codes.end()) items.insert(TargetOf(code->second, decision));
  }
  items.erase("");
  return {items.begin(), items.end()};
}

void TellRefusal(const absl::Status& status, const LocalCode* code,
                 v1::MappingDecisionResult& result) {
  result.set_error_reason(ErrorReason(status));
  result.set_error_message(std::string(ToStd(status.message())));
  if (code == nullptr) return;
  result.set_etag(Etag(*code));
  if (result.error_reason() != "ALREADY_DECIDED") return;
  if (!code->decider_id.empty()) result.set_decider(fmt::format("users/{}", code->decider_id));
  *result.mutable_decide_time() = rpc::ToTimestamp(*code->decided_at);
}

// Written, a local code has a version more.
std::string NextEtag(LocalCode code) {
  ++code.version;
  return Etag(code);
}

struct Verdicts {
  v1::DecideMappingsResponse response;
  std::vector<Decided> decided;
};

Verdicts DecideAll(const LocalCodes& codes, const std::vector<LocalCodeDecision>& decisions,
                   const MappingTargets& targets, CivilDate today) {
  Verdicts verdicts;
  for (const LocalCodeDecision& decision : decisions) {
    v1::MappingDecisionResult& result = *verdicts.response.add_results();
    result.set_local_code(decision.local_code);
    const auto code = codes.find(decision.local_code);
    if (code == codes.end()) {
      TellRefusal(LocalCodeNotFound(decision.local_code), nullptr, result);
      continue;
    }
    absl::StatusOr<DecisionEffect> effect = Decide(code->second, decision, targets, today);
    if (!effect.ok()) {
      TellRefusal(effect.status(), &code->second, result);
      continue;
    }
    verdicts.decided.push_back({&code->second, *std::move(effect)});
    result.set_etag(NextEtag(code->second));
  }
  verdicts.response.set_decided_count(static_cast<int64_t>(verdicts.decided.size()));
  return verdicts;
}

// One entry for all of them.
void Record(pqxx::transaction_base& tx, const CallContext& call, const Institution& institution,
            const std::vector<Decided>& decided) {
  nlohmann::json lines = nlohmann::json::array();
  std::set<std::string> items;
  for (const auto& [code, effect] : decided) {
    nlohmann::json line = {{"local_code", code->row.local_code},
                           {"row_version", code->row_version},
                           {"state", LocalCodeStateName(effect.state)}};
    if (!effect.reason.empty()) line["reason"] = effect.reason;
    if (effect.end.has_value()) {
      line["ended_item"] = ItemName(code->mapping->item_id);
      line["valid_to"] = effect.end->valid_to.ToString();
      items.insert(ItemName(code->mapping->item_id));
    }
    if (effect.begin.has_value()) {
      line["item"] = ItemName(effect.begin->item_id);
      line["unit_factor"] = effect.begin->unit_factor;
      line["valid_from"] = effect.begin->valid_from.ToString();
      line["evidence"] = EvidenceText(effect.begin->evidence);
      items.insert(ItemName(effect.begin->item_id));
    }
    lines.push_back(std::move(line));
  }
  db::AppendJournal(tx, call,
                    {.event = "mapping.decided",
                     .resource = fmt::format("institutions/{}", institution.id),
                     .subjects = {items.begin(), items.end()},
                     .institution_id = institution.id,
                     .alliance_id = institution.alliance_id,
                     .details_json = nlohmann::json{{"lines", std::move(lines)}}.dump()});
}

absl::StatusOr<ReviewQueueOptions> ReadQueueOptions(const v1::ListReviewQueueRequest& request,
                                                    const std::string& filter) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  QINGQU_ASSIGN_OR_RETURN(const int page_size, ParsePageSize(request.page_size()));
  QINGQU_ASSIGN_OR_RETURN(const auto key, ParsePageToken(request.page_token(), filter, 3));
  ReviewQueueOptions options{
      .institution_id = id,
      .state = request.postponed() ? LocalCodeState::kPostponed : LocalCodeState::kReview,
      .limit = page_size + 1};
  if (key.empty()) return options;
  const absl::StatusOr<int64_t> score = ParseMicrosecondsKey(key[1]);
  if (!score.ok() || *score < 0 || *score > 10'000) return WrongPageToken();
  options.after_group = key[0];
  options.after_score = static_cast<int32_t>(*score);
  options.after_code = key[2];
  return options;
}

void AddGroups(pqxx::transaction_base& tx, const ReviewQueueOptions& options,
               const std::vector<std::string>& groups, v1::ListReviewQueueResponse& response) {
  const auto counts = CountReviewGroups(tx, options, groups);
  for (const std::string& group : groups) {
    v1::ReviewGroup& added = *response.add_groups();
    const std::string item = ItemOfReviewGroup(group);
    if (!item.empty()) added.set_item(ItemName(item));
    const auto count = counts.find(group);
    added.set_left_count(count == counts.end() ? 0 : count->second);
  }
}

void AddCounts(pqxx::transaction_base& tx, const std::string& institution_id,
               v1::ListReviewQueueResponse& response) {
  std::map<LocalCodeState, int64_t> counts = CountLocalCodes(tx, institution_id);
  response.set_review_count(counts[LocalCodeState::kReview]);
  response.set_postponed_count(counts[LocalCodeState::kPostponed]);
  response.set_awaiting_count(counts[LocalCodeState::kAwaiting]);
  response.set_mapped_count(counts[LocalCodeState::kMapped]);
  response.set_not_in_catalogue_count(counts[LocalCodeState::kNotInCatalogue]);
}

void AddPage(pqxx::transaction_base& tx, const ReviewQueueOptions& options,
             const std::string& filter, v1::ListReviewQueueResponse& response) {
  std::vector<std::string> groups;
  const std::vector<LocalCode> codes = catalog::ListReviewQueue(tx, options);
  const size_t page = static_cast<size_t>(options.limit) - 1;
  for (size_t i = 0; i < std::min(page, codes.size()); ++i) {
    *response.add_local_codes() = ToProto(codes[i]);
    if (groups.empty() || groups.back() != codes[i].review_group) {
      groups.push_back(codes[i].review_group);
    }
  }
  if (codes.size() > page) {
    const LocalCode& last = codes[page - 1];
    response.set_next_page_token(EncodePageToken(
        {last.review_group, fmt::format("{}", last.score), last.row.local_code}, filter));
  }
  AddGroups(tx, options, groups, response);
}

}  // namespace

absl::StatusOr<v1::ListReviewQueueResponse> MappingHandlers::ListReviewQueue(
    const CallContext& call, const v1::ListReviewQueueRequest& request) {
  const std::string filter = fmt::format("review queue {} {} {}", request.institution(),
                                         request.postponed(), request.item());
  QINGQU_ASSIGN_OR_RETURN(ReviewQueueOptions options, ReadQueueOptions(request, filter));
  std::string item;
  if (!request.item().empty()) {
    QINGQU_ASSIGN_OR_RETURN(item, ParseName("item", "items/{item}", request.item()));
  }
  return db::RunTransaction(
      *pool_, call, {.snapshot_read = true},
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::ListReviewQueueResponse> {
        QINGQU_RETURN_IF_ERROR(FindInstitution(tx, options.institution_id).status());
        v1::ListReviewQueueResponse response;
        AddCounts(tx, options.institution_id, response);
        if (!item.empty()) {
          const MappingTargets targets = ReadTargets(tx, {item});
          if (targets.empty()) return response;
          options.only_group = ReviewGroupOf(targets.begin()->second);
        }
        AddPage(tx, options, filter, response);
        return response;
      });
}

absl::StatusOr<v1::DecideMappingsResponse> MappingHandlers::DecideMappings(
    const CallContext& call, const v1::DecideMappingsRequest& request) {
  const CivilDate today = BusinessDay(call.received_at);
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  QINGQU_ASSIGN_OR_RETURN(const std::vector<LocalCodeDecision> decisions,
                          ReadDecisions(request, today));
  std::vector<std::string> names;
  for (const LocalCodeDecision& decision : decisions) names.push_back(decision.local_code);
  return db::RunIdempotent<v1::DecideMappingsResponse>(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::DecideMappingsResponse> {
        QINGQU_ASSIGN_OR_RETURN(const Institution institution, FindInstitution(tx, id));
        // What the codes propose may change before they are locked: then other items are locked
        // after them, which whoever merges these just now would have to wait for and try again.
        LockTargets(tx, TargetsOf(GetLocalCodes(tx, id, names), decisions));
        const LocalCodes codes = LockLocalCodes(tx, id, names);
        const MappingTargets targets = LockTargets(tx, TargetsOf(codes, decisions));
        const Verdicts verdicts = DecideAll(codes, decisions, targets, today);
        if (verdicts.decided.empty()) return verdicts.response;
        WriteDecisions(tx, institution,
                       {.user_id = call.principal.user_id, .now = call.received_at},
                       verdicts.decided);
        Record(tx, call, institution, verdicts.decided);
        return verdicts.response;
      });
}

absl::StatusOr<v1::CompareAgainResponse> MappingHandlers::CompareAgain(
    const CallContext& call, const v1::CompareAgainRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(const std::string id, ParseInstitution(request.institution()));
  return db::RunIdempotent<v1::CompareAgainResponse>(
      *pool_, call, request,
      [&](pqxx::transaction_base& tx) -> absl::StatusOr<v1::CompareAgainResponse> {
        QINGQU_ASSIGN_OR_RETURN(const Institution institution, FindInstitution(tx, id));
        v1::CompareAgainResponse response;
        response.set_awaiting_count(catalog::CompareAgain(tx, id));
        db::AppendJournal(
            tx, call,
            {.event = "local_list.reopened",
             .resource = fmt::format("institutions/{}", id),
             .institution_id = id,
             .alliance_id = institution.alliance_id,
             .details_json = fmt::format(R"({{"awaiting":{}}})", response.awaiting_count())});
        return response;
      });
}

}  // namespace qingqu::catalog
