#include "support/home.hpp"

#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>

#include <doctest/doctest.h>

namespace skillrun::test::homes {

namespace {

/// HOME with another value, or without one, for a while.
class Home {
 public:
  explicit Home(const char* value) {
    if (const char* now = std::getenv("HOME"); now != nullptr) before_ = now;
    value != nullptr ? ::setenv("HOME", value, 1) : ::unsetenv("HOME");
  }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;
  ~Home() { before_ ? ::setenv("HOME", before_->c_str(), 1) : ::unsetenv("HOME"); }

 private:
  std::optional<std::string> before_;
};

}  // namespace

TEST_CASE("a home is HOME, and what the accounts have where HOME is not an absolute path") {
  const std::string of_accounts = account_home(::geteuid());
  CHECK((of_accounts.empty() || of_accounts.starts_with('/')));
  {
    const Home home("/home/elsewhere");
    CHECK(home_directory() == "/home/elsewhere");
  }
  for (const char* value : {static_cast<const char*>(nullptr), "", "relative/home", "~"}) {
    const Home home(value);
    CHECK(home_directory() == of_accounts);
  }
  CHECK(account_home(static_cast<uid_t>(-3)).empty());
}

}  // namespace skillrun::test::homes
