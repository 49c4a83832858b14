#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "pqxx/transaction_base"

#include "common/base/civil_date.h"

namespace qingqu::catalog {

// How near the end of something is: its last day is over, or at most so many days away and more
// than the next fewer.
enum class ExpiryWindow { kExpired, kWithin7Days, kWithin30Days, kWithin90Days };

// The last days, first and last, that fall into a window on `day`.
struct LastDays {
  CivilDate first;
  CivilDate last;
};
LastDays LastDaysOf(ExpiryWindow window, CivilDate day);

// Something that ends: a document, or a registration of items.
struct Ending {
  std::string kind;             // of the document, as in the database; else "registration"
  std::string resource;         // qualifications/… or registrations/…
  std::string organisation_id;  // "" for registrations
  std::string number;
  CivilDate expire_date;
  // Of what was told now: 90, 30, 7, or 0 when it has expired; and of a registration its first
  // 100 items.
  int days_before = 0;
  std::vector<std::string> item_ids;
};

struct EndingListOptions {
  LastDays days;
  CivilDate after_date;  // with after_resource: where the page before ended
  std::string after_resource;
  std::string kind;             // "": any
  std::string organisation_id;  // "": any
  int limit = 0;
};
// The earliest end first; what the caller sees.
std::vector<Ending> ListEndings(pqxx::transaction_base& tx, const EndingListOptions& options);

// Notes what is due on `day` and was not told yet, at most `limit`, and returns it.
std::vector<Ending> RaiseExpiryWarnings(pqxx::transaction_base& tx, CivilDate day, absl::Time now,
                                        int limit);

}  // namespace qingqu::catalog
