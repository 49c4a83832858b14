#pragma once

#include <random>
#include <string>
#include <string_view>

namespace qingqu::udi {

// For tests: a random valid value of an AI, made from the table's row of that AI.
std::string RandomValue(std::string_view ai, std::mt19937& random);

}  // namespace qingqu::udi
