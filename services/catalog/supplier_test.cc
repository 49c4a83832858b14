#include "services/catalog/supplier.h"

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1795190400);  // 2026-11-21 00:00 in the county

SupplierDraft Draft() {
  return {.id = "kangda",
          .display_name = "  康达医疗器械有限公司 ",
          .credit_code = "91350100M000100Y43",
          .licence_number = "鲁济食药监械经营许20190001号",
          .licence_expire_date = "2026-11-21"};
}

TEST(ProposeSupplier, NormalisesAndDerives) {
  const auto supplier = ProposeSupplier(Draft(), "wang", kNow);
  ASSERT_TRUE(supplier.ok()) << supplier.status();
  EXPECT_EQ(supplier->display_name, "康达医疗器械有限公司");
  EXPECT_EQ(supplier->licence.highest_class, DeviceClass::kIII);
}

TEST(ProposeSupplier, RefusesEachWrongField) {
  const auto violation = [](const SupplierDraft& draft) {
    const absl::Status status = ProposeSupplier(draft, "wang", kNow).status();
    EXPECT_EQ(ErrorReason(status), "INVALID_FIELD");
    return std::string(status.message());
  };
  SupplierDraft draft = Draft();
  draft.id = "Kangda";
  EXPECT_NE(violation(draft).find("supplier_id"), std::string::npos);
  draft = Draft();
  draft.display_name = " ";
  EXPECT_NE(violation(draft).find("supplier.display_name"), std::string::npos);
  draft = Draft();
  draft.credit_code = "91110108MA00ABC123";
  EXPECT_NE(violation(draft).find("supplier.credit_code"), std::string::npos);
  draft = Draft();
  draft.licence_number = "许20190001号";
  EXPECT_NE(violation(draft).find("supplier.licence_number"), std::string::npos);
  draft = Draft();
  draft.licence_expire_date = "";
  EXPECT_NE(violation(draft).find("supplier.licence_expire_date"), std::string::npos);
}

TEST(ApproveSupplier, NeedsAnotherPersonAndALicenceInForce) {
  const Supplier supplier = *ProposeSupplier(Draft(), "wang", kNow);
  EXPECT_EQ(ErrorReason(ApproveSupplier(supplier, {"wang"}, kNow).status()), "SAME_PERSON");
  const auto approved = ApproveSupplier(supplier, {"li"}, kNow);
  ASSERT_TRUE(approved.ok());
  EXPECT_EQ(ErrorReason(ApproveSupplier(supplier, {"li"}, kNow + absl::Hours(24)).status()),
            "LICENCE_EXPIRED");
  EXPECT_EQ(ErrorReason(ApproveSupplier(*approved, {"li"}, kNow).status()),
            "SUPPLIER_NOT_PROPOSED");
}

TEST(SuspendSupplier, NeedsAnApprovedSupplier) {
  const Supplier supplier = *ProposeSupplier(Draft(), "wang", kNow);
  EXPECT_EQ(ErrorReason(SuspendSupplier(supplier, kNow).status()), "SUPPLIER_NOT_APPROVED");
  const auto suspended = SuspendSupplier(*ApproveSupplier(supplier, {"li"}, kNow), kNow);
  ASSERT_TRUE(suspended.ok());
  EXPECT_EQ(ErrorReason(SuspendSupplier(*suspended, kNow).status()), "SUPPLIER_NOT_APPROVED");
}

TEST(ReinstateSupplier, NeedsTwoPeopleAndALicenceInForce) {
  const Supplier proposed = *ProposeSupplier(Draft(), "wang", kNow);
  const Supplier approved = *ApproveSupplier(proposed, {"li"}, kNow);
  for (const Supplier& supplier : {proposed, approved}) {
    EXPECT_EQ(ErrorReason(ProposeSupplierReinstatement(supplier, "li", kNow).status()),
              "SUPPLIER_NOT_SUSPENDED");
    EXPECT_EQ(ErrorReason(ReinstateSupplier(supplier, {"li"}, kNow).status()),
              "SUPPLIER_NOT_SUSPENDED");
  }
  const Supplier suspended = *SuspendSupplier(approved, kNow);
  EXPECT_EQ(ErrorReason(ReinstateSupplier(suspended, {"wang"}, kNow).status()),
            "REINSTATEMENT_NOT_PROPOSED");
  const absl::Time tomorrow = kNow + absl::Hours(24);
  EXPECT_EQ(ErrorReason(ProposeSupplierReinstatement(suspended, "li", tomorrow).status()),
            "LICENCE_EXPIRED");
  const auto asked = ProposeSupplierReinstatement(suspended, "li", kNow);
  ASSERT_TRUE(asked.ok());
  EXPECT_EQ(asked->approval.state, ApprovalState::kSuspended);
  EXPECT_EQ(ErrorReason(ProposeSupplierReinstatement(*asked, "wang", kNow).status()),
            "REINSTATEMENT_ALREADY_PROPOSED");
  EXPECT_EQ(ErrorReason(ReinstateSupplier(*asked, {"li"}, kNow).status()), "SAME_PERSON");
  EXPECT_EQ(ErrorReason(ReinstateSupplier(*asked, {"wang"}, tomorrow).status()), "LICENCE_EXPIRED");
  const auto back = ReinstateSupplier(*asked, {"wang"}, kNow);
  ASSERT_TRUE(back.ok());
  EXPECT_EQ(back->approval.state, ApprovalState::kApproved);
  EXPECT_EQ(back->approval.version, suspended.approval.version + 2);
}

TEST(SuspendSupplier, RefusesAReinstatementThatSomebodyAsksFor) {
  const Supplier approved = *ApproveSupplier(*ProposeSupplier(Draft(), "wang", kNow), {"li"}, kNow);
  const Supplier asked =
      *ProposeSupplierReinstatement(*SuspendSupplier(approved, kNow), "wang", kNow);
  const auto refused = SuspendSupplier(asked, kNow);
  ASSERT_TRUE(refused.ok());
  EXPECT_EQ(ErrorReason(ReinstateSupplier(*refused, {"li"}, kNow).status()),
            "REINSTATEMENT_NOT_PROPOSED");
  EXPECT_TRUE(ProposeSupplierReinstatement(*refused, "wang", kNow).ok()) << "it is asked anew";
}

}  // namespace
}  // namespace qingqu::catalog
