#include "services/identity/api_key_store.h"

#include <sstream>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/identity/organisation_store.h"
#include "services/identity/queries.h"

namespace qingqu::identity {
namespace {

absl::Time InstantIn(const pqxx::row& row, const char* column) {
  return absl::FromUnixMicros(row[column].as<int64_t>());
}

ApiKey KeyOf(const pqxx::row& row) {
  return {.handle = row["handle"].as<std::string>(),
          .user_id = row["user_id"].as<std::string>(),
          .secret_hash = row["secret_hash"].as<std::string>(),
          .created_at = InstantIn(row, "created_us"),
          .expires_at = InstantIn(row, "expires_us"),
          .revoked_at = InstantIn(row, "revoked_us"),
          .last_used_at = InstantIn(row, "last_used_us")};
}

}  // namespace

bool InsertMachineClient(pqxx::transaction_base& tx, const MachineClient& client) {
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertMachineClient.name, client.user_id,
                       db::TextArray(client.certificates), InstantText(client.created_at));
  return inserted.affected_rows() == 1;
}

std::optional<MachineClient> ReadMachineClient(pqxx::transaction_base& tx,
                                               const std::string& user_id) {
  const pqxx::result rows = tx.exec_prepared(queries::kReadMachineClient.name, user_id);
  if (rows.empty()) return std::nullopt;
  MachineClient client{.user_id = user_id, .created_at = InstantIn(rows[0], "created_us")};
  std::istringstream certificates(rows[0]["certificates"].as<std::string>());
  for (std::string one; certificates >> one;) client.certificates.push_back(one);
  return client;
}

void SetMachineCertificates(pqxx::transaction_base& tx, const std::string& user_id,
                            const std::vector<std::string>& certificates) {
  tx.exec_prepared(queries::kSetMachineCertificates.name, user_id, db::TextArray(certificates));
}

void InsertApiKey(pqxx::transaction_base& tx, const ApiKey& key) {
  tx.exec_prepared(queries::kInsertApiKey.name, key.handle, key.user_id, key.secret_hash,
                   InstantText(key.created_at), InstantText(key.expires_at));
}

std::vector<ApiKey> ListApiKeys(pqxx::transaction_base& tx, const std::string& user_id) {
  std::vector<ApiKey> keys;
  for (const auto& row : tx.exec_prepared(queries::kListApiKeys.name, user_id)) {
    keys.push_back(KeyOf(row));
  }
  return keys;
}

std::optional<ApiKey> FindApiKey(pqxx::transaction_base& tx, const std::string& handle) {
  const pqxx::result rows = tx.exec_prepared(queries::kFindApiKey.name, handle);
  if (rows.empty()) return std::nullopt;
  return KeyOf(rows[0]);
}

void RevokeApiKey(pqxx::transaction_base& tx, const std::string& handle, absl::Time now) {
  tx.exec_prepared(queries::kRevokeApiKey.name, handle, InstantText(now));
}

void TouchApiKey(pqxx::transaction_base& tx, const std::string& handle, absl::Time now) {
  tx.exec_prepared(queries::kTouchApiKey.name, handle, InstantText(now));
}

}  // namespace qingqu::identity
