#include "services/catalog/code_text.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace qingqu::catalog {
namespace {

// The size of the UTF-8 sequence that starts with `lead`.
size_t SequenceSize(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  if (byte < 0x80) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

std::string_view FirstCharacter(std::string_view text) {
  return text.substr(0, SequenceSize(text[0]));
}

// Full-width forms U+FF01 to U+FF5E are ASCII 0x21 to 0x7E at a fixed distance; in UTF-8 they are
// EF BC 81 to EF BC BF and EF BD 80 to EF BD 9E.
std::optional<char> HalfWidth(std::string_view character) {
  if (character.size() != 3 || character[0] != '\xEF') return std::nullopt;
  const auto third = static_cast<uint8_t>(character[2]);
  if (character[1] == '\xBC' && third >= 0x81) return static_cast<char>(third - 0x81 + 0x21);
  if (character[1] == '\xBD' && third <= 0x9E) return static_cast<char>(third - 0x80 + 0x60);
  return std::nullopt;
}

constexpr std::array<std::string_view, 18> kSpaces = {
    " ",      "\t",     "\n",     "\r",     "\v",     "\f",     "\u00A0", "\u2002", "\u2003",
    "\u2007", "\u2009", "\u200B", "\u200C", "\u200D", "\u202F", "\u2060", "\u3000", "\uFEFF"};
constexpr std::array<std::string_view, 9> kDashes = {
    "-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015", "\u2212", "\uFE63"};
constexpr std::array<std::string_view, 4> kOpening = {"〔", "【", "[", "﹝"};
constexpr std::array<std::string_view, 4> kClosing = {"〕", "】", "]", "﹞"};

template <size_t kSize>
bool Contains(const std::array<std::string_view, kSize>& list, std::string_view character) {
  for (const std::string_view candidate : list) {
    if (candidate == character) return true;
  }
  return false;
}

}  // namespace

std::string NormaliseCode(std::string_view text, CodeTextOptions options) {
  std::string result;
  while (!text.empty()) {
    std::string_view character = FirstCharacter(text);
    text.remove_prefix(character.size());
    const std::optional<char> half = HalfWidth(character);
    if (half.has_value()) character = std::string_view(&*half, 1);
    if (Contains(kSpaces, character)) continue;
    if (Contains(kDashes, character)) {
      if (options.keep_dashes) result += '-';
    } else if (Contains(kOpening, character)) {
      result += '(';
    } else if (Contains(kClosing, character)) {
      result += ')';
    } else {
      result += character;
    }
  }
  return result;
}

bool CodeReader::Take(std::string_view literal) {
  if (!rest_.starts_with(literal)) return false;
  rest_.remove_prefix(literal.size());
  return true;
}

std::optional<std::string_view> CodeReader::TakeDigits(size_t count) {
  if (rest_.size() < count) return std::nullopt;
  const std::string_view digits = rest_.substr(0, count);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  rest_.remove_prefix(count);
  return digits;
}

std::optional<std::string_view> CodeReader::TakeOneOf(std::string_view characters) {
  if (rest_.empty()) return std::nullopt;
  const std::string_view character = FirstCharacter(rest_);
  for (; !characters.empty(); characters.remove_prefix(FirstCharacter(characters).size())) {
    if (FirstCharacter(characters) != character) continue;
    rest_.remove_prefix(character.size());
    return character;
  }
  return std::nullopt;
}

bool CodeReader::SkipTo(std::string_view stop, int count_max) {
  std::string_view ahead = rest_;
  for (int count = 0; !ahead.starts_with(stop); ++count) {
    if (count == count_max || ahead.empty() || static_cast<uint8_t>(ahead[0]) < 0x80) return false;
    ahead.remove_prefix(FirstCharacter(ahead).size());
  }
  rest_ = ahead;
  return true;
}

bool IsCertificateYear(std::string_view digits) {
  return digits.size() == 4 && digits >= "1990" && digits <= "2099";
}

}  // namespace qingqu::catalog
