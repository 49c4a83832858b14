#pragma once

#include <iconv.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "common/tabular/byte_source.h"

namespace qingqu::tabular {

enum class Encoding { kAuto, kUtf8, kGb18030 };

// "auto", "utf-8" or "gb18030"; INVALID_ARGUMENT for anything else.
absl::StatusOr<Encoding> ParseEncoding(std::string_view name);
std::string_view EncodingName(Encoding encoding);

// Checks UTF-8 (RFC 3629: no surrogates, no overlong forms, nothing above U+10FFFF) chunk by chunk.
class Utf8Validator {
 public:
  static constexpr size_t kValid = static_cast<size_t>(-1);
  // kValid, or the index in `chunk` of the byte at which the text stopped being UTF-8. A sequence
  // may go on in the next chunk.
  size_t Feed(std::string_view chunk);
  // How many bytes of an unfinished sequence were fed last; 0 when the text may end here.
  size_t unfinished() const { return unfinished_; }

 private:
  size_t expected_ = 0;
  size_t unfinished_ = 0;
  unsigned char lower_ = 0x80;
  unsigned char upper_ = 0xBF;
};

// A byte order mark decides; else text that is UTF-8 to its end is UTF-8, and anything else
// GB18030. Reads the source as far as it needs (all of it when it is UTF-8) and rewinds it.
// INVALID_ARGUMENT UTF16_NOT_SUPPORTED.
absl::StatusOr<Encoding> DetectEncoding(ByteSource& source);

// Turns a source into well-formed UTF-8 without a byte order mark, in constant memory. Invalid
// bytes end the text with INVALID_ARGUMENT INVALID_UTF8 or INVALID_GB18030, whose message names the
// byte offset (0-based) and the line (1-based); what came before them is handed out first.
class TextDecoder final : public ByteSource {
 public:
  // Does not own `source`. kAuto detects, which needs a source that can be rewound.
  // INVALID_ARGUMENT UTF16_NOT_SUPPORTED, or ENCODING_CONTRADICTED when the byte order mark says
  // other than `encoding`.
  static absl::StatusOr<std::unique_ptr<TextDecoder>> Create(ByteSource& source, Encoding encoding);
  ~TextDecoder() override;
  TextDecoder(const TextDecoder&) = delete;
  TextDecoder& operator=(const TextDecoder&) = delete;

  absl::StatusOr<size_t> Read(std::span<char> buffer) override;
  absl::Status Rewind() override;
  Encoding encoding() const { return encoding_; }

 private:
  TextDecoder(ByteSource& source, Encoding encoding);
  absl::Status Start();
  absl::Status FillInput();
  absl::StatusOr<size_t> ReadUtf8(std::span<char> buffer);
  absl::StatusOr<size_t> ReadGb18030(std::span<char> buffer);
  void Consume(size_t count);
  absl::Status InvalidBytes(int64_t offset, std::string_view what) const;

  ByteSource& source_;
  const Encoding encoding_;
  iconv_t converter_;
  std::vector<char> input_;
  size_t begin_ = 0;
  size_t end_ = 0;
  bool input_ended_ = false;
  int64_t offset_ = 0;
  int64_t line_ = 1;
  Utf8Validator validator_;
  absl::Status failure_;
};

}  // namespace qingqu::tabular
