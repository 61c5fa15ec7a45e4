package org.ihala.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Carries a request; in place of the platform's own client where a system has its own way out. */
@FunctionalInterface
public interface Transport {
    /** Return the answer, its body unread. Throws IOException when none came, or not in the request's time. */
    HttpResponse<InputStream> send(HttpRequest request) throws IOException, InterruptedException;

    /** Return the platform's own, which follows no redirect: a signed request is for one address. */
    static Transport own() {
        HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
        return request -> client.send(request, HttpResponse.BodyHandlers.ofInputStream());
    }
}
