package org.ihala.client;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A request was refused (RFC 9457). Programs decide by {@link #slug}; the message is for people, in the language asked for. */
public final class IhalaProblem extends RuntimeException {
    private final int status;
    private final transient JsonNode members;
    private final transient Duration retryAfter;

    /** One thing that is wrong with a request; {@code expected} and {@code title} may be null. */
    public record FieldError(String pointer, String code, String expected, String title) {}

    private IhalaProblem(int status, JsonNode members, Duration retryAfter) {
        super(members.path("title").asText("The server answered " + status + "."));
        this.status = status;
        this.members = members;
        this.retryAfter = retryAfter;
    }

    /** Return the problem that an answer holds; also when it is no document, as a proxy's on the way may not be. */
    static IhalaProblem of(int status, byte[] body, HttpHeaders headers) {
        JsonNode found;
        try {
            found = Json.MAPPER.readTree(body);
        } catch (IOException notJson) {
            found = null;
        }
        JsonNode members = found != null && found.isObject() ? found : JsonNodeFactory.instance.objectNode();
        return new IhalaProblem(status, members, retryAfter(headers));
    }

    /** Return the status of the answer. */
    public int status() {
        return status;
    }

    /** Return what it is, without {@code urn:ihala:problem:}: {@code referral-not-found}. */
    public String slug() {
        String type = members.path("type").asText("urn:ihala:problem:status-" + status);
        return type.substring(type.lastIndexOf(':') + 1);
    }

    /** Return the id of the request, to quote when asking for help; null where none came. */
    public String requestId() {
        String instance = members.path("instance").asText(null);
        return instance == null ? null : instance.replace("urn:ihala:request:", "");
    }

    /** Return where in the request the fault is, by JSON Pointer; null where that is not said. */
    public String pointer() {
        return members.path("pointer").asText(null);
    }

    /** Return what is wrong, field by field. */
    public List<FieldError> errors() {
        List<FieldError> found = new ArrayList<>();
        members.path("errors").forEach(each -> found.add(Json.MAPPER.convertValue(each, FieldError.class)));
        return List.copyOf(found);
    }

    /** Return every member of the document, those of this one problem too. */
    public JsonNode members() {
        return members;
    }

    /** Return how long the server asks to wait. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }

    /** Retry-After is given in seconds, or as a date. */
    private static Duration retryAfter(HttpHeaders headers) {
        String value = headers.firstValue("retry-after").orElse("");
        try {
            if (value.matches("\\d{1,9}")) return Duration.ofSeconds(Long.parseLong(value));
            Instant until = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant();
            Duration left = Duration.between(Instant.now(), until);
            return left.isNegative() ? Duration.ZERO : left;
        } catch (DateTimeException none) {
            return null;
        }
    }
}
