#include "support.hpp"

using namespace skillrun;
using namespace skillrun::test;

TEST_CASE("a TOML value's span includes its quotes and its columns count code points") {
  const Manifest manifest = good(parse_toml(R"([skills.x]
description = "größer"
docker = { hostname = "ü", image = "alpine:3" }
)"));
  const SkillDefinition& skill = manifest.skills.at(0);
  CHECK(show(skill.span) == "1:9-1:10");
  CHECK(show(skill.description->span) == "2:15-2:23");
  CHECK(show(skill.docker->image->span) == "3:36-3:46");
  CHECK(skill.docker->image->value == "alpine:3");
}

TEST_CASE("TOML spans are right in arrays, multi-line strings, dotted keys and arrays of tables") {
  const Manifest manifest = good(parse_toml(R"([skills.x.docker]
image = """
alpine"""
volumes = [ "/ä:/ä", '/b:/b',
  "/c:/c" ]
memory = 512
labels.'a.b' = "1"
[[skills.x.docker.mounts]]
source = "s"
target = "/t"
)"));
  const DockerRuntimeConfig& docker = *manifest.skills.at(0).docker;
  CHECK(show(docker.image->span) == "2:9-3:10");
  CHECK(docker.image->value == "alpine");
  CHECK(show(docker.volumes->items[0].span) == "4:13-4:20");
  CHECK(show(docker.volumes->items[1].span) == "4:22-4:29");
  CHECK(show(docker.volumes->items[2].span) == "5:3-5:10");
  CHECK(show(docker.volumes->span) == "4:11-5:12");
  CHECK(show(docker.memory->span) == "6:10-6:13");
  CHECK(show(docker.labels->entries[0].key.span) == "7:8-7:13");
  CHECK(show(docker.labels->entries[0].value.span) == "7:16-7:19");
  CHECK(show(docker.mounts->items[0].span) == "8:1-8:27");
  CHECK(show(docker.mounts->items[0].target->span) == "10:10-10:14");
}

TEST_CASE("YAML spans are right for every style of scalar") {
  const Manifest manifest = good(parse_yaml(R"(skills:
  x:
    description: "größer \" #"
    docker:
      image: 'it''s'
      hostname: plain ü   # comment
      entrypoint: a b
        c
      user: |
        one
        two
      platform: >-   # folded
        linux/
        amd64
      memory: 512
)"));
  const SkillDefinition& skill = manifest.skills.at(0);
  CHECK(show(skill.span) == "2:3-2:4");
  CHECK(show(skill.description->span) == "3:18-3:31");
  CHECK(skill.description->value == "größer \" #");
  CHECK(show(skill.docker->image->span) == "5:14-5:21");
  CHECK(show(skill.docker->hostname->span) == "6:17-6:24");
  CHECK(show(skill.docker->entrypoint->span) == "7:19-8:10");
  CHECK(skill.docker->entrypoint->value == "a b c");
  CHECK(show(skill.docker->user->span) == "9:13-11:12");
  CHECK(show(skill.docker->platform->span) == "12:17-14:14");
  CHECK(show(skill.docker->memory->span) == "15:15-15:18");
}

TEST_CASE("YAML spans are right in flow and block collections, after anchors and through aliases") {
  const Manifest manifest = good(parse_yaml(R"(skills: {"x": {docker: {image: é, volumes: [ "/ä", b # ]
    , ] , dns: []}},
 y: {docker: {image: &img "a:1", command: [*img, &w word]}}}
)"));
  const DockerRuntimeConfig& first = *manifest.skills.at(0).docker;
  CHECK(show(manifest.skills[0].span) == "1:10-1:13");
  CHECK(show(first.image->span) == "1:32-1:33");
  CHECK(show(first.volumes->items[0].span) == "1:46-1:50");
  CHECK(show(first.volumes->items[1].span) == "1:52-1:53");
  CHECK(show(first.volumes->span) == "1:44-2:8");
  CHECK(show(first.dns->span) == "2:16-2:18");
  CHECK(show(first.span) == "1:24-2:19");
  const DockerRuntimeConfig& second = *manifest.skills.at(1).docker;
  CHECK(show(second.image->span) == "3:27-3:32");
  CHECK(show(second.command->items[0].span) == "3:27-3:32");
  CHECK(show(second.command->items[1].span) == "3:53-3:57");
  CHECK(second.command->items[0].value == "a:1");
}

TEST_CASE("a byte order mark and carriage returns do not shift places") {
  const Manifest toml = good(parse_toml("\xEF\xBB\xBF[skills.x.docker]\r\nimage = \"a\"\r\n"));
  CHECK(show(toml.skills.at(0).span) == "1:9-1:10");
  CHECK(show(toml.skills.at(0).docker->image->span) == "2:9-2:12");
  CHECK(toml.source->text.starts_with("[skills"));
  const Manifest yaml = good(parse_yaml("\xEF\xBB\xBFskills:\r\n  x:\r\n    docker:\r\n      image: a b\r\n"));
  CHECK(show(yaml.skills.at(0).docker->image->span) == "4:14-4:17");
  CHECK(yaml.skills.at(0).docker->image->value == "a b");
}

TEST_CASE("the place of a null is its key when nothing was written") {
  CHECK(faults(parse_yaml("skills:\n  x:\n    docker:\n      image:\n      memory: 1g\n")) ==
        "invalid-value 4:7-4:12 x docker.image\n");
  CHECK(faults(parse_yaml("skills:\n  x:\n    docker:\n      image: ~\n")) ==
        "invalid-value 4:14-4:15 x docker.image\n");
  CHECK(faults(parse_yaml("skills:\n  x:\n    docker:\n      image: a\n      dns: [ null ]\n")) ==
        "invalid-value 5:14-5:18 x docker.dns[0]\n");
}
