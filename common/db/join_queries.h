#pragma once

#include <array>
#include <cstddef>

#include "common/db/query.h"

namespace qingqu::db {

// The statements of several folders as one list, for a ServiceSpec.
template <size_t... kSizes>
constexpr std::array<const Query*, (kSizes + ...)> JoinQueries(
    const std::array<const Query*, kSizes>&... lists) {
  std::array<const Query*, (kSizes + ...)> joined{};
  size_t next = 0;
  const auto append = [&](const auto& list) {
    for (const Query* query : list) joined[next++] = query;
  };
  (append(lists), ...);
  return joined;
}

}  // namespace qingqu::db
