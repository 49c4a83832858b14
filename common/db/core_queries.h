#pragma once

#include <array>

#include "common/db/query.h"

namespace qingqu::db {

// Statements that every service's connections have prepared besides the service's own. Unqualified
// tables are found in the service's schema by the search_path of its role.

// Names and values, for the session or, where $3 is true, for the rest of the transaction.
inline constexpr Query kEnterScope{"db.enter_scope",
                                   "SELECT set_config(name, value, $3)"
                                   " FROM unnest($1::text[], $2::text[]) AS setting (name, value)"};

inline constexpr Query kClaimRequest{
    "db.claim_request",
    "INSERT INTO idempotency (request_id, principal, method, request_hash)"
    " VALUES ($1, $2, $3, $4) ON CONFLICT (request_id, principal) DO NOTHING"};

inline constexpr Query kReadRequest{"db.read_request",
                                    "SELECT method, request_hash, response FROM idempotency"
                                    " WHERE request_id = $1 AND principal = $2"};

inline constexpr Query kKeepResponse{
    "db.keep_response",
    "UPDATE idempotency SET response = $3 WHERE request_id = $1 AND principal = $2"};

inline constexpr Query kAppendJournal{
    "db.append_journal",
    "SELECT journal.append($1, $2, $3, $4, $5::text[], $6, $7, $8, $9, $10::jsonb, $11::jsonb)"};

// Seconds to wait; 0: it is counted.
inline constexpr Query kCountDoctorLevel{
    "db.count_doctor_level", "SELECT journal.count_doctor_level($1::int, $2::int, $3::int)"};

inline constexpr std::array<const Query*, 6> kCoreQueries{&kEnterScope,    &kClaimRequest,
                                                          &kReadRequest,   &kKeepResponse,
                                                          &kAppendJournal, &kCountDoctorLevel};

}  // namespace qingqu::db
