#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/journal.h"
#include "qingqu/distribution/v1/distribution_service.pb.h"
#include "services/distribution/transfer.h"

namespace qingqu::distribution {

// INVALID_ARGUMENT names every field that is wrong.
absl::StatusOr<Transfer> ParseTransfer(const CallContext& call,
                                       const v1::CreateTransferRequest& request);

v1::Transfer ToProto(const Transfer& transfer);

// "transfer.sent" or "transfer.received", without whom it concerns.
db::JournalEntry TransferEntry(std::string event, const Transfer& transfer);

}  // namespace qingqu::distribution
