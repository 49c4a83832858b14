#pragma once

#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "services/cli/messages.h"

namespace qingqu::cli {

// What a session at one server consists of.
struct Credential {
  std::string user;  // users/{user}
  std::string access_token;
  absl::Time access_token_expire_time;
  std::string refresh_token;  // works once
};

// Holds a lock on a folder's credentials among all processes of this machine until it is destroyed.
class CredentialLock {
 public:
  explicit CredentialLock(int file) : file_(file) {}
  ~CredentialLock();
  CredentialLock(CredentialLock&& other) noexcept : file_(other.file_) { other.file_ = -1; }
  CredentialLock(const CredentialLock&) = delete;
  CredentialLock& operator=(const CredentialLock&) = delete;

 private:
  int file_;
};

// credentials.json in the configuration folder: one credential for each server. Readable by its
// owner alone; a file that others can read is refused. Errors are local-file errors.
class CredentialStore {
 public:
  CredentialStore(std::string folder, const Catalogue& catalogue)
      : folder_(std::move(folder)), catalogue_(catalogue) {}

  // Waits for other processes. Whoever changes credentials holds the lock from reading to writing.
  absl::StatusOr<CredentialLock> Lock() const;
  // Nothing when there is none for `server`.
  absl::StatusOr<std::optional<Credential>> Load(const std::string& server) const;
  absl::Status Save(const std::string& server, const Credential& credential) const;
  absl::Status Remove(const std::string& server) const;

  std::string path() const { return folder_ + "/credentials.json"; }

 private:
  absl::StatusOr<std::map<std::string, Credential>> ReadAll() const;
  absl::Status WriteAll(const std::map<std::string, Credential>& credentials) const;
  absl::Status CheckMode() const;

  std::string folder_;
  Catalogue catalogue_;
};

}  // namespace qingqu::cli
