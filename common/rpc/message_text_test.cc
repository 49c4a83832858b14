#include "common/rpc/message_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"

namespace qingqu::rpc {
namespace {

TEST(MessageTextTest, FindsNulAtAnyDepth) {
  procurement::v1::CreateDespatchRequest request;
  request.mutable_despatch()->add_lines()->set_lot("L1");
  request.mutable_despatch()->add_lines()->add_serials("S1");
  EXPECT_EQ(FindUnstorableText(request), "");
  request.mutable_despatch()->mutable_lines(1)->add_serials(std::string("S\0002", 4));
  EXPECT_EQ(FindUnstorableText(request), "despatch.lines[1].serials[1]");
  request.set_despatch_id(std::string(1, '\0'));
  EXPECT_EQ(FindUnstorableText(request), "despatch_id");
}

TEST(MessageTextTest, CollectsResourceNames) {
  supervision::v1::TraceLotRequest request;
  request.set_item("items/stapler");
  request.set_lot("L1");
  EXPECT_THAT(ResourceNamesIn(request), ::testing::ElementsAre("items/stapler"));
  request.set_item(std::string("items/a\0b", 9));
  request.set_lot("\xFF/");
  EXPECT_THAT(ResourceNamesIn(request), ::testing::IsEmpty()) << "the journal cannot hold them";
}

TEST(MessageTextTest, QuestionIsJsonWhateverWasAsked) {
  supervision::v1::TraceLotRequest request;
  request.set_item("items/stapler");
  const auto json = nlohmann::json::parse(QuestionJson(request, "OK"));
  EXPECT_EQ(json["outcome"], "OK");
  EXPECT_EQ(json["question"]["item"], "items/stapler");
  request.set_lot(std::string("a\0b", 3));
  const auto hostile = nlohmann::json::parse(QuestionJson(request, "PERMISSION_DENIED"));
  EXPECT_TRUE(hostile["question"].is_string());
  request.set_lot(std::string(100'000, 'x'));
  EXPECT_FALSE(nlohmann::json::parse(QuestionJson(request, "OK")).contains("question"));
}

}  // namespace
}  // namespace qingqu::rpc
