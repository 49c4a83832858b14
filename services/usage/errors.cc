#include "services/usage/errors.h"

#include "fmt/format.h"

#include "common/status/status.h"

namespace qingqu::usage {

absl::Status UseNotFound(std::string_view use_id) {
  return MakeError(absl::StatusCode::kNotFound, "USE_NOT_FOUND",
                   fmt::format("there is no uses/{} that you may see", use_id));
}

absl::Status UseExists(std::string_view use_id) {
  return MakeError(absl::StatusCode::kAlreadyExists, "USE_EXISTS",
                   fmt::format("uses/{} exists already; choose another id", use_id));
}

absl::Status LocationNotFound(std::string_view location_id) {
  return MakeError(absl::StatusCode::kNotFound, "LOCATION_NOT_FOUND",
                   fmt::format("there is no locations/{} in your institution", location_id));
}

absl::Status PatientRequired() {
  return MakeError(absl::StatusCode::kInvalidArgument, "PATIENT_REQUIRED",
                   "a high-value item is bound to a patient: give patient_pseudonym and procedure");
}

absl::Status PseudonymNotFound() {
  return MakeError(absl::StatusCode::kNotFound, "PSEUDONYM_NOT_FOUND",
                   "nobody is known by this pseudonym whom you may ask about");
}

absl::Status UseInProgress() {
  return WithRetryDelay(
      MakeError(
          absl::StatusCode::kUnavailable, "USE_IN_PROGRESS",
          "the use is recorded and its stock is being taken; repeat with the same request_id"),
      absl::Seconds(1));
}

absl::Status StockUnavailable(const absl::Status& cause) {
  return WithRetryDelay(MakeError(absl::StatusCode::kUnavailable, "STOCK_UNAVAILABLE",
                                  "the use is recorded, the stock ledger cannot be reached; repeat "
                                  "with the same request_id",
                                  {{"internal", cause.ToString()}}),
                        absl::Seconds(1));
}

}  // namespace qingqu::usage
