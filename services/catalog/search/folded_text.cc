#include "services/catalog/search/folded_text.h"

#include <unicode/normalizer2.h>
#include <unicode/translit.h>
#include <unicode/unistr.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <memory>

#include "common/base/check.h"

namespace qingqu::catalog {
namespace {

constexpr char32_t kHanFirst = 0x4E00;
constexpr char32_t kHanLast = 0x9FFF;
constexpr char32_t kIdeographicZero = U'〇';

struct Spelling {
  char32_t from;
  char32_t to;
};
// What stays different after the normal form.
constexpr std::array kSpellings = std::to_array<Spelling>({{U'×', U'x'},
                                                           {U'✕', U'x'},
                                                           {U'╳', U'x'},
                                                           {U'*', U'x'},
                                                           {U'ø', U'φ'},
                                                           {U'⌀', U'φ'},
                                                           {U'∅', U'φ'},
                                                           {U'Φ', U'φ'},
                                                           {U'–', U'-'},
                                                           {U'—', U'-'},
                                                           {U'−', U'-'},
                                                           {U'﹣', U'-'},
                                                           {U'【', U'('},
                                                           {U'】', U')'},
                                                           {U'〔', U'('},
                                                           {U'〕', U')'},
                                                           {U'、', U','},
                                                           {U'。', U'.'},
                                                           {U'・', U'·'}});

// For each Han character the simplified one.
std::vector<char32_t> MakeSimplified() {
  UErrorCode error = U_ZERO_ERROR;
  const std::unique_ptr<icu::Transliterator> simplify(
      icu::Transliterator::createInstance("Traditional-Simplified", UTRANS_FORWARD, error));
  QINGQU_CHECK(U_SUCCESS(error));
  icu::UnicodeString all;
  for (char32_t character = kHanFirst; character <= kHanLast; ++character) {
    all.append(static_cast<UChar32>(character));
    all.append(static_cast<UChar32>('\n'));  // so that no character is taken for a part of a word
  }
  simplify->transliterate(all);
  std::vector<char32_t> simplified;
  for (int32_t at = 0; at < all.length(); at = all.moveIndex32(at, 1)) {
    const auto character = static_cast<char32_t>(all.char32At(at));
    if (character != U'\n') simplified.push_back(character);
  }
  QINGQU_CHECK(simplified.size() == kHanLast - kHanFirst + 1);
  return simplified;
}

char32_t Unify(char32_t character) {
  static const auto* const simplified = new std::vector<char32_t>(MakeSimplified());
  if (character >= kHanFirst && character <= kHanLast) return (*simplified)[character - kHanFirst];
  const auto* const spelling = std::ranges::find(kSpellings, character, &Spelling::from);
  return spelling == kSpellings.end() ? character : spelling->to;
}

bool IsSpace(char32_t character) {
  return character == U' ' || u_isUWhiteSpace(static_cast<UChar32>(character));
}

// Appends characters, spaces at once and never at an end.
class Collector {
 public:
  explicit Collector(FoldedText& folded) : folded_(folded) {}

  void Add(char32_t character, uint32_t origin) {
    if (IsSpace(character)) {
      if (!folded_.characters.empty() && !space_) space_origin_ = origin;
      space_ = !folded_.characters.empty();
      return;
    }
    if (space_) Append(U' ', space_origin_);
    space_ = false;
    Append(Unify(character), origin);
  }

 private:
  void Append(char32_t character, uint32_t origin) {
    folded_.characters.push_back(character);
    folded_.origins.push_back(origin);
  }

  FoldedText& folded_;
  bool space_ = false;
  uint32_t space_origin_ = 0;
};

}  // namespace

bool IsHan(char32_t character) {
  return (character >= kHanFirst && character <= kHanLast) || character == kIdeographicZero;
}

uint64_t CharacterBits(std::u32string_view text) {
  constexpr uint64_t kFactor = 0x9E3779B97F4A7C15;  // 2^64 by the golden ratio
  constexpr int kShift = 58;
  uint64_t bits = 0;
  for (const char32_t character : text) bits |= uint64_t{1} << ((character * kFactor) >> kShift);
  return bits;
}

bool IsAsciiLetter(char32_t character) { return character >= U'a' && character <= U'z'; }

bool IsAsciiDigit(char32_t character) { return character >= U'0' && character <= U'9'; }

FoldedText Fold(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* const fold = icu::Normalizer2::getNFKCCasefoldInstance(error);
  QINGQU_CHECK(U_SUCCESS(error));
  FoldedText folded;
  Collector collector(folded);
  const auto* const bytes = reinterpret_cast<const uint8_t*>(text.data());
  const auto length = static_cast<int32_t>(text.size());
  for (int32_t at = 0; at < length;) {
    const auto origin = static_cast<uint32_t>(at);
    UChar32 character = 0;
    U8_NEXT_OR_FFFD(bytes, at, length, character);
    if (character < 0x80) {
      collector.Add(static_cast<char32_t>(u_tolower(character)), origin);
      continue;
    }
    // One by one: what combines with a character before it is rare here, and each needs its origin.
    const icu::UnicodeString normal = fold->normalize(icu::UnicodeString(character), error);
    for (int32_t part = 0; part < normal.length(); part = normal.moveIndex32(part, 1)) {
      collector.Add(static_cast<char32_t>(normal.char32At(part)), origin);
    }
  }
  folded.origins.push_back(static_cast<uint32_t>(text.size()));
  return folded;
}

}  // namespace qingqu::catalog
