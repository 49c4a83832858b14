#include "services/catalog/item.h"

#include <string>

#include "gtest/gtest.h"

#include "common/status/status.h"

namespace qingqu::catalog {
namespace {

// 2026-11-21 in the county, still 2026-11-20 in UTC.
const absl::Time kNow = absl::FromUnixSeconds(1795190400);  // 2026-11-20T16:00:00Z

ItemDraft Draft() {
  return {.id = "screw",
          .display_name = "空心螺钉",
          .specification = "4.0×30",
          .registration_number = "国械注准20193130123",
          .registration_expire_date = "2026-11-21",
          .device_class = DeviceClass::kIII,
          .national_code = "C03050107901001000010000001",
          .device_identifier = "6901234567892",
          .base_unit = "支",
          .packs = {{.device_identifier = "16901234567899", .unit = "盒", .base_units = 10}},
          .manufacturer = "某厂"};
}

// The violations' text, "" when there is none.
std::string Violation(const ItemDraft& draft) {
  const absl::Status status = ProposeItem(draft, "wang", kNow).status();
  EXPECT_TRUE(status.ok() || ErrorReason(status) == "INVALID_FIELD");
  return std::string(status.message());
}

TEST(ProposeItem, NormalisesAndDerives) {
  const auto item = ProposeItem(Draft(), "wang", kNow);
  ASSERT_TRUE(item.ok()) << item.status();
  EXPECT_EQ(item->device_identifier, "06901234567892");
  EXPECT_EQ(item->packs.at(0).device_identifier, "16901234567899");
  EXPECT_EQ(item->approval.state, ApprovalState::kProposed);
  EXPECT_EQ(item->approval.proposer_id, "wang");
  EXPECT_EQ(Etag(item->approval), "1");
}

TEST(ProposeItem, ClassAgreesWithTheRegistration) {
  ItemDraft draft = Draft();
  draft.device_class = DeviceClass::kII;
  EXPECT_NE(Violation(draft).find("item.device_class"), std::string::npos);
  draft.device_class = std::nullopt;
  EXPECT_NE(Violation(draft).find("item.device_class"), std::string::npos);
  draft.registration_number = "鲁械注准20202140789";
  draft.device_class = DeviceClass::kII;
  EXPECT_EQ(Violation(draft), "");
}

TEST(ProposeItem, RegistrationsExpireAndFilingsDoNot) {
  ItemDraft draft = Draft();
  draft.registration_expire_date = "";
  EXPECT_NE(Violation(draft).find("item.registration_expire_date"), std::string::npos);
  draft.registration_expire_date = "2026-02-30";
  EXPECT_NE(Violation(draft).find("item.registration_expire_date"), std::string::npos);
  draft.registration_number = "鲁济械备20190001号";
  draft.device_class = DeviceClass::kI;
  draft.registration_expire_date = "2026-11-21";
  EXPECT_NE(Violation(draft).find("item.registration_expire_date"), std::string::npos);
  draft.registration_expire_date = "";
  EXPECT_EQ(Violation(draft), "");
}

TEST(ProposeItem, PacksHaveLimits) {
  ItemDraft draft = Draft();
  for (const int64_t base_units : {-1L, 0L, 1L, 1'000'001L}) {
    draft.packs[0].base_units = base_units;
    EXPECT_NE(Violation(draft).find("item.packs[0].base_units"), std::string::npos) << base_units;
  }
  for (const int64_t base_units : {2L, 1'000'000L}) {
    draft.packs[0].base_units = base_units;
    EXPECT_EQ(Violation(draft), "") << base_units;
  }
  draft.packs[0].unit = "";
  EXPECT_NE(Violation(draft).find("item.packs[0].unit"), std::string::npos);
  draft.packs[0].unit = "盒";
  draft.packs[0].device_identifier = "06901234567892";
  EXPECT_NE(Violation(draft).find("stands twice"), std::string::npos) << "the base unit's own";
  draft.packs[0].device_identifier = "16901234567898";
  EXPECT_NE(Violation(draft).find("check digit"), std::string::npos);
}

TEST(ProposeItem, HasAtMostTenPacks) {
  ItemDraft draft = Draft();
  draft.packs.clear();
  const std::string identifiers[] = {"16901234567899", "26901234567896", "36901234567893",
                                     "46901234567890", "56901234567897", "66901234567894",
                                     "76901234567891", "86901234567898", "06901234567816",
                                     "06901234567823", "06901234567830"};
  for (const std::string& identifier : identifiers) {
    EXPECT_EQ(Violation(draft), "");
    draft.packs.push_back({.device_identifier = identifier, .unit = "盒", .base_units = 2});
  }
  EXPECT_NE(Violation(draft).find("item.packs"), std::string::npos);
}

TEST(ProposeItem, NamesEveryViolationAtOnce) {
  const ItemDraft draft{.id = "Not An Id", .packs = {{.base_units = 1}}};
  const auto item = ProposeItem(draft, "wang", kNow);
  EXPECT_EQ(item.status().code(), absl::StatusCode::kInvalidArgument);
  ItemDraft long_texts = Draft();
  const std::string text(201, 'x');
  long_texts.display_name = text;
  EXPECT_NE(Violation(long_texts).find("item.display_name"), std::string::npos);
  long_texts.display_name = "x";
  long_texts.specification = text;
  EXPECT_NE(Violation(long_texts).find("item.specification"), std::string::npos);
  long_texts.specification = "";
  long_texts.manufacturer = "";
  EXPECT_NE(Violation(long_texts).find("item.manufacturer"), std::string::npos);
}

TEST(ApproveItem, NeedsAnotherPersonAndARegistrationInForce) {
  const Item item = *ProposeItem(Draft(), "wang", kNow);
  EXPECT_EQ(ErrorReason(ApproveItem(item, {"wang"}, kNow).status()), "SAME_PERSON");
  const auto approved = ApproveItem(item, {"li"}, kNow);
  ASSERT_TRUE(approved.ok()) << "it holds on its last day, which is the county's";
  EXPECT_EQ(approved->approval.approver_id, "li");
  EXPECT_EQ(Etag(approved->approval), "2");
  EXPECT_EQ(ErrorReason(ApproveItem(item, {"li"}, kNow + absl::Hours(24)).status()),
            "REGISTRATION_EXPIRED");
  EXPECT_EQ(ErrorReason(ApproveItem(*approved, {"li"}, kNow).status()), "ITEM_NOT_PROPOSED");
}

TEST(SuspendItem, NeedsAnApprovedItem) {
  const Item item = *ProposeItem(Draft(), "wang", kNow);
  EXPECT_EQ(ErrorReason(SuspendItem(item, kNow).status()), "ITEM_NOT_APPROVED");
  const Item approved = *ApproveItem(item, {"li"}, kNow);
  const auto suspended = SuspendItem(approved, kNow);
  ASSERT_TRUE(suspended.ok());
  EXPECT_EQ(suspended->approval.state, ApprovalState::kSuspended);
  EXPECT_EQ(suspended->approval.approver_id, "li");
  EXPECT_EQ(ErrorReason(SuspendItem(*suspended, kNow).status()), "ITEM_NOT_APPROVED");
}

}  // namespace
}  // namespace qingqu::catalog
