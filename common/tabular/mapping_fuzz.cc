#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/base/check.h"
#include "common/base/civil_date.h"
#include "common/base/money.h"
#include "common/base/strings.h"
#include "common/tabular/row_pipeline.h"

namespace qingqu::tabular {
namespace {

void CheckValue(const FieldMapping& field, const std::string& value) {
  QINGQU_CHECK(IsStorableText(value));
  const ValueKind kind = KindOf(field.options);
  if (kind == ValueKind::kDate) QINGQU_CHECK(CivilDate::Parse(value).ok());
  if (kind == ValueKind::kDecimal) QINGQU_CHECK(Money::Parse(value).ok());
  if (kind == ValueKind::kBoolean) QINGQU_CHECK(value == "true" || value == "false");
}

void CheckRows(const Mapping& mapping, std::string_view file) {
  BufferSource source(file);
  const auto pipeline = RowPipeline::Open(source, mapping, {.field_bytes_max = 1'000});
  if (!pipeline.ok()) return;
  Row row;
  while (true) {
    const absl::StatusOr<bool> more = (*pipeline)->Next(row);
    if (!more.ok() || !*more) break;
    QINGQU_CHECK((row.outcome == RowOutcome::kRejected) == !row.errors.empty());
    if (!row.errors.empty()) continue;
    for (size_t index = 0; index < mapping.fields.size(); ++index) {
      if (row.values[index].has_value()) CheckValue(mapping.fields[index], *row.values[index]);
    }
  }
  const RowCounts& counts = (*pipeline)->counts();
  QINGQU_CHECK(counts.read == counts.converted + counts.duplicate + counts.rejected);
}

}  // namespace
}  // namespace qingqu::tabular

// A mapping file, then, after a line "====", a CSV file for it.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr std::string_view kDivider = "\n====\n";
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const size_t divider = text.find(kDivider);
  const absl::StatusOr<qingqu::tabular::Mapping> mapping =
      qingqu::tabular::ParseMapping(text.substr(0, divider));
  if (!mapping.ok() || divider == std::string_view::npos) return 0;
  qingqu::tabular::CheckRows(*mapping, text.substr(divider + kDivider.size()));
  return 0;
}
