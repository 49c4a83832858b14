#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace qingqu::udi {

// The GS1 application identifiers (AI): what each holds, how it is checked and with which others it
// goes. Source: GS1 General Specifications, section 3, and the GS1 Barcode Syntax Dictionary,
// against which a test compares this table entry by entry.

// The characters of a component (GS1 General Specifications 7.11).
enum class CharacterSet : uint8_t {
  kNumeric,   // "N": digits
  kText,      // "X": the 82 characters of ISO/IEC 646 table 1
  kPartText,  // "Y": the 39 characters of a component or part identifier
  kBase64Url  // "Z": letters, digits, '-', '_' and '=' at the end
};

// What the content of a component must be, besides its characters and length. The dictionary's own
// name of each is what CheckName says.
enum class Check : uint8_t {
  kNone,
  kCheckDigit,
  kCheckCharacters,
  kCompanyPrefixFirst,
  kCompanyPrefixSecond,
  kDateDayOptional,
  kDate,
  kDateFullYear,
  kHourMinute,
  kHour,
  kMinute,
  kSecond,
  kCountry,
  kCountryOr999,
  kCountryLetters,
  kCurrency,
  kSex,
  kIban,
  kPercentEncoding,
  kYesNo,
  kWinding,
  kZero,
  kNonzero,
  kNoZeroPrefix,
  kPieceOfTotal,
  kPositionInSequence,
  kImporterIndex,
  kPackageType,
  kMediaType,
  kLatitude,
  kLongitude,
  kHyphen,
  kCoupon,
  kPositiveOffer,
  kHasNonDigit,
};
inline constexpr size_t kCheckCount = static_cast<size_t>(Check::kHasNonDigit) + 1;

// The name of the check in the GS1 Barcode Syntax Dictionary ("csum"); "" for kNone.
std::string_view CheckName(Check check);

// A run of characters of a value. Only the last component of a value varies in length. Optional
// components may be left out from the end.
struct Component {
  CharacterSet characters = CharacterSet::kNumeric;
  uint8_t length_min = 0;
  uint8_t length_max = 0;  // 0: no component
  bool optional = false;
  std::array<Check, 3> checks{};  // in order; kNone fills the rest
};

// With what other identifiers an AI goes. Lists are separated by spaces; "n" in a pattern stands
// for any digit.
struct Associations {
  // Groups, of which one must be there as a whole: "01+21 03+21".
  std::string_view requires_one_of = "";
  // Patterns of the AIs that must not be there beside it.
  std::string_view excludes = "";
  // Of a GS1 Digital Link key: the sequences that may follow it, separated by '|': "22 10 21|235".
  std::string_view link_qualifiers = "";
};

// One row of the table: an AI, or a range of them that differ in the last digit only.
struct ApplicationIdentifier {
  std::string_view first;  // "3100"
  std::string_view last;   // "3105"; the same as `first` for a single AI
  bool predefined_length;  // its length is known beforehand: no FNC1 need follow
  bool link_attribute;     // may stand in the query of a GS1 Digital Link
  bool link_key;           // may be the primary key of a GS1 Digital Link
  std::array<Component, 5> components;
  Associations associations;
  std::string_view title;  // the data title of the General Specifications: "BATCH/LOT"

  // The components that are there.
  std::span<const Component> format() const;
  // The sum of the components' greatest lengths.
  size_t length_max() const;
};

// Every row, in lexical order of the AI.
std::span<const ApplicationIdentifier> ApplicationIdentifiers();

// The row of the AI that is exactly `ai`, or nullptr.
const ApplicationIdentifier* FindApplicationIdentifier(std::string_view ai);

// The length of the AI that `text` begins with (2 to 4), or 0 when it begins with none. No AI is
// the beginning of another, so there is at most one.
size_t LeadingIdentifierLength(std::string_view text);

// True when `ai` fits `pattern`, in which "n" is any digit ("310n").
bool MatchesPattern(std::string_view ai, std::string_view pattern);

}  // namespace qingqu::udi
