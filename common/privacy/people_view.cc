#include "common/privacy/people_view.h"

#include "common/auth/role_grants.h"

namespace qingqu::privacy {
namespace {

bool IsInside(const auth::Principal& principal, std::string_view institution_id) {
  const bool acts_there = principal.scope == auth::Scope::kInstitution ||
                          principal.scope == auth::Scope::kDepartment ||
                          principal.scope == auth::Scope::kAlliance;
  return acts_there && !institution_id.empty() && principal.institution_id == institution_id;
}

}  // namespace

Sight SightOf(const auth::Principal& principal, std::string_view institution_id) {
  if (IsInside(principal, institution_id) && auth::IsGranted(principal, kReadPatients)) {
    return Sight::kName;
  }
  return auth::IsGranted(principal, kReadPseudonyms) ? Sight::kPseudonym : Sight::kNothing;
}

bool MaySeePeople(const auth::Principal& principal) {
  return auth::IsGranted(principal, kReadPatients) || auth::IsGranted(principal, kReadPseudonyms) ||
         auth::IsGranted(principal, kResolvePseudonyms);
}

std::string PeopleView::Show(const Person& person) const {
  if (person.id.empty()) return "";
  const Sight sight = SightInto(person.institution_id);
  if (sight == Sight::kNothing) return "";
  if (sight == Sight::kName || IsPseudonym(person.id)) return std::string(person.id);
  return key_ == nullptr ? "" : key_->PseudonymOf(person);
}

}  // namespace qingqu::privacy
