#pragma once

#include <string_view>

namespace qingqu::udi {

// Code lists that GS1 element strings refer to. True when the code is in the list.

// ISO 3166-1 alpha-2, upper case: "CN".
bool IsCountryLetters(std::string_view code);

// ISO 3166-1 numeric, three digits: "156".
bool IsCountryNumber(std::string_view code);

// ISO 4217 numeric, three digits: "156" (CNY). Codes that were withdrawn lately stay readable.
bool IsCurrencyNumber(std::string_view code);

// GS1 PackageTypeCode: UN/ECE Recommendation 21 with GS1's additions: "BX", "201".
bool IsPackageType(std::string_view code);

}  // namespace qingqu::udi
