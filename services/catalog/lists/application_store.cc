#include "services/catalog/lists/application_store.h"

#include "fmt/format.h"
#include "pqxx/pqxx"

#include "services/catalog/errors.h"
#include "services/catalog/lists/application_errors.h"
#include "services/catalog/lists/list_errors.h"
#include "services/catalog/queries.h"
#include "services/catalog/row_values.h"

namespace qingqu::catalog {
namespace {

Application ReadHead(const pqxx::row& row) {
  return {.id = row["application_id"].as<std::string>(),
          .list_id = row["list_id"].as<std::string>(),
          .item_id = row["item_id"].as<std::string>(),
          .department = {.alliance_id = row["alliance_id"].as<std::string>(),
                         .institution_id = row["institution_id"].as<std::string>(),
                         .department_id = row["department_id"].as<std::string>()},
          .state = ApplicationStateFromName(row["state"].as<std::string>()),
          .step = row["step"].as<int>(),
          .due_date = ReadDate(row["due_date"]),
          .created_at = absl::FromUnixMicros(row["created_us"].as<int64_t>()),
          .version = row["version"].as<int64_t>(),
          .rounds = {}};
}

StepDecision ReadDecision(const pqxx::row& row) {
  return {.step = row["step"].as<int>(),
          .approves = row["approves"].as<bool>(),
          .reason = row["reason"].as<std::string>(),
          .due_date = ReadDate(row["due_date"]),
          .decider = {.user_id = row["decider_id"].as<std::string>(),
                      .on_behalf_of = row["decider_for_id"].as<std::string>("")},
          .decided_at = absl::FromUnixMicros(row["decided_us"].as<int64_t>())};
}

absl::StatusOr<Application> ReadOne(pqxx::transaction_base& tx, const pqxx::result& rows,
                                    std::string_view id) {
  if (rows.empty()) return ApplicationNotFound(ApplicationName(id));
  Application application = ReadHead(rows[0]);
  for (const auto& row : tx.exec_prepared(queries::kReadApplicationRounds.name, std::string(id))) {
    application.rounds.push_back(
        {.number = row["round"].as<int>(),
         .reason = row["reason"].as<std::string>(),
         .applicant = {.user_id = row["applicant_id"].as<std::string>(),
                       .on_behalf_of = row["applicant_for_id"].as<std::string>("")},
         .submitted_at = absl::FromUnixMicros(row["submitted_us"].as<int64_t>()),
         .withdrawal_reason = row["withdrawal_reason"].as<std::string>(),
         .decisions = {}});
  }
  for (const auto& row : tx.exec_prepared(queries::kReadApplicationSteps.name, std::string(id))) {
    const auto round = row["round"].as<size_t>();
    application.rounds.at(round - 1).decisions.push_back(ReadDecision(row));
  }
  return application;
}

bool IsPending(pqxx::transaction_base& tx, const Application& application) {
  return tx
      .exec_prepared(queries::kApplicationIsPending.name, application.list_id, application.item_id,
                     application.department.department_id, application.id)[0]["pending"]
      .as<bool>();
}

// Of those who apply for the same in the name of a department one goes after another.
void WaitForOthers(pqxx::transaction_base& tx, const Application& application) {
  tx.exec_prepared(queries::kLockHolder.name,
                   fmt::format("{}/{}/{}", application.list_id, application.item_id,
                               application.department.department_id));
}

void InsertRound(pqxx::transaction_base& tx, const Application& application) {
  const ApplicationRound& round = application.rounds.back();
  tx.exec_prepared(queries::kInsertApplicationRound.name, application.id, round.number,
                   round.reason, round.applicant.user_id, TimestampText(round.submitted_at));
}

}  // namespace

absl::Status CheckListAndItem(pqxx::transaction_base& tx, const Application& application,
                              CivilDate day) {
  const Holder& department = application.department;
  const pqxx::result rows = tx.exec_prepared(
      queries::kListIsOpenTo.name, application.list_id, department.alliance_id,
      department.institution_id, department.department_id, day.ToString(), application.item_id);
  if (!rows[0]["open"].as<bool>()) {
    return ListNotFound(fmt::format("approvedLists/{}", application.list_id));
  }
  if (!rows[0]["item_known"].as<bool>()) {
    return ItemNotFound(fmt::format("items/{}", application.item_id));
  }
  return absl::OkStatus();
}

absl::Status InsertApplication(pqxx::transaction_base& tx, const Application& application) {
  WaitForOthers(tx, application);
  const pqxx::result inserted =
      tx.exec_prepared(queries::kInsertApplication.name, application.id, application.list_id,
                       application.item_id, application.department.department_id,
                       application.department.institution_id, application.department.alliance_id,
                       application.due_date.ToString(), TimestampText(application.created_at));
  if (inserted.affected_rows() == 0) {
    return IsPending(tx, application)
               ? ApplicationPending(fmt::format("items/{}", application.item_id))
               : ApplicationExists(ApplicationName(application.id));
  }
  InsertRound(tx, application);
  return absl::OkStatus();
}

absl::StatusOr<Application> GetApplication(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx, tx.exec_prepared(queries::kGetApplication.name, std::string(id)), id);
}

absl::StatusOr<Application> LockApplication(pqxx::transaction_base& tx, std::string_view id) {
  return ReadOne(tx, tx.exec_prepared(queries::kLockApplication.name, std::string(id)), id);
}

void UpdateApplication(pqxx::transaction_base& tx, const Application& application) {
  tx.exec_prepared(queries::kUpdateApplication.name, application.id,
                   application.rounds.back().number,
                   std::string(ApplicationStateName(application.state)), application.step,
                   application.due_date.ToString());
}

absl::Status AddRound(pqxx::transaction_base& tx, const Application& application) {
  WaitForOthers(tx, application);
  if (IsPending(tx, application)) {
    return ApplicationPending(fmt::format("items/{}", application.item_id));
  }
  InsertRound(tx, application);
  UpdateApplication(tx, application);
  return absl::OkStatus();
}

void AddDecision(pqxx::transaction_base& tx, const Application& application) {
  const ApplicationRound& round = application.rounds.back();
  const StepDecision& decision = round.decisions.back();
  tx.exec_prepared(queries::kInsertApplicationStep.name, application.id, round.number,
                   decision.step, decision.approves, decision.reason, decision.due_date.ToString(),
                   decision.decider.user_id, TimestampText(decision.decided_at));
  UpdateApplication(tx, application);
}

void WithdrawRound(pqxx::transaction_base& tx, const Application& application) {
  const ApplicationRound& round = application.rounds.back();
  tx.exec_prepared(queries::kWithdrawApplicationRound.name, application.id, round.number,
                   round.withdrawal_reason);
  UpdateApplication(tx, application);
}

std::vector<Application> ListApplications(pqxx::transaction_base& tx,
                                          const ApplicationListOptions& options) {
  const std::string state(options.state ? ApplicationStateName(*options.state) : "");
  std::vector<Application> applications;
  for (const auto& row :
       tx.exec_prepared(queries::kListApplications.name, options.after_id, state, options.step,
                        options.overdue_on ? options.overdue_on->ToString() : "", options.limit)) {
    Application application = ReadHead(row);
    ApplicationRound present;
    present.number = row["round"].as<int>();
    present.reason = row["reason"].as<std::string>();
    application.rounds.push_back(std::move(present));
    applications.push_back(std::move(application));
  }
  return applications;
}

}  // namespace qingqu::catalog
