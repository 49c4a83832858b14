#include "services/cli/fake_journal.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "common/sealed_log/leaf.h"
#include "common/sealed_log/proof.h"
#include "qingqu/supervision/v1/sealed_entry.pb.h"

namespace qingqu::cli {
namespace {

using sealed_log::Hash;
using supervision::v1::LogChunk;

std::string SaltOf(size_t index) { return index % 3 == 0 ? std::string(32, 's') : ""; }
std::string RestrictedOf(size_t index) {
  return index % 3 == 0 ? "{\"patient\": \"p" + std::to_string(index) + "\"}" : "";
}

std::string LeafAt(size_t index) {
  supervision::v1::SealedEntry entry;
  entry.set_transaction_id(index + 1);
  entry.set_event("thing.done");
  entry.set_details("{}");
  if (index % 3 == 0) {
    entry.set_restricted_commitment(std::string(sealed_log::BytesOf(
        sealed_log::CommitmentTo({.salt = SaltOf(index), .text = RestrictedOf(index)}))));
  }
  return entry.SerializeAsString();
}

std::vector<Hash> Leaves(size_t size) {
  std::vector<Hash> leaves;
  for (size_t i = 0; i < size; ++i) leaves.push_back(sealed_log::LeafHash(LeafAt(i)));
  return leaves;
}

}  // namespace

FakeJournal::FakeJournal() : tree_(Leaves(kSize)) {}

std::string FakeJournal::Note(size_t size) const {
  return *sealed_log::SignCheckpoint({.origin = kOrigin, .size = size, .root = tree_.Root(0, size)},
                                     key_);
}

void FakeJournal::set_chunks_max(int chunks) {
  const std::lock_guard lock(mutex_);
  chunks_max_ = chunks;
}

void FakeJournal::set_lie(int64_t index) {
  const std::lock_guard lock(mutex_);
  lie_ = index;
}

std::vector<supervision::v1::ExportEntriesRequest> FakeJournal::TakeRequests() {
  const std::lock_guard lock(mutex_);
  return std::exchange(requests_, {});
}

supervision::v1::LogRow FakeJournal::RowAt(size_t index) const {
  supervision::v1::LogRow row;
  row.set_index(static_cast<int64_t>(index));
  row.set_leaf(LeafAt(static_cast<int64_t>(index) == lie_ ? index + 1 : index));
  row.set_salt(SaltOf(index));
  row.set_restricted(RestrictedOf(index));
  return row;
}

grpc::Status FakeJournal::ExportEntries(grpc::ServerContext*,
                                        const supervision::v1::ExportEntriesRequest* request,
                                        grpc::ServerWriter<LogChunk>* writer) {
  const std::lock_guard lock(mutex_);
  requests_.push_back(*request);
  const auto size = request->tree_size() == 0 ? kSize : static_cast<size_t>(request->tree_size());
  const auto end = request->to_index() == 0 ? size : static_cast<size_t>(request->to_index());
  auto next = static_cast<size_t>(request->from_index());
  if (size > kSize || end > size || next > end) {
    return {grpc::StatusCode::OUT_OF_RANGE, "the log is too short"};
  }
  std::vector<LogChunk> chunks(1);
  supervision::v1::LogHeader& header = *chunks[0].mutable_header();
  header.mutable_checkpoint()->set_tree_size(static_cast<int64_t>(size));
  header.mutable_checkpoint()->set_note(Note(size));
  header.set_from_index(request->from_index());
  header.set_to_index(static_cast<int64_t>(end));
  const std::vector<Hash> before = *tree_.ReadNodes(sealed_log::NodesOfRange(0, next));
  for (const Hash& hash : before) {
    header.add_hashes(std::string(sealed_log::BytesOf(hash)));
  }
  while (next < end) {
    supervision::v1::LogRows& rows = *chunks.emplace_back().mutable_rows();
    for (int64_t i = 0; i < kRowsPerChunk && next < end; ++i) *rows.add_rows() = RowAt(next++);
  }
  chunks.emplace_back().mutable_trailer();
  if (end > 0 && end < size) {
    const sealed_log::Proof proof = *sealed_log::ConsistencyProof(tree_, end, size);
    for (const Hash& hash : proof) {
      chunks.back().mutable_trailer()->add_hashes(std::string(sealed_log::BytesOf(hash)));
    }
  }
  int sent = 0;
  for (const LogChunk& chunk : chunks) {
    if (chunks_max_ > 0 && sent++ == chunks_max_) {
      return {grpc::StatusCode::UNAVAILABLE, "the fake breaks off"};
    }
    writer->Write(chunk);
  }
  return grpc::Status::OK;
}

void FakeJournal::set_found(int count) {
  const std::lock_guard lock(mutex_);
  found_ = count;
}

std::vector<supervision::v1::SearchEntriesRequest> FakeJournal::TakeSearches() {
  const std::lock_guard lock(mutex_);
  return std::exchange(searches_, {});
}

grpc::Status FakeJournal::SearchEntries(grpc::ServerContext*,
                                        const supervision::v1::SearchEntriesRequest* request,
                                        supervision::v1::SearchEntriesResponse* response) {
  const std::lock_guard lock(mutex_);
  searches_.push_back(*request);
  // A token is the number of the page and of the entries before it; every second page is empty.
  int page = 0;
  int next = 0;
  std::sscanf(request->page_token().c_str(), "%d-%d", &page, &next);
  for (int i = 0; page % 2 == 0 && i < std::min(3, request->page_size()) && next < found_; ++i) {
    supervision::v1::FoundEntry& found = *response->add_entries();
    found.set_index(next);
    found.set_leaf(LeafAt(static_cast<size_t>(next)));
    found.mutable_entry()->set_event("receipt.posted");
    found.mutable_entry()->set_actor("users/lin");
    found.mutable_entry()->set_resource("receipts/r" + std::to_string(next));
    ++next;
  }
  response->set_tree_size(kSize);
  if (next < found_) {
    response->set_next_page_token(std::to_string(page + 1) + "-" + std::to_string(next));
  }
  return grpc::Status::OK;
}

}  // namespace qingqu::cli
