#include <archive.h>
#include <archive_entry.h>
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "engine/build_context.hpp"
#include "engine/context_snapshot.hpp"
#include "support/placeholder.hpp"
#include "support/sha256.hpp"
#include "unit/engine/api_fake_engine.hpp"

using namespace skillrun;
namespace fs = std::filesystem;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (fs::temp_directory_path() / "skillrun-test-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { fs::remove_all(path_); }

  Folder& file(const std::string& name, const std::string& text = "x") {
    fs::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name) << text;
    return *this;
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

EngineResult<std::string> archive_of(const Folder& folder, const std::string& dockerfile = "") {
  auto context = BuildContext::open(folder.path().string(), dockerfile);
  if (!context) return std::unexpected(context.error());
  std::string all;
  while (true) {
    auto piece = (*context)->next();
    if (!piece) return piece;
    if (piece->empty()) return all;
    all += *piece;
  }
}

/// Names of the entries with what is in them: a file's text, "-> target", or "/" for a folder.
std::map<std::string, std::string> entries_of(const std::string& tar) {
  std::map<std::string, std::string> entries;
  archive* reader = archive_read_new();
  archive_read_support_format_tar(reader);
  REQUIRE(archive_read_open_memory(reader, tar.data(), tar.size()) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader, &entry) == ARCHIVE_OK) {
    CHECK(archive_entry_uid(entry) == 0);
    CHECK(archive_entry_gid(entry) == 0);
    std::string& value = entries[archive_entry_pathname(entry)];
    if (archive_entry_symlink(entry) != nullptr) {
      value = std::string("-> ") + archive_entry_symlink(entry);
    } else if (archive_entry_filetype(entry) == AE_IFDIR) {
      value = "/";
    } else {
      value.resize(static_cast<std::size_t>(archive_entry_size(entry)));
      archive_read_data(reader, value.data(), value.size());
    }
  }
  archive_read_free(reader);
  return entries;
}

std::map<std::string, std::string> entries_in(const Folder& folder, const std::string& dockerfile = "") {
  const auto tar = archive_of(folder, dockerfile);
  REQUIRE_MESSAGE(tar, tar.error().message);
  return entries_of(*tar);
}

}  // namespace

