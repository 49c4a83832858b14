#include "services/catalog/codes/code_row.h"

#include <tuple>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/base/strings.h"
#include "services/catalog/national_code.h"

namespace qingqu::catalog {
namespace {

constexpr size_t kProductCodeLength = 20;
constexpr size_t kValueBytesMax = 100;

struct Column {
  std::string_view name;
  std::string CodeRow::*text;
  int characters_max;
};
constexpr Column kTexts[] = {
    {"device_identifier", &CodeRow::device_identifier, 200},
    {"registration_number", &CodeRow::registration_number, 500},
    {"product_name", &CodeRow::product_name, 500},
    {"manufacturer", &CodeRow::manufacturer, 300},
    {"generic_name", &CodeRow::generic_name, 300},
    {"specification", &CodeRow::specification, 1'000},
    {"model", &CodeRow::model, 1'000},
};

// The start of `value`, whole characters only.
std::string Shorten(std::string_view value) {
  if (value.size() <= kValueBytesMax) return std::string(value);
  size_t size = kValueBytesMax;
  while (size > 0 && (static_cast<uint8_t>(value[size]) & 0xC0) == 0x80) --size;
  return std::string(value.substr(0, size));
}

// The checks of one row.
class RowCheck {
 public:
  RowCheck(CodeRow& row, std::vector<CodeRowError>& errors)
      : row_(row), errors_(errors), errors_before_(errors.size()) {}

  void Add(std::string_view column, std::string_view value, std::string_view reason,
           std::string message) {
    errors_.push_back({.line = row_.line,
                       .column = column,
                       .value = Shorten(value),
                       .reason = reason,
                       .message = std::move(message)});
  }

  void Code(std::string_view column, std::string& code) {
    // Nearly all are as they should be.
    if (code.size() == kNationalCodeLength && IsCodePrefix(code)) return;
    absl::StatusOr<std::string> parsed = ParseNationalCode(code);
    if (!parsed.ok()) {
      Add(column, code, "NATIONAL_CODE_INVALID", std::string(ToStd(parsed.status().message())));
      return;
    }
    code = *std::move(parsed);
  }

  void Texts() {
    for (const Column& column : kTexts) {
      std::string& text = row_.*column.text;
      const std::string_view trimmed = TrimAsciiSpace(text);
      if (trimmed.size() != text.size()) text = std::string(trimmed);
      // A character has a byte at least.
      if (text.size() <= static_cast<size_t>(column.characters_max)) continue;
      if (CodePointCount(text) > column.characters_max) {
        Add(column.name, text, "TEXT_TOO_LONG",
            fmt::format("must have at most {} characters", column.characters_max));
      }
    }
  }

  bool sound() const { return errors_.size() == errors_before_; }

 private:
  CodeRow& row_;
  std::vector<CodeRowError>& errors_;
  const size_t errors_before_;
};

auto Content(const CodeRow& row) {
  return std::tie(row.code, row.new_code, row.transcoding, row.original_code, row.device_identifier,
                  row.registration_number, row.product_name, row.manufacturer, row.generic_name,
                  row.specification, row.model);
}

}  // namespace

std::string_view TranscodingName(Transcoding transcoding) {
  switch (transcoding) {
    case Transcoding::kNone:
      return "";
    case Transcoding::kChanged:
      return "changed";
    case Transcoding::kMapped:
      return "mapped";
  }
  return "";
}

Transcoding TranscodingFromName(std::string_view name) {
  if (name == "changed") return Transcoding::kChanged;
  if (name == "mapped") return Transcoding::kMapped;
  QINGQU_CHECK(name.empty());
  return Transcoding::kNone;
}

bool CheckSpecificationRow(CodeRow& row, std::vector<CodeRowError>& errors) {
  RowCheck check(row, errors);
  check.Code("code", row.code);
  if (!row.original_code.empty()) check.Code("original_code", row.original_code);
  check.Texts();
  if (check.sound()) {
    const std::string_view product_code = TrimAsciiSpace(row.product_code);
    if (!product_code.empty() &&
        product_code != std::string_view(row.code).substr(0, kProductCodeLength)) {
      check.Add("product_code", row.product_code, "CODE_MISMATCH",
                fmt::format("the code begins with {}", row.code.substr(0, kProductCodeLength)));
    }
    if (row.original_code == row.code) row.original_code.clear();
  }
  return check.sound();
}

bool CheckWithdrawnCodeRow(CodeRow& row, std::vector<CodeRowError>& errors) {
  RowCheck check(row, errors);
  check.Code("code", row.code);
  return check.sound();
}

bool CheckTranscodingRow(CodeRow& row, std::vector<CodeRowError>& errors) {
  RowCheck check(row, errors);
  check.Code("original_code", row.code);
  check.Code("code", row.new_code);
  if (row.transcoding == Transcoding::kNone) {
    check.Add("transcoding", "", "TRANSCODING_INVALID", "must be changed (变更) or mapped (映射)");
  }
  if (check.sound() && row.code == row.new_code) {
    check.Add("code", row.new_code, "TRANSCODING_INVALID",
              "must be another code than the original one");
  }
  return check.sound();
}

bool SayTheSame(const CodeRow& left, const CodeRow& right) {
  return Content(left) == Content(right);
}

CodeRowError CodeConflict(const CodeRow& row, int64_t first_line, bool of_transcodings) {
  return {.line = row.line,
          .column = of_transcodings ? "original_code" : "code",
          .value = row.code,
          .reason = "CODE_CONFLICT",
          .message = fmt::format("line {} says otherwise of {}", first_line, row.code)};
}

}  // namespace qingqu::catalog
