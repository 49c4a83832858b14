#include "services/catalog/search_handlers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/page_token.h"
#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "common/db/transaction.h"
#include "common/status/page.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/catalog/convert.h"
#include "services/catalog/errors.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/item_store.h"

namespace qingqu::catalog {
namespace {

constexpr int kQueryMax = 200;
constexpr int kPageDefault = 20;
constexpr int kPageMax = 100;
constexpr size_t kShownMax = 1'000;
constexpr size_t kSuppliersShownMax = 50;
constexpr std::array<const char*, kSearchFields> kFieldNames{
    "display_name", "specification", "manufacturer", "registration_number", ""};

struct Asked {
  SearchFilter filter;
  size_t offset = 0;
  size_t limit = 0;
  std::string page_filter;
};

bool IsClassCode(std::string_view code) {
  return std::ranges::find(kClassCodeLengths, code.size()) != kClassCodeLengths.end() &&
         code.front() == 'C' && std::ranges::all_of(code.substr(1), [](char digit) {
           return digit >= '0' && digit <= '9';
         });
}

std::string_view Choice(const std::optional<bool>& chosen) {
  if (!chosen) return "both";
  return *chosen ? "yes" : "no";
}

// What is agreed and what is listed for whoever asks.
SearchViewer ViewerOf(const auth::Principal& principal) {
  SearchViewer viewer{.supplier_id = principal.supplier_id};
  if (!principal.supplier_id.empty()) return viewer;
  viewer.list_holders = {"county"};
  if (!principal.alliance_id.empty()) {
    viewer.alliance_id = principal.alliance_id;
    viewer.list_holders.push_back("alliances/" + principal.alliance_id);
  }
  if (!principal.institution_id.empty()) {
    viewer.list_holders.push_back("institutions/" + principal.institution_id);
  }
  if (!principal.department_id.empty()) {
    viewer.list_holders.push_back("departments/" + principal.department_id);
  }
  return viewer;
}

int64_t CountOf(const std::map<bool, int64_t>& facet, bool value) {
  const auto counted = facet.find(value);
  return counted == facet.end() ? 0 : counted->second;
}

void AddFacets(const SearchFacets& facets, v1::SearchItemsResponse& response) {
  for (const auto& [code, count] : facets.classes) {
    v1::FoundClass& of_class = *response.add_classes();
    of_class.set_class_("classes/" + code);
    of_class.set_count(count);
  }
  std::vector<std::pair<int64_t, std::string>> suppliers;
  for (const auto& [supplier, count] : facets.suppliers) suppliers.emplace_back(-count, supplier);
  std::ranges::sort(suppliers);
  if (suppliers.size() > kSuppliersShownMax) suppliers.resize(kSuppliersShownMax);
  for (const auto& [negative_count, supplier] : suppliers) {
    v1::FoundSupplier& of_supplier = *response.add_suppliers();
    of_supplier.set_supplier("suppliers/" + supplier);
    of_supplier.set_count(-negative_count);
  }
  response.set_high_value_count(CountOf(facets.high_value, true));
  response.set_other_count(CountOf(facets.high_value, false));
  response.set_agreed_count(CountOf(facets.agreed, true));
  response.set_not_agreed_count(CountOf(facets.agreed, false));
  response.set_on_my_lists_count(CountOf(facets.listed, true));
  response.set_not_on_my_lists_count(CountOf(facets.listed, false));
}

absl::StatusOr<Asked> Read(const v1::SearchItemsRequest& request) {
  FieldViolations violations;
  Asked asked;
  if (CodePointCount(request.query()) > kQueryMax) {
    violations.Add("query", fmt::format("must have at most {} characters", kQueryMax));
  }
  if (!request.class_().empty()) {
    constexpr std::string_view kClasses = "classes/";
    asked.filter.class_prefix = request.class_();
    const bool named = request.class_().starts_with(kClasses);
    if (named) asked.filter.class_prefix.erase(0, kClasses.size());
    if (!named || !IsClassCode(asked.filter.class_prefix)) {
      violations.Add("class", "must be classes/{class}");
    }
  }
  if (!request.supplier().empty()) {
    asked.filter.supplier_id = CheckParsed(
        "supplier", ParseResourceId("suppliers/{supplier}", request.supplier()), violations);
  }
  if (request.page_size() < 0 || request.page_size() > kPageMax) {
    violations.Add("page_size", fmt::format("must be 0 to {}", kPageMax));
  }
  QINGQU_RETURN_IF_ERROR(violations.ToStatus());
  if (request.has_high_value()) asked.filter.high_value = request.high_value();
  if (request.has_agreed()) asked.filter.agreed = request.agreed();
  if (request.has_on_my_lists()) asked.filter.listed = request.on_my_lists();
  asked.limit = static_cast<size_t>(request.page_size() == 0 ? kPageDefault : request.page_size());
  asked.page_filter = fmt::format("search {} {} {} {} {} {}", request.query(), request.class_(),
                                  request.supplier(), Choice(asked.filter.high_value),
                                  Choice(asked.filter.agreed), Choice(asked.filter.listed));
  QINGQU_ASSIGN_OR_RETURN(const auto key,
                          ParsePageToken(request.page_token(), asked.page_filter, 1));
  if (key.empty()) return asked;
  const auto [end, error] =
      std::from_chars(key[0].data(), key[0].data() + key[0].size(), asked.offset);
  const bool number = error == std::errc() && end == key[0].data() + key[0].size();
  if (!number || asked.offset >= kShownMax) return WrongPageToken();
  return asked;
}

void AddHighlights(const SearchHit& hit, const Item& item, v1::FoundItem& found) {
  const std::array<std::string_view, kSearchFields> texts{
      item.display_name, item.specification, item.manufacturer, item.registration_number, ""};
  for (const SearchHighlight& highlight : hit.highlights) {
    const auto field = static_cast<size_t>(highlight.field);
    // The item may have been changed since it was found.
    if (highlight.end > texts.at(field).size()) continue;
    v1::SearchHighlight& shown = *found.add_highlights();
    shown.set_field(kFieldNames.at(field));
    shown.set_begin(CodePointCount(texts.at(field).substr(0, highlight.begin)));
    shown.set_end(CodePointCount(texts.at(field).substr(0, highlight.end)));
  }
}

}  // namespace

absl::StatusOr<v1::SearchItemsResponse> SearchHandlers::SearchItems(
    const CallContext& call, const v1::SearchItemsRequest& request) {
  QINGQU_ASSIGN_OR_RETURN(Asked asked, Read(request));
  asked.filter.viewer = ViewerOf(call.principal);
  if (!search_->ready()) return SearchNotReady();
  const size_t limit = std::min(asked.limit, kShownMax - asked.offset);
  const SearchAnswer answer =
      search_->index().Search(request.query(), asked.filter, asked.offset, limit);
  std::vector<std::string> ids;
  for (const SearchHit& hit : answer.hits) ids.push_back(hit.item_id);
  QINGQU_ASSIGN_OR_RETURN(const std::vector<Item> items,
                          db::RunRead(*pool_, call, [&](pqxx::transaction_base& tx) {
                            return catalog::BatchGetItems(tx, ids);
                          }));
  v1::SearchItemsResponse response;
  for (size_t i = 0; i < items.size(); ++i) {
    v1::FoundItem& found = *response.add_items();
    *found.mutable_item() = ToProto(items[i]);
    found.set_score(answer.hits[i].score);
    AddHighlights(answer.hits[i], items[i], found);
  }
  response.set_found(answer.found);
  response.set_by_part(answer.by_part);
  AddFacets(answer.facets, response);
  const size_t next = asked.offset + answer.hits.size();
  if (next < static_cast<size_t>(answer.found) && next < kShownMax) {
    response.set_next_page_token(EncodePageToken({std::to_string(next)}, asked.page_filter));
  }
  return response;
}

}  // namespace qingqu::catalog
