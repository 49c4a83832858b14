#include "services/gateway/strict_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "google/protobuf/descriptor.h"
#include "nlohmann/json.hpp"

#include "common/status/status.h"

namespace qingqu::gateway {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using nlohmann::json;

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// What a message shows of a key that it does not know.
constexpr size_t kShownKeyBytesMax = 100;

absl::Status Refuse(std::string_view reason, const std::string& message,
                    const ErrorMetadata& metadata = {}) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, message, metadata);
}

absl::Status MalformedAt(std::string_view json_text, size_t position, std::string_view problem) {
  const std::string_view before = json_text.substr(0, std::min(position, json_text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  return Refuse(
      "MALFORMED_JSON",
      fmt::format("the body is not valid JSON at byte {} (line {}): {}", position, line, problem),
      {{"position", std::to_string(position)}});
}

// The values of these have a JSON form of their own, which protobuf's parser checks.
bool HasOwnJsonForm(const Descriptor& message) {
  return message.file()->package() == "google.protobuf" && message.name() != "Empty";
}

// Whether that form is an object or an array; protobuf's parser takes {} for a Timestamp.
bool IsWrittenAsObject(const Descriptor& message) {
  return message.name() == "Struct" || message.name() == "Value" || message.name() == "Any";
}
bool IsWrittenAsArray(const Descriptor& message) {
  return message.name() == "ListValue" || message.name() == "Value";
}

const FieldDescriptor* FindField(const Descriptor& message, const std::string& key) {
  if (const FieldDescriptor* field = message.FindFieldByName(key)) return field;
  const FieldDescriptor* field = message.FindFieldByCamelcaseName(key);
  if (field != nullptr && field->json_name() == key) return field;
  for (int index = 0; index < message.field_count(); ++index) {
    if (message.field(index)->json_name() == key) return message.field(index);
  }
  return nullptr;
}

bool IsIntegerText(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && std::ranges::all_of(text, [](char character) {
    return character >= '0' && character <= '9';
  });
}

enum class Token { kNull, kBoolean, kInteger, kFloat, kString };

// Follows the document along the message type. `frames_` holds the open objects and arrays,
// outermost first.
class StrictHandler : public nlohmann::json_sax<json> {
 public:
  StrictHandler(std::string_view text, const Descriptor& type) : text_(text), type_(type) {}

  absl::Status status() const { return status_; }

  bool null() override { return Value(Token::kNull, ""); }
  bool boolean(bool) override { return Value(Token::kBoolean, ""); }
  bool number_integer(number_integer_t) override { return Value(Token::kInteger, ""); }
  bool number_unsigned(number_unsigned_t) override { return Value(Token::kInteger, ""); }
  bool number_float(number_float_t, const string_t&) override { return Value(Token::kFloat, ""); }
  bool string(string_t& value) override { return Value(Token::kString, value); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override;
  bool start_array(std::size_t) override;
  bool end_object() override { return Pop(); }
  bool end_array() override { return Pop(); }
  bool key(string_t& name) override;
  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override;

 private:
  enum class Kind { kMessage, kMap, kList, kFree, kFreeList };

  struct Frame {
    Kind kind;
    const Descriptor* message = nullptr;  // kMessage
    const FieldDescriptor* field =
        nullptr;            // the field of the coming value; kList and kMap: of all values
    std::string name = {};  // the last key, for paths
    size_t index = 0;       // elements seen, for paths
    absl::flat_hash_set<std::string> names = {};
    absl::flat_hash_set<int> numbers = {};
  };

  // What may come next: nothing is known (no field), one element of the field, or the whole field.
  struct Expected {
    const FieldDescriptor* field = nullptr;
    bool element = false;
  };

  Expected Expect();
  bool Value(Token token, const std::string& value);
  absl::Status CheckScalar(const FieldDescriptor& field, Token token, const std::string& value);
  bool Push(Frame frame);
  bool Pop();
  bool Fail(absl::Status status);
  absl::Status WrongType(std::string_view expected) const;
  std::string Path() const;

  std::string_view text_;
  const Descriptor& type_;
  std::vector<Frame> frames_;
  absl::Status status_;
};

std::string StrictHandler::Path() const {
  std::string path;
  for (const Frame& frame : frames_) {
    if (frame.kind == Kind::kList || frame.kind == Kind::kFreeList) {
      path += fmt::format("[{}]", frame.index == 0 ? 0 : frame.index - 1);
      continue;
    }
    if (frame.name.empty()) continue;
    if (!path.empty()) path += '.';
    path += frame.name;
  }
  return path;
}

bool StrictHandler::Fail(absl::Status status) {
  status_ = std::move(status);
  return false;
}

absl::Status StrictHandler::WrongType(std::string_view expected) const {
  const std::string path = Path();
  if (path.empty()) return MalformedAt(text_, 0, fmt::format("the document must be {}", expected));
  return Refuse("WRONG_JSON_TYPE", fmt::format("{}: must be {}", path, expected),
                {{"field", path}});
}

StrictHandler::Expected StrictHandler::Expect() {
  Frame& frame = frames_.back();
  if (frame.kind == Kind::kList || frame.kind == Kind::kFreeList) ++frame.index;
  const bool element = frame.kind == Kind::kList || frame.kind == Kind::kMap;
  return {.field = frame.field, .element = element};
}

bool StrictHandler::Value(Token token, const std::string& value) {
  if (frames_.empty()) return Fail(WrongType("an object"));
  const auto [field, element] = Expect();
  if (token == Token::kString && value.find('\0') != std::string::npos) {
    return Fail(Refuse("NUL_CHARACTER", fmt::format("{}: must not hold U+0000", Path()),
                       {{"field", Path()}}));
  }
  if (field == nullptr) return true;
  if (token == Token::kNull) {
    if (!element) return true;
    return Fail(WrongType("a value: a list or map holds no null"));
  }
  if (field->is_repeated() && !element) {
    return Fail(WrongType(field->is_map() ? "an object" : "an array"));
  }
  status_ = CheckScalar(*field, token, value);
  return status_.ok();
}

absl::Status StrictHandler::CheckScalar(const FieldDescriptor& field, Token token,
                                        const std::string& value) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
    case FieldDescriptor::CPPTYPE_UINT32:
    case FieldDescriptor::CPPTYPE_UINT64:
      if (token == Token::kInteger) return absl::OkStatus();
      if (token == Token::kString && IsIntegerText(value)) return absl::OkStatus();
      return WrongType("an integer within 64 bits, without fraction or exponent");
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      if (token == Token::kInteger || token == Token::kFloat) return absl::OkStatus();
      return WrongType("a finite number");
    case FieldDescriptor::CPPTYPE_BOOL:
      return token == Token::kBoolean ? absl::OkStatus() : WrongType("true or false");
    case FieldDescriptor::CPPTYPE_STRING:
      return token == Token::kString ? absl::OkStatus() : WrongType("a string");
    case FieldDescriptor::CPPTYPE_ENUM:
      if (token == Token::kInteger) return absl::OkStatus();
      if (token == Token::kString && field.enum_type()->FindValueByName(value) != nullptr) {
        return absl::OkStatus();
      }
      return WrongType(fmt::format("the name of a value of {}", field.enum_type()->name()));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (HasOwnJsonForm(*field.message_type())) return absl::OkStatus();
      return WrongType("an object");
  }
  return absl::OkStatus();
}

bool StrictHandler::start_object(std::size_t) {
  if (frames_.empty()) return Push({.kind = Kind::kMessage, .message = &type_});
  const auto [field, element] = Expect();
  if (field == nullptr) return Push({.kind = Kind::kFree});
  if (field->is_map() && !element) {
    return Push({.kind = Kind::kMap, .field = field->message_type()->map_value()});
  }
  if (field->is_repeated() && !element) return Fail(WrongType("an array"));
  if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
    return Fail(WrongType("a single value, not an object"));
  }
  const Descriptor* message = field->message_type();
  if (!HasOwnJsonForm(*message)) return Push({.kind = Kind::kMessage, .message = message});
  if (IsWrittenAsObject(*message)) return Push({.kind = Kind::kFree});
  return Fail(WrongType("a single value, not an object"));
}

