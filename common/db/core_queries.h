#pragma once

#include <array>

#include "common/db/query.h"

namespace qingqu::db {

// Statements that every service's connections have prepared besides the service's own. Unqualified
// tables are found in the service's schema by the search_path of its role.

// For the session or, where $11 is true, for the rest of the transaction.
inline constexpr Query kEnterScope{
    "db.enter_scope",
    "SELECT set_config('qingqu.user', $1, $11), set_config('qingqu.institution', $2, $11),"
    " set_config('qingqu.alliance', $3, $11), set_config('qingqu.supplier', $4, $11),"
    " set_config('qingqu.scope', $5, $11), set_config('qingqu.roles', $6, $11),"
    " set_config('qingqu.client', $7, $11), set_config('qingqu.on_behalf_of', $8, $11),"
    " set_config('qingqu.delegation', $9, $11), set_config('qingqu.department', $10, $11)"};

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
