#include <doctest/doctest.h>

#include <skillrun/parsing.hpp>
#include <skillrun/spec.hpp>

using namespace skillrun;

TEST_CASE("each namespace knows its own words") {
  using enum NamespaceKind;
  CHECK(parse_namespace(pid, "host")->mode == NamespaceMode::host);
  CHECK(parse_namespace(pid, "container:db")->name == "db");
  CHECK(parse_namespace(ipc, "shareable")->mode == NamespaceMode::shareable);
  CHECK(parse_namespace(ipc, "none")->mode == NamespaceMode::none);
  CHECK(parse_namespace(ipc, "private")->mode == NamespaceMode::private_);
  CHECK(parse_namespace(cgroup, "private")->mode == NamespaceMode::private_);
  CHECK(parse_namespace(user, "ns:/proc/1/../2/ns/user")->name == "/proc/2/ns/user");
  for (const auto* text : {"", "HOST", "Host", " host", "host ", "private", "shareable", "container:", "container:a/b",
                           "container", "ns:", "ns:proc", "none", "pod", "host:"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_namespace(pid, text).has_value());
    CHECK_FALSE(parse_namespace(uts, text).has_value());
    CHECK_FALSE(parse_namespace(user, text).has_value());
  }
  CHECK_FALSE(parse_namespace(uts, "container:db").has_value());
  CHECK_FALSE(parse_namespace(user, "container:db").has_value());
  CHECK_FALSE(parse_namespace(cgroup, "container:db").has_value());
}

TEST_CASE("GPUs by count, by name and with what they must be able to do") {
  const auto one = parse_gpus("device=0");
  REQUIRE(one);
  CHECK(one->count == 0);
  CHECK(one->device_ids == std::vector<std::string>{"0"});
  const auto many = parse_gpus(R"("device=0,GPU-3faa8c61","capabilities=compute,utility",driver=nvidia)");
  REQUIRE(many);
  CHECK(many->device_ids.size() == 2);
  CHECK(many->capabilities == std::vector<std::string>{"compute", "utility"});
  CHECK(many->driver == "nvidia");
  CHECK(parse_gpus("count=2")->count == 2);
  CHECK(parse_gpus("all,capabilities=utility")->count == -1);
  CHECK(parse_gpus("driver=nvidia")->count == 1);
  CHECK(parse_gpus(R"("options=a=b,c=d")")->options.at(1).value == "d");
  for (const auto* text : {"device=", "device=0,1", "count=0", "0", "-1", "count=1,count=2", "1,2", "count=1,device=0",
                           "gpu=1", "DEVICE=0", "options=a", "capabilities=", "\"device=0"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_gpus(text).has_value());
  }
}

TEST_CASE("a block device has a rate or a weight") {
  CHECK(parse_device_rate("/dev/sda:1mb", RateUnit::bytes)->rate == 1048576);
  CHECK(parse_device_rate("/dev//sda:100", RateUnit::operations)->path == "/dev/sda");
  CHECK(parse_device_weight("/dev/sda:200")->rate == 200);
  for (const auto* text : {"", "/dev/sda", "sda:1", "/etc:1", "/dev/sda:", "/dev/sda:-1", "/dev/sda:x"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_device_rate(text, RateUnit::bytes).has_value());
    CHECK_FALSE(parse_device_rate(text, RateUnit::operations).has_value());
    CHECK_FALSE(parse_device_weight(text).has_value());
  }
  for (const std::string_view folder : {"/dev/:0mb", "/dev/..:1", "/dev/../etc/passwd:1"}) {
    CHECK_FALSE(parse_device_rate(folder, RateUnit::bytes).has_value());
  }
  CHECK_FALSE(parse_device_rate("/dev/sda:1mb", RateUnit::operations).has_value());
  CHECK_FALSE(parse_device_weight("/dev/sda:9").has_value());
  CHECK_FALSE(parse_device_weight("/dev/sda:1001").has_value());
}

TEST_CASE("a restart policy has a bound only where it means something") {
  CHECK(parse_restart_policy("no")->name == "no");
  CHECK(parse_restart_policy("on-failure:5")->maximum_retries == 5);
  for (const auto* text : {"", "No", "always:1", "no:0", "on-failure:", "on-failure:-1", "on-failure:x", "never"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_restart_policy(text).has_value());
  }
}

TEST_CASE("a link has an alias, its own name when none is given") {
  CHECK(parse_link("db")->alias == "db");
  CHECK(parse_link("db:database")->alias == "database");
  for (const auto* text : {"", ":", "db:", ":db", "a:b:c", "/db"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_link(text).has_value());
  }
}

