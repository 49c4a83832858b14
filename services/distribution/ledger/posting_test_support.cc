#include "services/distribution/ledger/posting_test_support.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "google/rpc/error_details.pb.h"

#include "common/base/uuid.h"
#include "common/rpc/status_conversion.h"
#include "common/status/status.h"
#include "services/distribution/ledger/posting_request.h"

namespace qingqu::distribution {

PostingTest::PostingTest(int connections_max)
    : DistributionTest(connections_max),
      clock_(now_),
      lane_(
          [this](const std::vector<PostingSlice>& slices) {
            return PostSlices(*pool_, clock_, account_ids_, absl::Now() + absl::Seconds(20),
                              slices);
          },
          Lane::Options{}) {}

// Not NewUuidV7: its ids never go back, but the clocks of tests do.
std::string PostingTest::NewName() {
  static std::atomic<int64_t> made{0};
  const std::string text = std::to_string(made.fetch_add(1));
  return "movements/" + UuidV7FromText(clock_.Now(), text).ToString();
}

v1::Movement PostingTest::Make(v1::MovementKind kind, std::string_view item, std::string_view lot,
                               int64_t quantity, std::string_view from, std::string_view to) {
  v1::Movement movement;
  movement.set_name(NewName());
  movement.set_kind(kind);
  if (!item.empty()) movement.set_item("items/" + std::string(item));
  movement.set_lot(std::string(lot));
  movement.set_quantity(quantity);
  if (!from.empty()) movement.set_from_location("locations/" + std::string(from));
  if (!to.empty()) movement.set_to_location("locations/" + std::string(to));
  return movement;
}

v1::Movement PostingTest::Receive(std::string_view item, std::string_view lot, int64_t quantity,
                                  std::string_view to) {
  v1::Movement movement = Make(v1::MOVEMENT_KIND_RECEIVE, item, lot, quantity, "", to);
  movement.set_expiry_date("2027-12-31");
  return movement;
}

v1::Movement PostingTest::Reverse(const std::string& original_name) {
  v1::Movement movement = Make(v1::MOVEMENT_KIND_REVERSAL, "", "", 0, "", "");
  movement.set_original(original_name);
  movement.set_reason("a mistake");
  return movement;
}

std::vector<v1::MovementResult> PostingTest::PostAll(const CallContext& call,
                                                     const std::vector<v1::Movement>& movements) {
  const Movements asked(movements.begin(), movements.end());
  PostingRequest request;
  request.Add(call, asked);
  MovementResults results;
  std::unique_ptr<PostingJob> job = request.MakeJob(call);
  if (job == nullptr) {
    request.MakeResults(nullptr, 0, request.size(), results);
    return {results.begin(), results.end()};
  }
  std::mutex mutex;
  std::condition_variable answered;
  bool done = false;
  absl::Status end;
  job->done = [&](const absl::Status& status, const PostingJob& posted) {
    const std::lock_guard lock(mutex);
    end = status;
    if (status.ok()) request.MakeResults(&posted, 0, request.size(), results);
    done = true;
    answered.notify_one();
  };
  const absl::Status submitted = lane_.Submit(std::move(job));
  if (submitted.ok()) {
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return done; });
  }
  const absl::Status failed = submitted.ok() ? end : submitted;
  EXPECT_TRUE(failed.ok()) << failed;
  if (!failed.ok()) return std::vector<v1::MovementResult>(movements.size());
  return {results.begin(), results.end()};
}

absl::StatusOr<v1::Movement> PostingTest::PostOne(const CallContext& call,
                                                  const v1::Movement& movement) {
  const v1::MovementResult result = PostAll(call, {movement}).front();
  if (result.has_movement()) return result.movement();
  return rpc::FromGrpcStatus(grpc::Status(static_cast<grpc::StatusCode>(result.error().code()),
                                          result.error().message(),
                                          result.error().SerializeAsString()));
}

std::string PostingTest::Reason(const CallContext& call, const v1::Movement& movement) {
  return ErrorReason(PostOne(call, movement).status());
}

std::string PostingTest::ReasonOf(const v1::MovementResult& result) {
  for (const auto& detail : result.error().details()) {
    google::rpc::ErrorInfo info;
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

}  // namespace qingqu::distribution
