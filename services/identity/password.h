#pragma once

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace qingqu::identity {

// NIST SP 800-63B-4 3.1.1.2: 15 characters where the password is the only factor, 8 where a second
// one is required. Characters are code points after NFKC.
inline constexpr int kPasswordCharactersMin = 15;
inline constexpr int kPasswordCharactersMinWithSecondFactor = 8;
inline constexpr int kPasswordCharactersMax = 128;
// What an attacker needs more than 2^this guesses for, as zxcvbn estimates it from lists of common
// passwords, words, names, keyboard rows, repetitions and dates. A minute between guesses
// (sign_in_budget.h) makes of it two thousand years.
inline constexpr double kPasswordGuessBitsMin = 30;

// The password in the one form in which it is hashed and compared: NFKC. What is no UTF-8 stays as
// it is.
std::string NormalizePassword(std::string_view password);

// Whose password it is.
struct PasswordOwner {
  std::string user_id;
  std::string display_name;
  bool second_factor_required = false;
};

// Adds a violation when `password` is too short or too long, built around the owner's or the
// platform's name, or among the first that anyone would try. No rules about kinds of characters,
// and no expiry.
void CheckPassword(std::string_view field, const PasswordOwner& owner, std::string_view password,
                   FieldViolations& violations);

}  // namespace qingqu::identity
