#include <optional>
#include <thread>

#include "absl/time/clock.h"
#include "fmt/format.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"

#include "common/privacy/pseudonym.h"
#include "common/rpc/status_conversion.h"
#include "common/sealed_log/checkpoint.h"
#include "common/sealed_log/key_file.h"
#include "common/sealed_log/leaf.h"
#include "common/sealed_log/proof.h"
#include "common/status/status.h"
#include "qingqu/supervision/v1/journal_service.grpc.pb.h"
#include "qingqu/supervision/v1/sealed_entry.pb.h"
#include "services/supervision/supervision_service.h"
#include "tests/support/test_host.h"

namespace qingqu::supervision {
namespace {

using sealed_log::Hash;

Hash HashOf(const std::string& bytes) { return *sealed_log::HashFromBytes(bytes); }

template <typename Field>
sealed_log::Proof ProofOf(const Field& hashes) {
  sealed_log::Proof proof;
  for (const std::string& hash : hashes) proof.push_back(HashOf(hash));
  return proof;
}

// What an export is checked by, as the proto tells it.
class Verifier {
 public:
  void Take(const v1::LogChunk& chunk) {
    if (chunk.has_header()) {
      header_ = chunk.header();
      tree_ = *sealed_log::CompactTree::FromHashes(static_cast<uint64_t>(header_.from_index()),
                                                   ProofOf(header_.hashes()));
    }
    for (const v1::LogRow& row : chunk.rows().rows()) {
      ASSERT_EQ(row.index(), static_cast<int64_t>(tree_.size()));
      tree_.Append(sealed_log::LeafHash(row.leaf()));
      rows_.push_back(row);
    }
    if (chunk.has_checkpoint()) {
      EXPECT_EQ(chunk.checkpoint().tree_size(), static_cast<int64_t>(tree_.size()));
      EXPECT_EQ(HashOf(chunk.checkpoint().root()), tree_.Root());
      ++checkpoints_;
    }
    if (chunk.has_trailer()) trailer_ = chunk.trailer();
  }
  bool Holds() const {
    if (!trailer_) return false;
    const auto size = static_cast<uint64_t>(header_.checkpoint().tree_size());
    return sealed_log::VerifyConsistency(tree_.size(), size, tree_.Root(),
                                         HashOf(header_.checkpoint().root()),
                                         ProofOf(trailer_->hashes()))
        .ok();
  }

  v1::LogHeader header_;
  std::vector<v1::LogRow> rows_;
  std::optional<v1::LogTrailer> trailer_;
  sealed_log::CompactTree tree_;
  int checkpoints_ = 0;
};

class JournalServiceTest : public ::testing::Test {
 protected:
  std::string AuthorizationOf(const std::string& role) const {
    return host_.Authorization(
        testing::PrincipalOf("user-" + role, role, "county-hospital", "east"));
  }
  void SignIn(grpc::ClientContext& context, const std::string& role) const {
    context.AddMetadata("authorization", AuthorizationOf(role));
  }
  void Append(int count) {
    host_.database().Execute(fmt::format(
        "SELECT journal.append('thing.done', 'test', '', 'things/' || n, ARRAY['things/' || n], "
        "'county-hospital', 'east', '', '', '{{\"n\": 1}}', '{{\"patient\": \"p77\"}}') FROM "
        "generate_series(1, {}) AS n",
        count));
  }
  v1::Checkpoint CheckpointAtLeast(int64_t size) {
    v1::Checkpoint checkpoint;
    for (int i = 0; i < 300 && checkpoint.tree_size() < size; ++i) {
      grpc::ClientContext context;
      SignIn(context, "market_supervision");
      stub_->GetCheckpoint(&context, {}, &checkpoint);
      if (checkpoint.tree_size() < size) absl::SleepFor(absl::Milliseconds(50));
    }
    EXPECT_GE(checkpoint.tree_size(), size);
    return checkpoint;
  }
  absl::Status Export(const v1::ExportEntriesRequest& request, const std::string& role,
                      Verifier& verifier, int chunks_max = 1'000'000) {
    grpc::ClientContext context;
    SignIn(context, role);
    const auto reader = stub_->ExportEntries(&context, request);
    v1::LogChunk chunk;
    int chunks = 0;
    while (chunks < chunks_max && reader->Read(&chunk)) {
      verifier.Take(chunk);
      ++chunks;
    }
    if (chunks == chunks_max) context.TryCancel();
    return rpc::FromGrpcStatus(reader->Finish());
  }
  bool Opens(const std::string& entry) {
    v1::OpenEntryRequest request;
    request.set_purpose("a test");
    request.set_entry(entry);
    v1::LogRow row;
    return host_
        .Call("qingqu.supervision.v1.JournalService/OpenEntry", request, row,
              AuthorizationOf("discipline_inspector"))
        .ok();
  }
  static v1::ExportEntriesRequest Range(int64_t from, int64_t to) {
    v1::ExportEntriesRequest request;
    request.set_purpose("a test");
    request.set_from_index(from);
    request.set_to_index(to);
    return request;
  }
  std::string PseudonymOf(std::string_view patient) const {
    return privacy::PseudonymKey::LoadOrCreate(host_.keys_dir())
        ->PseudonymOf({.kind = privacy::PersonKind::kPatient,
                       .institution_id = "county-hospital",
                       .id = patient});
  }
  std::string Questions(const std::string& role) {
    return host_.database().Value(
        "SELECT string_agg(event || ' ' || split_part(method, '/', 2) || ' ' || "
        "(details->>'outcome') "
        "|| ' ' || coalesce(details->'question'->>'purpose', ''), ',' ORDER BY sequence) FROM "
        "journal.entry WHERE actor_user_id = 'user-" +
        role + "'");
  }

