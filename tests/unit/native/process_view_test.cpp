// What the kernel says of a process.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <doctest/doctest.h>

#include "engine/native/process_view.hpp"

namespace process_view {

using namespace skillrun;

/// A child that has called `prepare` and waits.
template <class Prepare>
class Child {
 public:
  explicit Child(Prepare prepare) {
    int ready[2];
    REQUIRE(::pipe(ready) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      prepare();
      (void)!::write(ready[1], "x", 1);
      for (;;) ::pause();
    }
    char byte = 0;
    REQUIRE(::read(ready[0], &byte, 1) == 1);
    ::close(ready[0]);
    ::close(ready[1]);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
};

TEST_CASE("this process is described as it is") {
  const auto own = ProcessView::of(::getpid());
  REQUIRE(own);
  CHECK(own->uid == ::geteuid());
  CHECK(own->gid == ::getegid());
  CHECK(own->shared_namespaces.contains("net"));
  CHECK(own->shared_namespaces.contains("mnt"));
  CHECK(own->program.ends_with("unit_native"));
  CHECK(own->limits.contains("nofile"));
}

TEST_CASE("a process that gave up new privileges and has its own limits says so") {
  const Child child([] {
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    const rlimit limit{.rlim_cur = 50, .rlim_max = 60};
    ::setrlimit(RLIMIT_NOFILE, &limit);
  });
  const auto view = ProcessView::of(child.pid());
  REQUIRE(view);
  CHECK(view->no_new_privileges);
  CHECK(view->limits.at("nofile") == std::pair<std::int64_t, std::int64_t>{50, 60});
  CHECK(view->limits.at("cpu").first == -1);
}

TEST_CASE("there is nothing to say of no process") {
  CHECK_FALSE(ProcessView::of(-1));
  CHECK_FALSE(ProcessView::of(0));
}

TEST_CASE("capabilities have their names, and later ones their numbers") {
  CHECK(names_of_capabilities(0).empty());
  CHECK(names_of_capabilities(1) == std::vector<std::string>{"CHOWN"});
  CHECK(names_of_capabilities(std::uint64_t{1} << 21) == std::vector<std::string>{"SYS_ADMIN"});
  CHECK(names_of_capabilities(std::uint64_t{1} << 62) == std::vector<std::string>{"62"});
}

}  // namespace process_view
