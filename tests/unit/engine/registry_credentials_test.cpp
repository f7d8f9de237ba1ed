#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "engine/docker/registry_credentials.hpp"
#include "support/base64.hpp"
#include "unit/temporary_folder.hpp"

using namespace skillrun;

namespace {

/// A configuration folder with helpers beside it.
class Client {
 public:
  explicit Client(const std::string& config) { std::ofstream(folder_.path() + "/config.json") << config; }
  void helper(const std::string& name, const std::string& script) const {
    const std::string program = folder_.path() + "/docker-credential-" + name;
    std::ofstream(program) << "#!/bin/sh\n" << script << "\n";
    ::chmod(program.c_str(), 0755);
  }
  [[nodiscard]] RegistryCredentials logins() const { return {folder_.path(), folder_.path() + ":/usr/bin:/bin"}; }
  /// user:password, a token, or nothing.
  [[nodiscard]] std::string find(const std::string& registry) const {
    const auto login = logins().find(registry, {});
    if (!login) return "none";
    return login->identity_token.empty() ? login->username + ":" + login->password : login->identity_token;
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("logins are found by the registry's host, however docker wrote it down") {
  const Client client(R"({"auths": {
    "https://index.docker.io/v1/": {"auth": "aHViOnB3"},
    "ghcr.io": {"auth": "Z2g6cHc="},
    "https://quay.io/v2/": {"username": "q", "password": "p"},
    "token.example": {"auth": "dTo=", "identitytoken": "tok"},
    "colon.example": {"auth": "dTphOmI="},
    "broken.example": {"auth": "%%%"},
    "empty.example": {}, "odd.example": 3}})");
  CHECK(client.find("docker.io") == "hub:pw");
  CHECK(client.find("ghcr.io") == "gh:pw");
  CHECK(client.find("quay.io") == "q:p");
  CHECK(client.find("token.example") == "tok");
  CHECK(client.find("colon.example") == "u:a:b");
  for (const char* registry : {"broken.example", "empty.example", "odd.example", "evil.example", "ghcr.io:443", ""}) {
    CAPTURE(registry);
    CHECK(client.find(registry) == "none");
  }
}

TEST_CASE("a helper is asked before the file, by docker's protocol") {
  const Client client(R"({"credHelpers": {"a.example": "one", "b.example": "../evil", "c.example": "absent"},
    "credsStore": "store", "auths": {"d.example": {"auth": "ZDpmaWxl"}, "a.example": {"auth": "YTpmaWxl"}}})");
  client.helper("one", R"([ "$1" = get ] && read s; echo "{\"Username\": \"$s\", \"Secret\": \"one\"}")");
  client.helper("store", R"(read s; case $s in d*) echo "credentials not found in native keychain"; exit 1;;
    e*) echo '{"Username": "<token>", "Secret": "tok"}';; f*) echo garbage;; g*) exec sleep 60;; *) exit 3;; esac)");
  CHECK(client.find("a.example") == "a.example:one");
  CHECK(client.find("d.example") == "d:file");
  CHECK(client.find("e.example") == "tok");
  CHECK(client.find("f.example") == "none");
  CHECK(client.find("b.example") == "none");
  CHECK(client.find("c.example") == "none");
  CHECK_FALSE(client.logins().find("g.example", {.deadline = std::chrono::milliseconds{300}}));
}

TEST_CASE("no configuration and a broken one give no login") {
  CHECK(Client("{").find("ghcr.io") == "none");
  CHECK(Client("[]").find("ghcr.io") == "none");
  CHECK(Client(R"({"auths": 1, "credHelpers": []})").find("ghcr.io") == "none");
  CHECK_FALSE(RegistryCredentials().find("ghcr.io", {}));
  CHECK(RegistryCredentials("/nonexistent", "").all({}).empty());
}

TEST_CASE("headers are what the Engine API takes") {
  const RegistryCredential password{.server = "s", .username = "u", .password = "p", .identity_token = {}};
  CHECK(password.header() == base64url_encode(R"({"serveraddress":"s","username":"u","password":"p"})"));
  const RegistryCredential token{.server = "s", .username = {}, .password = {}, .identity_token = "t"};
  CHECK(token.header() == base64url_encode(R"({"serveraddress":"s","identitytoken":"t"})"));
  const Client client(R"({"auths": {"a": {"auth": "dTpw"}, "b": {"identitytoken": "t"}, "c": {}}})");
  const auto all = client.logins().all({});
  REQUIRE(all.size() == 2);
  CHECK(all_logins_header(all) == base64url_encode(R"({"a":{"serveraddress":"a","username":"u","password":"p"},)"
                                                   R"("b":{"serveraddress":"b","identitytoken":"t"}})"));
}
