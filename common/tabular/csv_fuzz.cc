#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/base/check.h"
#include "common/base/strings.h"
#include "common/tabular/csv_reader.h"
#include "common/tabular/csv_writer.h"
#include "common/tabular/text_decoding.h"

namespace qingqu::tabular {
namespace {

constexpr CsvOptions kLimits{
    .delimiter = ',', .field_bytes_max = 200, .columns_max = 20, .row_bytes_max = 400};

struct Table {
  std::vector<std::vector<std::string>> records;
  size_t errors = 0;
  bool ended = false;

  friend bool operator==(const Table&, const Table&) = default;
};

Table ReadTable(ByteSource& source) {
  CsvReader reader(source, kLimits);
  Table table;
  Record record;
  RecordError error;
  while (true) {
    const absl::StatusOr<RecordOutcome> outcome = reader.Next(record, error);
    table.ended = outcome.ok();
    if (!outcome.ok() || *outcome == RecordOutcome::kEnd) return table;
    if (*outcome == RecordOutcome::kRecord) {
      QINGQU_CHECK(!record.fields.empty() && record.fields.size() <= kLimits.columns_max);
      table.records.push_back(record.fields);
      continue;
    }
    ++table.errors;
    QINGQU_CHECK(error.line >= 1 && error.last_line >= error.at_line);
    QINGQU_CHECK(error.at_line >= error.line && error.at_byte >= 1 && error.column >= 1);
  }
}

// What was read is read again from what the writer makes of it, and does not depend on the chunks.
void CheckTable(std::string_view text, size_t chunk_bytes) {
  BufferSource whole(text);
  const Table table = ReadTable(whole);
  BufferSource chunks(text, chunk_bytes);
  QINGQU_CHECK(table == ReadTable(chunks));
  std::string written;
  for (const std::vector<std::string>& record : table.records) AppendCsvRecord(record, written);
  BufferSource again(written);
  const Table copy = ReadTable(again);
  QINGQU_CHECK(copy.errors == 0 && copy.ended && copy.records == table.records);
}

void CheckDecoding(std::string_view text, size_t chunk_bytes) {
  constexpr std::array<Encoding, 3> kEncodings = {Encoding::kAuto, Encoding::kUtf8,
                                                  Encoding::kGb18030};
  BufferSource source(text, chunk_bytes);
  const auto decoder = TextDecoder::Create(source, kEncodings[chunk_bytes % kEncodings.size()]);
  if (!decoder.ok()) return;
  for (const std::vector<std::string>& record : ReadTable(**decoder).records) {
    for (const std::string& field : record) QINGQU_CHECK(IsStorableText(field));
  }
}

}  // namespace
}  // namespace qingqu::tabular

// The first byte is the size of the chunks in which the rest is read, and chooses the encoding.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t chunk_bytes = static_cast<size_t>(data[0]) + 1;
  qingqu::tabular::CheckTable(text, chunk_bytes);
  qingqu::tabular::CheckDecoding(text, chunk_bytes);
  return 0;
}
