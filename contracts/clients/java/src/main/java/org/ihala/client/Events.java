package org.ihala.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The feed of your organisation's events. */
public final class Events {
    static final long WAIT_SECONDS = 25;
    static final int MOST_EVENTS = 500;

    private final Connection connection;

    Events(Connection connection) {
        this.connection = connection;
    }

    /** A page as it comes. */
    record Page(List<CloudEvent> events, String cursor) {}

    /** How the events come. */
    public enum By {
        /** As they happen, by server-sent events. */
        STREAM,
        /** Page by page, each waited for. */
        PAGES
    }

    /** Return the cursor of now. To begin: take it, list what is open, then follow from it and drop what you know in a newer version. */
    public String latest() {
        return page(connection, "/notify/v1/events", "latest", 0).cursor();
    }

    /** Follow all that your organisation may see, as it happens. {@code after} may be null or empty: from the oldest kept (30 days). */
    public Following follow(String after) {
        return follow(after, null, By.STREAM);
    }

    /**
     * Follow without end, also while the server is away, until it is closed.
     *
     * @param subscription whose filters apply; null for everything that your organisation may see
     */
    public Following follow(String after, UUID subscription, By by) {
        String path = subscription == null ? "/notify/v1/events" : "/notify/v1/subscriptions/" + subscription + "/events";
        String begin = after == null || after.isEmpty() ? null : after;
        return new Following(connection, by == By.STREAM ? new Stream(connection, path, begin) : new Paging(connection, path, begin));
    }

    static Page page(Connection connection, String path, String after, long wait) {
        Call call = Call.of("GET", path).withQuery(Map.of("wait", wait, "limit", MOST_EVENTS, "after", after == null ? List.of() : after));
        Duration timeout = connection.settings.timeout().plusSeconds(wait);
        return Json.read(connection.send(call, false, timeout).body(), Json.of(Page.class));
    }
}
