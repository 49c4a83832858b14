#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "services/catalog/search/query_terms.h"
#include "services/catalog/search/term_cache.h"
#include "services/catalog/search/value_match.h"

namespace qingqu::catalog {

// What is searched for words. Codes are searched besides, by their beginning.
enum class SearchField { kName, kSpecification, kManufacturer, kRegistration, kSuppliers };
inline constexpr size_t kSearchFields = 5;
// Of the codes of the six levels of the national class tree.
inline constexpr std::array<size_t, 6> kClassCodeLengths{3, 5, 7, 10, 12, 15};

// An item as it is found. Texts are well-formed UTF-8.
struct SearchDocument {
  std::string item_id;
  std::array<std::string, kSearchFields> texts;
  std::vector<std::string> codes;
  std::string class_code;  // the first 15 characters of the national code
  bool high_value = false;
};

// That an item may be had from a supplier at an agreed price.
struct AgreedOffer {
  std::string item_id;
  std::string alliance_id;  // whose agreement it is; empty: the county's, for all
  std::string supplier_id;
};

// For whom it is looked: which offers and which approved lists there are for them.
struct SearchViewer {
  std::optional<std::string> alliance_id;  // its offers and the county's; nothing: everybody's
  std::string supplier_id;                 // the offers of this one alone, when set
  std::vector<std::string> list_holders;   // whose lists govern them, where they have one
};

struct SearchFilter {
  std::string class_prefix;  // of 0, 3, 5, 7, 10, 12 or 15 characters
  std::string supplier_id;
  std::optional<bool> high_value;
  std::optional<bool> agreed;
  std::optional<bool> listed;  // on each list that governs
  SearchViewer viewer;
};

// A part of a text that answers to the query, in bytes.
struct SearchHighlight {
  SearchField field = SearchField::kName;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const SearchHighlight&) const = default;
};

struct SearchHit {
  std::string item_id;
  double score = 0;
  std::vector<SearchHighlight> highlights;  // in order, without overlaps
};

// How many found items there are of a kind; all but the classes count as if their own filter were
// not set.
struct SearchFacets {
  std::map<std::string, int64_t> classes;  // one level below the filter's prefix
  std::map<std::string, int64_t> suppliers;
  std::map<bool, int64_t> high_value;
  std::map<bool, int64_t> agreed;
  std::map<bool, int64_t> listed;
};

struct SearchAnswer {
  int64_t found = 0;
  std::vector<SearchHit> hits;
  SearchFacets facets;
  bool by_part = false;  // nothing has all terms; these have as many as any
};

// The items of the catalogue in memory, as people look for them. README.md says how they are
// ranked. Distinct texts are kept once, and a term is compared with each of them: so anything may
// be found anywhere in a text, however it is spelled, and a change costs little. Thread-safe.
class SearchIndex {
 public:
  SearchIndex();
  ~SearchIndex();

  // Adds an item, or replaces what is known of it.
  void Put(const SearchDocument& document);
  void Remove(std::string_view item_id);
  // In place of all offers that were known. Unknown items are ignored until they are put.
  void SetOffers(const std::vector<AgreedOffer>& offers);
  // In place of all approved lists that were known: what is on the list of each holder that has
  // one.
  void SetLists(const std::map<std::string, std::vector<std::string>>& items_by_holder);

  int64_t size() const;
  // From the `offset`th best on, at most `limit`.
  SearchAnswer Search(std::string_view query, const SearchFilter& filter, size_t offset,
                      size_t limit) const;

 private:
  struct Value {
    explicit Value(std::u32string folded) : match(std::move(folded)) {}
    SearchValue match;
    std::vector<uint32_t> items;
  };
  // The distinct texts of a field.
  struct ValueTable {
    std::deque<Value> values;
    std::unordered_map<std::u32string, Value*> by_text;
  };
  struct Item;
  struct Names;
  class Collection;

  uint32_t NumberOf(const std::string& item_id);
  void Link(uint32_t number, bool add);
  TermMatches Match(const QueryTerm& term) const;
  TermMatches MatchStrictly(const QueryTerm& term) const;
  TermMatches MatchLoosely(const QueryTerm& term) const;
  std::shared_ptr<const TermMatches> Matches(const QueryTerm& term) const;
  std::vector<SearchHighlight> HighlightsOf(const Item& item,
                                            const std::vector<QueryTerm>& terms) const;

  mutable std::shared_mutex mutex_;
  std::vector<Item> items_;  // by number, which an item keeps
  std::unordered_map<std::string, uint32_t> numbers_;
  std::array<ValueTable, kSearchFields> fields_;
  std::multimap<std::string, uint32_t> codes_;
  std::unique_ptr<Names> names_;
  std::unordered_map<std::string, std::vector<bool>> lists_;  // by holder
  mutable TermCache cache_;
  int64_t size_ = 0;
};

}  // namespace qingqu::catalog
