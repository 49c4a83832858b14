#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/auth/call_context.h"
#include "common/db/connection_pool.h"

namespace qingqu::testing {

// A fresh database made from the migrations (a copy of the template that tests/run prepares),
// dropped at destruction. Ends the test process with "run through tests/run" when there is no
// PostgreSQL for tests.
class TestDatabase {
 public:
  TestDatabase();
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // Conninfo without user: for ServiceHost.
  const std::string& conninfo() const { return conninfo_; }
  // As superuser, whom row-level security does not bind: to look behind the scenes.
  std::string superuser_conninfo() const;
  // As the service's role: "catalog".
  std::string conninfo_as(std::string_view area) const;
  std::unique_ptr<db::ConnectionPool> NewPool(std::string_view area,
                                              std::vector<const db::Query*> queries,
                                              int connections_max = 4) const;

  // Runs one statement as superuser and returns the first column of the first row, "" when there is
  // none or it is NULL.
  std::string Value(const std::string& sql) const;
  void Execute(const std::string& sql) const;
  // Returns when somebody waits for a lock in this database, and false when nobody did for half a
  // minute.
  bool WaitForLockWaiter() const;

  // Returns when followers may read every entry that is there: transactions in other databases of
  // the cluster, which other tests run, hold the journal's horizon down, too. Ends the process when
  // that takes a minute.
  void WaitForJournalHorizon() const;

  // Prepares every query as the service's role; the text of the first failure, "" when all are
  // fine.
  std::string PrepareAll(std::string_view area, const std::vector<const db::Query*>& queries) const;

 private:
  std::string server_;
  std::string name_;
  std::string conninfo_;
};

// A call by a user with one role. `institution_id` and `alliance_id` as given; scope by the role:
// bureaus and inspectors see the county, operators and officers their alliance, suppliers their
// own, others their institution.
CallContext CallBy(std::string_view user_id, std::string_view role,
                   std::string_view institution_id = "county-hospital",
                   std::string_view alliance_id = "east");
CallContext CallBySupplier(std::string_view user_id, std::string_view supplier_id);
auth::Principal PrincipalOf(std::string_view user_id, std::string_view role,
                            std::string_view institution_id, std::string_view alliance_id);

// `call` with a new request id, and a random UUID as text.
CallContext WithRequestId(CallContext call, std::string request_id);
std::string NewRequestId();

}  // namespace qingqu::testing
