#include "services/identity/external_token.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "fmt/format.h"
#include "gmock/gmock.h"

#include "common/auth/test_directory.h"
#include "common/base/clock.h"
#include "common/status/status.h"
#include "services/identity/test_issuer.h"
#include "services/identity/web_key_source.h"

namespace qingqu::identity {
namespace {

using Json = nlohmann::json;

constexpr int64_t kNow = 1'790'000'000;

class ExternalTokenTest : public ::testing::Test {
 protected:
  static Json Claims() {
    return {{"iss", "https://sso.example"},
            {"aud", "qingqu"},
            {"sub", "E1017"},
            {"iat", kNow - 5},
            {"exp", kNow + 300}};
  }
  static Json ClaimsWith(const char* name, const Json& value) {
    Json claims = Claims();
    claims[name] = value;
    return claims;
  }
  static Json ClaimsWithout(const char* name) {
    Json claims = Claims();
    claims.erase(name);
    return claims;
  }
  std::string SubjectOf(const std::string& token) {
    const auto verified = verifier_.Verify(token);
    if (verified.ok()) return verified->subject;
    const std::string reason = ErrorReason(verified.status());
    return reason == "EXTERNAL_TOKEN_REFUSED" ? ErrorDetails(verified.status())["because"] : reason;
  }

  FakeClock clock_{absl::FromUnixSeconds(kNow)};
  const TestIssuer rsa_{"rsa-1", "RS256"};
  const TestIssuer ec_{"ec-1", "ES256"};
  std::string key_set_ = KeySetOf({rsa_.Jwk(), ec_.Jwk()});
  int fetches_ = 0;
  std::function<void()> on_fetch_;
  ExternalTokenVerifier verifier_{
      {{.issuer = "https://sso.example", .audience = "qingqu", .institution = "county-hospital"},
       {.issuer = "https://ec-only.example",
        .audience = "qingqu",
        .institution = "township",
        .subject_claim = "employee",
        .algorithms = {"ES256"}}},
      &clock_,
      [this](const std::string&) -> absl::StatusOr<std::string> {
        ++fetches_;
        if (on_fetch_) on_fetch_();
        if (key_set_.empty()) return absl::UnavailableError("away");
        return key_set_;
      }};
};

TEST_F(ExternalTokenTest, BothAlgorithmsAreGood) {
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims())), "E1017");
  EXPECT_EQ(SubjectOf(ec_.Token(Claims())), "E1017");
  EXPECT_EQ(SubjectOf(ec_.Token(ClaimsWith("aud", {"other", "qingqu"}))), "E1017");
  EXPECT_EQ(fetches_, 1);
  Json employee = ClaimsWith("iss", "https://ec-only.example");
  employee["employee"] = "7";
  EXPECT_EQ(SubjectOf(ec_.Token(employee)), "7");
  EXPECT_EQ(SubjectOf(rsa_.Token(employee)), "ALGORITHM") << "not one of this issuer's";
}

TEST_F(ExternalTokenTest, TheKeySaysTheAlgorithmAndNeverTheToken) {
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims(), {{"alg", "none"}})), "ALGORITHM");
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims(), {{"alg", "HS256"}})), "ALGORITHM");
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims(), {{"alg", "ES256"}})), "ALGORITHM");
  EXPECT_EQ(SubjectOf(ec_.Token(Claims(), {{"alg", "RS256"}})), "ALGORITHM");
  EXPECT_EQ(SubjectOf(ec_.Token(Claims(), {{"alg", "es256"}})), "ALGORITHM");
  const std::string bare =
      Base64Url(R"({"alg":"none","kid":"rsa-1"})") + "." + Base64Url(Claims().dump()) + ".";
  EXPECT_EQ(SubjectOf(bare), "ALGORITHM");
}

