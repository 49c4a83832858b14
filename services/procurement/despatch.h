#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "common/base/quantity.h"
#include "services/procurement/catalog_facts.h"
#include "services/procurement/order.h"

namespace qingqu::procurement {

inline constexpr int kSerialsPerLineMax = 1'000;
inline constexpr int kSerialsPerDespatchMax = 50'000;

// One lot of one order line on its way.
struct DespatchLine {
  int line_number = 0;
  int order_line_number = 0;
  std::string item_id;
  Quantity quantity;
  std::string lot;  // empty: none
  std::optional<CivilDate> expiry_date;
  std::optional<CivilDate> manufacture_date;
  std::vector<std::string> serials;  // sorted
};

// Goods announced by the supplier (配送单).
struct Despatch {
  std::string despatch_id;
  std::string order_id;
  std::string alliance_id;
  std::string supplier_id;
  std::string deliver_to_location_id;
  std::vector<DespatchLine> lines;
  std::string tracking_number;
  int line_count = 0;
  absl::Time created_at;
  std::optional<absl::Time> withdrawn_at;
  std::string withdrawal_reason;  // empty unless withdrawn
};

// Finds each line's item in the order. INVALID_ARGUMENT for lines that the order does not have.
absl::Status FillItems(const Order& order, Despatch& despatch);

// OK when the lines say all that their items require and nothing has expired on `day`:
// INVALID_ARGUMENT (a lot, expiry or serial missing, serials for an item without), LOT_EXPIRED,
// ITEM_NOT_BUYABLE (suspended since it was ordered).
absl::Status CheckTracking(const Despatch& despatch, const ItemFactsById& items,
                           const CivilDate& day);

// OK when the supplier may deliver these items on `day`: SUPPLIER_NOT_BUYABLE, LICENCE_EXPIRED.
absl::Status CheckLicence(const Despatch& despatch, const ItemFactsById& items,
                          const SupplierFacts& supplier, const CivilDate& day);

// Adds the despatch to what is despatched of the order's lines. MORE_THAN_ACCEPTED.
absl::Status AddDespatched(const Despatch& despatch, Order& order);

}  // namespace qingqu::procurement
