#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/udi/fault.h"
#include "common/udi/gs1_application_identifiers.h"

namespace qingqu::udi {

// The content checks of GS1 components, as the reference "linters" of the GS1 Barcode Syntax
// Dictionary do them. They answer for any bytes, and read nothing outside `text`. `current_year`
// decides the century of dates.

// What `check` finds wrong with a component, or nullopt.
std::optional<Fault> ApplyCheck(Check check, std::string_view text, int current_year);

// What is wrong with the whole value of an AI: its characters, its length, its content; nullopt
// when all is right.
std::optional<Fault> FindValueFault(const ApplicationIdentifier& row, std::string_view value,
                                    int current_year);

// The modulo 10 check digit of `digits` (GS1 General Specifications 7.9.1). `digits` holds digits
// only.
char CheckDigitOf(std::string_view digits);

// The pair of check characters of `text`, modulo 1021 (7.9.5), or nullopt when `text` holds a
// character outside the GS1 set of 82 or is longer than 97.
std::optional<std::string> CheckCharactersOf(std::string_view text);

// True for the 82 characters that "X" components may hold.
bool IsTextCharacter(char character);

// The two coupon formats of GS1 US, AI 8110 and 8112.
std::optional<Fault> FindCouponFault(std::string_view text, int current_year);
std::optional<Fault> FindPositiveOfferFault(std::string_view text);

}  // namespace qingqu::udi
