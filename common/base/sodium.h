#pragma once

#include <sodium.h>

#include "common/base/check.h"

namespace qingqu {

// Must run before any other call of libsodium. Thread-safe; costs next to nothing after the first
// time.
inline void InitializeSodium() {
  static const int result = sodium_init();
  QINGQU_CHECK(result >= 0);
}

}  // namespace qingqu
