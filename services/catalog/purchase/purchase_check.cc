#include "services/catalog/purchase/purchase_check.h"

#include <utility>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/rpc/timestamp.h"
#include "common/status/status_macros.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {
namespace {

constexpr int kPairsMax = 1000;

std::string ReadId(std::string_view field, std::string_view pattern, std::string_view name,
                   FieldViolations& violations) {
  return CheckParsed(field, ParseResourceId(pattern, name), violations);
}

// Institution, department and day, which both requests have.
template <typename Request>
PurchaseQuestion ReadBuyer(const Request& request, absl::Time now, FieldViolations& violations) {
  PurchaseQuestion question{.day = BusinessDay(now)};
  question.institution_id =
      ReadId("institution", "institutions/{institution}", request.institution(), violations);
  if (!request.department().empty()) {
    question.department_id =
        ReadId("department", "departments/{department}", request.department(), violations);
  }
  if (!request.day().empty()) {
    const absl::StatusOr<CivilDate> day = CivilDate::Parse(request.day());
    violations.AddIfError("day", day.status());
    if (day.ok() && *day < question.day) {
      violations.Add("day",
                     "has passed; what stood in the way then is not kept, ask for today or later");
    }
    if (day.ok()) question.day = *day;
  }
  return question;
}

template <typename Pair>
PurchaseQuestion::Pair ReadPair(const Pair& pair, const std::string& path,
                                FieldViolations& violations) {
  return {
      .supplier_id = ReadId(path + "supplier", "suppliers/{supplier}", pair.supplier(), violations),
      .item_id = ReadId(path + "item", "items/{item}", pair.item(), violations)};
}

}  // namespace

absl::StatusOr<PurchaseQuestion> ParseQuestion(const v1::MayBuyRequest& request, absl::Time now) {
  FieldViolations violations;
  PurchaseQuestion question = ReadBuyer(request, now, violations);
  question.pairs.push_back(ReadPair(request, "", violations));
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return question;
}

absl::StatusOr<PurchaseQuestion> ParseQuestion(const v1::BatchMayBuyRequest& request,
                                               absl::Time now) {
  if (request.pairs_size() == 0 || request.pairs_size() > kPairsMax) {
    return InvalidField("pairs", fmt::format("must be 1 to {}", kPairsMax));
  }
  FieldViolations violations;
  PurchaseQuestion question = ReadBuyer(request, now, violations);
  for (int index = 0; index < request.pairs_size(); ++index) {
    question.pairs.push_back(
        ReadPair(request.pairs(index), fmt::format("pairs[{}].", index), violations));
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return question;
}

absl::StatusOr<PurchaseRule> ParseRule(const v1::PurchaseRule& rule, std::string_view setter_id,
                                       absl::Time now) {
  FieldViolations violations;
  PurchaseRule parsed{.start_date = BusinessDay(now),
                      .list_required = rule.list_required(),
                      .price_required = rule.price_required(),
                      .reason = CheckText("rule.reason", rule.reason(), {1, 500}, violations),
                      .setter_id = std::string(setter_id),
                      .created_at = now};
  if (!rule.start_date().empty()) {
    const absl::StatusOr<CivilDate> day = CivilDate::Parse(rule.start_date());
    violations.AddIfError("rule.start_date", day.status());
    if (day.ok() && *day < parsed.start_date) {
      violations.Add("rule.start_date", "has passed; what was bought then is not judged again");
    }
    if (day.ok()) parsed.start_date = *day;
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return parsed;
}

v1::PurchaseRule ToProto(const PurchaseRule& rule) {
  v1::PurchaseRule message;
  message.set_start_date(rule.start_date.ToString());
  message.set_list_required(rule.list_required);
  message.set_price_required(rule.price_required);
  message.set_reason(rule.reason);
  message.set_setter(fmt::format("users/{}", rule.setter_id));
  *message.mutable_create_time() = rpc::ToTimestamp(rule.created_at);
  return message;
}

v1::PurchaseVerdict VerdictOf(const PurchaseQuestion& question, size_t index,
                              const std::vector<Obstacle>& obstacles) {
  const PurchaseQuestion::Pair& pair = question.pairs[index];
  v1::PurchaseVerdict verdict;
  verdict.set_institution(fmt::format("institutions/{}", question.institution_id));
  if (!question.department_id.empty()) {
    verdict.set_department(fmt::format("departments/{}", question.department_id));
  }
  verdict.set_supplier(fmt::format("suppliers/{}", pair.supplier_id));
  verdict.set_item(fmt::format("items/{}", pair.item_id));
  verdict.set_day(question.day.ToString());
  verdict.set_allowed(obstacles.empty());
  for (const Obstacle& obstacle : obstacles) {
    v1::PurchaseObstacle& message = *verdict.add_obstacles();
    message.set_reason(obstacle.reason);
    message.set_resource(obstacle.resource);
    message.set_message(obstacle.detail);
  }
  return verdict;
}

}  // namespace qingqu::catalog
