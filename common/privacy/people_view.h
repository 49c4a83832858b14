#pragma once

#include <string>
#include <string_view>

#include "common/auth/principal.h"
#include "common/privacy/pseudonym.h"

namespace qingqu::privacy {

// The permissions that decide on patients and doctors; grant_rules.h says who may hold them.
inline constexpr std::string_view kReadPatients = "usage.patient.read";
inline constexpr std::string_view kReadPseudonyms = "usage.pseudonym.read";
inline constexpr std::string_view kResolvePseudonyms = "usage.person.read";

// What a reader gets in place of a person.
enum class Sight { kNothing, kPseudonym, kName };

// kName within the institution that holds the record, for who reads patients: whoever acts there by
// a post of it. Everybody else is outside, also who sees the whole county, and gets pseudonyms with
// the permission for them. A service that acts for a user gets nothing.
Sight SightOf(const auth::Principal& principal, std::string_view institution_id);

// Whether any answer may name a person to the principal, by a pseudonym or as it is.
bool MaySeePeople(const auth::Principal& principal);

// What one reader sees of people: the one place that decides it, for fields of answers
// (common/rpc/answer_view.h) and for what the journal tells (services/supervision). Does not own
// what it is made of.
class PeopleView {
 public:
  // Without a key there is nothing in place of pseudonyms.
  PeopleView(const auth::Principal& principal, const PseudonymKey* key)
      : principal_(&principal), key_(key) {}

  // The person's id, its pseudonym (which it may be already) or "".
  std::string Show(const Person& person) const;
  Sight SightInto(std::string_view institution_id) const {
    return SightOf(*principal_, institution_id);
  }

 private:
  const auth::Principal* principal_;
  const PseudonymKey* key_;
};

}  // namespace qingqu::privacy
