#include "services/catalog/search/query_terms.h"

#include <algorithm>

#include "services/catalog/search/folded_text.h"

namespace qingqu::catalog {
namespace {

// What a size is counted in when it is written in one character.
constexpr std::u32string_view kUnits = U"号型寸支片只孔腔层米股针度级类规";
// Within a term when something stands on both sides: 0.5, 3-0, 1/2, c+.
constexpr std::u32string_view kJoiners = U".-/+#:φ%°";

enum class Class { kHan, kLatin, kJoiner, kSeparator };

Class ClassOf(char32_t character) {
  if (IsHan(character)) return Class::kHan;
  if (IsAsciiLetter(character) || IsAsciiDigit(character)) return Class::kLatin;
  if (kJoiners.find(character) != kJoiners.npos) return Class::kJoiner;
  // Letters of other alphabets stand for themselves.
  return character > 0x7F && character < 0x2000 ? Class::kLatin : Class::kSeparator;
}

QueryTerm TermOf(std::u32string text) {
  QueryTerm term{.kind = QueryTerm::Kind::kMixed, .text = std::move(text)};
  term.characters = CharacterBits(term.text);
  const auto all = [&](auto&& holds) { return std::ranges::all_of(term.text, holds); };
  if (all(IsHan)) {
    term.kind = QueryTerm::Kind::kHan;
  } else if (all([](char32_t character) { return character < 0x80; })) {
    term.ascii.assign(term.text.begin(), term.text.end());
    if (all(IsAsciiLetter)) {
      term.kind = QueryTerm::Kind::kLetters;
      term.spelling = term.ascii;
      std::ranges::replace(term.spelling, 'v', 'u');
    }
  }
  return term;
}

// The end of the term that begins at `begin`, which is Han or Latin.
size_t EndOfTerm(std::u32string_view text, size_t begin) {
  const Class first = ClassOf(text[begin]);
  size_t end = begin + 1;
  while (end < text.size()) {
    const Class here = ClassOf(text[end]);
    const bool joins = here == Class::kJoiner && first != Class::kHan && end + 1 < text.size() &&
                       ClassOf(text[end + 1]) == Class::kLatin;
    if (here != first && !joins) break;
    ++end;
  }
  const bool unit_follows = first == Class::kLatin && end < text.size() &&
                            IsAsciiDigit(text[end - 1]) && kUnits.find(text[end]) != kUnits.npos &&
                            (end + 1 == text.size() || ClassOf(text[end + 1]) != Class::kHan);
  return unit_follows ? end + 1 : end;
}

}  // namespace

std::vector<QueryTerm> ParseQueryTerms(std::string_view query) {
  std::u32string text = Fold(query).characters;
  text.resize(std::min(text.size(), kQueryCharactersMax));
  std::vector<QueryTerm> terms;
  for (size_t at = 0; at < text.size() && terms.size() < kQueryTermsMax;) {
    const Class here = ClassOf(text[at]);
    if (here == Class::kSeparator || here == Class::kJoiner) {
      ++at;
      continue;
    }
    const size_t end = EndOfTerm(text, at);
    QueryTerm term = TermOf(text.substr(at, end - at));
    if (std::ranges::find(terms, term) == terms.end()) terms.push_back(std::move(term));
    at = end;
  }
  return terms;
}

}  // namespace qingqu::catalog
