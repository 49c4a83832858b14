#include "services/catalog/search/search_index.h"

#include <algorithm>
#include <cmath>
#include <mutex>
#include <utility>

#include "services/catalog/search/folded_text.h"

namespace qingqu::catalog {
namespace {

constexpr std::array<double, kSearchFields> kWeights{1.0, 0.8, 0.6, 1.0, 0.5};
// How much of a field's quality is for how much of the text the term is.
constexpr double kCoverage = 0.15;
constexpr double kCodeWhole = 1.5;
constexpr double kCodeBeginning = 0.9;
constexpr size_t kCodeLettersMin = 3;
constexpr double kAgreed = 0.02;

size_t FieldIndex(SearchField field) { return static_cast<size_t>(field); }

std::string FoldedCode(std::string_view code) {
  std::string folded;
  for (const char32_t character : Fold(code).characters) {
    if (character < 0x80) folded += static_cast<char>(character);
  }
  return folded;
}

// How much of the value the term is, from 0 to 1.
double CoverageOf(const QueryTerm& term, const SearchValue& value) {
  const size_t letters = std::max<size_t>(1, value.text().size());
  const size_t spelled = std::max<size_t>(1, value.spelling().size());
  const bool is_in = value.text().find(term.text) != std::u32string_view::npos;
  const double part = is_in || term.ascii.empty()
                          ? static_cast<double>(term.text.size()) / static_cast<double>(letters)
                          : static_cast<double>(term.ascii.size()) / static_cast<double>(spelled);
  return std::min(1.0, part);
}

// Length of the class codes one level below a prefix; 0 for none.
size_t NextClassLength(size_t prefix) {
  const auto* const next = std::ranges::upper_bound(kClassCodeLengths, prefix);
  return next == kClassCodeLengths.end() ? 0 : *next;
}

// The best quality of each item, and who they are.
class BestByItem {
 public:
  explicit BestByItem(size_t items) : best_(items, 0.0F) {}
  void Offer(uint32_t number, double quality) {
    float& best = best_[number];
    if (best == 0) numbers_.push_back(number);
    best = std::max(best, static_cast<float>(quality));
  }
  TermMatches Take(bool loose) && {
    TermMatches matches{.items = {}, .loose = loose};
    matches.items.reserve(numbers_.size());
    for (const uint32_t number : numbers_) matches.items.emplace_back(number, best_[number]);
    return matches;
  }

