#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/call_context.h"
#include "common/base/civil_date.h"
#include "qingqu/catalog/v1/application_service.pb.h"
#include "services/catalog/lists/approved_list.h"

namespace qingqu::catalog {

enum class ApplicationState { kInReview, kApproved, kRejected, kWithdrawn };

// "in_review", "approved", "rejected", "withdrawn": as in the database.
std::string_view ApplicationStateName(ApplicationState state);
// QINGQU_CHECKs that `name` is one of them.
ApplicationState ApplicationStateFromName(std::string_view name);
// INVALID_ARGUMENT when it is no known state; none when it is not set.
absl::StatusOr<std::optional<ApplicationState>> ApplicationStateFilter(v1::ApplicationState state);

// The route; the numbers are those of the proto and of the database.
inline constexpr int kFirstStep = 1;
inline constexpr int kLastStep = 4;

// How many days a step has, after the day on which the one before was decided.
inline constexpr int kStepDays = 7;

struct StepDecision {
  int step = kFirstStep;
  bool approves = false;
  std::string reason;
  CivilDate due_date;
  auth::Actor decider;
  absl::Time decided_at;
};

struct ApplicationRound {
  int number = 1;
  std::string reason;
  auth::Actor applicant;
  absl::Time submitted_at;
  std::string withdrawal_reason;
  std::vector<StepDecision> decisions;  // in the order of steps
};

struct Application {
  std::string id;
  std::string list_id;
  std::string item_id;
  Holder department;
  ApplicationState state = ApplicationState::kInReview;
  int step = kFirstStep;
  CivilDate due_date;
  absl::Time created_at;
  int64_t version = 1;
  std::vector<ApplicationRound> rounds;  // the last one is the present one
};

std::string ApplicationName(std::string_view id);
// `today` tells what is overdue.
v1::Application ToProto(const Application& application, CivilDate today);

// INVALID_ARGUMENT with every violation. The department's institution is to be looked up.
absl::StatusOr<Application> ParseApplication(const CallContext& call,
                                             const v1::SubmitApplicationRequest& request);

// A reason why an item is needed: 1 to 2,000 characters, trimmed. INVALID_ARGUMENT.
absl::StatusOr<std::string> CheckNeed(std::string_view field, std::string_view reason);

// ABORTED ETAG_MISMATCH when `etag` is set and not the present one.
absl::Status CheckApplicationEtag(const Application& application, std::string_view etag);

// The application in a new round. FAILED_PRECONDITION APPLICATION_NOT_ENDED.
absl::StatusOr<Application> Resubmitted(const Application& application, const std::string& reason,
                                        const CallContext& call);

// FAILED_PRECONDITION APPLICATION_NOT_IN_REVIEW, PERMISSION_DENIED NOT_APPLICANT.
absl::StatusOr<Application> Withdrawn(const Application& application, const std::string& reason,
                                      const CallContext& call);

struct Review {
  int step = kFirstStep;
  bool approves = false;
  std::string reason;
};
// INVALID_ARGUMENT: a refusal without a reason, a reason too long.
absl::StatusOr<Review> ParseReview(int step, bool approves, std::string_view reason);

// The application after the decision: at the next step, approved, or rejected. FAILED_PRECONDITION
// APPLICATION_NOT_IN_REVIEW or APPLICATION_AT_OTHER_STEP, PERMISSION_DENIED SAME_PERSON (who
// applied in this round, or decided in it, or stands in for one of them) or SCOPE_TOO_NARROW (the
// last step is the alliance's).
absl::StatusOr<Application> Reviewed(const Application& application, const Review& review,
                                     const CallContext& call);

}  // namespace qingqu::catalog
