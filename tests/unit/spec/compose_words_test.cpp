#include <doctest/doctest.h>

#include "spec/compose_words.hpp"

using namespace skillrun;

TEST_CASE("a remedy has the keys of a Compose file, by the table of settings") {
  CHECK(in_compose_words("write memory = \"512m\", or what the tool needs") ==
        "write mem_limit: \"512m\", or what the tool needs");
  CHECK(in_compose_words("set memory_swap to what the limit of memory is") ==
        "set memswap_limit to what the limit of memory is");
  CHECK(in_compose_words("use network = \"bridge\" or a network made for the skill") ==
        "use network_mode: \"bridge\" or a network made for the service");
  CHECK(in_compose_words("write security_opt = [\"no-new-privileges\"]") ==
        "write security_opt: [\"no-new-privileges\"]");
  CHECK(in_compose_words("with read_only = true, and cpus") == "with read_only: true, and cpus");
}

TEST_CASE("a service is no skill, and nothing is granted to it") {
  CHECK(in_compose_words("the skill's own; the skills of a skill-set") ==
        "the service's own; the skills of a skill-set");
  CHECK(in_compose_words("remove it, or grant it") == "remove it");
  CHECK(in_compose_words("name it, or grant the network; or else") == "name it; or else");
}

TEST_CASE("what is no key stays as it is") {
  CHECK(in_compose_words("the path '/memory_swap/memory = 1' of a_b = 2") ==
        "the path '/memory_swap/memory = 1' of a_b = 2");
  CHECK(in_compose_words("").empty());
  CHECK(in_compose_words(" = ") == " = ");
}
