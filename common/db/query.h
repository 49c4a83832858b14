#pragma once

namespace qingqu::db {

// One prepared statement; generated from queries/<name>.sql. Both strings live as long as the
// process.
struct Query {
  const char* name;
  const char* sql;
};

}  // namespace qingqu::db
