#include "services/catalog/prices/price_questions.h"

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/resource_name.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/field_rules.h"

namespace qingqu::catalog {
namespace {

constexpr int kItemsMax = 1000;
constexpr int64_t kBasisPoints = 10'000;

// Items and day, which both requests have.
template <typename Request, typename Question>
void ReadItemsAndDay(const Request& request, Question& question, FieldViolations& violations) {
  if (request.items().empty() || request.items_size() > kItemsMax) {
    violations.Add("items", fmt::format("must be 1 to {}", kItemsMax));
    return;
  }
  for (int index = 0; index < request.items_size(); ++index) {
    question.item_ids.push_back(CheckParsed(fmt::format("items[{}]", index),
                                            ParseResourceId("items/{item}", request.items(index)),
                                            violations));
  }
  if (request.day().empty()) return;
  const absl::StatusOr<CivilDate> day = CivilDate::Parse(request.day());
  violations.AddIfError("day", day.status());
  if (day.ok()) question.day = *day;
}

// Prices are positive and below 10^14 ten-thousandths, so the difference is one, too.
Money Above(Money amount, Money other) {
  return Money::FromTenThousandths(amount.ten_thousandths() - other.ten_thousandths());
}

// The product would not fit for the dearest; the quotient first, then what remains of it.
int64_t BasisPointsAbove(Money amount, Money lowest) {
  const int64_t above = Above(amount, lowest).ten_thousandths();
  const int64_t base = lowest.ten_thousandths();
  return above / base * kBasisPoints + above % base * kBasisPoints / base;
}

}  // namespace

absl::StatusOr<PriceQuestion> ParseQuestion(const v1::BatchFindPricesRequest& request,
                                            absl::Time now) {
  FieldViolations violations;
  PriceQuestion question{.day = BusinessDay(now)};
  question.institution_id =
      CheckParsed("institution",
                  ParseResourceId("institutions/{institution}", request.institution()), violations);
  if (!request.supplier().empty()) {
    question.supplier_id = CheckParsed(
        "supplier", ParseResourceId("suppliers/{supplier}", request.supplier()), violations);
  }
  ReadItemsAndDay(request, question, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return question;
}

absl::StatusOr<ComparisonQuestion> ParseQuestion(const v1::ComparePricesRequest& request,
                                                 absl::Time now) {
  FieldViolations violations;
  ComparisonQuestion question{.day = BusinessDay(now)};
  if (!request.alliance().empty()) {
    question.alliance_id = CheckParsed(
        "alliance", ParseResourceId("alliances/{alliance}", request.alliance()), violations);
  }
  ReadItemsAndDay(request, question, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return question;
}

v1::EffectivePrices ToProto(const std::string& item_id, const std::vector<Price>& prices) {
  v1::EffectivePrices message;
  message.set_item(fmt::format("items/{}", item_id));
  for (const Price& price : prices) {
    switch (price.kind) {
      case PriceKind::kAgreed:
        *message.mutable_agreed() = ToProto(price);
        break;
      case PriceKind::kCeiling:
        *message.mutable_ceiling() = ToProto(price);
        break;
      case PriceKind::kPaymentStandard:
        *message.mutable_payment_standard() = ToProto(price);
        break;
      case PriceKind::kHistorical:
        *message.mutable_historical() = ToProto(price);
        break;
    }
  }
  return message;
}

v1::PriceComparison Compare(const std::string& item_id, const PriceFigures& figures,
                            const std::vector<PaidPrice>& paid) {
  v1::PriceComparison message;
  message.set_item(fmt::format("items/{}", item_id));
  message.set_institution_count(figures.institution_count);
  if (figures.median) message.set_median(figures.median->ToString());
  if (figures.lowest) message.set_lowest(figures.lowest->ToString());
  for (const PaidPrice& price : paid) {
    v1::PaidPrice& row = *message.add_paid();
    row.set_institution(fmt::format("institutions/{}", price.institution_id));
    if (!price.supplier_id.empty())
      row.set_supplier(fmt::format("suppliers/{}", price.supplier_id));
    row.set_amount(price.amount.ToString());
    row.set_start_date(price.start_date.ToString());
    if (figures.median) row.set_above_median(Above(price.amount, *figures.median).ToString());
    if (!figures.lowest) continue;
    row.set_above_lowest(Above(price.amount, *figures.lowest).ToString());
    row.set_above_lowest_basis_points(BasisPointsAbove(price.amount, *figures.lowest));
  }
  return message;
}

}  // namespace qingqu::catalog
