#include "services/catalog/mapping/mapping_rows.h"

#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"
#include "pqxx/pqxx"

#include "common/base/strings.h"
#include "services/catalog/approval.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

std::vector<MappingEvidence> ReadEvidence(std::string_view text) {
  std::vector<MappingEvidence> evidence;
  for (const absl::string_view name : absl::StrSplit(ToAbsl(text), ',')) {
    const std::optional<MappingEvidence> known = EvidenceFromName(ToStd(name));
    if (known.has_value()) evidence.push_back(*known);
  }
  return evidence;
}

std::vector<KeptProposal> ReadProposals(const std::string& text) {
  std::vector<KeptProposal> proposals;
  for (const nlohmann::json& kept : nlohmann::json::parse(text)) {
    proposals.push_back({.item_id = kept.at("item").get<std::string>(),
                         .score = kept.at("score").get<int32_t>(),
                         .evidence = ReadEvidence(kept.at("evidence").get<std::string>()),
                         .contradicted = kept.at("contradicted").get<bool>()});
  }
  return proposals;
}

absl::Time ReadInstant(const pqxx::field& field) {
  return absl::FromUnixMicros(field.as<int64_t>());
}

}  // namespace

UploadedRow ReadRow(const pqxx::row& row) {
  UploadedRow read;
  read.said = {.name = row["display_name"].as<std::string>(),
               .specification = row["specification"].as<std::string>(),
               .manufacturer = row["manufacturer"].as<std::string>(),
               .registration_number = row["registration_number"].as<std::string>(),
               .insurance_code = row["insurance_code"].as<std::string>()};
  if (!row["price"].is_null()) {
    read.price = Money::FromTenThousandths(row["price"].as<int64_t>());
  }
  read.unit = row["unit"].as<std::string>();
  if (!row["unit_factor"].is_null()) read.unit_factor = row["unit_factor"].as<int64_t>();
  return read;
}

LocalCode ReadLocalCode(const pqxx::row& row) {
  LocalCode code{.institution_id = row["institution_id"].as<std::string>(),
                 .alliance_id = row["alliance_id"].as<std::string>(),
                 .row_version = row["row_version"].as<int64_t>(),
                 .state = LocalCodeStateFromName(row["state"].as<std::string>()),
                 .review_group = row["review_group"].as<std::string>(),
                 .score = row["score"].as<int32_t>(),
                 .proposals = ReadProposals(row["proposals"].as<std::string>()),
                 .decider_id = row["decider_id"].as<std::string>(""),
                 .reason = row["reason"].as<std::string>(),
                 .version = row["head_version"].as<int64_t>(),
                 .free_from = ReadOptionalDate(row["free_from"])};
  if (code.row_version > 0) code.row = ReadRow(row);
  code.row.local_code = row["local_code"].as<std::string>();
  if (!row["head_decided_us"].is_null()) code.decided_at = ReadInstant(row["head_decided_us"]);
  if (!row["mapping_id"].is_null()) {
    code.mapping = OpenMapping{.mapping_id = row["mapping_id"].as<int64_t>(),
                               .item_id = row["item_id"].as<std::string>(),
                               .unit_factor = row["mapped_unit_factor"].as<int64_t>(),
                               .valid_from = ReadDate(row["valid_from"]),
                               .row_version = row["mapped_row_version"].as<int64_t>(),
                               .evidence = ReadEvidence(row["evidence"].as<std::string>()),
                               .decider_id = row["mapping_decider_id"].as<std::string>(""),
                               .decided_at = ReadInstant(row["mapping_decided_us"])};
  }
  return code;
}

MappingRecord ReadMapping(const pqxx::row& row) {
  return {.institution_id = row["institution_id"].as<std::string>(),
          .local_code = row["local_code"].as<std::string>(),
          .mapping = {.mapping_id = row["mapping_id"].as<int64_t>(),
                      .item_id = row["item_id"].as<std::string>(),
                      .unit_factor = row["unit_factor"].as<int64_t>(),
                      .valid_from = ReadDate(row["valid_from"]),
                      .row_version = row["row_version"].as<int64_t>(),
                      .evidence = ReadEvidence(row["evidence"].as<std::string>()),
                      .decider_id = row["decider_id"].as<std::string>(""),
                      .decided_at = ReadInstant(row["decided_us"])},
          .valid_to = ReadOptionalDate(row["valid_to"]),
          .ender_id = row["ender_id"].as<std::string>(""),
          .end_reason = row["end_reason"].as<std::string>()};
}

MappingTarget ReadTarget(const pqxx::row& row) {
  MappingTarget target{
      .item_id = row["item_id"].as<std::string>(),
      .approved = row["state"].as<std::string>() == ApprovalStateName(ApprovalState::kApproved),
      .base_unit = row["base_unit"].as<std::string>(),
      .class_code = row["class_code"].as<std::string>()};
  if (row["packs"].is_null()) return target;
  for (const nlohmann::json& pack : nlohmann::json::parse(row["packs"].as<std::string>())) {
    target.packs.emplace_back(pack.at(0).get<std::string>(), pack.at(1).get<int64_t>());
  }
  return target;
}

std::string EvidenceText(const std::vector<MappingEvidence>& evidence) {
  std::string text;
  for (const MappingEvidence one : evidence) {
    if (!text.empty()) text += ',';
    text += EvidenceName(one);
  }
  return text;
}

std::string ProposalsJson(const std::vector<KeptProposal>& proposals) {
  nlohmann::json array = nlohmann::json::array();
  for (const KeptProposal& proposal : proposals) {
    array.push_back({{"item", proposal.item_id},
                     {"score", proposal.score},
                     {"evidence", EvidenceText(proposal.evidence)},
                     {"contradicted", proposal.contradicted}});
  }
  return array.dump();
}

}  // namespace qingqu::catalog
