#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace qingqu::udid {

// Makes well-formed XML of what the device database publishes, as a stream: bare ampersands and
// less-than signs (`A&B`, `<5mm`) become references; control characters and references to them,
// which XML 1.0 has no place for, are left out; bytes that are not UTF-8 become U+FFFD. What is
// well-formed stays as it is, and lines stay lines. Not thread-safe.
class XmlRepair {
 public:
  // Gives up at `undecodable_max` bytes that are not UTF-8, and before that where they are more
  // than 64 and one in a thousand: such a text is in another encoding.
  explicit XmlRepair(int64_t undecodable_max) : undecodable_max_(undecodable_max) {}

  // Appends to `output` what can be told of `chunk` and what came before it; all of it when `last`.
  // Nothing more once it has given up.
  void Feed(std::string_view chunk, bool last, std::string& output);
  bool gave_up() const { return gave_up_; }

  // How many bytes or references were changed, and how many of them were not UTF-8.
  int64_t repairs() const { return repairs_; }
  int64_t undecodable() const { return undecodable_; }

 private:
  enum class Mode { kText, kTag, kCdata, kComment };

  // Takes the next character or mark of `rest`, which is not empty, and returns its bytes.
  size_t Step(std::string_view rest, std::string& output);
  size_t StepText(std::string_view rest, std::string& output);
  size_t StepTag(std::string_view rest, std::string& output);
  size_t Ampersand(std::string_view rest, std::string& output);
  size_t Character(std::string_view rest, std::string& output);

  const int64_t undecodable_max_;
  std::string pending_;
  int64_t bytes_taken_ = 0;
  bool gave_up_ = false;
  Mode mode_ = Mode::kText;
  char quote_ = '\0';  // within an attribute's value
  int64_t repairs_ = 0;
  int64_t undecodable_ = 0;
};

}  // namespace qingqu::udid
