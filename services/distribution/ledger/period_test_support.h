#pragma once

#include "absl/time/time.h"

namespace qingqu::distribution {

// Counts what does not agree between the balances of closed periods and the movements themselves,
// reckoned forwards from the first of them.
inline constexpr const char* kPeriodMismatches = R"(
  WITH side AS (
    SELECT debit_account_id AS account_id, effective_at, moved FROM distribution.movement
    UNION ALL SELECT credit_account_id, effective_at, -moved FROM distribution.movement
  ), expected AS (
    SELECT period.holder, period.month, account.account_id,
      coalesce(sum(moved) FILTER (WHERE effective_at < starts_at), 0) AS opening,
      coalesce(sum(moved) FILTER (WHERE effective_at >= starts_at AND moved > 0), 0) AS received,
      coalesce(-sum(moved) FILTER (WHERE effective_at >= starts_at AND moved < 0), 0) AS issued,
      coalesce(sum(moved), 0) AS closing
    FROM (SELECT *, month::timestamp AT TIME ZONE '-08' AS starts_at FROM distribution.period)
      AS period
    JOIN distribution.location ON period.holder = CASE location.kind
      WHEN 'central_store' THEN 'alliances/' || location.alliance_id
      ELSE 'institutions/' || location.institution_id END
    JOIN distribution.account ON account.location_id = location.location_id
      AND account.kind = 'stock'
    JOIN side ON side.account_id = account.account_id AND side.effective_at < period.ends_at
    GROUP BY period.holder, period.month, account.account_id
  )
  SELECT count(*) FROM expected
  FULL JOIN distribution.period_balance AS kept USING (holder, month, account_id)
  WHERE (kept.opening, kept.received, kept.issued, kept.closing)
        IS DISTINCT FROM (expected.opening, expected.received, expected.issued, expected.closing))";

// An instant of 2026 in the county.
inline absl::Time County(int month, int day, int hour = 12, int minute = 0, int second = 0) {
  return absl::FromCivil(absl::CivilSecond(2026, month, day, hour, minute, second),
                         absl::FixedTimeZone(8 * 60 * 60));
}

}  // namespace qingqu::distribution
