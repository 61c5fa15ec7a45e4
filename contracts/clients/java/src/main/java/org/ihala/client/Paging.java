package org.ihala.client;

import java.util.ArrayList;
import java.util.List;

/** Events page by page. A page has one cursor, at its end: until then one goes on from where the page began. */
final class Paging implements Source {
    private final Connection connection;
    private final String path;
    private String cursor;

    Paging(Connection connection, String path, String cursor) {
        this.connection = connection;
        this.path = path;
        this.cursor = cursor;
    }

    @Override
    public List<Followed> more() {
        Events.Page page = Events.page(connection, path, cursor, Events.WAIT_SECONDS);
        List<Followed> found = new ArrayList<>();
        for (CloudEvent event : page.events()) {
            boolean isLast = found.size() == page.events().size() - 1;
            found.add(new Followed(event, isLast ? page.cursor() : cursor == null ? "" : cursor));
        }
        cursor = page.cursor();
        return found;
    }

    @Override
    public void close() {
        // nothing is open between two pages
    }
}
