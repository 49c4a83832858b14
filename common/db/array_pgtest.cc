#include <random>

#include "gtest/gtest.h"
#include "pqxx/pqxx"

#include "common/db/array.h"
#include "tests/support/test_database.h"

namespace qingqu::db {
namespace {

class ArrayTest : public ::testing::Test {
 protected:
  // What PostgreSQL makes of an array literal, one element a row; "NULL" for NULL.
  std::vector<std::string> Elements(const std::string& literal, const std::string& type) {
    pqxx::nontransaction tx(connection_);
    std::vector<std::string> elements;
    for (const auto& row : tx.exec_params("SELECT element::text FROM unnest($1::" + type +
                                              "[]) WITH ORDINALITY AS part(element, n) ORDER BY n",
                                          literal)) {
      elements.push_back(row[0].is_null() ? "NULL" : row[0].as<std::string>());
    }
    return elements;
  }

  testing::TestDatabase database_;
  pqxx::connection connection_{database_.superuser_conninfo()};
};

TEST_F(ArrayTest, TextsComeBackAsTheyWere) {
  const std::vector<std::string> values{"",        "plain",       "with space",  "comma,comma",
                                        "{brace}", "\"quote\"",   "back\\slash", "NULL",
                                        "null",    "line\nbreak", "\ttab",       "无菌手套",
                                        "'",       "\\\"",        " edges "};
  EXPECT_EQ(Elements(TextArray(values), "text"), values);
  EXPECT_TRUE(Elements(TextArray({}), "text").empty());
}

TEST_F(ArrayTest, RandomTextsComeBackAsTheyWere) {
  std::mt19937 random(20261121);
  const std::string alphabet = "ab\"\\{},' \n\t\r;NULL%()[]";
  std::uniform_int_distribution<size_t> letter(0, alphabet.size() - 1);
  std::uniform_int_distribution<int> length(0, 12);
  std::vector<std::string> values;
  for (int count = 0; count < 500; ++count) {
    std::string value;
    for (int left = length(random); left > 0; --left) value += alphabet[letter(random)];
    values.push_back(value);
  }
  EXPECT_EQ(Elements(TextArray(values), "text"), values);
}

TEST_F(ArrayTest, NullIsNotTheWordNull) {
  ArrayBuilder builder;
  builder.AddText("NULL");
  builder.AddNull();
  builder.AddOptionalText(std::nullopt);
  builder.AddOptionalText("x");
  builder.AddTextOrNull("");
  pqxx::nontransaction tx(connection_);
  const auto row = tx.exec_params(
      "SELECT array_to_string(ARRAY(SELECT (element IS NULL)::text FROM unnest($1::text[]) AS "
      "element), ',')",
      builder.Build());
  EXPECT_EQ(row[0][0].as<std::string>(), "false,true,true,false,true");
}

TEST_F(ArrayTest, NumbersAndBooleansComeBackAsTheyWere) {
  EXPECT_EQ(Elements(IntegerArray({0, -1, INT64_MAX, INT64_MIN}), "bigint"),
            (std::vector<std::string>{"0", "-1", "9223372036854775807", "-9223372036854775808"}));
  ArrayBuilder builder;
  builder.AddBoolean(true);
  builder.AddBoolean(false);
  builder.AddNull();
  EXPECT_EQ(Elements(builder.Build(), "boolean"),
            (std::vector<std::string>{"true", "false", "NULL"}));
}

}  // namespace
}  // namespace qingqu::db
