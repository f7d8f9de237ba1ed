#include "engine/native/bundle/image_users.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "engine/failure.hpp"
#include "support/text.hpp"

namespace skillrun::inline v0 {

namespace {

constexpr std::uint32_t largest_id = 2147483647;
constexpr std::size_t most_groups = 65'536;  ///< as the kernel has it

using Id = std::optional<std::uint32_t>;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\v\f";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

/// A text of digits only, whatever its size: then it means a number and nothing else.
bool is_numeric(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Id read_id(std::string_view text) {
  std::uint32_t id = 0;
  const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (!is_numeric(text) || error != std::errc() || stopped != text.data() + text.size() || id > largest_id) return {};
  return id;
}

struct Account {
  std::string_view name;
  Id uid;
  Id gid;
  std::string_view home;
};

struct Group {
  std::string_view name;
  Id gid;
  std::string_view members;
};

/// The fields of a line, and empty ones for those that it does not have.
template <std::size_t count>
std::array<std::string_view, count> fields_of(std::string_view line) {
  std::array<std::string_view, count> fields;
  std::size_t at = 0;
  for (const std::string_view field : split(line, ':')) {
    if (at == count) break;
    fields[at++] = field;
  }
  return fields;
}

/// Calls `look` with each line that is an entry, until it returns false.
template <class Look>
void for_each_entry(std::string_view text, const Look& look) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && !line.starts_with('#') && !look(line)) return;
  }
}

template <class Matches>
std::optional<Account> find_account(std::string_view passwd, const Matches& matches) {
  std::optional<Account> found;
  for_each_entry(passwd, [&](std::string_view line) {
    const auto fields = fields_of<6>(line);
    const Account account{.name = fields[0], .uid = read_id(fields[2]), .gid = read_id(fields[3]), .home = fields[5]};
    if (matches(account)) found = account;
    return !found;
  });
  return found;
}

template <class Take>
void for_each_group(std::string_view text, const Take& take) {
  for_each_entry(text, [&](std::string_view line) {
    const auto fields = fields_of<4>(line);
    return take(Group{.name = fields[0], .gid = read_id(fields[2]), .members = fields[3]});
  });
}

std::optional<Group> find_group(std::string_view text, std::string_view wanted) {
  const Id number = read_id(wanted);
  std::optional<Group> found;
  for_each_group(text, [&](const Group& group) {
    if (is_numeric(wanted) ? number && group.gid == number : group.name == wanted) found = group;
    return !found;
  });
  return found;
}

std::unexpected<EngineError> refuse(std::string message) {
  return failure(EngineError::Kind::refused, std::move(message));
}

std::unexpected<EngineError> unreadable(std::string_view file, std::string_view name) {
  return refuse(
      fmt::format("the entry of '{}' in the image's {} has numbers that cannot be read", printable(name), file));
}

std::unexpected<EngineError> out_of_range(std::string_view text) {
  return refuse(fmt::format("'{}': users and groups have numbers from 0 to {}", printable(text), largest_id));
}

EngineResult<std::uint32_t> group_number(std::string_view wanted, std::string_view text) {
  if (is_numeric(wanted)) {
    const Id number = read_id(wanted);
    if (!number) return out_of_range(wanted);
    return *number;
  }
  const auto group = find_group(text, wanted);
  if (!group)
    return refuse(fmt::format("unable to find group {}: no matching entries in group file", printable(wanted)));
  if (!group->gid) return unreadable("/etc/group", wanted);
  return *group->gid;
}

class UserResolver {
 public:
  UserResolver(std::string_view user, const ImageAccounts& accounts) : accounts_(accounts) {
    const std::size_t colon = std::min(user.find(':'), user.size());
    user_ = user.substr(0, colon);
    group_ = user.substr(std::min(colon + 1, user.size()));
  }

  EngineResult<ImageIdentity> resolve(std::span<const std::string> group_add) {
    if (auto done = find_user(); !done) return std::unexpected(std::move(done.error()));
    if (auto done = find_groups(); !done) return std::unexpected(std::move(done.error()));
    for (const std::string& wanted : group_add) {
      auto number = group_number(wanted, accounts_.group);
      if (!number) return std::unexpected(std::move(number.error()));
      add_group(*number);
    }
    if (who_.groups.size() > most_groups) return refuse("the user is in more groups than the kernel knows");
    return std::move(who_);
  }

 private:
  EngineResult<void> find_user() {
    const std::string_view wanted = user_.empty() ? "0" : user_;
    const bool numeric = is_numeric(wanted);
    const Id number = read_id(wanted);
    if (numeric && !number) return out_of_range(wanted);
    const auto account = find_account(
        accounts_.passwd, [&](const Account& entry) { return numeric ? entry.uid == number : entry.name == wanted; });
    if (!account) {
      if (!numeric) {
        return refuse(fmt::format("unable to find user {}: no matching entries in passwd file", printable(wanted)));
      }
      who_.uid = *number;
      return {};
    }
    if (!account->uid || !account->gid) return unreadable("/etc/passwd", account->name);
    if (find_invalid_utf8(account->home) || find_control_character(account->home)) {
      return refuse(fmt::format("the home folder of '{}' in the image's /etc/passwd is not text: '{}'",
                                printable(account->name), printable(account->home)));
    }
    who_.uid = *account->uid;
    who_.gid = *account->gid;
    who_.home = account->home;
    name_ = account->name;
    return {};
  }

  EngineResult<void> find_groups() {
    if (!group_.empty()) {
      auto number = group_number(group_, accounts_.group);
      if (!number) return std::unexpected(std::move(number.error()));
      who_.gid = *number;
    }
    add_group(who_.gid);
    if (!group_.empty() || name_.empty()) return {};
    std::optional<std::string_view> broken;
    for_each_group(accounts_.group, [&](const Group& group) {
      const auto members = split(group.members, ',');
      if (std::ranges::find(members, name_) == members.end()) return true;
      if (!group.gid) {
        broken = group.name;
        return false;
      }
      add_group(*group.gid);
      return true;
    });
    if (broken) return unreadable("/etc/group", *broken);
    return {};
  }

  void add_group(std::uint32_t number) {
    if (seen_.insert(number).second) who_.groups.push_back(number);
  }

  ImageAccounts accounts_;
  std::string_view user_;
  std::string_view group_;
  std::string_view name_;
  ImageIdentity who_;
  std::unordered_set<std::uint32_t> seen_;
};

}  // namespace

EngineResult<ImageIdentity> identify(std::string_view user, std::span<const std::string> group_add,
                                     const ImageAccounts& accounts) {
  for (const std::string_view text : {accounts.passwd, accounts.group}) {
    if (text.size() > most_account_bytes) {
      return refuse(fmt::format("the image's files of accounts are larger than {} bytes", most_account_bytes));
    }
  }
  return UserResolver(user, accounts).resolve(group_add);
}

}  // namespace skillrun::inline v0
