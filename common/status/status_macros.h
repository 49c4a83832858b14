#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expression` (an absl::Status) is not OK.
#define QINGQU_RETURN_IF_ERROR(expression)                                                    \
  do {                                                                                        \
    if (absl::Status qingqu_status = (expression); !qingqu_status.ok()) return qingqu_status; \
  } while (false)

#define QINGQU_STATUS_CONCAT_INNER(left, right) left##right
#define QINGQU_STATUS_CONCAT(left, right) QINGQU_STATUS_CONCAT_INNER(left, right)

// QINGQU_ASSIGN_OR_RETURN(const auto value, Function()): declares `value` from a StatusOr, or
// returns its status.
#define QINGQU_ASSIGN_OR_RETURN(declaration, expression)                                       \
  QINGQU_ASSIGN_OR_RETURN_INNER(QINGQU_STATUS_CONCAT(qingqu_statusor_, __LINE__), declaration, \
                                expression)
#define QINGQU_ASSIGN_OR_RETURN_INNER(statusor, declaration, expression) \
  auto statusor = (expression);                                          \
  if (!statusor.ok()) return std::move(statusor).status();               \
  declaration = std::move(statusor).value()
