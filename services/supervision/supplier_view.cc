#include "services/supervision/supplier_view.h"

#include <algorithm>
#include <array>
#include <utility>

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, 8> kOpenCollections{"agreements",   "orders",   "despatches",
                                                           "receipts",     "items",    "locations",
                                                           "institutions", "alliances"};
constexpr std::string_view kHiddenWord = "requisition";

class SupplierFilter {
 public:
  SupplierFilter(const std::string& supplier_id, const Entry& entry)
      : own_name_("suppliers/" + supplier_id) {
    const bool own_actor = std::find(entry.actor_roles.begin(), entry.actor_roles.end(),
                                     "supplier") != entry.actor_roles.end();
    if (own_actor) own_actor_ = "users/" + entry.actor_user_id;
  }

  bool own_actor() const { return !own_actor_.empty(); }

  bool IsHidden(const std::string& text) const {
    const std::string_view collection = CollectionOf(text);
    if (collection.empty() || text == own_name_ || text == own_actor_) return false;
    return std::find(kOpenCollections.begin(), kOpenCollections.end(), collection) ==
           kOpenCollections.end();
  }

  bool IsHidden(const Json& json) const {
    return json.is_string() && IsHidden(json.get_ref<const std::string&>());
  }

  void Filter(Json& json) const {
    if (json.is_object()) {
      for (auto field = json.begin(); field != json.end();) {
        const bool hidden =
            field.key().find(kHiddenWord) != std::string::npos || IsHidden(field.value());
        field = hidden ? json.erase(field) : std::next(field);
      }
    }
    if (json.is_array()) {
      Json kept = Json::array();
      for (Json& element : json) {
        if (!IsHidden(element)) kept.push_back(std::move(element));
      }
      json = std::move(kept);
    }
    if (!json.is_structured()) return;
    for (Json& child : json) Filter(child);
  }

 private:
  std::string own_name_;
  std::string own_actor_;
};

}  // namespace

void KeepSupplierPart(const std::string& supplier_id, Entry& entry) {
  const SupplierFilter filter(supplier_id, entry);
  if (!filter.own_actor()) {
    entry.actor_user_id.clear();
    entry.request_id.clear();
  }
  std::erase_if(entry.subjects,
                [&](const std::string& subject) { return filter.IsHidden(subject); });
  filter.Filter(entry.details);
  entry.restricted = Json::object();
}

}  // namespace qingqu::supervision
