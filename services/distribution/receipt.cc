#include "services/distribution/receipt.h"

#include <algorithm>
#include <utility>

#include "fmt/format.h"

#include "common/base/quantity.h"
#include "common/base/strings.h"
#include "common/base/uuid.h"
#include "common/status/status.h"

namespace qingqu::distribution {
namespace {

// Plans one line after another; what earlier lines took is not open for later ones.
class Planner {
 public:
  Planner(ReceiptBasis basis, LineProblems& problems)
      : basis_(std::move(basis)), problems_(problems) {
    for (size_t at = 0; at < basis_.despatch_lines.size(); ++at) {
      lines_of_item_[At(at).item_id].push_back(at);
    }
  }

  void Plan(size_t index, ReceiptLine& line);

 private:
  using Candidates = std::vector<size_t>;  // indexes of despatch lines

  const scanning::ItemFacts* FindItem(size_t index, const ReceiptLine& line,
                                      Candidates& candidates);
  bool CheckLabel(size_t index, const scanning::ItemFacts& item, const ReceiptLine& line);
  bool NarrowByLot(size_t index, const scanning::ItemFacts& item, ReceiptLine& line,
                   Candidates& candidates);
  bool NarrowByExpiry(size_t index, ReceiptLine& line, Candidates& candidates);
  bool NarrowByPiece(size_t index, const scanning::ItemFacts& item, ReceiptLine& line,
                     Candidates& candidates);
  bool MayComeIn(size_t index, const ReceiptLine& line);
  bool FillLines(size_t index, const scanning::ItemFacts& item, ReceiptLine& line,
                 const Candidates& candidates);
  const DespatchLine& At(size_t candidate) const { return basis_.despatch_lines[candidate]; }

