#include "common/rpc/message_text.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

#include "qingqu/procurement/v1/procurement_service.pb.h"
#include "qingqu/supervision/v1/journal_service.pb.h"
#include "qingqu/supervision/v1/supervision_service.pb.h"
#include "qingqu/usage/v1/usage_service.pb.h"

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

nlohmann::json DetailsOf(const google::protobuf::Message& request, const std::string& code) {
  const QuestionTexts texts = DescribeQuestion(request, {.code = code});
  EXPECT_EQ(texts.restricted, "{}");
  return nlohmann::json::parse(texts.details);
}

TEST(MessageTextTest, QuestionIsJsonWhateverWasAsked) {
  supervision::v1::TraceLotRequest request;
  request.set_item("items/stapler");
  const auto json = DetailsOf(request, "OK");
  EXPECT_EQ(json["outcome"], "OK");
  EXPECT_EQ(json["question"]["item"], "items/stapler");
  EXPECT_FALSE(json.contains("rows"));
  request.set_lot(std::string("a\0b", 3));
  EXPECT_TRUE(DetailsOf(request, "PERMISSION_DENIED")["question"].is_string());
  request.set_lot(std::string(100'000, 'x'));
  EXPECT_FALSE(DetailsOf(request, "OK").contains("question"));
}

TEST(MessageTextTest, AQuestionThatNamesSomebodyIsRestricted) {
  supervision::v1::ListEntriesRequest by_subject;
  by_subject.set_subject("doctors/D7");
  usage::v1::CreateUseRequest by_field;
  by_field.mutable_use()->set_doctor("D7");
  for (const google::protobuf::Message* request :
       std::initializer_list<const google::protobuf::Message*>{&by_subject, &by_field}) {
    const QuestionTexts texts =
        DescribeQuestion(*request, {.code = "OK", .reason = "WHY", .rows = 3});
    EXPECT_EQ(texts.details, R"({"outcome":"OK","reason":"WHY","rows":3})");
    EXPECT_NE(texts.restricted.find("D7"), std::string::npos);
  }
}

// What somebody looks for may be a name, and may have one in it.
TEST(MessageTextTest, OfAQuestionThatMayNameSomebodyTheRestIsOpen) {
  supervision::v1::SearchEntriesRequest by_text;
  by_text.set_text("张伟主任 uses/x");
  supervision::v1::SearchEntriesRequest by_piece;
  by_piece.set_piece("doctors/D7");
  supervision::v1::SearchEntriesRequest by_resource;
  by_resource.set_resource("uses/x Doctors/D7");
  for (supervision::v1::SearchEntriesRequest request : {by_text, by_piece, by_resource}) {
    request.set_event("use.posted");
    const QuestionTexts texts = DescribeQuestion(request, {.code = "OK"});
    EXPECT_EQ(texts.details, R"({"outcome":"OK","question":{"event":"use.posted"}})");
    const auto restricted = nlohmann::json::parse(texts.restricted);
    EXPECT_EQ(restricted["question"].size(), 2u) << texts.restricted;
    EXPECT_THAT(ResourceNamesIn(request), ::testing::IsEmpty());
  }
  supervision::v1::ListEntriesRequest by_subject;
  by_subject.set_subject("doctors/D7");
  EXPECT_THAT(ResourceNamesIn(by_subject), ::testing::ElementsAre("doctors/D7"))
      << "such a subject is told to nobody who may not see it";
}

TEST(MessageTextTest, RowsAreTheElementsOfLists) {
  usage::v1::ListUsesResponse list;
  EXPECT_EQ(CountRows(list), 0);
  list.add_uses();
  list.add_uses();
  EXPECT_EQ(CountRows(list), 2);
  EXPECT_EQ(CountRows(usage::v1::ResolvePseudonymResponse()), 1);
}

}  // namespace
}  // namespace qingqu::rpc
