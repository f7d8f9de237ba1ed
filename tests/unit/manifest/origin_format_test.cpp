// Manifests of the format that this one came from: each of its keys is read, also of skills that are no containers.
#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("every key of the format's origin is read") {
  const ManifestReading reading = read_manifest(source(R"(
version = "1"

[defaults]
capabilities.network_access = false
capabilities.max_concurrent_requests = 10
capabilities.allowed_paths = ["/scratch"]

[defaults.env]
LANG = "C.UTF-8"

[skills.cluster]
source = "https://git.example.com/skills/cluster.git"
ref = "v2"
runtime = "native"
description = "looks after a cluster"
default_instance = "default"

[[skills.cluster.services]]
name = "proxy"
description = "the way to the cluster"
optional = false
default_port = 8001

[[skills.cluster.services]]
name = "metrics"
optional = true

[skills.cluster.instances.default]

[skills.cluster.instances.prod]
description = "with care"
config.kubeconfig = "${KUBECONFIG:-~/.kube/config}"
env.NAMESPACE = "prod"
capabilities.network_access = true
capabilities.max_concurrent_requests = 5

[skills.etl]
source = "docker:python:3.12-slim"
runtime = "docker"
services = ["postgres", { name = "redis", description = "cache", type = "cache", optional = true, default_port = 6379 }]

[skills.etl.docker]
image = "python:3.12-slim"
entrypoint = "python3"
command = ["-u"]
volumes = ["${PWD:-/tmp}:/workdir", "${DATA_DIR:-/srv/data}:/data"]
working_dir = "/workdir"
environment = ["PYTHONUNBUFFERED=1"]
memory = "2g"
cpus = "2.0"
network = "bridge"
rm = true
user = "${UID:-1000}:${GID:-1000}"
gpus = "all"
read_only = false
platform = "linux/amd64"
extra_args = ["--pids-limit=100"]

[skills.etl.instances.night]
capabilities.allowed_paths = ["/workdir", "/data"]
)"),
                                                ManifestFormat::toml);
  CHECK(reading.valid);
  CHECK(show(reading.findings) == "unsupported-runtime 15:11-15:19 cluster runtime\n");
  const SkillDefinition* cluster = reading.manifest.find_skill("cluster");
  REQUIRE(cluster != nullptr);
  CHECK(cluster->services->items.at(0).default_port->value == "8001");
  CHECK(cluster->services->items.at(1).optional->value);
  CHECK(reading.manifest.find_skill("etl")->services->items.at(0).name->value == "postgres");
  CHECK(reading.manifest.default_capabilities->max_concurrent_requests->value == "10");
}

TEST_CASE("unknown keys of a skill that is no container are another program's") {
  const ManifestReading reading = read_manifest(source(R"([skills.aws]
source = "github:example/aws"
[skills.aws.instances.eu]
region = "eu-west-1"
[skills.tool.docker]
image = "a"
region = "eu-west-1"
)"),
                                                ManifestFormat::toml);
  CHECK(show(reading.findings) ==
        "unsupported-runtime 2:10-2:30 aws source\nunsupported-runtime 4:1-4:7 aws instances.eu.region\n"
        "unknown-key 7:1-7:7 tool docker.region\n");
  CHECK(reading.faults_of("aws").empty());
}

TEST_CASE("a service without a name, and a ref of a container, are faults") {
  CHECK(faults(parse_toml("[skills.x]\nsource = \"docker:a\"\nservices = [{ optional = true }, 3]\nref = \"v1\"\n")) ==
        "missing-field 3:13-3:32 x services[0]\ninvalid-value 3:34-3:35 x services[1]\ninvalid-value 4:7-4:11 x ref\n");
}
