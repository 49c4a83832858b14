#include "common/udid/device_xml.h"

#include <expat.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <deque>
#include <utility>

#include "fmt/format.h"

#include "common/base/strings.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/limited_memory.h"
#include "common/udid/xml_repair.h"

namespace qingqu::udid {
namespace {

constexpr size_t kChunkBytes = size_t{64} << 10;
constexpr size_t kMemoryMax = size_t{8} << 20;
constexpr int kDepthMax = 16;
constexpr std::string_view kZipStart = "PK\x03\x04";
constexpr int64_t kTokenBytesMax = int64_t{256} << 10;
constexpr std::string_view kRoot = "udid";
constexpr std::string_view kRecord = "device";
// As the files spell it.
constexpr std::string_view kDeclaredCount = "numberRkeyecordXML";

absl::Status TooComplex(std::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted, "DEVICE_XML_TOO_COMPLEX", what);
}

std::string_view NameOf(std::span<const DeviceElement> elements, std::string_view element) {
  const auto found = std::ranges::find(elements, element, &DeviceElement::element);
  return found == elements.end() ? std::string_view() : found->name;
}

}  // namespace

// The parser with what it has read of the record at hand.
class DeviceXmlReader::Parser {
 public:
  Parser(tabular::ByteSource& source, const DeviceXmlLimits& limits)
      : source_(source),
        limits_(limits),
        memory_left_(kMemoryMax),
        repair_(limits.undecodable_max) {
    const tabular::LimitedMemory limited(memory_left_);
    using tabular::LimitedMemory;
    const XML_Memory_Handling_Suite memory = {&LimitedMemory::Allocate, &LimitedMemory::Reallocate,
                                              &LimitedMemory::Free};
    parser_ = XML_ParserCreate_MM(nullptr, &memory, nullptr);
    if (parser_ == nullptr) {
      failure_ = TooComplex("no memory for a parser");
      return;
    }
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, &Parser::OnStart, &Parser::OnEnd);
    XML_SetCharacterDataHandler(parser_, &Parser::OnText);
    XML_SetStartDoctypeDeclHandler(parser_, &Parser::OnDoctype);
  }
  ~Parser() {
    if (parser_ != nullptr) XML_ParserFree(parser_);
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;

  absl::StatusOr<bool> Next(DeviceXmlRecord& record) {
    while (complete_.empty() && !ended_ && failure_.ok()) failure_.Update(Feed());
    if (complete_.empty() && !failure_.ok()) return failure_;
    if (complete_.empty()) return false;
    record = std::move(complete_.front());
    complete_.pop_front();
    return true;
  }

  int64_t repairs() const { return repair_.repairs(); }
  std::optional<int64_t> declared_count() const { return declared_count_; }

 private:
  static void XMLCALL OnStart(void* self, const char* name, const char** /*attributes*/) {
    static_cast<Parser*>(self)->Start(name);
  }
  static void XMLCALL OnEnd(void* self, const char* /*name*/) { static_cast<Parser*>(self)->End(); }
  static void XMLCALL OnText(void* self, const char* text, int length) {
    static_cast<Parser*>(self)->Text({text, static_cast<size_t>(length)});
  }
  static void XMLCALL OnDoctype(void* self, const char*, const char*, const char*, int) {
    static_cast<Parser*>(self)->Fail(
        MakeError(absl::StatusCode::kInvalidArgument, "DEVICE_XML_DOCTYPE",
                  "a document type, which no file of the device database has; such a file is made "
                  "to attack its reader"));
  }

  // Reads a chunk, mends it and parses it. At most a chunk of records waits.
  absl::Status Feed() {
    std::array<char, kChunkBytes> chunk;
    QINGQU_ASSIGN_OR_RETURN(const size_t count, source_.Read(chunk));
    const std::string_view bytes(chunk.data(), count);
    if (!std::exchange(begun_, true) && bytes.starts_with(kZipStart)) {
      return MakeError(absl::StatusCode::kInvalidArgument, "DEVICE_XML_ZIPPED",
                       "the file is a ZIP archive: unpack it first");
    }
    std::string mended;
    repair_.Feed(bytes, bytes.empty(), mended);
    QINGQU_RETURN_IF_ERROR(Parse(mended, bytes.empty()));
    if (repair_.gave_up()) {
      return MakeError(
          absl::StatusCode::kInvalidArgument, "DEVICE_XML_ENCODING",
          fmt::format("{} bytes so far are not UTF-8: the file is in another encoding, or damaged",
                      repair_.undecodable()));
    }
    ended_ = bytes.empty();
    return absl::OkStatus();
  }

  absl::Status Parse(const std::string& text, bool last) {
    const tabular::LimitedMemory limited(memory_left_);
    const XML_Status status = XML_Parse(parser_, text.data(), static_cast<int>(text.size()),
                                        last && !repair_.gave_up() ? XML_TRUE : XML_FALSE);
    bytes_fed_ += static_cast<int64_t>(text.size());
    QINGQU_RETURN_IF_ERROR(failure_);
    if (status != XML_STATUS_OK) return ParserError();
    // Expat reads an unfinished token anew with each chunk, so a long one costs its square.
    if (!last && bytes_fed_ - XML_GetCurrentByteIndex(parser_) > kTokenBytesMax) {
      return TooComplex("a tag, a comment or an attribute is too long");
    }
    return absl::OkStatus();
  }

  void Fail(const absl::Status& status) {
    if (!failure_.ok()) return;
    failure_ = status;
    XML_StopParser(parser_, XML_FALSE);
  }

  absl::Status ParserError() const {
    const XML_Error code = XML_GetErrorCode(parser_);
    if (code == XML_ERROR_NO_MEMORY) return TooComplex("it needs more memory than such a file");
    const bool encoding =
        code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING;
    const XML_LChar* const text = XML_ErrorString(code);
    return MakeError(absl::StatusCode::kInvalidArgument,
                     encoding ? "DEVICE_XML_ENCODING" : "DEVICE_XML_INVALID",
                     fmt::format("line {}, column {}: {}", XML_GetCurrentLineNumber(parser_),
                                 XML_GetCurrentColumnNumber(parser_) + 1,
                                 text == nullptr ? "not well-formed" : text));
  }

  void Start(std::string_view element) {
    if (!failure_.ok()) return;
    if (++depth_ == 1 && element != kRoot) {
      return Fail(MakeError(absl::StatusCode::kInvalidArgument, "NOT_A_DEVICE_FILE",
                            fmt::format("the file does not begin with <{}>", kRoot)));
    }
    if (depth_ > kDepthMax) {
      return Fail(TooComplex(fmt::format("elements more than {} deep", kDepthMax)));
    }
    field_ = {};
    text_.clear();
    if (record_depth_ == 0) {
      if (element == kRecord) Begin();
      if (element == kDeclaredCount) field_ = kDeclaredCount;
      return;
    }
    const int depth = depth_ - record_depth_;
    if (depth == 1) {
      const auto list = std::ranges::find(DeviceLists(), element, &DeviceList::element);
      list_ = list == DeviceLists().end() ? nullptr : &*list;
      field_ = NameOf(DeviceElements(), element);
    } else if (depth == 2 && list_ != nullptr) {
      BeginEntry();
    } else if (depth == 3 && in_entry_) {
      field_ = NameOf(list_->elements, element);
    }
  }

  void Begin() {
    record_depth_ = depth_;
    record_ = {.line = static_cast<int64_t>(XML_GetCurrentLineNumber(parser_))};
    record_bytes_ = 0;
    list_ = nullptr;
    in_entry_ = false;
  }

  void BeginEntry() {
    in_entry_ = record_.entries.size() < limits_.entries_max;
    if (in_entry_) {
      record_.entries.push_back({.list = list_->name});
    } else {
      AddFault({.name = list_->name,
                .reason = "TOO_MANY_ENTRIES",
                .message = fmt::format("at most {}", limits_.entries_max)});
    }
  }

  void Text(std::string_view text) {
    if (!failure_.ok() || field_.empty()) return;
    if (text_.size() + text.size() > limits_.field_bytes_max) {
      AddFault({.name = field_,
                .reason = "FIELD_TOO_LONG",
                .message = fmt::format("at most {} bytes", limits_.field_bytes_max)});
      field_ = {};
    } else if (record_bytes_ + text_.size() + text.size() > limits_.record_bytes_max) {
      AddFault({.name = {},
                .reason = "RECORD_TOO_LONG",
                .message = fmt::format("at most {} bytes", limits_.record_bytes_max)});
      field_ = {};
    } else {
      text_ += text;
    }
  }

  void AddFault(DeviceFault fault) {
    const bool known = std::ranges::any_of(record_.faults, [&fault](const DeviceFault& each) {
      return each.name == fault.name && each.reason == fault.reason;
    });
    if (!known) record_.faults.push_back(std::move(fault));
  }

  void End() {
    if (!failure_.ok()) return;
    const int depth = depth_ - record_depth_;
    if (record_depth_ > 0) {
      if (!field_.empty()) Take(depth);
      if (depth == 2) in_entry_ = false;
      if (depth == 1) list_ = nullptr;
      if (depth == 0) {
        complete_.push_back(std::move(record_));
        record_depth_ = 0;
      }
    } else if (!field_.empty()) {
      ReadDeclaredCount();
    }
    field_ = {};
    --depth_;
  }

  void Take(int depth) {
    const std::string_view value = TrimAsciiSpace(text_);
    if (value.empty()) return;
    record_bytes_ += value.size();
    auto& values = depth == 3 ? record_.entries.back().values : record_.values;
    // What stands twice counts as it stood first.
    if (std::ranges::find(values, field_, &DeviceValue::name) != values.end()) return;
    values.push_back({.name = field_, .value = std::string(value)});
  }

  void ReadDeclaredCount() {
    const std::string_view digits = TrimAsciiSpace(text_);
    int64_t count = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (error == std::errc() && end == digits.data() + digits.size()) declared_count_ = count;
  }

  tabular::ByteSource& source_;
  const DeviceXmlLimits limits_;
  size_t memory_left_;
  XML_ParserStruct* parser_ = nullptr;
  XmlRepair repair_;
  int64_t bytes_fed_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  std::optional<int64_t> declared_count_;
  absl::Status failure_;

  int depth_ = 0;
  int record_depth_ = 0;  // of the <device> at hand; 0 between records
  const DeviceList* list_ = nullptr;
  bool in_entry_ = false;
  std::string_view field_;  // that the text at hand belongs to; empty: none
  std::string text_;
  DeviceXmlRecord record_;
  size_t record_bytes_ = 0;
  std::deque<DeviceXmlRecord> complete_;
};

DeviceXmlReader::DeviceXmlReader(tabular::ByteSource& source, const DeviceXmlLimits& limits)
    : parser_(std::make_unique<Parser>(source, limits)) {}

DeviceXmlReader::~DeviceXmlReader() = default;

absl::StatusOr<bool> DeviceXmlReader::Next(DeviceXmlRecord& record) {
  return parser_->Next(record);
}

int64_t DeviceXmlReader::repairs() const { return parser_->repairs(); }

std::optional<int64_t> DeviceXmlReader::declared_count() const { return parser_->declared_count(); }

}  // namespace qingqu::udid
