#include <doctest/doctest.h>

#include "support/base64.hpp"
#include "support/sha256.hpp"

using namespace skillrun;

TEST_CASE("base64 is written for headers and read as logins are kept") {
  CHECK(base64url_encode("").empty());
  CHECK(base64url_encode("a") == "YQ==");
  CHECK(base64url_encode("\xff\xfe\xfd?>") == "__79Pz4=");
  CHECK(base64_encode("\xff\xfe\xfd?>") == "//79Pz4=");
  CHECK(base64_decode("") == "");
  CHECK(base64_decode("c2tpbGxydW46b3BlbiBzZXNhbWU=") == "skillrun:open sesame");
  CHECK(base64_decode("YWI=") == "ab");
  CHECK(base64_decode("YQ==") == "a");
  CHECK(base64_decode("YWJj") == "abc");
  for (const char* text : {"YQ", "YQ=", "YQ===", "Y===", "====", "Y=Q=", "YQ==\n", "Y-Q_", "a b=", "*"}) {
    CAPTURE(text);
    CHECK_FALSE(base64_decode(text));
  }
}

TEST_CASE("SHA-256 is that of the standard's examples") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}
