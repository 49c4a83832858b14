#pragma once

#include <cstdint>

#include "google/protobuf/timestamp.pb.h"

#include "common/status/status.h"

namespace qingqu::supervision {

// Microseconds since 1970: [from_us, before_us), by default the years 1 to 9999.
struct TimeRange {
  int64_t from_us = -62'135'596'800'000'000;
  int64_t before_us = 253'402'300'800'000'000;
};

// What a Timestamp may hold.
inline bool IsInstant(const google::protobuf::Timestamp& time) {
  return time.seconds() >= -62'135'596'800 && time.seconds() <= 253'402'300'799 &&
         time.nanos() >= 0 && time.nanos() < 1'000'000'000;
}

// The fields from_time and to_time of a request.
template <typename Request>
TimeRange ReadTimeRange(const Request& request, FieldViolations& violations) {
  const auto micros_of = [](const google::protobuf::Timestamp& time) {
    return time.seconds() * 1'000'000 + time.nanos() / 1000;
  };
  TimeRange range;
  if (request.has_from_time()) {
    if (!IsInstant(request.from_time())) violations.Add("from_time", "is no instant");
    range.from_us = micros_of(request.from_time());
  }
  if (request.has_to_time()) {
    if (!IsInstant(request.to_time())) violations.Add("to_time", "is no instant");
    range.before_us = micros_of(request.to_time());
  }
  return range;
}

}  // namespace qingqu::supervision
