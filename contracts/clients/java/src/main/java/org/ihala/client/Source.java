package org.ihala.client;

import java.io.IOException;
import java.util.List;

/** Where events come from, some at a time. */
interface Source extends AutoCloseable {
    /** Return what came next, also none. Throws IOException and UncheckedIOException while the server is away, IhalaProblem. */
    List<Followed> more() throws IOException;

    /** Let go of what is open. Good from another thread, too. */
    @Override
    void close();
}