 private:
  std::vector<float> best_;
  std::vector<uint32_t> numbers_;
};

}  // namespace

struct SearchIndex::Item {
  struct Offer {
    uint32_t supplier = 0;
    uint32_t alliance = 0;
  };
  SearchDocument document;
  std::array<Value*, kSearchFields> values{};
  std::array<uint32_t, kClassCodeLengths.size()> classes{};
  std::vector<Offer> offers;  // a supplier's beside each other
  size_t name_characters = 0;
  bool alive = false;
};

// Small numbers for names that are counted.
struct SearchIndex::Names {
  uint32_t NumberOf(const std::string& name) {
    const auto [place, added] = numbers.emplace(name, static_cast<uint32_t>(names.size()));
    if (added) names.push_back(name);
    return place->second;
  }
  std::optional<uint32_t> Find(const std::string& name) const {
    const auto place = numbers.find(name);
    if (place == numbers.end()) return std::nullopt;
    return place->second;
  }
  std::unordered_map<std::string, uint32_t> numbers;
  std::vector<std::string> names;
};

SearchIndex::SearchIndex() : names_(std::make_unique<Names>()) {}
SearchIndex::~SearchIndex() = default;

void SearchIndex::Link(uint32_t number, bool add) {
  Item& item = items_[number];
  for (size_t field = 0; field < kSearchFields; ++field) {
    if (!add) {
      if (item.values[field] != nullptr) std::erase(item.values[field]->items, number);
      item.values[field] = nullptr;
      continue;
    }
    std::u32string folded = Fold(item.document.texts[field]).characters;
    if (folded.empty()) continue;
    ValueTable& table = fields_[field];
    Value*& value = table.by_text[folded];
    if (value == nullptr) value = &table.values.emplace_back(std::move(folded));
    value->items.push_back(number);
    item.values[field] = value;
  }
  for (const std::string& code : item.document.codes) {
    const std::string folded = FoldedCode(code);
    if (folded.empty()) continue;
    if (add) {
      codes_.emplace(folded, number);
      continue;
    }
    const auto [first, last] = codes_.equal_range(folded);
    const auto place =
        std::find_if(first, last, [&](const auto& at) { return at.second == number; });
    if (place != last) codes_.erase(place);
  }
}

uint32_t SearchIndex::NumberOf(const std::string& item_id) {
  const auto [place, added] = numbers_.emplace(item_id, static_cast<uint32_t>(items_.size()));
  if (added) items_.emplace_back();
  return place->second;
}

void SearchIndex::Put(const SearchDocument& document) {
  const std::unique_lock lock(mutex_);
  const uint32_t number = NumberOf(document.item_id);
  Item& item = items_[number];
  if (item.alive) Link(number, /*add=*/false);
  size_ += item.alive ? 0 : 1;
  item.alive = true;
  item.document = document;
  Link(number, /*add=*/true);
  const Value* const name = item.values[FieldIndex(SearchField::kName)];
  item.name_characters = name == nullptr ? 0 : name->match.text().size();
  for (size_t level = 0; level < kClassCodeLengths.size(); ++level) {
    item.classes[level] = names_->NumberOf(document.class_code.substr(0, kClassCodeLengths[level]));
  }
  cache_.Clear();
}

void SearchIndex::Remove(std::string_view item_id) {
  const std::unique_lock lock(mutex_);
  const auto place = numbers_.find(std::string(item_id));
  if (place == numbers_.end() || !items_[place->second].alive) return;
  Link(place->second, /*add=*/false);
  items_[place->second].alive = false;
  --size_;
  cache_.Clear();
}

void SearchIndex::SetOffers(const std::vector<AgreedOffer>& offers) {
  const std::unique_lock lock(mutex_);
  for (Item& item : items_) item.offers.clear();
  for (const AgreedOffer& offer : offers) {
    items_[NumberOf(offer.item_id)].offers.push_back(
        {.supplier = names_->NumberOf(offer.supplier_id),
         .alliance = names_->NumberOf(offer.alliance_id)});
  }
  for (Item& item : items_) {
    std::ranges::sort(item.offers, {}, &Item::Offer::supplier);
  }
}

void SearchIndex::SetLists(const std::map<std::string, std::vector<std::string>>& items_by_holder) {
  const std::unique_lock lock(mutex_);
  lists_.clear();
  for (const auto& [holder, item_ids] : items_by_holder) {
    std::vector<bool>& list = lists_[holder];
    for (const std::string& item_id : item_ids) {
      const uint32_t number = NumberOf(item_id);
      if (list.size() <= number) list.resize(number + 1);
      list[number] = true;
    }
  }
}

int64_t SearchIndex::size() const {
  const std::shared_lock lock(mutex_);
  return size_;
}

TermMatches SearchIndex::MatchStrictly(const QueryTerm& term) const {
  BestByItem best(items_.size());
  for (size_t field = 0; field < kSearchFields; ++field) {
    for (const Value& value : fields_[field].values) {
      if (value.items.empty()) continue;
      const double quality = MatchTerm(term, value.match, nullptr);
      if (quality == 0) continue;
      const double worth =
          kWeights[field] * quality * (1 - kCoverage + kCoverage * CoverageOf(term, value.match));
      for (const uint32_t number : value.items) best.Offer(number, worth);
    }
  }
  if (term.ascii.size() >= kCodeLettersMin) {
    for (auto code = codes_.lower_bound(term.ascii);
         code != codes_.end() && code->first.starts_with(term.ascii); ++code) {
      const bool whole = code->first.size() == term.ascii.size();
      const double part =
          static_cast<double>(term.ascii.size()) / static_cast<double>(code->first.size());
      best.Offer(code->second, whole ? kCodeWhole : kCodeBeginning * (0.5 + 0.5 * part));
    }
  }
  return std::move(best).Take(/*loose=*/false);
}

TermMatches SearchIndex::MatchLoosely(const QueryTerm& term) const {
  BestByItem best(items_.size());
  for (const SearchField field :
       {SearchField::kName, SearchField::kManufacturer, SearchField::kSuppliers}) {
    for (const Value& value : fields_[FieldIndex(field)].values) {
      if (value.items.empty()) continue;
      const double quality = MatchTermLoosely(term, value.match, nullptr);
      if (quality == 0) continue;
      const double worth = kWeights[FieldIndex(field)] * quality *
                           (1 - kCoverage + kCoverage * CoverageOf(term, value.match));
      for (const uint32_t number : value.items) best.Offer(number, worth);
    }
  }
  return std::move(best).Take(/*loose=*/true);
}

TermMatches SearchIndex::Match(const QueryTerm& term) const {
  TermMatches matches = MatchStrictly(term);
  return matches.items.empty() ? MatchLoosely(term) : matches;
}

std::shared_ptr<const TermMatches> SearchIndex::Matches(const QueryTerm& term) const {
  auto known = cache_.Get(term.text);
  if (known != nullptr) return known;
  auto matches = std::make_shared<const TermMatches>(Match(term));
  cache_.Put(term.text, matches);
  return matches;
}

// Gathers the found items of one query.
class SearchIndex::Collection {
 public:
  Collection(const SearchIndex& index, const SearchFilter& filter)
      : index_(index),
        filter_(filter),
        class_length_(NextClassLength(filter.class_prefix.size())),
        county_(index.names_->Find("")),
        alliance_(index.names_->Find(filter.viewer.alliance_id.value_or(""))),
        own_supplier_(index.names_->Find(filter.viewer.supplier_id)),
        supplier_(index.names_->Find(filter.supplier_id)) {
    for (const std::string& holder : filter.viewer.list_holders) {
      const auto list = index.lists_.find(holder);
      if (list != index.lists_.end()) lists_.push_back(&list->second);
    }
    counts_.resize(index.names_->names.size());
  }

