#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/sealed_log/hash.h"

namespace qingqu::sealed_log {

// An entry of the journal as PostgreSQL prints its columns. The texts belong to whoever made it.
struct JournalRow {
  uint64_t transaction_id = 0;
  int64_t sequence = 0;
  int64_t written_us = 0;  // microseconds since 1970
  std::string_view event;
  std::string_view method;
  std::string_view resource;
  std::string_view subjects;  // an array's text: {a,"b c"}
  std::string_view actor_user_id;
  std::optional<std::string_view> actor_institution_id;
  std::string_view actor_roles;  // an array's text
  std::string_view client;
  std::optional<std::string_view> request_id;
  std::optional<std::string_view> reason;
  std::optional<std::string_view> institution_id;
  std::optional<std::string_view> alliance_id;
  std::optional<std::string_view> supplier_id;
  std::string_view details;         // a jsonb's text
  std::string_view restricted;      // a jsonb's text
  std::optional<std::string> salt;  // bytes
};

// What an entry's leaf keeps to itself.
struct Opening {
  std::optional<std::string> salt;
  std::string text;
  bool operator==(const Opening&) const = default;
};

// The leaf of the entry: the bytes of qingqu.supervision.v1.SealedEntry, whose proto says which
// they are. Every row has a leaf, and two rows that differ have different ones.
std::string LeafOf(const JournalRow& row);

// The leaf's restricted_commitment to it: SHA-256 of the salt's length, the salt, and the text.
Hash CommitmentTo(const Opening& opening);

// What the leaf's restricted_commitment commits to; nothing where it has none.
std::optional<Opening> OpeningOf(const JournalRow& row);

// The elements of a PostgreSQL text array of one dimension; nothing when `text` is something else
// or holds a NULL.
std::optional<std::vector<std::string>> ParseTextArray(std::string_view text);

// True for names of patients and doctors, which a leaf does not show.
bool IsRestrictedName(std::string_view name);

}  // namespace qingqu::sealed_log
