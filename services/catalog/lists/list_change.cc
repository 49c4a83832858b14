#include "services/catalog/lists/list_change.h"

#include <set>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/db/call_id.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/lists/list_errors.h"

namespace qingqu::catalog {
namespace {

constexpr size_t kLinesMax = 1000;

struct StateName {
  ListChangeState state;
  std::string_view name;
  v1::ListChangeState proto;
};
constexpr StateName kStates[] = {
    {ListChangeState::kProposed, "proposed", v1::LIST_CHANGE_STATE_PROPOSED},
    {ListChangeState::kApproved, "approved", v1::LIST_CHANGE_STATE_APPROVED},
    {ListChangeState::kRejected, "rejected", v1::LIST_CHANGE_STATE_REJECTED},
    {ListChangeState::kWithdrawn, "withdrawn", v1::LIST_CHANGE_STATE_WITHDRAWN},
};

std::string UserName(std::string_view id) { return id.empty() ? "" : fmt::format("users/{}", id); }

std::vector<std::string> ReadItems(const google::protobuf::RepeatedPtrField<std::string>& names,
                                   std::string_view field, std::set<std::string>& seen,
                                   FieldViolations& violations) {
  std::vector<std::string> ids;
  for (int index = 0; index < names.size(); ++index) {
    const std::string path = fmt::format("list_change.{}[{}]", field, index);
    ids.push_back(CheckParsed(path, ParseResourceId("items/{item}", names[index]), violations));
    if (!seen.insert(names[index]).second) violations.Add(path, "is named twice");
  }
  return ids;
}

void CheckCount(const ListChange& change, FieldViolations& violations) {
  const size_t count = change.additions.size() + change.removals.size();
  if (change.ends_list && count > 0) {
    violations.Add("list_change.ends_list", "goes without additions and removals");
  }
  if (!change.ends_list && (count == 0 || count > kLinesMax)) {
    violations.Add("list_change.additions",
                   fmt::format("must be 1 to {} together with removals", kLinesMax));
  }
}

}  // namespace

std::string_view ListChangeStateName(ListChangeState state) {
  for (const StateName& known : kStates) {
    if (known.state == state) return known.name;
  }
  QINGQU_CHECK(false);
}

ListChangeState ListChangeStateFromName(std::string_view name) {
  for (const StateName& known : kStates) {
    if (known.name == name) return known.state;
  }
  QINGQU_CHECK(false);
}

absl::StatusOr<std::optional<ListChangeState>> ListChangeStateFilter(v1::ListChangeState state) {
  if (state == v1::LIST_CHANGE_STATE_UNSPECIFIED) return std::nullopt;
  for (const StateName& known : kStates) {
    if (known.proto == state) return known.state;
  }
  return InvalidField("state", "is no state of a change");
}

std::string ListChangeName(std::string_view id) { return fmt::format("listChanges/{}", id); }

v1::ListChange ToProto(const ListChange& change) {
  v1::ListChange message;
  message.set_name(ListChangeName(change.id));
  message.set_approved_list(fmt::format("approvedLists/{}", change.list_id));
  message.set_start_date(change.start_date.ToString());
  for (const std::string& id : change.additions) message.add_additions(fmt::format("items/{}", id));
  for (const std::string& id : change.removals) message.add_removals(fmt::format("items/{}", id));
  message.set_ends_list(change.ends_list);
  message.set_reason(change.reason);
  for (const StateName& known : kStates) {
    if (known.state == change.state) message.set_state(known.proto);
  }
  message.set_proposer(UserName(change.proposer_id));
  message.set_decider(UserName(change.decider_id));
  message.set_decision_reason(change.decision_reason);
  *message.mutable_create_time() = rpc::ToTimestamp(change.created_at);
  if (change.decided_at) *message.mutable_decide_time() = rpc::ToTimestamp(*change.decided_at);
  return message;
}

absl::StatusOr<ListChange> ParseChange(const CallContext& call,
                                       const v1::ProposeListChangeRequest& request) {
  const v1::ListChange& message = request.list_change();
  FieldViolations violations;
  ListChange change{
      .id = request.list_change_id().empty() ? db::IdOfCall(call) : request.list_change_id(),
      .start_date = BusinessDay(call.received_at),
      .ends_list = message.ends_list(),
      .proposer_id = call.principal.user_id,
      .created_at = call.received_at};
  violations.AddIfError("list_change_id", ValidateResourceId(change.id));
  change.list_id = CheckParsed(
      "list_change.approved_list",
      ParseResourceId("approvedLists/{approved_list}", message.approved_list()), violations);
  change.reason = CheckText("list_change.reason", message.reason(), {1, 500}, violations);
  std::set<std::string> seen;
  change.additions = ReadItems(message.additions(), "additions", seen, violations);
  change.removals = ReadItems(message.removals(), "removals", seen, violations);
  CheckCount(change, violations);
  if (!message.start_date().empty()) {
    const absl::StatusOr<CivilDate> day = CivilDate::Parse(message.start_date());
    violations.AddIfError("list_change.start_date", day.status());
    if (day.ok() && *day < change.start_date) {
      violations.Add("list_change.start_date", "has passed");
    }
    if (day.ok()) change.start_date = *day;
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return change;
}

absl::Status CheckLines(const ListChange& change, const std::vector<ListLineFacts>& facts) {
  QINGQU_CHECK(facts.size() == change.additions.size() + change.removals.size());
  FieldViolations violations;
  absl::StatusCode code = absl::StatusCode::kFailedPrecondition;
  std::string reason;
  const auto add = [&](const std::string& path, absl::StatusCode its_code,
                       std::string_view its_reason, std::string_view text) {
    if (reason.empty()) {
      code = its_code;
      reason = its_reason;
    }
    violations.Add(path, fmt::format("{}: {}", its_reason, text));
  };
  for (size_t index = 0; index < facts.size(); ++index) {
    const bool adds = index < change.additions.size();
    const size_t line = adds ? index : index - change.additions.size();
    const std::string path =
        fmt::format("list_change.{}[{}]", adds ? "additions" : "removals", line);
    const ListLineFacts& fact = facts[index];
    if (!fact.known) {
      add(path, absl::StatusCode::kNotFound, "ITEM_NOT_FOUND", "there is no such item");
    } else if (adds && (fact.stays || fact.ends_later)) {
      add(path, absl::StatusCode::kFailedPrecondition, "ITEM_ALREADY_LISTED",
          "the item is on the list on that day");
    } else if (!adds && !fact.stays) {
      add(path, absl::StatusCode::kFailedPrecondition, "ITEM_NOT_LISTED",
          "the item is not on the list, or its end is decided");
    }
  }
  return violations.empty() ? absl::OkStatus() : violations.ToStatus(code, reason);
}

absl::Status CheckDecision(const ListChange& change, const auth::Actor& decider) {
  const std::string name = ListChangeName(change.id);
  if (change.state != ListChangeState::kProposed) return ListChangeNotProposed(name);
  const auth::Actor proposer{.user_id = change.proposer_id, .on_behalf_of = change.proposer_for_id};
  return auth::ShareAPerson(decider, proposer) ? SamePerson(name) : absl::OkStatus();
}

absl::Status CheckWithdrawal(const ListChange& change, std::string_view user_id) {
  const std::string name = ListChangeName(change.id);
  if (change.state != ListChangeState::kProposed) return ListChangeNotProposed(name);
  return change.proposer_id == user_id ? absl::OkStatus() : NotProposer(name);
}

}  // namespace qingqu::catalog
