package org.ihala.client;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * One call as it goes out.
 *
 * @param path begins with the service: {@code /referral/v1/referrals}; may hold a query
 * @param body bytes as they are, or what is written as JSON; null for none
 */
public record Call(String method, String path, Map<String, String> headers, Object body) {
    /** Return a call without headers and body. */
    public static Call of(String method, String path) {
        return new Call(method, path, Map.of(), null);
    }

    /** Return it with a body: a byte[] as it is, all else as JSON. */
    public Call withBody(Object value) {
        return new Call(method, path, headers, value);
    }

    /** Return it with a header more; null leaves it out. */
    public Call with(String name, String value) {
        if (value == null) return this;
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(name, value);
        return new Call(method, path, Map.copyOf(all), body);
    }

    /** Return it with a query; values that are null are left out, a list says its name for each. */
    public Call withQuery(Map<String, Object> query) {
        StringJoiner pairs = new StringJoiner("&", "?", "").setEmptyValue("");
        query.forEach((name, value) -> {
            for (Object one : value instanceof List<?> many ? many : value == null ? List.of() : List.of(value)) {
                pairs.add(encoded(name) + "=" + encoded(one.toString()));
            }
        });
        return new Call(method, path + pairs, headers, body);
    }

    /** Return a value as it stands in a path or a query. */
    public static String encoded(Object value) {
        return URLEncoder.encode(value.toString(), StandardCharsets.UTF_8).replace("+", "%20");
    }

    boolean isSafe() {
        return method.equals("GET") || method.equals("HEAD");
    }
}
