#pragma once

#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

#include "common/status/status.h"

namespace qingqu::identity {

// In whole microseconds, as PostgreSQL keeps it.
absl::Time InstantOf(const google::protobuf::Timestamp& timestamp);
// Years 1 to 9999 and whole nanoseconds (google.protobuf.Timestamp).
bool IsValid(const google::protobuf::Timestamp& timestamp);

// From when until when something holds, as a request says it; the end is the first instant after.
struct Period {
  absl::Time starts_at;
  absl::Time ends_at = absl::InfiniteFuture();
};

// The start_time and end_time of `proto`: from `now` on when there is no start, without end when
// there is none. Not in the past, and longer than nothing; `prefix` is that of the fields.
template <typename Message>
Period ReadPeriod(std::string_view prefix, const Message& proto, absl::Time now,
                  FieldViolations& violations) {
  Period period{.starts_at = now};
  if (proto.has_start_time()) {
    period.starts_at = InstantOf(proto.start_time());
    if (!IsValid(proto.start_time()) || period.starts_at < now) {
      violations.Add(std::string(prefix) + ".start_time", "must not be in the past");
    }
  }
  if (!proto.has_end_time()) return period;
  period.ends_at = InstantOf(proto.end_time());
  if (!IsValid(proto.end_time()) || period.ends_at <= period.starts_at) {
    violations.Add(std::string(prefix) + ".end_time", "must be after the start");
  }
  return period;
}

// A reason that may be empty.
void CheckReason(const std::string& reason, FieldViolations& violations);

}  // namespace qingqu::identity
