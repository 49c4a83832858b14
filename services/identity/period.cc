#include "services/identity/period.h"

#include "common/base/strings.h"

namespace qingqu::identity {
namespace {

constexpr int kReasonCharactersMax = 500;

}  // namespace

absl::Time InstantOf(const google::protobuf::Timestamp& timestamp) {
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Floor(absl::Nanoseconds(timestamp.nanos()), absl::Microseconds(1));
}

bool IsValid(const google::protobuf::Timestamp& timestamp) {
  return timestamp.seconds() >= -62'135'596'800 && timestamp.seconds() <= 253'402'300'799 &&
         timestamp.nanos() >= 0 && timestamp.nanos() <= 999'999'999;
}

void CheckReason(const std::string& reason, FieldViolations& violations) {
  if (CodePointCount(reason) > kReasonCharactersMax) {
    violations.Add("reason", "must have at most 500 characters");
  }
}

}  // namespace qingqu::identity