TEST_CASE("a MAC address is six bytes") {
  CHECK(parse_mac_address("02:42:ac:11:00:02") == "02:42:ac:11:00:02");
  CHECK(parse_mac_address("02-42-AC-11-00-02") == "02:42:ac:11:00:02");
  for (const auto* text : {"", "02:42:ac:11:00", "02:42:ac:11:00:02:03", "02:42-ac:11:00:02", "0g:42:ac:11:00:02",
                           "0242.ac11.0002", "02:42:ac:11:00:02 "}) {
    CAPTURE(text);
    CHECK_FALSE(parse_mac_address(text).has_value());
  }
}

TEST_CASE("exposed ports are numbers, ranges and a protocol") {
  CHECK(parse_exposed_ports("80") == std::vector<std::string>{"80/tcp"});
  CHECK(parse_exposed_ports("8000-8001/udp") == std::vector<std::string>{"8000/udp", "8001/udp"});
  for (const auto* text : {"", "0", "65536", "80/TCP", "80/icmp", "81-80", "80:80", "80/", "/tcp", "1-65535", "http"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_exposed_ports(text).has_value());
  }
}

TEST_CASE("a CDI name has a vendor, a class and a device") {
  for (const auto* text : {"nvidia.com/gpu=all", "vendor.com/class=dev:0", "a/b=0"}) CHECK(is_cdi_device(text));
  for (const auto* text : {"", "/dev/fuse", "gpu=all", "vendor/=x", "vendor/class=", "/class=x", "1v/c=x", "v/c=x-",
                           "v/c.d=x", "v/c", "/dev/a/b=c"}) {
    CAPTURE(text);
    CHECK_FALSE(is_cdi_device(text));
  }
}

TEST_CASE("ports in the long form of docker") {
  const auto ports = parse_ports("published=8080,target=80,protocol=udp");
  REQUIRE(ports);
  CHECK(ports->at(0).host_port == 8080);
  CHECK(ports->at(0).container_port == 80);
  CHECK(ports->at(0).protocol == "udp");
  CHECK_FALSE(parse_ports("target=80")->at(0).host_port.has_value());
  CHECK(parse_ports("target=80,published=127.0.0.1:8080")->at(0).host_ip == "127.0.0.1");
  for (const auto* text : {"published=80", "target=80,target=81", "Target=80", "target=80,mode=host", "target=80,x",
                           "target=8=0", "target=80,published=a"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_ports(text).has_value());
  }
}

TEST_CASE("a mount of a volume carries its driver's options and labels") {
  const PathContext paths{"/srv", "/home/me"};
  const auto mount = parse_mount(
      R"(source=data,target=/d,volume-driver=local,volume-opt=type=nfs,"volume-opt=o=addr=10.0.0.1,rw",volume-label=a=b)",
      paths);
  REQUIRE(mount);
  CHECK(mount->driver == "local");
  REQUIRE(mount->driver_options.size() == 2);
  CHECK(mount->driver_options[1].key == "o");
  CHECK(mount->driver_options[1].value == "addr=10.0.0.1,rw");
  CHECK(mount->labels.at(0).value == "b");
  CHECK_FALSE(parse_mount("type=bind,source=/a,target=/d,volume-opt=o=bind", paths));
  CHECK_FALSE(parse_mount("source=data,target=/d,volume-opt==x", paths));
}

TEST_CASE("a bind says whether it takes along what is mounted below") {
  const PathContext paths{"/srv", "/home/me"};
  const auto recursion = [&](const std::string& options) {
    const auto mount = parse_mount("type=bind,source=/a,target=/b," + options, paths);
    return mount ? std::optional(mount->recursion) : std::nullopt;
  };
  CHECK(recursion("bind-nonrecursive") == BindRecursion::disabled);
  CHECK(recursion("bind-nonrecursive=false") == BindRecursion::unset);
  CHECK(recursion("bind-recursive=disabled") == BindRecursion::disabled);
  CHECK(recursion("bind-recursive=writable,ro") == BindRecursion::writable);
  CHECK(recursion("bind-recursive=readonly,ro,bind-propagation=rprivate") == BindRecursion::readonly);
  CHECK_FALSE(recursion("bind-recursive=writable"));
  CHECK_FALSE(recursion("bind-recursive=readonly,ro"));
  CHECK_FALSE(recursion("bind-recursive=Disabled"));
  CHECK_FALSE(recursion("bind-recursive=disabled,bind-nonrecursive"));
  CHECK(parse_mount("type=bind,source=/a,target=/b,bind-create-src", paths)->create_source);
}
