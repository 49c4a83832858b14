#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/principal.h"
#include "common/base/civil_date.h"
#include "common/base/money.h"
#include "qingqu/catalog/v1/price_service.pb.h"

namespace qingqu::catalog {

enum class PriceKind { kAgreed, kCeiling, kPaymentStandard, kHistorical };

// "agreed", "ceiling", "payment_standard", "historical": as in the database.
std::string_view PriceKindName(PriceKind kind);
// QINGQU_CHECKs that `name` is one of them.
PriceKind PriceKindFromName(std::string_view name);
// INVALID_ARGUMENT when it is no known kind; none when it is not set.
absl::StatusOr<std::optional<PriceKind>> PriceKindFilter(v1::PriceKind kind);

// A price of one base unit for a period. Ids that do not apply are empty.
struct Price {
  std::string id;
  PriceKind kind = PriceKind::kAgreed;
  std::string item_id;
  std::string supplier_id;
  std::string alliance_id;  // empty: of the whole county
  std::string institution_id;
  Money amount;
  CivilDate start_date;
  std::optional<CivilDate> end_date;  // the last day; one before start_date: it never held
  std::string reason;
  std::string setter_id;
  absl::Time created_at;
  // Of one that was ended; the id is empty else.
  std::string close_reason;
  std::string closer_id;
  std::optional<absl::Time> closed_at;
  std::string successor_id;
};

std::string PriceName(std::string_view id);
v1::Price ToProto(const Price& price);

// What somebody wants to set. `today` is the day it begins when it says none. INVALID_ARGUMENT with
// every violation, a day before 1900 among them; id, reason, setter and created_at are left to the
// caller.
absl::StatusOr<Price> ParsePrice(const v1::Price& message, CivilDate today);

// What the database knows about a price that is to be set.
struct PriceFacts {
  bool item_known = false;
  bool supplier_known = false;
  bool holder_known = false;
  std::string payer_alliance_id;  // of the institution of a historical price
  std::optional<Money> ceiling;   // the lowest during its period
  struct Overlap {
    int64_t count = 0;
    // The one that begins last.
    std::string price_id;
    CivilDate start_date;
    bool closed = false;
  };
  std::optional<Overlap> overlap;
};

// Whether it may be set: PERMISSION_DENIED SCOPE_TOO_NARROW, NOT_FOUND ITEM_NOT_FOUND,
// SUPPLIER_NOT_FOUND or HOLDER_NOT_FOUND, FAILED_PRECONDITION PRICE_ABOVE_CEILING or
// PRICE_OVERLAPS. A price that overlaps with one alone, which has no end yet and begins no later,
// follows it and ends it; from today on, so that no answer for a day that has passed changes. What
// was paid is told afterwards, so of that the past may change.
absl::Status CheckNewPrice(const Price& price, const PriceFacts& facts,
                           const auth::Principal& setter, CivilDate today);

// Whether two prices of one request are the same but for amount and period.
bool SameSubject(const Price& first, const Price& second);

// The last day on which `price` shall hold, from what a request says. INVALID_ARGUMENT,
// FAILED_PRECONDITION PRICE_CLOSED.
absl::StatusOr<CivilDate> CheckClosing(const Price& price, std::string_view end_date,
                                       CivilDate today);

// OK when `setter` decides for the alliance, or the county, to which the price belongs.
absl::Status CheckHolder(const Price& price, const auth::Principal& setter);

}  // namespace qingqu::catalog
