#include "common/tabular/xml_stream.h"

#include <expat.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "fmt/format.h"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "common/tabular/limited_memory.h"

namespace qingqu::tabular {
namespace {

constexpr int kChunkBytes = 64 << 10;
constexpr int kDepthMax = 64;
constexpr int64_t kTokenBytesMax = int64_t{256} << 10;
constexpr size_t kMemoryMax = size_t{8} << 20;
// Expat refuses namespaces that hold the character which joins them to names.
constexpr char kJoint = '\n';

struct KnownSpace {
  std::string_view uri;
  XmlSpace space;
};

constexpr std::array<KnownSpace, 5> kSpaces = {{
    {"http://schemas.openxmlformats.org/spreadsheetml/2006/main", XmlSpace::kSheet},
    {"http://purl.oclc.org/ooxml/spreadsheetml/main", XmlSpace::kSheet},
    {"http://schemas.openxmlformats.org/package/2006/relationships", XmlSpace::kPackage},
    {"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
     XmlSpace::kRelationships},
    {"http://purl.oclc.org/ooxml/officeDocument/relationships", XmlSpace::kRelationships},
}};

XmlName ParseName(std::string_view name) {
  const size_t joint = name.find(kJoint);
  if (joint == std::string_view::npos) return {XmlSpace::kNone, name};
  const std::string_view uri = name.substr(0, joint);
  for (const KnownSpace& known : kSpaces) {
    if (uri == known.uri) return {known.space, name.substr(joint + 1)};
  }
  return {XmlSpace::kOther, name.substr(joint + 1)};
}

absl::Status TooComplex(std::string_view part, std::string_view what) {
  return MakeError(absl::StatusCode::kResourceExhausted, "XLSX_XML_TOO_COMPLEX",
                   fmt::format("{}: {}", part, what));
}

}  // namespace

std::optional<std::string_view> XmlAttributes::Find(std::string_view local, XmlSpace space) const {
  for (const char** pair = pairs_; *pair != nullptr; pair += 2) {
    const std::string_view name(pair[0]);
    if (!name.ends_with(local)) continue;
    const XmlName parsed = ParseName(name);
    if (parsed.space == space && parsed.local == local) return pair[1];
  }
  return std::nullopt;
}

struct XmlStream::Callbacks {
  static void XMLCALL Start(void* stream_pointer, const char* name, const char** attributes) {
    auto& stream = *static_cast<XmlStream*>(stream_pointer);
    if (++stream.depth_ > kDepthMax) {
      stream.Fail(
          TooComplex(stream.part_name(), fmt::format("elements more than {} deep", kDepthMax)));
      return;
    }
    stream.events_.Start(ParseName(name), XmlAttributes(attributes));
  }

  static void XMLCALL End(void* stream_pointer, const char* name) {
    auto& stream = *static_cast<XmlStream*>(stream_pointer);
    // An empty element ends even when its start made the parsing stop.
    if (!stream.failure_.ok()) return;
    --stream.depth_;
    stream.events_.End(ParseName(name));
  }

  static void XMLCALL Text(void* stream_pointer, const char* text, int length) {
    auto& stream = *static_cast<XmlStream*>(stream_pointer);
    if (stream.failure_.ok()) stream.events_.Text({text, static_cast<size_t>(length)});
  }

