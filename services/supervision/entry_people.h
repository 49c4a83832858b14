#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/privacy/people_view.h"
#include "services/supervision/entry.h"

namespace qingqu::supervision {

// Leaves of an entry what the view's reader may see of patients and doctors, in its details and its
// subjects: all, pseudonyms in their place, or nothing. Every answer with entries goes through it.
void ShowPeople(const privacy::PeopleView& view, Entry& entry);

// What of an entry's restricted part an export shows, as JSON: "" where there is nothing for the
// reader. `restricted` and `subjects` are the entry's, `institution_id` whom it concerns. Never
// names anybody: whoever gets an export is outside.
std::string ExportedPeople(const privacy::PeopleView& view, std::string_view institution_id,
                           std::string_view restricted, const std::vector<std::string>& subjects);

}  // namespace qingqu::supervision
