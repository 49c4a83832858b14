#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "nlohmann/json.hpp"

namespace qingqu::supervision {

// An entry of the journal, as the database keeps it.
struct Entry {
  std::string transaction_id;  // with the sequence its place in the journal
  int64_t sequence = 0;
  absl::Time written_at;
  std::string event;
  std::string method;
  std::string resource;
  std::vector<std::string> subjects;
  std::string actor_user_id;  // "system": the platform itself
  std::string actor_institution_id;
  std::vector<std::string> actor_roles;
  std::string client;
  std::string request_id;
  std::string reason;
  std::string institution_id;  // that it concerns, and whose patients and doctors it names
  nlohmann::json details;      // an object
  nlohmann::json restricted;   // an object: what tells of patients or doctors
};

inline constexpr std::string_view kSystemActor = "system";

// Adds what tells of patients and doctors to the details, and empties it. Objects are merged key by
// key, arrays of lines by their line_number; what belongs to a line that the details do not hold
// (any more) is left out.
void RevealRestricted(Entry& entry);
// Removes what tells of patients and doctors, also where a subject names one.
void HideRestricted(Entry& entry);

// "items" of "items/x/lots/y"; "" when `text` does not look like a resource name.
std::string_view CollectionOf(std::string_view text);

}  // namespace qingqu::supervision
