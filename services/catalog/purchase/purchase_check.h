#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "common/base/civil_date.h"
#include "qingqu/catalog/v1/purchase_check_service.pb.h"

namespace qingqu::catalog {

struct PurchaseQuestion {
  struct Pair {
    std::string supplier_id;
    std::string item_id;
  };
  std::string institution_id;
  std::string department_id;  // empty: none was named
  std::vector<Pair> pairs;
  CivilDate day;
};

struct Obstacle {
  std::string reason;
  std::string resource;
  std::string detail;
};

struct PurchaseRule {
  int64_t number = 0;
  CivilDate start_date;
  bool list_required = false;
  bool price_required = false;
  std::string reason;
  std::string setter_id;
  absl::Time created_at;
};

// The question that a request asks; `now` tells the day when it names none. INVALID_ARGUMENT with
// every violation, also when the day has passed.
absl::StatusOr<PurchaseQuestion> ParseQuestion(const v1::MayBuyRequest& request, absl::Time now);
absl::StatusOr<PurchaseQuestion> ParseQuestion(const v1::BatchMayBuyRequest& request,
                                               absl::Time now);

// INVALID_ARGUMENT, also when it would begin before today.
absl::StatusOr<PurchaseRule> ParseRule(const v1::PurchaseRule& rule, std::string_view setter_id,
                                       absl::Time now);

v1::PurchaseRule ToProto(const PurchaseRule& rule);

// The answer for the pair at `index`.
v1::PurchaseVerdict VerdictOf(const PurchaseQuestion& question, size_t index,
                              const std::vector<Obstacle>& obstacles);

}  // namespace qingqu::catalog
