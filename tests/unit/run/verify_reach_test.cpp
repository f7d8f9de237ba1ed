// What a container reaches: mounts, networks, ports.
#include "unit/run/verify_cases.hpp"

namespace skillrun::test {

namespace {

inline json::object a_mount(std::string_view type, std::string_view source, std::string_view target) {
  return {{"Type", type},     {"Name", type == "volume" ? source : ""},
          {"Source", source}, {"Destination", target},
          {"RW", true},       {"Propagation", "rprivate"}};
}

inline json::object& mount_at(Case& c, std::string_view target) {
  for (json::value& mount : c.answer.at("Mounts").as_array()) {
    if (mount.at("Destination").as_string() == target) return mount.as_object();
  }
  FAIL("no mount at " << target);
  return c.answer;
}

}  // namespace

TEST_CASE("a mount that nobody asked for is refused") {
  plain_differs([](Case& c) { c.answer["Mounts"] = list_of(a_mount("bind", "/etc", "/data")); },
                {"mounts: none -> bind /etc at /data"});
  plain_differs([](Case& c) { c.answer["Mounts"] = list_of(a_mount("volume", "x", "/data")); },
                {"mounts: none -> volume x at /data"});
  plain_differs([](Case& c) { c.host()["Tmpfs"] = json::object{{"/run", "rw"}}; }, {"mounts: none -> tmpfs at /run"});
  plain_differs([](Case& c) { c.answer["Mounts"] = list_of(a_mount("cluster", "x", "/data")); },
                {"mounts: none -> cluster x at /data"});
  plain_differs([](Case& c) { c.host()["VolumesFrom"] = list_of("other"); }, {"volumes_from: none -> other"});
}

TEST_CASE("an anonymous volume belongs to a VOLUME line of the image, and nowhere else") {
  const auto with_volume = [](Case& c) {
    c.answer["Mounts"] = list_of(a_mount("volume", std::string(64, 'a'), "/db"));
  };
  plain_differs(
      [&](Case& c) {
        with_volume(c);
        c.image.volumes = {"/db/"};
      },
      {});
  plain_differs(
      [&](Case& c) {
        with_volume(c);
        c.image.volumes = {"/database"};
      },
      {"mounts: none -> volume " + std::string(64, 'a') + " at /db"});
}

TEST_CASE("a mount that is missing, leads elsewhere or can be written to is refused") {
  full_differs([](Case& c) { mount_at(c, "/data")["Source"] = "/etc"; },
               {"mounts: bind /usr/share at /data, read-only -> bind /etc at /data, read-only"});
  full_differs([](Case& c) { mount_at(c, "/data")["RW"] = true; },
               {"mounts: bind /usr/share at /data, read-only -> bind /usr/share at /data"});
  full_differs([](Case& c) { mount_at(c, "/data").erase("RW"); },
               {"mounts: bind /usr/share at /data, read-only -> bind /usr/share at /data"});
  full_differs([](Case& c) { mount_at(c, "/made")["Propagation"] = "rshared"; },
               {"mounts: bind /usr/lib at /made -> bind /usr/lib at /made, propagation rshared"});
  full_differs([](Case& c) { mount_at(c, "/made")["Type"] = "volume"; },
               {"mounts: bind /usr/lib at /made -> volume at /made"});
  full_differs([](Case& c) { mount_at(c, "/volume")["Name"] = "another"; },
               {"mounts: volume skillrun-test-volume at /volume -> volume another at /volume"});
  full_differs([](Case& c) { mount_at(c, "/data")["Destination"] = "/elsewhere"; },
               {"mounts: none -> bind /usr/share at /elsewhere, read-only",
                "mounts: bind /usr/share at /data, read-only -> none"});
  full_differs([](Case& c) { c.host()["Tmpfs"] = json::object{}; }, {"mounts: tmpfs at /scratch -> none"});
  // Stricter than approved is no harm.
  full_differs([](Case& c) { mount_at(c, "/made")["RW"] = false; }, {});
}

TEST_CASE("a tmpfs keeps its size, mode and options") {
  for (const char* options : {"rw,size=2097152,mode=1777,noexec,nosuid", "rw,size=1048576,mode=0755,noexec,nosuid",
                              "rw,size=1048576,mode=1777,nosuid", "rw,mode=1777,noexec,nosuid",
                              "rw,size=1048576,mode=1777,noexec,nosuid,dev"}) {
    CAPTURE(options);
    full_differs([&](Case& c) { c.host()["Tmpfs"] = json::object{{"/scratch", options}}; },
                 {"mounts: tmpfs at /scratch -> tmpfs at /scratch (" + std::string(options) + ")"});
  }
}

TEST_CASE("propagation is what was asked for, and none where nobody asked") {
  const auto made = [](const char* propagation) {
    return [propagation](Case& c) {
      for (auto& mount : c.spec.mounts) {
        if (mount.value.target == "/made") mount.value.propagation = Propagation::rslave;
      }
      mount_at(c, "/made")["Propagation"] = propagation;
    };
  };
  full_differs(made("rslave"), {});
  full_differs(made("rshared"), {"mounts: bind /usr/lib at /made -> bind /usr/lib at /made, propagation rshared"});
}

TEST_CASE("a volume of another driver is refused") {
  Case c = Case::rare(all_paths.front());
  mount_at(c, "/data")["Driver"] = "nfs";
  CHECK(c.differences() ==
        Lines{"mounts: volume skillrun-test-volume at /data -> volume skillrun-test-volume at /data"});
  plain_differs([](Case& plain) { plain.host()["VolumeDriver"] = "nfs"; }, {"volume_driver: none -> nfs"});
}

TEST_CASE("only podman, and only with a read-only root, keeps the usual scratch folders writable") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    const auto differences = [&](Case c, const char* target) {
      c.host()["Tmpfs"].as_object()[target] = "rw";
      return c.differences();
    };
    Case full = Case::full(captured);
    CHECK(differences(full, "/run") == (full.podman ? Lines{} : Lines{"mounts: none -> tmpfs at /run"}));
    CHECK(differences(full, "/etc") == Lines{"mounts: none -> tmpfs at /etc"});
  }
}

