#include "common/rpc/trace_parent.h"

#include "gtest/gtest.h"

namespace qingqu::rpc {
namespace {

const std::string kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00";

TEST(TraceParentTest, AWellFormedOneIsKept) { EXPECT_EQ(TraceParentOrNew(&kTrace), kTrace); }

TEST(TraceParentTest, WhatIsMissingOrMalformedBecomesANewTrace) {
  const std::string malformed = "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01";
  for (const std::string* header : {static_cast<const std::string*>(nullptr), &malformed}) {
    const std::string made = TraceParentOrNew(header);
    EXPECT_EQ(TraceParentOrNew(&made), made) << "it is well-formed";
    EXPECT_NE(made, TraceParentOrNew(header));
  }
}

TEST(TraceParentTest, AChildHasItsParentsTraceAndFlagsAndItsOwnSpan) {
  const std::string child = ChildTraceParent(kTrace);
  EXPECT_EQ(TraceParentOrNew(&child), child) << "it is well-formed";
  EXPECT_EQ(TraceIdOf(child), "4bf92f3577b34da6a3ce929d0e0e4736");
  EXPECT_TRUE(child.ends_with("-00")) << "not sampled stays not sampled";
  EXPECT_NE(child, kTrace);
  EXPECT_NE(child, ChildTraceParent(kTrace));
}

TEST(TraceParentTest, WhatIsNoTraceHasNoChild) {
  for (const char* traceparent :
       {"", "forged", "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa-01"}) {
    EXPECT_EQ(ChildTraceParent(traceparent), "") << traceparent;
  }
}

}  // namespace
}  // namespace qingqu::rpc
