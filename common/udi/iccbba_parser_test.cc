#include "common/udi/iccbba_parser.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/udi/scan_summary.h"

namespace qingqu::udi {
namespace {

TEST(IccbbaTest, DevicesWithHumanTissue) {
  ExpectAll({
      // ISBT 128 ST-017, figures 1 and 2.
      {"=/A9997AB3456T0123", "ICCBBA di=A9997AB3456T0123 | =/=A9997AB3456T0123"},
      {"=A99991712345600", "ICCBBA | ==A99991712345600"},
      // The example of the issuing agencies' formats that FDA publishes, also with its space.
      {"=/A9999XYZ100T0944=,000025=A99971312345600=>014032=}013032&,1000000000000XYZ123",
       "ICCBBA di=A9999XYZ100T0944 lot=000000000000XYZ123 serial=000025 made=2013-02-01 "
       "until=2014-02-01 | =/=A9999XYZ100T0944 =,=000025 ==A99971312345600 =>=014032 =}=013032 "
       "&,1=000000000000XYZ123"},
      {"=/A9999XYZ100T0944 =,000025",
       "ICCBBA di=A9999XYZ100T0944 serial=000025 | "
       "=/=A9999XYZ100T0944 =,=000025"},
      // ST-017, 4.3.1, 4.3.2 and 5: the number of structures first.
      {"=+04000=/A9997XYZ100T0479=A99991712345600=,000012=>019031",
       "ICCBBA di=A9997XYZ100T0479 serial=000012 until=2019-01-31 | =/=A9997XYZ100T0479 "
       "==A99991712345600 =,=000012 =>=019031"},
      {"]d1=+04035=/A9997XYZ100T0479=,000012=A99991712345600=>019031",
       "ICCBBA di=A9997XYZ100T0479 serial=000012 until=2019-01-31 | =/=A9997XYZ100T0479 "
       "=,=000012 ==A99991712345600 =>=019031"},
      {"]C0=>028366", "ICCBBA until=2028-12-31 | =>=028366"},
      {"=>999365", "ICCBBA until=1999-12-31 | =>=999365"},
      {"&>0280601230", "ICCBBA until=2028-02-29 | &>=0280601230"},
      {"&}0280602359", "ICCBBA made=2028-02-29 | &}=0280602359"},
  });
}

TEST(IccbbaTest, BloodBags) {
  const std::string_view bag = "ICCBBA di=1TE123456A lot=RZ12345678 | =)=1TE123456A &)=RZ12345678";
  ExpectAll({
      {"=)1TE123456A&)RZ12345678", bag},
      {"=)1TE123456A &)RZ12345678 ", bag},
      // Small letters are allowed in these two.
      {"=)1TE00abc1x", "ICCBBA di=1TE00abc1x | =)=1TE00abc1x"},
  });
}

TEST(IccbbaTest, OtherStructuresAreKeptAsTheyAre) {
  ExpectAll({
      {"=%5100", "ICCBBA | =%=5100"},
      {"=<E0382V00", "ICCBBA | =<=E0382V00"},
      {"&,2AB", "ICCBBA | &,2=AB"},
      {"=A99991712345600&xSOME-LOCAL-DATA", "ICCBBA | ==A99991712345600 &x=SOME-LOCAL-DATA"},
      {"=a1", "ICCBBA | =a=1"},
  });
}

TEST(IccbbaTest, Errors) {
  ExpectAll({
      {"=", "INVALID_ISBT_STRUCTURE at 0"},
      {"&", "INVALID_ISBT_STRUCTURE at 0"},
      {"==", "INVALID_ISBT_STRUCTURE at 0"},
      {"=\x01", "INVALID_ISBT_STRUCTURE at 0"},
      {"&,", "INVALID_ISBT_STRUCTURE at 0"},
      {"&,A1", "INVALID_ISBT_STRUCTURE at 0"},
      {"=/A9997AB3456T0123=", "INVALID_ISBT_STRUCTURE at 18"},
      {"=/A9997AB3456T012", "INVALID_LENGTH at 17"},
      {"=/A9997AB3456T01234", "INVALID_LENGTH at 18"},
      {"=/", "INVALID_LENGTH at 2"},
      {"=/A9997aB3456T0123", "INVALID_CHARACTER at 7"},
      {"=/O9997AB3456T0123", "INVALID_CHARACTER at 2"},
      {"]C0=,00002", "INVALID_LENGTH at 10"},
      {"=,00-002", "INVALID_CHARACTER at 4"},
      {"=A9999171234560", "INVALID_LENGTH at 15"},
      {"=A9999A712345600", "INVALID_CHARACTER at 6"},
      {"=>01403", "INVALID_LENGTH at 7"},
      {"=>0140321", "INVALID_LENGTH at 8"},
      {"=>014000", "INVALID_DATE at 5"},
      {"=>014366", "INVALID_DATE at 5"},
      {"=>01X032", "INVALID_DATE at 4"},
      {"&>0140322460", "INVALID_DATE at 8"},
      {"&>0140322360", "INVALID_DATE at 10"},
      {"&,1XYZ123", "INVALID_LENGTH at 9"},
      {"=%", "INVALID_LENGTH at 2"},
      {"=%5 0", "INVALID_CHARACTER at 3"},
      {"=+05000=/A9997XYZ100T0479=A99991712345600=,000012=>019031", "INVALID_ISBT_STRUCTURE at 2"},
      {"=/A9997XYZ100T0479=+01000", "INVALID_ISBT_STRUCTURE at 18"},
      {"=+00000", "EMPTY at 7"},
      {"=+0A000", "INVALID_CHARACTER at 3"},
      {"=,000012=,000013", "CONFLICTING_VALUE at 8"},
      {"=,000012=,000012", "ICCBBA serial=000012 | =,=000012"},
  });
}

TEST(IccbbaTest, SeveralSymbolsAreJoined) {
  EXPECT_EQ(Join("=/A9997XYZ100T0479", "=,000012"),
            "ICCBBA di=A9997XYZ100T0479 serial=000012 | =/=A9997XYZ100T0479 =,=000012");
  EXPECT_EQ(Join("=/A9997XYZ100T0479", "=/A9997XYZ100T0478"), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("=,000012", "=,000013"), "CONFLICTING_VALUE at 0");
}

TEST(IccbbaTest, RegisteredIdentifiers) {
  for (const char* text : {"A9999XYZ100T0944", "1TE123456A", "1TE00abc1x"}) {
    EXPECT_TRUE(IsIccbbaIdentifier(text)) << text;
  }
  for (const char* text : {"", "A9999XYZ100T094", "A9999XYZ10000944", "0106901234567892",
                           "1TE123456", "1234567890", "HELLOWORLD", "A9999xyz100T0944"}) {
    EXPECT_FALSE(IsIccbbaIdentifier(text)) << text;
  }
}

TEST(IccbbaRoundTripTest, WhatIsBuiltIsReadAndComesBack) {
  std::mt19937 random(7);
  const std::vector<std::string> structures = {"=/A9999XYZ100T0944",
                                               "=,000025",
                                               "=A99971312345600",
                                               "=>014032",
                                               "&>0140321200",
                                               "=}013032",
                                               "&}0130322359",
                                               "&,1000000000000XYZ123",
                                               "=)1TE123456A",
                                               "&)RZ12345678",
                                               "=%5100",
                                               "&,2ABC",
                                               "=*013001"};
  for (int i = 0; i < 5'000; ++i) {
    std::string text;
    for (size_t count = 1 + random() % 6; count > 0; --count) {
      text += structures[random() % structures.size()];
    }
    ExpectComesBack(ScanOf(text));
  }
}

}  // namespace
}  // namespace qingqu::udi
