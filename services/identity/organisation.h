#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

#include "common/status/status.h"

namespace qingqu::identity {

inline constexpr int kDisplayNameMax = 100;

struct Alliance {
  std::string alliance_id;
  std::string display_name;
  absl::Time created_at;
  int64_t version = 1;
};

struct Institution {
  std::string institution_id;
  std::string alliance_id;
  std::string display_name;
  bool lead = false;
  absl::Time created_at;
  absl::Time closed_at = absl::InfiniteFuture();
  int64_t version = 1;
};

struct Department {
  std::string department_id;
  std::string institution_id;
  std::string alliance_id;
  std::string display_name;
  absl::Time created_at;
  absl::Time closed_at = absl::InfiniteFuture();
  int64_t version = 1;
};

// Adds a violation unless `display_name` has 1 to 100 characters, no control characters, and no
// white space at its ends.
void CheckDisplayName(std::string_view field, std::string_view display_name,
                      FieldViolations& violations);

}  // namespace qingqu::identity
