#include "common/udi/scan_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "common/udi/gs1_checks.h"
#include "common/udi/gs1_date.h"

namespace qingqu::udi {
namespace {

// Calls `visit` with each part of `list`.
template <typename Visit>
void ForEachPart(std::string_view list, char separator, Visit visit) {
  while (!list.empty()) {
    const size_t end = std::min(list.find(separator), list.size());
    visit(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

bool HasMatch(const std::vector<Element>& elements, std::string_view pattern) {
  return std::ranges::any_of(
      elements, [&](const Element& element) { return MatchesPattern(element.key, pattern); });
}

bool MeetsOneGroup(const std::vector<Element>& elements, std::string_view groups) {
  bool met = groups.empty();
  ForEachPart(groups, ' ', [&](std::string_view group) {
    bool whole = true;
    ForEachPart(group, '+',
                [&](std::string_view pattern) { whole = whole && HasMatch(elements, pattern); });
    met = met || whole;
  });
  return met;
}

bool Excludes(const ApplicationIdentifier& row, std::string_view ai, std::string_view other_ai) {
  bool excluded = false;
  ForEachPart(row.associations.excludes, ' ', [&](std::string_view pattern) {
    excluded = excluded || (ai != other_ai && MatchesPattern(other_ai, pattern));
  });
  return excluded;
}

// The element of `elements` that must not stand beside `element`, or nullptr.
const Gs1Element* FindExcluded(const std::vector<const Gs1Element*>& elements,
                               const Gs1Element& element) {
  const auto found = std::ranges::find_if(elements, [&](const Gs1Element* other) {
    return Excludes(*element.row, element.ai, other->ai) ||
           Excludes(*other->row, other->ai, element.ai);
  });
  return found == elements.end() ? nullptr : *found;
}

std::string_view ValueOf(const Scan& scan, std::string_view key) {
  const auto found = std::ranges::find(scan.elements, key, &Element::key);
  return found == scan.elements.end() ? std::string_view() : std::string_view(found->value);
}

// The date of `ai`, or else the date that `timed_ai` starts with.
std::optional<CivilDate> DateField(const Scan& scan, std::string_view ai, std::string_view timed_ai,
                                   int current_year) {
  const std::string_view date = ValueOf(scan, ai);
  const std::string_view text = date.empty() ? ValueOf(scan, timed_ai) : date;
  if (text.empty()) return std::nullopt;
  return DateOf(text.substr(0, 6), current_year);
}

void DeriveFields(Scan& scan, const ParseOptions& options) {
  scan.di = ValueOf(scan, "01");
  scan.lot = ValueOf(scan, "10");
  scan.serial = ValueOf(scan, "21");
  scan.expiry = DateField(scan, "17", "7003", options.current_year);
  scan.manufactured = DateField(scan, "11", "8008", options.current_year);
  for (const Element& element : scan.elements) {
    const std::string_view groups =
        FindApplicationIdentifier(element.key)->associations.requires_one_of;
    if (MeetsOneGroup(scan.elements, groups)) continue;
    scan.missing_companions.push_back({.key = element.key, .requires_one_of = std::string(groups)});
  }
}

}  // namespace

ParseError MakeParseError(std::string_view reason, size_t position, std::string message) {
  return {.reason = std::string(reason),
          .position = static_cast<int>(position),
          .message = std::move(message)};
}

std::optional<ParseError> AddParts(const std::vector<Part>& parts, std::string_view issuer,
                                   Scan& scan) {
  for (const Part& part : parts) {
    const Element& element = part.element;
    const auto same = std::ranges::find(scan.elements, element.key, &Element::key);
    if (same != scan.elements.end() && same->value == element.value) continue;
    if (same != scan.elements.end()) {
      return MakeParseError(
          "CONFLICTING_VALUE", part.position,
          fmt::format("{} part {} stands twice with different values.", issuer, element.key));
    }
    scan.elements.push_back(element);
  }
  return std::nullopt;
}

std::optional<ParseError> CheckSameDevice(const Scan& first, const Scan& second) {
  if (first.di.empty() || second.di.empty() || first.di == second.di) return std::nullopt;
  return MakeParseError("CONFLICTING_VALUE", 0, "The scans are of two different devices.");
}

std::vector<Part> PartsOf(const Scan& first, const Scan& second) {
  std::vector<Part> parts;
  for (const Scan* scan : {&first, &second}) {
    for (const Element& element : scan->elements) parts.push_back({.element = element});
  }
  return parts;
}

std::optional<ParseError> CheckElement(const Gs1Element& element, const ParseOptions& options) {
  const auto fault = FindValueFault(*element.row, element.value, options.current_year);
  if (!fault) return std::nullopt;
  return MakeParseError(fault->reason, element.value_position + fault->offset,
                        fmt::format("AI {}: {}.", element.ai, fault->message));
}

ParseResult BuildGs1Scan(const std::vector<Gs1Element>& elements, const ParseOptions& options) {
  Scan scan;
  std::vector<const Gs1Element*> kept;
  for (const Gs1Element& element : elements) {
    const auto same = std::ranges::find(kept, element.ai, &Gs1Element::ai);
    if (same != kept.end() && (*same)->value == element.value) continue;
    if (same != kept.end()) {
      return MakeParseError("CONFLICTING_VALUE", element.ai_position,
                            fmt::format("AI {} stands twice with different values.", element.ai));
    }
    if (const Gs1Element* excluded = FindExcluded(kept, element)) {
      return MakeParseError(
          "CONFLICTING_ELEMENTS", element.ai_position,
          fmt::format("AI {} must not stand beside AI {}.", element.ai, excluded->ai));
    }
    kept.push_back(&element);
    scan.elements.push_back({.key = std::string(element.ai),
                             .value = element.value,
                             .title = std::string(element.row->title)});
  }
  DeriveFields(scan, options);
  return scan;
}

}  // namespace qingqu::udi
