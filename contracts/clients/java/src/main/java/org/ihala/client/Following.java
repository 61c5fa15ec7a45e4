package org.ihala.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Queue;

/** Events without end: each {@link #next} waits for one. For one thread; another may close it. */
public final class Following implements Iterable<Followed>, Iterator<Followed>, AutoCloseable {
    private final Connection connection;
    private final Source source;
    private final Queue<Followed> waiting = new ArrayDeque<>();
    private volatile boolean isClosed;

    Following(Connection connection, Source source) {
        this.connection = connection;
        this.source = source;
    }

    /**
     * Wait for the next event; return false when this was closed. Throws IhalaProblem ({@code cursor-too-old}, …), TokenRefused,
     * UncheckedIOException for an event that cannot be read: the same one comes again.
     */
    @Override
    public boolean hasNext() {
        for (int failed = 0; waiting.isEmpty() && !isClosed; ) {
            try {
                waiting.addAll(source.more());
                failed = 0;
            } catch (IOException | UncheckedIOException away) {
                IOException cause = away instanceof UncheckedIOException told ? told.getCause() : (IOException) away;
                if (cause instanceof JsonProcessingException) throw new UncheckedIOException(cause); // no waiting mends it
                rest(++failed, null, cause);
            } catch (IhalaProblem problem) {
                if (isClosed) return false;
                if (problem.status() < 500 && problem.status() != 429) throw problem;
                rest(++failed, problem.retryAfter().orElse(null), problem);
            }
        }
        return !isClosed;
    }

    @Override
    public Followed next() {
        if (!hasNext()) throw new NoSuchElementException("closed");
        return waiting.remove();
    }

    @Override
    public Iterator<Followed> iterator() {
        return this;
    }

    @Override
    public void close() {
        isClosed = true;
        source.close();
    }

    private void rest(int failed, Duration asked, Exception why) {
        try {
            if (!isClosed) connection.settings.sleep(failed, asked, why);
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
            close();
        }
    }
}
