#include "services/catalog/search/pinyin.h"

#include <unicode/translit.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/base/check.h"
#include "services/catalog/search/folded_text.h"

namespace qingqu::catalog {
namespace {

struct OtherReadings {
  char32_t character;
  std::string_view readings;  // with spaces between them
};
constexpr std::array kOtherReadings = std::to_array<OtherReadings>({
    {U'长', "chang zhang"}, {U'重', "zhong chong"}, {U'行', "xing hang"}, {U'血', "xue xie"},
    {U'调', "tiao diao"},   {U'藏', "cang zang"},   {U'弹', "dan tan"},   {U'传', "chuan zhuan"},
    {U'便', "bian pian"},   {U'卡', "ka qia"},      {U'壳', "ke qiao"},   {U'薄', "bao bo"},
    {U'给', "gei ji"},      {U'还', "hai huan"},    {U'率', "lu shuai"},  {U'盛', "sheng cheng"},
    {U'系', "xi ji"},       {U'折', "zhe she"},     {U'参', "can shen"},  {U'降', "jiang xiang"},
    {U'夹', "jia ga"},      {U'角', "jiao jue"},    {U'解', "jie xie"},   {U'尿', "niao sui"},
    {U'塞', "sai se"},      {U'色', "se shai"},     {U'刨', "pao bao"},   {U'扁', "bian pian"},
    {U'核', "he hu"},       {U'单', "dan shan"},    {U'朝', "chao zhao"}, {U'乐', "le yue"},
    {U'厦', "xia sha"},     {U'都', "du dou"},      {U'差', "cha chai"},  {U'粘', "zhan nian"},
    {U'臂', "bi bei"},      {U'露', "lu lou"},
});

constexpr char32_t kHanFirst = 0x4E00;
constexpr char32_t kHanLast = 0x9FFF;

// The readings of all characters, once for the process.
class Readings {
 public:
  Readings() : of_(kHanLast - kHanFirst + 1) {
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<icu::Transliterator> spell(
        icu::Transliterator::createInstance("Han-Latin; Latin-ASCII", UTRANS_FORWARD, error));
    QINGQU_CHECK(U_SUCCESS(error));
    icu::UnicodeString all;
    for (char32_t character = kHanFirst; character <= kHanLast; ++character) {
      all.append(static_cast<UChar32>(character));
      all.append(static_cast<UChar32>('\n'));
    }
    spell->transliterate(all);
    std::string lines;
    all.toLower().toUTF8String(lines);
    size_t index = 0;
    for (size_t at = 0; at < lines.size() && index < of_.size(); ++index) {
      const size_t end = lines.find('\n', at);
      Add(index, std::string_view(lines).substr(at, end - at));
      at = end + 1;
    }
    QINGQU_CHECK(index == of_.size());
    for (const OtherReadings& other : kOtherReadings) {
      std::string_view rest = other.readings;
      while (!rest.empty()) {
        const size_t end = std::min(rest.find(' '), rest.size());
        Add(other.character - kHanFirst, rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
      }
    }
  }

  std::span<const std::string_view> Of(char32_t character) const {
    if (character < kHanFirst || character > kHanLast) return {};
    return of_[character - kHanFirst];
  }

 private:
  void Add(size_t index, std::string_view reading) {
    while (!reading.empty() && reading.back() == ' ') reading.remove_suffix(1);
    const bool spelled = !reading.empty() && std::ranges::all_of(reading, [](char letter) {
      return letter >= 'a' && letter <= 'z';
    });
    if (!spelled || std::ranges::find(of_[index], reading) != of_[index].end()) return;
    const auto known = texts_.find(std::string(reading));
    of_[index].push_back(known != texts_.end() ? std::string_view(known->first)
                                               : texts_.emplace(reading, true).first->first);
  }

  std::unordered_map<std::string, bool> texts_;  // whose keys stay where they are
  std::vector<std::vector<std::string_view>> of_;
};

size_t CommonLength(std::string_view one, std::string_view other) {
  const auto [end, other_end] = std::ranges::mismatch(one, other);
  return static_cast<size_t>(end - one.begin());
}

struct Spelled {
  size_t letters = 0;
  size_t end = 0;  // character

  bool operator<(const Spelled& other) const { return letters < other.letters; }
};

Spelled Spell(std::u32string_view text, size_t at, std::string_view letters);

// With the character at `at` spelled by `part`, which `letters` begins with.
Spelled SpellOn(std::u32string_view text, size_t at, std::string_view letters, size_t part) {
  Spelled rest = Spell(text, at + 1, letters.substr(part));
  rest.letters += part;
  return rest;
}

Spelled Spell(std::u32string_view text, size_t at, std::string_view letters) {
  if (at == text.size() || letters.empty()) return {.letters = 0, .end = at};
  if (text[at] == U' ') return Spell(text, at + 1, letters);
  if (text[at] < 0x80) {
    if (text[at] != static_cast<char32_t>(letters[0])) return {.letters = 0, .end = at};
    return SpellOn(text, at, letters, 1);
  }
  Spelled best{.letters = 0, .end = at};
  for (const std::string_view reading : ReadingsOf(text[at])) {
    const size_t common = CommonLength(reading, letters);
    if (common == 0) continue;
    best = std::max(best, Spelled{.letters = common, .end = at + 1});  // the last one
    if (common == reading.size()) best = std::max(best, SpellOn(text, at, letters, common));
    if (reading.size() > 1) best = std::max(best, SpellOn(text, at, letters, 1));
    if (common >= 2 && reading[1] == 'h') best = std::max(best, SpellOn(text, at, letters, 2));
  }
  return best;
}

}  // namespace

std::span<const std::string_view> ReadingsOf(char32_t character) {
  static const auto* const readings = new Readings();
  return readings->Of(character);
}

size_t SpelledFrom(std::u32string_view text, size_t begin, std::string_view letters, size_t* end) {
  const Spelled spelled = Spell(text, begin, letters);
  if (end != nullptr) *end = spelled.end;
  return spelled.letters;
}

}  // namespace qingqu::catalog
