#include "services/catalog/codes/code_store.h"

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/catalog/codes/code_cancellation.h"
#include "services/catalog/codes/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

namespace queries = codes::queries;

std::string TextOf(const pqxx::row& row, const char* column) {
  return row[column].as<std::string>("");
}

CodePurchaseRule ReadRule(const pqxx::row& row) {
  return {.kind = TextOf(row, "kind"),
          .action = TextOf(row, "action"),
          .until_date = ReadOptionalDate(row["until_date"]),
          .reason = TextOf(row, "reason"),
          .setter_id = TextOf(row, "setter_id"),
          .start_date = ReadDate(row["start_date"]),
          .version = row["version"].as<int64_t>()};
}

std::optional<absl::Time> ReadOptionalTime(const pqxx::field& micros) {
  if (micros.is_null()) return std::nullopt;
  return absl::FromUnixMicros(micros.as<int64_t>());
}

CodeRelease ReadCodeRelease(const pqxx::row& row) {
  return {.number = row["release_number"].as<int64_t>(),
          .id = TextOf(row, "release_id"),
          .effective_date = ReadDate(row["effective_date"]),
          .specification_count = row["specification_count"].as<int64_t>(),
          .withdrawal_count = row["withdrawal_count"].as<int64_t>(),
          .transcoding_count = row["transcoding_count"].as<int64_t>(),
          .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
          .updated_at = absl::FromUnixMicros(row["updated_us"].as<int64_t>()),
          .cancellation_proposer = {.user_id = TextOf(row, "cancellation_proposer_id"),
                                    .on_behalf_of = TextOf(row, "cancellation_proposer_for_id")},
          .cancellation_reason = TextOf(row, "cancellation_reason"),
          .cancellation_refusal = TextOf(row, "cancellation_refusal"),
          .canceller_id = TextOf(row, "canceller_id"),
          .cancelled_at = ReadOptionalTime(row["cancelled_us"]),
          .version = row["version"].as<int64_t>()};
}

// The columns of staging but its first, in the order of stage_codes.sql.
struct StagingColumns {
  db::ArrayBuilder code, line, new_code, transcoding, original_code, device_identifier,
      registration_number, product_name, manufacturer, generic_name, specification, model;

  explicit StagingColumns(std::span<const CodeRow* const> rows) {
    for (const CodeRow* row : rows) {
      code.AddText(row->code);
      line.AddInteger(row->line);
      new_code.AddTextOrNull(row->new_code);
      transcoding.AddTextOrNull(TranscodingName(row->transcoding));
      original_code.AddTextOrNull(row->original_code);
      device_identifier.AddTextOrNull(row->device_identifier);
      registration_number.AddText(row->registration_number);
      product_name.AddText(row->product_name);
      manufacturer.AddText(row->manufacturer);
      generic_name.AddText(row->generic_name);
      specification.AddText(row->specification);
      model.AddText(row->model);
    }
  }
};

}  // namespace

std::vector<StagedBefore> StageCodes(pqxx::transaction_base& tx, int64_t import_number,
                                     std::span<const CodeRow* const> rows) {
  const StagingColumns columns(rows);
  std::vector<StagedBefore> before;
  for (const auto& row : tx.exec_prepared(
           queries::kStageCodes.name, import_number, columns.code.Build(), columns.line.Build(),
           columns.new_code.Build(), columns.transcoding.Build(), columns.original_code.Build(),
           columns.device_identifier.Build(), columns.registration_number.Build(),
           columns.product_name.Build(), columns.manufacturer.Build(), columns.generic_name.Build(),
           columns.specification.Build(), columns.model.Build())) {
    before.push_back({.code = TextOf(row, "code"),
                      .first_line = row["first_line"].as<int64_t>(),
                      .same = row["same"].as<bool>()});
  }
  return before;
}

void DeleteStagedCodes(pqxx::transaction_base& tx, const std::vector<int64_t>& import_numbers) {
  if (import_numbers.empty()) return;
  tx.exec_prepared(queries::kDeleteStagedCodes.name, db::IntegerArray(import_numbers));
}

std::vector<CodeRelease> ListCodeReleases(pqxx::transaction_base& tx,
                                          const ReleaseListOptions& options) {
  std::vector<CodeRelease> releases;
  for (const auto& row :
       tx.exec_prepared(queries::kListCodeReleases.name, options.before_date.ToString(),
                        options.before_number, options.limit)) {
    releases.push_back(ReadCodeRelease(row));
  }
  return releases;
}

absl::StatusOr<CodeRelease> LockCodeRelease(pqxx::transaction_base& tx, const std::string& id) {
  tx.exec_prepared(queries::kLimitCodeMerge.name);
  // Before the release, as imports do.
  tx.exec_prepared(queries::kLockNationalCodes.name);
  const pqxx::result rows = tx.exec_prepared(queries::kLockCodeRelease.name, id);
  if (rows.empty()) return CodeReleaseNotFound(id);
  return ReadCodeRelease(rows[0]);
}

absl::Status CheckNotBuiltUpon(pqxx::transaction_base& tx, const CodeRelease& release) {
  const pqxx::result later = tx.exec_prepared(queries::kFindReleaseBuiltUpon.name,
                                              release.effective_date.ToString(), release.number);
  if (later.empty()) return absl::OkStatus();
  return CodeReleaseBuiltUpon(release.id, later[0]["release_id"].as<std::string>());
}

void KeepProposedCancellation(pqxx::transaction_base& tx, const CodeRelease& release) {
  tx.exec_prepared(queries::kProposeReleaseCancellation.name, release.number,
                   release.cancellation_proposer.user_id, release.cancellation_reason);
}

