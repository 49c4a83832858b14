#include "common/tabular/text_decoding.h"

#include <algorithm>
#include <array>
#include <cerrno>

#include "fmt/format.h"

#include "common/base/check.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"

namespace qingqu::tabular {
namespace {

constexpr size_t kInputBytes = size_t{32} << 10;
constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kGb18030Mark = "\x84\x31\x95\x33";
constexpr size_t kMarkBytesMax = 4;
const iconv_t kNoConverter = reinterpret_cast<iconv_t>(-1);

absl::Status RefuseUtf16(std::string_view head) {
  if (!head.starts_with("\xFF\xFE") && !head.starts_with("\xFE\xFF")) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "UTF16_NOT_SUPPORTED",
                   "the file is UTF-16 (its byte order mark says so); save it as UTF-8 or GB18030");
}

absl::StatusOr<Encoding> DetectUnrewound(ByteSource& source) {
  std::vector<char> buffer(kInputBytes);
  size_t size = 0;
  bool ended = false;
  while (size < kMarkBytesMax && !ended) {
    QINGQU_ASSIGN_OR_RETURN(const size_t count, source.Read(std::span(buffer).subspan(size)));
    size += count;
    ended = count == 0;
  }
  Utf8Validator validator;
  const std::string_view head(buffer.data(), size);
  QINGQU_RETURN_IF_ERROR(RefuseUtf16(head));
  if (head.starts_with(kUtf8Mark)) return Encoding::kUtf8;
  while (!ended) {
    if (validator.Feed({buffer.data(), size}) != Utf8Validator::kValid) return Encoding::kGb18030;
    QINGQU_ASSIGN_OR_RETURN(size, source.Read(buffer));
    ended = size == 0;
  }
  if (validator.Feed({buffer.data(), size}) != Utf8Validator::kValid) return Encoding::kGb18030;
  return validator.unfinished() == 0 ? Encoding::kUtf8 : Encoding::kGb18030;
}

}  // namespace

absl::StatusOr<Encoding> ParseEncoding(std::string_view name) {
  for (const Encoding encoding : {Encoding::kAuto, Encoding::kUtf8, Encoding::kGb18030}) {
    if (name == EncodingName(encoding)) return encoding;
  }
  return MakeError(absl::StatusCode::kInvalidArgument, "UNKNOWN_ENCODING",
                   "the encoding must be \"auto\", \"utf-8\" or \"gb18030\"");
}

std::string_view EncodingName(Encoding encoding) {
  if (encoding == Encoding::kUtf8) return "utf-8";
  return encoding == Encoding::kGb18030 ? "gb18030" : "auto";
}

size_t Utf8Validator::Feed(std::string_view chunk) {
  for (size_t index = 0; index < chunk.size(); ++index) {
    const auto byte = static_cast<unsigned char>(chunk[index]);
    if (expected_ > 0) {
      if (byte < lower_ || byte > upper_) return index;
      lower_ = 0x80;
      upper_ = 0xBF;
      --expected_;
      unfinished_ = expected_ == 0 ? 0 : unfinished_ + 1;
      continue;
    }
    if (byte < 0x80) continue;
    if (byte < 0xC2 || byte > 0xF4) return index;
    expected_ = byte < 0xE0 ? 1 : (byte < 0xF0 ? 2 : 3);
    unfinished_ = 1;
    if (byte == 0xE0) lower_ = 0xA0;
    if (byte == 0xED) upper_ = 0x9F;
    if (byte == 0xF0) lower_ = 0x90;
    if (byte == 0xF4) upper_ = 0x8F;
  }
  return kValid;
}

absl::StatusOr<Encoding> DetectEncoding(ByteSource& source) {
  QINGQU_ASSIGN_OR_RETURN(const Encoding encoding, DetectUnrewound(source));
  QINGQU_RETURN_IF_ERROR(source.Rewind());
  return encoding;
}

absl::StatusOr<std::unique_ptr<TextDecoder>> TextDecoder::Create(ByteSource& source,
                                                                 Encoding encoding) {
  if (encoding == Encoding::kAuto) {
    QINGQU_ASSIGN_OR_RETURN(encoding, DetectEncoding(source));
  }
  std::unique_ptr<TextDecoder> decoder(new TextDecoder(source, encoding));
  QINGQU_RETURN_IF_ERROR(decoder->Start());
  return decoder;
}

TextDecoder::TextDecoder(ByteSource& source, Encoding encoding)
    : source_(source), encoding_(encoding), converter_(kNoConverter), input_(kInputBytes) {
  if (encoding == Encoding::kGb18030) converter_ = iconv_open("UTF-8", "GB18030");
}

TextDecoder::~TextDecoder() {
  if (converter_ != kNoConverter) iconv_close(converter_);
}

