#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "services/catalog/search/query_terms.h"

namespace qingqu::catalog {

// A folded text with what tells at a glance that a term cannot be in it.
class SearchValue {
 public:
  explicit SearchValue(std::u32string folded);

  std::u32string_view text() const { return text_; }
  // CharacterBits of the text.
  uint64_t characters() const { return characters_; }
  // A bit for each letter with which a reading of a character begins, or that occurs itself.
  uint64_t initials() const { return initials_; }
  // The first reading of each character, letters and digits as they are: whole, and first letters.
  const std::string& spelling() const { return spelling_; }
  const std::string& initial_letters() const { return initial_letters_; }

 private:
  std::u32string text_;
  std::string spelling_;
  std::string initial_letters_;
  uint64_t characters_ = 0;
  uint64_t initials_ = 0;
};

// From character to character behind, in order.
using MatchedRanges = std::vector<std::pair<size_t, size_t>>;

// How well a value has a term: 1 when it is nothing else, 0 when it has it not. In descending
// order: the whole value, its beginning, a word, a word's beginning, within a word; Chinese
// characters also in two or three pieces in any order ("一次性注射器" in "一次性使用注射器");
// letters also as how the text is spelled (pinyin.h). A number is not found within a longer one at
// more than a hint. `ranges`, unless null, gets the characters that answer to the term.
double MatchTerm(const QueryTerm& term, const SearchValue& value, MatchedRanges* ranges);

// The same for a term that nothing has as it was typed: one character wrong, missing, too many or
// exchanged with its neighbour; two of at least eight; Chinese characters also by another that
// sounds alike. Never above 0.5.
double MatchTermLoosely(const QueryTerm& term, const SearchValue& value, MatchedRanges* ranges);

}  // namespace qingqu::catalog