  ReceiptBasis basis_;
  std::map<std::string, Candidates> lines_of_item_;
  LineProblems& problems_;
};

const scanning::ItemFacts* Planner::FindItem(size_t index, const ReceiptLine& line,
                                             Candidates& candidates) {
  const auto item = basis_.items.find(line.pack->device_identifier);
  if (item == basis_.items.end()) {
    problems_.Add(index, "scan", "WRONG_ITEM",
                  fmt::format("no item of the catalogue carries the identifier {}",
                              line.pack->device_identifier));
    return nullptr;
  }
  const auto despatched = lines_of_item_.find(item->second.item_id);
  if (despatched != lines_of_item_.end()) candidates = despatched->second;
  if (candidates.empty()) {
    problems_.Add(index, "scan", "WRONG_ITEM",
                  fmt::format("items/{} is not in this despatch", item->second.item_id));
    return nullptr;
  }
  return &item->second;
}

bool Planner::CheckLabel(size_t index, const scanning::ItemFacts& item, const ReceiptLine& line) {
  LineProblems own;
  const auto check = [&](LineProblems& problems) {
    scanning::CheckTracking(item, *line.pack, line.packs_accepted + line.packs_rejected, index,
                            problems);
    // What has expired may still be recorded as rejected.
    if (line.packs_accepted > 0) {
      scanning::CheckExpiry(*line.pack, basis_.today, index, problems);
      if (item.suspended) {
        problems.Add(index, "packs_accepted", "ITEM_SUSPENDED",
                     fmt::format("items/{} is suspended; reject it", item.item_id));
      }
    }
  };
  check(own);
  if (own.empty()) return true;
  check(problems_);
  return false;
}

bool Planner::NarrowByLot(size_t index, const scanning::ItemFacts& item, ReceiptLine& line,
                          Candidates& candidates) {
  if (!item.lot_tracked) return true;
  line.lot = line.pack->lot;
  std::erase_if(candidates, [&](size_t at) { return At(at).lot != line.lot; });
  if (!candidates.empty()) return true;
  problems_.Add(index, "scan", "LOT_NOT_DESPATCHED",
                fmt::format("lot {} of items/{} is not in this despatch", line.lot, item.item_id));
  return false;
}

bool Planner::NarrowByExpiry(size_t index, ReceiptLine& line, Candidates& candidates) {
  const DespatchLine& first = At(candidates.front());
  line.expiry = line.pack->expiry.has_value() ? line.pack->expiry : first.expiry;
  std::erase_if(candidates, [&](size_t at) {
    return At(at).expiry.has_value() && At(at).expiry != line.expiry;
  });
  if (candidates.empty()) {
    problems_.Add(index, "scan", "EXPIRY_CONFLICT",
                  fmt::format("the label says that it expires on {}, the despatch on {}",
                              line.expiry->ToString(), first.expiry->ToString()));
    return false;
  }
  line.manufactured = line.pack->manufactured.has_value() ? line.pack->manufactured
                                                          : At(candidates.front()).manufactured;
  LineProblems own;
  const auto check = [&](LineProblems& problems) {
    if (line.packs_accepted == 0) return;
    scanning::CheckExpiry({.expiry = line.expiry}, basis_.today, index, problems);
  };
  check(own);
  check(problems_);
  return own.empty();
}

bool Planner::NarrowByPiece(size_t index, const scanning::ItemFacts& item, ReceiptLine& line,
                            Candidates& candidates) {
  if (!item.serial_tracked) return true;
  line.serial = line.pack->serial;
  const auto piece = basis_.pieces.find({item.item_id, line.serial});
  if (piece != basis_.pieces.end()) {
    std::erase_if(candidates,
                  [&](size_t at) { return At(at).line_number != piece->second.line_number; });
  }
  if (piece == basis_.pieces.end() || candidates.empty()) {
    problems_.Add(index, "scan", "SERIAL_NOT_DESPATCHED",
                  fmt::format("piece {} of items/{} is not in this despatch, or not in this lot",
                              line.serial, item.item_id));
    return false;
  }
  if (std::exchange(piece->second.received, true)) {
    problems_.Add(
        index, "scan", "SERIAL_ALREADY_RECEIVED",
        fmt::format("piece {} of items/{} was scanned before", line.serial, item.item_id));
    return false;
  }
  return MayComeIn(index, line);
}

// What is somewhere else already, or was used up, may still be recorded as rejected.
bool Planner::MayComeIn(size_t index, const ReceiptLine& line) {
  if (line.packs_accepted == 0) return true;
  const auto known = basis_.known_pieces.find({line.item_id, line.serial});
  if (known == basis_.known_pieces.end()) return true;
  const bool used_up = known->second;
  problems_.Add(
      index, "packs_accepted", used_up ? "SERIAL_USED" : "SERIAL_ELSEWHERE",
      fmt::format("piece {} of items/{} {}", line.serial, line.item_id,
                  used_up ? "was used up; it does not come in again" : "is in the ledger already"));
  return false;
}

bool Planner::FillLines(size_t index, const scanning::ItemFacts& item, ReceiptLine& line,
                        const Candidates& candidates) {
  int64_t open = 0;
  for (const size_t at : candidates) open += At(at).quantity_open;
  const auto accepted = Multiply(Quantity(line.packs_accepted), item.base_units_per_pack);
  const auto rejected = Multiply(Quantity(line.packs_rejected), item.base_units_per_pack);
  if (!accepted.ok() || !rejected.ok() || accepted->base_units() > open ||
      rejected->base_units() > open - accepted->base_units()) {
    problems_.Add(index, "packs_accepted", "MORE_THAN_DESPATCHED",
                  fmt::format("{} base units of items/{} are still open in this despatch", open,
                              item.item_id));
    return false;
  }
  line.quantity_accepted = accepted->base_units();
  line.quantity_rejected = rejected->base_units();
  int64_t accepted_left = line.quantity_accepted;
  int64_t rejected_left = line.quantity_rejected;
  for (const size_t at : candidates) {
    int64_t& line_open = basis_.despatch_lines[at].quantity_open;
    Fill fill{.despatch_index = at, .accepted = std::min(accepted_left, line_open)};
    fill.rejected = std::min(rejected_left, line_open - fill.accepted);
    if (fill.accepted + fill.rejected == 0) continue;
    line_open -= fill.accepted + fill.rejected;
    accepted_left -= fill.accepted;
    rejected_left -= fill.rejected;
    line.fills.push_back(fill);
  }
  return true;
}

void Planner::Plan(size_t index, ReceiptLine& line) {
  Candidates candidates;
  const scanning::ItemFacts* item = FindItem(index, line, candidates);
  if (item == nullptr) return;
  line.item_id = item->item_id;
  if (!CheckLabel(index, *item, line)) return;
  if (!NarrowByLot(index, *item, line, candidates)) return;
  if (!NarrowByExpiry(index, line, candidates)) return;
  if (!NarrowByPiece(index, *item, line, candidates)) return;
  if (!FillLines(index, *item, line, candidates)) return;
  line.lot_id = LotIdOf(line.item_id, line.lot, line.expiry);
  line.planned = true;
}

}  // namespace

void ReadScans(absl::Time now, std::vector<ReceiptLine>& lines, LineProblems& problems) {
  for (size_t index = 0; index < lines.size(); ++index) {
    auto pack = scanning::ReadScan(lines[index].scan, lines[index].pi_scan, now);
    if (pack.ok()) {
      lines[index].pack = *std::move(pack);
    } else {
      problems.Add(index, "scan", pack.status().code(), ErrorReason(pack.status()),
                   ToStd(pack.status().message()));
    }
  }
}

void PlanReceipt(ReceiptBasis basis, std::vector<ReceiptLine>& lines, LineProblems& problems) {
  Planner planner(std::move(basis), problems);
  for (size_t index = 0; index < lines.size(); ++index) {
    if (lines[index].pack.has_value()) planner.Plan(index, lines[index]);
  }
}

std::string LotIdOf(const std::string& item_id, const std::string& lot_number,
                    const std::optional<CivilDate>& expiry) {
  const std::string name =
      lot_number.empty()
          ? fmt::format("expiry/{}/{}", item_id, expiry.has_value() ? expiry->ToString() : "none")
          : fmt::format("lot/{}/{}", item_id, lot_number);
  return UuidFromText(name).ToString();
}

}  // namespace qingqu::distribution