absl::Status TextDecoder::Start() {
  if (encoding_ == Encoding::kGb18030 && converter_ == kNoConverter) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "GB18030_NOT_INSTALLED",
        "this system cannot decode GB18030; install its iconv modules (libc6 on Debian)");
  }
  while (end_ < kMarkBytesMax && !input_ended_) QINGQU_RETURN_IF_ERROR(FillInput());
  const std::string_view head(input_.data(), end_);
  QINGQU_RETURN_IF_ERROR(RefuseUtf16(head));
  const bool utf8 = encoding_ == Encoding::kUtf8;
  if (head.starts_with(utf8 ? kGb18030Mark : kUtf8Mark)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "ENCODING_CONTRADICTED",
                     fmt::format("the file's byte order mark is not one of {}; use \"auto\"",
                                 EncodingName(encoding_)));
  }
  const std::string_view mark = utf8 ? kUtf8Mark : kGb18030Mark;
  if (head.starts_with(mark)) Consume(mark.size());
  return absl::OkStatus();
}

absl::Status TextDecoder::FillInput() {
  std::copy(input_.data() + begin_, input_.data() + end_, input_.data());
  end_ -= begin_;
  begin_ = 0;
  QINGQU_ASSIGN_OR_RETURN(const size_t count, source_.Read(std::span(input_).subspan(end_)));
  end_ += count;
  input_ended_ = count == 0;
  return absl::OkStatus();
}

absl::StatusOr<size_t> TextDecoder::Read(std::span<char> buffer) {
  if (!failure_.ok()) return failure_;
  absl::StatusOr<size_t> count =
      encoding_ == Encoding::kUtf8 ? ReadUtf8(buffer) : ReadGb18030(buffer);
  if (!count.ok()) failure_ = count.status();
  return count;
}

absl::StatusOr<size_t> TextDecoder::ReadUtf8(std::span<char> buffer) {
  if (begin_ == end_ && !input_ended_) QINGQU_RETURN_IF_ERROR(FillInput());
  const size_t count = std::min(buffer.size(), end_ - begin_);
  if (count == 0) {
    if (validator_.unfinished() == 0) return size_t{0};
    return InvalidBytes(offset_ - static_cast<int64_t>(validator_.unfinished()),
                        "the file ends inside a character");
  }
  const std::string_view chunk(input_.data() + begin_, count);
  const size_t valid = validator_.Feed(chunk);
  std::copy_n(chunk.data(), count, buffer.data());
  if (valid == Utf8Validator::kValid) {
    Consume(count);
    return count;
  }
  Consume(valid);
  // The broken sequence may have begun in an earlier chunk; the offset named is that of its first
  // byte.
  failure_ = InvalidBytes(offset_ - static_cast<int64_t>(validator_.unfinished()),
                          "the bytes are not UTF-8");
  if (valid == 0) return failure_;
  return valid;
}

absl::StatusOr<size_t> TextDecoder::ReadGb18030(std::span<char> buffer) {
  char* output = buffer.data();
  size_t output_left = buffer.size();
  while (output_left == buffer.size()) {
    if (begin_ == end_ && input_ended_) return size_t{0};
    char* input = input_.data() + begin_;
    size_t input_left = end_ - begin_;
    const size_t result = iconv(converter_, &input, &input_left, &output, &output_left);
    const int error = errno;
    Consume(end_ - begin_ - input_left);
    if (result != static_cast<size_t>(-1)) {
      if (!input_ended_ && begin_ == end_) QINGQU_RETURN_IF_ERROR(FillInput());
      continue;
    }
    QINGQU_CHECK(error == E2BIG || error == EINVAL || error == EILSEQ);
    if (error == E2BIG) break;
    if (error == EINVAL && !input_ended_) {
      QINGQU_RETURN_IF_ERROR(FillInput());
      continue;
    }
    failure_ = InvalidBytes(offset_, error == EINVAL ? "the file ends inside a character"
                                                     : "the bytes are not GB18030");
    break;
  }
  if (output_left == buffer.size() && !failure_.ok()) return failure_;
  return buffer.size() - output_left;
}

void TextDecoder::Consume(size_t count) {
  const char* const first = input_.data() + begin_;
  // No multi-byte sequence of either encoding holds 0x0A.
  line_ += std::count(first, first + count, '\n');
  offset_ += static_cast<int64_t>(count);
  begin_ += count;
}

absl::Status TextDecoder::InvalidBytes(int64_t offset, std::string_view what) const {
  const bool utf8 = encoding_ == Encoding::kUtf8;
  return MakeError(absl::StatusCode::kInvalidArgument, utf8 ? "INVALID_UTF8" : "INVALID_GB18030",
                   fmt::format("byte offset {}, line {}: {}; convert the file or name its encoding",
                               offset, line_, what));
}

absl::Status TextDecoder::Rewind() {
  QINGQU_RETURN_IF_ERROR(source_.Rewind());
  begin_ = 0;
  end_ = 0;
  input_ended_ = false;
  offset_ = 0;
  line_ = 1;
  validator_ = Utf8Validator();
  failure_ = absl::OkStatus();
  if (converter_ != kNoConverter) iconv(converter_, nullptr, nullptr, nullptr, nullptr);
  return Start();
}

}  // namespace qingqu::tabular
