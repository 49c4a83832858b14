#include "services/supervision/log/journal_rows.h"

#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/sealed_log/encoding.h"

namespace qingqu::supervision {
namespace {

std::string_view TextOf(const pqxx::field& field) { return {field.c_str(), field.size()}; }

std::optional<std::string_view> OptionalTextOf(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  return TextOf(field);
}

std::optional<std::string> BytesOfField(const pqxx::field& field) {
  if (field.is_null()) return std::nullopt;
  absl::StatusOr<std::string> bytes = sealed_log::BytesFromHex(TextOf(field).substr(2));
  QINGQU_CHECK(bytes.ok());  // bytea_output is hex
  return *std::move(bytes);
}

}  // namespace

sealed_log::JournalRow RowOf(const pqxx::row& row) {
  return {.transaction_id = row[0].as<uint64_t>(),
          .sequence = row[1].as<int64_t>(),
          .written_us = row[2].as<int64_t>(),
          .event = TextOf(row[3]),
          .method = TextOf(row[4]),
          .resource = TextOf(row[5]),
          .subjects = TextOf(row[6]),
          .actor_user_id = TextOf(row[7]),
          .actor_institution_id = OptionalTextOf(row[8]),
          .actor_roles = TextOf(row[9]),
          .client = TextOf(row[10]),
          .request_id = OptionalTextOf(row[11]),
          .reason = OptionalTextOf(row[12]),
          .institution_id = OptionalTextOf(row[13]),
          .alliance_id = OptionalTextOf(row[14]),
          .supplier_id = OptionalTextOf(row[15]),
          .details = TextOf(row[16]),
          .restricted = TextOf(row[17]),
          .salt = BytesOfField(row[18])};
}

}  // namespace qingqu::supervision
