#include "common/rpc/timestamp.h"

namespace qingqu::rpc {

google::protobuf::Timestamp ToTimestamp(absl::Time instant) {
  const int64_t seconds = absl::ToUnixSeconds(instant);
  const int64_t microseconds = absl::ToInt64Microseconds(instant - absl::FromUnixSeconds(seconds));
  google::protobuf::Timestamp timestamp;
  timestamp.set_seconds(seconds);
  timestamp.set_nanos(static_cast<int32_t>(microseconds) * 1000);
  return timestamp;
}

}  // namespace qingqu::rpc
