#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace qingqu::auth {

// What each role holds, at one version of the table that an administrator edits. Never changes, so
// that a call sees one table from its beginning to its end, and any number of threads read it.
class RoleTable {
 public:
  // `roles_of_permission`: every permission that the table decides, also those that no role holds.
  // What it does not name is as in the seed: an upgrade brings permissions before it brings their
  // rows.
  explicit RoleTable(const std::map<std::string, std::vector<std::string>>& roles_of_permission);

  bool Holds(std::string_view role, std::string_view permission) const;

 private:
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_map<std::string, std::vector<std::string>, Hash, std::equal_to<>> roles_;
};

// The table that a process goes by now. Thread-safe: one writer (db::RoleWatch), any number of
// calls, each of which takes the table once.
class RoleSource {
 public:
  // Null until a table has been read: then nobody may do anything, because the seed may grant what
  // an administrator took away.
  std::shared_ptr<const RoleTable> Current() const;
  void Replace(std::shared_ptr<const RoleTable> table);

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const RoleTable> table_;  // guarded by mutex_
};

}  // namespace qingqu::auth
