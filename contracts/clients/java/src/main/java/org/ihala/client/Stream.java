package org.ihala.client;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/** Events as they happen: what a feed sends of server-sent events (id and data). A stream ends each minute, and is opened again. */
final class Stream implements Source {
    private static final Duration SILENCE = Duration.ofSeconds(45); // a stream that lives sends something every 15 s

    private final Connection connection;
    private final String path;
    private String cursor;
    private volatile InputStream body;
    private BufferedReader reader;
    private Watch watch;

    Stream(Connection connection, String path, String cursor) {
        this.connection = connection;
        this.path = path;
        this.cursor = cursor;
    }

    @Override
    public List<Followed> more() throws IOException {
        try {
            if (body == null) open();
            return part();
        } catch (IOException broken) {
            close();
            throw broken;
        }
    }

    private void open() {
        body = connection.open(Call.of("GET", path).with("Accept", "text/event-stream").with("Last-Event-ID", cursor));
        reader = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8));
        watch = new Watch(body, SILENCE);
    }

    /** Return the next part's event; none when it was only a beat. A part that breaks off counts for nothing. Throws IOException then. */
    private List<Followed> part() throws IOException {
        StringBuilder data = new StringBuilder();
        String id = cursor;
        for (String line = reader.readLine(); ; line = reader.readLine()) {
            if (line == null) throw new IOException("the stream ended");
            watch.alive();
            if (line.startsWith("id:")) id = line.substring(3).strip();
            if (line.startsWith("data:")) data.append(data.isEmpty() ? "" : "\n").append(line.substring(5).strip());
            if (line.isEmpty()) break;
        }
        CloudEvent event = data.isEmpty() ? null : Json.MAPPER.readValue(data.toString(), CloudEvent.class);
        cursor = id; // not before the event has been read: what cannot be is not passed over
        return event == null ? List.of() : List.of(new Followed(event, cursor));
    }

    @Override
    public void close() {
        if (watch != null) watch.close();
        InputStream open = body;
        body = null;
        try {
            if (open != null) open.close();
        } catch (IOException already) {
            // it is closed, then
        }
    }
}
