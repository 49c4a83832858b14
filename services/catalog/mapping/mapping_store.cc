#include "services/catalog/mapping/mapping_store.h"

#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/db/array.h"
#include "services/catalog/mapping/mapping_errors.h"
#include "services/catalog/mapping/mapping_rows.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

LocalCodes ByCode(const pqxx::result& rows) {
  LocalCodes codes;
  for (const auto& row : rows) {
    LocalCode code = ReadLocalCode(row);
    std::string key = code.row.local_code;
    codes.emplace(std::move(key), std::move(code));
  }
  return codes;
}

// The columns of mappings that begin.
class MappingArrays {
 public:
  void Add(const LocalCode& code, const NewMapping& mapping) {
    ++count_;
    codes_.AddText(code.row.local_code);
    row_versions_.AddInteger(code.row_version);
    items_.AddText(mapping.item_id);
    factors_.AddInteger(mapping.unit_factor);
    valid_from_.AddText(mapping.valid_from.ToString());
    scores_.AddInteger(mapping.score);
    evidence_.AddText(EvidenceText(mapping.evidence));
  }
  void Insert(pqxx::transaction_base& tx, const Institution& institution,
              const Decider& decider) const {
    if (count_ == 0) return;
    tx.exec_prepared(queries::kInsertMappings.name, institution.id, institution.alliance_id,
                     decider.user_id, TimestampText(decider.now), codes_.Build(),
                     row_versions_.Build(), items_.Build(), factors_.Build(), valid_from_.Build(),
                     scores_.Build(), evidence_.Build());
  }

 private:
  int count_ = 0;
  db::ArrayBuilder codes_;
  db::ArrayBuilder row_versions_;
  db::ArrayBuilder items_;
  db::ArrayBuilder factors_;
  db::ArrayBuilder valid_from_;
  db::ArrayBuilder scores_;
  db::ArrayBuilder evidence_;
};

void EndMappings(pqxx::transaction_base& tx, const Decider& decider,
                 const std::vector<Decided>& decided) {
  db::ArrayBuilder mappings;
  db::ArrayBuilder valid_to;
  db::ArrayBuilder reasons;
  size_t count = 0;
  for (const Decided& one : decided) {
    if (!one.effect.end.has_value()) continue;
    ++count;
    mappings.AddInteger(one.effect.end->mapping_id);
    valid_to.AddText(one.effect.end->valid_to.ToString());
    reasons.AddText(one.effect.end->reason);
  }
  if (count == 0) return;
  const pqxx::result ended =
      tx.exec_prepared(queries::kEndMappings.name, decider.user_id, TimestampText(decider.now),
                       mappings.Build(), valid_to.Build(), reasons.Build());
  QINGQU_CHECK(ended.affected_rows() == count);
}

}  // namespace

absl::StatusOr<Institution> FindInstitution(pqxx::transaction_base& tx, std::string_view id) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindInstitution.name, std::string(id));
  if (rows.empty()) return InstitutionNotFound(id);
  return Institution{.id = std::string(id), .alliance_id = rows[0][0].as<std::string>()};
}

void InsertLocalCodes(pqxx::transaction_base& tx, const Institution& institution,
                      const std::vector<std::string>& codes) {
  tx.exec_prepared(queries::kInsertLocalCodes.name, institution.id, institution.alliance_id,
                   db::TextArray(codes));
}

LocalCodes GetLocalCodes(pqxx::transaction_base& tx, std::string_view institution_id,
                         const std::vector<std::string>& codes) {
  return ByCode(tx.exec_prepared(queries::kGetLocalCodes.name, std::string(institution_id),
                                 db::TextArray(codes)));
}

LocalCodes LockLocalCodes(pqxx::transaction_base& tx, std::string_view institution_id,
                          const std::vector<std::string>& codes) {
  // In a statement of its own: what is read beside a lock that was waited for may be old.
  tx.exec_prepared(queries::kLockLocalCodes.name, std::string(institution_id),
                   db::TextArray(codes));
  return GetLocalCodes(tx, institution_id, codes);
}

