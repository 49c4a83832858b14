#include "services/cli/journal/database_leaves.h"

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>

#include "fmt/format.h"
#include <libpq-fe.h>

#include "common/base/strings.h"
#include "common/sealed_log/leaf.h"
#include "common/status/status_macros.h"
#include "services/supervision/log/journal_rows.h"

namespace qingqu::cli {
namespace {

// An instant that is none (infinity) must be a wrong leaf and not an error.
constexpr const char* kDeclare = R"(
DECLARE journal_check NO SCROLL CURSOR FOR
SELECT transaction_id, sequence,
  CASE WHEN isfinite(written_at) THEN (extract(epoch FROM written_at) * 1000000)::bigint
    ELSE '-9223372036854775808'::bigint END,
  event, method, resource, subjects, actor_user_id, actor_institution_id, actor_roles, client,
  request_id, reason, institution_id, alliance_id, supplier_id, details, restricted,
  restricted_salt, transaction_id < pg_snapshot_xmin(pg_current_snapshot()) AS final,
  transaction_id >= pg_snapshot_xmax(pg_current_snapshot()) AS impossible
FROM journal.entry ORDER BY transaction_id, sequence)";
constexpr const char* kSettings[] = {
    "SET LOCAL row_security = off", "SET LOCAL bytea_output = 'hex'",
    "SET LOCAL search_path = pg_catalog", "SET LOCAL client_encoding = 'UTF8'",
    "SET LOCAL statement_timeout = 0"};

constexpr int kFinalColumn = 19;
constexpr int kImpossibleColumn = 20;
constexpr size_t kRowsMax = 2000;
constexpr size_t kBytesWanted = size_t{4} << 20;

// Runs what libpqxx may throw in.
template <typename Work>
absl::Status Guarded(const Work& work) {
  try {
    work();
    return absl::OkStatus();
  } catch (const pqxx::insufficient_privilege& error) {
    return absl::PermissionDeniedError(error.what());
  } catch (const std::exception& error) {
    return absl::UnavailableError(error.what());
  }
}

class CursorLeaves final : public LeafSource {
 public:
  explicit CursorLeaves(pqxx::transaction_base* tx) : tx_(tx) {}
  absl::StatusOr<std::optional<Leaf>> Next() override {
    if (next_ >= rows_.size()) QINGQU_RETURN_IF_ERROR(Fetch());
    if (rows_.empty()) return std::optional<Leaf>();
    const pqxx::row row = rows_[static_cast<pqxx::result::size_type>(next_++)];
    const std::string leaf = sealed_log::LeafOf(supervision::RowOf(row));
    bytes_ += leaf.size();
    return std::optional<Leaf>({.hash = sealed_log::LeafHash(leaf),
                                .final = row[kFinalColumn].as<bool>(),
                                .impossible = row[kImpossibleColumn].as<bool>()});
  }

 private:
  absl::Status Fetch() {
    if (ended_) return absl::OkStatus();
    // An entry may have some bytes or a million.
    const size_t average = read_ == 0 ? kBytesWanted / 100 : 1 + bytes_ / read_;
    const size_t count = std::clamp<size_t>(kBytesWanted / average, 1, kRowsMax);
    QINGQU_RETURN_IF_ERROR(Guarded([&] {
      if (!declared_) {
        for (const char* setting : kSettings) tx_->exec(setting);
        tx_->exec(kDeclare);
        declared_ = true;
      }
      rows_ = tx_->exec(fmt::format("FETCH {} FROM journal_check", count));
    }));
    bytes_ = 0;
    read_ = rows_.size();
    next_ = 0;
    ended_ = rows_.empty();
    return absl::OkStatus();
  }

  pqxx::transaction_base* tx_;
  bool declared_ = false;
  bool ended_ = false;
  pqxx::result rows_;
  size_t next_ = 0;
  size_t read_ = 0;   // rows of the last part
  size_t bytes_ = 0;  // of their leaves
};

using Snapshot =
    pqxx::transaction<pqxx::isolation_level::repeatable_read, pqxx::readwrite_policy::read_only>;

class OwnLeaves final : public LeafSource {
 public:
  explicit OwnLeaves(const std::string& conninfo)
      : connection_(conninfo), tx_(connection_), leaves_(LeavesOf(&tx_)) {
    // The snapshot is taken by the first query.
    tx_.exec("SELECT 1");
  }
  absl::StatusOr<std::optional<Leaf>> Next() override { return leaves_->Next(); }

 private:
  pqxx::connection connection_;
  Snapshot tx_;
  std::unique_ptr<LeafSource> leaves_;
};

bool IsConninfo(const std::string& conninfo) {
  char* problem = nullptr;
  PQconninfoOption* options = PQconninfoParse(conninfo.c_str(), &problem);
  PQfreemem(problem);
  PQconninfoFree(options);
  return options != nullptr;
}

}  // namespace

std::unique_ptr<LeafSource> LeavesOf(pqxx::transaction_base* tx) {
  return std::make_unique<CursorLeaves>(tx);
}

absl::StatusOr<std::unique_ptr<LeafSource>> OpenDatabaseLeaves(const std::string& conninfo) {
  // libpq's own message would repeat the text, and with it a password.
  if (!IsConninfo(conninfo)) return absl::InvalidArgumentError("is no conninfo of libpq");
  std::unique_ptr<LeafSource> leaves;
  QINGQU_RETURN_IF_ERROR(Guarded([&] { leaves = std::make_unique<OwnLeaves>(conninfo); }));
  return leaves;
}

}  // namespace qingqu::cli