  void Add(uint32_t number, double score) {
    const Item& item = index_.items_[number];
    if (!item.alive) return;
    const SearchDocument& document = item.document;
    LookAtOffers(item);
    const bool agreed = !suppliers_seen_.empty();
    const bool listed = IsListed(number);
    const bool other_class = !document.class_code.starts_with(filter_.class_prefix);
    const bool other_supplier = !filter_.supplier_id.empty() && !HasSupplier();
    const bool other_value = filter_.high_value && *filter_.high_value != document.high_value;
    const bool other_agreed = filter_.agreed && *filter_.agreed != agreed;
    const bool other_list = filter_.listed && *filter_.listed != listed;
    const int others = int{other_class} + int{other_supplier} + int{other_value} +
                       int{other_agreed} + int{other_list};
    if (others > 1) return;
    const bool all = others == 0;
    if (all && class_length_ > 0) CountClass(item);
    if (all || other_supplier) {
      for (const uint32_t supplier : suppliers_seen_) ++suppliers_[supplier];
    }
    if (all || other_value) ++facets_.high_value[document.high_value];
    if (all || other_agreed) ++facets_.agreed[agreed];
    if (all || other_list) ++facets_.listed[listed];
    if (all) found_.push_back({.score = score + (agreed ? kAgreed : 0), .number = number});
  }

  SearchAnswer Take(size_t offset, size_t limit) {
    SearchAnswer answer{.found = static_cast<int64_t>(found_.size())};
    const size_t end = std::min(found_.size(), offset + std::min(limit, found_.size()));
    const auto better = [this](const Found& one, const Found& other) {
      return IsBetter(one, other);
    };
    const auto middle = found_.begin() + static_cast<std::ptrdiff_t>(end);
    std::partial_sort(found_.begin(), middle, found_.end(), better);
    for (size_t i = offset; i < end; ++i) {
      const Item& item = index_.items_[found_[i].number];
      answer.hits.push_back({.item_id = item.document.item_id, .score = found_[i].score});
    }
    for (size_t name = 0; name < counts_.size(); ++name) {
      if (counts_[name] > 0) facets_.classes[index_.names_->names[name]] = counts_[name];
    }
    for (const auto& [supplier, count] : suppliers_) {
      facets_.suppliers[index_.names_->names[supplier]] = count;
    }
    answer.facets = std::move(facets_);
    return answer;
  }

 private:
  struct Found {
    double score = 0;
    uint32_t number = 0;
  };