void KeepRejectedCancellation(pqxx::transaction_base& tx, const CodeRelease& release) {
  tx.exec_prepared(queries::kRejectReleaseCancellation.name, release.number,
                   release.cancellation_refusal);
}

void KeepCancellation(pqxx::transaction_base& tx, const CodeRelease& release) {
  tx.exec_prepared(queries::kCancelCodeRelease.name, release.number, release.canceller_id,
                   TimestampText(*release.cancelled_at));
}

void TellItemsOfCancellation(pqxx::transaction_base& tx, const CallContext& call,
                             const CodeRelease& release, CivilDate day) {
  tx.exec_prepared(queries::kTellItemsOfCancellation.name, release.number, release.id,
                   day.ToString(), call.method, call.request_id, release.cancellation_reason,
                   "item_code.reverted");
}

std::vector<NationalCode> ReadNationalCodes(pqxx::transaction_base& tx,
                                            const std::vector<std::string>& codes, CivilDate day) {
  std::vector<NationalCode> found;
  for (const auto& row :
       tx.exec_prepared(queries::kReadNationalCodes.name, db::TextArray(codes), day.ToString())) {
    found.push_back({.description = {.code = TextOf(row, "code"),
                                     .new_code = TextOf(row, "new_code"),
                                     .transcoding = TranscodingFromName(TextOf(row, "transcoding")),
                                     .original_code = TextOf(row, "original_code"),
                                     .device_identifier = TextOf(row, "device_identifier"),
                                     .registration_number = TextOf(row, "registration_number"),
                                     .product_name = TextOf(row, "product_name"),
                                     .manufacturer = TextOf(row, "manufacturer"),
                                     .generic_name = TextOf(row, "generic_name"),
                                     .specification = TextOf(row, "specification"),
                                     .model = TextOf(row, "model")},
                     .described = row["described"].as<bool>(),
                     .state = TextOf(row, "state"),
                     .effective_date = ReadDate(row["effective_date"]),
                     .release_id = TextOf(row, "release_id")});
  }
  return found;
}

std::vector<std::string> ListNationalCodes(pqxx::transaction_base& tx,
                                           const CodeListOptions& options) {
  // ':' follows '9', so this is the end of the codes that begin so.
  const std::string end = options.prefix.empty() ? "D" : options.prefix + ":";
  std::vector<std::string> codes;
  for (const auto& row : tx.exec_prepared(queries::kListNationalCodes.name, options.after_code,
                                          options.prefix, end, options.limit)) {
    codes.push_back(row[0].as<std::string>());
  }
  return codes;
}

std::vector<CodeEvent> ListCodeEvents(pqxx::transaction_base& tx,
                                      const CodeEventListOptions& options) {
  std::vector<CodeEvent> events;
  for (const auto& row : tx.exec_prepared(queries::kListNationalCodeEvents.name, options.code,
                                          options.after_date.ToString(), options.after_release,
                                          options.after_rank, options.limit)) {
    events.push_back({.effective_date = ReadDate(row["effective_date"]),
                      .release_number = row["release_number"].as<int64_t>(),
                      .rank = row["rank"].as<int>(),
                      .state = TextOf(row, "state"),
                      .release_id = TextOf(row, "release_id"),
                      .new_code = TextOf(row, "new_code"),
                      .transcoding = TranscodingFromName(TextOf(row, "transcoding")),
                      .specification = TextOf(row, "specification"),
                      .model = TextOf(row, "model"),
                      .product_name = TextOf(row, "product_name"),
                      .cancelled_at = ReadOptionalTime(row["cancelled_us"]),
                      .cancellation_reason = TextOf(row, "cancellation_reason")});
  }
  return events;
}

std::vector<ItemWithCode> ListItemsWithWithdrawnCodes(pqxx::transaction_base& tx,
                                                      const ItemCodeListOptions& options) {
  std::vector<ItemWithCode> items;
  for (const auto& row :
       tx.exec_prepared(queries::kListItemsWithWithdrawnCodes.name, options.after_id,
                        options.day.ToString(), options.limit)) {
    items.push_back({.item_id = TextOf(row, "item_id"),
                     .display_name = TextOf(row, "display_name"),
                     .national_code = TextOf(row, "national_code"),
                     .state = TextOf(row, "state"),
                     .effective_date = ReadDate(row["effective_date"]),
                     .new_code = TextOf(row, "new_code"),
                     .transcoding = TranscodingFromName(TextOf(row, "transcoding")),
                     .release_id = TextOf(row, "release_id"),
                     .action = TextOf(row, "action")});
  }
  return items;
}

std::vector<CodePurchaseRule> ListCodePurchaseRules(pqxx::transaction_base& tx, CivilDate day) {
  std::vector<CodePurchaseRule> rules;
  for (const auto& row : tx.exec_prepared(queries::kListCodePurchaseRules.name, day.ToString())) {
    rules.push_back(ReadRule(row));
  }
  return rules;
}

CodePurchaseRule LastCodePurchaseRule(pqxx::transaction_base& tx, const std::string& kind) {
  return ReadRule(tx.exec_prepared1(queries::kFindLastCodePurchaseRule.name, kind));
}

bool InsertCodePurchaseRule(pqxx::transaction_base& tx, const CodePurchaseRule& rule,
                            absl::Time now) {
  const pqxx::result inserted = tx.exec_prepared(
      queries::kInsertCodePurchaseRule.name, rule.kind, rule.version, rule.start_date.ToString(),
      rule.action, rule.until_date.has_value() ? rule.until_date->ToString() : "", rule.reason,
      rule.setter_id, TimestampText(now));
  return inserted.affected_rows() == 1;
}

}  // namespace qingqu::catalog
