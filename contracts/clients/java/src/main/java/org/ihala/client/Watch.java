package org.ihala.client;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Closes a body from which nothing comes for too long: whoever reads it then gets an IOException. */
final class Watch implements AutoCloseable {
    private static final ScheduledThreadPoolExecutor CLOCK = new ScheduledThreadPoolExecutor(1, work -> {
        Thread thread = new Thread(work, "ihala-client-watch");
        thread.setDaemon(true);
        return thread;
    });

    static {
        CLOCK.setRemoveOnCancelPolicy(true); // each beat cancels one: else they pile up until their time comes
    }

    private final InputStream body;
    private final Duration patience;
    private ScheduledFuture<?> end;

    Watch(InputStream body, Duration patience) {
        this.body = body;
        this.patience = patience;
        alive();
    }

    /** Return the whole of a body, which must come in time. Throws IOException. */
    static byte[] whole(InputStream body, Duration patience) throws IOException {
        Watch watch = new Watch(body, patience);
        try {
            return body.readAllBytes();
        } finally {
            watch.close();
        }
    }

    /** Begin to wait anew: something came. */
    void alive() {
        close();
        end = CLOCK.schedule(this::shut, patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Stop watching. */
    @Override
    public void close() {
        if (end != null) end.cancel(false);
    }

    private void shut() {
        try {
            body.close();
        } catch (IOException already) {
            // it is closed, then
        }
    }
}
