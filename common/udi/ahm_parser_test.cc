#include "common/udi/ahm_parser.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "common/udi/scan_summary.h"

namespace qingqu::udi {
namespace {

TEST(AhmTest, TheIdentifierIsOpaqueAndThePartsAreNamed) {
  const std::string_view whole =
      "AHM di=AHM10010001 lot=A1 serial=7 made=2025-12-31 until=2027-12-31 | "
      "BN=A1 SN=7 MD=251231 ED=20271231";
  ExpectAll({
      {"AHM10010001", "AHM di=AHM10010001 |"},
      {"]Q1AHM1001.0001/x", "AHM di=AHM1001.0001/x |"},
      {"AHM10010001.BNA1.SN7.MD251231.ED20271231", whole},
      {"AHM10010001/BNA1/SN7/MD251231/ED20271231", whole},
      {"AHM10010001\x1d"
       "BNA1\x1dSN7\x1dMD251231\x1d"
       "ED20271231",
       whole},
      {"AHM10010001(BN)A1(SN)7(MD)251231(ED)20271231", whole},
      {"AHM10010001.BNA1.BNA1", "AHM di=AHM10010001 lot=A1 | BN=A1"},
      // The earlier of best before and expiry.
      {"AHM1.BD271130.ED271231", "AHM di=AHM1 until=2027-11-30 | BD=271130 ED=271231"},
      {"AHM1.ED271130.BD271231", "AHM di=AHM1 until=2027-11-30 | ED=271130 BD=271231"},
  });
}

TEST(AhmTest, Errors) {
  ExpectAll({
      {"AHM", "INVALID_LENGTH at 3"},
      {"AHM.BN1", "INVALID_LENGTH at 3"},
      {"AHM1 2", "INVALID_CHARACTER at 4"},
      {"AHM\xE6\xB8\x85", "INVALID_CHARACTER at 3"},
      {"AHM1.BN", "INVALID_LENGTH at 7"},
      {"AHM1.BN.SN1", "INVALID_LENGTH at 7"},
      {"AHM1.BNA.XX1", "INVALID_CHARACTER at 8"},
      {"AHM1.MD271331", "INVALID_DATE at 9"},
      {"AHM1.ED2712", "INVALID_DATE at 7"},
      {"]Q1AHM1.BNA.BNB", "CONFLICTING_VALUE at 11"},
      {"ahm1", "UNRECOGNISED_FORMAT at 0"},
  });
  EXPECT_EQ(Read("AHM" + std::string(48, '1')), "INVALID_LENGTH at 50");
}

TEST(AhmTest, TwoScansAreJoined) {
  EXPECT_EQ(Join("AHM1", "AHM1.BNA"), "AHM di=AHM1 lot=A | BN=A");
  EXPECT_EQ(Join("AHM1", "AHM2"), "CONFLICTING_VALUE at 0");
  EXPECT_EQ(Join("AHM1.BNA", "AHM1.BNB"), "CONFLICTING_VALUE at 0");
}

TEST(AhmTest, RegisteredIdentifiers) {
  EXPECT_TRUE(IsAhmIdentifier("AHM1001.0001"));
  for (const char* text : {"", "AHM", "AHM1.BNA", "ahm1", "AHM 1"}) {
    EXPECT_FALSE(IsAhmIdentifier(text)) << text;
  }
}

TEST(AhmRoundTripTest, WhatIsBuiltIsReadAndComesBack) {
  std::mt19937 random(8);
  const std::string separators = "./|,;\x1d";
  for (int i = 0; i < 5'000; ++i) {
    std::string text = "AHM" + std::to_string(random());
    for (const std::string part : {"BN", "SN", "MD", "BD", "ED"}) {
      if (random() % 2 == 0) continue;
      const bool is_date = part.ends_with('D');
      text += separators[random() % separators.size()] + part;
      text += is_date ? "2" + std::to_string(random() % 10) + "0131" : std::to_string(random());
    }
    ExpectComesBack(ScanOf(text));
  }
}

}  // namespace
}  // namespace qingqu::udi
