#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/base/check.h"
#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/note.h"
#include "common/sealed_log/tile.h"

namespace qingqu::sealed_log {
namespace {

// Whatever is read is written back as the same bytes.
void CheckInput(std::string_view input) {
  if (const auto note = ParseNote(input); note.ok()) {
    QINGQU_CHECK(FormatNote(*note) == input);
    if (const auto checkpoint = ParseCheckpoint(note->text); checkpoint.ok()) {
      QINGQU_CHECK(FormatCheckpoint(*checkpoint) == note->text);
    }
  }
  if (const auto checkpoint = ParseCheckpoint(input); checkpoint.ok()) {
    QINGQU_CHECK(FormatCheckpoint(*checkpoint) == input);
  }
  if (const auto tile = ParseTilePath(input); tile.ok()) QINGQU_CHECK(TilePath(*tile) == input);
  if (const auto key = ParseVerifierKey(input); key.ok()) {
    QINGQU_CHECK(FormatVerifierKey(*key) == input);
  }
}

}  // namespace
}  // namespace qingqu::sealed_log

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  qingqu::sealed_log::CheckInput({reinterpret_cast<const char*>(data), size});
  return 0;
}