TEST_CASE("a bind below the mount point of a virtual machine's host is the host's") {
  full_differs([](Case& c) { mount_at(c, "/data")["Source"] = "/host_mnt/usr/share"; }, {});
  full_differs([](Case& c) { mount_at(c, "/data")["Source"] = "/host_mnt/usr"; },
               {"mounts: bind /usr/share at /data, read-only -> bind /host_mnt/usr at /data, read-only"});
}

TEST_CASE("another network is refused") {
  plain_differs([](Case& c) { c.host()["NetworkMode"] = "host"; }, {"network_mode: none -> host"});
  plain_differs([](Case& c) { c.host()["NetworkMode"] = "container:" + std::string(64, 'a'); },
                {"network_mode: none -> container:" + std::string(64, 'a')});
  plain_differs([](Case& c) { c.answer["NetworkSettings"] = json::object{{"Networks", json::object{{"web", {}}}}}; },
                {"network_mode: none -> web"});
  plain_differs([](Case& c) { c.host()["Links"] = list_of("/db:/x/db"); }, {"links: none -> db:db"});
}

TEST_CASE("a spec without a network gets none") {
  plain_differs([](Case& c) { c.spec.network_mode.reset(); }, {});
  plain_differs(
      [](Case& c) {
        c.spec.network_mode.reset();
        c.host()["NetworkMode"] = "bridge";
      },
      {"network_mode: none -> bridge"});
}

TEST_CASE("another container's network is that container's, by its name or its id") {
  const auto made = [](const std::string& mode) {
    return [=](Case& c) {
      c.spec.network_mode = declared(NetworkMode{NetworkKind::container, "db"});
      c.host()["NetworkMode"] = mode;
      c.answer["NetworkSettings"] = nullptr;
    };
  };
  plain_differs(made("container:db"), {});
  plain_differs(made("container:" + std::string(64, 'a')), {});
  plain_differs(made("container:other"), {"network_mode: container:db -> container:other"});
  plain_differs(made("none"), {"network_mode: container:db -> none"});
}

TEST_CASE("a second network is refused, also where the first may have any name") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.spec.network_mode = declared(NetworkMode{NetworkKind::bridge, ""});
    c.host()["NetworkMode"] = "bridge";
    c.answer["NetworkSettings"] = json::object{{"Networks", json::object{{"bridge", {}}}}};
    CHECK(c.differences().empty());
    c.answer["NetworkSettings"] = json::object{{"Networks", json::object{{"bridge", {}}, {"web", {}}}}};
    REQUIRE_FALSE(c.differences().empty());
    CHECK(c.differences().back() == "network_mode: bridge -> 2 networks");
  }
}

TEST_CASE("names are looked up where the spec says") {
  full_differs([](Case& c) { c.host()["Dns"] = list_of("192.0.2.54"); },
               {"dns: 192.0.2.53 -> none", "dns: none -> 192.0.2.54"});
  full_differs([](Case& c) { c.host()["ExtraHosts"] = nullptr; }, {"extra_hosts: db:192.0.2.7 -> none"});
  full_differs([](Case& c) { c.host()["ExtraHosts"] = list_of("db:192.0.2.8"); },
               {"extra_hosts: db:192.0.2.7 -> none", "extra_hosts: none -> db:192.0.2.8"});
}

TEST_CASE("of the lines for a host that was to lead to the gateway, one may have an address of podman's choice") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.spec.extra_hosts = {declared(ExtraHost{"gate", "host-gateway"})};
    const auto told = [&](auto... lines) {
      c.host()["ExtraHosts"] = json::array{lines...};
      return c.differences();
    };
    CHECK(told("gate:host-gateway").empty());
    CHECK(told("gate:10.88.0.1").empty() == c.podman);
    CHECK_FALSE(told("gate:10.88.0.1", "gate:192.0.2.1").empty());
    CHECK_FALSE(told("gate:host-gateway", "other:192.0.2.1").empty());
  }
}

