#include "services/procurement/field_reader.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/resource_name.h"
#include "common/base/strings.h"
#include "services/procurement/requisition.h"

namespace qingqu::procurement {
namespace {

constexpr int kLabelMax = 20;

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char character) {
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte == 0x7f;
  });
}

}  // namespace

std::string FieldReader::Id(std::string_view field, std::string_view pattern,
                            std::string_view name) {
  absl::StatusOr<std::string> id = ParseResourceId(pattern, name);
  if (id.ok()) return *std::move(id);
  violations_.AddIfError(field, id.status());
  return "";
}

std::string FieldReader::NewId(std::string_view field, std::string_view id,
                               std::string_view fallback) {
  if (id.empty()) return std::string(fallback);
  violations_.AddIfError(field, ValidateResourceId(id));
  return std::string(id);
}

Quantity FieldReader::PositiveQuantity(std::string_view field, int64_t base_units) {
  if (base_units < 1 || Quantity(base_units) > kQuantityMax) {
    Add(field, fmt::format("must be from 1 to {}", kQuantityMax.base_units()));
    return Quantity();
  }
  return Quantity(base_units);
}

Money FieldReader::PositiveMoney(std::string_view field, std::string_view text) {
  const absl::StatusOr<Money> money = Money::Parse(text);
  if (!money.ok()) {
    violations_.AddIfError(field, money.status());
    return Money();
  }
  if (*money <= Money()) Add(field, "must be above 0");
  return *money;
}

std::optional<CivilDate> FieldReader::Date(std::string_view field, std::string_view text) {
  const absl::StatusOr<CivilDate> date = CivilDate::Parse(text);
  if (date.ok()) return *date;
  violations_.AddIfError(field, date.status());
  return std::nullopt;
}

std::optional<CivilDate> FieldReader::OptionalDate(std::string_view field, std::string_view text) {
  if (text.empty()) return std::nullopt;
  return Date(field, text);
}

std::string FieldReader::RequiredText(std::string_view field, std::string_view text, int max) {
  std::string read = Text(field, text, max);
  if (read.empty()) Add(field, "must not be empty");
  return read;
}

std::string FieldReader::Text(std::string_view field, std::string_view text, int max) {
  const std::string_view trimmed = TrimAsciiSpace(text);
  if (!IsStorableText(trimmed)) {
    Add(field, "must be UTF-8 without NUL");
    return "";
  }
  if (CodePointCount(trimmed) > max) {
    Add(field, fmt::format("must have at most {} characters", max));
  }
  return std::string(trimmed);
}

std::string FieldReader::Label(std::string_view field, std::string_view text) {
  std::string read = Text(field, text, kLabelMax);
  if (read.size() != text.size() || HasControlCharacter(text)) {
    Add(field, "must be as on the label: no control characters, no space at the ends");
  }
  return read;
}

void FieldReader::CheckLineCount(std::string_view field, int count) {
  if (count < 1 || count > kLinesMax) {
    Add(field, fmt::format("must hold 1 to {} lines", kLinesMax));
  }
}

}  // namespace qingqu::procurement
