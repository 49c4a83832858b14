#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/integration/scope_world.h"

namespace qingqu::testing {

// How an rpc that reads is asked.
struct Question {
  enum class Kind {
    kShared,      // the same for all who may ask: the catalogue, the organisation, lots, places
    kPeople,      // users, roles, credentials: nobody but the county is granted it (grant_rules.h)
    kCountyOnly,  // refused to everybody who does not see the whole county
    kSelf,        // about the caller alone
    kList,        // shows what the caller sees; the request may hold a filter
    kGet,         // one thing by its name
  };
  Kind kind = Kind::kList;
  Level level = Level::kInstitution;  // whose that thing is
  std::string request = "{}";         // for WorldHost::Fill
};

// By the name of the method; several ways where it tells of several kinds of things.
const std::multimap<std::string, Question>& Questions();

// How an rpc that changes something is asked for what is somebody else's: the answer is NOT_FOUND,
// as for what nobody has.
struct Change {
  Level level = Level::kInstitution;  // whose is what it names
  std::string request;                // for WorldHost::Fill
  std::string names_nothing;          // instead: why there is nothing to ask
};

const std::multimap<std::string, Change>& Changes();

}  // namespace qingqu::testing
