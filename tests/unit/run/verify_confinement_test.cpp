#include <skillrun/parsing.hpp>

// What keeps a container apart from the host: privileges, namespaces, capabilities, security options, devices.
#include "unit/run/verify_cases.hpp"

namespace skillrun::test {

TEST_CASE("a privileged container is refused") {
  plain_differs([](Case& c) { c.host()["Privileged"] = true; }, {"privileged: none -> true"});
  full_differs([](Case& c) { c.host()["Privileged"] = true; }, {"privileged: none -> true"});
}

TEST_CASE("the host's and other containers' namespaces are refused") {
  plain_differs([](Case& c) { c.host()["PidMode"] = "host"; }, {"pid_mode: none -> host"});
  plain_differs([](Case& c) { c.host()["IpcMode"] = "container:x"; }, {"ipc_mode: none -> container:x"});
  plain_differs([](Case& c) { c.host()["UTSMode"] = "host"; }, {"uts_mode: none -> host"});
  plain_differs([](Case& c) { c.host()["UsernsMode"] = "host"; }, {"userns_mode: none -> host"});
  plain_differs([](Case& c) { c.host()[c.podman ? "CgroupMode" : "CgroupnsMode"] = "ns:/x"; },
                {"cgroupns_mode: none -> ns:/x"});
  plain_differs([](Case& c) { c.answer["Pod"] = "abc"; }, {"pid_mode: none -> pod abc"});
  // The host's cgroup namespace is the default with control groups of version 1.
  plain_differs([](Case& c) { c.host()[c.podman ? "CgroupMode" : "CgroupnsMode"] = "host"; }, {});
  plain_differs([](Case& c) { c.host()["IpcMode"] = "shareable"; }, {});
}

TEST_CASE("a namespace of another container is that container's, by its name or its id") {
  const std::string by_id = "container:" + std::string(64, 'a');
  const auto made = [](const std::string& mode, NamespaceSetting approved = {NamespaceMode::container, "db"}) {
    return [=](Case& c) {
      c.spec.pid_mode = declared(approved);
      c.host()["PidMode"] = mode;
    };
  };
  plain_differs(made("container:db"), {});
  plain_differs(made(by_id), {});
  plain_differs(made("container:other"), {"pid_mode: container:db -> container:other"});
  plain_differs(made(""), {"pid_mode: container:db -> the engine's default"});
  plain_differs(made(by_id, {NamespaceMode::private_, ""}), {"pid_mode: private -> " + by_id});
}

TEST_CASE("an IPC namespace that others may join is private only in podman's words") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.host()["IpcMode"] = "shareable";
    c.spec.ipc_mode = declared(NamespaceSetting{NamespaceMode::private_, ""});
    CHECK(c.differences() == (c.podman ? Lines{} : Lines{"ipc_mode: private -> shareable"}));
    c.spec.ipc_mode = declared(NamespaceSetting{NamespaceMode::host, ""});
    CHECK(c.differences() == Lines{"ipc_mode: host -> shareable"});
  }
}

TEST_CASE("the caller's own number in a user namespace is for the caller's user, on podman") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.host()["UsernsMode"] = "keep-id";
    CHECK(c.differences() == Lines{"userns_mode: none -> keep-id"});
    c.spec.user = declared(UserSpec{.user = "1000", .group = "1000", .uid = 1000, .gid = 1000, .host = true});
    c.config()["User"] = c.spec.user->value.text();
    CHECK(c.differences() == (c.podman ? Lines{} : Lines{"userns_mode: none -> keep-id"}));
  }
  const auto made = [](const char* mode) {
    return [mode](Case& c) {
      c.spec.userns_mode = declared(NamespaceSetting{NamespaceMode::host, ""});
      c.host()["UsernsMode"] = mode;
    };
  };
  plain_differs(made("host"), {});
  plain_differs(made(""), {});
  plain_differs(made("auto"), {"userns_mode: host -> auto"});
}

TEST_CASE("an unusual runtime and a cgroup parent are refused") {
  const auto runtime = [](const char* name) {
    return [name](Case& c) { (c.podman ? c.answer : c.host())[c.podman ? "OCIRuntime" : "Runtime"] = name; };
  };
  plain_differs(runtime("nvidia"), {"runtime: none -> nvidia"});
  plain_differs(runtime("crun"), {});
  plain_differs([](Case& c) { c.host()["CgroupParent"] = "/x"; }, {"cgroup_parent: none -> /x"});
  plain_differs([](Case& c) { c.host()["Isolation"] = "process"; }, {"isolation: none -> process"});
}

TEST_CASE("a capability that was added, or that is still there, is refused") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    if (c.podman) {
      c.answer["BoundingCaps"] = json::array{"CAP_NET_BIND_SERVICE", "CAP_SYS_ADMIN"};
      CHECK(c.differences() == Lines{"cap_drop: without SYS_ADMIN -> SYS_ADMIN"});
      c.answer["BoundingCaps"] = nullptr;
      CHECK(c.differences() == Lines{"cap_add: NET_BIND_SERVICE -> none"});
    } else {
      c.host()["CapAdd"] = json::array{"CAP_NET_BIND_SERVICE", "SYS_ADMIN"};
      CHECK(c.differences() == Lines{"cap_add: none -> SYS_ADMIN"});
      c = Case::full(captured);
      c.host()["CapDrop"] = nullptr;
      CHECK(c.differences() == Lines{"cap_drop: ALL -> none"});
    }
  }
}

