#include "common/sealed_log/note.h"

#include "gtest/gtest.h"

#include "common/sealed_log/encoding.h"

namespace qingqu::sealed_log {
namespace {

// The key and the note that the implementations of signed notes test with: the private key is the
// last 32 bytes of AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz.
constexpr std::string_view kVerifier =
    "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view kText =
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n";
constexpr std::string_view kSignature =
    "— PeterNeumann "
    "x08go/ZJkuBS9UG/"
    "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
// The example of c2sp.org/signed-note, whose text holds an empty line.
constexpr std::string_view kPoem =
    "Ognuno sta solo sul cuor della terra\ntrafitto da un raggio di sole:\n\ned è subito sera.\n\n"
    "— quasimodo.example/salvatore "
    "NnugSzTjtVAewIS+Z/iJhUPeFDkO/"
    "5QQ2i5ddnGITLlC+EhfLW9oJKONrMouFSQU0xMcXxj99ihAQwaqP3ZekRwNtIc=\n";

std::string Signed(std::string_view text, std::string_view signatures) {
  return std::string(text) + "\n" + std::string(signatures);
}

PrivateKey PetersKey() {
  return *PrivateKey::FromSeed(
      BytesFromBase64("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")->substr(1));
}

TEST(NoteTest, TheReferenceNote) {
  const VerifierKey key = *ParseVerifierKey(kVerifier);
  EXPECT_EQ(key.name, "PeterNeumann");
  EXPECT_EQ(KeyId(key), 0xc74f20a3);
  EXPECT_EQ(FormatVerifierKey(key), kVerifier);
  const absl::StatusOr<Note> note = ParseNote(Signed(kText, kSignature));
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_EQ(note->text, kText);
  EXPECT_TRUE(VerifyNote(*note, key).ok());
  Note made{.text = std::string(kText)};
  ASSERT_TRUE(SignNote("PeterNeumann", PetersKey(), made).ok());
  EXPECT_EQ(FormatNote(made), Signed(kText, kSignature));
}

TEST(NoteTest, TheTextMayHoldEmptyLines) {
  const absl::StatusOr<Note> note = ParseNote(kPoem);
  ASSERT_TRUE(note.ok()) << note.status();
  EXPECT_TRUE(note->text.ends_with("sole:\n\ned è subito sera.\n"));
  ASSERT_EQ(note->signatures.size(), 1);
  EXPECT_EQ(note->signatures[0].key_name, "quasimodo.example/salvatore");
  EXPECT_EQ(note->signatures[0].key_id, 0x367ba04b);
  EXPECT_EQ(note->signatures[0].bytes.size(), kSignatureBytes);
  EXPECT_EQ(FormatNote(*note), kPoem);
}

TEST(NoteTest, AnotherTextOrSignatureDoesNotHold) {
  const VerifierKey key = *ParseVerifierKey(kVerifier);
  Note note = *ParseNote(Signed(kText, kSignature));
  note.text[0] = 'i';
  EXPECT_EQ(VerifyNote(note, key).code(), absl::StatusCode::kDataLoss);
  note = *ParseNote(Signed(kText, kSignature));
  note.signatures.push_back(note.signatures[0]);
  EXPECT_TRUE(VerifyNote(note, key).ok());
  note.signatures[1].bytes[5] = static_cast<char>(note.signatures[1].bytes[5] ^ 1);
  EXPECT_EQ(VerifyNote(note, key).code(), absl::StatusCode::kDataLoss);
}

TEST(NoteTest, SignaturesOfOthersAreNotLookedAt) {
  const VerifierKey key = *ParseVerifierKey(kVerifier);
  Note note{.text = std::string(kText)};
  ASSERT_TRUE(SignNote("someone.else", *PrivateKey::Generate(), note).ok());
  ASSERT_TRUE(SignNote("PeterNeumann", *PrivateKey::Generate(), note).ok());
  EXPECT_EQ(VerifyNote(note, key).code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(SignNote("PeterNeumann", PetersKey(), note).ok());
  EXPECT_TRUE(VerifyNote(note, key).ok());
  EXPECT_EQ(*ParseNote(FormatNote(note)), note);
  VerifierKey cosigner = key;
  cosigner.type = SignatureType::kCosignature;
  EXPECT_FALSE(VerifyNote(note, cosigner).ok());
}

TEST(NoteTest, ManglingsOfAVerifierKeyAreRefused) {
  const std::string key(kVerifier);
  for (size_t begin = 0; begin < key.size(); ++begin) {
    for (size_t end = begin; end <= key.size(); ++end) {
      if (begin == 0 && end == key.size()) continue;
      EXPECT_FALSE(ParseVerifierKey(key.substr(begin, end - begin)).ok());
    }
  }
  for (size_t i = 0; i < key.size(); ++i) {
    std::string wrong = key;
    ++wrong[i];
    EXPECT_FALSE(ParseVerifierKey(wrong).ok()) << wrong;
  }
  // A key of the wrong length and one of an unknown type, both with fitting ids.
  EXPECT_FALSE(
      ParseVerifierKey("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==")
          .ok());
  EXPECT_FALSE(
      ParseVerifierKey("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").ok());
}

TEST(NoteTest, MalformedNotesAreRefused) {
  const std::string good = Signed(kText, kSignature);
  ASSERT_TRUE(ParseNote(good).ok());
  const std::string text(kText);
  const std::string signature(kSignature);
  for (const std::string& wrong : {std::string(),
                                   std::string("\n"),
                                   std::string("\n\n"),
                                   text,
                                   text + "\n",
                                   text + signature,
                                   good.substr(0, good.size() - 1),
                                   good + "\n",
                                   good + "x\n",
                                   text + "\n\n" + "- PeterNeumann AAAAAAA=\n",
                                   text + "\n— PeterNeumann\n",
                                   text + "\n—  AAAAAAA=\n",
                                   text + "\n— Peter Neumann AAAAAAA=\n",
                                   text + "\n— PeterNeumann AAAA\n",
                                   text + "\n— PeterNeumann AAAAAA==\n",
                                   text + "\n— PeterNeumann AAAAAAA\n",
                                   text + "\n— Peter+Neumann AAAAAAA=\n",
                                   text + "\n— Peter\u3000Neumann AAAAAAA=\n",
                                   "a\tb\n\n" + signature,
                                   "a\r\n\n" + signature,
                                   std::string("a\0b\n\n", 5) + signature,
                                   "\xff\n\n" + signature}) {
    EXPECT_FALSE(ParseNote(wrong).ok()) << wrong;
  }
  EXPECT_TRUE(ParseNote(text + "\n— PeterNeumann AAAAAAA=\n").ok());
}

TEST(NoteTest, ManySignaturesAreReadButNotAnyNumber) {
  std::string note = Signed(kText, "");
  for (size_t i = 0; i < kNoteSignaturesMax; ++i) note += kSignature;
  EXPECT_TRUE(ParseNote(note).ok());
  EXPECT_TRUE(VerifyNote(*ParseNote(note), *ParseVerifierKey(kVerifier)).ok());
  EXPECT_FALSE(ParseNote(note + std::string(kSignature)).ok());
  EXPECT_FALSE(ParseNote(Signed(std::string(kNoteBytesMax, 'x') + "\n", kSignature)).ok());
}

TEST(NoteTest, WhatCannotBeReadIsNotSigned) {
  const PrivateKey key = PetersKey();
  for (const char* text : {"", "no line feed", "tab\t\n", "\xff\n"}) {
    Note note{.text = text};
    EXPECT_FALSE(SignNote("name", key, note).ok()) << text;
  }
  for (const char* name : {"", "a b", "a+b", "a\nb", "a\u2003b", "a\u00a0b"}) {
    Note note{.text = "text\n"};
    EXPECT_FALSE(SignNote(name, key, note).ok()) << name;
  }
}

}  // namespace
}  // namespace qingqu::sealed_log
