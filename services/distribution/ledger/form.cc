#include "services/distribution/ledger/form.h"

#include <algorithm>

#include "common/base/strings.h"
#include "services/distribution/convert.h"
#include "services/distribution/sql_values.h"

namespace qingqu::distribution {
namespace {

constexpr int64_t kSecondsMax = 253402300799;  // the end of the year 9999
constexpr absl::Duration kHeldDefault = absl::Hours(24);
constexpr absl::Duration kHeldMax = absl::Hours(24 * 30);
constexpr int kDocumentMax = 120;

}  // namespace

absl::Time ReadInstant(std::string_view field, const google::protobuf::Timestamp& timestamp,
                       FieldViolations& violations) {
  if (timestamp.seconds() < 0 || timestamp.seconds() > kSecondsMax || timestamp.nanos() < 0 ||
      timestamp.nanos() > 999'999'999) {
    violations.Add(field, "is no instant");
    return absl::UnixEpoch();
  }
  return ToMicroseconds(absl::FromUnixSeconds(timestamp.seconds()) +
                        absl::Nanoseconds(timestamp.nanos()));
}

absl::Time ReadHeldUntil(const google::protobuf::Timestamp* asked, absl::Time now, absl::Time begin,
                         FieldViolations& violations) {
  if (asked == nullptr) return ToMicroseconds(now + kHeldDefault);
  const absl::Time until = ReadInstant("expire_time", *asked, violations);
  if (until <= begin || until > now + kHeldMax) {
    violations.Add("expire_time", "must lie within the next 30 days");
  }
  return until;
}

void CheckDocument(const std::string& document, FieldViolations& violations) {
  if (document.empty()) return;
  const auto slash = std::find(document.begin(), document.end(), '/');
  const bool collection = slash != document.begin() &&
                          std::all_of(document.begin(), slash,
                                      [](char letter) { return letter >= 'a' && letter <= 'z'; });
  const bool id = document.end() - slash > 1;
  if (!collection || !id || !IsStorableText(document) || CodePointCount(document) > kDocumentMax) {
    violations.Add("document", "must be {collection}/{id} of at most 120 characters");
  }
}

}  // namespace qingqu::distribution
