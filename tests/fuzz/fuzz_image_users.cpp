// A user and a group to add in the first line, with a blank between them, /etc/passwd up to the first NUL, /etc/group
// after it: anybody's images have anybody's files. Holds: numbers are in docker's range and none is there twice; the
// same every time; a name that no line begins with is nobody.
#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/native/bundle/image_users.hpp"
#include "fuzz_lint.hpp"

namespace {

using namespace skillrun;
using skillrun::fuzz::require;

bool is_number(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

void check(std::string_view user, const std::vector<std::string>& group_add, const ImageAccounts& accounts) {
  constexpr std::uint32_t largest = 2147483647;
  const auto who = identify(user, group_add, accounts);
  const auto again = identify(user, group_add, accounts);
  require(who.has_value() == again.has_value());
  if (!who) {
    require(who.error().kind == EngineError::Kind::refused && !who.error().message.empty());
    require(who.error().message == again.error().message);
    return;
  }
  require(who->uid == again->uid && who->gid == again->gid && who->groups == again->groups && who->home == again->home);
  require(who->uid <= largest && !who->groups.empty() && who->groups.front() == who->gid);
  require(std::ranges::all_of(who->groups, [](std::uint32_t group) { return group <= largest; }));
  require(std::set(who->groups.begin(), who->groups.end()).size() == who->groups.size());
  const std::string_view name = user.substr(0, user.find(':'));
  if (!is_number(name)) require(accounts.passwd.contains(name));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto [first, group] = skillrun::fuzz::two_texts(data, size);
  const std::size_t line = std::min(first.find('\n'), first.size());
  const std::string words = first.substr(0, line);
  const std::string passwd = first.substr(std::min(line + 1, first.size()));
  const std::size_t blank = std::min(words.find(' '), words.size());
  const std::string user = words.substr(0, blank);
  const ImageAccounts accounts{.passwd = passwd, .group = group};
  check(user, {}, accounts);
  check(user, {words.substr(std::min(blank + 1, words.size()))}, accounts);
  return 0;
}
