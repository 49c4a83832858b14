#include "services/catalog/codes/code_convert.h"

#include <array>
#include <utility>

#include "fmt/format.h"

#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "services/catalog/codes/code_cancellation.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {
namespace {

constexpr int kRuleDaysAheadMax = 366;

using StateName = std::pair<std::string_view, v1::CodeState>;
constexpr std::array<StateName, 3> kStates{{{"current", v1::CODE_STATE_CURRENT},
                                            {"withdrawn", v1::CODE_STATE_WITHDRAWN},
                                            {"transcoded", v1::CODE_STATE_TRANSCODED}}};
using KindName = std::pair<std::string_view, v1::CodeRuleKind>;
constexpr std::array<KindName, 3> kKinds{{{"withdrawn", v1::CODE_RULE_KIND_WITHDRAWN},
                                          {"changed", v1::CODE_RULE_KIND_CHANGED},
                                          {"mapped", v1::CODE_RULE_KIND_MAPPED}}};
using ActionName = std::pair<std::string_view, v1::CodeRuleAction>;
constexpr std::array<ActionName, 3> kActions{{{"refuse", v1::CODE_RULE_ACTION_REFUSE},
                                              {"warn", v1::CODE_RULE_ACTION_WARN},
                                              {"allow", v1::CODE_RULE_ACTION_ALLOW}}};

template <typename Value>
Value ValueOf(const std::array<std::pair<std::string_view, Value>, 3>& names,
              std::string_view name) {
  for (const auto& [each, value] : names) {
    if (each == name) return value;
  }
  return Value{};
}

// "" for what has no name.
template <typename Value>
std::string NameOf(const std::array<std::pair<std::string_view, Value>, 3>& names, Value value) {
  for (const auto& [name, each] : names) {
    if (each == value) return std::string(name);
  }
  return "";
}

v1::CodeTranscoding ToProto(Transcoding transcoding) {
  switch (transcoding) {
    case Transcoding::kNone:
      return v1::CODE_TRANSCODING_UNSPECIFIED;
    case Transcoding::kChanged:
      return v1::CODE_TRANSCODING_CHANGED;
    case Transcoding::kMapped:
      return v1::CODE_TRANSCODING_MAPPED;
  }
  return v1::CODE_TRANSCODING_UNSPECIFIED;
}

v1::CodeList ToProto(CodeList list) {
  switch (list) {
    case CodeList::kSpecifications:
      return v1::CODE_LIST_SPECIFICATIONS;
    case CodeList::kWithdrawals:
      return v1::CODE_LIST_WITHDRAWALS;
    case CodeList::kTranscodings:
      return v1::CODE_LIST_TRANSCODINGS;
  }
  return v1::CODE_LIST_UNSPECIFIED;
}

}  // namespace

void SetPart(const ReleasePart& part, v1::CodeImport& message) {
  message.set_release(CodeReleaseName(part.release_id));
  message.set_effective_date(part.effective_date.ToString());
  message.set_list(ToProto(part.list));
}

v1::CodeRelease ToProto(const CodeRelease& release) {
  v1::CodeRelease message;
  message.set_name(CodeReleaseName(release.id));
  message.set_effective_date(release.effective_date.ToString());
  message.set_specification_count(release.specification_count);
  message.set_withdrawal_count(release.withdrawal_count);
  message.set_transcoding_count(release.transcoding_count);
  *message.mutable_create_time() = rpc::ToTimestamp(release.created_at);
  *message.mutable_update_time() = rpc::ToTimestamp(release.updated_at);
  if (!release.cancellation_proposer.user_id.empty()) {
    message.set_cancellation_proposer(
        fmt::format("users/{}", release.cancellation_proposer.user_id));
  }
  message.set_cancellation_reason(release.cancellation_reason);
  message.set_cancellation_refusal(release.cancellation_refusal);
  if (release.cancelled_at.has_value()) {
    message.set_canceller(fmt::format("users/{}", release.canceller_id));
    *message.mutable_cancel_time() = rpc::ToTimestamp(*release.cancelled_at);
  }
  message.set_etag(Etag(release));
  return message;
}

v1::NationalCode ToProto(const NationalCode& code) {
  const CodeRow& description = code.description;
  v1::NationalCode message;
  message.set_code(description.code);
  message.set_state(ValueOf(kStates, code.state));
  message.set_effective_date(code.effective_date.ToString());
  message.set_release(CodeReleaseName(code.release_id));
  message.set_new_code(description.new_code);
  message.set_transcoding(ToProto(description.transcoding));
  message.set_described(code.described);
  message.set_product_name(description.product_name);
  message.set_generic_name(description.generic_name);
  message.set_manufacturer(description.manufacturer);
  message.set_registration_number(description.registration_number);
  message.set_specification(description.specification);
  message.set_model(description.model);
  message.set_device_identifier(description.device_identifier);
  message.set_original_code(description.original_code);
  return message;
}

