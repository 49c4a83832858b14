#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/auth/call_context.h"
#include "qingqu/distribution/v1/ledger_service.pb.h"
#include "services/distribution/ledger/choice.h"
#include "services/distribution/ledger/reservation_store.h"

namespace qingqu::distribution {

// How much of an item is to be held.
struct AllocationWish {
  std::string item_id;
  int64_t quantity = 0;
};

// A request of Allocate in good form. Ids are the last parts of resource names; texts that were not
// given are empty.
struct AllocationAsked {
  std::string location_id;
  std::string destination_id;
  std::vector<AllocationWish> wishes;
  int shelf_life_days_min = 0;
  absl::Time expires_at;
  std::string document;
  bool explain = false;
};

// INVALID_ARGUMENT INVALID_FIELD with every field that is wrong.
absl::StatusOr<AllocationAsked> ParseAllocate(const CallContext& call,
                                              const v1::AllocateRequest& request);

// The account of a candidate at a location, as it was when it was looked at.
BalanceRow BalanceOf(const std::string& location_id, const Candidate& candidate);

v1::Reservation ToProto(const ReservationRow& reservation);

}  // namespace qingqu::distribution