void InsertRows(pqxx::transaction_base& tx, const Institution& institution, const Upload& upload,
                const std::vector<NewRow>& rows) {
  if (rows.empty()) return;
  db::ArrayBuilder codes;
  db::ArrayBuilder versions;
  db::ArrayBuilder awaits;
  db::ArrayBuilder names;
  db::ArrayBuilder specifications;
  db::ArrayBuilder manufacturers;
  db::ArrayBuilder registrations;
  db::ArrayBuilder insurance_codes;
  db::ArrayBuilder prices;
  db::ArrayBuilder units;
  db::ArrayBuilder factors;
  for (const NewRow& row : rows) {
    codes.AddText(row.row.local_code);
    versions.AddInteger(row.version);
    awaits.AddBoolean(row.awaits);
    names.AddText(row.row.said.name);
    specifications.AddText(row.row.said.specification);
    manufacturers.AddText(row.row.said.manufacturer);
    registrations.AddText(row.row.said.registration_number);
    insurance_codes.AddText(row.row.said.insurance_code);
    units.AddText(row.row.unit);
    if (row.row.price.has_value()) {
      prices.AddInteger(row.row.price->ten_thousandths());
    } else {
      prices.AddNull();
    }
    if (row.row.unit_factor.has_value()) {
      factors.AddInteger(*row.row.unit_factor);
    } else {
      factors.AddNull();
    }
  }
  tx.exec_prepared(queries::kInsertLocalRows.name, institution.id, institution.alliance_id,
                   upload.uploader_id, TimestampText(upload.uploaded_at), codes.Build(),
                   versions.Build(), names.Build(), specifications.Build(), manufacturers.Build(),
                   registrations.Build(), insurance_codes.Build(), prices.Build(), units.Build(),
                   factors.Build());
  tx.exec_prepared(queries::kUpdateUploadedLocalCodes.name, institution.id, codes.Build(),
                   versions.Build(), awaits.Build());
}

std::vector<LocalCode> ListAwaiting(pqxx::transaction_base& tx, int limit) {
  std::vector<LocalCode> codes;
  for (const auto& row : tx.exec_prepared(queries::kListAwaitingLocalCodes.name, limit)) {
    codes.push_back(ReadLocalCode(row));
  }
  return codes;
}

MappingTargets LockTargets(pqxx::transaction_base& tx, const std::vector<std::string>& item_ids) {
  tx.exec_prepared(queries::kLockMappingTargets.name, db::TextArray(item_ids));
  return ReadTargets(tx, item_ids);
}

MappingTargets ReadTargets(pqxx::transaction_base& tx, const std::vector<std::string>& item_ids) {
  MappingTargets targets;
  for (const auto& row :
       tx.exec_prepared(queries::kReadMappingTargets.name, db::TextArray(item_ids))) {
    MappingTarget target = ReadTarget(row);
    std::string id = target.item_id;
    targets.emplace(std::move(id), std::move(target));
  }
  return targets;
}

void WriteJudgements(pqxx::transaction_base& tx, const Institution& institution, absl::Time now,
                     const std::vector<Judged>& judged) {
  db::ArrayBuilder codes;
  db::ArrayBuilder states;
  db::ArrayBuilder groups;
  db::ArrayBuilder scores;
  db::ArrayBuilder proposals;
  MappingArrays begun;
  for (const auto& [code, judgement] : judged) {
    codes.AddText(code->row.local_code);
    states.AddText(LocalCodeStateName(judgement.state));
    groups.AddText(judgement.review_group);
    scores.AddInteger(judgement.score);
    proposals.AddText(ProposalsJson(judgement.proposals));
    if (judgement.begin.has_value()) begun.Add(*code, *judgement.begin);
  }
  tx.exec_prepared(queries::kWriteProposals.name, institution.id, TimestampText(now), codes.Build(),
                   states.Build(), groups.Build(), scores.Build(), proposals.Build());
  begun.Insert(tx, institution, {.user_id = "", .now = now});
}

