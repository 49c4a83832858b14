#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

#include "services/catalog/catalog_test_support.h"

namespace qingqu::catalog {

// The national code that ItemRequest gives the item of this number.
std::string TestCode(int number);
// A row of a sheet for it.
v1::SpecificationRow SheetRow(int number, std::string_view specification = "4.0×30");

// A release's list as a test imports it.
struct TestList {
  std::string release = "2026-11";
  std::string effective_date = "2026-11-01";
  std::vector<v1::SpecificationRow> sheet = {};
  std::vector<std::string> withdrawn = {};
  struct Transcoded {
    std::string code;
    std::string new_code;
    v1::CodeTranscoding transcoding = v1::CODE_TRANSCODING_CHANGED;
  };
  std::vector<Transcoded> transcoded = {};
};

// Fresh databases with what imports and asks.
class CodeTest : public ::testing::Test, protected CatalogDatabase {
 protected:
  static CallContext At(CallContext call, std::string_view instant);
  // Wang and Li on the morning of 2026-11-22.
  static CallContext Importer();
  // The bureau, then.
  static CallContext Bureau();
  static CallContext Reader();

  // Whether the bureau imports lists, not Wang.
  bool bureau_imports = false;
  CallContext Caller() const { return bureau_imports ? Bureau() : Importer(); }

  // A week before the list's day, when that is later.
  absl::StatusOr<v1::CodeImport> Create(const TestList& list, bool all_or_nothing = false);
  // Stages the list, of which one is not empty, as one batch.
  absl::StatusOr<v1::AppendCodeRowsResponse> Append(const std::string& import, const TestList& list,
                                                    int64_t batch_number = 0);
  absl::StatusOr<v1::CodeImport> Finish(const std::string& import);
  // "read imported unchanged rejected" of a whole import, or the reason why not.
  std::string Import(const TestList& list);

  // "STATE effective_date release new_code" of a code on a day, or the reason.
  std::string StateOf(int number, const std::string& day = "");
  // "REASON detail;" of what stands in the way of buying the item of this number.
  std::string Obstacles(std::string_view item, std::string_view day,
                        std::string_view function = "code_obstacles");
  // "event resource;" of what the journal has of items' codes.
  std::string Told();
};

}  // namespace qingqu::catalog
