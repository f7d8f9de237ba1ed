#include "engine/docker/observe.hpp"

#include <doctest/doctest.h>

namespace skillrun::test::observing {

namespace {

ContainerSpec bound(const std::string& source, Propagation propagation) {
  Mount mount;
  mount.type = MountType::bind;
  mount.source = source;
  mount.target = "/d";
  mount.propagation = propagation;
  ContainerSpec spec;
  spec.mounts.push_back({mount, {}});
  return spec;
}

/// The propagation that is left of one that docker made, with its data in /var/lib/docker.
Propagation left_of(const std::string& source, Propagation made, Propagation asked = Propagation::unset,
                    const std::string& root = "/var/lib/docker") {
  ContainerSpec spec = bound(source, made);
  forget_slaves_of_data_root(spec, bound(source, asked), root);
  return spec.mounts.front().value.propagation;
}

}  // namespace

TEST_CASE("the propagation that docker adds where a bind has to do with its data was asked for") {
  for (const char* source : {"/", "/var", "/var/lib/docker", "/var/lib/docker/volumes/x"}) {
    CAPTURE(source);
    CHECK(has_slaves(bound(source, Propagation::rslave)));
    CHECK(left_of(source, Propagation::rslave) == Propagation::unset);
  }
}

TEST_CASE("every other propagation stays what it is") {
  CHECK_FALSE(has_slaves(bound("/var", Propagation::rshared)));
  CHECK(left_of("/srv", Propagation::rslave) == Propagation::rslave);
  CHECK(left_of("/var", Propagation::rshared) == Propagation::rshared);
  CHECK(left_of("/var", Propagation::rslave, Propagation::rprivate) == Propagation::rslave);
  CHECK(left_of("/var", Propagation::rslave, Propagation::rslave) == Propagation::rslave);
  CHECK(left_of("/var", Propagation::rslave, Propagation::unset, "") == Propagation::rslave);
}

}  // namespace skillrun::test::observing
