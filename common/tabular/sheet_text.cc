#include "common/tabular/sheet_text.h"

#include <cstdint>
#include <optional>

namespace qingqu::tabular {
namespace {

constexpr size_t kEscapeBytes = 7;  // of "_x000D_"

std::optional<uint32_t> HexDigit(char character) {
  if (character >= '0' && character <= '9') return static_cast<uint32_t>(character - '0');
  if (character >= 'A' && character <= 'F') return static_cast<uint32_t>(character - 'A') + 10;
  if (character >= 'a' && character <= 'f') return static_cast<uint32_t>(character - 'a') + 10;
  return std::nullopt;
}

// The UTF-16 unit that an escape at the start of `text` stands for.
std::optional<uint32_t> EscapedUnit(std::string_view text) {
  if (text.size() < kEscapeBytes || !text.starts_with("_x") || text[6] != '_') return std::nullopt;
  uint32_t unit = 0;
  for (size_t index = 2; index < 6; ++index) {
    const std::optional<uint32_t> digit = HexDigit(text[index]);
    if (!digit.has_value()) return std::nullopt;
    unit = unit * 16 + *digit;
  }
  return unit;
}

void AppendUtf8(uint32_t code, std::string& text) {
  const auto append = [&text](uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    append(code);
  } else if (code < 0x800) {
    append(0xC0 | (code >> 6));
    append(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    append(0xE0 | (code >> 12));
    append(0x80 | ((code >> 6) & 0x3F));
    append(0x80 | (code & 0x3F));
  } else {
    append(0xF0 | (code >> 18));
    append(0x80 | ((code >> 12) & 0x3F));
    append(0x80 | ((code >> 6) & 0x3F));
    append(0x80 | (code & 0x3F));
  }
}

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// Decodes the escape at the start of `text` and returns how many bytes it takes; 0: there is none.
size_t DecodeOne(std::string_view text, std::string& decoded) {
  const std::optional<uint32_t> unit = EscapedUnit(text);
  if (!unit.has_value() || *unit == 0 || IsLowSurrogate(*unit)) return 0;
  if (!IsHighSurrogate(*unit)) {
    AppendUtf8(*unit, decoded);
    return kEscapeBytes;
  }
  const std::optional<uint32_t> low = EscapedUnit(text.substr(kEscapeBytes));
  if (!low.has_value() || !IsLowSurrogate(*low)) return 0;
  AppendUtf8(0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00), decoded);
  return 2 * kEscapeBytes;
}

}  // namespace

void DecodeEscapes(std::string& text) {
  size_t found = text.find("_x");
  if (found == std::string::npos) return;
  std::string decoded;
  size_t copied = 0;
  while (found != std::string::npos) {
    decoded.append(text, copied, found - copied);
    const size_t taken = DecodeOne(std::string_view(text).substr(found), decoded);
    copied = found + taken;
    found = text.find("_x", taken == 0 ? found + 1 : copied);
  }
  decoded.append(text, copied);
  text = std::move(decoded);
}

std::string EncodeEscapes(std::string_view text) {
  std::string encoded;
  for (size_t index = 0; index < text.size(); ++index) {
    encoded += text[index];
    if (EscapedUnit(text.substr(index)).has_value()) encoded += "x005F_";
  }
  return encoded;
}

void RichText::Begin() {
  depth_ = 0;
  open_ = 0;
  capturing_ = false;
  too_long_ = false;
  text_.clear();
}

void RichText::Start(bool sheet_space, std::string_view name) {
  ++depth_;
  if (open_ != depth_ - 1 || !sheet_space) return;
  const bool text = name == "t" && !capturing_;
  const bool run = name == "r" && depth_ == 1;
  if (!text && !run) return;
  open_ = depth_;
  capturing_ = text;
}

void RichText::End() {
  if (open_ == depth_) {
    --open_;
    capturing_ = false;
  }
  --depth_;
}

void RichText::Text(std::string_view text) {
  if (!capturing_ || open_ != depth_ || too_long_) return;
  if (text_.size() + text.size() > bytes_max_) {
    too_long_ = true;
    text_.clear();
    return;
  }
  text_ += text;
}

std::string& RichText::Finish() {
  DecodeEscapes(text_);
  return text_;
}

}  // namespace qingqu::tabular
