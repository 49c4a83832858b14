#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/udi/gs1_application_identifiers.h"
#include "common/udi/udi.h"

namespace qingqu::udi {

// Between the readers of each form and the finished scan. Not for callers of the parser.

ParseError MakeParseError(std::string_view reason, size_t position, std::string message);

// A part of a code of another issuer than GS1, and where it starts in the input.
struct Part {
  Element element;
  size_t position = 0;
};

// Adds the elements of `parts` to `scan`, each key once: drops exact repetitions. The error of the
// first that contradicts another; `issuer` names the code in it.
std::optional<ParseError> AddParts(const std::vector<Part>& parts, std::string_view issuer,
                                   Scan& scan);

// The device identifier of two scans to be joined; CONFLICTING_VALUE when they have two.
std::optional<ParseError> CheckSameDevice(const Scan& first, const Scan& second);

// The elements of `first` and then `second`, as parts at position 0.
std::vector<Part> PartsOf(const Scan& first, const Scan& second);

// One GS1 element where it was found. The views must outlive the call that they are passed to.
struct Gs1Element {
  const ApplicationIdentifier* row = nullptr;
  std::string_view ai;
  size_t ai_position = 0;  // in the input
  std::string value;
  size_t value_position = 0;
};

// The error of an element whose value is not what its AI wants, or nullopt.
std::optional<ParseError> CheckElement(const Gs1Element& element, const ParseOptions& options);

// Makes the scan of elements whose values are right: drops exact repetitions, refuses
// contradictions and forbidden pairs, derives the fields.
ParseResult BuildGs1Scan(const std::vector<Gs1Element>& elements, const ParseOptions& options);

}  // namespace qingqu::udi
