#pragma once

#include "absl/time/time.h"

namespace qingqu::identity {

// How often one may fail to prove who they are: a password, a code, a recovery code. Failures of
// the last kFailureWindow count, in three budgets:
//
//   pair     this account from this address
//   account  this account from all addresses where it did not succeed lately (strangers)
//   address  all accounts from this address; strangers and those known there apart
//
// What comes from an address where the account succeeded within kAddressKnownFor is not refused for
// the account's sake, and one stranger's own budget ends before the account's does: so whoever
// wants to keep an owner out of a new place needs many addresses, and of a known place cannot.
inline constexpr absl::Duration kFailureWindow = absl::Minutes(15);
inline constexpr absl::Duration kAddressKnownFor = absl::Hours(24 * 30);
inline constexpr int kPairFailuresFree = 10;
inline constexpr int kAccountFailuresFree = 30;
inline constexpr int kAddressFailuresFree = 100;
// After the free ones each failure closes the door for longer, from the first to the last of these.
inline constexpr absl::Duration kLockMin = absl::Seconds(5);
inline constexpr absl::Duration kLockMax = absl::Seconds(60);

struct Failures {
  int count = 0;
  absl::Time last = absl::InfinitePast();
};

struct RecentFailures {
  bool address_known = false;
  Failures pair;
  Failures account;
  Failures address;
};

// How long until the next try; zero when it may be now.
absl::Duration WaitBeforeTry(const RecentFailures& recent, absl::Time now);

}  // namespace qingqu::identity
