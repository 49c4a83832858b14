#include "services/supervision/lot_view.h"

#include <optional>

#include "fmt/format.h"

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;

std::optional<std::string> TextOf(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_string() || found->get<std::string>().empty()) {
    return std::nullopt;
  }
  return found->get<std::string>();
}

bool IsOtherLine(const Lot& lot, const Json& line) {
  if (!line.is_object()) return false;
  const auto item = TextOf(line, "item");
  if (item.has_value() && *item != "items/" + lot.item_id) return true;
  const auto item_id = TextOf(line, "item_id");
  if (item_id.has_value() && *item_id != lot.item_id) return true;
  for (const char* key : {"lot", "lot_number"}) {
    const auto lot_number = TextOf(line, key);
    if (lot_number.has_value() && *lot_number != lot.lot_number) return true;
  }
  return false;
}

void KeepLines(const Lot& lot, Json& json) {
  if (json.is_array()) {
    Json kept = Json::array();
    for (Json& element : json) {
      if (!IsOtherLine(lot, element)) kept.push_back(std::move(element));
    }
    json = std::move(kept);
  }
  if (!json.is_structured()) return;
  for (Json& child : json) KeepLines(lot, child);
}

bool IsOtherSubject(const Lot& lot, const std::string& subject) {
  if (CollectionOf(subject) != "items") return false;
  return subject != "items/" + lot.item_id &&
         subject != fmt::format("items/{}/lots/{}", lot.item_id, lot.lot_number);
}

}  // namespace

void KeepLot(const Lot& lot, Entry& entry) {
  KeepLines(lot, entry.details);
  KeepLines(lot, entry.restricted);
  std::erase_if(entry.subjects,
                [&](const std::string& subject) { return IsOtherSubject(lot, subject); });
}

}  // namespace qingqu::supervision
