import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.callback.Callback;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.security.auth.AuthenticateCallbackHandler;
import org.apache.kafka.common.security.auth.SaslExtensionsCallback;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerTokenCallback;
import org.apache.kafka.common.serialization.StringDeserializer;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Follow your organisation's events on Kafka, with Kafka's own client (kafka-clients) and Java 17.
 *
 * <p>IHALA_URL, IHALA_CLIENT_ID, IHALA_KEY_FILE (PEM, EC P-256), IHALA_KAFKA (host:port), IHALA_ORGANIZATION (your organisation's id)
 * and, for an authority of your own, IHALA_CA_FILE.
 */
public final class Follow {
    static final String URL = System.getenv("IHALA_URL");
    static final String CA_FILE = System.getenv("IHALA_CA_FILE");

    public static void main(String[] arguments) {
        String organization = System.getenv("IHALA_ORGANIZATION");
        Properties settings = new Properties();
        settings.put("bootstrap.servers", System.getenv("IHALA_KAFKA"));
        settings.put("group.id", organization + ".example-java"); // groups begin with your organisation's id and a full stop
        settings.put("auto.offset.reset", "earliest");
        settings.put("enable.auto.commit", "false");
        settings.put("security.protocol", URL.startsWith("https:") ? "SASL_SSL" : "SASL_PLAINTEXT");
        if (CA_FILE != null) {
            settings.put("ssl.truststore.type", "PEM");
            settings.put("ssl.truststore.location", CA_FILE);
        }
        settings.put("sasl.mechanism", "OAUTHBEARER");
        settings.put("sasl.jaas.config", "org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule required;");
        settings.put("sasl.login.callback.handler.class", Tokens.class.getName());
        try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of("ihala.for." + organization + ".v1"));
            long last = 0;
            while (true) {
                for (var record : consumer.poll(Duration.ofSeconds(1))) {
                    var headers = record.headers();
                    long sequence = Long.parseLong(new String(headers.lastHeader("ce_sequence").value(), UTF_8));
                    if (sequence > last) { // else it comes again, after a fall on either side
                        last = sequence;
                        System.out.println(sequence + " " + new String(headers.lastHeader("ce_id").value(), UTF_8) + " "
                                + new String(headers.lastHeader("ce_type").value(), UTF_8) + " " + record.key() + " " + record.value());
                    }
                }
                consumer.commitSync(); // only now they are dealt with
            }
        }
    }

    /** Gives Kafka's client a token for Kafka alone; asked again before the old one ends. */
    public static final class Tokens implements AuthenticateCallbackHandler {
        private static final Pattern TOKEN = Pattern.compile("\"access_token\"\\s*:\\s*\"([^\"]+)\"");

        @Override
        public void configure(Map<String, ?> configs, String mechanism, List<AppConfigurationEntry> entries) {}

        @Override
        public void handle(Callback[] callbacks) {
            for (Callback callback : callbacks) {
                if (callback instanceof OAuthBearerTokenCallback asked) {
                    try {
                        asked.token(token());
                    } catch (Exception error) {
                        asked.error("unavailable", error.getClass().getSimpleName(), null);
                    }
                } else if (!(callback instanceof SaslExtensionsCallback)) {
                    throw new IllegalArgumentException(callback.getClass().getName());
                }
            }
        }

        @Override
        public void close() {}

        private static OAuthBearerToken token() throws Exception {
            String form = "grant_type=client_credentials&resource=kafka&client_assertion_type="
                    + URLEncoder.encode("urn:ietf:params:oauth:client-assertion-type:jwt-bearer", UTF_8) + "&client_assertion=" + assertion();
            HttpRequest request = HttpRequest.newBuilder(URI.create(URL + "/oauth/token")).timeout(Duration.ofSeconds(10))
                    .header("Content-Type", "application/x-www-form-urlencoded").POST(HttpRequest.BodyPublishers.ofString(form)).build();
            HttpClient client = CA_FILE == null ? HttpClient.newHttpClient() : HttpClient.newBuilder().sslContext(trusting(CA_FILE)).build();
            long now = Instant.now().toEpochMilli();
            var answer = client.send(request, BodyHandlers.ofString());
            var found = TOKEN.matcher(answer.body());
            if (answer.statusCode() != 200 || !found.find()) {
                throw new IllegalStateException("no token: " + answer.statusCode());
            }
            return new Token(found.group(1), now, now + 300_000);
        }

        private static String assertion() throws Exception {
            String name = System.getenv("IHALA_CLIENT_ID");
            long now = Instant.now().getEpochSecond();
            String claims = "{\"iss\":\"%s\",\"sub\":\"%s\",\"aud\":\"%s\",\"jti\":\"%s\",\"iat\":%d,\"exp\":%d}"
                    .formatted(name, name, URL, UUID.randomUUID(), now, now + 60);
            String signed = base64("{\"alg\":\"ES256\",\"typ\":\"JWT\"}".getBytes(UTF_8)) + "." + base64(claims.getBytes(UTF_8));
            String pem = Files.readString(Path.of(System.getenv("IHALA_KEY_FILE"))).replaceAll("-----[A-Z ]+-----|\\s", "");
            Signature signature = Signature.getInstance("SHA256withECDSAinP1363Format");
            signature.initSign(KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem))));
            signature.update(signed.getBytes(UTF_8));
            return signed + "." + base64(signature.sign());
        }

        private static SSLContext trusting(String file) throws Exception {
            KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
            trusted.load(null, null);
            try (InputStream authority = Files.newInputStream(Path.of(file))) {
                trusted.setCertificateEntry("authority", CertificateFactory.getInstance("X.509").generateCertificate(authority));
            }
            TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            managers.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, managers.getTrustManagers(), null);
            return context;
        }

        private static String base64(byte[] bytes) {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }
    }

    /** A token as Kafka's client wants it. What it holds is the broker's to read. */
    record Token(String value, Long startTimeMs, long lifetimeMs) implements OAuthBearerToken {
        @Override
        public Set<String> scope() {
            return Set.of();
        }

        @Override
        public String principalName() {
            return System.getenv("IHALA_CLIENT_ID");
        }
    }
}
