#include "common/auth/verified_token_cache.h"

#include <gtest/gtest.h>

#include <string>

namespace qingqu::auth {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'760'000'000);

Principal UserNamed(const std::string& id) {
  Principal principal;
  principal.user_id = id;
  return principal;
}

TEST(VerifiedTokenCacheTest, RemembersUntilTheEnd) {
  VerifiedTokenCache cache(10);
  const absl::Time end = kStart + absl::Minutes(5);
  cache.Insert("a.b.c", UserNamed("wang"), end, kStart);
  ASSERT_TRUE(cache.Find("a.b.c", kStart));
  EXPECT_EQ(cache.Find("a.b.c", kStart)->user_id, "wang");
  EXPECT_TRUE(cache.Find("a.b.c", end - absl::Nanoseconds(1)));
  EXPECT_FALSE(cache.Find("a.b.c", end));
  EXPECT_FALSE(cache.Find("a.b.d", kStart));
  EXPECT_FALSE(cache.Find("a.b.", kStart));
}

TEST(VerifiedTokenCacheTest, NeverHoldsMoreThanItsLimit) {
  VerifiedTokenCache cache(100);
  for (int i = 0; i < 1000; ++i) {
    const std::string token = std::to_string(i);
    cache.Insert(token, UserNamed(token), kStart + absl::Hours(1), kStart);
    ASSERT_LE(cache.size(), 100u);
    ASSERT_TRUE(cache.Find(token, kStart)) << "the newest is kept";
  }
  EXPECT_EQ(cache.size(), 100u);
}

TEST(VerifiedTokenCacheTest, DropsEndedTokensBeforeLiveOnes) {
  VerifiedTokenCache cache(4);
  cache.Insert("short-1", UserNamed("a"), kStart + absl::Minutes(1), kStart);
  cache.Insert("long-1", UserNamed("a"), kStart + absl::Hours(1), kStart);
  cache.Insert("short-2", UserNamed("a"), kStart + absl::Minutes(2), kStart);
  cache.Insert("long-2", UserNamed("a"), kStart + absl::Hours(1), kStart);
  const absl::Time later = kStart + absl::Minutes(2);
  cache.Insert("long-3", UserNamed("a"), kStart + absl::Hours(1), later);
  EXPECT_EQ(cache.size(), 3u);
  for (const char* token : {"long-1", "long-2", "long-3"}) EXPECT_TRUE(cache.Find(token, later));
}

}  // namespace
}  // namespace qingqu::auth
