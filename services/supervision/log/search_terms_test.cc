#include "services/supervision/log/search_terms.h"

#include <algorithm>

#include "gtest/gtest.h"

namespace qingqu::supervision {
namespace {

using sealed_log::JournalRow;

JournalRow Row() {
  return {.event = "receipt.posted",
          .resource = "receipts/r1",
          .subjects = R"({items/iv-catheter,"items/iv-catheter/lots/L 77",patients/zhang})",
          .actor_user_id = "op",
          .actor_institution_id = "east-hospital",
          .actor_roles = "{operator}",
          .reason = "破损，退回供应商",
          .institution_id = "county-hospital",
          .details = R"({"note": "留置针 SN-0042\n第二批", "serial": "AB12"})",
          .restricted = R"({"patient": "secret"})"};
}

bool Finds(const JournalRow& row, std::string_view text) {
  const TextQuestion question(text);
  Terms have;
  AddTermsOf(row, have);
  Terms wanted;
  question.AddTerms(wanted);
  const bool may =
      std::all_of(wanted.begin(), wanted.end(), [&](int32_t term) { return have.contains(term); });
  // What is in the entry is never missed by its terms.
  EXPECT_TRUE(may || !question.IsIn(row)) << text;
  return question.IsIn(row);
}

TEST(SearchTermsTest, WordsAndRuns) {
  for (const char* text :
       {"AB12", "ab12", "sn-0042", "0042", "留置针", "置针", "针", "破损", "退回供应商", "第二批",
        "留置针 ab12 破损", "receipts/r1", "posted", "L 77", "iv-catheter", "note"}) {
    EXPECT_TRUE(Finds(Row(), text)) << text;
  }
  for (const char* text : {"AB1", "B12", "留针", "针留", "留置针 ab13", "退供应商", "secret",
                           "zhang", "nnote", "破损退回"}) {
    EXPECT_FALSE(Finds(Row(), text)) << text;
  }
}

TEST(SearchTermsTest, UuidIsOneWord) {
  JournalRow row = Row();
  row.resource = "movements/0193A5b0-7c11-7abc-8def-0123456789ab";
  row.details = R"({"of": "9393a5b0-7c11-7abc-8def-0123456789ab-x7",
      "a": "0193a5b0-7c11-7abc-8def-0123456789abc", "b": "77777777-7c11-7abc-8def"})";
  for (const char* text :
       {"0193a5b0-7c11-7abc-8def-0123456789ab", "MOVEMENTS/0193A5B0-7C11-7ABC-8DEF-0123456789AB",
        "9393a5b0-7c11-7abc-8def-0123456789ab", "9393a5b0-7c11-7abc-8def-0123456789ab-x7", "x7",
        "0193a5b0-7c11-7abc-8def-0123456789abc", "0123456789abc", "77777777", "7c11",
        "77777777-7c11-7abc-8def"}) {
    EXPECT_TRUE(Finds(row, text)) << text;
  }
  for (const char* text : {"9393a5b0", "0123456789ab", "9393a5b0-7c11-7abc-8def",
                           "77777777-7c11-7abc-8def-0123456789ab"}) {
    EXPECT_FALSE(Finds(row, text)) << text;
  }
}

TEST(SearchTermsTest, NothingToLookFor) {
  EXPECT_TRUE(TextQuestion("").empty());
  EXPECT_TRUE(TextQuestion(" -/\"\\").empty());
  EXPECT_FALSE(TextQuestion("。").empty());
}

TEST(SearchTermsTest, FieldsHaveTermsOfTheirOwn) {
  Terms terms;
  AddTermsOf(Row(), terms);
  for (const auto& [kind, value] : {std::pair(TermKind::kActor, "op"),
                                    {TermKind::kInstitution, "county-hospital"},
                                    {TermKind::kInstitution, "east-hospital"},
                                    {TermKind::kEvent, "receipt.posted"},
                                    {TermKind::kName, "receipts/r1"},
                                    {TermKind::kName, "items/iv-catheter/lots/L 77"}}) {
    EXPECT_TRUE(terms.contains(TermOf(kind, value))) << value;
  }
  EXPECT_FALSE(terms.contains(TermOf(TermKind::kName, "patients/zhang")));
  EXPECT_FALSE(terms.contains(TermOf(TermKind::kEvent, "op")));
}

}  // namespace
}  // namespace qingqu::supervision
