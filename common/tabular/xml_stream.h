#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "common/tabular/zip_package.h"

struct XML_ParserStruct;

namespace qingqu::tabular {

// The namespaces that a workbook's parts are written in, each in its transitional and its strict
// form (ECMA-376 part 1 annex A, ISO/IEC 29500 strict).
enum class XmlSpace { kNone, kSheet, kPackage, kRelationships, kOther };

struct XmlName {
  XmlSpace space = XmlSpace::kNone;
  std::string_view local;

  bool IsSheet(std::string_view name) const { return space == XmlSpace::kSheet && local == name; }
};

// The attributes of one element; valid while it is started.
class XmlAttributes {
 public:
  explicit XmlAttributes(const char** pairs) : pairs_(pairs) {}
  // Nothing when the element has no such attribute.
  std::optional<std::string_view> Find(std::string_view local,
                                       XmlSpace space = XmlSpace::kNone) const;
  std::string_view Get(std::string_view local) const { return Find(local).value_or(""); }

 private:
  const char** pairs_;
};

// What a document is told to. Text comes in pieces, as UTF-8 without NUL.
class XmlEvents {
 public:
  virtual ~XmlEvents() = default;
  virtual void Start(const XmlName& name, const XmlAttributes& attributes) = 0;
  virtual void End(const XmlName& name) = 0;
  virtual void Text(std::string_view text) = 0;
};

// Parses a part with expat, as a stream and in bounded memory: 64 KiB at a time, elements 64 deep,
// a tag, comment or attribute of 256 KiB, and 8 MiB for whatever expat itself has to keep. A
// document type, and so every entity of one's own, is refused. Not thread-safe.
//
// INVALID_ARGUMENT: XLSX_XML_INVALID (names part, line and column), XLSX_XML_ENCODING,
// XLSX_XML_DOCTYPE. RESOURCE_EXHAUSTED: XLSX_XML_TOO_COMPLEX. Besides, the part's.
class XmlStream {
 public:
  // Does not own `events`, which must outlive it.
  XmlStream(std::unique_ptr<ZipPart> part, XmlEvents& events);
  ~XmlStream();
  XmlStream(const XmlStream&) = delete;
  XmlStream& operator=(const XmlStream&) = delete;

  // Goes on until an event pauses it (true) or the document has ended (false). An error is final.
  absl::StatusOr<bool> Run();
  // To be called by events: stops after the event, or for good.
  void Pause();
  void Fail(const absl::Status& status);
  // Bytes of the part that were read.
  int64_t position() const { return part_->position(); }
  const std::string& part_name() const { return part_->name(); }

 private:
  struct Callbacks;
  enum class Step { kFeed, kPaused, kFailed };

  Step Take(int status);
  Step Feed();
  absl::Status ParserError() const;

  const std::unique_ptr<ZipPart> part_;
  XmlEvents& events_;
  size_t memory_left_;
  XML_ParserStruct* parser_;
  int64_t bytes_fed_ = 0;
  int depth_ = 0;
  bool paused_ = false;
  bool last_fed_ = false;
  bool ended_ = false;
  absl::Status failure_;
};

// Parses a whole part. Besides the errors of XmlStream and ZipPackage: RESOURCE_EXHAUSTED
// XLSX_PART_TOO_LARGE when it is longer than `bytes_max`.
absl::Status ParsePart(const ZipPackage& package, const std::string& part, int64_t bytes_max,
                       XmlEvents& events);

}  // namespace qingqu::tabular
