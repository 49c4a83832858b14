#include "services/catalog/prices/price.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/auth/alliance_scope.h"
#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/rpc/timestamp.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/prices/price_errors.h"

namespace qingqu::catalog {
namespace {

// A hundred thousand million yuan, as the database has it.
constexpr Money kAmountMax = Money::FromTenThousandths(100'000'000'000'000);
// The database has it too. So there is a day before each price, on which what it follows can end.
constexpr int kFirstYear = 1900;

struct KindName {
  PriceKind kind;
  std::string_view name;
  v1::PriceKind proto;
};
constexpr KindName kKinds[] = {
    {PriceKind::kAgreed, "agreed", v1::PRICE_KIND_AGREED},
    {PriceKind::kCeiling, "ceiling", v1::PRICE_KIND_CEILING},
    {PriceKind::kPaymentStandard, "payment_standard", v1::PRICE_KIND_PAYMENT_STANDARD},
    {PriceKind::kHistorical, "historical", v1::PRICE_KIND_HISTORICAL},
};

std::string OptionalId(std::string_view field, std::string_view pattern, std::string_view name,
                       FieldViolations& violations) {
  if (name.empty()) return "";
  return CheckParsed(field, ParseResourceId(pattern, name), violations);
}

std::string OptionalName(std::string_view collection, std::string_view id) {
  return id.empty() ? "" : fmt::format("{}/{}", collection, id);
}

void CheckParties(const Price& price, FieldViolations& violations) {
  const bool historical = price.kind == PriceKind::kHistorical;
  if (price.kind == PriceKind::kAgreed && price.supplier_id.empty()) {
    violations.Add("supplier", "is needed: with whom it is agreed");
  }
  if (price.kind != PriceKind::kAgreed && !historical && !price.supplier_id.empty()) {
    violations.Add("supplier", "must be empty: the price holds for every supplier");
  }
  if (historical && price.institution_id.empty()) {
    violations.Add("institution", "is needed: who paid");
  }
  if (!historical && !price.institution_id.empty()) {
    violations.Add("institution", "must be empty: the price is an alliance's or the county's");
  }
  if (historical && !price.alliance_id.empty()) {
    violations.Add("alliance", "must be empty: it is the institution's");
  }
}

void ReadPeriod(const v1::Price& message, Price& price, FieldViolations& violations) {
  if (!message.start_date().empty()) {
    const absl::StatusOr<CivilDate> start = CivilDate::Parse(message.start_date());
    violations.AddIfError("start_date", start.status());
    if (start.ok()) price.start_date = *start;
    if (price.start_date.year() < kFirstYear) {
      violations.Add("start_date", "must be 1900-01-01 or later");
    }
  }
  if (message.end_date().empty()) return;
  const absl::StatusOr<CivilDate> end = CivilDate::Parse(message.end_date());
  violations.AddIfError("end_date", end.status());
  if (!end.ok()) return;
  if (*end < price.start_date) violations.Add("end_date", "is before start_date");
  price.end_date = *end;
}

}  // namespace

std::string_view PriceKindName(PriceKind kind) {
  for (const KindName& known : kKinds) {
    if (known.kind == kind) return known.name;
  }
  QINGQU_CHECK(false);
}

PriceKind PriceKindFromName(std::string_view name) {
  for (const KindName& known : kKinds) {
    if (known.name == name) return known.kind;
  }
  QINGQU_CHECK(false);
}

absl::StatusOr<std::optional<PriceKind>> PriceKindFilter(v1::PriceKind kind) {
  if (kind == v1::PRICE_KIND_UNSPECIFIED) return std::nullopt;
  for (const KindName& known : kKinds) {
    if (known.proto == kind) return known.kind;
  }
  return InvalidField("kind", "is no kind of price");
}

std::string PriceName(std::string_view id) { return fmt::format("prices/{}", id); }

v1::Price ToProto(const Price& price) {
  v1::Price message;
  message.set_name(PriceName(price.id));
  for (const KindName& known : kKinds) {
    if (known.kind == price.kind) message.set_kind(known.proto);
  }
  message.set_item(OptionalName("items", price.item_id));
  message.set_supplier(OptionalName("suppliers", price.supplier_id));
  message.set_alliance(OptionalName("alliances", price.alliance_id));
  message.set_institution(OptionalName("institutions", price.institution_id));
  message.set_amount(price.amount.ToString());
  message.set_start_date(price.start_date.ToString());
  if (price.end_date) message.set_end_date(price.end_date->ToString());
  message.set_reason(price.reason);
  message.set_setter(OptionalName("users", price.setter_id));
  *message.mutable_create_time() = rpc::ToTimestamp(price.created_at);
  message.set_close_reason(price.close_reason);
  message.set_closer(OptionalName("users", price.closer_id));
  if (price.closed_at) *message.mutable_close_time() = rpc::ToTimestamp(*price.closed_at);
  message.set_successor(OptionalName("prices", price.successor_id));
  return message;
}

absl::StatusOr<Price> ParsePrice(const v1::Price& message, CivilDate today) {
  FieldViolations violations;
  Price price{.start_date = today};
  const auto kind = PriceKindFilter(message.kind());
  if (!kind.ok() || !*kind) violations.Add("kind", "must be one of the kinds");
  if (kind.ok() && *kind) price.kind = **kind;
  price.item_id = CheckParsed("item", ParseResourceId("items/{item}", message.item()), violations);
  price.supplier_id =
      OptionalId("supplier", "suppliers/{supplier}", message.supplier(), violations);
  price.alliance_id =
      OptionalId("alliance", "alliances/{alliance}", message.alliance(), violations);
  price.institution_id =
      OptionalId("institution", "institutions/{institution}", message.institution(), violations);
  price.amount = CheckParsed("amount", Money::Parse(message.amount()), violations);
  if (price.amount <= Money() || price.amount > kAmountMax) {
    violations.Add("amount", "must be above 0 and at most 10000000000");
  }
  ReadPeriod(message, price, violations);
  if (kind.ok() && *kind) CheckParties(price, violations);
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  return price;
}

absl::Status CheckHolder(const Price& price, const auth::Principal& setter) {
  QINGQU_RETURN_IF_ERROR(auth::RequireAllianceScope(setter));
  const bool of_county = price.alliance_id.empty() && price.institution_id.empty();
  return of_county ? auth::RequireCountyScope(setter) : absl::OkStatus();
}

absl::Status CheckNewPrice(const Price& price, const PriceFacts& facts,
                           const auth::Principal& setter, CivilDate today) {
  QINGQU_RETURN_IF_ERROR(CheckHolder(price, setter));
  if (!facts.item_known) return ItemNotFound(fmt::format("items/{}", price.item_id));
  if (!facts.supplier_known) {
    return SupplierNotFound(fmt::format("suppliers/{}", price.supplier_id));
  }
  if (!facts.holder_known) {
    return HolderNotFound(price.institution_id.empty()
                              ? fmt::format("alliances/{}", price.alliance_id)
                              : fmt::format("institutions/{}", price.institution_id));
  }
  if (price.kind == PriceKind::kAgreed && facts.ceiling && price.amount > *facts.ceiling) {
    return PriceAboveCeiling(*facts.ceiling);
  }
  if (!facts.overlap) return absl::OkStatus();
  const PriceFacts::Overlap& overlap = *facts.overlap;
  const bool in_time = price.kind == PriceKind::kHistorical || price.start_date >= today;
  const bool follows =
      overlap.count == 1 && !overlap.closed && in_time && overlap.start_date <= price.start_date;
  return follows ? absl::OkStatus() : PriceOverlaps(PriceName(overlap.price_id));
}

bool SameSubject(const Price& first, const Price& second) {
  return first.kind == second.kind && first.item_id == second.item_id &&
         first.supplier_id == second.supplier_id && first.alliance_id == second.alliance_id &&
         first.institution_id == second.institution_id;
}

absl::StatusOr<CivilDate> CheckClosing(const Price& price, std::string_view end_date,
                                       CivilDate today) {
  if (price.closed_at) return PriceClosed(PriceName(price.id));
  CivilDate last = today;
  if (!end_date.empty()) {
    const absl::StatusOr<CivilDate> parsed = CivilDate::Parse(end_date);
    if (!parsed.ok()) return InvalidField("end_date", ToStd(parsed.status().message()));
    last = *parsed;
  }
  if (last < today.PlusDays(-1)) {
    return InvalidField("end_date", "must be yesterday or later: what held is not changed");
  }
  if (price.end_date && last >= *price.end_date) {
    return InvalidField("end_date", "must be before the day on which the price ends anyway");
  }
  return std::max(last, price.start_date.PlusDays(-1));
}

}  // namespace qingqu::catalog
