#include "common/auth/role_table.h"

#include <algorithm>
#include <utility>

#include "common/auth/role_grants.h"

namespace qingqu::auth {

RoleTable::RoleTable(const std::map<std::string, std::vector<std::string>>& roles_of_permission)
    : roles_(roles_of_permission.begin(), roles_of_permission.end()) {}

bool RoleTable::Holds(std::string_view role, std::string_view permission) const {
  const auto found = roles_.find(permission);
  if (found == roles_.end()) return RoleHolds(role, permission);
  return std::find(found->second.begin(), found->second.end(), role) != found->second.end();
}

std::shared_ptr<const RoleTable> RoleSource::Current() const {
  const std::lock_guard lock(mutex_);
  return table_;
}

void RoleSource::Replace(std::shared_ptr<const RoleTable> table) {
  const std::lock_guard lock(mutex_);
  table_.swap(table);
}

}  // namespace qingqu::auth
