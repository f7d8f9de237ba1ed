// What keeps a container apart from the host: privileges, namespaces, capabilities, security options, devices.
#include "unit/run/verify_cases.hpp"

namespace skillrun::test {

TEST_CASE("a privileged container is refused") {
  plain_differs([](Case& c) { c.host()["Privileged"] = true; }, {"privileged: none -> true"});
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

TEST_CASE("an unusual runtime and a cgroup parent are refused") {
  const auto runtime = [](const char* name) {
    return [name](Case& c) { (c.podman ? c.answer : c.host())[c.podman ? "OCIRuntime" : "Runtime"] = name; };
  };
  plain_differs(runtime("nvidia"), {"runtime: none -> nvidia"});
  plain_differs(runtime("crun"), {});
  plain_differs([](Case& c) { c.host()["CgroupParent"] = "/x"; }, {"cgroup_parent: none -> /x"});
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

TEST_CASE("security options that are lost or added are refused") {
  full_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("seccomp=unconfined"); },
               {"no_new_privileges: true -> false"});
  full_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("no-new-privileges"); },
               {"security_opt: seccomp=unconfined -> none"});
  plain_differs([](Case& c) { c.host()["SecurityOpt"] = list_of("label:disable"); },
                {"security_opt: none -> label=disable"});
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
  plain_differs([&](Case& c) { c.host()["DeviceRequests"] = list_of(request); },
                {"gpus: none -> " + json::serialize(request)});
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
}

}  // namespace skillrun::test
