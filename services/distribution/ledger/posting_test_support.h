#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/base/clock.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "services/distribution/distribution_test_support.h"
#include "services/distribution/ledger/lane.h"

namespace qingqu::distribution {

// The county of DistributionTest with a lane to post through.
class PostingTest : public DistributionTest {
 protected:
  explicit PostingTest(int connections_max = 16);

  // movements/ and a new UUIDv7 of the test's time.
  std::string NewName();
  // A movement with a new name.
  v1::Movement Make(v1::MovementKind kind, std::string_view item, std::string_view lot,
                    int64_t quantity, std::string_view from, std::string_view to);
  // Goods with expiry 2027-12-31 that come in at a place.
  v1::Movement Receive(std::string_view item, std::string_view lot, int64_t quantity,
                       std::string_view to);
  v1::Movement Reverse(const std::string& original_name);

  // All movements of one call, in order, through the lane.
  std::vector<v1::MovementResult> PostAll(const CallContext& call,
                                          const std::vector<v1::Movement>& movements);
  // One movement: what PostMovement answers.
  absl::StatusOr<v1::Movement> PostOne(const CallContext& call, const v1::Movement& movement);
  // "" when it was posted, else the reason.
  std::string Reason(const CallContext& call, const v1::Movement& movement);
  static std::string ReasonOf(const v1::MovementResult& result);

  FakeClock clock_;
  AccountIds account_ids_;
  Lane lane_;
};

}  // namespace qingqu::distribution
