#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "services/identity/api_key.h"

namespace qingqu::identity {

// The account of a program.
struct MachineClient {
  std::string user_id;
  std::vector<std::string> certificates;
  absl::Time created_at;
};

// False when it is one already.
bool InsertMachineClient(pqxx::transaction_base& tx, const MachineClient& client);
std::optional<MachineClient> ReadMachineClient(pqxx::transaction_base& tx,
                                               const std::string& user_id);
void SetMachineCertificates(pqxx::transaction_base& tx, const std::string& user_id,
                            const std::vector<std::string>& certificates);

void InsertApiKey(pqxx::transaction_base& tx, const ApiKey& key);
// All of the user's, the newest first.
std::vector<ApiKey> ListApiKeys(pqxx::transaction_base& tx, const std::string& user_id);
std::optional<ApiKey> FindApiKey(pqxx::transaction_base& tx, const std::string& handle);
void RevokeApiKey(pqxx::transaction_base& tx, const std::string& handle, absl::Time now);
// It was used; kept to the minute.
void TouchApiKey(pqxx::transaction_base& tx, const std::string& handle, absl::Time now);

}  // namespace qingqu::identity
