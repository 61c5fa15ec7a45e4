package org.ihala.client;

import com.fasterxml.jackson.databind.JavaType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Set;
import java.util.UUID;

/** Sends calls: who calls, tries again what may be tried again, refusals as IhalaProblem. Good for many threads at once. */
public final class Connection {
    private static final Set<Integer> PASSING = Set.of(502, 503, 504);

    final Settings settings;
    private final Tokens tokens;
    private final Tokens kafka;

    Connection(Settings settings) {
        this.settings = settings;
        this.tokens = new Tokens(settings, null);
        this.kafka = new Tokens(settings.withoutDpop(), "kafka"); // bound to nothing: Kafka's protocol has no proofs
    }

    /** Return a good answer (2xx) with its body read as {@code type}. Throws IhalaProblem, TokenRefused, UncheckedIOException. */
    public <T> Answer<T> call(Call call, JavaType type) {
        Sent sent = send(call, false, settings.timeout());
        T data = sent.body.length == 0 ? null : type.hasRawClass(byte[].class) ? cast(sent.body) : Json.read(sent.body, type);
        HttpResponse<?> answer = sent.answer;
        return new Answer<>(data, answer.statusCode(), answer.headers().firstValue("etag").orElse(null), answer.headers());
    }

    /** Return a token for Kafka alone. Throws TokenRefused, IhalaProblem, UncheckedIOException. */
    KafkaToken kafkaToken() {
        return unchecked(kafka::forKafka);
    }

    /** Return a good answer's body, open; only its head must come in time. Throws as {@link #call} does. */
    InputStream open(Call call) {
        return send(call, true, settings.timeout()).answer.body();
    }

    Sent send(Call call, boolean isStream, Duration timeout) {
        Call whole = call.method().equals("POST") && !call.headers().containsKey("Idempotency-Key")
            ? call.with("Idempotency-Key", UUID.randomUUID().toString()) // the same in every try
            : call;
        return unchecked(() -> tried(whole, isStream, timeout));
    }

    private Sent tried(Call call, boolean isStream, Duration timeout) throws IOException, InterruptedException {
        boolean mayRepeat = call.isSafe() || call.headers().containsKey("Idempotency-Key") || !call.headers().containsKey("If-Match");
        boolean renewed = false;
        for (int tried = 1; ; tried++) {
            Duration wait = null;
            Exception why;
            try {
                Sent sent = withProof(call, isStream, timeout);
                int status = sent.answer.statusCode();
                if (status / 100 == 2) return sent;
                if (status == 401 && !renewed) {
                    renewed = true; // a token may be ended before its time
                    tokens.forget();
                    continue;
                }
                IhalaProblem problem = IhalaProblem.of(status, sent.body, sent.answer.headers());
                wait = problem.retryAfter().orElse(null);
                if (!isPassing(problem, mayRepeat) || tried >= settings.tries() || Settings.isLong(wait)) throw problem;
                why = problem;
            } catch (IOException away) {
                if (!mayRepeat || tried >= settings.tries()) throw away;
                why = away;
            }
            settings.sleep(tried, wait, why);
        }
    }

    /** Tell whether the same call may go well soon. What was refused before anything was done may always be sent again. */
    private static boolean isPassing(IhalaProblem problem, boolean mayRepeat) {
        if (problem.status() == 429 || problem.slug().equals("idempotency-in-progress")) return true;
        return mayRepeat && PASSING.contains(problem.status());
    }

    private Sent withProof(Call call, boolean isStream, Duration timeout) throws IOException, InterruptedException {
        for (int nonces = 0; ; nonces++) {
            Sent sent = once(call, isStream, timeout);
            if (!tokens.note(sent.answer) || nonces == Tokens.MOST_NONCES) return sent; // else again, with the nonce that came
        }
    }

    private Sent once(Call call, boolean isStream, Duration timeout) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(settings.baseUrl() + call.path())).timeout(timeout);
        request.setHeader("Accept", "application/json");
        if (settings.language() != null) request.setHeader("Accept-Language", settings.language());
        if (call.body() != null) request.setHeader("Content-Type", "application/json");
        call.headers().forEach(request::setHeader);
        tokens.headers(call.method(), call.path()).forEach(request::setHeader);
        byte[] body = call.body() == null || call.body() instanceof byte[] ? (byte[]) call.body() : Json.bytes(call.body());
        request.method(call.method(), body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        HttpResponse<InputStream> answer = settings.transport().send(request.build());
        if (isStream && answer.statusCode() / 100 == 2) return new Sent(answer, null);
        return new Sent(answer, Watch.whole(answer.body(), timeout)); // not its head alone in time
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }

    /** Run what may be away, or interrupted; both are told as UncheckedIOException. */
    private static <T> T unchecked(Work<T> work) {
        try {
            return work.run();
        } catch (IOException error) {
            throw new UncheckedIOException(error);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("interrupted", error));
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T run() throws IOException, InterruptedException;
    }

    /** An answer, with its body unless that is a stream. */
    record Sent(HttpResponse<InputStream> answer, byte[] body) {}
}
