#include "tests/support/test_database.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "pqxx/pqxx"

#include "common/base/check.h"
#include "common/base/uuid.h"

namespace qingqu::testing {
namespace {

std::string ServerConninfo() {
  const char* server = std::getenv("QINGQU_TEST_POSTGRES");
  if (server == nullptr || *server == '\0') {
    fmt::print(stderr, "QINGQU_TEST_POSTGRES is not set; run through tests/run\n");
    std::exit(1);
  }
  return server;
}

// The same without its user, so that a role can be chosen.
std::string WithoutUser(const std::string& conninfo) {
  std::string result;
  size_t begin = 0;
  while (begin < conninfo.size()) {
    size_t end = conninfo.find(' ', begin);
    if (end == std::string::npos) end = conninfo.size();
    const std::string part = conninfo.substr(begin, end - begin);
    if (part.rfind("user=", 0) != 0 && part.rfind("dbname=", 0) != 0) result += part + " ";
    begin = end + 1;
  }
  return result;
}

auth::Scope ScopeOf(std::string_view role) {
  if (role == "supplier") return auth::Scope::kSupplier;
  if (role == "operator" || role == "procurement_officer") return auth::Scope::kAlliance;
  if (role == "hospital_pharmacist" || role == "department_nurse" || role == "approver") {
    return auth::Scope::kInstitution;
  }
  return auth::Scope::kCounty;
}

}  // namespace

TestDatabase::TestDatabase() : server_(ServerConninfo()) {
  static std::atomic<int> counter{0};
  name_ = fmt::format("qingqu_test_{}_{}", getpid(), counter.fetch_add(1));
  conninfo_ = WithoutUser(server_) + "dbname=" + name_;
  pqxx::connection connection(server_ + " dbname=postgres");
  pqxx::nontransaction tx(connection);
  tx.exec(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
  tx.exec(fmt::format("CREATE DATABASE {} TEMPLATE qingqu_template", name_));
}

TestDatabase::~TestDatabase() {
  try {
    pqxx::connection connection(server_ + " dbname=postgres");
    pqxx::nontransaction tx(connection);
    tx.exec(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_));
  } catch (const std::exception& failure) {
    fmt::print(stderr, "cannot drop {}: {}\n", name_, failure.what());
  }
}

std::string TestDatabase::superuser_conninfo() const { return server_ + " dbname=" + name_; }

std::string TestDatabase::conninfo_as(std::string_view area) const {
  return fmt::format("{} user=qingqu_{}", conninfo_, area);
}

std::unique_ptr<db::ConnectionPool> TestDatabase::NewPool(std::string_view area,
                                                          std::vector<const db::Query*> queries,
                                                          int connections_max) const {
  return std::make_unique<db::ConnectionPool>(
      db::ConnectionPool::Options{.conninfo = conninfo_as(area),
                                  .connections_max = connections_max,
                                  .queries = std::move(queries)});
}

std::string TestDatabase::Value(const std::string& sql) const {
  pqxx::connection connection(superuser_conninfo());
  pqxx::nontransaction tx(connection);
  const pqxx::result rows = tx.exec(sql);
  if (rows.empty() || rows[0][0].is_null()) return "";
  return rows[0][0].as<std::string>();
}

bool TestDatabase::WaitForLockWaiter() const {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (std::chrono::steady_clock::now() < end) {
    if (Value("SELECT count(*) FROM pg_locks WHERE NOT granted AND database = "
              "(SELECT oid FROM pg_database WHERE datname = current_database())") != "0") {
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return false;
}

void TestDatabase::Execute(const std::string& sql) const {
  pqxx::connection connection(superuser_conninfo());
  pqxx::work tx(connection);
  tx.exec(sql);
  tx.commit();
}

void TestDatabase::WaitForJournalHorizon() const {
  const absl::Time until = absl::Now() + absl::Seconds(60);
  while (Value("SELECT journal.horizon() > max(transaction_id) FROM journal.entry") == "f") {
    QINGQU_CHECK(absl::Now() < until);
    absl::SleepFor(absl::Milliseconds(5));
  }
}

std::string TestDatabase::PrepareAll(std::string_view area,
                                     const std::vector<const db::Query*>& queries) const {
  pqxx::connection connection(conninfo_as(area));
  for (const db::Query* query : queries) {
    try {
      connection.prepare(query->name, query->sql);
      connection.prepare_now(query->name);
    } catch (const std::exception& failure) {
      return fmt::format("{}: {}", query->name, failure.what());
    }
  }
  return "";
}

auth::Principal PrincipalOf(std::string_view user_id, std::string_view role,
                            std::string_view institution_id, std::string_view alliance_id) {
  auth::Principal principal;
  principal.user_id = user_id;
  principal.roles = {std::string(role)};
  principal.scope = ScopeOf(role);
  if (principal.scope == auth::Scope::kInstitution) principal.institution_id = institution_id;
  if (principal.scope == auth::Scope::kInstitution || principal.scope == auth::Scope::kAlliance) {
    principal.alliance_id = alliance_id;
  }
  return principal;
}

CallContext CallBy(std::string_view user_id, std::string_view role, std::string_view institution_id,
                   std::string_view alliance_id) {
  CallContext call;
  call.principal = PrincipalOf(user_id, role, institution_id, alliance_id);
  call.method = "test/Test";
  call.client = "grpc";
  call.request_id = NewRequestId();
  call.received_at = absl::Now();
  return call;
}

CallContext CallBySupplier(std::string_view user_id, std::string_view supplier_id) {
  CallContext call = CallBy(user_id, "supplier");
  call.principal.supplier_id = supplier_id;
  return call;
}

CallContext WithRequestId(CallContext call, std::string request_id) {
  call.request_id = std::move(request_id);
  return call;
}

std::string NewRequestId() {
  static const SystemClock clock;
  return NewUuidV7(clock).ToString();
}

}  // namespace qingqu::testing
