#pragma once

#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"

namespace qingqu::rpc {

// An instant as it travels: to the microsecond, as PostgreSQL keeps it, so that the answer to a
// write and a later read are the same. `nanos` counts forward from `seconds` before 1970, too.
// `instant` lies in the years 1 to 9999, as every instant that we keep.
google::protobuf::Timestamp ToTimestamp(absl::Time instant);

}  // namespace qingqu::rpc
