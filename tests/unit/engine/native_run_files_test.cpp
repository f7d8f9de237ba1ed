// What is compared with is what containers of dockerd 20.10.24 see in these files for the same options.
#include <doctest/doctest.h>

#include <string>

#include "engine/native/bundle/run_files.hpp"
#include "unit/engine/native_context.hpp"

using namespace skillrun;
using namespace skillrun::testing;

namespace native_run_files_test {

constexpr std::string_view dockers_hosts =
    "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nff00::0\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n";

RunFiles files(const ContainerSpec& spec, std::string_view resolv_conf = "nameserver 10.255.255.53\n") {
  return run_files(spec, "0123456789ab" + std::string(52, 'c'),
                   {.host_name = "vm", .hosts = "127.0.0.1 localhost vm\n", .resolv_conf = resolv_conf});
}

ContainerSpec on_machine() {
  ContainerSpec spec = native_spec();
  spec.network_mode = declared(NetworkMode{NetworkKind::host, ""});
  return spec;
}

Setting<std::string> text(std::string value) { return declared(std::move(value)); }

TEST_CASE("a container without a network has docker's files") {
  const RunFiles made = files(native_spec());
  CHECK(made.hosts == dockers_hosts);
  CHECK(made.hostname == "0123456789ab\n");
  CHECK(made.resolv_conf == "nameserver 10.255.255.53\n");
}

TEST_CASE("names and servers that are asked for are in docker's files") {
  ContainerSpec spec = native_spec();
  spec.hostname = text("myhost");
  spec.domainname = text("dom.x");
  spec.extra_hosts = {declared(ExtraHost{"db", "192.0.2.7"}), declared(ExtraHost{"six", "2001:db8::1"})};
  spec.dns = {text("192.0.2.53"), text("192.0.2.54")};
  spec.dns_search = {text("a.b"), text("c.d")};
  spec.dns_options = {text("ndots:2")};
  const RunFiles made = files(spec);
  CHECK(made.hosts == std::string(dockers_hosts) + "192.0.2.7\tdb\n2001:db8::1\tsix\n");
  CHECK(made.hostname == "myhost\n");
  CHECK(made.resolv_conf == "search a.b c.d\nnameserver 192.0.2.53\nnameserver 192.0.2.54\noptions ndots:2\n");
}

TEST_CASE("on the machine's network the files are the machine's, but for what is added") {
  ContainerSpec spec = on_machine();
  CHECK(files(spec).hosts == "127.0.0.1 localhost vm\n");
  CHECK(files(spec).hostname == "vm\n");
  CHECK(files(spec, "# note\nnameserver 127.0.0.53\n").resolv_conf == "# note\nnameserver 127.0.0.53\n");
  spec.hostname = text("hh");
  spec.extra_hosts = {declared(ExtraHost{"db", "192.0.2.7"})};
  spec.dns_options = {text("ndots:2")};
  CHECK(files(spec).hosts == std::string(dockers_hosts) + "192.0.2.7\tdb\n");
  CHECK(files(spec).hostname == "hh\n");
  CHECK(files(spec, "search x\nnameserver 127.0.0.53\n").resolv_conf ==
        "search x\nnameserver 127.0.0.53\noptions ndots:2\n");
}

TEST_CASE("a name server on the machine's loopback is no server of a container") {
  const std::string_view machine = "nameserver 127.0.0.53\n nameserver\t::1 # here\nnameserver 192.0.2.1\nsearch a b\n";
  CHECK(files(native_spec(), machine).resolv_conf == "search a b\nnameserver 192.0.2.1\n");
  CHECK(files(native_spec(), "nameserver 127.0.0.53").resolv_conf == "");
}

TEST_CASE("a dot searches nowhere") {
  ContainerSpec spec = native_spec();
  spec.dns_search = {text(".")};
  CHECK(files(spec, "search a b\nnameserver 192.0.2.1\n").resolv_conf == "nameserver 192.0.2.1\n");
}

}  // namespace native_run_files_test
