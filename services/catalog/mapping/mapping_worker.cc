#include "services/catalog/mapping/mapping_worker.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "nlohmann/json.hpp"
#include "spdlog/spdlog.h"

#include "common/base/business_day.h"
#include "common/db/journal.h"
#include "common/db/transaction.h"
#include "common/status/status_macros.h"
#include "services/catalog/item.h"
#include "services/catalog/mapping/mapping_rows.h"
#include "services/catalog/mapping/mapping_store.h"

namespace qingqu::catalog {
namespace {

constexpr int kCodesAtOnce = 500;
constexpr absl::Duration kTimeMax = absl::Seconds(60);

// A local code as it was read, and what the catalogue says to it.
struct Compared {
  LocalCode code;
  MappingDecision decision;
};

std::vector<std::string> TargetsOf(const std::vector<Compared>& compared) {
  std::set<std::string> items;
  for (const Compared& one : compared) {
    if (!one.decision.proposals.empty()) items.insert(one.decision.proposals.front().item_id);
  }
  return {items.begin(), items.end()};
}

// Those that are still as they were when they were compared.
std::vector<Judged> JudgeAll(const std::vector<Compared>& compared, const MappingTargets& targets,
                             const LocalCodes& present, CivilDate today) {
  std::vector<Judged> judged;
  for (const Compared& one : compared) {
    const auto code = present.find(one.code.row.local_code);
    if (code == present.end() || code->second.version != one.code.version) continue;
    judged.push_back({&code->second, Judge(code->second, one.decision, targets, today)});
  }
  return judged;
}

// One entry for all of them, with each decision and its evidence.
void Record(pqxx::transaction_base& tx, const CallContext& call, const Institution& institution,
            const std::vector<Judged>& judged) {
  nlohmann::json decided = nlohmann::json::array();
  std::set<std::string> items;
  int64_t queued = 0;
  for (const auto& [code, judgement] : judged) {
    if (judgement.state == LocalCodeState::kReview) ++queued;
    if (!judgement.begin.has_value()) continue;
    items.insert(ItemName(judgement.begin->item_id));
    decided.push_back({{"local_code", code->row.local_code},
                       {"row_version", code->row_version},
                       {"item", ItemName(judgement.begin->item_id)},
                       {"unit_factor", judgement.begin->unit_factor},
                       {"valid_from", judgement.begin->valid_from.ToString()},
                       {"score", judgement.begin->score},
                       {"evidence", EvidenceText(judgement.begin->evidence)}});
  }
  const nlohmann::json details = {
      {"compared", judged.size()}, {"queued", queued}, {"decided", std::move(decided)}};
  db::AppendJournal(tx, call,
                    {.event = "mapping.proposed",
                     .resource = fmt::format("institutions/{}", institution.id),
                     .subjects = {items.begin(), items.end()},
                     .institution_id = institution.id,
                     .alliance_id = institution.alliance_id,
                     .details_json = details.dump()});
}

}  // namespace

// True when there may be more.
absl::StatusOr<bool> MappingWorker::CompareSome() {
  const CallContext call{.principal = auth::SystemPrincipal("catalog"),
                         .method = "catalog/mapping",
                         .client = "catalog",
                         .received_at = clock_->Now(),
                         .deadline = absl::Now() + kTimeMax};
  QINGQU_ASSIGN_OR_RETURN(
      std::vector<LocalCode> awaiting,
      db::RunRead(*pool_, call,
                  [](pqxx::transaction_base& tx) -> absl::StatusOr<std::vector<LocalCode>> {
                    return ListAwaiting(tx, kCodesAtOnce);
                  }));
  if (awaiting.empty()) return false;
  const Institution institution{.id = awaiting.front().institution_id,
                                .alliance_id = awaiting.front().alliance_id};
  std::vector<Compared> compared;
  std::vector<std::string> names;
  for (LocalCode& code : awaiting) {
    names.push_back(code.row.local_code);
    MappingDecision decision = search_->matcher().Match(code.row.said);
    compared.push_back({std::move(code), std::move(decision)});
  }
  QINGQU_RETURN_IF_ERROR(
      db::RunTransaction(*pool_, call, [&](pqxx::transaction_base& tx) -> absl::Status {
        const MappingTargets targets = LockTargets(tx, TargetsOf(compared));
        const LocalCodes present = LockLocalCodes(tx, institution.id, names);
        const std::vector<Judged> judged =
            JudgeAll(compared, targets, present, BusinessDay(call.received_at));
        if (judged.empty()) return absl::OkStatus();
        WriteJudgements(tx, institution, call.received_at, judged);
        Record(tx, call, institution, judged);
        return absl::OkStatus();
      }));
  return true;
}

absl::Status MappingWorker::Look() {
  if (!search_->ready()) return absl::OkStatus();
  for (bool more = true; more;) {
    QINGQU_ASSIGN_OR_RETURN(more, CompareSome());
  }
  return absl::OkStatus();
}

void MappingWorker::Start() {
  loop_.Start([this](const std::stop_token&) {
    absl::StatusOr<bool> more = false;
    if (search_->ready()) more = CompareSome();
    if (!more.ok()) {
      spdlog::warn("hospitals' rows are not compared: {}", more.status().ToString());
    } else if (*more) {
      return absl::ZeroDuration();
    }
    return options_.look_every;
  });
}

}  // namespace qingqu::catalog
