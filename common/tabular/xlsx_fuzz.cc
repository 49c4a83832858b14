#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/tabular/sheet_numbers.h"
#include "common/tabular/xlsx_fixture.h"
#include "common/tabular/xlsx_reader.h"

namespace qingqu::tabular {
namespace {

const XlsxOptions kOptions{.sheet = "",
                           .field_bytes_max = 200,
                           .columns_max = 20,
                           .row_bytes_max = 400,
                           .strings_memory_max = 64,
                           .limits = {.entries_max = 32,
                                      .part_bytes_max = 1 << 20,
                                      .total_bytes_max = 4 << 20,
                                      .ratio_max = 50,
                                      .ratio_free_bytes = 1 << 12}};

// Whatever the bytes are: rows ascend, cells are storable text within their limits, what is wrong
// has a reason, and an error is final.
void CheckWorkbook(std::string_view bytes) {
  auto reader = XlsxReader::OpenBuffer(bytes, kOptions);
  if (!reader.ok()) {
    QINGQU_CHECK(!ErrorReason(reader.status()).empty());
    return;
  }
  Record record;
  RecordError error;
  int64_t line = 0;
  while (true) {
    const absl::StatusOr<RecordOutcome> outcome = (*reader)->Next(record, error);
    if (!outcome.ok()) {
      QINGQU_CHECK(!ErrorReason(outcome.status()).empty());
      QINGQU_CHECK((*reader)->Next(record, error).status() == outcome.status());
      return;
    }
    if (*outcome == RecordOutcome::kEnd) return;
    const bool malformed = *outcome == RecordOutcome::kMalformed;
    QINGQU_CHECK(!malformed || (!error.reason.empty() && error.column >= 1));
    const int64_t row = malformed ? error.line : record.line;
    QINGQU_CHECK(row > line);
    line = row;
    if (malformed) continue;
    QINGQU_CHECK(record.fields.size() <= kOptions.columns_max);
    for (const std::string& field : record.fields) {
      QINGQU_CHECK(IsStorableText(field) && field.size() <= kOptions.field_bytes_max * 4);
    }
    for (const CellFault& fault : record.faults) {
      QINGQU_CHECK(fault.column < record.fields.size() && !fault.reason.empty());
    }
  }
}

void CheckNumber(std::string_view text) {
  const size_t end = std::min(text.find('|'), text.size());
  const NumberFormat format = ParseNumberFormat(text.substr(end));
  const CellText cell = NumberText(text.substr(0, end), format, text.size() % 2 == 0);
  if (!cell.ok() || format.kind != NumberKind::kNumber) return;
  // What was made of a number is the same number.
  QINGQU_CHECK(NumberText(cell.text, format, false).text == cell.text);
}

// The parts that are made of a text: what stands between bytes of value 1 is the sheet, the shared
// strings, the styles, the workbook, its relationships.
Parts MakeParts(std::string_view text) {
  constexpr std::array<std::string_view, 5> kNames = {
      "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml",
      "xl/_rels/workbook.xml.rels"};
  std::vector<std::string_view> pieces;
  while (pieces.size() < kNames.size()) {
    const size_t end = std::min(text.find('\1'), text.size());
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  Parts parts = WorkbookFixture{.rows = std::string(pieces[0]),
                                .strings = std::string(pieces[1]),
                                .styles = std::string(pieces[2])}
                    .Build();
  for (size_t index = 0; index < kNames.size(); ++index) {
    // A piece that begins as a document is the whole part.
    const bool whole = pieces[index].starts_with("<?") || pieces[index].starts_with("\xFF\xFE");
    if (whole || (index > 2 && !pieces[index].empty())) {
      parts[std::string(kNames[index])] = std::string(pieces[index]);
    }
  }
  return parts;
}

}  // namespace
}  // namespace qingqu::tabular

// The first byte chooses what the rest is: an archive as it stands, a number with its format, else
// the parts of a workbook.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 'Z') {
    qingqu::tabular::CheckWorkbook(text);
  } else if (data[0] == 'N') {
    qingqu::tabular::CheckNumber(text);
  } else {
    qingqu::tabular::CheckWorkbook(qingqu::tabular::MakeZip(qingqu::tabular::MakeParts(text),
                                                            qingqu::tabular::ZipStyle::kStored));
  }
  return 0;
}
