#include "common/db/connection_pool.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "fmt/format.h"

#include "common/db/core_queries.h"
#include "common/db/sqlstate.h"
#include "common/status/status.h"

namespace qingqu::db {
namespace {

constexpr std::string_view kSessionOptions =
    " connect_timeout=5 application_name=qingqu client_encoding=UTF8"
    " options='-c statement_timeout=30s -c lock_timeout=10s"
    " -c idle_in_transaction_session_timeout=60s -c TimeZone=UTC"
    // Rows are fetched by key, a few thousand of millions: the planner is not to read whole tables
    // because it takes disks for turning ones, nor to compile statements of milliseconds.
    " -c random_page_cost=1.1 -c jit=off'";

}  // namespace

ConnectionPool::ConnectionPool(Options options) : options_(std::move(options)) {
  options_.conninfo += kSessionOptions;
}

ConnectionPool::Lease::~Lease() {
  if (connection_ != nullptr) pool_->Return(std::move(connection_));
}

void ConnectionPool::Lease::Discard() {
  connection_->session.reset();
  pool_->Return(std::move(connection_));
}

absl::StatusOr<ConnectionPool::Lease> ConnectionPool::Acquire(absl::Time deadline,
                                                              const CallerSettings* caller) {
  {
    std::unique_lock lock(mutex_);
    const auto available = [this] {
      return !idle_.empty() || open_count_ < options_.connections_max;
    };
    if (!freed_.wait_until(lock, absl::ToChronoTime(deadline), available)) {
      return MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                       "no database connection became free in time; try again later");
    }
    if (!idle_.empty()) return Lease(this, TakeIdle(caller));
    ++open_count_;
  }
  absl::StatusOr<std::unique_ptr<Connection>> opened = Open();
  if (!opened.ok()) {
    Return(nullptr);
    return opened.status();
  }
  return Lease(this, *std::move(opened));
}

std::unique_ptr<Connection> ConnectionPool::TakeIdle(const CallerSettings* caller) {
  auto taken = idle_.begin();
  if (caller != nullptr) {
    const auto known =
        std::find_if(idle_.begin(), idle_.end(), [caller](const std::unique_ptr<Connection>& idle) {
          return idle->entered_scope == *caller;
        });
    if (known != idle_.end()) taken = known;
  }
  std::unique_ptr<Connection> connection = std::move(*taken);
  idle_.erase(taken);
  return connection;
}

void ConnectionPool::Return(std::unique_ptr<Connection> connection) {
  {
    const std::lock_guard lock(mutex_);
    if (connection != nullptr && connection->session != nullptr) {
      idle_.push_back(std::move(connection));
    } else {
      --open_count_;
    }
  }
  freed_.notify_one();
}

absl::StatusOr<std::unique_ptr<Connection>> ConnectionPool::Open() const {
  try {
    auto connection = std::make_unique<Connection>();
    connection->session = std::make_unique<pqxx::connection>(options_.conninfo);
    // What PostgreSQL adds to an error's first line are the row's values: they may name a patient,
    // and the text goes into the log.
    connection->session->set_verbosity(pqxx::connection_base::terse);
    for (const Query* query : kCoreQueries) {
      connection->session->prepare(query->name, query->sql);
    }
    for (const Query* query : options_.queries) {
      connection->session->prepare(query->name, query->sql);
    }
    return connection;
  } catch (const std::exception& failure) {
    return StatusFromException(failure).status;
  }
}

absl::Status CancelStatement(pqxx::connection_base& session) {
  try {
    session.cancel_query();
    return absl::OkStatus();
  } catch (const std::exception& failure) {
    return StatusFromException(failure).status;
  }
}

}  // namespace qingqu::db
