#include <istream>
#include <iterator>
#include <ostream>

#include "google/protobuf/util/json_util.h"

#include "common/base/uuid.h"
#include "common/status/status.h"
#include "common/status/status_macros.h"
#include "services/cli/commands.h"
#include "services/cli/local_file.h"
#include "services/cli/message_view.h"
#include "services/cli/method_lookup.h"
#include "services/gateway/strict_json.h"

namespace qingqu::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::MethodDescriptor;
using ProtoMessage = google::protobuf::Message;

constexpr size_t kRequestBytesMax = size_t{16} << 20;
constexpr int kPageSizeOfAll = 1000;

// The JSON text that the words after the method stand for.
absl::StatusOr<std::string> RequestText(const CommandContext& context) {
  if (context.arguments.positionals.size() < 2) return std::string("{}");
  const std::string& word = context.arguments.positionals[1];
  if (word.starts_with('@')) {
    return ReadWholeFile(word.substr(1), kRequestBytesMax, context.catalogue);
  }
  if (word != "-") return word;
  std::string text(std::istreambuf_iterator<char>(context.environment.input), {});
  if (text.size() <= kRequestBytesMax) return text;
  return LocalFileError(
      MakeError(absl::StatusCode::kInvalidArgument, "FILE_TOO_LARGE",
                context.catalogue.Format(Message::kFileTooLarge, "-", kRequestBytesMax)));
}

absl::StatusOr<std::unique_ptr<ProtoMessage>> ParseRequest(const MethodDescriptor& method,
                                                           const std::string& text) {
  const absl::Status strict = gateway::CheckJson(text, *method.input_type());
  if (!strict.ok()) return UsageError(strict);
  std::unique_ptr<ProtoMessage> request = NewMessage(*method.input_type());
  const auto parsed = google::protobuf::util::JsonStringToMessage(text, request.get());
  if (parsed.ok()) return request;
  const std::string message(parsed.message().data(), parsed.message().size());
  return UsageError(MakeError(absl::StatusCode::kInvalidArgument, "INVALID_JSON_VALUE", message));
}

// Gives the request an id where its method takes one and it has none. Returns the id, or "".
std::string EnsureRequestId(ProtoMessage& request, const Clock& clock) {
  const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("request_id");
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_STRING) return "";
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  if (reflection.GetString(request, field).empty()) {
    reflection.SetString(&request, field, NewUuidV7(clock).ToString());
  }
  return reflection.GetString(request, field);
}

std::string NextPageToken(const ProtoMessage& response) {
  const FieldDescriptor* field = response.GetDescriptor()->FindFieldByName("next_page_token");
  return field == nullptr ? "" : response.GetReflection()->GetString(response, field);
}

void PrintPage(const CommandContext& context, const ProtoMessage& page,
               const FieldDescriptor& list) {
  if (!context.json) {
    context.environment.output << MessageForPeople(page, context.catalogue);
    return;
  }
  const google::protobuf::Reflection& reflection = *page.GetReflection();
  for (int index = 0; index < reflection.FieldSize(page, &list); ++index) {
    context.environment.output << MessageAsJson(reflection.GetRepeatedMessage(page, &list, index))
                               << '\n';
  }
}

// Follows the page tokens and prints each page as it comes.
absl::Status CallAllPages(const CommandContext& context, Caller& caller,
                          const MethodDescriptor& method, ProtoMessage& request) {
  const FieldDescriptor* list = PagedField(*method.output_type());
  const FieldDescriptor* token = method.input_type()->FindFieldByName("page_token");
  const FieldDescriptor* size = method.input_type()->FindFieldByName("page_size");
  if (list == nullptr || token == nullptr || size == nullptr) {
    return UsageError(
        MakeError(absl::StatusCode::kInvalidArgument, "BAD_USAGE",
                  context.catalogue.Format(Message::kAllNeedsList, ShortName(method))));
  }
  const google::protobuf::Reflection& reflection = *request.GetReflection();
  if (reflection.GetInt32(request, size) == 0) {
    reflection.SetInt32(&request, size, kPageSizeOfAll);
  }
  while (true) {
    QINGQU_ASSIGN_OR_RETURN(const auto page, caller.Call(method, request, context.Policy()));
    const std::string next = NextPageToken(*page);
    // An empty page in the middle or at the end is nothing to show.
    if (next.empty() || page->GetReflection()->FieldSize(*page, list) > 0) {
      PrintPage(context, *page, *list);
    }
    if (next.empty() || next == reflection.GetString(request, token)) return absl::OkStatus();
    reflection.SetString(&request, token, next);
  }
}

}  // namespace

ExitCode RunCall(CommandContext& context) {
  const auto method = FindMethod(context.arguments.positionals[0], context.catalogue);
  if (!method.ok()) return context.Fail(method.status());
  const auto text = RequestText(context);
  if (!text.ok()) return context.Fail(text.status());
  const auto request = ParseRequest(**method, *text);
  if (!request.ok()) return context.Fail(request.status());
  const auto connection = context.Connect();
  if (!connection.ok()) return context.Fail(connection.status());
  if (context.arguments.Has("all")) {
    const absl::Status status = CallAllPages(context, (*connection)->caller, **method, **request);
    return status.ok() ? ExitCode::kOk : context.Fail(status);
  }
  const std::string request_id = EnsureRequestId(**request, context.environment.clock);
  const auto response = (*connection)->caller.Call(**method, **request, context.Policy());
  if (!response.ok()) {
    return context.Fail(response.status(), ChangesSomething(**method), request_id);
  }
  if (context.json) {
    context.environment.output << MessageAsJson(**response) << '\n';
    return ExitCode::kOk;
  }
  context.environment.output << MessageForPeople(**response, context.catalogue);
  const std::string next = NextPageToken(**response);
  if (!next.empty()) context.Note(context.catalogue.Format(Message::kMorePages, next));
  return ExitCode::kOk;
}

}  // namespace qingqu::cli
