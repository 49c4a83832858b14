#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "pqxx/transaction_base"

#include "common/sealed_log/leaf.h"
#include "services/supervision/log/search_terms.h"

namespace qingqu::supervision {

// What an entry must fulfil; "" and an empty list for no condition.
struct SearchQuestion {
  std::string actor_user_id;
  std::string institution_id;
  std::string event;
  std::string resource;
  std::string subject;
  std::vector<TextQuestion> texts;
  // Microseconds since 1970; the years 1 to 9999.
  int64_t written_from_us = -62'135'596'800'000'000;
  int64_t written_before_us = 253'402'300'800'000'000;
  bool newest_first = true;
};

// How much one page may take.
struct SearchLimits {
  size_t rows_max = 50;
  size_t bytes_max = 1024 * 1024;
  int tiles_max = 64;
};

// The part of the log that is left to look through: [begin, end).
struct SearchRange {
  uint64_t begin = 0;
  uint64_t end = 0;
  bool done() const { return begin >= end; }
};

// Looks through `range` in the question's order, calls `found` for each entry that fits, and takes
// off the range what was looked through. It ends early when the page is full or enough was looked
// through.
absl::Status Search(
    pqxx::transaction_base& tx, const SearchQuestion& question, const SearchLimits& limits,
    SearchRange& range,
    const std::function<void(uint64_t index, const sealed_log::JournalRow& row)>& found);

}  // namespace qingqu::supervision
