#include "services/catalog/mapping/mapping_convert.h"

#include "fmt/format.h"

#include "common/base/resource_name.h"
#include "common/rpc/timestamp.h"
#include "services/catalog/field_rules.h"
#include "services/catalog/item.h"

namespace qingqu::catalog {
namespace {

constexpr int kReasonMax = 500;

std::string UserName(std::string_view id) { return id.empty() ? "" : fmt::format("users/{}", id); }

v1::MappingEvidence ToProto(MappingEvidence evidence) {
  switch (evidence) {
    case MappingEvidence::kNationalCode:
      return v1::MAPPING_EVIDENCE_NATIONAL_CODE;
    case MappingEvidence::kNationalCodePrefix:
      return v1::MAPPING_EVIDENCE_NATIONAL_CODE_PREFIX;
    case MappingEvidence::kRegistration:
      return v1::MAPPING_EVIDENCE_REGISTRATION;
    case MappingEvidence::kSpecification:
      return v1::MAPPING_EVIDENCE_SPECIFICATION;
    case MappingEvidence::kManufacturer:
      return v1::MAPPING_EVIDENCE_MANUFACTURER;
    case MappingEvidence::kName:
      return v1::MAPPING_EVIDENCE_NAME;
  }
  return v1::MAPPING_EVIDENCE_UNSPECIFIED;
}

v1::LocalCodeState ToProto(LocalCodeState state) {
  switch (state) {
    case LocalCodeState::kAwaiting:
      return v1::LOCAL_CODE_STATE_AWAITING;
    case LocalCodeState::kReview:
      return v1::LOCAL_CODE_STATE_REVIEW;
    case LocalCodeState::kMapped:
      return v1::LOCAL_CODE_STATE_MAPPED;
    case LocalCodeState::kNotInCatalogue:
      return v1::LOCAL_CODE_STATE_NOT_IN_CATALOGUE;
    case LocalCodeState::kPostponed:
      return v1::LOCAL_CODE_STATE_POSTPONED;
  }
  return v1::LOCAL_CODE_STATE_UNSPECIFIED;
}

v1::Mapping ToProto(const OpenMapping& mapping) {
  v1::Mapping message;
  message.set_item(ItemName(mapping.item_id));
  message.set_unit_factor(mapping.unit_factor);
  message.set_valid_from(mapping.valid_from.ToString());
  message.set_decider(UserName(mapping.decider_id));
  *message.mutable_decide_time() = rpc::ToTimestamp(mapping.decided_at);
  for (const MappingEvidence evidence : mapping.evidence) message.add_evidence(ToProto(evidence));
  message.set_row_version(mapping.row_version);
  return message;
}

// Exactly one of the five kinds, and what belongs to it.
void ReadKind(const v1::MappingDecision& message, const std::string& field,
              LocalCodeDecision& decision, FieldViolations& violations) {
  using Kind = LocalCodeDecision::Kind;
  switch (message.decision_case()) {
    case v1::MappingDecision::kProposal:
      decision.kind = Kind::kProposal;
      decision.proposal = message.proposal();
      if (decision.proposal >= 1 &&
          static_cast<size_t>(decision.proposal) <= kMappingProposalsMax) {
        return;
      }
      violations.Add(field + ".proposal", fmt::format("must be 1 to {}", kMappingProposalsMax));
      return;
    case v1::MappingDecision::kItem:
      decision.kind = Kind::kItem;
      decision.item_id =
          CheckParsed(field + ".item", ParseResourceId("items/{item}", message.item()), violations);
      return;
    case v1::MappingDecision::kNotInCatalogue:
      decision.kind = Kind::kNotInCatalogue;
      if (message.not_in_catalogue()) return;
      break;
    case v1::MappingDecision::kPostpone:
      decision.kind = Kind::kPostpone;
      if (message.postpone()) return;
      break;
    case v1::MappingDecision::kReopen:
      decision.kind = Kind::kReopen;
      if (message.reopen()) return;
      break;
    case v1::MappingDecision::DECISION_NOT_SET:
      break;
  }
  violations.Add(field, "must decide something");
}

}  // namespace

UploadedRowDraft DraftOf(const v1::LocalRow& row) {
  return {.local_code = row.local_code(),
          .display_name = row.display_name(),
          .specification = row.specification(),
          .manufacturer = row.manufacturer(),
          .registration_number = row.registration_number(),
          .insurance_code = row.insurance_code(),
          .price = row.price(),
          .unit = row.unit(),
          .unit_factor = row.unit_factor()};
}

LocalCodeDecision ReadDecision(const v1::MappingDecision& message, const std::string& field,
                               CivilDate today, FieldViolations& violations) {
  LocalCodeDecision decision{.local_code = message.local_code(),
                             .etag = message.etag(),
                             .unit_factor = message.unit_factor()};
  if (decision.local_code.empty()) violations.Add(field + ".local_code", "must be set");
  if (decision.etag.empty()) {
    violations.Add(field + ".etag", "must be that of the local code as you saw it");
  }
  ReadKind(message, field, decision, violations);
  if (decision.unit_factor < 0 || decision.unit_factor > kUnitFactorMax) {
    violations.Add(field + ".unit_factor",
                   fmt::format("must be 1 to {}, or 0 to take what the row says", kUnitFactorMax));
  }
  decision.reason = CheckText(field + ".reason", message.reason(), {0, kReasonMax}, violations);
  if (message.valid_from().empty()) return decision;
  const absl::StatusOr<CivilDate> day = CivilDate::Parse(message.valid_from());
  violations.AddIfError(field + ".valid_from", day.status());
  if (!day.ok()) return decision;
  decision.valid_from = *day;
  if (*day > today) violations.Add(field + ".valid_from", "must not lie ahead");
  return decision;
}

v1::MappingProposal ToProto(const KeptProposal& proposal) {
  v1::MappingProposal message;
  message.set_item(ItemName(proposal.item_id));
  message.set_score(proposal.score);
  for (const MappingEvidence evidence : proposal.evidence) message.add_evidence(ToProto(evidence));
  message.set_contradicted(proposal.contradicted);
  return message;
}

v1::LocalRow ToProto(const UploadedRow& row) {
  v1::LocalRow message;
  message.set_local_code(row.local_code);
  message.set_display_name(row.said.name);
  message.set_specification(row.said.specification);
  message.set_manufacturer(row.said.manufacturer);
  message.set_registration_number(row.said.registration_number);
  message.set_insurance_code(row.said.insurance_code);
  if (row.price.has_value()) message.set_price(row.price->ToString());
  message.set_unit(row.unit);
  message.set_unit_factor(row.unit_factor.value_or(0));
  return message;
}

v1::LocalCode ToProto(const LocalCode& code) {
  v1::LocalCode message;
  message.set_institution(fmt::format("institutions/{}", code.institution_id));
  message.set_local_code(code.row.local_code);
  message.set_state(ToProto(code.state));
  *message.mutable_row() = ToProto(code.row);
  message.set_row_version(code.row_version);
  if (code.state != LocalCodeState::kAwaiting) {
    for (const KeptProposal& proposal : code.proposals) {
      *message.add_proposals() = ToProto(proposal);
    }
  }
  if (code.mapping.has_value()) {
    *message.mutable_mapping() = ToProto(*code.mapping);
    message.mutable_mapping()->set_institution(message.institution());
    message.mutable_mapping()->set_local_code(code.row.local_code);
  }
  message.set_decider(UserName(code.decider_id));
  message.set_reason(code.reason);
  message.set_etag(Etag(code));
  return message;
}

v1::Mapping ToProto(const MappingRecord& record) {
  v1::Mapping message = ToProto(record.mapping);
  message.set_institution(fmt::format("institutions/{}", record.institution_id));
  message.set_local_code(record.local_code);
  if (record.valid_to.has_value()) message.set_valid_to(record.valid_to->ToString());
  message.set_ender(UserName(record.ender_id));
  message.set_end_reason(record.end_reason);
  return message;
}

v1::LocalRowVersion ToProto(const RowVersion& version) {
  v1::LocalRowVersion message;
  message.set_version(version.version);
  *message.mutable_row() = ToProto(version.row);
  message.set_uploader(UserName(version.upload.uploader_id));
  *message.mutable_upload_time() = rpc::ToTimestamp(version.upload.uploaded_at);
  return message;
}

absl::StatusOr<std::string> ParseInstitution(std::string_view name) {
  return ParseName("institution", "institutions/{institution}", name);
}

absl::StatusOr<CivilDate> ParseDay(std::string_view text, CivilDate today) {
  if (text.empty()) return today;
  FieldViolations violations;
  const absl::StatusOr<CivilDate> day = CivilDate::Parse(text);
  violations.AddIfError("day", day.status());
  if (!day.ok()) return violations.ToStatus();
  return *day;
}

}  // namespace qingqu::catalog
