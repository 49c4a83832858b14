#include "common/sealed_log/checkpoint.h"

#include "gtest/gtest.h"

#include "common/sealed_log/encoding.h"

namespace qingqu::sealed_log {
namespace {

// The example of c2sp.org/tlog-cosignature.
constexpr std::string_view kExample =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/"
    "zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";

TEST(CheckpointTest, TheSpecificationsExample) {
  const Note note = *ParseNote(kExample);
  const absl::StatusOr<Checkpoint> checkpoint = ParseCheckpoint(note.text);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->origin, "example.com/behind-the-sofa");
  EXPECT_EQ(checkpoint->size, 20852163);
  EXPECT_EQ(Base64Of(BytesOf(checkpoint->root)), "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=");
  EXPECT_EQ(FormatCheckpoint(*checkpoint), note.text);
  ASSERT_EQ(note.signatures.size(), 2);
  EXPECT_EQ(FromBigEndian64(note.signatures[1].bytes), 1679315147);
  EXPECT_EQ(FormatNote(note), kExample);
}

TEST(CheckpointTest, MalformedTextsAreRefused) {
  const std::string root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
  EXPECT_TRUE(ParseCheckpoint("log\n0\n" + root).ok());
  EXPECT_EQ(ParseCheckpoint("log\n9223372036854775807\n" + root + "more\n")->extensions.size(), 1);
  for (const std::string& wrong :
       {std::string(), "log\n" + root, "\n1\n" + root, "log\n01\n" + root, "log\n-1\n" + root,
        "log\n9223372036854775808\n" + root, "log\n1\n" + root.substr(0, root.size() - 1),
        "log\n1\n" + root.substr(1), std::string("log\n1\nAAAA\n"), "log\n1\n" + root + "\n",
        "log\n1\n" + root + "\nmore\n", "log\n1 \n" + root}) {
    EXPECT_FALSE(ParseCheckpoint(wrong).ok()) << wrong;
  }
}

TEST(CheckpointTest, SignedAndOpened) {
  const PrivateKey key = *PrivateKey::Generate();
  const Checkpoint checkpoint{.origin = "qingqu.example/journal", .size = 7, .root = EmptyRoot()};
  const std::string note = *SignCheckpoint(checkpoint, key);
  const VerifierKey verifier{.name = checkpoint.origin, .public_key = key.public_key()};
  EXPECT_EQ(OpenCheckpoint(note, verifier)->checkpoint, checkpoint);
  EXPECT_FALSE(SignCheckpoint({.origin = "two words"}, key).ok());
  EXPECT_FALSE(OpenCheckpoint(kExample, verifier).ok());

  // Of another log, but signed by our key's name.
  Checkpoint other = checkpoint;
  other.origin = "other";
  Note foreign{.text = FormatCheckpoint(other)};
  ASSERT_TRUE(SignNote(checkpoint.origin, key, foreign).ok());
  EXPECT_EQ(OpenCheckpoint(FormatNote(foreign), verifier).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(CheckpointTest, CosignaturesAreTimed) {
  const PrivateKey log_key = *PrivateKey::Generate();
  const PrivateKey witness_key = *PrivateKey::Generate();
  Note note =
      *ParseNote(*SignCheckpoint({.origin = "log", .size = 3, .root = EmptyRoot()}, log_key));
  const VerifierKey witness{.name = "witness.example/w",
                            .type = SignatureType::kCosignature,
                            .public_key = witness_key.public_key()};
  EXPECT_EQ(*ParseVerifierKey(FormatVerifierKey(witness)), witness);
  EXPECT_EQ(VerifyCosignature(note, witness).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(Cosign(witness.name, witness_key, 1679315147, note).ok());
  EXPECT_EQ(*VerifyCosignature(note, witness), 1679315147);
  EXPECT_TRUE(VerifyNote(note, {.name = "log", .public_key = log_key.public_key()}).ok());
  note = *ParseNote(FormatNote(note));
  EXPECT_EQ(*VerifyCosignature(note, witness), 1679315147);

  Note later = note;
  later.signatures.back().bytes[7] = 'x';
  EXPECT_EQ(VerifyCosignature(later, witness).status().code(), absl::StatusCode::kDataLoss);
  Note shorter = note;
  shorter.signatures.back().bytes.pop_back();
  EXPECT_EQ(VerifyCosignature(shorter, witness).status().code(), absl::StatusCode::kDataLoss);
  Note unfit{.text = "no checkpoint\n"};
  EXPECT_FALSE(Cosign(witness.name, witness_key, 1, unfit).ok());
}

}  // namespace
}  // namespace qingqu::sealed_log