  testing::TestHost host_{{SupervisionSpec()}};
  std::unique_ptr<v1::JournalService::Stub> stub_ = v1::JournalService::NewStub(host_.channel());
};

TEST_F(JournalServiceTest, CheckpointsAndProofsHold) {
  Append(300);
  const v1::Checkpoint first = CheckpointAtLeast(300);
  const sealed_log::VerifierKey key =
      *sealed_log::LoadVerifierKey(host_.keys_dir() + "/journal.vkey");
  const auto opened = sealed_log::OpenCheckpoint(first.note(), key);
  ASSERT_TRUE(opened.ok()) << opened.status();
  EXPECT_EQ(opened->checkpoint.root, HashOf(first.root()));
  EXPECT_EQ(first.origin(), key.name);

  const std::string sequence = host_.database().Value(
      "SELECT sequence FROM journal.entry ORDER BY transaction_id, sequence OFFSET 260 LIMIT 1");
  for (const std::string& entry : {"entries/" + sequence, std::string()}) {
    grpc::ClientContext context;
    SignIn(context, "market_supervision");
    v1::GetInclusionProofRequest request;
    request.set_entry(entry);
    if (entry.empty()) request.set_index(260);
    request.set_tree_size(first.tree_size());
    v1::GetInclusionProofResponse response;
    ASSERT_TRUE(stub_->GetInclusionProof(&context, request, &response).ok());
    EXPECT_EQ(response.index(), 260);
    EXPECT_EQ(response.root(), first.root());
    EXPECT_TRUE(sealed_log::VerifyInclusion(260, static_cast<uint64_t>(first.tree_size()),
                                            HashOf(response.leaf_hash()),
                                            ProofOf(response.hashes()), HashOf(first.root()))
                    .ok());
  }
  Append(50);
  const v1::Checkpoint second = CheckpointAtLeast(first.tree_size() + 50);
  grpc::ClientContext context;
  SignIn(context, "discipline_inspector");
  v1::GetConsistencyProofRequest request;
  request.set_from_size(first.tree_size());
  request.set_to_size(second.tree_size());
  v1::GetConsistencyProofResponse response;
  ASSERT_TRUE(stub_->GetConsistencyProof(&context, request, &response).ok());
  EXPECT_TRUE(sealed_log::VerifyConsistency(static_cast<uint64_t>(first.tree_size()),
                                            static_cast<uint64_t>(second.tree_size()),
                                            HashOf(first.root()), HashOf(second.root()),
                                            ProofOf(response.hashes()))
                  .ok());
}

TEST_F(JournalServiceTest, WhatIsNotThereIsNotProved) {
  const std::string inspector = AuthorizationOf("discipline_inspector");
  const std::string service = "qingqu.supervision.v1.JournalService/";
  v1::Checkpoint checkpoint;
  EXPECT_EQ(ErrorReason(host_.Call(service + "GetCheckpoint", v1::GetCheckpointRequest(),
                                   checkpoint, inspector)),
            "CHECKPOINT_NOT_FOUND");
  Append(10);
  CheckpointAtLeast(10);
  v1::GetInclusionProofRequest inclusion;
  v1::GetInclusionProofResponse proof;
  const auto prove = [&] {
    return ErrorReason(host_.Call(service + "GetInclusionProof", inclusion, proof, inspector));
  };
  inclusion.set_entry("entries/999999");
  EXPECT_EQ(prove(), "ENTRY_NOT_SEALED");
  inclusion.set_entry("items/x");
  EXPECT_EQ(prove(), "INVALID_FIELD");
  inclusion.clear_entry();
  inclusion.set_index(-1);
  EXPECT_EQ(prove(), "INVALID_FIELD");
  inclusion.set_index(5);
  inclusion.set_tree_size(5);
  EXPECT_EQ(prove(), "ENTRY_NOT_SEALED");
  inclusion.set_tree_size(1'000'000);
  EXPECT_EQ(prove(), "LOG_TOO_SHORT");
  v1::GetConsistencyProofRequest consistency;
  v1::GetConsistencyProofResponse answer;
  EXPECT_EQ(
      ErrorReason(host_.Call(service + "GetConsistencyProof", consistency, answer, inspector)),
      "INVALID_FIELD");
  consistency.set_from_size(1'000'000);
  EXPECT_EQ(
      ErrorReason(host_.Call(service + "GetConsistencyProof", consistency, answer, inspector)),
      "LOG_TOO_SHORT");
}

TEST_F(JournalServiceTest, AnExportProvesItself) {
  Append(3000);
  CheckpointAtLeast(3000);
  for (const auto& [from, to] : {std::pair<int64_t, int64_t>(0, 0),
                                 {0, 1},
                                 {1, 2999},
                                 {256, 512},
                                 {300, 300},
                                 {2999, 3000},
                                 {777, 0}}) {
    Verifier verifier;
    ASSERT_TRUE(Export(Range(from, to), "discipline_inspector", verifier).ok());
    EXPECT_TRUE(verifier.Holds()) << from << " to " << to;
    const auto count = static_cast<int64_t>(verifier.rows_.size());
    EXPECT_TRUE(to == 0 ? count >= 3000 - from : count == to - from) << count;
    v1::SealedEntry entry;
    for (const v1::LogRow& row : verifier.rows_) {
      ASSERT_TRUE(entry.ParseFromString(row.leaf()));
      if (entry.event() != "thing.done") continue;
      EXPECT_EQ(row.leaf().find("p77"), std::string::npos);
      EXPECT_EQ(row.salt() + row.restricted(), "") << "whoever gets an export is outside";
      EXPECT_EQ(row.people(), R"({"patient":")" + PseudonymOf("p77") + "\"}");
    }
  }
  EXPECT_TRUE(Questions("discipline_inspector")
                  .starts_with("question.people_asked ExportEntries OK a test"));
}

TEST_F(JournalServiceTest, AnExportGoesOnWhereItBroke) {
  Append(5000);
  const v1::Checkpoint checkpoint = CheckpointAtLeast(5000);
  v1::ExportEntriesRequest request = Range(0, 0);
  request.set_tree_size(checkpoint.tree_size());
  Verifier broken;
  Export(request, "bureau_administrator", broken, 3).IgnoreError();
  ASSERT_GT(broken.rows_.size(), 0);
  ASSERT_FALSE(broken.Holds());
  request.set_from_index(static_cast<int64_t>(broken.rows_.size()));
  Verifier rest;
  ASSERT_TRUE(Export(request, "bureau_administrator", rest).ok());
  EXPECT_TRUE(rest.Holds());
  EXPECT_EQ(ProofOf(rest.header_.hashes()), broken.tree_.hashes());
  EXPECT_EQ(static_cast<int64_t>(broken.rows_.size() + rest.rows_.size()), checkpoint.tree_size());
  for (const v1::LogRow& row : rest.rows_) {
    EXPECT_EQ(row.salt() + row.restricted() + row.people(), "") << "not for the administrator";
  }
}

TEST_F(JournalServiceTest, AChangedRowDoesNotProveItself) {
  Append(400);
  CheckpointAtLeast(400);
  host_.database().Execute(
      "ALTER TABLE journal.entry DISABLE TRIGGER entry_append_only; UPDATE journal.entry SET "
      "written_at = written_at + interval '1 microsecond' WHERE resource = 'things/33'");
  Verifier verifier;
  ASSERT_TRUE(Export(Range(0, 0), "discipline_inspector", verifier).ok());
  EXPECT_FALSE(verifier.Holds());

  v1::GetInclusionProofRequest request;
  v1::GetInclusionProofResponse proof;
  const auto prove = [&](const std::string& resource) {
    request.set_entry(
        "entries/" + host_.database().Value(
                         "SELECT sequence FROM journal.entry WHERE resource = '" + resource + "'"));
    return host_.Call("qingqu.supervision.v1.JournalService/GetInclusionProof", request, proof,
                      AuthorizationOf("discipline_inspector"));
  };
  EXPECT_FALSE(prove("things/33").ok());
  EXPECT_FALSE(Opens(request.entry()));
  EXPECT_TRUE(prove("things/34").ok());
  EXPECT_TRUE(Opens(request.entry()));
}

TEST_F(JournalServiceTest, AFollowerGetsWhatIsSealed) {
  Append(20);
  CheckpointAtLeast(20);
  grpc::ClientContext context;
  SignIn(context, "discipline_inspector");
  v1::FollowRequest request;
  request.set_purpose("to watch");
  request.set_from_index(5);
  const auto reader = stub_->Follow(&context, request);
  Verifier verifier;
  v1::LogChunk chunk;
  bool appended = false;
  while ((verifier.rows_.size() < 100 || verifier.checkpoints_ < 2) && reader->Read(&chunk)) {
    verifier.Take(chunk);
    if (!appended && verifier.rows_.size() >= 15) {
      appended = true;
      Append(90);
    }
  }
  EXPECT_GE(verifier.checkpoints_, 2);
  EXPECT_GE(verifier.rows_.size(), 100);
  context.TryCancel();
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

// A stream that reads the header and then waits.
class Follower {
 public:
  Follower(v1::JournalService::Stub& stub, const std::string& authorization) {
    context_.AddMetadata("authorization", authorization);
    v1::FollowRequest request;
    request.set_purpose("to watch");
    reader_ = stub.Follow(&context_, request);
    follows_ = reader_->Read(&chunk_);
  }
  bool follows() const { return follows_; }
  std::string End() {
    if (follows_) context_.TryCancel();
    return ErrorReason(rpc::FromGrpcStatus(reader_->Finish()));
  }

 private:
  grpc::ClientContext context_;
  v1::LogChunk chunk_;
  std::unique_ptr<grpc::ClientReader<v1::LogChunk>> reader_;
  bool follows_ = false;
};

TEST_F(JournalServiceTest, NobodyKeepsTheOthersOut) {
  Append(3);
  CheckpointAtLeast(3);
  const std::string inspector = AuthorizationOf("discipline_inspector");
  std::vector<std::unique_ptr<Follower>> followers;
  for (int i = 0; i < 8; ++i) {
    followers.push_back(std::make_unique<Follower>(*stub_, inspector));
    ASSERT_TRUE(followers.back()->follows()) << i;
  }
  Follower ninth(*stub_, inspector);
  EXPECT_FALSE(ninth.follows());
  EXPECT_EQ(ninth.End(), "TOO_MANY_STREAMS");
  Follower other(*stub_, AuthorizationOf("bureau_administrator"));
  EXPECT_TRUE(other.follows());
  other.End();
  for (const auto& follower : followers) follower->End();
  bool follows = false;
  for (int i = 0; i < 300 && !follows; ++i) {
    absl::SleepFor(absl::Milliseconds(20));
    Follower next(*stub_, inspector);
    follows = next.follows();
    next.End();
  }
  EXPECT_TRUE(follows) << "places are given back";
}

TEST_F(JournalServiceTest, StreamsAreRefusedWithTheirReasonAndEachRefusalIsAnEntry) {
  Append(3);
  CheckpointAtLeast(3);
  Verifier verifier;
  v1::ExportEntriesRequest silent;
  EXPECT_EQ(ErrorReason(Export(silent, "discipline_inspector", verifier)), "PURPOSE_REQUIRED");
  EXPECT_EQ(ErrorReason(Export(silent, "bureau_administrator", verifier)), "PURPOSE_REQUIRED");
  EXPECT_EQ(ErrorReason(Export(Range(0, 0), "hospital_pharmacist", verifier)),
            "PERMISSION_MISSING");
  EXPECT_EQ(ErrorReason(Export(Range(1'000'000, 0), "discipline_inspector", verifier)),
            "LOG_TOO_SHORT");
  EXPECT_EQ(ErrorReason(Export(Range(3, 2), "discipline_inspector", verifier)), "INVALID_FIELD");
  EXPECT_EQ(verifier.rows_.size(), 0);
  EXPECT_EQ(Questions("hospital_pharmacist"),
            "question.people_refused ExportEntries PERMISSION_DENIED a test");
}

TEST_F(JournalServiceTest, OneEntryIsOpenedAtATime) {
  Append(300);
  CheckpointAtLeast(300);
  v1::OpenEntryRequest request;
  v1::LogRow row;
  const auto open = [&](const std::string& role) {
    return ErrorReason(host_.Call("qingqu.supervision.v1.JournalService/OpenEntry", request, row,
                                  AuthorizationOf(role)));
  };
  request.set_purpose("a complaint");
  request.set_entry("entries/" + host_.database().Value("SELECT sequence FROM journal.entry WHERE "
                                                        "resource = 'things/290'"));
  ASSERT_EQ(open("discipline_inspector"), "");
  v1::SealedEntry entry;
  ASSERT_TRUE(entry.ParseFromString(row.leaf()));
  EXPECT_EQ(entry.resource(), "things/290");
  EXPECT_EQ(row.restricted(), R"({"patient": "p77"})");
  EXPECT_EQ(sealed_log::CommitmentTo({.salt = row.salt(), .text = row.restricted()}),
            HashOf(entry.restricted_commitment()));
  EXPECT_EQ(open("bureau_administrator"), "PERMISSION_MISSING");
  request.set_entry("entries/999999");
  EXPECT_EQ(open("discipline_inspector"), "ENTRY_NOT_SEALED");
  request.clear_purpose();
  EXPECT_EQ(open("discipline_inspector"), "PURPOSE_REQUIRED");
}

TEST_F(JournalServiceTest, FoundEntriesComeWithTheirLeaves) {
  Append(700);
  CheckpointAtLeast(700);
  v1::SearchEntriesRequest request;
  request.set_purpose("a complaint");
  request.set_subject("things/5");
  v1::SearchEntriesResponse response;
  const std::string method = "qingqu.supervision.v1.JournalService/SearchEntries";
  const auto ask = [&](const std::string& role) {
    return host_.Call(method, request, response, AuthorizationOf(role));
  };
  ASSERT_TRUE(ask("bureau_administrator").ok());
  ASSERT_EQ(response.entries_size(), 1);
  EXPECT_EQ(response.next_page_token(), "");
  const v1::FoundEntry found = response.entries(0);
  EXPECT_EQ(found.entry().resource(), "things/5");
  EXPECT_FALSE(found.entry().details().fields().contains("patient"));
  v1::GetInclusionProofRequest where;
  where.set_index(found.index());
  v1::GetInclusionProofResponse proof;
  ASSERT_TRUE(host_
                  .Call("qingqu.supervision.v1.JournalService/GetInclusionProof", where, proof,
                        AuthorizationOf("bureau_administrator"))
                  .ok());
  EXPECT_EQ(HashOf(proof.leaf_hash()), sealed_log::LeafHash(found.leaf()));

  ASSERT_TRUE(ask("discipline_inspector").ok());
  EXPECT_EQ(response.entries(0).entry().details().fields().at("patient").string_value(),
            PseudonymOf("p77"));

  // Pages, and what is wrong.
  request.clear_subject();
  request.set_event("thing.done");
  request.set_order(v1::ENTRY_ORDER_OLDEST_FIRST);
  request.set_page_size(300);
  int64_t next = 0;
  do {
    ASSERT_TRUE(ask("discipline_inspector").ok());
    for (const v1::FoundEntry& entry : response.entries()) EXPECT_EQ(entry.index(), next++);
    request.set_page_token(response.next_page_token());
  } while (!response.next_page_token().empty());
  EXPECT_EQ(next, 700);
  request.set_page_token("forged");
  EXPECT_EQ(ErrorReason(ask("discipline_inspector")), "INVALID_FIELD");
  request.clear_page_token();
  request.clear_purpose();
  EXPECT_EQ(ErrorReason(ask("discipline_inspector")), "PURPOSE_REQUIRED");
  EXPECT_EQ(ErrorReason(ask("bureau_administrator")), "PURPOSE_REQUIRED");
  request.set_purpose("another complaint");
  request.set_subject("patients/p77");
  EXPECT_EQ(ErrorReason(ask("discipline_inspector")), "INVALID_FIELD");
  EXPECT_TRUE(
      Questions("bureau_administrator").starts_with("question.asked SearchEntries OK a complaint"));
}

TEST_F(JournalServiceTest, NobodyGetsAPart) {
  auth::Principal principal =
      testing::PrincipalOf("li", "discipline_inspector", "hospital", "east");
  principal.scope = auth::Scope::kInstitution;
  principal.institution_id = "hospital";
  principal.alliance_id = "east";
  v1::Checkpoint checkpoint;
  EXPECT_EQ(ErrorReason(host_.Call("qingqu.supervision.v1.JournalService/GetCheckpoint",
                                   v1::GetCheckpointRequest(), checkpoint,
                                   host_.Authorization(principal))),
            "COUNTY_ONLY");
}

}  // namespace
}  // namespace qingqu::supervision
