#include "services/procurement/despatch.h"

#include <algorithm>

#include "fmt/format.h"

#include "services/procurement/errors.h"

namespace qingqu::procurement {
namespace {

std::string LineField(const DespatchLine& line, std::string_view field) {
  return fmt::format("despatch.lines[{}].{}", line.line_number - 1, field);
}

void CheckLineTracking(const DespatchLine& line, const ItemFacts& item,
                       FieldViolations& violations) {
  if (item.lot_tracked && line.lot.empty()) {
    violations.Add(LineField(line, "lot"), "the item is followed by lot");
  }
  if (item.expiry_tracked && !line.expiry_date) {
    violations.Add(LineField(line, "expiry_date"), "the item is followed by expiry");
  }
  const int64_t serial_count = static_cast<int64_t>(line.serials.size());
  if (item.serial_tracked && serial_count != line.quantity.base_units()) {
    violations.Add(LineField(line, "serials"),
                   fmt::format("the item is followed piece by piece: {} serials are needed, not {}",
                               line.quantity.base_units(), serial_count));
  }
  if (!item.serial_tracked && serial_count > 0) {
    violations.Add(LineField(line, "serials"), "the item is not followed piece by piece");
  }
}

// Facts of an item that the catalogue no longer publishes: it may not be delivered.
const ItemFacts& FactsOf(const ItemFactsById& items, const std::string& item_id) {
  static constexpr ItemFacts kUnknown;
  const auto found = items.find(item_id);
  return found == items.end() ? kUnknown : found->second;
}

}  // namespace

absl::Status FillItems(const Order& order, Despatch& despatch) {
  FieldViolations violations;
  for (DespatchLine& line : despatch.lines) {
    if (line.order_line_number < 1 ||
        static_cast<size_t>(line.order_line_number) > order.lines.size()) {
      violations.Add(LineField(line, "order_line_number"), "the order has no such line");
      continue;
    }
    line.item_id = order.lines[static_cast<size_t>(line.order_line_number) - 1].item_id;
  }
  return violations.ToStatus();
}

absl::Status CheckTracking(const Despatch& despatch, const ItemFactsById& items,
                           const CivilDate& day) {
  FieldViolations violations;
  FieldViolations suspended;
  FieldViolations expired;
  for (const DespatchLine& line : despatch.lines) {
    const ItemFacts& item = FactsOf(items, line.item_id);
    CheckLineTracking(line, item, violations);
    if (line.manufacture_date && *line.manufacture_date > day) {
      violations.Add(LineField(line, "manufacture_date"), "lies in the future");
    }
    if (!item.approved) {
      suspended.Add(LineField(line, "order_line_number"),
                    fmt::format("items/{} is no longer approved", line.item_id));
    }
    if (line.expiry_date && *line.expiry_date <= day) {
      expired.Add(
          LineField(line, "expiry_date"),
          fmt::format("{} is not after today, {}", line.expiry_date->ToString(), day.ToString()));
    }
  }
  if (!violations.empty()) return violations.ToStatus();
  if (!suspended.empty()) return ItemNotBuyable(suspended);
  if (!expired.empty()) return LotExpired(expired);
  return absl::OkStatus();
}

absl::Status CheckLicence(const Despatch& despatch, const ItemFactsById& items,
                          const SupplierFacts& supplier, const CivilDate& day) {
  if (!supplier.approved) {
    return SupplierNotBuyable(despatch.supplier_id,
                              "the supplier is not approved in the catalogue");
  }
  int device_class_max = 0;
  for (const DespatchLine& line : despatch.lines) {
    device_class_max = std::max(device_class_max, FactsOf(items, line.item_id).device_class);
  }
  if (const std::string why = WhyNotLicensed(supplier, device_class_max, day); !why.empty()) {
    return LicenceExpired(despatch.supplier_id, why);
  }
  return absl::OkStatus();
}

absl::Status AddDespatched(const Despatch& despatch, Order& order) {
  FieldViolations exceeding;
  for (const DespatchLine& line : despatch.lines) {
    OrderLine& ordered = order.lines[static_cast<size_t>(line.order_line_number) - 1];
    const int64_t left =
        ordered.quantity_accepted.base_units() - ordered.quantity_despatched.base_units();
    if (line.quantity.base_units() > left) {
      exceeding.Add(LineField(line, "quantity"),
                    fmt::format("{} of the {} accepted of order line {} are not yet despatched",
                                left, ordered.quantity_accepted.base_units(), ordered.line_number));
      continue;
    }
    ordered.quantity_despatched =
        Quantity(ordered.quantity_despatched.base_units() + line.quantity.base_units());
  }
  return exceeding.empty() ? absl::OkStatus() : MoreThanAccepted(exceeding);
}

}  // namespace qingqu::procurement
