#include "services/cli/method_lookup.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

#include "services/cli/exit_code.h"

namespace qingqu::cli {
namespace {

const Catalogue kEnglish(Language::kEnglish);

TEST(FindMethod, TakesShortForms) {
  for (const char* name :
       {"qingqu.catalog.v1.CatalogService/GetItem", "/qingqu.catalog.v1.CatalogService/GetItem",
        "qingqu.catalog.v1.CatalogService.GetItem", "CatalogService/GetItem",
        "CatalogService.GetItem", "catalog.GetItem", "catalog/GetItem", "GetItem"}) {
    const auto method = FindMethod(name, kEnglish);
    ASSERT_TRUE(method.ok()) << name;
    EXPECT_EQ(FullName(**method), "qingqu.catalog.v1.CatalogService/GetItem");
  }
}

TEST(FindMethod, RefusesWhatItDoesNotKnow) {
  for (const char* name : {"", "/", "GetItm", "catalog.getItem", "procurement.GetItem",
                           "qingqu.catalog.GetItem", "CatalogService/"}) {
    EXPECT_EQ(ExitCodeOf(FindMethod(name, kEnglish).status(), false), ExitCode::kUsage) << name;
  }
  EXPECT_THAT(std::string(FindMethod("catalog.GetItm", kEnglish).status().message()),
              testing::HasSubstr("did you mean catalog.GetItem?"));
}

TEST(FindMethod, KnowsEveryMethodByItsNames) {
  EXPECT_GT(AllMethods().size(), 40U);
  for (const auto* method : AllMethods()) {
    EXPECT_EQ(*FindMethod(FullName(*method), kEnglish), method);
    EXPECT_EQ(*FindMethod(ShortName(*method), kEnglish), method);
    EXPECT_NE(PermissionOf(*method), "") << FullName(*method);
  }
}

TEST(Methods, OnlyIdempotentOnesAreRepeated) {
  EXPECT_TRUE(IsRepeatable(**FindMethod("catalog.GetItem", kEnglish)));
  EXPECT_TRUE(IsRepeatable(**FindMethod("catalog.CreateItem", kEnglish)));
  EXPECT_FALSE(IsRepeatable(**FindMethod("identity.RefreshSession", kEnglish)));
  EXPECT_FALSE(ChangesSomething(**FindMethod("catalog.GetItem", kEnglish)));
  EXPECT_TRUE(ChangesSomething(**FindMethod("catalog.CreateItem", kEnglish)));
}

}  // namespace
}  // namespace qingqu::cli
