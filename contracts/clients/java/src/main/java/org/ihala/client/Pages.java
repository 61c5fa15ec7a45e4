package org.ihala.client;

import com.fasterxml.jackson.databind.JavaType;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A list to its end, page by page as the header Link leads on; a page is asked for when the one before it was read. */
public final class Pages<P, T> implements Iterable<T> {
    private static final Pattern NEXT = Pattern.compile("<(/[^>]+)>;\\s*rel=\"?next\"?");

    private final Connection connection;
    private final Call first;
    private final JavaType type;
    private final Function<P, List<T>> items;

    /** Used by the generated calls; {@code items} takes a page apart. */
    public Pages(Connection connection, Call first, JavaType type, Function<P, List<T>> items) {
        this.connection = connection;
        this.first = first;
        this.type = type;
        this.items = items;
    }

    @Override
    public Iterator<T> iterator() {
        return new Iterator<>() {
            private Call next = first;
            private Iterator<T> page = List.<T>of().iterator();

            @Override
            public boolean hasNext() {
                while (!page.hasNext() && next != null) {
                    Answer<P> answer = connection.call(next, type);
                    page = items.apply(answer.data()).iterator();
                    Matcher link = NEXT.matcher(answer.headers().firstValue("link").orElse(""));
                    next = link.find() ? new Call("GET", link.group(1), first.headers(), null) : null;
                }
                return page.hasNext();
            }

            @Override
            public T next() {
                if (!hasNext()) throw new NoSuchElementException();
                return page.next();
            }
        };
    }
}
