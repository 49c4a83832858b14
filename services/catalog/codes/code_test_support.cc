#include "services/catalog/codes/code_test_support.h"

#include <algorithm>

#include "fmt/format.h"

#include "common/base/business_day.h"
#include "common/base/check.h"
#include "common/status/status.h"
#include "services/catalog/codes/code_release.h"

namespace qingqu::catalog {
namespace {

v1::CodeList KindOf(const TestList& list) {
  if (!list.sheet.empty()) return v1::CODE_LIST_SPECIFICATIONS;
  return list.withdrawn.empty() ? v1::CODE_LIST_TRANSCODINGS : v1::CODE_LIST_WITHDRAWALS;
}

}  // namespace

std::string TestCode(int number) { return fmt::format("C03050107901001{:012}", number); }

v1::SpecificationRow SheetRow(int number, std::string_view specification) {
  v1::SpecificationRow row;
  row.set_line(number + 1);
  row.set_code(TestCode(number));
  row.set_product_code(TestCode(number).substr(0, 20));
  row.set_registration_number("国械注准20193130123");
  row.set_product_name("空心螺钉");
  row.set_manufacturer("某厂");
  row.set_generic_name("螺钉");
  row.set_specification(std::string(specification));
  return row;
}

CallContext CodeTest::At(CallContext call, std::string_view instant) {
  std::string error;
  QINGQU_CHECK(absl::ParseTime(absl::RFC3339_full, {instant.data(), instant.size()},
                               &call.received_at, &error));
  return call;
}

CallContext CodeTest::Importer() { return At(Wang(), "2026-11-22T01:00:00Z"); }
CallContext CodeTest::Bureau() {
  CallContext call = testing::CallBy("bo", "bureau_administrator");
  call.principal.scope = auth::Scope::kCounty;
  call.principal.institution_id.clear();
  return At(call, "2026-11-22T01:00:00Z");
}
CallContext CodeTest::Reader() { return At(Li(), "2026-11-22T01:00:00Z"); }

absl::StatusOr<v1::CodeImport> CodeTest::Create(const TestList& list, bool all_or_nothing) {
  v1::CreateCodeImportRequest request;
  request.set_all_or_nothing(all_or_nothing);
  request.set_release_id(list.release);
  request.set_effective_date(list.effective_date);
  request.set_list(KindOf(list));
  CallContext call = Caller();
  const auto day = CivilDate::Parse(list.effective_date);
  if (day.ok()) {
    call.received_at = std::max(
        call.received_at, BusinessDayBegins(day->PlusDays(-kReleaseDaysAheadMax)) + absl::Hours(9));
  }
  return code_imports.CreateCodeImport(call, request);
}

absl::StatusOr<v1::AppendCodeRowsResponse> CodeTest::Append(const std::string& import,
                                                            const TestList& list,
                                                            int64_t batch_number) {
  const auto fill = [&](auto& request) {
    request.set_code_import(import);
    request.set_batch_number(batch_number);
  };
  int64_t line = 1;
  if (!list.sheet.empty()) {
    v1::AppendSpecificationRowsRequest request;
    fill(request);
    for (const auto& row : list.sheet) *request.add_rows() = row;
    return code_imports.AppendSpecificationRows(Caller(), request);
  }
  if (!list.withdrawn.empty()) {
    v1::AppendWithdrawnCodesRequest request;
    fill(request);
    for (const std::string& code : list.withdrawn) {
      auto& row = *request.add_rows();
      row.set_line(++line);
      row.set_code(code);
    }
    return code_imports.AppendWithdrawnCodes(Caller(), request);
  }
  v1::AppendTranscodingsRequest request;
  fill(request);
  for (const TestList::Transcoded& each : list.transcoded) {
    auto& row = *request.add_rows();
    row.set_line(++line);
    row.set_original_code(each.code);
    row.set_code(each.new_code);
    row.set_transcoding(each.transcoding);
  }
  return code_imports.AppendTranscodings(Caller(), request);
}

absl::StatusOr<v1::CodeImport> CodeTest::Finish(const std::string& import) {
  v1::FinishCodeImportRequest request;
  request.set_code_import(import);
  return code_imports.FinishCodeImport(Caller(), request);
}

std::string CodeTest::Import(const TestList& list) {
  const auto created = Create(list);
  if (!created.ok()) return ErrorReason(created.status());
  const auto appended = Append(created->name(), list);
  if (!appended.ok()) return ErrorReason(appended.status());
  const auto finished = Finish(created->name());
  if (!finished.ok()) return ErrorReason(finished.status());
  return fmt::format("{} {} {} {}", finished->read_count(), finished->imported_count(),
                     finished->unchanged_count(), finished->rejected_count());
}

std::string CodeTest::StateOf(int number, const std::string& day) {
  v1::GetNationalCodeRequest request;
  request.set_code(TestCode(number));
  request.set_as_of(day);
  const auto code = codes.GetNationalCode(Reader(), request);
  if (!code.ok()) return ErrorReason(code.status());
  std::string state = v1::CodeState_Name(code->state()).substr(std::string("CODE_STATE_").size());
  return fmt::format("{} {} {}{}{}", state, code->effective_date(), code->release(),
                     code->new_code().empty() ? "" : " ", code->new_code());
}

std::string CodeTest::Obstacles(std::string_view item, std::string_view day,
                                std::string_view function) {
  return database.Value(fmt::format(
      "SELECT coalesce(string_agg(reason || ' ' || resource || ' ' || detail, ';'), '') "
      "FROM catalog.{}('{}', '{}')",
      function, item, day));
}

std::string CodeTest::Told() {
  return database.Value(
      "SELECT coalesce(string_agg(event || ' ' || resource, ';' ORDER BY sequence), '') "
      "FROM journal.entry WHERE event LIKE 'item_code.%'");
}

}  // namespace qingqu::catalog
