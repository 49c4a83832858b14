#include "common/udid/xml_repair.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace qingqu::udid {
namespace {

// No tag's name and no reference that means something is longer.
constexpr size_t kAheadBytes = 64;
constexpr int64_t kUndecodableAnywhere = 64;
constexpr int64_t kBytesForEachUndecodable = 1'000;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kCdata = "<![CDATA[";
constexpr std::string_view kComment = "<!--";

bool IsLetter(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
}
bool IsDigit(char byte) { return byte >= '0' && byte <= '9'; }
bool IsSpace(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

// Whether a less-than sign begins a tag, rather than saying that something is less than something.
bool BeginsTag(std::string_view rest) {
  size_t place = 1;
  if (place < rest.size() && (rest[place] == '?' || rest[place] == '!')) return true;
  if (place < rest.size() && rest[place] == '/') ++place;
  if (place >= rest.size() || !IsLetter(rest[place])) return false;
  while (place < rest.size() && (IsLetter(rest[place]) || IsDigit(rest[place]) ||
                                 rest[place] == '-' || rest[place] == '.' || rest[place] == ':')) {
    ++place;
  }
  return place < rest.size() && place < kAheadBytes &&
         (rest[place] == '>' || rest[place] == '/' || IsSpace(rest[place]));
}

// Characters of XML 1.0 (production 2).
bool IsXmlCharacter(uint32_t point) {
  if (point < 0x20) return point == '\t' || point == '\n' || point == '\r';
  return point < 0xD800 || (point >= 0xE000 && point <= 0xFFFD) ||
         (point >= 0x10000 && point <= 0x10FFFF);
}

struct Decoded {
  uint32_t point = 0;
  size_t bytes = 0;  // 0: not UTF-8
};

Decoded Decode(std::string_view rest) {
  const auto byte = [rest](size_t index) { return static_cast<uint8_t>(rest[index]); };
  const uint8_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const size_t length = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : 2);
  if (lead < 0xC2 || lead > 0xF4 || rest.size() < length) return {};
  uint32_t point = lead & (0x7FU >> length);
  for (size_t index = 1; index < length; ++index) {
    if ((byte(index) & 0xC0) != 0x80) return {};
    point = point << 6 | (byte(index) & 0x3FU);
  }
  constexpr std::array<uint32_t, 5> kFirst = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < kFirst[length] || point > 0x10FFFF || surrogate) return {};
  return {point, length};
}

// What stands between "&#" and ";" as a number.
std::optional<uint32_t> NumberOf(std::string_view digits) {
  const int base = digits.starts_with('x') ? 16 : 10;
  if (base == 16) digits.remove_prefix(1);
  uint32_t point = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), point, base);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return point;
}

}  // namespace

void XmlRepair::Feed(std::string_view chunk, bool last, std::string& output) {
  pending_ += chunk;
  size_t place = 0;
  while (!gave_up_ && place < pending_.size() && (last || pending_.size() - place >= kAheadBytes)) {
    const size_t bytes = Step(std::string_view(pending_).substr(place), output);
    place += bytes;
    bytes_taken_ += static_cast<int64_t>(bytes);
  }
  pending_.erase(0, place);
}

size_t XmlRepair::Step(std::string_view rest, std::string& output) {
  switch (mode_) {
    case Mode::kText:
      return StepText(rest, output);
    case Mode::kTag:
      return StepTag(rest, output);
    case Mode::kCdata:
    case Mode::kComment: {
      const std::string_view end = mode_ == Mode::kCdata ? "]]>" : "-->";
      if (!rest.starts_with(end)) return Character(rest, output);
      mode_ = Mode::kText;
      output += end;
      return end.size();
    }
  }
  return 1;
}

size_t XmlRepair::StepText(std::string_view rest, std::string& output) {
  if (rest[0] == '&') return Ampersand(rest, output);
  // Alone in a text it is no XML either.
  if (rest.starts_with("]]>")) {
    ++repairs_;
    output += "]]&gt;";
    return 3;
  }
  if (rest[0] != '<') return Character(rest, output);
  if (rest.starts_with(kCdata)) {
    mode_ = Mode::kCdata;
    output += kCdata;
    return kCdata.size();
  }
  if (rest.starts_with(kComment)) {
    mode_ = Mode::kComment;
    output += kComment;
    return kComment.size();
  }
  if (!BeginsTag(rest)) {
    ++repairs_;
    output += "&lt;";
    return 1;
  }
  mode_ = Mode::kTag;
  quote_ = '\0';
  output += '<';
  return 1;
}

size_t XmlRepair::StepTag(std::string_view rest, std::string& output) {
  const char byte = rest[0];
  if (quote_ == '\0') {
    if (byte == '"' || byte == '\'') quote_ = byte;
    if (byte == '>') mode_ = Mode::kText;
    return Character(rest, output);
  }
  if (byte == quote_) quote_ = '\0';
  if (byte == '&') return Ampersand(rest, output);
  if (byte == '<') {
    ++repairs_;
    output += "&lt;";
    return 1;
  }
  return Character(rest, output);
}

size_t XmlRepair::Ampersand(std::string_view rest, std::string& output) {
  const size_t end = rest.substr(0, kAheadBytes).find(';');
  const std::string_view name =
      end == std::string_view::npos ? std::string_view() : rest.substr(1, end - 1);
  constexpr std::array<std::string_view, 5> kNames = {"amp", "lt", "gt", "quot", "apos"};
  if (name.starts_with('#')) {
    const std::optional<uint32_t> point = NumberOf(name.substr(1));
    if (point.has_value() && IsXmlCharacter(*point)) {
      output += rest.substr(0, end + 1);
      return end + 1;
    }
    if (point.has_value()) {
      ++repairs_;
      return end + 1;
    }
  } else if (std::ranges::find(kNames, name) != kNames.end()) {
    output += rest.substr(0, end + 1);
    return end + 1;
  }
  ++repairs_;
  output += "&amp;";
  return 1;
}

size_t XmlRepair::Character(std::string_view rest, std::string& output) {
  const Decoded decoded = Decode(rest);
  if (decoded.bytes == 0) {
    ++repairs_;
    ++undecodable_;
    gave_up_ =
        undecodable_ >
        std::min(undecodable_max_, kUndecodableAnywhere + bytes_taken_ / kBytesForEachUndecodable);
    output += kReplacement;
    return 1;
  }
  if (IsXmlCharacter(decoded.point)) {
    output += rest.substr(0, decoded.bytes);
  } else {
    ++repairs_;
  }
  return decoded.bytes;
}

}  // namespace qingqu::udid
