#include "services/catalog/search/value_match.h"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include "services/catalog/search/folded_text.h"
#include "services/catalog/search/pinyin.h"

namespace qingqu::catalog {
namespace {

constexpr double kWhole = 1.0;
// Of a text in letters or digits: …
constexpr double kBeginning = 0.92;
constexpr double kWord = 0.88;
constexpr double kWordBeginning = 0.8;
constexpr double kWithinWord = 0.55;
constexpr double kWithinNumber = 0.1;
// … of one in Chinese characters, which has no words; the last ones say what kind of thing it is.
constexpr double kHanBeginning = 0.92;
constexpr double kHanEnd = 0.9;
constexpr double kHanWithin = 0.78;
constexpr double kPieces = 0.72;
constexpr double kPieceCost = 0.06;
constexpr double kSingleCost = 0.1;
constexpr double kPiecesMin = 0.08;
// As it is spelled.
constexpr double kSpelledWhole = 0.95;
constexpr double kSpelledBeginning = 0.85;
constexpr double kSpelledWithin = 0.65;
constexpr double kSpelledPieces = 0.45;
constexpr int kSpelledPiecesMax = 3;
constexpr size_t kSpelledPieceLetters = 2;

constexpr double kLoose = 0.5;
constexpr double kMistakeCost = 0.12;
constexpr double kSoundsAlikeCost = 0.04;
constexpr size_t kOneMistakeLetters = 4;
constexpr size_t kTwoMistakesLetters = 8;
constexpr size_t kOneMistakeHan = 3;
constexpr size_t kPatternMax = 64;

uint64_t InitialBit(char32_t character) {
  if (IsAsciiLetter(character)) return uint64_t{1} << (character - U'a');
  if (IsAsciiDigit(character)) return uint64_t{1} << (26 + character - U'0');
  return 0;
}

uint64_t InitialsOf(char32_t character) {
  uint64_t bits = InitialBit(character);
  for (const std::string_view reading : ReadingsOf(character)) {
    bits |= InitialBit(static_cast<char32_t>(reading[0]));
  }
  return bits;
}

bool ContinuesNumber(std::u32string_view text, size_t at, bool forward) {
  const size_t size = text.size();
  if (at >= size) return false;
  if (IsAsciiDigit(text[at])) return true;
  if (text[at] != U'.') return false;
  const size_t beyond = forward ? at + 1 : at - 1;
  return beyond < size && IsAsciiDigit(text[beyond]);
}

double QualityAt(std::u32string_view text, size_t at, std::u32string_view term) {
  const size_t end = at + term.size();
  if (term.size() == text.size()) return kWhole;
  if (IsHan(term.front()) && IsHan(term.back())) {
    if (at == 0) return kHanBeginning;
    return end == text.size() ? kHanEnd : kHanWithin;
  }
  const bool number_before = IsAsciiDigit(term.front()) && ContinuesNumber(text, at - 1, false);
  const bool number_behind = IsAsciiDigit(term.back()) && ContinuesNumber(text, end, true);
  if (number_before || number_behind) return kWithinNumber;
  const bool begins = at == 0 || !IsAsciiLetter(term.front()) || !IsAsciiLetter(text[at - 1]);
  const bool ends = end == text.size() || !IsAsciiLetter(term.back()) || !IsAsciiLetter(text[end]);
  if (at == 0) return kBeginning;
  if (begins && ends) return kWord;
  return begins ? kWordBeginning : kWithinWord;
}

double MatchAsText(std::u32string_view term, std::u32string_view text, MatchedRanges* ranges) {
  double best = 0;
  size_t best_at = 0;
  for (size_t at = text.find(term); at != text.npos; at = text.find(term, at + 1)) {
    const double quality = QualityAt(text, at, term);
    if (quality > best) best_at = at;
    best = std::max(best, quality);
  }
  if (best > 0 && ranges != nullptr) ranges->emplace_back(best_at, best_at + term.size());
  return best;
}

// Where the longest beginning of `term` that `text` has stands, and how long it is.
std::pair<size_t, size_t> LongestPiece(std::u32string_view term, std::u32string_view text) {
  std::pair<size_t, size_t> best{0, 0};
  for (size_t length = 1; length <= term.size(); ++length) {
    const size_t at = text.find(term.substr(0, length), best.first);
    if (at == text.npos) break;
    best = {at, length};
  }
  return best;
}

double MatchInPieces(std::u32string_view term, std::u32string_view text, MatchedRanges* ranges) {
  double quality = kPieces + kPieceCost;
  MatchedRanges found;
  while (!term.empty()) {
    const auto [at, length] = LongestPiece(term, text);
    if (length == 0) return 0;
    quality -= kPieceCost + (length == 1 ? kSingleCost : 0);
    found.emplace_back(at, at + length);
    term.remove_prefix(length);
  }
  if (ranges != nullptr) {
    std::ranges::sort(found);
    ranges->insert(ranges->end(), found.begin(), found.end());
  }
  return std::max(quality, kPiecesMin);
}

// Where most of `letters` is spelled, at or behind `from`.
struct SpelledPlace {
  size_t begin = 0;
  size_t end = 0;
  size_t letters = 0;
};
SpelledPlace LongestSpelled(std::u32string_view text, size_t from, std::string_view letters) {
  SpelledPlace best;
  for (size_t begin = from; begin < text.size(); ++begin) {
    const bool within_word =
        begin > 0 && IsAsciiLetter(text[begin]) && IsAsciiLetter(text[begin - 1]);
    if (within_word) continue;
    size_t end = 0;
    const size_t spelled = SpelledFrom(text, begin, letters, &end);
    if (spelled > best.letters) best = {.begin = begin, .end = end, .letters = spelled};
    if (best.letters == letters.size()) break;
  }
  return best;
}

double MatchAsSpelled(std::string_view letters, const SearchValue& value, MatchedRanges* ranges) {
  const std::u32string_view text = value.text();
  MatchedRanges found;
  size_t from = 0;
  for (int piece = 0; piece < kSpelledPiecesMax; ++piece) {
    const SpelledPlace place = LongestSpelled(text, from, letters);
    const bool rest_is_here = place.letters == letters.size();
    if (!rest_is_here && place.letters < kSpelledPieceLetters) return 0;
    found.emplace_back(place.begin, place.end);
    if (rest_is_here) {
      if (ranges != nullptr) ranges->insert(ranges->end(), found.begin(), found.end());
      if (piece > 0) return kSpelledPieces - kPieceCost * (piece - 1);
      if (place.begin > 0) return kSpelledWithin;
      return place.end == text.size() ? kSpelledWhole : kSpelledBeginning;
    }
    letters.remove_prefix(place.letters);
    from = place.end;
  }
  return 0;
}

// The fewest insertions, deletions and replacements that make some part of `text` the pattern of 1
// to 64 characters (Myers, A fast bit-vector algorithm for approximate string matching, 1999).
int FewestMistakes(std::string_view pattern, std::string_view text) {
  std::array<uint64_t, 128> places{};
  for (size_t i = 0; i < pattern.size(); ++i) {
    places[static_cast<unsigned char>(pattern[i]) & 127U] |= uint64_t{1} << i;
  }
  const uint64_t last = uint64_t{1} << (pattern.size() - 1);
  uint64_t up = ~uint64_t{0};
  uint64_t down = 0;
  auto mistakes = static_cast<int>(pattern.size());
  int fewest = mistakes;
  for (const char character : text) {
    const uint64_t equal = places[static_cast<unsigned char>(character) & 127U];
    const uint64_t vertical = equal | down;
    const uint64_t horizontal = (((equal & up) + up) ^ up) | equal;
    uint64_t right = down | ~(horizontal | up);
    uint64_t left = up & horizontal;
    if ((right & last) != 0) ++mistakes;
    if ((left & last) != 0) --mistakes;
    right <<= 1;
    left <<= 1;
    up = left | ~(vertical | right);
    down = right & vertical;
    fewest = std::min(fewest, mistakes);
  }
  return fewest;
}

double MatchLettersLoosely(std::string_view letters, const SearchValue& value) {
  if (letters.size() < kOneMistakeLetters || letters.size() > kPatternMax) return 0;
  const int mistakes_max = letters.size() >= kTwoMistakesLetters ? 2 : 1;
  int mistakes = FewestMistakes(letters, value.spelling());
  // First letters say little: one of them wrong among six is as good as two of another word.
  if (letters.size() > kOneMistakeLetters + 1) {
    mistakes = std::min(mistakes, FewestMistakes(letters, value.initial_letters()));
  }
  return mistakes > mistakes_max ? 0 : kLoose - kMistakeCost * mistakes;
}

bool SoundAlike(char32_t one, char32_t other) {
  const auto readings = ReadingsOf(other);
  return std::ranges::any_of(ReadingsOf(one), [&](std::string_view reading) {
    return std::ranges::find(readings, reading) != readings.end();
  });
}

double MatchHanLoosely(std::u32string_view term, std::u32string_view text, MatchedRanges* ranges) {
  double best = 0;
  size_t best_at = 0;
  for (size_t at = 0; at + term.size() <= text.size(); ++at) {
    int wrong = 0;
    int alike = 0;
    for (size_t i = 0; i < term.size() && wrong <= 1; ++i) {
      if (term[i] == text[at + i]) continue;
      ++(SoundAlike(term[i], text[at + i]) ? alike : wrong);
    }
    const bool enough = wrong == 0 || (wrong == 1 && alike == 0 && term.size() >= kOneMistakeHan);
    const double quality = enough ? kLoose - kMistakeCost * wrong - kSoundsAlikeCost * alike : 0;
    if (quality > best) best_at = at;
    best = std::max(best, quality);
  }
  if (best > 0 && ranges != nullptr) ranges->emplace_back(best_at, best_at + term.size());
  return best;
}

// One character too many.
double MatchHanWithoutOne(std::u32string_view term, std::u32string_view text,
                          MatchedRanges* ranges) {
  if (term.size() <= kOneMistakeHan) return 0;
  for (size_t left_out = 0; left_out < term.size(); ++left_out) {
    std::u32string rest(term);
    rest.erase(left_out, 1);
    if (MatchAsText(rest, text, ranges) > 0) return kLoose - kMistakeCost;
  }
  return 0;
}

}  // namespace

SearchValue::SearchValue(std::u32string folded)
    : text_(std::move(folded)), characters_(CharacterBits(text_)) {
  for (const char32_t character : text_) {
    initials_ |= InitialsOf(character);
    const auto readings = ReadingsOf(character);
    if (!readings.empty()) {
      spelling_ += readings[0];
      initial_letters_ += readings[0][0];
    } else if (IsAsciiLetter(character) || IsAsciiDigit(character)) {
      spelling_ += static_cast<char>(character);
      initial_letters_ += static_cast<char>(character);
    }
  }
}

double MatchTerm(const QueryTerm& term, const SearchValue& value, MatchedRanges* ranges) {
  const bool may_have = (term.characters & ~value.characters()) == 0;
  double quality = may_have ? MatchAsText(term.text, value.text(), ranges) : 0;
  if (quality == 0 && may_have && term.kind == QueryTerm::Kind::kHan && term.text.size() > 1) {
    quality = MatchInPieces(term.text, value.text(), ranges);
  }
  if (quality == 0 && term.kind == QueryTerm::Kind::kLetters &&
      (InitialBit(term.text.front()) & value.initials()) != 0) {
    quality = MatchAsSpelled(term.spelling, value, ranges);
  }
  return quality;
}

double MatchTermLoosely(const QueryTerm& term, const SearchValue& value, MatchedRanges* ranges) {
  if (term.kind == QueryTerm::Kind::kLetters) return MatchLettersLoosely(term.ascii, value);
  if (term.kind != QueryTerm::Kind::kHan || term.text.size() < 2) return 0;
  for (const char32_t character : term.text) {
    // At most one may be neither there nor sound like anything that is.
    if ((InitialsOf(character) & value.initials()) == 0 && term.text.size() < kOneMistakeHan)
      return 0;
  }
  const double quality = MatchHanLoosely(term.text, value.text(), ranges);
  return quality > 0 ? quality : MatchHanWithoutOne(term.text, value.text(), ranges);
}

}  // namespace qingqu::catalog
