#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace qingqu {

// Every error that leaves a service is an absl::Status that carries a google.rpc.ErrorInfo payload
// with a stable reason (AIP-193). Services write one named function for each error in their
// errors.h, on top of these.

using ErrorMetadata = std::map<std::string, std::string>;

// `reason` is UPPER_SNAKE_CASE and unique; `message` tells the caller what to do; `metadata` holds
// machine-readable details (names, figures). The domain of the ErrorInfo is "qingqu".
absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view message,
                       const ErrorMetadata& metadata = {});

// The reason of an error made by MakeError, else "".
std::string ErrorReason(const absl::Status& status);
ErrorMetadata ErrorDetails(const absl::Status& status);

// `status` with a google.rpc.RetryInfo: the caller may try again after `delay`.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);

// Collects what is wrong with a request, so that the caller learns everything at once.
class FieldViolations {
 public:
  // `field` is the path in the request: "lines[3].quantity".
  void Add(std::string_view field, std::string_view description);
  // Adds the message of `status`, if it is not OK.
  void AddIfError(std::string_view field, const absl::Status& status);
  bool empty() const { return violations_.empty(); }
  // OK when empty; else INVALID_ARGUMENT, reason INVALID_FIELD, with a google.rpc.BadRequest
  // payload of up to 100 violations, fewer when their text exceeds 4 KiB (gRPC allows 8 KiB of
  // metadata), and a message that names the first.
  absl::Status ToStatus() const;
  // The same with another code and reason: for rules broken by several lines of a document.
  absl::Status ToStatus(absl::StatusCode code, std::string_view reason) const;

 private:
  std::vector<std::pair<std::string, std::string>> violations_;
};

// INVALID_ARGUMENT for one field.
absl::Status InvalidField(std::string_view field, std::string_view description);

}  // namespace qingqu