TEST_F(ExternalTokenTest, EveryRefusalHasItsReason) {
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("iss", "https://other.example"))), "ISSUER");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("aud", "another"))), "AUDIENCE");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("aud", Json::array()))), "AUDIENCE");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWithout("aud"))), "AUDIENCE");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("exp", kNow))), "EXPIRED");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWithout("exp"))), "MALFORMED");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWithout("iat"))), "MALFORMED");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("exp", "soon"))), "MALFORMED");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("exp", 1e30))), "MALFORMED");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("nbf", kNow + 31))), "NOT_YET_VALID");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("nbf", kNow + 30))), "E1017");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("iat", kNow + 31))), "NOT_YET_VALID");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("iat", kNow - 601))), "TOO_OLD");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("sub", ""))), "SUBJECT");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("sub", std::string(256, 'x')))), "SUBJECT");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("sub", 7))), "SUBJECT");
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims(), {{"crit", {"x"}}})), "MALFORMED");
  EXPECT_EQ(SubjectOf(rsa_.Token(ClaimsWith("x", std::string(17'000, 'x')))), "TOO_LONG");
  for (const char* nonsense : {"", ".", "..", "a.b", "a.b.c.d", "....", "e30.e30.=", "e30.W10."}) {
    const std::string because = SubjectOf(nonsense);
    EXPECT_TRUE(because == "MALFORMED" || because == "ISSUER") << nonsense << ": " << because;
  }
}

TEST_F(ExternalTokenTest, AnyChangeBreaksTheSignature) {
  for (const TestIssuer* issuer : {&rsa_, &ec_}) {
    std::string token = issuer->Token(Claims());
    const size_t at = token.rfind('.') + 5;
    token[at] = token[at] == 'A' ? 'B' : 'A';
    EXPECT_EQ(SubjectOf(token), "SIGNATURE");
    const std::string other = issuer->Token(ClaimsWith("sub", "director"));
    EXPECT_EQ(SubjectOf(other.substr(0, other.rfind('.')) + token.substr(token.rfind('.'))),
              "SIGNATURE");
  }
}

TEST_F(ExternalTokenTest, KeysAreReadAgainWhenTheyChangeAndNotMoreOften) {
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims())), "E1017");
  const TestIssuer next("rsa-2", "RS256");
  EXPECT_EQ(SubjectOf(next.Token(Claims())), "KEY_UNKNOWN");
  EXPECT_EQ(fetches_, 1) << "read less than 30 seconds ago";
  key_set_ = next.KeySet();
  clock_.Advance(kWebKeysReadInterval);
  EXPECT_EQ(SubjectOf(next.Token(Claims())), "E1017");
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims())), "KEY_UNKNOWN") << "the replaced key is gone";
  for (int attempt = 0; attempt < 20; ++attempt) SubjectOf(rsa_.Token(Claims()));
  EXPECT_EQ(fetches_, 2) << "nobody makes us hammer the issuer";
  const TestIssuer same_name("rsa-2", "RS256");
  key_set_ = same_name.KeySet();
  clock_.Advance(kWebKeysReadInterval);
  EXPECT_EQ(SubjectOf(same_name.Token(Claims())), "E1017") << "another key under the same id";
  EXPECT_EQ(SubjectOf(next.Token(Claims())), "SIGNATURE");
}

TEST_F(ExternalTokenTest, ASlowIssuerHoldsUpOnlyThoseWhoseKeyIsNotKnown) {
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims())), "E1017");
  clock_.Advance(kWebKeysReadInterval);
  const TestIssuer next("rsa-2", "RS256");
  key_set_ = KeySetOf({rsa_.Jwk(), next.Jwk()});
  absl::Notification asked;
  absl::Notification answers;
  on_fetch_ = [&] {
    asked.Notify();
    answers.WaitForNotification();
  };
  std::vector<std::string> subjects(2);
  std::vector<std::jthread> newcomers;
  newcomers.emplace_back([&] { subjects[0] = SubjectOf(next.Token(Claims())); });
  asked.WaitForNotification();
  newcomers.emplace_back([&] { subjects[1] = SubjectOf(next.Token(Claims())); });
  EXPECT_EQ(SubjectOf(rsa_.Token(Claims())), "E1017") << "while the issuer is asked";
  answers.Notify();
  newcomers.clear();
  EXPECT_THAT(subjects, testing::Each("E1017"));
  EXPECT_EQ(fetches_, 2) << "once for both";
}

TEST_F(ExternalTokenTest, AnIssuerThatIsAwayLeavesItsKeysForAWhile) {
  const auto token_now = [&] {
    const int64_t now = absl::ToUnixSeconds(clock_.Now());
    Json claims = ClaimsWith("iat", now);
    claims["exp"] = now + 300;
    return rsa_.Token(claims);
  };
  const std::string keys = std::exchange(key_set_, "");
  EXPECT_EQ(SubjectOf(token_now()), "ISSUER_UNAVAILABLE");
  key_set_ = keys;
  clock_.Advance(kWebKeysReadInterval);
  EXPECT_EQ(SubjectOf(token_now()), "E1017");
  key_set_ = "not a key set";
  clock_.Advance(kWebKeysAgeMax);
  EXPECT_EQ(SubjectOf(token_now()), "E1017");
  clock_.Advance(kWebKeysAgeMax);
  EXPECT_EQ(SubjectOf(token_now()), "ISSUER_UNAVAILABLE");
}

TEST(WebKeyTest, OnlyKeysThatAreGoodForSomethingAreTaken) {
  EXPECT_FALSE(ParseWebKeys("").ok());
  EXPECT_FALSE(ParseWebKeys(R"({"keys": []})").ok());
  EXPECT_FALSE(ParseWebKeys(R"({"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}]})").ok());
  EXPECT_FALSE(ParseWebKeys(TestIssuer("weak", "RS256", 1024).KeySet()).ok());
  const TestIssuer good("a", "ES256");
  EXPECT_EQ(ParseWebKeys(good.KeySet())->size(), 1u);
  EXPECT_FALSE(ParseWebKeys(KeySetOf({good.Jwk(), good.Jwk()})).ok());
  Json off_curve = good.Jwk();
  off_curve["y"] = off_curve["x"];
  EXPECT_FALSE(ParseWebKeys(KeySetOf({off_curve})).ok());
  Json for_encryption = good.Jwk();
  for_encryption["use"] = "enc";
  EXPECT_FALSE(ParseWebKeys(KeySetOf({for_encryption})).ok());
  Json stated_otherwise = good.Jwk();
  stated_otherwise["alg"] = "ES384";
  EXPECT_FALSE(ParseWebKeys(KeySetOf({stated_otherwise})).ok());
}

