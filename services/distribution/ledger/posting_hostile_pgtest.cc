// Movements that nobody should send: each line is refused by itself with a reason, and nothing of
// it is half applied. QINGQU_HOSTILE_LOTS asks for another number of lots that nobody knew, such as
// millions.
#include <atomic>
#include <cstdlib>
#include <future>
#include <limits>
#include <set>

#include "absl/strings/numbers.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

#include "common/base/uuid.h"
#include "common/status/status.h"
#include "services/distribution/distribution_service.h"
#include "services/distribution/ledger/posting_test_support.h"
#include "tests/support/test_host.h"

namespace qingqu::distribution {
namespace {

using google::protobuf::FieldDescriptor;

class HostilePostingTest : public PostingTest {
 protected:
  void SetUp() override {
    SeedItem({.item_id = "gauze", .number = 1});
    SeedItem({.item_id = "stent", .number = 2, .serial_tracked = true});
  }

  v1::Movement Good() { return Receive("gauze", "A", 10, "store"); }

  // Posts each between good ones: those are posted, and each of these is refused with a reason of
  // `allowed` and leaves no trace.
  void ExpectRefused(const std::vector<v1::Movement>& hostile,
                     const std::set<std::string>& allowed = {"INVALID_FIELD"}) {
    const int64_t rows = Count("SELECT count(*) FROM distribution.movement");
    const int64_t on_hand = OnHand("store", "gauze");
    std::vector<v1::Movement> asked{Good()};
    for (const v1::Movement& movement : hostile) {
      asked.push_back(movement);
      asked.push_back(Good());
    }
    const std::vector<v1::MovementResult> results = PostAll(Pharmacist(), asked);
    ASSERT_EQ(results.size(), asked.size());
    for (size_t index = 0; index < results.size(); ++index) {
      if (index % 2 == 0) {
        EXPECT_TRUE(results[index].has_movement()) << results[index].ShortDebugString();
        continue;
      }
      EXPECT_TRUE(allowed.contains(ReasonOf(results[index])))
          << asked[index].ShortDebugString().substr(0, 500) << "\nanswered "
          << results[index].ShortDebugString().substr(0, 500);
    }
    const auto good = static_cast<int64_t>(hostile.size()) + 1;
    EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), rows + good);
    EXPECT_EQ(OnHand("store", "gauze"), on_hand + 10 * good);
    ExpectSoundLedger();
  }

  // A good movement with one thing changed, for each value.
  template <typename Value, typename Change>
  std::vector<v1::Movement> Each(const std::vector<Value>& values, const Change& change) {
    std::vector<v1::Movement> movements;
    for (const Value& value : values) change(movements.emplace_back(Good()), value);
    return movements;
  }

  // Each text that a client may fill in, filled in so.
  std::vector<v1::Movement> EachText(const std::function<std::string(const std::string&)>& fill) {
    std::vector<v1::Movement> movements;
    const auto& type = *v1::Movement::descriptor();
    for (int index = 0; index < type.field_count(); ++index) {
      const FieldDescriptor* field = type.field(index);
      if (field->type() != FieldDescriptor::TYPE_STRING || field->name() == "actor") continue;
      v1::Movement& movement = movements.emplace_back(Good());
      const auto& reflection = *movement.GetReflection();
      reflection.SetString(&movement, field, fill(reflection.GetString(movement, field)));
    }
    return movements;
  }
};

TEST_F(HostilePostingTest, QuantitiesThatAreNone) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  ExpectRefused(Each<int64_t>(
      {0, -1, kLeast, kMost, 1'000'000'000'001},
      [](v1::Movement& movement, int64_t quantity) { movement.set_quantity(quantity); }));
}