bool StrictHandler::start_array(std::size_t) {
  if (frames_.empty()) return Fail(WrongType("an object"));
  const auto [field, element] = Expect();
  if (field == nullptr) return Push({.kind = Kind::kFreeList});
  if (field->is_repeated() && !field->is_map() && !element) {
    return Push({.kind = Kind::kList, .field = field});
  }
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_map() &&
      HasOwnJsonForm(*field->message_type()) && IsWrittenAsArray(*field->message_type())) {
    return Push({.kind = Kind::kFreeList});
  }
  return Fail(WrongType(field->is_map() ? "an object" : "a single value, not an array"));
}

bool StrictHandler::key(string_t& name) {
  Frame& frame = frames_.back();
  if (name.find('\0') != std::string::npos) {
    return Fail(
        Refuse("NUL_CHARACTER", fmt::format("a key of \"{}\" must not hold U+0000", Path())));
  }
  frame.name = name.size() <= kShownKeyBytesMax ? name : "…";
  bool first = false;
  if (frame.kind == Kind::kMessage) {
    frame.field = FindField(*frame.message, name);
    if (frame.field == nullptr) {
      return Fail(Refuse("UNKNOWN_FIELD",
                         fmt::format("{}: {} has no such field", Path(), frame.message->name()),
                         {{"field", Path()}}));
    }
    first = frame.numbers.insert(frame.field->number()).second;
  } else {
    first = frame.names.insert(name).second;
  }
  if (first) return true;
  return Fail(Refuse("DUPLICATE_KEY", fmt::format("{}: given twice", Path()), {{"field", Path()}}));
}