void WriteDecisions(pqxx::transaction_base& tx, const Institution& institution,
                    const Decider& decider, const std::vector<Decided>& decided) {
  EndMappings(tx, decider, decided);
  db::ArrayBuilder codes;
  db::ArrayBuilder states;
  db::ArrayBuilder reasons;
  MappingArrays begun;
  for (const auto& [code, effect] : decided) {
    codes.AddText(code->row.local_code);
    states.AddText(LocalCodeStateName(effect.state));
    reasons.AddText(effect.reason);
    if (effect.begin.has_value()) begun.Add(*code, *effect.begin);
  }
  tx.exec_prepared(queries::kDecideLocalCodes.name, institution.id, decider.user_id,
                   TimestampText(decider.now), codes.Build(), states.Build(), reasons.Build());
  begun.Insert(tx, institution, decider);
}

std::vector<LocalCode> ListReviewQueue(pqxx::transaction_base& tx,
                                       const ReviewQueueOptions& options) {
  std::vector<LocalCode> codes;
  for (const auto& row : tx.exec_prepared(queries::kListReviewQueue.name, options.institution_id,
                                          std::string(LocalCodeStateName(options.state)),
                                          options.after_group, -options.after_score,
                                          options.after_code, options.only_group, options.limit)) {
    codes.push_back(ReadLocalCode(row));
  }
  return codes;
}

std::map<LocalCodeState, int64_t> CountLocalCodes(pqxx::transaction_base& tx,
                                                  std::string_view institution_id) {
  std::map<LocalCodeState, int64_t> counts;
  for (const auto& row :
       tx.exec_prepared(queries::kCountLocalCodes.name, std::string(institution_id))) {
    counts[LocalCodeStateFromName(row["state"].as<std::string>())] = row["codes"].as<int64_t>();
  }
  return counts;
}

std::map<std::string, int64_t> CountReviewGroups(pqxx::transaction_base& tx,
                                                 const ReviewQueueOptions& options,
                                                 const std::vector<std::string>& groups) {
  std::map<std::string, int64_t> counts;
  for (const auto& row :
       tx.exec_prepared(queries::kCountReviewGroups.name, options.institution_id,
                        std::string(LocalCodeStateName(options.state)), db::TextArray(groups))) {
    counts[row["review_group"].as<std::string>()] = row["codes"].as<int64_t>();
  }
  return counts;
}

int64_t CompareAgain(pqxx::transaction_base& tx, std::string_view institution_id) {
  return static_cast<int64_t>(
      tx.exec_prepared(queries::kCompareLocalCodesAgain.name, std::string(institution_id))
          .affected_rows());
}

std::vector<RowVersion> ListRowVersions(pqxx::transaction_base& tx,
                                        const RowVersionOptions& options) {
  std::vector<RowVersion> versions;
  for (const auto& row :
       tx.exec_prepared(queries::kListLocalRowVersions.name, options.institution_id,
                        options.local_code, options.before_version, options.limit)) {
    RowVersion& version = versions.emplace_back(RowVersion{
        .version = row["version"].as<int64_t>(),
        .row = ReadRow(row),
        .upload = {.uploader_id = row["uploader_id"].as<std::string>(),
                   .uploaded_at = absl::FromUnixMicros(row["uploaded_us"].as<int64_t>())}});
    version.row.local_code = options.local_code;
  }
  return versions;
}

std::vector<MappingRecord> ListMappings(pqxx::transaction_base& tx,
                                        const MappingListOptions& options) {
  std::vector<MappingRecord> mappings;
  for (const auto& row :
       tx.exec_prepared(queries::kListMappings.name, options.institution_id, options.after_code,
                        options.after_mapping_id, options.local_code, options.item_id,
                        options.day.has_value() ? options.day->ToString() : "", options.limit)) {
    mappings.push_back(ReadMapping(row));
  }
  return mappings;
}

std::map<std::string, MappingRecord> LookupLocalCodes(pqxx::transaction_base& tx,
                                                      std::string_view institution_id,
                                                      const std::vector<std::string>& codes,
                                                      CivilDate day) {
  std::map<std::string, MappingRecord> found;
  for (const auto& row :
       tx.exec_prepared(queries::kLookupLocalCodes.name, std::string(institution_id),
                        db::TextArray(codes), day.ToString())) {
    MappingRecord mapping = ReadMapping(row);
    std::string code = mapping.local_code;
    found.emplace(std::move(code), std::move(mapping));
  }
  return found;
}

}  // namespace qingqu::catalog
