// Images that skillrun builds: what they are called, what they are used for, and what must not pass for one.
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <set>

#include <fmt/format.h>

#include <skillrun/parsing.hpp>

#include "run/labels.hpp"
#include "run/recipe.hpp"
#include "spec/reserved.hpp"
#include "unit/run/runs.hpp"
#include "unit/temporary_folder.hpp"

namespace skillrun::test {

namespace {

namespace fs = std::filesystem;

ContainerSpec of_context(const TemporaryFolder& folder) {
  ContainerSpec spec = plain_spec();
  spec.source =
      std::make_shared<const SourceText>(SourceText{.name = "skills.toml", .directory = folder.path(), .text = {}});
  spec.build =
      Setting<BuildRecipe>{{.packages = {}, .context = ContextRecipe{folder.path(), "Dockerfile", "", {}}}, {}};
  return spec;
}

ContainerSpec of_packages(std::string suite, std::vector<std::string> packages) {
  ContainerSpec spec = plain_spec();
  spec.build =
      Setting<BuildRecipe>{{.packages = PackageRecipe{std::move(suite), std::move(packages)}, .context = {}}, {}};
  return spec;
}

std::string digest(const ContainerSpec& spec) {
  const auto made = recipe_digest(spec, nullptr);
  REQUIRE_MESSAGE(made, made.error().message);
  return *made;
}

std::string message_of(const EngineResult<SkillImage>& image) { return image ? std::string() : image.error().message; }

EngineResult<SkillImage> ensure(FakeEngine& engine, const ContainerSpec& spec) {
  return ensure_image(engine, approve(spec), {}, {});
}

std::ptrdiff_t builds(const FakeEngine& engine) {
  const auto calls = engine.calls();
  return std::ranges::count_if(calls, [](const std::string& call) { return call.starts_with("build "); });
}

}  // namespace

TEST_CASE("every part of a recipe counts, and where one part ends and the next begins") {
  std::set<std::string> seen;
  const auto is_new = [&](const ContainerSpec& spec) { return seen.insert(digest(spec)).second; };
  CHECK(is_new(of_packages("bookworm", {"aa", "bb"})));
  CHECK_FALSE(is_new(of_packages("bookworm", {"aa", "bb"})));
  CHECK(is_new(of_packages("bookworm", {"aabb"})));
  CHECK(is_new(of_packages("bookworm", {"aa"})));
  CHECK(is_new(of_packages("trixie", {"aa", "bb"})));
  ContainerSpec other = of_packages("bookworm", {"aa", "bb"});
  other.platform = Setting<std::string>{"linux/arm64", {}};
  CHECK(is_new(other));
  other = of_packages("bookworm", {"aa", "bb"});
  other.source =
      std::make_shared<const SourceText>(SourceText{.name = "skills.toml", .directory = "/srv/other", .text = {}});
  CHECK(is_new(other));
}

TEST_CASE("whatever a builder is sent decides the name: contents, modes, types, targets, names, arguments, the stage") {
  const TemporaryFolder folder;
  const auto in = [&](const std::string& name) { return folder.path() + "/" + name; };
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\nCOPY . /\n"));
  static_cast<void>(folder.write("data", "one"));
  static_cast<void>(folder.write(".dockerignore", "notes\n"));
  ContainerSpec spec = of_context(folder);
  std::set<std::string> seen{digest(spec)};
  const auto changes = [&](const std::function<void()>& change) {
    change();
    return seen.insert(digest(spec)).second;
  };
  CHECK(changes([&] { static_cast<void>(folder.write("data", "two")); }));
  CHECK(changes([&] { ::chmod(in("data").c_str(), 0755); }));
  CHECK(changes([&] { fs::rename(in("data"), in("date")); }));
  CHECK(changes([&] { fs::create_directory(in("empty")); }));
  CHECK(changes([&] { fs::create_symlink("date", in("link")); }));
  CHECK(changes([&] {
    fs::remove(in("link"));
    fs::create_symlink("elsewhere", in("link"));
  }));
  CHECK(changes([&] {
    fs::remove(in("link"));
    static_cast<void>(folder.write("link", "elsewhere"));
  }));
  CHECK(changes([&] { static_cast<void>(folder.write("Dockerfile", "FROM scratch\nCOPY . /x\n")); }));
  ContextRecipe& recipe = *spec.build->value.context;
  CHECK(changes([&] { recipe.target = "stage"; }));
  CHECK(changes([&] { recipe.args.push_back({{"A", "1"}, {}}); }));
  CHECK(changes([&] { recipe.args[0].value = {"A", "2"}; }));
  CHECK(changes([&] { recipe.args[0].value = {"A2", ""}; }));
  // What is not sent, and when something was written, is nothing to it.
  CHECK_FALSE(changes([&] { static_cast<void>(folder.write("notes", "left out")); }));
  CHECK_FALSE(
      changes([&] { fs::last_write_time(in("date"), fs::file_time_type::clock::now() - std::chrono::hours(9)); }));
}

TEST_CASE("a private name is one that engines take and no manifest can say") {
  const std::string recipe(64, 'a');
  for (const std::string alias :
       {"jq:1", "docker.io/library/debian:bookworm-slim", "127.0.0.1:5000/a/b__c:latest", "ghcr.io/x/y-z.w"}) {
    CAPTURE(alias);
    const std::string name = private_image_name(*parse_image_reference(alias), recipe);
    const auto parsed = parse_image_reference(name);
    REQUIRE(parsed);
    CHECK(is_reserved_registry(parsed->registry));
    CHECK(parsed->tag == recipe);
  }
  const auto longest = parse_image_reference("docker.io/x/" + std::string(200, 'a') + "." + std::string(20, 'b'));
  REQUIRE(longest);
  CHECK(parse_image_reference(private_image_name(*longest, recipe)));
  for (const char* registry : {"skillrun.invalid", "SkillRun.Invalid", "skillrun.invalid:443"}) {
    CHECK(is_reserved_registry(registry));
  }
  for (const char* registry : {"docker.io", "skillrun.invalid.example.org", "x.skillrun.invalid", "localhost"}) {
    CHECK_FALSE(is_reserved_registry(registry));
  }
}

TEST_CASE("what is built never gets the manifest's name, is never pulled, and is built again when the recipe changes") {
  const TemporaryFolder folder;
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\n"));
  const ContainerSpec spec = of_context(folder);
  FakeEngine engine;
  const auto first = ensure(engine, spec);
  REQUIRE(first);
  CHECK(first->private_name == private_image_name(spec.image.value, digest(spec)));
  CHECK(builds(engine) == 1);
  REQUIRE(ensure(engine, spec));
  CHECK(builds(engine) == 1);
  static_cast<void>(folder.write("more", "content"));
  const auto second = ensure(engine, spec);
  REQUIRE(second);
  CHECK(second->private_name != first->private_name);
  CHECK(builds(engine) == 2);
  REQUIRE(rebuild_image(engine, approve(spec), {}, {}));
  CHECK(builds(engine) == 3);
  for (const std::string& call : engine.calls()) CHECK_FALSE(call.contains("example.org"));
  for (const auto& [name, image] : engine.built) {
    CHECK(image.labels == Labels{{std::string(recipe_label), name.substr(name.rfind(':') + 1)}});
  }
}

TEST_CASE("the run uses the private name, and its result tells both") {
  const TemporaryFolder folder;
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\n"));
  FakeEngine engine;
  RunControl control;
  const RunResult result = execute(engine, approve(of_context(folder)), {.capture = true}, control);
  CHECK(result.status() == RunStatus::exited);
  CHECK(result.image == "example.org/tool:1");
  CHECK(result.built_image == engine.built.begin()->first);
  CHECK(engine.created_options.image == result.built_image);
  CHECK(result.image_id == "sha256:built");
}

TEST_CASE("what was hashed is what is sent, also when the folder changes in between") {
  const TemporaryFolder folder;
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\n"));
  const ContainerSpec spec = of_context(folder);
  FakeEngine engine;
  std::string before;
  engine.on_call = [&](const std::string& call) {
    if (call == "build") static_cast<void>(folder.write("Dockerfile", "FROM evil\n"));
  };
  engine.on_build = [&](const BuildRequest&, const std::string& archive) { before = archive; };
  const auto image = ensure(engine, spec);
  REQUIRE(image);
  CHECK(before.contains("FROM scratch"));
  CHECK_FALSE(before.contains("evil"));
  // Between the search for the image and the build: the name follows what is built.
  static_cast<void>(folder.write("Dockerfile", "FROM one\n"));
  const std::string one = private_image_name(spec.image.value, digest(spec));
  engine.on_call = [&](const std::string& call) {
    if (call == "inspect_image") static_cast<void>(folder.write("Dockerfile", "FROM two\n"));
  };
  const auto second = ensure(engine, spec);
  REQUIRE(second);
  CHECK(second->private_name != one);
  CHECK_FALSE(engine.built.contains(one));
  CHECK(before.contains("FROM two"));
}

TEST_CASE("an image with a label of skillrun's is not used, whether it was pulled, planted or built") {
  FakeEngine engine;
  for (const char* label : {"skillrun.keep", "skillrun.run", "skillrun.recipe", "skillrun.anything", "skillrun."}) {
    CAPTURE(label);
    engine.image->labels = {{"app", "x"}, {label, "true"}};
    const auto image = ensure(engine, plain_spec());
    REQUIRE_FALSE(image);
    CHECK(image.error().kind == EngineError::Kind::untrusted);
  }
  engine.image->labels = {{"skillrunner.keep", "true"}, {"skillrun", "x"}, {"org.skillrun.run", "1"}};
  CHECK(ensure(engine, plain_spec()));

  engine.image->labels = {{"skillrun.keep", "true"}};
  RunControl control;
  const RunResult result = execute(engine, approve(plain_spec()), {.capture = true}, control);
  CHECK(result.status() == RunStatus::refused);
  CHECK(result.message.contains("'skillrun.keep'"));
  CHECK_FALSE(engine.was_called("create"));

  const TemporaryFolder folder;
  static_cast<void>(folder.write("Dockerfile", "FROM scratch\nLABEL skillrun.keep=true\n"));
  engine.labels_of_dockerfile = {{"skillrun.keep", "true"}};
  CHECK(message_of(ensure(engine, of_context(folder))).contains("'skillrun.keep'"));
  // Nor the next time, when it is there already.
  CHECK(message_of(ensure(engine, of_context(folder))).contains("'skillrun.keep'"));
  CHECK(builds(engine) == 1);
  ImageInfo& planted = engine.built.begin()->second;
  planted.labels.clear();
  CHECK(message_of(ensure(engine, of_context(folder))).contains("but is not one"));
  planted.labels = {{std::string(recipe_label), std::string(64, '0')}};
  CHECK_FALSE(ensure(engine, of_context(folder)));
}

TEST_CASE("an alias that promises a digest is refused before anything is built") {
  FakeEngine engine;
  ContainerSpec spec = of_packages("bookworm", {"jq"});
  spec.image.value = *parse_image_reference("debian@sha256:" + std::string(64, 'a'));
  const auto image = ensure(engine, spec);
  REQUIRE_FALSE(image);
  CHECK(image.error().message.contains("name it by a tag"));
  CHECK(engine.calls().empty());
}

}  // namespace skillrun::test