TEST(OidcIssuerTest, TheFileIsReadStrictly) {
  const std::string good = R"({"issuers": [{"issuer": "https://sso.example", "audience": "qingqu",
      "institution": "county-hospital", "jwks": "https://sso.example/keys"}]})";
  const auto issuers = ParseOidcIssuers(good);
  ASSERT_TRUE(issuers.ok()) << issuers.status();
  EXPECT_EQ(issuers->at(0).subject_claim, "sub");
  EXPECT_EQ(issuers->at(0).algorithms.size(), 2u);
  EXPECT_TRUE(ReadOidcIssuers("")->empty());
  EXPECT_EQ(ErrorReason(ReadOidcIssuers("/no/such/file").status()), "OIDC_ISSUERS_INVALID");
  const auto with = [&](const char* name, const Json& value) {
    Json file = Json::parse(good);
    file["issuers"][0][name] = value;
    return ErrorReason(ParseOidcIssuers(file.dump()).status());
  };
  EXPECT_EQ(with("jwks", "http://127.0.0.1:8080/keys"), "");
  EXPECT_EQ(with("jwks", "/etc/qingqu/keys.json"), "");
  for (const char* jwks : {"http://sso.example/keys", "http://127.0.0.1.sso.example/", "keys.json",
                           "file:///etc/keys", "ftp://sso.example"}) {
    EXPECT_EQ(with("jwks", jwks), "OIDC_ISSUERS_INVALID") << jwks;
  }
  EXPECT_EQ(with("algorithms", {"HS256"}), "OIDC_ISSUERS_INVALID");
  EXPECT_EQ(with("algorithms", Json::array()), "OIDC_ISSUERS_INVALID");
  EXPECT_EQ(with("institution", "No Id"), "OIDC_ISSUERS_INVALID");
  EXPECT_EQ(with("audience", ""), "OIDC_ISSUERS_INVALID");
  EXPECT_EQ(with("jwks_url", "x"), "OIDC_ISSUERS_INVALID");
  Json twice = Json::parse(good);
  twice["issuers"].push_back(twice["issuers"][0]);
  EXPECT_EQ(ErrorReason(ParseOidcIssuers(twice.dump()).status()), "OIDC_ISSUERS_INVALID");
}

// Answers one request after the other with the same bytes.
class HttpIssuer {
 public:
  explicit HttpIssuer(std::string answer) : answer_(std::move(answer)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof(address);
    ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size);
    ::listen(listener_, 8);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Serve(); });
  }
  ~HttpIssuer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string url() const { return fmt::format("http://127.0.0.1:{}/keys", port_); }

 private:
  void Serve() {
    for (int peer = 0; (peer = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(peer)) {
      char request[4096];
      if (::recv(peer, request, sizeof(request), 0) <= 0) continue;
      ::send(peer, answer_.data(), answer_.size(), MSG_NOSIGNAL);
    }
  }
  const std::string answer_;
  int listener_ = -1;
  int port_ = 0;
  std::thread thread_;
};

std::string Http(const std::string& status, const std::string& body,
                 const std::string& headers = "") {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n{}Connection: close\r\n\r\n{}", status,
                     body.size(), headers, body);
}

TEST(FetchWebKeySetTest, FromAFileAndOverHttp) {
  const auth::TestDirectory directory;
  directory.Write("keys.json", "set of keys");
  EXPECT_EQ(*FetchWebKeySet(directory.File("keys.json")), "set of keys");
  EXPECT_TRUE(absl::IsUnavailable(FetchWebKeySet(directory.File("none.json")).status()));
  EXPECT_EQ(*FetchWebKeySet(HttpIssuer(Http("200 OK", "set of keys")).url()), "set of keys");
}

TEST(FetchWebKeySetTest, NothingElseIsTaken) {
  const HttpIssuer missing(Http("404 Not Found", "set of keys"));
  EXPECT_TRUE(absl::IsUnavailable(FetchWebKeySet(missing.url()).status()));
  const HttpIssuer elsewhere(Http("302 Found", "", "Location: http://127.0.0.1:1/\r\n"));
  EXPECT_TRUE(absl::IsUnavailable(FetchWebKeySet(elsewhere.url()).status())) << "no redirects";
  const HttpIssuer endless(Http("200 OK", std::string(kWebKeySetBytesMax + 1, 'x')));
  EXPECT_TRUE(absl::IsUnavailable(FetchWebKeySet(endless.url()).status()));
  EXPECT_TRUE(absl::IsUnavailable(FetchWebKeySet("http://127.0.0.1:1/keys").status()));
  EXPECT_TRUE(absl::IsUnavailable(FetchWebKeySet("file:///etc/passwd").status()));
}

}  // namespace
}  // namespace qingqu::identity
