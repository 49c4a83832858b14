#include "services/identity/post_store.h"

#include <sstream>

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "services/identity/errors.h"
#include "services/identity/organisation_change_store.h"
#include "services/identity/organisation_errors.h"
#include "services/identity/post_errors.h"
#include "services/identity/queries.h"
#include "services/identity/user_store.h"

namespace qingqu::identity {
namespace {

absl::Time InstantOr(const pqxx::field& micros, absl::Time otherwise) {
  return micros.is_null() ? otherwise : absl::FromUnixMicros(micros.as<int64_t>());
}

Post PostIn(const pqxx::row& row) {
  Post post{.post_id = row["post_id"].as<std::string>(),
            .user_id = row["user_id"].as<std::string>(),
            .scope = ScopeOfName(row["scope"].as<std::string>()),
            .institution_id = row["institution_id"].as<std::string>(),
            .alliance_id = row["alliance_id"].as<std::string>(),
            .supplier_id = row["supplier_id"].as<std::string>(),
            .department_id = row["department_id"].as<std::string>(),
            .starts_at = absl::FromUnixMicros(row["starts_us"].as<int64_t>()),
            .ends_at = InstantOr(row["ends_us"], absl::InfiniteFuture()),
            .version = row["version"].as<int64_t>(),
            .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>())};
  std::istringstream roles(row["roles"].as<std::string>());
  for (std::string role; roles >> role;) post.roles.push_back(role);
  return post;
}

std::vector<Post> PostsIn(const pqxx::result& rows) {
  std::vector<Post> posts;
  for (const auto& row : rows) posts.push_back(PostIn(row));
  return posts;
}

std::optional<Post> FirstIn(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return PostIn(rows[0]);
}

// The catalogue's suppliers are the organisations; one that is suspended gets no more people.
absl::Status CheckSupplier(pqxx::transaction_base& tx, const std::string& supplier_id) {
  const pqxx::result found = tx.exec_prepared(queries::kReadSupplierState.name, supplier_id);
  if (found.empty()) return SupplierNotUsable(supplier_id, "the catalogue has none");
  if (found[0]["state"].as<std::string>() == "suspended") {
    return SupplierNotUsable(supplier_id, "it is suspended");
  }
  return absl::OkStatus();
}

}  // namespace

void LockGrants(pqxx::transaction_base& tx) { LockNamed(tx, "roles"); }

absl::Status PlacePost(pqxx::transaction_base& tx, std::string_view prefix, Post& post) {
  if (!post.institution_id.empty()) {
    const auto alliance_id = FindAllianceOfInstitution(tx, post.institution_id);
    if (!alliance_id.has_value()) return InstitutionNotFound(post.institution_id);
    if (post.alliance_id.empty()) post.alliance_id = *alliance_id;
    if (post.alliance_id != *alliance_id) {
      return InvalidField(fmt::format("{}.alliance", prefix),
                          "is not the alliance of the institution");
    }
  } else if (!post.alliance_id.empty() && !AllianceIsThere(tx, post.alliance_id)) {
    return AllianceNotFound(post.alliance_id);
  }
  if (!post.supplier_id.empty()) return CheckSupplier(tx, post.supplier_id);
  if (!post.department_id.empty()) {
    const pqxx::result found =
        tx.exec_prepared(queries::kFindDepartment.name, post.department_id, post.institution_id);
    if (!found[0]["there"].as<bool>()) return DepartmentNotFound(post.department_id);
  }
  if (post.institution_id.empty()) return absl::OkStatus();
  return HoldOpen(tx, post.institution_id, post.department_id);
}

void InsertPost(pqxx::transaction_base& tx, const Post& post) {
  tx.exec_prepared(
      queries::kInsertPost.name, post.post_id, post.user_id, db::TextArray(post.roles),
      std::string(auth::ScopeName(post.scope)), post.institution_id, post.alliance_id,
      post.supplier_id, post.department_id, InstantText(post.starts_at),
      post.ends_at == absl::InfiniteFuture() ? std::string() : InstantText(post.ends_at),
      InstantText(post.created_at));
}

std::optional<Post> ReadPost(pqxx::transaction_base& tx, const std::string& post_id) {
  return FirstIn(tx.exec_prepared(queries::kReadPost.name, post_id));
}

std::optional<Post> LockPost(pqxx::transaction_base& tx, const std::string& post_id) {
  return FirstIn(tx.exec_prepared(queries::kLockPost.name, post_id));
}

std::vector<Post> PostsOfUser(pqxx::transaction_base& tx, const std::string& user_id,
                              absl::Time now) {
  return PostsIn(tx.exec_prepared(queries::kListPostsOfUser.name, user_id, InstantText(now)));
}

std::vector<Post> ListPosts(pqxx::transaction_base& tx, const PageOf& page,
                            const PostFilter& filter) {
  return PostsIn(tx.exec_prepared(queries::kListPosts.name, page.after, page.rows_max,
                                  filter.user_id, filter.institution_id, filter.alliance_id,
                                  filter.supplier_id, filter.department_id));
}

void EndPost(pqxx::transaction_base& tx, const std::string& post_id, absl::Time ends_at) {
  tx.exec_prepared(queries::kEndPost.name, post_id, InstantText(ends_at));
}

void EndPostsOfUser(pqxx::transaction_base& tx, const std::string& user_id, absl::Time ends_at) {
  tx.exec_prepared(queries::kEndPostsOfUser.name, user_id, InstantText(ends_at));
}

absl::Status CheckSeparation(pqxx::transaction_base& tx, const std::string& user_id) {
  const pqxx::result conflicts = tx.exec_prepared(queries::kFindSeparationConflict.name, user_id);
  if (conflicts.empty()) return absl::OkStatus();
  return PersonSeparation(conflicts[0]["user_id"].as<std::string>(),
                          conflicts[0]["proposing"].as<std::string>(),
                          conflicts[0]["approving"].as<std::string>());
}

}  // namespace qingqu::identity
