import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Logger;
import org.ihala.client.Events;
import org.ihala.client.Following;
import org.ihala.client.Ihala;
import org.ihala.client.IhalaProblem;
import org.ihala.client.Settings;
import org.ihala.client.Signer;
import org.ihala.client.TokenRefused;
import org.ihala.client.Transport;
import org.ihala.client.notify.NotifyApi.GetSubscriptionsQuery;

/** What the Java client does with answers that a healthy server hardly ever gives; it is told what again.mjs is told. */
public final class Again implements Transport {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String GOOD = "{\"access_token\": \"good\", \"expires_in\": 300, \"items\": []}";
    private static final String EVENT =
        "{\"id\": \"00000000-0000-7000-8000-00000000000%d\", \"type\": \"t\", \"sequence\": 1, \"data\": {}}";
    private static final String UNREAD = "{\"id\": \"none\"}";

    private final Queue<Said> tokens = new ArrayDeque<>();
    private final Queue<Said> answers = new ArrayDeque<>();
    private final List<String> calls = new ArrayList<>();

    private record Said(int status, Map<String, List<String>> headers, InputStream body) {}

    /** A body of which nothing comes until it is closed. */
    private static final class Silent extends InputStream {
        private final CountDownLatch closed = new CountDownLatch(1);

        @Override
        public int read() throws IOException {
            try {
                closed.await();
            } catch (InterruptedException error) {
                Thread.currentThread().interrupt();
            }
            throw new IOException("closed");
        }

        @Override
        public void close() {
            closed.countDown();
        }
    }

    public static void main(String[] arguments) throws Exception {
        JsonNode told = JSON.readTree(arguments[0]);
        Again server = new Again();
        Settings settings = Settings.of("http://ihala.test", told.path("clientId").asText(), Signer.ofJwk(told.path("key").toString()))
            .withRetries(2, Duration.ofMillis(1), Duration.ofMillis(200)).withTransport(server);
        server.nonces(new Ihala(settings), new Ihala(settings));
        server.cursors(new Ihala(settings));
        server.later(settings);
        server.unread(new Ihala(settings));
        server.tokens.add(new Said(200, Map.of(), new Silent()));
        say("silent", reason(() -> list(new Ihala(settings))), "left", server.tokens.size());
    }

    @Override
    public HttpResponse<InputStream> send(HttpRequest request) {
        boolean isToken = request.uri().getPath().equals("/oauth/token");
        String after = Arrays.stream(String.valueOf(request.uri().getQuery()).split("&"))
            .filter(part -> part.startsWith("after=")).map(part -> part.substring(6)).findFirst().orElse(null);
        calls.add(isToken ? "token" : request.headers().firstValue("last-event-id").orElse(after));
        Said found = (isToken ? tokens : answers).poll();
        Said said = found == null ? said(200, GOOD) : found;
        return new Wire.Between(request, said.status, HttpHeaders.of(said.headers, (name, value) -> true), said.body);
    }

    private void nonces(Ihala some, Ihala endless) throws Exception {
        for (int at = 0; at < 4; at++) tokens.add(nonce(400, at));
        for (int at = 0; at < 4; at++) answers.add(nonce(401, at));
        say("nonces", reason(() -> list(some)), "calls", calls.size());
        for (int at = 0; at < 5; at++) tokens.add(nonce(400, at));
        say("endless", reason(() -> list(endless)));
    }

    private void cursors(Ihala ihala) throws Exception {
        answers.add(said(200, "{\"events\": [" + event(1) + "," + event(2) + "], \"cursor\": \"c2\"}"));
        answers.add(said(200, "{\"events\": [" + event(3) + "," + event(1) + "], \"cursor\": \"c4\"}"));
        calls.clear();
        List<String> cursors = new ArrayList<>();
        try (Following events = ihala.events().follow("", null, Events.By.PAGES)) {
            while (cursors.size() < 4) cursors.add(events.next().cursor());
        }
        say("cursors", cursors, "calls", calls);
        answers.add(said(200, "id: c1\ndata: " + event(1) + "\n\n"));
        calls.clear();
        try (Following events = ihala.events().follow("")) {
            say("streamed", events.next().cursor(), "calls", calls);
        }
    }