TEST_CASE("the context holds its files, with their bytes, and folders, for root") {
  Folder folder;
  const std::string big(300'000, 'b');
  folder.file("Dockerfile", "FROM x").file("a/b/c.txt", "deep").file("big", big).file("näme with space", "");
  CHECK(entries_in(folder) == std::map<std::string, std::string>{{"Dockerfile", "FROM x"},
                                                                 {"a/", "/"},
                                                                 {"a/b/", "/"},
                                                                 {"a/b/c.txt", "deep"},
                                                                 {"big", big},
                                                                 {"näme with space", ""}});
}

TEST_CASE("long names survive") {
  Folder folder;
  const std::string name = std::string(120, 'd') + "/" + std::string(200, 'f');
  folder.file("Dockerfile").file(name, "x");
  CHECK(entries_in(folder).contains(name));
}

TEST_CASE("symlinks stay symlinks, wherever they point") {
  Folder outside;
  outside.file("secret", "top secret");
  Folder folder;
  folder.file("Dockerfile");
  fs::create_symlink(outside.path() / "secret", folder.path() / "file");
  fs::create_directory_symlink(outside.path(), folder.path() / "folder");
  fs::create_symlink("nowhere", folder.path() / "dangling");
  const auto entries = entries_in(folder);
  CHECK(entries.at("file") == "-> " + (outside.path() / "secret").string());
  CHECK(entries.at("folder") == "-> " + outside.path().string());
  CHECK(entries.at("dangling") == "-> nowhere");
  CHECK(entries.size() == 4);
}

TEST_CASE(".dockerignore leaves out what it names, but never the Dockerfile and itself") {
  Folder folder;
  folder.file("Dockerfile").file(".dockerignore", "*\n!src\nsrc/*.o\n").file("src/a.c").file("src/a.o").file("other/x");
  const auto entries = entries_in(folder);
  CHECK(entries.size() == 4);
  CHECK(entries.contains("Dockerfile"));
  CHECK(entries.contains(".dockerignore"));
  CHECK(entries.contains("src/a.c"));
}

TEST_CASE("a Dockerfile in an excluded folder is still sent, its neighbours are not") {
  Folder folder;
  folder.file("docker/Dockerfile").file("docker/notes").file(".dockerignore", "docker\n");
  const auto entries = entries_in(folder, "./docker//Dockerfile");
  CHECK(entries.contains("docker/Dockerfile"));
  CHECK_FALSE(entries.contains("docker/notes"));
}

TEST_CASE("an ignore file of the Dockerfile's own goes first") {
  Folder folder;
  folder.file("Dockerfile").file("a").file("b").file(".dockerignore", "a").file("Dockerfile.dockerignore", "b");
  const auto entries = entries_in(folder);
  CHECK(entries.contains("a"));
  CHECK_FALSE(entries.contains("b"));
}

TEST_CASE("a context that cannot be sent faithfully is refused with the reason") {
  Folder folder;
  folder.file("Dockerfile");
  const auto message = [&](const std::string& dockerfile = "") {
    const auto tar = archive_of(folder, dockerfile);
    return tar ? std::string() : tar.error().message;
  };
  CHECK(message("../Dockerfile").find("must be a path inside the build context") != std::string::npos);
  CHECK(message("/etc/passwd").find("must be a path inside the build context") != std::string::npos);
  CHECK(message("Missing").find("there is no 'Missing'") != std::string::npos);
  folder.file(".dockerignore", "[a-z");
  CHECK(message().find(".dockerignore: line 1") != std::string::npos);
  fs::remove(folder.path() / ".dockerignore");
  REQUIRE(::mkfifo((folder.path() / "pipe").c_str(), 0600) == 0);
  CHECK(message().find("'pipe' is neither a file nor a folder nor a symlink") != std::string::npos);
  folder.file(".dockerignore", "pipe");
  CHECK(message().empty());
  CHECK_FALSE(BuildContext::open("/nonexistent", ""));
}

TEST_CASE("what a run put there to keep its skill from making it is not part of a context") {
  Folder folder;
  folder.file("Dockerfile");
  const auto plain = archive_of(folder);
  REQUIRE(::mkdir((folder.path() / ".git").c_str(), placeholder_folder_mode) == 0);
  folder.file(".envrc", "");
  fs::permissions(folder.path() / ".envrc", static_cast<fs::perms>(placeholder_file_mode));
  const auto during = archive_of(folder);
  REQUIRE(plain);
  REQUIRE(during);
  CHECK(*plain == *during);
}

TEST_CASE("a context that is given up half-way leaves no descriptor open") {
  Folder folder;
  folder.file("Dockerfile").file("a/b/c", std::string(500'000, 'x'));
  const std::size_t before = testing::open_descriptors();
  {
    auto context = BuildContext::open(folder.path().string(), "");
    REQUIRE(context);
    CHECK((*context)->next());
  }
  CHECK(testing::open_descriptors() == before);
}

TEST_CASE("the same files are the same bytes, whenever they were written; other files are others") {
  Folder folder;
  folder.file("Dockerfile").file("a/b", "one").file("c");
  const std::string first = *archive_of(folder);
  fs::last_write_time(folder.path() / "a/b", fs::file_time_type::clock::now() - std::chrono::hours(1000));
  CHECK(*archive_of(folder) == first);
  const auto digest = context_digest(folder.path().string(), "");
  REQUIRE(digest);
  CHECK(*digest == sha256(first));
  folder.file("a/b", "two");
  CHECK(*archive_of(folder) != first);
}

TEST_CASE("a snapshot is what it was taken of, as often as it is read") {
  Folder folder;
  folder.file("Dockerfile", "FROM x").file("big", std::string(700'000, 'b'));
  const std::string archive = *archive_of(folder);
  const auto snapshot = ContextSnapshot::take(folder.path().string(), "./Dockerfile");
  REQUIRE(snapshot);
  folder.file("Dockerfile", "FROM evil");
  CHECK(snapshot->dockerfile() == "Dockerfile");
  CHECK(snapshot->digest() == sha256(archive));
  for (int i = 0; i < 2; ++i) {
    std::string read;
    const ByteSource bytes = snapshot->bytes();
    for (auto piece = bytes(); piece && !piece->empty(); piece = bytes()) read += *piece;
    CHECK(read == archive);
  }
}

TEST_CASE(
    "a context has an end: of files, of bytes, of names in one folder; what is left out does not count as bytes") {
  Folder folder;
  folder.file("Dockerfile", "x").file("big", std::string(5000, 'b'));
  for (int i = 0; i < 20; ++i) folder.file("many/" + std::to_string(i));
  const auto trouble = [&](ContextLimits limits) {
    const auto digest = context_digest(folder.path().string(), "", limits);
    return digest ? std::string() : digest.error().message;
  };
  CHECK(trouble({}).empty());
  CHECK(trouble({.entries = 10, .bytes = 1U << 20U}).find("more than 10 files and folders") != std::string::npos);
  CHECK(trouble({.entries = 100, .bytes = 4999}).find("'big'") != std::string::npos);
  folder.file(".dockerignore", "big\n");
  CHECK(trouble({.entries = 100, .bytes = 4999}).empty());
}