TEST_CASE("published ports are those of the spec") {
  plain_differs(
      [](Case& c) {
        c.host()["PortBindings"] =
            json::object{{"80/tcp", list_of(json::object{{"HostIp", ""}, {"HostPort", "8080"}})}};
      },
      {"ports: none -> *:8080:80/tcp"});
  plain_differs([](Case& c) { c.host()["PublishAllPorts"] = true; }, {"publish_all: none -> true"});
  full_differs([](Case& c) { c.host()["PortBindings"].as_object().erase("53/udp"); }, {"ports: *:53:53/udp -> none"});
  full_differs(
      [](Case& c) { c.host()["PortBindings"].as_object()["53/udp"].as_array()[0].as_object()["HostIp"] = "192.0.2.1"; },
      {"ports: *:53:53/udp -> none", "ports: none -> 192.0.2.1:53:53/udp"});
  full_differs(
      [](Case& c) { c.host()["PortBindings"].as_object()["53/udp"].as_array()[0].as_object()["HostPort"] = "54"; },
      {"ports: *:53:53/udp -> none", "ports: none -> *:54:53/udp"});
}

TEST_CASE("the place on a network is compared") {
  const auto differs = [](json::object endpoint, const Lines& expected) {
    Case c = Case::plain(all_paths.front());
    c.spec.network_mode = declared(NetworkMode{NetworkKind::named, "lan"});
    c.spec.network_aliases = {declared(std::string("web"))};
    c.spec.network_driver_options = {declared(KeyValue{"a", "b"})};
    c.spec.ipv4_address = declared(std::string("10.0.0.5"));
    c.spec.link_local_ips = {declared(std::string("169.254.0.5"))};
    c.spec.mac_address = declared(std::string("02:42:ac:11:00:02"));
    c.spec.gateway_priority = declared(std::int64_t{2});
    c.spec.links = {declared(Link{"db", "database"})};
    c.host()["NetworkMode"] = "lan";
    c.answer["NetworkSettings"] = json::object{{"Networks", json::object{{"lan", std::move(endpoint)}}}};
    CHECK(text_of(c.differences()) == text_of(expected));
  };
  json::object right{
      {"Aliases", json::array{"web", "abcdef012345"}},
      {"DriverOpts", json::object{{"a", "b"}}},
      {"IPAMConfig", json::object{{"IPv4Address", "10.0.0.5"}, {"LinkLocalIPs", list_of("169.254.0.5")}}},
      {"MacAddress", "02:42:ac:11:00:02"},
      {"GwPriority", 2},
      {"Links", list_of("db:database")}};
  differs(right, {});
  const auto wrong = [&](const char* key, json::value value, const Lines& expected) {
    json::object endpoint = right;
    endpoint[key] = std::move(value);
    differs(std::move(endpoint), expected);
  };
  wrong("Aliases", nullptr, {"network_aliases: web -> none"});
  wrong("DriverOpts", nullptr, {"network_driver_options: a=b -> none"});
  wrong("IPAMConfig", json::object{{"IPv6Address", "2001:db8::1"}},
        {"ipv4_address: 10.0.0.5 -> none", "ipv6_address: none -> 2001:db8::1", "link_local_ips: 169.254.0.5 -> none"});
  wrong("IPAMConfig", json::object{{"IPv4Address", "10.0.0.6"}, {"LinkLocalIPs", list_of("169.254.0.5")}},
        {"ipv4_address: 10.0.0.5 -> 10.0.0.6"});
  wrong("MacAddress", "", {"mac_address: 02:42:ac:11:00:02 -> none"});
  wrong("MacAddress", "02:42:ac:11:00:03", {"mac_address: 02:42:ac:11:00:02 -> 02:42:ac:11:00:03"});
  wrong("GwPriority", 1, {"gateway_priority: 2 -> 1"});
  wrong("Links", nullptr, {"links: db:database -> none"});
  wrong("Links", json::array{"db:database", "other:x"}, {"links: none -> other:x"});
}

TEST_CASE("an old docker's address of the container is the one that counts") {
  const auto made = [](const char* mac) {
    return [mac](Case& c) {
      c.spec.mac_address = declared(std::string("02:42:ac:11:00:02"));
      c.config()["MacAddress"] = mac;
    };
  };
  plain_differs(made("02:42:ac:11:00:02"), {});
  plain_differs(made("02:42:ac:11:00:03"), {"mac_address: 02:42:ac:11:00:02 -> 02:42:ac:11:00:03"});
  plain_differs(made(""), {"mac_address: 02:42:ac:11:00:02 -> none"});
}

}  // namespace skillrun::test
