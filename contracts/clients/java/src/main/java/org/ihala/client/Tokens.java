package org.ihala.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Access tokens by private_key_jwt (RFC 7523), bound to a key by DPoP (RFC 9449): kept, and renewed a minute before their end. */
final class Tokens {
    /** How often one call is sent again with the nonce that came: each process of the gateway gives its own. */
    static final int MOST_NONCES = 4;
    private static final long RENEW_BEFORE_SECONDS = 60;
    private static final long ASSERTION_SECONDS = 60;
    private static final String PATH = "/oauth/token";
    private static final String ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

    private final Settings settings;
    private final String resource;
    private final Signer proofs;
    private volatile String nonce;
    private String token;
    private Instant expiresAt = Instant.MIN;
    private Instant renewAt = Instant.MIN;

    /** {@code resource} is what the tokens are for alone; null for the API. */
    Tokens(Settings settings, String resource) {
        this.settings = settings;
        this.resource = resource;
        this.proofs = settings.dpop() ? Signer.made() : null;
    }

    /** Return the headers that show who calls. Throws TokenRefused, IhalaProblem. */
    Map<String, String> headers(String method, String path) throws IOException, InterruptedException {
        String current = current();
        if (proofs == null) return Map.of("Authorization", "Bearer " + current);
        return Map.of("Authorization", "DPoP " + current, "DPoP", proof(method, path.split("\\?", 2)[0], current));
    }

    /** Take note of an answer: its nonce is good for the next proof. Return whether the call was refused only for want of it. */
    boolean note(HttpResponse<?> answer) {
        nonce = answer.headers().firstValue("dpop-nonce").orElse(nonce);
        return answer.statusCode() == 401 && answer.headers().firstValue("www-authenticate").orElse("").contains("use_dpop_nonce");
    }

    /** Return a token for Kafka, which is good for a while. Throws TokenRefused, IhalaProblem. */
    synchronized KafkaToken forKafka() throws IOException, InterruptedException {
        return new KafkaToken(current(), expiresAt);
    }

    /** Forget the token: it was refused. */
    synchronized void forget() {
        token = null;
    }

    /** One asks for all who wait. */
    private synchronized String current() throws IOException, InterruptedException {
        for (int tried = 1; token == null || !Instant.now().isBefore(renewAt); tried++) {
            Duration wait = null;
            Exception why;
            try {
                Connection.Sent sent = ask();
                HttpResponse<?> answer = sent.answer();
                byte[] body = sent.body();
                if (answer.statusCode() == 200) {
                    keep(Json.MAPPER.readTree(body));
                    break;
                }
                if (answer.statusCode() < 500 && answer.statusCode() != 429) throw refusal(answer.statusCode(), body);
                IhalaProblem problem = IhalaProblem.of(answer.statusCode(), body, answer.headers());
                wait = problem.retryAfter().orElse(null);
                if (tried >= settings.tries() || Settings.isLong(wait)) throw problem;
                why = problem;
            } catch (IOException away) {
                if (tried >= settings.tries()) throw away;
                why = away;
            }
            settings.sleep(tried, wait, why);
        }
        return token;
    }

    private Connection.Sent ask() throws IOException, InterruptedException {
        for (int nonces = 0; ; nonces++) {
            Connection.Sent sent = askOnce();
            boolean mayNeed = proofs != null && sent.answer().statusCode() == 400 && nonces < MOST_NONCES;
            if (!mayNeed || !refusal(400, sent.body()).error().equals("use_dpop_nonce")) return sent; // else with the nonce that came
        }
    }

    private Connection.Sent askOnce() throws IOException, InterruptedException {
        String form = "grant_type=client_credentials&client_assertion_type=" + Call.encoded(ASSERTION_TYPE)
            + "&client_assertion=" + Call.encoded(assertion())
            + (resource != null ? "&resource=" + Call.encoded(resource) : "")
            + (resource != null || settings.scope() == null ? "" : "&scope=" + Call.encoded(settings.scope()));
        HttpRequest.Builder request = HttpRequest.newBuilder(java.net.URI.create(settings.baseUrl() + PATH))
            .timeout(settings.timeout())
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form, StandardCharsets.US_ASCII));
        if (proofs != null) request.header("DPoP", proof("POST", PATH, null));
        HttpResponse<InputStream> answer = settings.transport().send(request.build());
        note(answer);
        return new Connection.Sent(answer, Watch.whole(answer.body(), settings.timeout()));
    }

    private void keep(JsonNode given) {
        long lives = given.path("expires_in").asLong();
        expiresAt = Instant.now().plusSeconds(lives);
        renewAt = expiresAt.minusSeconds(Math.min(RENEW_BEFORE_SECONDS, lives / 2));
        token = given.path("access_token").asText();
    }

    private static TokenRefused refusal(int status, byte[] body) {
        try {
            JsonNode said = Json.MAPPER.readTree(body);
            return new TokenRefused(status, said.path("error").asText(String.valueOf(status)), said.path("error_description").asText(null));
        } catch (IOException notJson) {
            return new TokenRefused(status, String.valueOf(status), null);
        }
    }

    private String assertion() {
        long now = Instant.now().getEpochSecond();
        String issuer = settings.baseUrl().toString();
        Map<String, Object> claims = Map.of(
            "iss", settings.clientId(), "sub", settings.clientId(), "aud", issuer, "iat", now, "exp", now + ASSERTION_SECONDS,
            "jti", UUID.randomUUID().toString());
        return settings.key().sign(Map.of("typ", "JWT"), claims);
    }

    private String proof(String method, String path, String shown) {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("jti", UUID.randomUUID().toString());
        claims.put("htm", method);
        claims.put("htu", settings.baseUrl() + path);
        claims.put("iat", Instant.now().getEpochSecond());
        if (nonce != null) claims.put("nonce", nonce);
        if (shown != null) claims.put("ath", sha256(shown));
        return proofs.sign(Map.of("typ", "dpop+jwt", "jwk", proofs.publicJwk), claims);
    }

    private static String sha256(String value) {
        try {
            return Signer.base64(MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.US_ASCII)));
        } catch (NoSuchAlgorithmException error) {
            throw new IllegalStateException(error);
        }
    }
}
