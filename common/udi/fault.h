#pragma once

#include <cstddef>
#include <string_view>

namespace qingqu::udi {

// What is wrong with a piece of text. Both strings live as long as the program.
struct Fault {
  std::string_view reason;   // UPPER_SNAKE, stable
  size_t offset = 0;         // in bytes, into the text that was checked
  std::string_view message;  // a clause: "the month must be 01 to 12"
};

}  // namespace qingqu::udi