bool StrictHandler::Push(Frame frame) {
  if (frames_.size() >= static_cast<size_t>(kJsonDepthMax)) {
    return Fail(Refuse("JSON_TOO_DEEP",
                       fmt::format("the body is nested deeper than {} levels", kJsonDepthMax)));
  }
  frames_.push_back(std::move(frame));
  return true;
}

bool StrictHandler::Pop() {
  frames_.pop_back();
  return true;
}

// The library's text is "[json.exception.…] parse error at line 1, column 2: problem; last read:
// '…'".
bool StrictHandler::parse_error(std::size_t position, const std::string&,
                                const nlohmann::detail::exception& error) {
  std::string_view problem = error.what();
  if (const size_t colon = problem.find(": "); colon != std::string_view::npos) {
    problem.remove_prefix(colon + 2);
  }
  return Fail(MalformedAt(text_, position, problem.substr(0, problem.find("; last read"))));
}

}  // namespace

absl::Status CheckJson(std::string_view text, const Descriptor& type) {
  if (text.empty()) return MalformedAt(text, 0, "it is empty; an empty message is {}");
  if (text.starts_with(kByteOrderMark)) {
    return MalformedAt(text, 0, "it starts with a byte order mark");
  }
  // The JSON library takes a raw NUL for the end of the text and would not look at what follows.
  if (const size_t position = text.find('\0'); position != std::string_view::npos) {
    return Refuse("NUL_CHARACTER", fmt::format("the body holds a NUL at byte {}", position),
                  {{"position", std::to_string(position)}});
  }
  StrictHandler handler(text, type);
  if (json::sax_parse(text.begin(), text.end(), &handler)) return absl::OkStatus();
  return handler.status();
}

}  // namespace qingqu::gateway
