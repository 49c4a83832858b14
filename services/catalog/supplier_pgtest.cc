#include <string>

#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/status/status.h"
#include "services/catalog/catalog_test_support.h"

namespace qingqu::catalog {
namespace {

class SupplierTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  absl::StatusOr<v1::Supplier> Approve(const CallContext& call, const std::string& etag = "") {
    v1::ApproveSupplierRequest request;
    request.set_name("suppliers/kangda");
    request.set_etag(etag);
    return suppliers.ApproveSupplier(call, request);
  }
  absl::StatusOr<v1::Supplier> Suspend(const CallContext& call, const std::string& etag,
                                       const std::string& reason) {
    v1::SuspendSupplierRequest request;
    request.set_name("suppliers/kangda");
    request.set_etag(etag);
    request.set_reason(reason);
    return suppliers.SuspendSupplier(call, request);
  }
  absl::StatusOr<v1::Supplier> Get(const CallContext& call, const std::string& name) {
    v1::GetSupplierRequest request;
    request.set_name(name);
    return suppliers.GetSupplier(call, request);
  }
};

TEST_F(SupplierTest, AnApproverOfOneInstitutionDecidesNothingForAll) {
  ASSERT_TRUE(suppliers.CreateSupplier(Wang(), SupplierRequest("kangda", kCreditCode)).ok());
  const CallContext narrow = testing::CallBy("sun", "approver");
  EXPECT_EQ(ErrorReason(Approve(narrow).status()), "SCOPE_TOO_NARROW");
  ASSERT_TRUE(Approve(Li()).ok());
  EXPECT_EQ(ErrorReason(Suspend(narrow, "", "召回").status()), "SCOPE_TOO_NARROW");
  EXPECT_EQ(Get(Li(), "suppliers/kangda")->state(), v1::APPROVAL_STATE_APPROVED);
}

TEST_F(SupplierTest, NobodyStandsBehindBothProposalAndApproval) {
  const auto for_whom = [](CallContext call, const std::string& holder) {
    call.principal.on_behalf_of = holder;
    call.principal.delegation_id = "d1";
    return call;
  };
  // Wang proposes in the stead of zhang.
  const auto proposed =
      suppliers.CreateSupplier(for_whom(Wang(), "zhang"), SupplierRequest("kangda", kCreditCode));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(ErrorReason(Approve(AllianceApprover("wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(AllianceApprover("zhang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(for_whom(Li(), "wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(for_whom(Li(), "zhang")).status()), "SAME_PERSON");
  ASSERT_TRUE(Approve(for_whom(Li(), "chen")).ok());
  EXPECT_EQ(database.Value("SELECT concat_ws(' ', proposer_id, proposer_for_id, approver_id,"
                           " approver_for_id) FROM catalog.supplier"),
            "wang zhang li chen");
  // Nor past the handlers.
  for (const char* column : {"approver_id = 'zhang'", "approver_for_id = 'wang'"}) {
    EXPECT_THROW(database.Execute(std::string("UPDATE catalog.supplier SET ") + column),
                 pqxx::check_violation);
  }
}

TEST_F(SupplierTest, IsProposedReadApprovedAndSuspended) {
  const auto proposed = suppliers.CreateSupplier(Wang(), SupplierRequest("kangda", kCreditCode));
  ASSERT_TRUE(proposed.ok()) << proposed.status();
  EXPECT_EQ(proposed->state(), v1::APPROVAL_STATE_PROPOSED);
  EXPECT_EQ(proposed->licence_class(), v1::DEVICE_CLASS_III);
  EXPECT_EQ(proposed->proposer(), "users/wang");
  const auto read = Get(Li(), "suppliers/kangda");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->SerializeAsString(), proposed->SerializeAsString());

  EXPECT_EQ(ErrorReason(Approve(AllianceApprover("wang")).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(Approve(Li(), "7").status()), "ETAG_MISMATCH");
  const auto approved = Approve(Li(), proposed->etag());
  ASSERT_TRUE(approved.ok()) << approved.status();
  EXPECT_EQ(approved->approver(), "users/li");
  EXPECT_EQ(ErrorReason(Approve(Li()).status()), "SUPPLIER_NOT_PROPOSED");

  EXPECT_EQ(ErrorReason(Suspend(Li(), "1", "licence withdrawn").status()), "ETAG_MISMATCH");
  EXPECT_EQ(ErrorReason(Suspend(Li(), "", " ").status()), "INVALID_FIELD");
  EXPECT_EQ(ErrorReason(Suspend(Li(), "", std::string(501, 'x')).status()), "INVALID_FIELD");
  const auto suspended = Suspend(Li(), approved->etag(), "licence withdrawn");
  ASSERT_TRUE(suspended.ok());
  EXPECT_EQ(suspended->state(), v1::APPROVAL_STATE_SUSPENDED);
  EXPECT_EQ(suspended->etag(), "3");
  EXPECT_EQ(Get(Li(), "suppliers/kangda")->SerializeAsString(), suspended->SerializeAsString());
  EXPECT_EQ(database.Value("SELECT string_agg(event || ' ' || actor_user_id || ' ' || supplier_id, "
                           "', ' ORDER BY sequence) FROM journal.entry"),
            "supplier.proposed wang kangda, supplier.approved li kangda, "
            "supplier.suspended li kangda");
  EXPECT_EQ(database.Value("SELECT reason FROM journal.entry WHERE event = 'supplier.suspended'"),
            "licence withdrawn");
}

TEST_F(SupplierTest, ApprovalNeedsALicenceInForce) {
  v1::CreateSupplierRequest request = SupplierRequest("kangda", kCreditCode);
  request.mutable_supplier()->set_licence_expire_date("2020-01-01");
  ASSERT_TRUE(suppliers.CreateSupplier(Wang(), request).ok());
  EXPECT_EQ(ErrorReason(Approve(Li()).status()), "LICENCE_EXPIRED");
  EXPECT_EQ(ErrorReason(Suspend(Li(), "", "x").status()), "SUPPLIER_NOT_APPROVED");
}

TEST_F(SupplierTest, IdAndCreditCodeAreTakenOnce) {
  ASSERT_TRUE(suppliers.CreateSupplier(Wang(), SupplierRequest("kangda", kCreditCode)).ok());
  for (const auto& request :
       {SupplierRequest("kangda", kOtherCreditCode), SupplierRequest("other", kCreditCode)}) {
    const absl::Status status = suppliers.CreateSupplier(Wang(), request).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(ErrorReason(status), "SUPPLIER_EXISTS");
  }
}

TEST_F(SupplierTest, TheSameRequestTwiceHasOneEffect) {
  const CallContext call = Wang();
  const auto request = SupplierRequest("kangda", kCreditCode);
  const auto first = suppliers.CreateSupplier(call, request);
  const auto second = suppliers.CreateSupplier(call, request);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  const CallContext approving = Li();
  const auto approved = Approve(approving);
  EXPECT_EQ(Approve(approving)->SerializeAsString(), approved->SerializeAsString());
  EXPECT_EQ(database.Value("SELECT count(*) FROM journal.entry"), "2");
  EXPECT_EQ(
      ErrorReason(suppliers.CreateSupplier(call, SupplierRequest("b", kOtherCreditCode)).status()),
      "REQUEST_ID_REUSED");
}

TEST_F(SupplierTest, MissingOnesAreNotFound) {
  EXPECT_EQ(ErrorReason(Get(Li(), "suppliers/none").status()), "SUPPLIER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Approve(Li()).status()), "SUPPLIER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Suspend(Li(), "", "x").status()), "SUPPLIER_NOT_FOUND");
  EXPECT_EQ(ErrorReason(Get(Li(), "supplier/none").status()), "INVALID_FIELD");
}

TEST_F(SupplierTest, ListsInPages) {
  ApprovedSupplier("a", kCreditCode);
  ASSERT_TRUE(suppliers.CreateSupplier(Wang(), SupplierRequest("b", kOtherCreditCode)).ok());
  v1::ListSuppliersRequest request;
  request.set_page_size(1);
  const auto first = suppliers.ListSuppliers(Li(), request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_EQ(first->suppliers_size(), 1);
  EXPECT_EQ(first->suppliers(0).name(), "suppliers/a");
  request.set_page_token(first->next_page_token());
  const auto second = suppliers.ListSuppliers(Li(), request);
  ASSERT_EQ(second->suppliers_size(), 1);
  EXPECT_EQ(second->suppliers(0).name(), "suppliers/b");
  EXPECT_EQ(second->next_page_token(), "");
  request.set_state(v1::APPROVAL_STATE_PROPOSED);
  EXPECT_FALSE(suppliers.ListSuppliers(Li(), request).ok()) << "a token of another list";
  request.clear_page_token();
  EXPECT_EQ(suppliers.ListSuppliers(Li(), request)->suppliers(0).name(), "suppliers/b");
  request.set_state(static_cast<v1::ApprovalState>(9));
  EXPECT_EQ(ErrorReason(suppliers.ListSuppliers(Li(), request).status()), "INVALID_FIELD");
}

TEST_F(SupplierTest, ASupplierSeesItselfOnly) {
  ApprovedSupplier("a", kCreditCode);
  ApprovedSupplier("b", kOtherCreditCode);
  const CallContext call = testing::CallBySupplier("seller", "b");
  EXPECT_TRUE(Get(call, "suppliers/b").ok());
  EXPECT_EQ(ErrorReason(Get(call, "suppliers/a").status()), "SUPPLIER_NOT_FOUND");
  const auto listed = suppliers.ListSuppliers(call, {});
  ASSERT_EQ(listed->suppliers_size(), 1);
  EXPECT_EQ(listed->suppliers(0).name(), "suppliers/b");
}

TEST_F(SupplierTest, TheTableLeaksNothingAndTheViewIsForAllServices) {
  ApprovedSupplier("a", kCreditCode);
  ApprovedSupplier("b", kOtherCreditCode);
  pqxx::connection own(database.conninfo_as("catalog"));
  pqxx::nontransaction own_tx(own);
  const auto count = [](pqxx::transaction_base& tx, const char* sql) {
    return tx.exec1(sql)[0].as<int>();
  };
  EXPECT_EQ(count(own_tx, "SELECT count(*) FROM supplier"), 0) << "without a scope";
  own_tx.exec("SELECT set_config('qingqu.scope', 'supplier', false)");
  EXPECT_EQ(count(own_tx, "SELECT count(*) FROM supplier"), 0) << "a supplier without an id";
  own_tx.exec("SELECT set_config('qingqu.supplier', 'a', false)");
  EXPECT_EQ(count(own_tx, "SELECT count(*) FROM supplier"), 1);

  pqxx::connection other(database.conninfo_as("procurement"));
  pqxx::nontransaction other_tx(other);
  EXPECT_EQ(count(other_tx, "SELECT count(*) FROM catalog_pub.supplier"), 2);
  other_tx.exec("SELECT set_config('qingqu.scope', 'supplier', false)");
  EXPECT_EQ(count(other_tx,
                  "SELECT count(*) FROM catalog_pub.supplier WHERE licence_class = 3 AND "
                  "state = 'approved' AND licence_expire_date > '2026-01-01'"),
            2);
  EXPECT_THROW(other_tx.exec("SELECT count(*) FROM catalog.supplier"),
               pqxx::insufficient_privilege);
}

}  // namespace
}  // namespace qingqu::catalog
