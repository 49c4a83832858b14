#pragma once

#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"

#include "common/privacy/pseudonym.h"
#include "qingqu/usage/v1/usage_service.pb.h"
#include "tests/support/log_capture.h"
#include "tests/support/test_host.h"

namespace qingqu::testing {

// The platform after uses of people with distinctive names, and who finds them where.
class PeopleLeakTest : public ::testing::Test {
 protected:
  static constexpr const char* kPatient = "P-canary-zebra-0001";
  static constexpr const char* kDoctor = "D-canary-okapi";
  static constexpr const char* kProcedure = "canary procedure ibex";

  // What a walk through the platform brought to light.
  struct Walked {
    std::string text;  // of all answers, refusals and what they carry
    int answered = 0;  // calls
    // Methods that told a name, a pseudonym, a procedure.
    std::set<std::string> with_names;
    std::set<std::string> with_pseudonyms;
    std::set<std::string> with_procedures;
  };

  PeopleLeakTest();

  static auth::Principal By(std::string_view role, std::string_view institution_id = "hospital");
  // Calls every method of every service, each with nothing and with the names of all that there is.
  Walked Walk(const auth::Principal& principal);
  // Everything that the journal's export shows to the caller.
  std::string Export(const auth::Principal& principal);
  absl::Status Use(const auth::Principal& nurse, const std::string& use_id, int64_t packs,
                   const std::string& location = "ward");

  // Which of the names stand in a text, in any spelling that a protocol or a log gives them.
  std::set<std::string> NamesIn(std::string_view text) const { return FoundIn(text, names_); }
  std::set<std::string> PseudonymsIn(std::string_view text) const {
    return FoundIn(text, pseudonyms_);
  }
  // Whether it tells what was done to them.
  bool TellsProcedure(std::string_view text) const { return !FoundIn(text, {kProcedure}).empty(); }
  std::string ServiceLog() const { return log_.Text(); }
  std::string Metrics() const;
  // What the server of the tests wrote since this test began.
  std::string DatabaseLog() const;

  const LogCapture log_;
  TestHost host_;
  std::set<std::string> names_{kPatient, kDoctor};
  std::set<std::string> pseudonyms_;

 private:
  static std::set<std::string> FoundIn(std::string_view text, const std::set<std::string>& wanted);
  void Seed();
  void CallWith(const google::protobuf::MethodDescriptor& method, const std::string& authorization,
                int variant, Walked& walked);

  size_t database_log_begin_ = 0;
};

}  // namespace qingqu::testing
