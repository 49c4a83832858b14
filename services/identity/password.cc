#include "services/identity/password.h"

#include <zxcvbn.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "unicode/normalizer2.h"
#include "unicode/unistr.h"

namespace qingqu::identity {
namespace {

constexpr std::array<std::string_view, 2> kPlatformNames{"qingqu", "清渠"};
// Shorter names stand in too many words.
constexpr int kNameCharactersMin = 2;
constexpr int kCharactersBesidesNamesMin = 8;

icu::UnicodeString Normalized(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::Normalizer2* nfkc = icu::Normalizer2::getNFKCInstance(error);
  QINGQU_CHECK(U_SUCCESS(error));
  const auto size = static_cast<int32_t>(text.size());
  icu::UnicodeString normalized =
      nfkc->normalize(icu::UnicodeString::fromUTF8(icu::StringPiece(text.data(), size)), error);
  QINGQU_CHECK(U_SUCCESS(error));
  return normalized;
}

std::string ToUtf8(const icu::UnicodeString& text) {
  std::string utf8;
  text.toUTF8String(utf8);
  return utf8;
}

// For comparisons in which the case does not count.
std::string Folded(std::string_view text) { return ToUtf8(Normalized(text).foldCase()); }

// Names, and the parts of a user id.
std::vector<std::string> NamesOf(const PasswordOwner& owner) {
  std::vector<std::string> names(kPlatformNames.begin(), kPlatformNames.end());
  names.push_back(Folded(owner.user_id));
  std::string part;
  for (const char character : Folded(owner.user_id + "-" + owner.display_name + " ")) {
    if (character != '-' && character != ' ') {
      part += character;
      continue;
    }
    names.push_back(std::exchange(part, ""));
  }
  std::erase_if(names,
                [](const std::string& name) { return CodePointCount(name) < kNameCharactersMin; });
  // The whole id goes before its parts.
  std::stable_sort(names.begin(), names.end(),
                   [](const auto& left, const auto& right) { return left.size() > right.size(); });
  return names;
}

int CharactersBesides(const std::vector<std::string>& names, std::string text) {
  for (const std::string& name : names) {
    for (size_t at = text.find(name); at != std::string::npos; at = text.find(name)) {
      text.replace(at, name.size(), "\n");  // so that what is left and right does not join
    }
  }
  std::erase(text, '\n');
  return CodePointCount(text);
}

bool IsOneCharacter(const icu::UnicodeString& text) {
  const UChar32 first = text.char32At(0);
  for (int32_t at = 0; at < text.length(); at = text.moveIndex32(at, 1)) {
    if (text.char32At(at) != first) return false;
  }
  return true;
}

double GuessBits(const std::string& password, const std::vector<std::string>& names) {
  std::vector<const char*> words;
  words.reserve(names.size() + 1);
  for (const std::string& name : names) words.push_back(name.c_str());
  words.push_back(nullptr);
  return ZxcvbnMatch(password.c_str(), words.data(), nullptr);
}

}  // namespace

std::string NormalizePassword(std::string_view password) {
  if (!IsStorableText(password)) return std::string(password);
  return ToUtf8(Normalized(password));
}

void CheckPassword(std::string_view field, const PasswordOwner& owner, std::string_view password,
                   FieldViolations& violations) {
  const int least = owner.second_factor_required ? kPasswordCharactersMinWithSecondFactor
                                                 : kPasswordCharactersMin;
  const std::string normalized = NormalizePassword(password);
  const int characters = IsStorableText(normalized) ? CodePointCount(normalized) : 0;
  if (characters < least || characters > kPasswordCharactersMax) {
    violations.Add(field,
                   fmt::format("must have {} to {} characters", least, kPasswordCharactersMax));
    return;
  }
  const std::vector<std::string> names = NamesOf(owner);
  const std::string folded = Folded(normalized);
  if (CharactersBesides(names, folded) < std::min(kCharactersBesidesNamesMin, characters)) {
    violations.Add(field, "is built around your name or the platform's; choose another one");
    return;
  }
  if (IsOneCharacter(Normalized(normalized)) ||
      GuessBits(normalized, names) < kPasswordGuessBitsMin) {
    violations.Add(
        field,
        "is among the first that anyone would try; take several words that do not belong "
        "together");
  }
}

}  // namespace qingqu::identity
