#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"

#include "services/distribution/allocation.h"

namespace qingqu::distribution {

// What of one account goes with a line.
struct TransferPart {
  int64_t source_account_id = 0;   // when sent
  int64_t transit_account_id = 0;  // where it is until received
  std::string lot_id;
  std::string lot_number;
  std::string serial;
  std::optional<CivilDate> expiry;
  int64_t quantity = 0;
};

struct TransferLine {
  std::string item_id;
  int64_t quantity = 0;
  std::vector<TransferPart> parts;
};

struct Transfer {
  std::string transfer_id;
  std::string from_location_id;
  std::string to_location_id;
  bool received = false;
  std::string sender_id;
  std::string sender_for_id;  // whom they stood in for, as the database noted; empty: nobody
  std::string receiver_id;
  absl::Time created_at;
  absl::Time received_at;
  std::vector<TransferLine> lines;
};

}  // namespace qingqu::distribution
