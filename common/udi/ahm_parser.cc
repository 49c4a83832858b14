#include "common/udi/ahm_parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "common/udi/gs1_date.h"
#include "common/udi/scan_builder.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

constexpr std::string_view kAgency = "AHM";
constexpr std::string_view kSeparators = "./|,;\x1d";
// Far above any label; the rules set no length.
constexpr size_t kPartLengthMax = 50;
constexpr size_t kKeyLength = 2;

struct PartKind {
  std::string_view key;
  bool is_date;
  std::string_view title;
};

constexpr std::array<PartKind, 5> kPartKinds = {{
    {"BN", false, "BATCH/LOT"},
    {"SN", false, "SERIAL"},
    {"MD", true, "PROD DATE"},
    {"BD", true, "BEST BEFORE"},
    {"ED", true, "EXPIRY"},
}};

bool IsSeparator(char character) { return kSeparators.find(character) != std::string_view::npos; }

// Where a part starts: its separator, or opening bracket, and its name.
struct PartStart {
  size_t length = 0;  // of all of it; 0 when no part starts here
  const PartKind* kind = nullptr;
};

PartStart PartStartAt(std::string_view text) {
  if (text.size() < 1 + kKeyLength) return {};
  const auto* kind = std::ranges::find(kPartKinds, text.substr(1, kKeyLength), &PartKind::key);
  if (kind == kPartKinds.end()) return {};
  const bool is_bracketed = text.substr(0, 1) == "(" && text.substr(1 + kKeyLength, 1) == ")";
  if (is_bracketed) return {.length = kKeyLength + 2, .kind = kind};
  return IsSeparator(text[0]) ? PartStart{.length = kKeyLength + 1, .kind = kind} : PartStart{};
}

// The place at or after `start` where the next part starts, or the end.
size_t FindPart(std::string_view text, size_t start) {
  while (start < text.size() && PartStartAt(text.substr(start)).length == 0) ++start;
  return start;
}

std::optional<ParseError> CheckText(std::string_view value, size_t position, bool is_identifier) {
  const auto* foreign = std::ranges::find_if_not(value, [&](char character) {
    const bool is_visible = '!' <= character && character <= '~';
    return is_visible && (is_identifier || !IsSeparator(character));
  });
  if (foreign != value.end()) {
    return MakeParseError(
        "INVALID_CHARACTER", position + static_cast<size_t>(foreign - value.begin()),
        IsSeparator(*foreign) ? "After a separator of an AHM code BN, SN, MD, BD or ED is expected."
                              : "Only visible ASCII characters are allowed in an AHM code.");
  }
  if (value.empty()) {
    return MakeParseError("INVALID_LENGTH", position, "A part of the AHM code is empty.");
  }
  if (value.size() <= kPartLengthMax) return std::nullopt;
  return MakeParseError("INVALID_LENGTH", position + kPartLengthMax,
                        "A part of the AHM code is too long.");
}

std::optional<ParseError> CheckIdentifier(std::string_view di, size_t position) {
  if (auto error = CheckText(di, position, true)) return error;
  if (di.size() > kAgency.size()) return std::nullopt;
  return MakeParseError("INVALID_LENGTH", position + di.size(),
                        "After AHM the codes of labeller and product are expected.");
}

std::optional<ParseError> CheckValue(const PartKind& kind, std::string_view value, size_t position,
                                     const ParseOptions& options) {
  if (auto error = CheckText(value, position, false)) return error;
  if (!kind.is_date) return std::nullopt;
  const auto fault = FindDateFault(value, {.current_year = options.current_year});
  if (!fault) return std::nullopt;
  return MakeParseError(fault->reason, position + fault->offset,
                        fmt::format("AHM part {}: {}.", kind.key, fault->message));
}

ParseResult BuildAhmScan(std::string_view di, const std::vector<Part>& parts,
                         const ParseOptions& options) {
  Scan scan;
  scan.issuer = Issuer::kAhm;
  scan.di = di;
  if (auto error = AddParts(parts, "AHM", scan)) return *std::move(error);
  for (const Element& element : scan.elements) {
    const auto date = DateOf(element.value, options.current_year);
    if (element.key == "BN") scan.lot = element.value;
    if (element.key == "SN") scan.serial = element.value;
    if (element.key == "MD") scan.manufactured = date;
    // With best before and expiry the earlier is safe.
    const bool limits_use = element.key == "BD" || element.key == "ED";
    if (limits_use && (!scan.expiry || (date && *date < *scan.expiry))) scan.expiry = date;
  }
  return scan;
}

}  // namespace

bool LooksLikeAhm(std::string_view text) { return text.starts_with(kAgency); }

ParseResult ParseAhm(std::string_view text, size_t base, const ParseOptions& options) {
  size_t position = FindPart(text, 0);
  const std::string_view di = text.substr(0, position);
  if (auto error = CheckIdentifier(di, base)) return *std::move(error);
  std::vector<Part> parts;
  while (position < text.size()) {
    const PartStart start = PartStartAt(text.substr(position));
    const size_t value_position = position + start.length;
    const size_t end = FindPart(text, value_position);
    const std::string_view value = text.substr(value_position, end - value_position);
    if (auto error = CheckValue(*start.kind, value, base + value_position, options)) {
      return *std::move(error);
    }
    parts.push_back({.element = {.key = std::string(start.kind->key),
                                 .value = std::string(value),
                                 .title = std::string(start.kind->title)},
                     .position = base + position});
    position = end;
  }
  return BuildAhmScan(di, parts, options);
}

ParseResult JoinAhm(const Scan& first, const Scan& second, const ParseOptions& options) {
  if (auto error = CheckSameDevice(first, second)) return *std::move(error);
  return BuildAhmScan(first.di.empty() ? second.di : first.di, PartsOf(first, second), options);
}

std::string AhmString(const Scan& scan) {
  std::string text = scan.di;
  for (const Element& element : scan.elements) text += "." + element.key + element.value;
  return text;
}

bool IsAhmIdentifier(std::string_view text) {
  return LooksLikeAhm(text) && FindPart(text, 0) == text.size() && !CheckIdentifier(text, 0);
}

}  // namespace qingqu::udi