    /** Who is asked for an hour hears of it at once; who is asked to come back now is told to wait, also who follows. */
    private void later(Settings settings) throws Exception {
        List<String> warnings = new ArrayList<>();
        Logger logger = Logger.getLogger("org.ihala.client");
        logger.setUseParentHandlers(false);
        logger.setFilter(record -> warnings.add(record.getMessage()) && false);
        calls.clear();
        tokens.add(later(3600));
        List<String> found = new ArrayList<>(List.of(reason(() -> list(new Ihala(settings)))));
        answers.add(later(3600));
        found.add(reason(() -> list(new Ihala(settings))));
        warnings.clear();
        for (int at = 0; at < 3; at++) answers.add(later(0));
        answers.add(said(200, "{\"events\": [" + event(1) + "], \"cursor\": \"c2\"}"));
        try (Following events = new Ihala(settings).events().follow("", null, Events.By.PAGES)) {
            events.next();
        }
        say("long", found, "calls", calls.size(), "told", warnings.size(), "why", warnings.get(0).endsWith("; tried again in 0.0 s"));
    }

    /** An event that cannot be read is told, and comes again. */
    private void unread(Ihala ihala) throws Exception {
        calls.clear();
        String stream = "id: c1\ndata: " + event(1) + "\n\nid: c2\ndata: " + UNREAD + "\n\n";
        answers.add(said(200, stream));
        answers.add(said(200, stream));
        List<Object> found = new ArrayList<>();
        try (Following events = ihala.events().follow(null)) {
            found.add(events.next().cursor());
            found.add(reason(events::next));
            found.add(events.next().cursor());
        }
        answers.add(said(200, "{\"events\": [" + UNREAD + "], \"cursor\": \"c9\"}"));
        answers.add(said(200, "{\"events\": [" + event(2) + "], \"cursor\": \"c9\"}"));
        try (Following events = ihala.events().follow("c0", null, Events.By.PAGES)) {
            found.add(reason(events::next));
        }
        say("unread", found, "calls", calls);
    }

    private static Said said(int status, String body) {
        return new Said(status, Map.of(), new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)));
    }

    private static Said nonce(int status, int at) {
        Map<String, List<String>> headers = Map.of(
            "DPoP-Nonce", List.of("n" + (at >> 1)), "WWW-Authenticate", List.of("DPoP error=\"use_dpop_nonce\""));
        return new Said(status, headers, said(status, "{\"error\": \"use_dpop_nonce\"}").body);
    }

    private static Said later(int seconds) {
        Map<String, List<String>> headers = Map.of("Retry-After", List.of(String.valueOf(seconds)));
        return new Said(429, headers, said(429, "{\"type\": \"urn:ihala:problem:too-many-requests\"}").body);
    }

    private static String event(int at) {
        return EVENT.formatted(at);
    }

    private static void list(Ihala ihala) {
        ihala.notifications().getSubscriptions((GetSubscriptionsQuery) null);
    }

    private static String reason(Runnable work) {
        try {
            work.run();
            return "good";
        } catch (IhalaProblem problem) {
            return problem.slug();
        } catch (TokenRefused refusal) {
            return refusal.error();
        } catch (UncheckedIOException away) {
            return away.getCause() instanceof JsonProcessingException ? "unreadable" : away.getCause().toString();
        }
    }

    private static void say(Object... found) throws Exception {
        Map<String, Object> all = new LinkedHashMap<>();
        for (int at = 0; at < found.length; at += 2) all.put((String) found[at], found[at + 1]);
        System.out.println(JSON.writeValueAsString(all));
    }
}
