#include "common/udi/udi_json.h"

#include <cstddef>
#include <optional>

#include <nlohmann/json.hpp>

namespace qingqu::udi {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kWrittenSeparator = "{GS}";

// A line of this length is too long even when it is full of written separators.
constexpr size_t kLineLengthMax = kInputLengthMax * kWrittenSeparator.size();

Json TextOrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json DateOrNull(const std::optional<CivilDate>& date) {
  return date ? Json(date->ToString()) : Json();
}

Json ToJson(const Scan& scan) {
  Json elements = Json::object();
  for (const Element& element : scan.elements) elements[element.key] = element.value;
  return {{"valid", true},
          {"issuer", std::string(IssuerName(scan.issuer))},
          {"di", TextOrNull(scan.di)},
          {"lot", TextOrNull(scan.lot)},
          {"serial", TextOrNull(scan.serial)},
          {"expiry", DateOrNull(scan.expiry)},
          {"manufactured", DateOrNull(scan.manufactured)},
          {"elements", std::move(elements)}};
}

Json ToJson(const ParseError& error) {
  Json details = {
      {"reason", error.reason}, {"position", error.position}, {"message", error.message}};
  return {{"valid", false}, {"error", std::move(details)}};
}

// Reads up to the end of the line, which is dropped, and keeps the first kLineLengthMax + 1 bytes;
// nullopt at the end of the input.
std::optional<std::string> ReadLine(std::streambuf& input) {
  using Traits = std::streambuf::traits_type;
  std::string line;
  Traits::int_type next = input.sbumpc();
  if (Traits::eq_int_type(next, Traits::eof())) return std::nullopt;
  while (!Traits::eq_int_type(next, Traits::eof()) && Traits::to_char_type(next) != '\n') {
    if (line.size() <= kLineLengthMax) line += Traits::to_char_type(next);
    next = input.sbumpc();
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

// Where byte `expanded_position` of ExpandGroupSeparators(line) stands in `line`.
size_t PositionInLine(std::string_view line, size_t expanded_position) {
  size_t position = 0;
  for (size_t i = 0; i < expanded_position; ++i) {
    const bool is_written = line.substr(position).starts_with(kWrittenSeparator);
    position += is_written ? kWrittenSeparator.size() : 1;
  }
  return position;
}

ParseResult ParseLine(const std::string& line, const ParseOptions& options) {
  ParseResult result = Parse(ExpandGroupSeparators(line), options);
  if (auto* error = std::get_if<ParseError>(&result)) {
    const auto position = static_cast<size_t>(error->position);
    error->position = static_cast<int>(PositionInLine(line, position));
  }
  return result;
}

}  // namespace

std::string ScanToJson(const ParseResult& result) {
  const Json json = std::visit([](const auto& value) { return ToJson(value); }, result);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string ExpandGroupSeparators(std::string_view text) {
  std::string expanded;
  expanded.reserve(text.size());
  while (!text.empty()) {
    const bool is_written = text.starts_with(kWrittenSeparator);
    expanded += is_written ? '\x1d' : text[0];
    text.remove_prefix(is_written ? kWrittenSeparator.size() : 1);
  }
  return expanded;
}

int RunUdiFilter(std::istream& input, std::ostream& output, const ParseOptions& options) {
  bool all_valid = true;
  while (const std::optional<std::string> line = ReadLine(*input.rdbuf())) {
    const ParseResult result = ParseLine(*line, options);
    all_valid = all_valid && std::holds_alternative<Scan>(result);
    output << ScanToJson(result) << '\n';
    // Whoever feeds line by line and waits for the answer must get it now.
    if (input.rdbuf()->in_avail() <= 0) output.flush();
    if (!output) return 1;
  }
  output.flush();
  return all_valid && output ? 0 : 1;
}

}  // namespace qingqu::udi