TEST_F(HostilePostingTest, PacksThatDoNotComeOut) {
  const auto packs = [](v1::Movement& movement, const std::string& quantity) {
    movement.clear_quantity();
    movement.set_pack(Gtin(11));
    movement.set_pack_quantity(quantity);
  };
  ExpectRefused(Each<std::string>(
      {"0", "0.000", "-1", "+1", "1.", ".5", "1e3", "0x10", "1,5", " 1", "1 ", "1.2.3", "0.0001",
       "1234567890123", "NaN", "１", "", std::string("1\0", 2)},
      packs));
  for (const std::string quantity : {"0.001", "0.05", "999999999999"}) {
    v1::Movement movement = Good();
    packs(movement, quantity);
    EXPECT_EQ(Reason(Pharmacist(), movement), "QUANTITY_ODD") << quantity;
  }
  v1::Movement others = Good();
  packs(others, "1");
  others.set_pack(Gtin(21));
  EXPECT_EQ(Reason(Pharmacist(), others), "QUANTITY_ODD");
  v1::Movement both = Good();
  both.set_pack(Gtin(11));
  both.set_pack_quantity("1");
  EXPECT_EQ(Reason(Pharmacist(), both), "INVALID_FIELD");
}

TEST_F(HostilePostingTest, NulsAndTextsWithoutEnd) {
  const std::set<std::string> reasons{"INVALID_FIELD", "MOVEMENT_ID_INVALID"};
  ExpectRefused(EachText([](const std::string& text) { return text + std::string("\0x", 2); }),
                reasons);
  ExpectRefused(EachText([](const std::string&) { return std::string(1, '\0'); }), reasons);
  ExpectRefused(EachText([](const std::string& text) { return text + std::string(5000, 'x'); }),
                reasons);
}

TEST_F(HostilePostingTest, QuotesAndControlCharactersAreKeptAsTheyAre) {
  v1::Movement movement = Good();
  const std::string text = "\"'\\{},\n\t\x01\x7f%s$1;--\xF0\x9F\xA9\xB9";
  movement.set_lot("\"'\\{},NULL\n\xF0\x9F\xA9\xB9");
  movement.set_reason(text);
  movement.set_group(text);
  movement.set_document("orders/" + text);
  movement.set_sterilisation_lot("\\N");
  movement.set_registration("NULL");
  const auto posted = PostOne(Pharmacist(), movement);
  ASSERT_TRUE(posted.ok()) << posted.status();
  const auto again = PostOne(Pharmacist(), movement);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->SerializeAsString(), posted->SerializeAsString());
  EXPECT_EQ(again->lot(), movement.lot());
  EXPECT_EQ(again->reason(), text);
  EXPECT_EQ(database_.Value("SELECT registration || sterilisation_lot FROM distribution.lot"),
            "NULL\\N");
  v1::Movement refused =
      Make(v1::MOVEMENT_KIND_ISSUE, "gauze", text.substr(0, 9), 1, "store", "ward");
  refused.set_reason(text);
  EXPECT_EQ(Reason(Pharmacist(), refused), "LOT_UNKNOWN");
  EXPECT_EQ(Reason(Pharmacist(), refused), "LOT_UNKNOWN");
  refused.set_reason(text + text);
  EXPECT_EQ(ErrorDetails(PostOne(Pharmacist(), refused).status()).at("field"), "reason");
  ExpectSoundLedger();
}

TEST_F(HostilePostingTest, ForgedKindsAndConditions) {
  const std::vector<int> values{
      -1, 6, 18, 99, std::numeric_limits<int>::max(), std::numeric_limits<int>::min()};
  ExpectRefused(Each<int>({-1, 0, 17, 18, 99, std::numeric_limits<int>::max()},
                          [](v1::Movement& movement, int kind) {
                            movement.set_kind(static_cast<v1::MovementKind>(kind));
                          }));
  ExpectRefused(Each<int>(values, [](v1::Movement& movement, int condition) {
    movement.set_condition(static_cast<v1::StockCondition>(condition));
  }));
  ExpectRefused(Each<int>(values, [](v1::Movement& movement, int condition) {
    movement.set_to_condition(static_cast<v1::StockCondition>(condition));
  }));
}

