#include "common/sealed_log/leaf.h"

#include <random>

#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "gtest/gtest.h"

#include "common/sealed_log/encoding.h"
#include "common/sealed_log/hash.h"
#include "qingqu/supervision/v1/sealed_entry.pb.h"

namespace qingqu::sealed_log {
namespace {

using supervision::v1::SealedEntry;

// The leaf as protobuf spells the message that the proto's comments describe.
std::string ByProtobuf(const JournalRow& row) {
  SealedEntry entry;
  entry.set_transaction_id(row.transaction_id);
  entry.set_sequence(row.sequence);
  entry.set_written_us(row.written_us);
  entry.set_event(std::string(row.event));
  entry.set_method(std::string(row.method));
  entry.set_resource(std::string(row.resource));
  entry.set_actor_user_id(std::string(row.actor_user_id));
  entry.set_client(std::string(row.client));
  entry.set_details(std::string(row.details));
  if (row.actor_institution_id) {
    entry.set_actor_institution_id(std::string(*row.actor_institution_id));
  }
  if (row.request_id) entry.set_request_id(std::string(*row.request_id));
  if (row.reason) entry.set_reason(std::string(*row.reason));
  if (row.institution_id) entry.set_institution_id(std::string(*row.institution_id));
  if (row.alliance_id) entry.set_alliance_id(std::string(*row.alliance_id));
  if (row.supplier_id) entry.set_supplier_id(std::string(*row.supplier_id));
  const auto subjects = ParseTextArray(row.subjects);
  const auto roles = ParseTextArray(row.actor_roles);
  if (subjects && roles) {
    for (const std::string& subject : *subjects) {
      if (!IsRestrictedName(subject)) entry.add_subjects(subject);
    }
    for (const std::string& role : *roles) entry.add_actor_roles(role);
  } else {
    entry.add_irregular_lists(std::string(row.subjects));
    entry.add_irregular_lists(std::string(row.actor_roles));
  }
  if (const auto opening = OpeningOf(row)) {
    entry.set_restricted_commitment(std::string(BytesOf(CommitmentTo(*opening))));
  }
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  EXPECT_TRUE(entry.SerializeToCodedStream(&coded));
  coded.Trim();
  return bytes;
}

JournalRow Example() {
  return {.transaction_id = 1234,
          .sequence = 7,
          .written_us = 1795312800123456,
          .event = "receipt.posted",
          .method = "qingqu.distribution.v1.DistributionService/CreateReceipt",
          .resource = "receipts/r1",
          .subjects = R"({items/x,"items/x/lots/L 1",receipts/r1})",
          .actor_user_id = "op",
          .actor_institution_id = "county-hospital",
          .actor_roles = "{operator}",
          .client = "gateway",
          .request_id = "0192a3b4-0000-7000-8000-000000000001",
          .alliance_id = "east",
          .details = R"({"lines": [{"quantity": "5"}]})",
          .restricted = "{}"};
}

TEST(LeafTest, TheExampleOfTheDocumentation) {
  EXPECT_EQ(HexOf(LeafOf({.transaction_id = 300,
                          .sequence = 1,
                          .written_us = 128,
                          .event = "a.b",
                          .subjects = "{items/x}",
                          .actor_roles = "{}",
                          .request_id = "",
                          .details = "{}",
                          .restricted = "{}"})),
            "08ac02"
            "1001"
            "188001"
            "2203612e62"
            "3a076974656d732f78"
            "6200"
            "8a01027b7d");
}

TEST(LeafTest, SpelledAsProtobufSpellsIt) {
  EXPECT_EQ(LeafOf(Example()), ByProtobuf(Example()));
  JournalRow bare;
  EXPECT_EQ(LeafOf(bare), ByProtobuf(bare));
  JournalRow negative = Example();
  negative.sequence = -1;
  negative.written_us = std::numeric_limits<int64_t>::min();
  negative.transaction_id = std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(LeafOf(negative), ByProtobuf(negative));
}

TEST(LeafTest, RandomRowsAreSpelledAsProtobufSpellsThem) {
  std::mt19937_64 random(20261122);
  const std::vector<std::string_view> texts = {"", "a", "items/x", "清渠", "two words", "{}"};
  const std::vector<std::string_view> arrays = {
      "{}",      "{a}",       R"({a,"b c"})",         "{NULL}",
      "{{a,b}}", "[0:0]={a}", "{patients/p,items/x}", R"({"","\"\\"})"};
  const auto text = [&] { return texts[random() % texts.size()]; };
  const auto optional = [&]() -> std::optional<std::string_view> {
    if (random() % 2 == 0) return std::nullopt;
    return text();
  };
  for (int i = 0; i < 2000; ++i) {
    JournalRow row{.transaction_id = random() >> (random() % 64),
                   .sequence = static_cast<int64_t>(random() >> (random() % 64)),
                   .written_us = static_cast<int64_t>(random() >> (random() % 64)),
                   .event = text(),
                   .method = text(),
                   .resource = text(),
                   .subjects = arrays[random() % arrays.size()],
                   .actor_user_id = text(),
                   .actor_institution_id = optional(),
                   .actor_roles = arrays[random() % arrays.size()],
                   .client = text(),
                   .request_id = optional(),
                   .reason = optional(),
                   .institution_id = optional(),
                   .alliance_id = optional(),
                   .supplier_id = optional(),
                   .details = text(),
                   .restricted = random() % 2 == 0 ? "{}" : R"({"patient": "p"})"};
    if (random() % 2 == 0) row.salt = std::string(random() % 40, 's');
    ASSERT_EQ(LeafOf(row), ByProtobuf(row));
    SealedEntry read;
    ASSERT_TRUE(read.ParseFromString(LeafOf(row)));
  }
}

TEST(LeafTest, EveryColumnIsBound) {
  const JournalRow row = Example();
  std::vector<JournalRow> others(20, row);
  others[0].transaction_id += 1;
  others[1].sequence += 1;
  others[2].written_us += 1;
  others[3].event = "receipt.booked";
  others[4].method = "";
  others[5].resource = "receipts/r2";
  others[6].subjects = R"({items/x,receipts/r1,"items/x/lots/L 1"})";
  others[7].actor_user_id = "system";
  others[8].actor_institution_id = std::nullopt;
  others[9].actor_roles = "{operator,operator}";
  others[10].client = "grpc";
  others[11].request_id = std::nullopt;
  others[12].reason = "";
  others[13].institution_id = "";
  others[14].alliance_id = std::nullopt;
  others[15].supplier_id = "";
  others[16].details = R"({"lines": [{"quantity": "6"}]})";
  others[17].restricted = R"({"patient": "p"})";
  others[18].salt = "";
  others[19].subjects = R"({items/x,"items/x/lots/L 1",receipts/r1,patients/p})";
  for (const JournalRow& other : others) EXPECT_NE(LeafOf(other), LeafOf(row));
}

TEST(LeafTest, PatientsAreBoundButNotShown) {
  JournalRow row = Example();
  row.subjects = "{items/x,patients/p1,doctors/d1}";
  row.restricted = R"({"patient": "p1"})";
  row.salt = std::string(32, 'x');
  const std::string leaf = LeafOf(row);
  EXPECT_EQ(leaf.find("p1"), std::string::npos);
  EXPECT_EQ(leaf.find("doctors"), std::string::npos);
  EXPECT_EQ(OpeningOf(row)->text, "{\"patient\": \"p1\"}\n1 11 patients/p1\n2 10 doctors/d1");
  JournalRow other = row;
  other.salt = std::string(32, 'y');
  EXPECT_NE(LeafOf(other), leaf);
  other = row;
  other.subjects = "{items/x,doctors/d1,patients/p1}";
  EXPECT_NE(LeafOf(other), leaf);
  EXPECT_EQ(OpeningOf(Example()), std::nullopt);
}

TEST(LeafTest, TheCommitmentOfTheDocumentation) {
  const std::string text = "{\"patient\": \"p1\"}\n1 11 patients/p1\n2 10 doctors/d1";
  EXPECT_EQ(ToHex(CommitmentTo({.salt = "\x01\x02", .text = text})),
            "77a0583f7dbee0e92d3c92b0a45016eb35f67528a06153472cbfa0ae1dd5c3a1");
  EXPECT_EQ(ToHex(CommitmentTo({.salt = std::nullopt, .text = text})),
            "f19707c23c51bbf54329247a53ac6c351113761fad79317abae37a10cecce65f");
}

TEST(LeafTest, WhatIsHiddenIsBoundWithoutAmbiguity) {
  JournalRow row = Example();
  row.salt = "s";
  const auto with = [&row](std::string_view subjects, std::string_view restricted,
                           std::optional<std::string> salt) {
    JournalRow other = row;
    other.subjects = subjects;
    other.restricted = restricted;
    other.salt = std::move(salt);
    return LeafOf(other);
  };
  // A line feed in a subject is not the beginning of the next one.
  EXPECT_NE(with("{\"patients/a\n1 patients/b\"}", "{}", "s"),
            with("{patients/a,patients/b}", "{}", "s"));
  EXPECT_NE(with("{\"patients/a\n1 10 patients/b\"}", "{}", "s"),
            with("{patients/a,patients/b}", "{}", "s"));
  // Where the salt ends is bound.
  EXPECT_NE(with("{}", "{}", "s{"), with("{}", "{{}", "s"));
  EXPECT_NE(with("{patients/a}", "{}", ""), with("{patients/a}", "{}", std::nullopt));
}

TEST(LeafTest, TextArrays) {
  using List = std::vector<std::string>;
  EXPECT_EQ(ParseTextArray("{}"), List());
  EXPECT_EQ(ParseTextArray("{a,b c}"), (List{"a", "b c"}));
  EXPECT_EQ(ParseTextArray(R"({"","a,b","\"","\\","NULL",清})"),
            (List{"", "a,b", "\"", "\\", "NULL", "清"}));
  for (const char* other : {"", "{", "}", "a", "{NULL}", "{a,NULL}", "{{a}}", "{a,}", "{,a}",
                            "[2:2]={a}", R"({"a)", R"({"a"b})", R"({a"b"})", "{a}}", R"({"a\)"}) {
    EXPECT_EQ(ParseTextArray(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace qingqu::sealed_log
