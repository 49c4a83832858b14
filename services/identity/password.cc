#include "services/identity/password.h"

#include <algorithm>
#include <array>
#include <string>

#include "common/base/strings.h"

namespace qingqu::identity {
namespace {

constexpr std::array<std::string_view, 20> kDenied{
    "1234567890",  "12345678910", "123456789a", "a123456789",   "0123456789",
    "0987654321",  "1q2w3e4r5t",  "1qaz2wsx3e", "qwertyuiop",   "qwerty12345",
    "password12",  "password123", "passw0rd12", "password1234", "admin12345",
    "admin123456", "iloveyou12",  "abcdefghij", "asdfghjkl123", "qingqu12345"};

std::string LowerAscii(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return lower;
}

}  // namespace

void CheckPassword(std::string_view field, std::string_view user_id, std::string_view password,
                   FieldViolations& violations) {
  const int characters = IsStorableText(password) ? CodePointCount(password) : 0;
  if (characters < kPasswordCharactersMin || characters > kPasswordCharactersMax) {
    violations.Add(field, "must have 10 to 200 characters");
    return;
  }
  const std::string lower = LowerAscii(password);
  if (lower == user_id) violations.Add(field, "must not be the user's id");
  const bool one_character = std::all_of(password.begin(), password.end(), [&](char character) {
    return character == password.front();
  });
  if (one_character || std::find(kDenied.begin(), kDenied.end(), lower) != kDenied.end()) {
    violations.Add(field, "is one of the first that anyone would try; choose another one");
  }
}

}  // namespace qingqu::identity
