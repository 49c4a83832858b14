#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/base/civil_date.h"

namespace qingqu::udi {

// Reads the unique device identification (UDI) on a package: what a scanner delivers, or what a
// person types from the label. Issuers: GS1 and HIBC in full, MA and AHM in structure, ICCBBA as
// far as it is of devices. The README of this folder says what is accepted and why. Everything here
// is total, deterministic, free of global state and safe to call from any thread.

// A scan longer than this is refused: no carrier of a UDI holds as much.
inline constexpr size_t kInputLengthMax = 512;

enum class Issuer { kGs1, kMa, kHibc, kIccbba, kAhm };

// "GS1", "MA", "HIBC", "ICCBBA" or "AHM".
std::string_view IssuerName(Issuer issuer);

// One data element as it stands in the scan.
struct Element {
  // GS1: the application identifier, "17". MA: the letter of the part, "S". HIBC: what the value
  // follows, "$$3", "16D"; see the README. ICCBBA: the data identifier, "=>". AHM: "BN".
  std::string key;
  std::string value;  // without the key; the very characters of the scan
  std::string title;  // what it is: "USE BY or EXPIRY"

  friend bool operator==(const Element&, const Element&) = default;
};

// An element that GS1 wants to go with others that are not in the scan. Not an error of one scan:
// device identifier and production identifier may come as two scans.
struct MissingCompanion {
  std::string key;              // "10"
  std::string requires_one_of;  // groups separated by spaces, of which one must be there as a
                                // whole: "01+21 03+21"

  friend bool operator==(const MissingCompanion&, const MissingCompanion&) = default;
};

// What one scan, or two joined ones, say.
struct Scan {
  Issuer issuer = Issuer::kGs1;
  // As registers keep it. GS1: the GTIN-14 of AI 01. MA: "MA.156.M0.100011.2cscp023". HIBC:
  // labeller, product and unit of measure, "A99912345". ICCBBA: "A9999XYZ100T0944". AHM: all before
  // the production identifiers, "AHM10010001". "" when there is none.
  std::string di;
  std::string lot;                        // "" when there is none
  std::string serial;                     // "" when there is none
  std::optional<CivilDate> expiry;        // the last day of use
  std::optional<CivilDate> manufactured;  // the day of production
  std::vector<Element> elements;          // each key once; in the order of the scan, but in a fixed
                                          // order for HIBC
  std::vector<MissingCompanion> missing_companions;

  friend bool operator==(const Scan&, const Scan&) = default;
};

struct ParseError {
  std::string reason;  // UPPER_SNAKE, stable; the README lists them
  int position = 0;  // of the first offending byte in the input, from 0; at most the input's length
  std::string message;  // one English sentence for people, ASCII only

  friend bool operator==(const ParseError&, const ParseError&) = default;
};

using ParseResult = std::variant<Scan, ParseError>;

struct ParseOptions {
  int current_year = 0;  // four digits, 1900 to 9800; decides the century of two-digit years
};

// Reads one scan. Never throws. Accepted: GS1 element strings with or without a symbology
// identifier, with FNC1 as 0x1D; the human-readable form "(01)…(17)…"; GS1 Digital Link URIs; a
// bare GTIN-8, -12, -13 or -14; MA; HIBC, also between asterisks; ICCBBA; AHM. White space at both
// ends is ignored, but for a space that is the check character of a HIBC code.
ParseResult Parse(std::string_view text, const ParseOptions& options);

// Joins the scan of a device identifier with that of its production identifier (in either order;
// each may hold both). The second may only add to the first or confirm it. ISSUER_MISMATCH when
// they come from two issuers, CONFLICTING_VALUE when they say different things,
// also when a HIBC link character is of another device, CONFLICTING_ELEMENTS when GS1 forbids the
// two elements side by side. `position` of such an error is 0. The elements of the first come
// first.
ParseResult JoinScans(const Scan& di_scan, const Scan& pi_scan, const ParseOptions& options);

// The canonical machine-readable form: Parse gives the same scan for it. GS1: the element string
// with 0x1D after elements that need it, without a symbology identifier; it starts with 0x1D in the
// one case that it would otherwise read as a bare GTIN. HIBC: one symbol with its check character.
std::string ToElementString(const Scan& scan);

// What is printed under the symbol: "(01)06901234567892(17)271231(10)A1". Parse gives the same scan
// for it, unless a value holds an application identifier in parentheses itself. HIBC:
// "*+A123BJC5D6E71G*". The others have one form only.
std::string ToHumanReadable(const Scan& scan);

// True when `text` has the form of a device identifier of HIBC, ICCBBA or AHM as `Scan::di` gives
// it and registers keep it: no flag, no check character, and so no mistyped character is seen.
bool IsRegisteredIdentifier(std::string_view text);

}  // namespace qingqu::udi