TEST_CASE("of several words about capabilities the dropped ones win") {
  for (const Captured& captured : all_paths) {
    if (!captured.podman) continue;  // docker tells only what it was told
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.spec.cap_drop = {declared(std::string("CHOWN"))};
    CHECK(c.differences() == Lines{"cap_drop: without CHOWN -> CHOWN"});
    c.spec.cap_add = {declared(std::string("ALL"))};
    CHECK(c.differences() == Lines{"cap_drop: without CHOWN -> CHOWN"});
    c.answer["BoundingCaps"] = json::array{"CAP_SYS_ADMIN"};
    CHECK(c.differences().empty());
  }
}

TEST_CASE("a root file system that can be written to is refused where it was to be read-only") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    c.host()["ReadonlyRootfs"] = false;
    REQUIRE_FALSE(c.differences().empty());
    CHECK(c.differences().front() == "readonly_rootfs: true -> false");
  }
}

TEST_CASE("kernel parameters are compared where the engine tells them") {
  for (const Captured& captured : all_paths) {
    CAPTURE(captured.path);
    Case c = Case::full(captured);
    c.host()["Sysctls"] = json::object{{"kernel.msgmax", "65001"}};
    CHECK(c.differences() ==
          (c.podman ? Lines{} : Lines{"sysctls: kernel.msgmax=65000 -> none", "sysctls: none -> kernel.msgmax=65001"}));
    c.host()["Sysctls"] = nullptr;
    CHECK(c.differences() == (c.podman ? Lines{} : Lines{"sysctls: kernel.msgmax=65000 -> none"}));
  }
}

TEST_CASE("security options that are lost or added are refused") {
  full_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("seccomp=unconfined"); },
               {"no_new_privileges: true -> false"});
  full_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("no-new-privileges"); },
               {"security_opt: seccomp=unconfined -> none"});
  plain_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("label:disable"); },
                {"security_opt: none -> label=disable"});
  plain_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("no-mask"); }, {"security_opt: none -> no-mask"});
  plain_differs([](Case& c) { c.answer["AppArmorProfile"] = "unconfined"; },
                {"security_opt: none -> apparmor=unconfined"});
  plain_differs([](Case& c) { c.answer["AppArmorProfile"] = "docker-default"; }, {});
  full_differs([](Case& c) { c.host()["SecurityOpt"] = json::array{"no-new-privileges:true", "seccomp:unconfined"}; },
               {});
}

TEST_CASE("docker's hidden and read-only system paths must be there") {
  for (const Captured& captured : all_paths) {
    if (captured.podman) continue;
    CAPTURE(captured.path);
    Case c = Case::plain(captured);
    c.host()["MaskedPaths"] = json::array{};
    CHECK(c.differences().size() == 7);
    CHECK(c.differences().front() == "security_opt: /proc/acpi hidden -> as on the host");
    c = Case::plain(captured);
    c.host()["ReadonlyPaths"] = nullptr;
    CHECK(c.differences().size() == 5);
    c.spec.security_opt = {declared(std::string("systempaths=unconfined"))};
    CHECK(c.differences().empty());
  }
}

TEST_CASE("devices, device requests and cgroup rules that nobody asked for are refused") {
  plain_differs(
      [](Case& c) {
        c.host()["Devices"] = list_of(
            json::object{{"PathOnHost", "/dev/sda"}, {"PathInContainer", "/dev/sda"}, {"CgroupPermissions", "rwm"}});
      },
      {"devices: none -> /dev/sda:/dev/sda:rwm"});
  full_differs([](Case& c) { c.host()["Devices"].as_array()[0].as_object()["CgroupPermissions"] = "rwm"; },
               {"devices: /dev/null:/dev/nothing:r -> none", "devices: none -> /dev/null:/dev/nothing:rwm"});
  plain_differs([](Case& c) { c.host()["DeviceCgroupRules"] = list_of("b 8:* rwm"); },
                {"device_cgroup_rules: none -> b 8:* rwm"});
  const json::object request{{"Count", -1}, {"DeviceIDs", nullptr}, {"Capabilities", list_of(list_of("gpu"))}};
  plain_differs([&](Case& c) { c.host()["DeviceRequests"] = list_of(request); }, {"gpus: none -> all GPUs"});
  plain_differs(
      [&](Case& c) {
        c.host()["DeviceRequests"] = list_of(request);
        c.spec.gpus = declared(GpuRequest{});
      },
      {});
  plain_differs([&](Case& c) { c.spec.gpus = declared(*parse_gpus("2")); }, {"gpus: 2 GPUs -> none"});
}

TEST_CASE("of an image's annotations only those that describe it are accepted") {
  for (const Captured& captured : all_paths) {
    if (!captured.podman) continue;
    Case c = Case::plain(captured);
    json::object& annotations = c.config()["Annotations"].as_object();
    annotations["org.opencontainers.image.base.name"] = "docker.io/library/busybox:1";
    CHECK(c.differences().empty());
    annotations["run.oci.handler"] = "krun";
    CHECK(c.differences() == Lines{"annotations: none -> run.oci.handler=krun"});
  }
  // podman's own say nothing where docker answers.
  Case c = Case::plain(all_paths.front());
  c.host()["Annotations"] = json::object{{"io.podman.annotations.init", "TRUE"}};
  CHECK(c.differences() == Lines{"annotations: none -> io.podman.annotations.init=TRUE"});
}

}  // namespace skillrun::test
