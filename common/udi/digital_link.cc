#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/udi/gs1_checks.h"
#include "common/udi/gs1_parser.h"
#include "common/udi/scan_builder.h"
#include "common/udi/text.h"

namespace qingqu::udi {
namespace {

// A piece of the input and where it starts.
struct Piece {
  std::string_view text;
  size_t position = 0;
};

std::vector<Piece> Split(Piece whole, char separator) {
  std::vector<Piece> pieces;
  while (true) {
    const size_t end = std::min(whole.text.find(separator), whole.text.size());
    pieces.push_back({.text = whole.text.substr(0, end), .position = whole.position});
    if (end == whole.text.size()) return pieces;
    whole.text.remove_prefix(end + 1);
    whole.position += end + 1;
  }
}

// Cuts `whole` before the first `separator`; what follows the separator is returned.
Piece CutAt(Piece& whole, char separator) {
  const size_t end = std::min(whole.text.find(separator), whole.text.size());
  const size_t rest = std::min(end + 1, whole.text.size());
  const Piece tail{.text = whole.text.substr(rest), .position = whole.position + rest};
  whole.text = whole.text.substr(0, end);
  return tail;
}

int HexValue(char digit) {
  if (IsDigit(digit)) return digit - '0';
  return (digit | 0x20) - 'a' + 10;
}

std::string PercentDecoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
    i += 2;
  }
  return decoded;
}

// Collects elements; remembers the first error.
class ElementCollector {
 public:
  explicit ElementCollector(const ParseOptions& options) : options_(options) {}

  void Add(Piece ai, Piece raw_value) {
    if (error_) return;
    if (const auto fault = ApplyCheck(Check::kPercentEncoding, raw_value.text, 0)) {
      error_ = MakeParseError(fault->reason, raw_value.position + fault->offset,
                              fmt::format("AI {}: {}.", ai.text, fault->message));
      return;
    }
    Gs1Element element{.row = FindApplicationIdentifier(ai.text),
                       .ai = ai.text,
                       .ai_position = ai.position,
                       .value = PercentDecoded(raw_value.text),
                       .value_position = raw_value.position};
    if (ai.text == "01" && HasGtinShape(element.value)) element.value = PadGtin(element.value);
    error_ = CheckElement(element, options_);
    // An offset into a value that was decoded or padded is none into the input.
    if (error_ && element.value.size() != raw_value.text.size()) {
      error_->position = static_cast<int>(raw_value.position);
    }
    elements_.push_back(std::move(element));
  }

  void Fail(size_t position, std::string message) {
    if (!error_) error_ = MakeParseError("INVALID_DIGITAL_LINK", position, std::move(message));
  }

  ParseResult Finish() {
    if (error_) return *std::move(error_);
    return BuildGs1Scan(elements_, options_);
  }

 private:
  ParseOptions options_;
  std::vector<Gs1Element> elements_;
  std::optional<ParseError> error_;
};

// Where the key of the link stands in its path: from there on AI and value alternate. The number of
// segments when there is none.
size_t KeyIndex(const std::vector<Piece>& segments) {
  for (size_t i = segments.size() % 2; i < segments.size(); i += 2) {
    const auto* row = FindApplicationIdentifier(segments[i].text);
    if (row == nullptr || !row->link_key) continue;
    bool alternates = true;
    for (size_t j = i; j < segments.size(); j += 2) {
      alternates = alternates && FindApplicationIdentifier(segments[j].text) != nullptr;
    }
    if (alternates) return i;
  }
  return segments.size();
}

// True when the AIs of the path after the key are some of one allowed sequence, in its order.
bool AreQualifiersInOrder(const std::vector<Piece>& segments, size_t key_index) {
  const auto* row = FindApplicationIdentifier(segments[key_index].text);
  const Piece alternatives{.text = row->associations.link_qualifiers};
  return std::ranges::any_of(Split(alternatives, '|'), [&](const Piece& alternative) {
    size_t next = key_index + 2;
    for (const Piece& allowed : Split(alternative, ' ')) {
      if (next < segments.size() && segments[next].text == allowed.text) next += 2;
    }
    return next >= segments.size();
  });
}

void AddQuery(Piece query, ElementCollector& collector) {
  for (Piece key : Split(query, '&')) {
    const Piece value = CutAt(key, '=');
    if (key.text.empty() || !IsAllDigits(key.text)) continue;
    const auto* row = FindApplicationIdentifier(key.text);
    if (row == nullptr || !row->link_attribute) {
      collector.Fail(key.position,
                     fmt::format("{} is no attribute of a GS1 Digital Link.", key.text));
      return;
    }
    collector.Add(key, value);
  }
}

}  // namespace

ParseResult ParseDigitalLink(std::string_view text, size_t base, const ParseOptions& options) {
  Piece path{.text = text, .position = base};
  CutAt(path, '#');
  const Piece query = CutAt(path, '?');
  std::vector<Piece> segments = Split(path, '/');
  if (segments.back().text.empty()) segments.pop_back();
  const size_t key_index = KeyIndex(segments);
  if (key_index == segments.size()) {
    return MakeParseError("UNSUPPORTED_LINK", base,
                          "This web address is not a GS1 Digital Link with a key in its path.");
  }
  ElementCollector collector(options);
  if (!AreQualifiersInOrder(segments, key_index)) {
    collector.Fail(segments[key_index].position,
                   "The qualifiers of the GS1 Digital Link are not those of its key, in order.");
  }
  for (size_t i = key_index; i < segments.size(); i += 2) {
    collector.Add(segments[i], segments[i + 1]);
  }
  AddQuery(query, collector);
  return collector.Finish();
}

}  // namespace qingqu::udi
