#include "services/supervision/log/search.h"

#include <algorithm>
#include <utility>

#include "pqxx/pqxx"

#include "common/db/array.h"
#include "common/sealed_log/tile.h"
#include "services/supervision/log/journal_rows.h"
#include "services/supervision/queries.h"

namespace qingqu::supervision {
namespace {

constexpr uint64_t kWidth = sealed_log::kTileWidth;
// The column behind those of RowOf.
constexpr int kPlaceColumn = 19;

// Tiles from `first` to `last`; none when first > last.
struct TileRange {
  uint64_t first = 1;
  uint64_t last = 0;
  bool empty() const { return first > last; }
};

Terms TermsOf(const SearchQuestion& question) {
  Terms terms;
  const auto add = [&](TermKind kind, const std::string& value) {
    if (!value.empty()) terms.insert(TermOf(kind, value));
  };
  add(TermKind::kActor, question.actor_user_id);
  add(TermKind::kInstitution, question.institution_id);
  add(TermKind::kEvent, question.event);
  add(TermKind::kName, question.resource);
  add(TermKind::kName, question.subject);
  for (const TextQuestion& text : question.texts) text.AddTerms(terms);
  return terms;
}

std::string ArrayOf(const Terms& terms) {
  db::ArrayBuilder array;
  for (const int32_t term : terms) array.AddInteger(term);
  return array.Build();
}

std::string PiecesOf(const SearchQuestion& question) {
  db::ArrayBuilder array;
  for (const TextQuestion& text : question.texts) {
    for (const std::string& piece : text.Pieces()) array.AddText(piece);
  }
  return array.Build();
}

// Of the tiles that the range touches those in which something was written in the question's time.
TileRange BoundTiles(pqxx::transaction_base& tx, const SearchQuestion& question,
                     const SearchRange& range) {
  const pqxx::row row = tx.exec_prepared(queries::kBoundTiles.name, question.written_from_us,
                                         question.written_before_us)[0];
  if (row["first"].is_null() || row["last"].is_null() || range.done()) return {};
  return {.first = std::max(range.begin / kWidth, row["first"].as<uint64_t>()),
          .last = std::min((range.end - 1) / kWidth, row["last"].as<uint64_t>())};
}

// The tiles that may hold an answer, in the question's order, up to `count` of them: those that
// have no terms yet, and those that have all of the question's. Without terms, any tile may.
std::vector<uint64_t> Candidates(pqxx::transaction_base& tx, const SearchQuestion& question,
                                 const TileRange& tiles, size_t count) {
  std::vector<uint64_t> found;
  if (tiles.empty()) return found;
  const Terms terms = TermsOf(question);
  const uint64_t known =
      terms.empty() ? 0 : tx.exec_prepared(queries::kCountLogTerms.name)[0]["done"].as<uint64_t>();
  const auto add_unknown = [&] {
    const uint64_t first = std::max(tiles.first, known);
    for (uint64_t i = 0; first + i <= tiles.last && found.size() < count; ++i) {
      found.push_back(question.newest_first ? tiles.last - i : first + i);
    }
  };
  if (question.newest_first) add_unknown();
  if (found.size() < count && known > tiles.first) {
    for (const auto& row : tx.exec_prepared(queries::kFindTiles.name, ArrayOf(terms), tiles.first,
                                            std::min(tiles.last, known - 1), question.newest_first,
                                            count - found.size())) {
      found.push_back(row["tile_index"].as<uint64_t>());
    }
  }
  if (!question.newest_first) add_unknown();
  return found;
}

pqxx::result ReadTile(pqxx::transaction_base& tx, const SearchQuestion& question, uint64_t tile) {
  return tx.exec_prepared(queries::kReadTileEntries.name, tile, question.actor_user_id,
                          question.institution_id, question.event, question.resource,
                          question.subject, question.written_from_us, question.written_before_us,
                          PiecesOf(question));
}

// What is found on one page.
class Page {
 public:
  Page(const SearchLimits& limits,
       const std::function<void(uint64_t, const sealed_log::JournalRow&)>& found)
      : limits_(limits), found_(found) {}

  bool full() const { return rows_ >= limits_.rows_max || bytes_ >= limits_.bytes_max; }
  void Add(uint64_t index, const sealed_log::JournalRow& row) {
    ++rows_;
    bytes_ += row.details.size() + row.subjects.size();
    found_(index, row);
  }

 private:
  const SearchLimits& limits_;
  const std::function<void(uint64_t, const sealed_log::JournalRow&)>& found_;
  size_t rows_ = 0;
  size_t bytes_ = 0;
};

// Takes off the range what was looked through: all up to the entry `index`, it included.
void PassEntry(const SearchQuestion& question, uint64_t index, SearchRange& range) {
  if (question.newest_first) {
    range.end = index;
  } else {
    range.begin = index + 1;
  }
}

void PassTile(const SearchQuestion& question, uint64_t tile, SearchRange& range) {
  if (question.newest_first) {
    range.end = std::min(range.end, tile * kWidth);
  } else {
    range.begin = std::max(range.begin, (tile + 1) * kWidth);
  }
}

void SearchTile(const SearchQuestion& question, const pqxx::result& rows, uint64_t tile,
                SearchRange& range, Page& page) {
  for (pqxx::result::size_type i = 0; i < rows.size() && !page.full(); ++i) {
    const pqxx::row row = rows[question.newest_first ? rows.size() - 1 - i : i];
    const uint64_t index = tile * kWidth + row[kPlaceColumn].as<uint64_t>();
    if (index < range.begin || index >= range.end) continue;
    const sealed_log::JournalRow entry = RowOf(row);
    const bool fits = std::all_of(question.texts.begin(), question.texts.end(),
                                  [&](const TextQuestion& text) { return text.IsIn(entry); });
    if (!fits) continue;
    page.Add(index, entry);
    PassEntry(question, index, range);
  }
}

}  // namespace

absl::Status Search(
    pqxx::transaction_base& tx, const SearchQuestion& question, const SearchLimits& limits,
    SearchRange& range,
    const std::function<void(uint64_t index, const sealed_log::JournalRow& row)>& found) {
  Page page(limits, found);
  const auto tiles_max = static_cast<size_t>(limits.tiles_max);
  const std::vector<uint64_t> tiles =
      Candidates(tx, question, BoundTiles(tx, question, range), tiles_max);
  for (const uint64_t tile : tiles) {
    SearchTile(question, ReadTile(tx, question, tile), tile, range, page);
    if (page.full()) return absl::OkStatus();
    PassTile(question, tile, range);
  }
  if (tiles.size() < tiles_max) range.begin = range.end;
  return absl::OkStatus();
}

}  // namespace qingqu::supervision