  static void XMLCALL Doctype(void* stream_pointer, const char*, const char*, const char*, int) {
    auto& stream = *static_cast<XmlStream*>(stream_pointer);
    stream.Fail(MakeError(absl::StatusCode::kInvalidArgument, "XLSX_XML_DOCTYPE",
                          fmt::format("{}: a document type, which no workbook has; such a file is "
                                      "made to attack its reader",
                                      stream.part_name())));
  }
};

XmlStream::XmlStream(std::unique_ptr<ZipPart> part, XmlEvents& events)
    : part_(std::move(part)), events_(events), memory_left_(kMemoryMax) {
  const LimitedMemory limited(memory_left_);
  const std::array<char, 2> separator = {kJoint, '\0'};
  const XML_Memory_Handling_Suite memory = {&LimitedMemory::Allocate, &LimitedMemory::Reallocate,
                                            &LimitedMemory::Free};
  parser_ = XML_ParserCreate_MM(nullptr, &memory, separator.data());
  if (parser_ == nullptr) {
    failure_ = TooComplex(part_name(), "no memory for a parser");
    return;
  }
  XML_SetUserData(parser_, this);
  XML_SetElementHandler(parser_, &Callbacks::Start, &Callbacks::End);
  XML_SetCharacterDataHandler(parser_, &Callbacks::Text);
  XML_SetStartDoctypeDeclHandler(parser_, &Callbacks::Doctype);
}

XmlStream::~XmlStream() {
  if (parser_ != nullptr) XML_ParserFree(parser_);
}

absl::StatusOr<bool> XmlStream::Run() {
  QINGQU_RETURN_IF_ERROR(failure_);
  if (ended_) return false;
  const LimitedMemory limited(memory_left_);
  Step step = Step::kFeed;
  if (paused_) {
    paused_ = false;
    step = Take(XML_ResumeParser(parser_));
  }
  while (step == Step::kFeed && !ended_) step = Feed();
  if (step == Step::kFailed) return failure_;
  return step == Step::kPaused;
}

XmlStream::Step XmlStream::Feed() {
  void* const buffer = XML_GetBuffer(parser_, kChunkBytes);
  if (buffer == nullptr) {
    failure_ = TooComplex(part_name(), "a tag, a comment or an attribute is too long");
    return Step::kFailed;
  }
  const absl::StatusOr<size_t> count =
      part_->Read(std::span(static_cast<char*>(buffer), size_t{kChunkBytes}));
  if (!count.ok()) {
    failure_ = count.status();
    return Step::kFailed;
  }
  bytes_fed_ += static_cast<int64_t>(*count);
  last_fed_ = *count == 0;
  return Take(XML_ParseBuffer(parser_, static_cast<int>(*count), last_fed_ ? 1 : 0));
}

// What is to be done after expat returned `status`.
XmlStream::Step XmlStream::Take(int status) {
  if (!failure_.ok()) return Step::kFailed;
  if (status == XML_STATUS_SUSPENDED) return Step::kPaused;
  if (status == XML_STATUS_ERROR) {
    failure_ = ParserError();
    return Step::kFailed;
  }
  if (last_fed_) {
    ended_ = true;
    return Step::kFeed;
  }
  // Expat reads an unfinished token anew with each chunk, so a long one costs its square.
  if (bytes_fed_ - XML_GetCurrentByteIndex(parser_) <= kTokenBytesMax) return Step::kFeed;
  failure_ = TooComplex(part_name(), "a tag, a comment or an attribute is too long");
  return Step::kFailed;
}

void XmlStream::Pause() {
  paused_ = true;
  XML_StopParser(parser_, XML_TRUE);
}

void XmlStream::Fail(const absl::Status& status) {
  if (!failure_.ok()) return;
  failure_ = status;
  XML_StopParser(parser_, XML_FALSE);
}

absl::Status XmlStream::ParserError() const {
  const XML_Error code = XML_GetErrorCode(parser_);
  if (code == XML_ERROR_NO_MEMORY) {
    return TooComplex(part_name(), "it needs more memory than any workbook's part");
  }
  const bool encoding = code == XML_ERROR_UNKNOWN_ENCODING || code == XML_ERROR_INCORRECT_ENCODING;
  const XML_LChar* const text = XML_ErrorString(code);
  return MakeError(
      absl::StatusCode::kInvalidArgument, encoding ? "XLSX_XML_ENCODING" : "XLSX_XML_INVALID",
      fmt::format("{}, line {}, column {}: {}; open and save the workbook again", part_name(),
                  XML_GetCurrentLineNumber(parser_), XML_GetCurrentColumnNumber(parser_) + 1,
                  text == nullptr ? "not well-formed" : text));
}

absl::Status ParsePart(const ZipPackage& package, const std::string& part, int64_t bytes_max,
                       XmlEvents& events) {
  QINGQU_ASSIGN_OR_RETURN(auto opened, package.OpenPart(part));
  if (opened->size() > bytes_max) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, "XLSX_PART_TOO_LARGE",
        fmt::format("{} has {} bytes, and {} are taken", part, opened->size(), bytes_max));
  }
  XmlStream stream(std::move(opened), events);
  return stream.Run().status();
}

}  // namespace qingqu::tabular