v1::NationalCodeEvent ToProto(const CodeEvent& event) {
  v1::NationalCodeEvent message;
  message.set_effective_date(event.effective_date.ToString());
  message.set_state(ValueOf(kStates, event.state));
  message.set_release(CodeReleaseName(event.release_id));
  message.set_new_code(event.new_code);
  message.set_transcoding(ToProto(event.transcoding));
  message.set_specification(event.specification);
  message.set_model(event.model);
  message.set_product_name(event.product_name);
  if (event.cancelled_at.has_value()) {
    *message.mutable_cancel_time() = rpc::ToTimestamp(*event.cancelled_at);
    message.set_cancellation_reason(event.cancellation_reason);
  }
  return message;
}

v1::ItemWithWithdrawnCode ToProto(const ItemWithCode& item) {
  v1::ItemWithWithdrawnCode message;
  message.set_item(fmt::format("items/{}", item.item_id));
  message.set_display_name(item.display_name);
  message.set_national_code(item.national_code);
  message.set_code_state(ValueOf(kStates, item.state));
  message.set_effective_date(item.effective_date.ToString());
  message.set_release(CodeReleaseName(item.release_id));
  message.set_new_code(item.new_code);
  message.set_transcoding(ToProto(item.transcoding));
  message.set_action(ValueOf(kActions, item.action));
  return message;
}

v1::CodePurchaseRule ToProto(const CodePurchaseRule& rule) {
  v1::CodePurchaseRule message;
  message.set_kind(ValueOf(kKinds, rule.kind));
  message.set_action(ValueOf(kActions, rule.action));
  message.set_start_date(rule.start_date.ToString());
  if (rule.until_date.has_value()) message.set_until_date(rule.until_date->ToString());
  message.set_reason(rule.reason);
  if (!rule.setter_id.empty()) message.set_setter(fmt::format("users/{}", rule.setter_id));
  message.set_etag(fmt::format("{}", rule.version));
  return message;
}

absl::StatusOr<CodeList> CodeListOf(v1::CodeList list) {
  switch (list) {
    case v1::CODE_LIST_SPECIFICATIONS:
      return CodeList::kSpecifications;
    case v1::CODE_LIST_WITHDRAWALS:
      return CodeList::kWithdrawals;
    case v1::CODE_LIST_TRANSCODINGS:
      return CodeList::kTranscodings;
    default:
      return InvalidField("list", "must be SPECIFICATIONS, WITHDRAWALS or TRANSCODINGS");
  }
}

absl::StatusOr<CodePurchaseRule> RuleOf(const v1::CodePurchaseRule& message, CivilDate today) {
  FieldViolations violations;
  CodePurchaseRule rule{.kind = NameOf(kKinds, message.kind()),
                        .action = NameOf(kActions, message.action()),
                        .start_date = today};
  if (rule.kind.empty()) violations.Add("rule.kind", "must be WITHDRAWN, CHANGED or MAPPED");
  if (rule.action.empty()) violations.Add("rule.action", "must be REFUSE, WARN or ALLOW");
  if (!message.start_date().empty()) {
    const auto start = CivilDate::Parse(message.start_date());
    violations.AddIfError("rule.start_date", start.status());
    if (start.ok()) rule.start_date = *start;
    if (start.ok() && (*start < today || *start > today.PlusDays(kRuleDaysAheadMax))) {
      violations.Add("rule.start_date",
                     fmt::format("must be today or at most {} days ahead", kRuleDaysAheadMax));
    }
  }
  if (!message.until_date().empty()) {
    const auto until = CivilDate::Parse(message.until_date());
    violations.AddIfError("rule.until_date", until.status());
    if (until.ok()) rule.until_date = *until;
    if (until.ok() && *until < rule.start_date) {
      violations.Add("rule.until_date", "must not lie before the first day");
    }
    if (rule.action == "refuse") {
      violations.Add("rule.until_date", "must be empty: a refusal has no end");
    }
  }
  rule.reason = CheckText("rule.reason", message.reason(), {1, 500}, violations);
  if (!violations.empty()) return violations.ToStatus();
  return rule;
}

}  // namespace qingqu::catalog
