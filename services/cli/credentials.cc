#include "services/cli/credentials.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "nlohmann/json.hpp"

#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/exit_code.h"
#include "services/cli/local_file.h"

namespace qingqu::cli {
namespace {

using nlohmann::json;

constexpr size_t kFileBytesMax = size_t{1} << 20;

std::optional<Credential> FromJson(const json& value) {
  if (!value.is_object()) return std::nullopt;
  for (const char* key : {"user", "access_token", "refresh_token"}) {
    if (!value.contains(key) || !value[key].is_string()) return std::nullopt;
  }
  const auto seconds = value.find("access_token_expire_time");
  if (seconds == value.end() || !seconds->is_number_integer()) return std::nullopt;
  return Credential{.user = value["user"],
                    .access_token = value["access_token"],
                    .access_token_expire_time = absl::FromUnixSeconds(seconds->get<int64_t>()),
                    .refresh_token = value["refresh_token"]};
}

json ToJson(const Credential& credential) {
  return {{"user", credential.user},
          {"access_token", credential.access_token},
          {"access_token_expire_time", absl::ToUnixSeconds(credential.access_token_expire_time)},
          {"refresh_token", credential.refresh_token}};
}

}  // namespace

CredentialLock::~CredentialLock() {
  // Closing the file ends the lock.
  if (file_ >= 0) close(file_);
}

absl::StatusOr<CredentialLock> CredentialStore::Lock() const {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  const std::string lock_path = folder_ + "/credentials.lock";
  const int file = open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
  if (file < 0) return FileError(Message::kFileNotWritable, lock_path, errno, catalogue_);
  CredentialLock lock(file);
  while (flock(file, LOCK_EX) != 0) {
    if (errno == EINTR) continue;
    return FileError(Message::kFileNotWritable, lock_path, errno, catalogue_);
  }
  return lock;
}

absl::StatusOr<std::optional<Credential>> CredentialStore::Load(const std::string& server) const {
  QINGQU_ASSIGN_OR_RETURN(const auto credentials, ReadAll());
  const auto found = credentials.find(server);
  if (found == credentials.end()) return std::optional<Credential>();
  return std::optional<Credential>(found->second);
}

absl::Status CredentialStore::Save(const std::string& server, const Credential& credential) const {
  QINGQU_ASSIGN_OR_RETURN(auto credentials, ReadAll());
  credentials.insert_or_assign(server, credential);
  return WriteAll(credentials);
}

absl::Status CredentialStore::Remove(const std::string& server) const {
  QINGQU_ASSIGN_OR_RETURN(auto credentials, ReadAll());
  if (credentials.erase(server) == 0) return absl::OkStatus();
  return WriteAll(credentials);
}

absl::Status CredentialStore::CheckMode() const {
  struct stat information = {};
  if (stat(path().c_str(), &information) != 0) return absl::OkStatus();
  if ((information.st_mode & (S_IRWXG | S_IRWXO)) == 0) return absl::OkStatus();
  return LocalFileError(MakeError(absl::StatusCode::kFailedPrecondition, "CREDENTIALS_EXPOSED",
                                  catalogue_.Format(Message::kCredentialsExposed, path(), path())));
}

absl::StatusOr<std::map<std::string, Credential>> CredentialStore::ReadAll() const {
  QINGQU_RETURN_IF_ERROR(CheckMode());
  std::map<std::string, Credential> credentials;
  const auto text = ReadWholeFile(path(), kFileBytesMax, catalogue_);
  if (absl::IsNotFound(text.status())) return credentials;
  if (!text.ok()) return text.status();
  const absl::Status damaged =
      LocalFileError(MakeError(absl::StatusCode::kInvalidArgument, "CREDENTIALS_INVALID",
                               catalogue_.Format(Message::kCredentialsInvalid, path())));
  const json document = json::parse(*text, nullptr, false);
  if (!document.is_object()) return damaged;
  for (const auto& [server, value] : document.items()) {
    const std::optional<Credential> credential = FromJson(value);
    if (!credential.has_value()) return damaged;
    credentials.emplace(server, *credential);
  }
  return credentials;
}

absl::Status CredentialStore::WriteAll(const std::map<std::string, Credential>& credentials) const {
  json document = json::object();
  for (const auto& [server, credential] : credentials) document[server] = ToJson(credential);
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  return ReplacePrivateFile(
      path(), document.dump(2, ' ', false, json::error_handler_t::replace) + "\n", catalogue_);
}

}  // namespace qingqu::cli
