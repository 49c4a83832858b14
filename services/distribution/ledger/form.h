#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

#include "common/status/status.h"

namespace qingqu::distribution {

// Whole microseconds, as they are stored. Adds a violation, and returns the epoch, for what is no
// instant of the years 1970 to 9999.
absl::Time ReadInstant(std::string_view field, const google::protobuf::Timestamp& timestamp,
                       FieldViolations& violations);

// Until when goods are held: `asked`, which lies after `begin` and at most 30 days after `now`, or
// a day from `now` when it is nullptr.
absl::Time ReadHeldUntil(const google::protobuf::Timestamp* asked, absl::Time now, absl::Time begin,
                         FieldViolations& violations);

// What goods are moved or held for: "orders/o1", or empty.
void CheckDocument(const std::string& document, FieldViolations& violations);

}  // namespace qingqu::distribution
