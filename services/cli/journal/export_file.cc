#include "services/cli/journal/export_file.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <utility>

#include "common/base/strings.h"
#include "common/sealed_log/hash.h"
#include "common/sealed_log/leaf.h"
#include "common/sealed_log/proof.h"
#include "common/status/status_macros.h"
#include "qingqu/supervision/v1/sealed_entry.pb.h"

namespace qingqu::cli {
namespace {

using sealed_log::Hash;
using sealed_log::kHashBytes;
using supervision::v1::LogChunk;

constexpr size_t kChunkBytesMax = size_t{64} << 20;
constexpr int kVarintBytesMax = 5;
constexpr uint64_t kProgressEvery = 16;  // records

// Nothing when one of them is no hash.
std::optional<std::vector<Hash>> HashesOf(
    const google::protobuf::RepeatedPtrField<std::string>& texts) {
  std::vector<Hash> hashes;
  for (const std::string& text : texts) {
    const auto hash = sealed_log::HashFromBytes(text);
    if (!hash.ok()) return std::nullopt;
    hashes.push_back(*hash);
  }
  return hashes;
}

// Whether what a row reveals is what its leaf commits to; a row may reveal nothing.
bool RevealsWhatWasSealed(const supervision::v1::LogRow& row) {
  if (row.salt().empty() && row.restricted().empty()) return true;
  supervision::v1::SealedEntry entry;
  if (!entry.ParseFromString(row.leaf())) return false;
  sealed_log::Opening opening{.salt = std::nullopt, .text = row.restricted()};
  if (!row.salt().empty()) opening.salt = row.salt();
  return entry.restricted_commitment() == sealed_log::BytesOf(sealed_log::CommitmentTo(opening));
}

// Reads records from the front of a file.
class RecordReader {
 public:
  explicit RecordReader(const std::string& path) : file_(path, std::ios::binary) {}

  bool is_open() const { return file_.is_open(); }
  bool broken() const { return file_.bad(); }

  bool ReadMagic() {
    std::string line(kExportMagic.size(), '\0');
    return Read(line) && line == kExportMagic;
  }

  enum class Got { kRecord, kEnd, kTruncated, kMalformed };
  Got Next(LogChunk& chunk, std::vector<Hash>& hashes) {
    uint64_t length = 0;
    for (int i = 0;; ++i) {
      const int byte = file_.get();
      if (byte == std::char_traits<char>::eof()) return i == 0 ? Got::kEnd : Got::kTruncated;
      if (i == kVarintBytesMax) return Got::kMalformed;
      length |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      ++bytes_;
      if ((byte & 0x80) == 0) break;
    }
    if (length > kChunkBytesMax) return Got::kMalformed;
    // What is not there is not made room for.
    std::string text;
    while (text.size() < length) {
      std::string part(std::min<size_t>(length - text.size(), size_t{1} << 20), '\0');
      if (!Read(part)) return Got::kTruncated;
      text += part;
    }
    if (!chunk.ParseFromString(text)) return Got::kMalformed;
    // Each leaf has bytes, so there are no more hashes than what was read has room for.
    const auto& rows = chunk.rows().rows();
    const auto has_leaf = [](const supervision::v1::LogRow& row) { return !row.leaf().empty(); };
    if (!std::all_of(rows.begin(), rows.end(), has_leaf)) return Got::kMalformed;
    hashes.resize(static_cast<size_t>(chunk.rows().rows_size()));
    for (Hash& hash : hashes) {
      std::string bytes(kHashBytes, '\0');
      if (!Read(bytes)) return Got::kTruncated;
      std::copy(bytes.begin(), bytes.end(), hash.begin());
    }
    return Got::kRecord;
  }
  int64_t bytes() const { return bytes_; }

 private:
  bool Read(std::string& into) {
    file_.read(into.data(), static_cast<std::streamsize>(into.size()));
    bytes_ += file_.gcount();
    return static_cast<size_t>(file_.gcount()) == into.size();
  }

