#include "services/procurement/receipt_progress.h"

#include <charconv>
#include <map>
#include <optional>

#include "fmt/format.h"
#include "nlohmann/json.hpp"

#include "common/base/resource_name.h"
#include "common/status/status_macros.h"

namespace qingqu::procurement {
namespace {

using Json = nlohmann::json;

absl::Status Malformed(std::string_view what) {
  return absl::InvalidArgumentError(fmt::format("malformed details: {}", what));
}

// A whole number from 0 to kQuantityMax, also as proto JSON writes it, in quotes.
std::optional<int64_t> ReadWhole(const Json& object, const char* field) {
  const auto found = object.find(field);
  if (found == object.end()) return std::nullopt;
  int64_t value = 0;
  if (found->is_number_integer()) {
    value = found->get<int64_t>();
  } else if (found->is_string()) {
    const std::string& text = found->get_ref<const std::string&>();
    const char* end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || rest != end) return std::nullopt;
  } else {
    return std::nullopt;
  }
  if (value < 0 || Quantity(value) > kQuantityMax) return std::nullopt;
  return value;
}

absl::Status AddLine(const Json& line, std::map<int, ReceivedLine>& by_line) {
  if (!line.is_object()) return Malformed("a line is no object");
  const std::optional<int64_t> number = ReadWhole(line, "order_line_number");
  const std::optional<int64_t> accepted = ReadWhole(line, "quantity_accepted");
  const std::optional<int64_t> rejected = ReadWhole(line, "quantity_rejected");
  if (!number || *number < 1 || *number > kLinesMax) return Malformed("order_line_number");
  if (!accepted) return Malformed("quantity_accepted");
  if (!rejected) return Malformed("quantity_rejected");
  ReceivedLine& sum = by_line[static_cast<int>(*number)];
  sum.line_number = static_cast<int>(*number);
  sum.quantity_received = Quantity(sum.quantity_received.base_units() + *accepted);
  sum.quantity_rejected = Quantity(sum.quantity_rejected.base_units() + *rejected);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ReceiptProgress> ParseReceiptProgress(std::string_view details_json) {
  const Json details = Json::parse(details_json, nullptr, /*allow_exceptions=*/false);
  if (!details.is_object()) return Malformed("not a JSON object");
  const auto order = details.find("order");
  if (order == details.end() || !order->is_string()) return Malformed("order");
  QINGQU_ASSIGN_OR_RETURN(const std::string order_id,
                          ParseResourceId("orders/{order}", order->get<std::string>()));
  const auto lines = details.find("lines");
  if (lines == details.end() || !lines->is_array()) return Malformed("lines");
  std::map<int, ReceivedLine> by_line;
  for (const Json& line : *lines) QINGQU_RETURN_IF_ERROR(AddLine(line, by_line));
  if (by_line.empty()) return Malformed("no line");
  ReceiptProgress progress{.order_id = order_id, .lines = {}};
  for (const auto& [number, line] : by_line) progress.lines.push_back(line);
  return progress;
}

absl::Status ApplyProgress(const ReceiptProgress& progress, Order& order) {
  for (const ReceivedLine& received : progress.lines) {
    if (static_cast<size_t>(received.line_number) > order.lines.size()) {
      return absl::FailedPreconditionError(
          fmt::format("the order has no line {}", received.line_number));
    }
    OrderLine& line = order.lines[static_cast<size_t>(received.line_number) - 1];
    const int64_t outstanding = line.quantity_despatched.base_units() -
                                line.quantity_received.base_units() -
                                line.quantity_rejected.base_units();
    const int64_t arrived =
        received.quantity_received.base_units() + received.quantity_rejected.base_units();
    if (arrived > outstanding) {
      return absl::FailedPreconditionError(fmt::format("{} of line {} arrived, {} are on their way",
                                                       arrived, line.line_number, outstanding));
    }
    line.quantity_received =
        Quantity(line.quantity_received.base_units() + received.quantity_received.base_units());
    line.quantity_rejected =
        Quantity(line.quantity_rejected.base_units() + received.quantity_rejected.base_units());
  }
  if (IsComplete(order.lines) && MayChange(order.state, OrderState::kCompleted)) {
    order.state = OrderState::kCompleted;
  }
  return absl::OkStatus();
}

}  // namespace qingqu::procurement
