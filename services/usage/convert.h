#pragma once

#include <string_view>

#include "absl/status/statusor.h"

#include "common/auth/call_context.h"
#include "common/db/journal.h"
#include "qingqu/usage/v1/usage_service.pb.h"
#include "services/usage/use.h"

namespace qingqu::usage {

// What a request asks to record, checked as far as it can be without the database: every violation
// of a field at once. The lines carry their inputs only.
struct ParsedUse {
  Use use;
  std::vector<ScanInput> inputs;
};
absl::StatusOr<ParsedUse> ParseUse(const CallContext& call, const v1::CreateUseRequest& request);

v1::Use ToProto(const Use& use);

// Patient, procedure and doctor go into the restricted part.
db::JournalEntry MakeJournalEntry(std::string_view event, const Use& use);

}  // namespace qingqu::usage
