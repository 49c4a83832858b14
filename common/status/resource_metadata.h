#pragma once

#include <string>
#include <string_view>

#include "common/status/status.h"

namespace qingqu {

// The metadata of an error about one resource, by its name: "items/stapler-60".
inline ErrorMetadata ResourceMetadata(std::string_view name) {
  return {{"resource", std::string(name)}};
}

}  // namespace qingqu
