#include "services/distribution/convert.h"

#include "fmt/format.h"
#include "google/protobuf/util/json_util.h"

#include "common/base/check.h"
#include "common/base/resource_name.h"
#include "common/rpc/timestamp.h"
#include "services/distribution/ledger/movement_kind.h"
#include "services/distribution/ledger/stored_movement.h"
#include "services/distribution/stock_reports.h"

namespace qingqu::distribution {

v1::Location ToProto(const Location& location) {
  v1::Location proto;
  proto.set_name("locations/" + location.location_id);
  proto.set_display_name(location.display_name);
  proto.set_kind(static_cast<v1::LocationKind>(static_cast<int>(location.kind) + 1));
  proto.set_alliance("alliances/" + location.alliance_id);
  proto.set_institution("institutions/" + location.institution_id);
  if (!location.department_id.empty()) {
    proto.set_department("departments/" + location.department_id);
  }
  *proto.mutable_create_time() = rpc::ToTimestamp(location.created_at);
  if (!location.parent_id.empty()) proto.set_parent("locations/" + location.parent_id);
  proto.set_shelf_life_days_min(location.shelf_life_days_min);
  if (location.closed_at != absl::InfiniteFuture()) {
    *proto.mutable_close_time() = rpc::ToTimestamp(location.closed_at);
  }
  proto.set_etag(std::to_string(location.version));
  return proto;
}

v1::Balance ToProto(const BalanceRow& row) {
  v1::Balance proto;
  proto.set_location(PlaceName(row.location_id));
  proto.set_item("items/" + row.item_id);
  proto.set_lot_name("lots/" + row.lot_id);
  proto.set_lot(row.lot_number);
  proto.set_serial(row.serial);
  proto.set_expiry_date(row.expiry_date);
  proto.set_on_hand(row.on_hand);
  proto.set_reserved(row.reserved);
  proto.set_account("accounts/" + std::to_string(row.account_id));
  proto.set_owner(row.owner);
  proto.set_condition(ConditionOf(row.condition));
  return proto;
}

std::string ReadId(std::string_view pattern, std::string_view field, const std::string& name,
                   FieldViolations& violations) {
  const absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  violations.AddIfError(field, id.status());
  return id.value_or("");
}

std::string ReadNewId(std::string_view field, const std::string& chosen,
                      const std::string& request_id, FieldViolations& violations) {
  if (chosen.empty()) return request_id;
  violations.AddIfError(field, ValidateResourceId(chosen));
  return chosen;
}

void CheckLineCount(std::string_view field, int count, FieldViolations& violations) {
  if (count < 1 || count > kLinesMax) {
    violations.Add(field, fmt::format("must be 1 to {} lines, not {}", kLinesMax, count));
  }
}

std::string LineField(std::string_view field, int index, std::string_view name) {
  return fmt::format("{}[{}].{}", field, index, name);
}

std::string ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  QINGQU_CHECK(status.ok());
  return json;
}

}  // namespace qingqu::distribution