TEST_F(HostilePostingTest, InstantsThatAreNone) {
  google::protobuf::Timestamp times[5];
  times[0].set_seconds(-1);
  times[1].set_seconds(std::numeric_limits<int64_t>::max());
  times[2].set_seconds(std::numeric_limits<int64_t>::min());
  times[3].set_nanos(-1);
  times[4].set_nanos(2'000'000'000);
  for (const google::protobuf::Timestamp& time : times) {
    v1::Movement effective = Good();
    *effective.mutable_effective_time() = time;
    v1::Movement hold = Make(v1::MOVEMENT_KIND_RESERVE, "gauze", "A", 1, "store", "");
    *hold.mutable_expire_time() = time;
    ExpectRefused({effective, hold});
  }
  ExpectRefused(Each<std::string>(
      {"2026-02-30", "2026-1-1", "31.12.2026", "0000-00-00", "2026-13-01", "99999-01-01",
       "infinity", "today"},
      [](v1::Movement& movement, const std::string& date) { movement.set_expiry_date(date); }));
}

TEST_F(HostilePostingTest, NamesThatAreNone) {
  const auto name = [](v1::Movement& movement, const std::string& text) {
    movement.set_name(text);
  };
  const std::string id = UuidV7FromText(now_, "some").ToString();
  ExpectRefused(
      Each<std::string>({"", "movements/", id, "movement/" + id, "movements/" + id + "/x",
                         "movements/f47ac10b-58cc-4372-a567-0e02b2c3d479", "receipts/" + id,
                         "movements/00000000-0000-0000-0000-000000000000"},
                        name),
      {"MOVEMENT_ID_INVALID"});
  const auto made = [](absl::Time time) {
    return "movements/" + UuidV7FromText(time, "x").ToString();
  };
  ExpectRefused(
      Each<std::string>({made(now_ - absl::Hours(24 * 31 + 1)), made(now_ + absl::Hours(25)),
                         made(absl::UnixEpoch()), made(absl::FromUnixSeconds(1LL << 37))},
                        name),
      {"MOVEMENT_ID_TIME"});
  // The same name in capitals is the same name.
  v1::Movement movement = Good();
  ASSERT_EQ(Reason(Pharmacist(), movement), "");
  std::string capitals = movement.name().substr(10);
  for (char& letter : capitals) {
    if (letter >= 'a' && letter <= 'f') letter = static_cast<char>(letter - 'a' + 'A');
  }
  movement.set_name("movements/" + capitals);
  const int64_t rows = Count("SELECT count(*) FROM distribution.movement");
  EXPECT_EQ(Reason(Pharmacist(), movement), "");
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.movement"), rows);
}

TEST_F(HostilePostingTest, DocumentsThatPostTheirMovementsThemselves) {
  ExpectRefused(
      Each<std::string>({"receipts/r1", "transfers/t1", "uses/u1", "Orders/o1", "orders", "orders/",
                         "/o1", "or ders/o1", "orders/" + std::string(200, 'x')},
                        [](v1::Movement& movement, const std::string& document) {
                          movement.set_document(document);
                        }));
}

TEST_F(HostilePostingTest, TensOfThousandsOfLots) {
  constexpr int kLotsAtOnce = 8'000;
  int lots = 2 * kLotsAtOnce;
  if (const char* const wanted = std::getenv("QINGQU_HOSTILE_LOTS")) {
    ASSERT_TRUE(absl::SimpleAtoi(wanted, &lots)) << wanted;
  }
  const int rounds = lots / kLotsAtOnce;
  for (int round = 0; round < rounds; ++round) {
    std::vector<v1::Movement> unknown;
    std::vector<v1::Movement> known;
    for (int lot = 0; lot < kLotsAtOnce; ++lot) {
      unknown.push_back(Make(v1::MOVEMENT_KIND_ISSUE, "gauze", fmt::format("U{}-{}", round, lot), 1,
                             "store", "ward"));
      known.push_back(
          Receive("gauze", fmt::format("K{}-{}", round, lot), 1, lot % 2 == 0 ? "store" : "ward"));
    }
    for (const v1::MovementResult& result : PostAll(Pharmacist(), unknown)) {
      ASSERT_EQ(ReasonOf(result), "LOT_UNKNOWN") << result.ShortDebugString();
    }
    ASSERT_EQ(Count("SELECT count(*) FROM distribution.lot"), round * kLotsAtOnce);
    for (const v1::MovementResult& result : PostAll(Pharmacist(), known)) {
      ASSERT_TRUE(result.has_movement()) << result.ShortDebugString();
    }
  }
  EXPECT_EQ(Count("SELECT count(*) FROM distribution.lot"), rounds * kLotsAtOnce);
  ExpectSoundLedger();
}

TEST_F(HostilePostingTest, AGroupOfEightThousandIsPostedWholeOrNotAtAll) {
  constexpr size_t kMembers = 8000;
  const auto group = [&](int64_t last) {
    std::vector<v1::Movement> movements;
    for (size_t member = 0; member + 1 < kMembers; ++member) {
      movements.push_back(Receive("gauze", "A", 1, "store"));
    }
    movements.push_back(Make(v1::MOVEMENT_KIND_ISSUE, "gauze", "A", last, "store", "ward"));
    for (v1::Movement& movement : movements) movement.set_group("all");
    return movements;
  };
  std::vector<v1::MovementResult> results = PostAll(Pharmacist(), group(kMembers));
  ASSERT_EQ(results.size(), kMembers);
  EXPECT_EQ(ReasonOf(results.back()), "INSUFFICIENT_STOCK");
  results.pop_back();
  for (const v1::MovementResult& result : results) ASSERT_EQ(ReasonOf(result), "GROUP_FAILED");
  EXPECT_EQ(OnHand("store", "gauze"), 0);
  for (const v1::MovementResult& result : PostAll(Pharmacist(), group(kMembers - 1))) {
    ASSERT_TRUE(result.has_movement()) << result.ShortDebugString();
  }
  EXPECT_EQ(OnHand("ward", "gauze"), static_cast<int64_t>(kMembers) - 1);
  ExpectSoundLedger();
}

TEST(HostileFaceTest, BatchesThatAreTooLongOrEmpty) {
  const testing::TestHost host({DistributionSpec()});
  const std::string pharmacist = host.Authorization(
      testing::PrincipalOf("pharmacist-sun", "hospital_pharmacist", "county-hospital", "east"));
  for (const int count : {0, 8001}) {
    v1::PostMovementsRequest request;
    for (int index = 0; index < count; ++index) request.add_movements()->set_quantity(1);
    v1::PostMovementsResponse response;
    const absl::Status status = host.Call("qingqu.distribution.v1.LedgerService/PostMovements",
                                          request, response, pharmacist);
    EXPECT_EQ(ErrorReason(status), "INVALID_FIELD") << status;
  }
}

std::unique_ptr<PostingJob> JobOf(size_t size, std::atomic<int>& answered) {
  auto job = std::make_unique<PostingJob>();
  job->commands.resize(size);
  job->call.deadline = absl::InfiniteFuture();
  job->done = [&answered](const absl::Status& status, const PostingJob&) {
    EXPECT_TRUE(status.ok()) << status;
    ++answered;
  };
  return job;
}

TEST(FullLaneTest, WhatIsTooMuchIsRefusedAtOnceAndWhatWasAcceptedIsAnswered) {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
  std::atomic<size_t> posted{0};
  std::atomic<int> answered{0};
  int accepted = 0;
  int refused = 0;
  {
    Lane lane(
        [&](const std::vector<PostingSlice>& slices) {
          open.wait();
          for (const PostingSlice& slice : slices) posted += slice.commands.size();
          return absl::OkStatus();
        },
        Lane::Options{
            .commit_max = 16, .beside_singles_max = 8, .slice_min = 4, .movements_max = 100});
    size_t waiting = 0;
    for (int index = 0; index < 500; ++index) {
      const size_t size = index % 5 == 0 ? 7 : 1;
      const absl::Status status = lane.Submit(JobOf(size, answered));
      // A quarter is kept for single movements.
      EXPECT_EQ(status.ok(), waiting + size <= (size == 1 ? 100U : 75U)) << index;
      if (status.ok()) {
        ++accepted;
        waiting += size;
        continue;
      }
      ++refused;
      EXPECT_EQ(ErrorReason(status), "OVERLOADED");
      EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    }
    EXPECT_EQ(waiting, 100U);
    opened.set_value();
    lane.Drain();
    EXPECT_EQ(ErrorReason(lane.Submit(JobOf(1, answered))), "OVERLOADED");
    EXPECT_EQ(posted, waiting);
  }
  EXPECT_EQ(answered, accepted);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace qingqu::distribution
