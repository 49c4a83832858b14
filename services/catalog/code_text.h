#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace qingqu::catalog {

// Codes as they are typed and printed differ in ways that mean nothing: full-width letters and
// digits, brackets of several kinds, spaces, dashes.

struct CodeTextOptions {
  bool keep_dashes = false;  // MA codes may hold dashes that mean something
};

// `text` (well-formed UTF-8) with full-width ASCII made half-width, 〔〕【】［］[] made (), and all
// white space, zero-width characters and dashes removed.
std::string NormaliseCode(std::string_view text, CodeTextOptions options = {});

// Reads a text from its start. All `Take…` functions leave the text as it is when it does not begin
// with what they take.
class CodeReader {
 public:
  explicit CodeReader(std::string_view text) : rest_(text) {}

  bool Take(std::string_view literal);
  // Exactly `count` ASCII digits.
  std::optional<std::string_view> TakeDigits(size_t count);
  // One character of a list of single characters ("京津冀…"), given as UTF-8.
  std::optional<std::string_view> TakeOneOf(std::string_view characters);
  // From 0 to `count_max` characters other than ASCII, as few as it takes to reach `stop`, which
  // stays. False when `stop` is not reached.
  bool SkipTo(std::string_view stop, int count_max);
  bool AtEnd() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

// The one-character names of the provinces of China, in administrative order.
inline constexpr std::string_view kProvinces =
    "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新";

// True for years that a certificate can carry.
bool IsCertificateYear(std::string_view digits);

}  // namespace qingqu::catalog
