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
