#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "services/catalog/registration_number.h"

namespace qingqu::catalog {

// What one field held.
struct RegistrationList {
  std::vector<RegistrationNumber> numbers;  // in order, each once
  std::vector<std::string> not_understood;  // in order, normalised
};

// Reads the numbers that somebody typed into one field: joined by anything or by nothing, behind
// words such as 注册证号：, in any width, with spaces and dashes within. Punctuation and the words
// that certificates are called by mean nothing; everything else that is no number is returned. A
// number with a digit too many is none. Time grows with the length of `text` (well-formed UTF-8).
RegistrationList ParseRegistrationList(std::string_view text);

}  // namespace qingqu::catalog
