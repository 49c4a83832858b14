#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/descriptor.h"

#include "common/auth/principal.h"
#include "tests/support/test_host.h"

namespace qingqu::testing {

// Whose something is.
enum class Level {
  kDepartment,   // a ward's: what it asked for, holds, waits for and used
  kInstitution,  // a hospital's: its store
  kDeal,         // an alliance's as one buyer, and the supplier's with whom it deals
};

// A hospital with a ward, its goods and its papers, and a supplier of its own. What belongs to a
// level bears the level's mark, and the marks of two worlds differ in each. All marks are equally
// long, so that answers about two worlds are, too.
struct World {
  std::string ward;      // "xown": marks what is the ward's
  std::string hospital;  // "zown": marks what is the hospital's
  std::string deal;      // "yown": marks what is the alliance's and the supplier's
  std::string alliance;
  std::string supplier;
  std::string item;
  std::string credit_code;
  std::string device;
};

// `Sibling` is another ward of the same hospital; `Near` is another hospital of the same alliance,
// which has another supplier; `Far` is of another alliance; of `Nobody` nothing exists.
const World& Own();
const World& Sibling();
const World& Near();
const World& Far();
const World& Nobody();

// Who asks: a role in the scope in which it is held.
struct Asker {
  std::string role;
  auth::Scope scope = auth::Scope::kInstitution;
};

// Every role in every scope in which identity lets it be held, and those who may read most in each
// narrow scope besides: what they hold an administrator may grant to others.
const std::vector<Asker>& Askers();
std::string NameOf(const Asker& asker);
auth::Principal PrincipalIn(const World& world, const Asker& asker);

// Things that somebody must not learn of.
struct Foreign {
  const World* world = nullptr;
  std::set<Level> levels;
  std::vector<std::string> marks;  // what stands in whatever tells of them
};
std::vector<Foreign> ForeignTo(const Asker& asker);

struct Answer {
  absl::Status status;
  std::string text;  // of the response, as JSON; of all pages
};

// The platform with all worlds in it, made through its own rpcs.
class WorldHost {
 public:
  WorldHost();

  const TestDatabase& database() const { return host_.database(); }

  // `text` with what stands for the world's ids and codes: $X ward, $W hospital, $D deal, $A
  // alliance, $S supplier, $I item, $O the item of `Own` whatever the world, $C credit code, $G
  // device, $SCAN a scan of goods of the hospital, $ASCAN of the alliance, $E a day far ahead, $T
  // today, $P the last month, $M, $R, $B, $Q, $H ids of a movement, a reservation, an account, a
  // session, an import, $Y the pseudonym of the doctor of the ward's use, $N an id that is always
  // the same and never used.
  std::string Fill(std::string_view text, const World& world) const;

  // Asks for all pages, when there are several; with a purpose where `json` has none.
  Answer Ask(const google::protobuf::MethodDescriptor& method, const std::string& json,
             const auth::Principal& principal) const;

  // All that who asked for something of `world` could tell its answer from another by: code,
  // message, details, response; without the ids that it was asked with.
  std::string Shape(const Answer& answer, const World& world) const;

 private:
  Answer AskOnce(const google::protobuf::MethodDescriptor& method,
                 const google::protobuf::Message& request, const auth::Principal& principal,
                 std::string& next_page_token) const;
  std::string IdOf(const std::string& mark, const char* key) const;
  Answer Do(const World& world, const Asker& asker, std::string_view method, std::string_view json);
  void MakeHospital(const World& world);
  void MakeSupply(const World& world);
  void MakeWard(const World& world);
  void Buy(const World& world);
  void AddHistory(const World& world) const;
  void AddPrices(const World& world) const;
  void StartImport(const World& world);
  void MapLocalCode(const World& world);
  void MoveGoodsOfWard(const World& world);
  void MoveGoodsOfHospital(const World& world);
  void ReadUse(const World& world);
  void NoteIds(const World& world);
  void SignSomebodyIn(const World& world);

  TestHost host_;
  const absl::TimeZone zone_ = absl::FixedTimeZone(8 * 3600);
  const std::string new_id_ = NewRequestId();
  std::map<std::string, std::string> ids_;  // by a mark and what it is of
};

}  // namespace qingqu::testing