  std::ifstream file_;
  int64_t bytes_ = 0;
};

// The first row that is not what its hash, as it was written beside it, says.
std::optional<uint64_t> DamagedRow(const LogChunk& chunk, const std::vector<Hash>& hashes,
                                   uint64_t next) {
  for (int i = 0; i < chunk.rows().rows_size(); ++i) {
    const supervision::v1::LogRow& row = chunk.rows().rows(i);
    const uint64_t place = next + static_cast<uint64_t>(i);
    if (static_cast<uint64_t>(row.index()) != place) return std::nullopt;
    if (sealed_log::LeafHash(row.leaf()) != hashes[static_cast<size_t>(i)]) return place;
  }
  return std::nullopt;
}

}  // namespace

bool ExportChecker::Find(ExportProblem problem) {
  if (problem_ == ExportProblem::kNone) problem_ = problem;
  return false;
}

bool ExportChecker::AddHeader(const supervision::v1::LogHeader& header) {
  const int64_t size = header.checkpoint().tree_size();
  const bool sane = header.from_index() >= 0 && header.to_index() >= header.from_index() &&
                    size >= header.to_index();
  const auto hashes = HashesOf(header.hashes());
  if (!sane || !hashes) return Find(ExportProblem::kMalformed);
  if (begun_) {
    // It goes on after a break.
    const bool goes_on = static_cast<uint64_t>(header.from_index()) == next() &&
                         static_cast<uint64_t>(header.to_index()) == to_ &&
                         static_cast<uint64_t>(size) == size_ && *hashes == tree_.hashes();
    return goes_on || Find(ExportProblem::kMalformed);
  }
  auto tree =
      sealed_log::CompactTree::FromHashes(static_cast<uint64_t>(header.from_index()), *hashes);
  if (!tree.ok()) return Find(ExportProblem::kMalformed);
  tree_ = *std::move(tree);
  from_ = tree_.size();
  to_ = static_cast<uint64_t>(header.to_index());
  size_ = static_cast<uint64_t>(size);
  begun_ = true;
  return true;
}

bool ExportChecker::AddRow(const supervision::v1::LogRow& row) {
  if (row.index() < 0 || static_cast<uint64_t>(row.index()) != next() || next() >= to_) {
    return Find(ExportProblem::kGap);
  }
  if (!RevealsWhatWasSealed(row)) return Find(ExportProblem::kRestricted);
  tree_.Append(sealed_log::LeafHash(row.leaf()));
  return true;
}

bool ExportChecker::AddTrailer(const supervision::v1::LogTrailer& trailer) {
  if (next() != to_) return Find(ExportProblem::kGap);
  auto hashes = HashesOf(trailer.hashes());
  if (!hashes) return Find(ExportProblem::kMalformed);
  trailer_ = *std::move(hashes);
  complete_ = true;
  return true;
}

bool ExportChecker::Add(const LogChunk& chunk) {
  if (problem_ != ExportProblem::kNone) return false;
  if (complete_ || (!begun_ && !chunk.has_header())) return Find(ExportProblem::kMalformed);
  switch (chunk.part_case()) {
    case LogChunk::kHeader:
      return AddHeader(chunk.header());
    case LogChunk::kRows:
      return std::all_of(chunk.rows().rows().begin(), chunk.rows().rows().end(),
                         [this](const supervision::v1::LogRow& row) { return AddRow(row); });
    case LogChunk::kTrailer:
      return AddTrailer(chunk.trailer());
    default:
      return Find(ExportProblem::kMalformed);
  }
}

ExportProblem ExportChecker::Judge(const sealed_log::Checkpoint& checkpoint) {
  if (problem_ != ExportProblem::kNone) return problem_;
  if (!complete_) return ExportProblem::kTruncated;
  if (checkpoint.size != size_) return ExportProblem::kOtherCheckpoint;
  bool proved = false;
  if (to_ == size_) {
    proved = trailer_.empty() && tree_.Root() == checkpoint.root;
  } else if (to_ == 0) {
    proved = trailer_.empty();
  } else {
    proved =
        sealed_log::VerifyConsistency(to_, size_, tree_.Root(), checkpoint.root, trailer_).ok();
  }
  return proved ? ExportProblem::kNone : ExportProblem::kOtherRoot;
}

std::string ExportRecord(const LogChunk& chunk) {
  const std::string bytes = chunk.SerializeAsString();
  std::string record;
  uint64_t length = bytes.size();
  for (; length >= 0x80; length >>= 7) record += static_cast<char>((length & 0x7f) | 0x80);
  record += static_cast<char>(length);
  record += bytes;
  for (const supervision::v1::LogRow& row : chunk.rows().rows()) {
    record += sealed_log::BytesOf(sealed_log::LeafHash(row.leaf()));
  }
  return record;
}

absl::StatusOr<ExportReport> ReadExport(
    const std::string& path, ExportChecker& checker,
    const std::function<void(int64_t bytes, uint64_t rows)>& on_progress) {
  RecordReader reader(path);
  if (!reader.is_open()) return absl::NotFoundError(ToAbsl(path));
  ExportReport report;
  LogChunk chunk;
  std::vector<Hash> hashes;
  uint64_t records = 0;
  if (!reader.ReadMagic()) report.problem = ExportProblem::kMalformed;
  while (report.problem == ExportProblem::kNone) {
    report.good_bytes = reader.bytes();
    report.index = checker.next();
    const RecordReader::Got got = reader.Next(chunk, hashes);
    if (got == RecordReader::Got::kEnd && checker.complete()) break;
    if (got == RecordReader::Got::kMalformed) {
      report.problem = ExportProblem::kMalformed;
    } else if (got != RecordReader::Got::kRecord) {
      report.problem = ExportProblem::kTruncated;
    } else if (const auto damaged = DamagedRow(chunk, hashes, checker.next())) {
      report.problem = ExportProblem::kRowChanged;
      report.index = *damaged;
    } else if (!checker.Add(chunk)) {
      report.problem = checker.problem();
      report.index = checker.next();
    }
    if (on_progress && records++ % kProgressEvery == 0) on_progress(reader.bytes(), checker.next());
  }
  if (reader.broken()) return absl::UnavailableError(ToAbsl(path));
  report.from = checker.from();
  report.to = checker.to();
  report.rows = checker.next() - checker.from();
  report.tree_size = checker.tree_size();
  return report;
}

}  // namespace qingqu::cli
