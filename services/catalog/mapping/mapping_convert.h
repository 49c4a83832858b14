#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "common/status/status.h"
#include "qingqu/catalog/v1/mapping_service.pb.h"
#include "services/catalog/mapping/mapping_decision.h"
#include "services/catalog/mapping/mapping_store.h"

namespace qingqu::catalog {

// Views into `row`, which must outlive the draft.
UploadedRowDraft DraftOf(const v1::LocalRow& row);
// The decision, or what is wrong with it under `field` ("decisions[3]"). `today` is the business
// day.
LocalCodeDecision ReadDecision(const v1::MappingDecision& decision, const std::string& field,
                               CivilDate today, FieldViolations& violations);

v1::MappingProposal ToProto(const KeptProposal& proposal);
v1::LocalRow ToProto(const UploadedRow& row);
v1::LocalCode ToProto(const LocalCode& code);
v1::Mapping ToProto(const MappingRecord& record);
v1::LocalRowVersion ToProto(const RowVersion& version);

// The id of an institution. INVALID_ARGUMENT.
absl::StatusOr<std::string> ParseInstitution(std::string_view name);
// A day, or `today` for an empty text. INVALID_ARGUMENT.
absl::StatusOr<CivilDate> ParseDay(std::string_view text, CivilDate today);

}  // namespace qingqu::catalog
