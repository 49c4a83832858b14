#pragma once

// QINGQU_CHECK(condition) ends the process with one line on standard error when a programmer's
// assumption is wrong. It is on in release builds. It is never used on anything that came from
// outside the process.

namespace qingqu::internal {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace qingqu::internal

#define QINGQU_CHECK(condition)       \
  ((condition) ? static_cast<void>(0) \
               : ::qingqu::internal::CheckFailed(#condition, __FILE__, __LINE__))