  // The suppliers that the viewer may have the item from, each once.
  void LookAtOffers(const Item& item) {
    suppliers_seen_.clear();
    for (const Item::Offer& offer : item.offers) {
      const bool theirs =
          !filter_.viewer.alliance_id || offer.alliance == county_ || offer.alliance == alliance_;
      const bool own = filter_.viewer.supplier_id.empty() || offer.supplier == own_supplier_;
      const bool seen = !suppliers_seen_.empty() && suppliers_seen_.back() == offer.supplier;
      if (theirs && own && !seen) suppliers_seen_.push_back(offer.supplier);
    }
  }
  bool HasSupplier() const {
    return supplier_ && std::ranges::binary_search(suppliers_seen_, *supplier_);
  }
  bool IsListed(uint32_t number) const {
    return std::ranges::all_of(lists_, [number](const std::vector<bool>* list) {
      return number < list->size() && (*list)[number];
    });
  }
  void CountClass(const Item& item) {
    const auto* const level = std::ranges::find(kClassCodeLengths, class_length_);
    ++counts_[item.classes[static_cast<size_t>(level - kClassCodeLengths.begin())]];
  }
  bool IsBetter(const Found& one, const Found& other) const {
    if (one.score != other.score) return one.score > other.score;
    const Item& item = index_.items_[one.number];
    const Item& second = index_.items_[other.number];
    if (item.name_characters != second.name_characters) {
      return item.name_characters < second.name_characters;
    }
    return item.document.item_id < second.document.item_id;
  }

  const SearchIndex& index_;
  const SearchFilter& filter_;
  const size_t class_length_;
  const std::optional<uint32_t> county_;
  const std::optional<uint32_t> alliance_;
  const std::optional<uint32_t> own_supplier_;
  const std::optional<uint32_t> supplier_;
  std::vector<const std::vector<bool>*> lists_;  // that govern the viewer
  std::vector<uint32_t> suppliers_seen_;         // of the item that is being added
  std::vector<Found> found_;
  std::vector<int64_t> counts_;
  std::unordered_map<uint32_t, int64_t> suppliers_;
  SearchFacets facets_;
};

SearchAnswer SearchIndex::Search(std::string_view query, const SearchFilter& filter, size_t offset,
                                 size_t limit) const {
  const std::vector<QueryTerm> terms = ParseQueryTerms(query);
  const std::shared_lock lock(mutex_);
  Collection collection(*this, filter);
  // Whoever typed nothing but signs looks for something all the same.
  if (terms.empty() && !Fold(query).characters.empty()) return collection.Take(offset, limit);
  if (terms.empty()) {
    for (uint32_t number = 0; number < items_.size(); ++number) collection.Add(number, 0);
    return collection.Take(offset, limit);
  }
  std::vector<float> scores(items_.size());
  std::vector<uint8_t> matched(items_.size());
  double weights = 0;
  for (const QueryTerm& term : terms) {
    const auto matches = Matches(term);
    // What few have says more (Spärck Jones, A statistical interpretation of term specificity,
    // 1972).
    const double weight = std::log(1 + static_cast<double>(size_ + 1) /
                                           static_cast<double>(matches->items.size() + 1));
    weights += weight;
    for (const auto& [number, quality] : matches->items) {
      scores[number] += static_cast<float>(weight * quality);
      ++matched[number];
    }
  }
  const uint8_t most = matched.empty() ? 0 : *std::ranges::max_element(matched);
  if (most > 0) {
    for (uint32_t number = 0; number < items_.size(); ++number) {
      if (matched[number] == most) collection.Add(number, scores[number] / weights);
    }
  }
  SearchAnswer answer = collection.Take(offset, limit);
  answer.by_part = most < terms.size();
  for (SearchHit& hit : answer.hits) {
    hit.highlights = HighlightsOf(items_[numbers_.at(hit.item_id)], terms);
  }
  return answer;
}

std::vector<SearchHighlight> SearchIndex::HighlightsOf(const Item& item,
                                                       const std::vector<QueryTerm>& terms) const {
  std::vector<SearchHighlight> highlights;
  for (size_t field = 0; field < kSearchFields; ++field) {
    if (item.values[field] == nullptr) continue;
    MatchedRanges ranges;
    for (const QueryTerm& term : terms) {
      if (MatchTerm(term, item.values[field]->match, &ranges) == 0) {
        MatchTermLoosely(term, item.values[field]->match, &ranges);
      }
    }
    std::ranges::sort(ranges);
    const FoldedText folded = Fold(item.document.texts[field]);
    size_t covered = 0;
    for (auto [begin, end] : ranges) {
      begin = std::max(begin, covered);
      if (begin >= end) continue;
      covered = end;
      const SearchHighlight next{.field = static_cast<SearchField>(field),
                                 .begin = folded.origins[begin],
                                 .end = folded.origins[end]};
      const bool goes_on = !highlights.empty() && highlights.back().field == next.field &&
                           highlights.back().end == next.begin;
      if (goes_on) {
        highlights.back().end = next.end;
      } else {
        highlights.push_back(next);
      }
    }
  }
  return highlights;
}

}  // namespace qingqu::catalog
