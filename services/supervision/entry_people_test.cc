#include "services/supervision/entry_people.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "common/auth/test_directory.h"

namespace qingqu::supervision {
namespace {

using Json = nlohmann::json;
using privacy::PersonKind;
using ::testing::ElementsAre;

constexpr const char* kRestricted = R"({"patient_pseudonym": "p1", "doctor": "d1",
    "doctors": ["d1", "d2"], "procedure": "PCI", "surgeon": "d1", "note": {"text": "d1"},
    "lines": [{"line_number": 1, "doctor": "d2", "room": "x"}]})";

class EntryPeopleTest : public ::testing::Test {
 protected:
  static auth::Principal Reader(const std::string& role, auth::Scope scope,
                                const std::string& institution_id) {
    return {.user_id = "u", .institution_id = institution_id, .scope = scope, .roles = {role}};
  }
  static Entry UseEntry() {
    return {.subjects = {"items/x", "patients/p1", "doctors/d1"},
            .institution_id = "west",
            .details = Json::parse(R"({"place": "ward", "lines": [{"line_number": 1}]})"),
            .restricted = Json::parse(kRestricted)};
  }
  std::string Doctor(std::string_view id) const {
    return key_.PseudonymOf({.kind = PersonKind::kDoctor, .institution_id = "west", .id = id});
  }
  std::string Patient(std::string_view id) const {
    return key_.PseudonymOf({.kind = PersonKind::kPatient, .institution_id = "west", .id = id});
  }
  Entry Shown(const auth::Principal& reader, Entry entry) const {
    ShowPeople(privacy::PeopleView(reader, &key_), entry);
    return entry;
  }

  auth::TestDirectory directory_;
  privacy::PseudonymKey key_ = *privacy::PseudonymKey::LoadOrCreate(directory_.path());
  const auth::Principal outside_ = Reader("discipline_inspector", auth::Scope::kCounty, "");
};

TEST_F(EntryPeopleTest, OutsidePseudonymsStandInTheirPlaceAndTheUnknownIsLeftOut) {
  const Entry shown = Shown(outside_, UseEntry());
  EXPECT_EQ(shown.details, Json({{"place", "ward"},
                                 {"patient_pseudonym", Patient("p1")},
                                 {"doctor", Doctor("d1")},
                                 {"doctors", {Doctor("d1"), Doctor("d2")}},
                                 {"procedure", "PCI"},
                                 {"note", Json::object()},
                                 {"lines", {{{"line_number", 1}, {"doctor", Doctor("d2")}}}}}));
  EXPECT_THAT(shown.subjects,
              ElementsAre("items/x", "patients/" + Patient("p1"), "doctors/" + Doctor("d1")));
  EXPECT_TRUE(shown.restricted.empty());
}

TEST_F(EntryPeopleTest, AnIdThatLooksLikeANameIsNoOtherPerson) {
  Entry entry{
      .institution_id = "west",
      .restricted = Json::parse(
          R"({"doctor": "doctors/d1", "patient_pseudonym": "doctors/d1", "of": "doctors/d1"})")};
  EXPECT_EQ(Shown(outside_, entry).details, Json({{"doctor", Doctor("doctors/d1")},
                                                  {"patient_pseudonym", Patient("doctors/d1")},
                                                  {"of", "doctors/" + Doctor("d1")}}));
}

TEST_F(EntryPeopleTest, WithinAllIsToldAndToOthersNothing) {
  const Entry within =
      Shown(Reader("department_nurse", auth::Scope::kInstitution, "west"), UseEntry());
  EXPECT_EQ(within.details["doctor"], "d1");
  EXPECT_EQ(within.details["surgeon"], "d1");
  EXPECT_EQ(within.subjects.size(), 3u);
  const Entry other = Shown(Reader("bureau_administrator", auth::Scope::kCounty, ""), UseEntry());
  EXPECT_EQ(other.details, UseEntry().details);
  EXPECT_THAT(other.subjects, ElementsAre("items/x"));
}

TEST_F(EntryPeopleTest, AQuestionShowsWhatWasAskedWithoutTheName) {
  Entry entry{.institution_id = "west",
              .details = Json::parse(R"({"outcome": "OK"})"),
              .restricted = Json::parse(
                  R"({"question": {"subject": "doctors/d1", "pageSize": 5, "purpose": "why"}})")};
  EXPECT_EQ(
      Shown(outside_, entry).details,
      Json({{"outcome", "OK"},
            {"question",
             {{"subject", "doctors/" + Doctor("d1")}, {"pageSize", 5}, {"purpose", "why"}}}}));
  entry.restricted = {{"question", {{"text", "uses/x doctors/d1"}, {"piece", "S7"}}}};
  EXPECT_EQ(Shown(outside_, entry).details["question"], Json({{"piece", "S7"}}))
      << "of text with a name in it no part";
  const std::string resolved = "doctors/" + Doctor("d1");
  entry.restricted = {{"question", {{"pseudonym", resolved}}}};
  EXPECT_EQ(Shown(outside_, entry).details["question"]["pseudonym"], resolved);
}

TEST_F(EntryPeopleTest, AnExportNamesNobody) {
  const std::vector<std::string> subjects = UseEntry().subjects;
  const auto exported = [&](const auth::Principal& reader, std::string_view restricted) {
    return ExportedPeople(privacy::PeopleView(reader, &key_), "west", restricted, subjects);
  };
  const Json shown = Json::parse(exported(outside_, kRestricted));
  EXPECT_EQ(shown["doctor"], Doctor("d1"));
  EXPECT_EQ(shown["subjects"], Json({"patients/" + Patient("p1"), "doctors/" + Doctor("d1")}));
  EXPECT_FALSE(shown.contains("surgeon"));
  EXPECT_EQ(exported(Reader("bureau_administrator", auth::Scope::kCounty, ""), kRestricted), "");
  EXPECT_EQ(exported(Reader("department_nurse", auth::Scope::kInstitution, "west"), kRestricted),
            "");
  EXPECT_EQ(ExportedPeople(privacy::PeopleView(outside_, &key_), "west", "{}", {"items/x"}), "");
}

}  // namespace
}  // namespace qingqu::supervision
