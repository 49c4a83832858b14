#include "common/tabular/xlsx_reader.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/sheet_events.h"
#include "common/tabular/sheet_text.h"

namespace qingqu::tabular {
namespace {

constexpr int64_t kStringsPartBytesMax = int64_t{2} << 30;
constexpr size_t kStringsBetweenReports = 65'536;

// Puts the shared strings (18.4.9) into a spool.
class StringEvents final : public XmlEvents {
 public:
  StringEvents(StringSpool& strings, size_t field_bytes_max, std::function<void(int64_t)> report)
      : strings_(strings), report_(std::move(report)), rich_text_(field_bytes_max) {}
  void SetStream(XmlStream& stream) { stream_ = &stream; }

  void Start(const XmlName& name, const XmlAttributes&) override {
    ++depth_;
    if (depth_ == kItemDepth && name.IsSheet("si")) {
      in_item_ = true;
      rich_text_.Begin();
    } else if (in_item_) {
      rich_text_.Start(name.space == XmlSpace::kSheet, name.local);
    }
  }

  void End(const XmlName&) override {
    if (in_item_ && depth_ > kItemDepth) rich_text_.End();
    if (in_item_ && depth_ == kItemDepth) {
      in_item_ = false;
      const bool too_long = rich_text_.too_long();
      const absl::Status appended = strings_.Append(rich_text_.Finish(), too_long);
      if (!appended.ok()) stream_->Fail(appended);
      if (strings_.size() % kStringsBetweenReports == 0) report_(stream_->position());
    }
    --depth_;
  }

  void Text(std::string_view text) override {
    if (in_item_) rich_text_.Text(text);
  }

 private:
  static constexpr int kItemDepth = 2;

  StringSpool& strings_;
  const std::function<void(int64_t)> report_;
  XmlStream* stream_ = nullptr;
  RichText rich_text_;
  int depth_ = 0;
  bool in_item_ = false;
};

}  // namespace

FileKind KindOfFile(std::string_view first_bytes) {
  if (first_bytes.starts_with("PK\3\4") || first_bytes.starts_with("PK\5\6")) return FileKind::kZip;
  if (first_bytes.starts_with("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) return FileKind::kOle;
  return FileKind::kText;
}

absl::Status OleNotSupported() {
  return MakeError(absl::StatusCode::kInvalidArgument, "XLS_NOT_SUPPORTED",
                   "the file is a workbook of the old form (.xls) or protected by a password; save "
                   "it as .xlsx without one");
}

XlsxReader::XlsxReader(std::unique_ptr<ZipPackage> package, const XlsxOptions& options)
    : options_(options), package_(std::move(package)), strings_(options.strings_memory_max) {}

XlsxReader::~XlsxReader() = default;

absl::StatusOr<std::unique_ptr<XlsxReader>> XlsxReader::OpenFile(const std::string& path,
                                                                 const XlsxOptions& options) {
  QINGQU_ASSIGN_OR_RETURN(auto package, ZipPackage::OpenFile(path, options.limits));
  return Open(std::move(package), options);
}

absl::StatusOr<std::unique_ptr<XlsxReader>> XlsxReader::OpenBuffer(std::string_view bytes,
                                                                   const XlsxOptions& options) {
  if (KindOfFile(bytes) == FileKind::kOle) return OleNotSupported();
  QINGQU_ASSIGN_OR_RETURN(auto package, ZipPackage::OpenBuffer(bytes, options.limits));
  return Open(std::move(package), options);
}

absl::StatusOr<std::unique_ptr<XlsxReader>> XlsxReader::Open(std::unique_ptr<ZipPackage> package,
                                                             const XlsxOptions& options) {
  std::unique_ptr<XlsxReader> reader(new XlsxReader(std::move(package), options));
  QINGQU_ASSIGN_OR_RETURN(reader->workbook_, ReadWorkbook(*reader->package_));
  QINGQU_ASSIGN_OR_RETURN(const WorkbookSheet* sheet,
                          ChooseSheet(reader->workbook_, options.sheet));
  reader->sheet_ = sheet->name;
  QINGQU_ASSIGN_OR_RETURN(auto part, reader->package_->OpenPart(sheet->part));
  reader->sheet_part_bytes_ = part->size();
  QINGQU_RETURN_IF_ERROR(reader->ReadStrings());
  const SheetLimits limits{.field_bytes_max = options.field_bytes_max,
                           .columns_max = options.columns_max,
                           .row_bytes_max = options.row_bytes_max};
  reader->events_ = std::make_unique<SheetEvents>(reader->workbook_, reader->strings_, limits);
  reader->stream_ = std::make_unique<XmlStream>(std::move(part), *reader->events_);
  reader->events_->SetStream(*reader->stream_);
  return reader;
}

absl::Status XlsxReader::ReadStrings() {
  if (workbook_.strings_part.empty()) return strings_.Finish();
  QINGQU_ASSIGN_OR_RETURN(auto part, package_->OpenPart(workbook_.strings_part));
  strings_part_bytes_ = part->size();
  if (strings_part_bytes_ > kStringsPartBytesMax) {
    return MakeError(absl::StatusCode::kResourceExhausted, "XLSX_PART_TOO_LARGE",
                     fmt::format("the sheet's texts have {} bytes, and {} are taken; split it",
                                 strings_part_bytes_, kStringsPartBytesMax));
  }
  StringEvents events(strings_, options_.field_bytes_max, [this](int64_t bytes) {
    if (options_.on_progress) options_.on_progress(ShareOfFile(bytes));
  });
  XmlStream stream(std::move(part), events);
  events.SetStream(stream);
  QINGQU_RETURN_IF_ERROR(stream.Run().status());
  return strings_.Finish();
}

absl::StatusOr<RecordOutcome> XlsxReader::Next(Record& record, RecordError& error) {
  while (true) {
    QINGQU_ASSIGN_OR_RETURN(const bool more, stream_->Run());
    if (!more) return RecordOutcome::kEnd;
    if (events_->error().has_value()) {
      error = *events_->error();
      return RecordOutcome::kMalformed;
    }
    events_->TakeRecord(record);
    if (width_ == 0 && record.blank) continue;
    if (width_ == 0) width_ = record.fields.size();
    if (record.fields.size() < width_) record.fields.resize(width_);
    return RecordOutcome::kRecord;
  }
}

int64_t XlsxReader::bytes_read() const {
  return ShareOfFile(strings_part_bytes_ + stream_->position());
}

int64_t XlsxReader::ShareOfFile(int64_t part_bytes) const {
  const int64_t all = strings_part_bytes_ + sheet_part_bytes_;
  if (all == 0) return package_->file_bytes();
  return static_cast<int64_t>(static_cast<double>(package_->file_bytes()) *
                              static_cast<double>(part_bytes) / static_cast<double>(all));
}

}  // namespace qingqu::tabular
